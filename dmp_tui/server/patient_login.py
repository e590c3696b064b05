"""Patients log in: activation, password and second factor, then tokens bound to a DPoP key. ``docs/integrator.md``.

Whoever is refused is told one thing: which of login, password and code was wrong, and whether there is such a login,
does not show in the answer nor in the work that was done for it.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dmp_tui.dmp.accounts import (
    ALPHABET,
    CODE_LENGTH,
    CODES,
    Account,
    AccountState,
    base32,
    code_hash,
    grouped,
    otpauth,
    own_words,
    second_factor,
    typed,
    weakness,
)
from dmp_tui.dmp.consents import Record
from dmp_tui.server.attempt import Attempt
from dmp_tui.server.caller import PatientCaller
from dmp_tui.server.dpop import Proofs
from dmp_tui.server.forms import read_form
from dmp_tui.server.limits import FailureLimit
from dmp_tui.server.passwords import Passwords
from dmp_tui.server.patient_sessions import PatientSession, PatientSessions
from dmp_tui.server.refusals import Rule, refusal
from dmp_tui.store import Store, Transaction
from dmp_tui.store.problems import StoreError, StoreProblem
from dmp_tui.store.trail import ALLOWED

T = TypeVar("T")
LOGIN, RENEW, LOGOUT = "patient_login", "patient_renew", "patient_logout"
ACTIVATE, PASSWORD, NEW_CODES, CLOSE = "patient_activate", "patient_password", "patient_codes", "patient_close_access"
FAILURES, WINDOW = 10, 900
"""Wrong passwords or codes of one login in fifteen minutes; then it waits, and never for longer than that."""
_USABLE = {AccountState.CONFIRMING, AccountState.OPEN}
_BIRTH = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
Handler = Callable[[Request, Attempt], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Gate:
    """What the login of professionals lends: one way in for all, proofs, counts by address, refusals traced."""

    base_url: str
    seconds: Callable[[], float]
    proofs: Proofs
    addresses: FailureLimit
    answering: Callable[[Handler], Callable[[Request], Awaitable[Response]]]
    session_of: Callable[[Request], PatientSession]
    """The patient's session that a call proves. Raises AuthError."""


class PatientLogin:
    """Accounts, and the sessions of those who logged in. ``clock`` is the server's wall clock."""

    def __init__(self, store: Store, clock: Callable[[], datetime], gate: Gate) -> None:
        self._store = store
        self._clock = clock
        self._gate = gate
        self.sessions = PatientSessions(gate.seconds)
        self._logins = FailureLimit(gate.seconds, FAILURES, WINDOW)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._passwords = Passwords()

    def routes(self) -> list[Route]:
        """Everything under ``/auth/patient``."""
        named: dict[str, Handler] = {
            "activate": self._activate,
            "token": self._token,
            "renew": self._renew,
            "logout": self._logout,
            "password": self._change_password,
            "codes": self._new_codes,
            "close": self._close,
        }
        return [
            Route(f"/auth/patient/{name}", self._gate.answering(handler), methods=["POST"])
            for name, handler in named.items()
        ]

    # --- logging in ---------------------------------------------------------------------------------------------------

    async def _token(self, request: Request, attempt: Attempt) -> Response:
        attempt.operation = LOGIN
        self._check_address(attempt)
        form = await read_form(request)
        url = f"{self._gate.base_url}/auth/patient/token"
        proof = self._gate.proofs.check(request.headers.getlist("dpop"), "POST", url)
        self._gate.proofs.use(proof)
        login = typed(form.get("login", ""))[:32]
        async with self._turn(login):
            self._check_wait(login)
            account = self._store.account_of_login(login)
            if account is not None:
                attempt.is_by_patient(account)
            usable = account if account is not None and account.state in _USABLE else None
            right = await self._passwords.are_right(usable.password if usable else "", form.get("password", ""))
            if usable is None or not right:
                self._logins.failed(login)
                raise refusal(Rule.CREDENTIALS)
            session = self.sessions.begin(usable, proof.jkt)
            attempt.session = session.id
            session.account = await self._opened(usable, form.get("code", ""), attempt, login)
        return self._issued(session)

    async def _opened(self, known: Account, code: str, attempt: Attempt, login: str) -> Account:
        """The account once a code of its second factor was used up and the login traced, in one transaction."""
        now = self._clock()

        def write(transaction: Transaction) -> Account | None:
            present = transaction.account_of_login(login)
            if present is None or present.password != known.password or present.state not in _USABLE:
                return None
            left = second_factor(present, code, now)
            if left is None:
                return None
            confirmed = replace(present, step=left.step, codes=left.codes, state=AccountState.OPEN)
            if present.state is AccountState.CONFIRMING:
                confirmed = replace(confirmed, activation=b"", activation_end=None)
            transaction.trace(attempt.event(ALLOWED, "CSP L1111-19"))
            return transaction.put_account(confirmed)

        stored = await self._written(write)
        if stored is None:
            self._logins.failed(login)
            raise refusal(Rule.CREDENTIALS)
        return stored

    async def _renew(self, request: Request, attempt: Attempt) -> Response:
        session = self._known(request, attempt, RENEW)
        await self._written(lambda transaction: transaction.trace(attempt.event(ALLOWED, "")))
        return self._issued(session)

    async def _logout(self, request: Request, attempt: Attempt) -> Response:
        session = self._known(request, attempt, LOGOUT)
        self.sessions.end(session)
        await self._written(lambda transaction: transaction.trace(attempt.event(ALLOWED, "")))
        return Response(status_code=204)

    def _issued(self, session: PatientSession) -> Response:
        token, life = self.sessions.issue(session)
        account = session.account
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "DPoP",
                "expires_in": life,
                "patient": account.patient_id,
                "holder": account.holder.value,
                "name": account.name,
                "codes_left": len(account.codes),
            }
        )

    # --- activation ---------------------------------------------------------------------------------------------------

    async def _activate(self, request: Request, attempt: Attempt) -> Response:
        attempt.operation = ACTIVATE
        self._check_address(attempt)
        form = await read_form(request)
        code, password = form.get("code", ""), form.get("password", "")
        name = f"activation {typed(code)[:32]}"
        async with self._turn(name):
            self._check_wait(name)
            account = self._store.account_of_activation(code)
            record = self._store.patient(account.patient_id) if account else None
            if account is None or record is None or not self._is_invited(account, record, form.get("birth_date", "")):
                if account is not None:
                    attempt.is_by_patient(account)
                self._logins.failed(name)
                raise refusal(Rule.ACTIVATION)
            attempt.is_by_patient(account)
            self._check_password(password, account, record)
            fresh = replace(
                account,
                state=AccountState.CONFIRMING,
                password=await self._passwords.hashed(password),
                totp=secrets.token_bytes(20),
                step=0,
            )
            return await self._coded(fresh, attempt, "CSP L1111-19 (TD1.5a)")

    def _is_invited(self, account: Account, record: Record, written: str) -> bool:
        match, birth, end = _BIRTH.fullmatch(written.strip()), record.traits.birth, account.activation_end
        if match is None or birth is None or end is None or self._clock() >= end:
            return False
        return tuple(map(int, match.groups())) == (birth.year, birth.month, birth.day)

    async def _coded(
        self, account: Account, attempt: Attempt, rule: str, session: PatientSession | None = None
    ) -> Response:
        """Keep the account with new one-time codes, and give them, once. Its other sessions end."""
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
        kept = replace(account, codes=tuple(code_hash(account.id, code) for code in codes))
        stored = await self._kept(kept, attempt, rule)
        self.sessions.end_all(stored.id, but=session)
        answer: dict[str, object] = {"login": stored.login, "codes": [grouped(code) for code in codes]}
        if stored.state is AccountState.CONFIRMING:
            answer |= {"otpauth": otpauth(stored.login, stored.totp), "secret": base32(stored.totp)}
        if session is not None:
            session.account = stored
        return JSONResponse(answer)

    # --- what he changes of his access --------------------------------------------------------------------------------

    async def _change_password(self, request: Request, attempt: Attempt) -> Response:
        session, account, form = await self._confirmed(request, attempt, PASSWORD)
        record = self._store.patient(account.patient_id)
        if record is None:
            raise refusal(Rule.TOKEN)
        chosen = form.get("new_password", "")
        self._check_password(chosen, account, record)
        changed = replace(account, password=await self._passwords.hashed(chosen))
        session.account = await self._kept(changed, attempt, "CSP L1111-19")
        self.sessions.end_all(account.id, but=session)
        return Response(status_code=204)

    async def _new_codes(self, request: Request, attempt: Attempt) -> Response:
        session, account, _form = await self._confirmed(request, attempt, NEW_CODES)
        return await self._coded(account, attempt, "CSP L1111-19", session)

    async def _close(self, request: Request, attempt: Attempt) -> Response:
        _session, account, _form = await self._confirmed(request, attempt, CLOSE)
        nothing = replace(account, state=AccountState.CLOSED, password="", totp=b"", codes=(), activation=b"")
        await self._kept(nothing, attempt, "CSP L1111-19")
        self.sessions.end_all(account.id)
        return Response(status_code=204)

    async def _confirmed(
        self, request: Request, attempt: Attempt, operation: str
    ) -> tuple[PatientSession, Account, dict[str, str]]:
        """Who changes something of his access types his password again: a terminal may have been left."""
        session = self._known(request, attempt, operation)
        form = await read_form(request)
        login = session.account.login
        async with self._turn(login):
            self._check_wait(login)
            account = self._store.account_of_login(login)
            kept = account.password if account is not None and account.state is AccountState.OPEN else ""
            if not await self._passwords.are_right(kept, form.get("password", "")) or account is None:
                self._logins.failed(login)
                raise refusal(Rule.CREDENTIALS)
        return session, account, form

    # --- parts --------------------------------------------------------------------------------------------------------

    def caller_of(self, session: PatientSession) -> PatientCaller:
        """Who calls in a session."""
        account = session.account
        return PatientCaller(account.id, account.patient_id, account.holder, account.name, session.id)

    def _known(self, request: Request, attempt: Attempt, operation: str) -> PatientSession:
        attempt.operation = operation
        session = self._gate.session_of(request)
        attempt.is_by_patient(session.account)
        attempt.session = session.id
        return session

    def _check_address(self, attempt: Attempt) -> None:
        if wait := self._gate.addresses.wait(attempt.address):
            raise refusal(Rule.TOO_MANY, retry_after=wait)

    def _check_wait(self, name: str) -> None:
        if wait := self._logins.wait(name):
            raise refusal(Rule.TOO_MANY, retry_after=wait)

    def _check_password(self, password: str, account: Account, record: Record) -> None:
        weak = weakness(password, own_words(record, account.login, account.name))
        if weak is not None:
            raise refusal(Rule(weak.value))

    def _turn(self, name: str) -> asyncio.Lock:
        """One try at a time of one login: whoever tries many at once is counted all the same."""
        found = self._locks.get(name)
        if found is None:
            found = self._locks[name] = asyncio.Lock()
        return found

    async def _kept(self, account: Account, attempt: Attempt, rule: str) -> Account:
        def write(transaction: Transaction) -> Account:
            transaction.trace(attempt.event(ALLOWED, rule))
            return transaction.put_account(account)

        return await self._written(write)

    async def _written(self, work: Callable[[Transaction], T]) -> T:
        try:
            return await self._store.write(work)
        except StoreError as error:
            # Somebody else of this access changed it meanwhile: what was asked holds no more.
            stale = error.problem is StoreProblem.STALE
            raise refusal(Rule.CREDENTIALS if stale else Rule.UNAVAILABLE, retry_after=0 if stale else 5) from None
