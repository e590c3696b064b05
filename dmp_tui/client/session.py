"""One session with the server: its key, its tokens (one per access mode and patient), its proofs, its clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from dmp_tui.client.answers import Grant, Session
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.login import (
    ACCESS_TOKEN,
    JWT_BEARER,
    TOKEN_EXCHANGE,
    LoginCard,
    assertion,
    read_professional,
    signing_input,
)
from dmp_tui.client.proofs import ProofKey
from dmp_tui.client.transport import MIB, Answer, Sent, Transport, skew_of
from dmp_tui.dmp.identity import Ins
from dmp_tui.dmp.professions import Mode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MARGIN = 20
"""Seconds before its end at which a token is not used any more."""
SECRET = ("DMP-Connexion-Secrete", "INVISIBLE_REPRESENTANTS_LEGAUX")
"""The header of a secret session, and the code of TRE_A07 (1.2.250.1.213.1.1.4.13) that it carries."""
_PURPOSES = {Mode.BREAK_GLASS: "BTG", Mode.CENTRE_15: "ETREAT"}


@dataclass(frozen=True, slots=True)
class _Held:
    """A token and the moment, on this process's monotonic clock, after which it is not used."""

    token: str
    until: float


@dataclass(frozen=True, slots=True)
class Call:
    """A request, as often as it has to be sent. ``ins`` is the patient it concerns: it chooses the token."""

    method: str
    path: str
    ins: Ins | None = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    limit: int = 4 * MIB
    repeatable: bool = False
    """Sending it twice does the same as once."""
    sent: Sent | None = None
    """Told how a large body leaves."""


class Conversation:
    """Sends calls with the right token and a fresh proof. ``clock`` is this workstation's (aware)."""

    def __init__(self, base_url: str, ca_file: Path, clock: Callable[[], datetime]) -> None:
        self.transport = Transport(base_url, ca_file)
        self._clock = clock
        self._key: ProofKey | None = None
        self._nonce = ""
        self._skew = timedelta()
        self._tokens: dict[tuple[Mode, str], _Held] = {}
        self._grants: dict[str, Grant] = {}
        self._secret: set[str] = set()
        """Whose calls are hidden from legal representatives."""
        self._turn = asyncio.Lock()

    @property
    def base_url(self) -> str:
        """Without a trailing slash."""
        return self.transport.base_url

    def now(self) -> datetime:
        """The server's clock, as far as its answers told it."""
        return self._clock() + self._skew

    async def look(self) -> None:
        """Ask the server whether it answers (``GET /health``), which tells its clock too. Nobody need be logged in.

        Raises:
            ClientError: UNAVAILABLE, and what the way to the server may do.
        """
        before = self._clock()
        answer = await self._repeated(partial(self.transport.send, "GET", f"{self.base_url}/health", headers={}))
        if answer.status != 200:
            raise ClientError(ClientProblem.UNAVAILABLE, status=answer.status)
        self._skew = skew_of(answer, before, self._clock())

    # --- login --------------------------------------------------------------------------------------------------------

    async def log_in(self, card: LoginCard, on_behalf_of: str = "") -> Session:
        """A new session: a new key, and nothing left of the session before.

        Raises:
            ClientError: LOGIN_REFUSED, TOO_MANY, UNAVAILABLE, and what the way to the server may do.
            Whatever ``card.sign`` raises.
        """
        async with self._turn:
            self._forget()
            key = ProofKey()
            session = await self._present(card, key, on_behalf_of)
            self._key = key
            return session

    async def renew(self, card: LoginCard, on_behalf_of: str = "") -> Session:
        """Fifteen more minutes for the session, by the same card and key. Grants stay as they are.

        Raises:
            ClientError: SESSION_ENDED if there is no session, and those of ``log_in``.
        """
        async with self._turn:
            if self._key is None:
                raise ClientError(ClientProblem.SESSION_ENDED)
            return await self._present(card, self._key, on_behalf_of)

    async def log_in_patient(self, form: Mapping[str, str]) -> Answer:
        """A patient's login: a new key, and the token that it is bound to. Raises ClientError as ``log_in``."""
        async with self._turn:
            self._forget()
            key = ProofKey()
            answer = await self._of_patient("token", form, key)
            self._keep(Mode.NORMAL, "", answer)
            self._key = key
            return answer

    async def submit(self, name: str, form: Mapping[str, str], *, renewing: bool = False) -> Answer:
        """A form to ``/auth/patient``: with the session's token and proof where there is a session.

        ``renewing``: the answer holds the next token.
        """
        async with self._turn:
            held = self._tokens.get((Mode.NORMAL, ""))
            answer = await self._of_patient(name, form, self._key or ProofKey(), held.token if held else "")
            if renewing:
                self._keep(Mode.NORMAL, "", answer)
            return answer

    async def _of_patient(self, name: str, form: Mapping[str, str], key: ProofKey, token: str = "") -> Answer:
        body = urlencode(form).encode("ascii")
        answer = await self._proved(Call("POST", f"/auth/patient/{name}", headers=FORM, body=body), key, token)
        if answer.status not in {200, 204}:
            raise refusal_of_login(answer)
        return answer

    async def log_out(self) -> bool:
        """End the session: here in any case, on the server if it can be reached. Whether the server confirmed."""
        async with self._turn:
            key, held = self._key, self._tokens.get((Mode.NORMAL, ""))
            self._forget()
            if key is None or held is None:
                return False
            try:
                answer = await self._proved(Call("POST", "/auth/logout", body=b""), key, held.token)
            except ClientError:
                return False
            return answer.status == 204

    async def _present(self, card: LoginCard, key: ProofKey, on_behalf_of: str) -> Session:
        url = f"{self.base_url}/auth/token"
        before = self._clock()
        opening = await self._repeated(partial(self._plain, "/auth/nonce"))
        self._skew = skew_of(opening, before, self._clock())
        nonce = opening.json().get("nonce") if opening.status == 200 else None
        if not isinstance(nonce, str):
            raise refusal_of_login(opening)
        leaf = self.transport.leaf
        issued = int(self.now().timestamp())
        signed = signing_input(
            card, audience=url, nonce=nonce, jkt=key.thumbprint, leaf=leaf, issued=issued, on_behalf_of=on_behalf_of
        )
        signature = await asyncio.to_thread(card.sign, signed.encode("ascii"))
        form = {"grant_type": JWT_BEARER, "assertion": assertion(signed, signature)}
        # The card signed for this certificate: it is not shown to a connection with another one.
        self.transport.hold(leaf)
        try:
            answer = await self._proved(_token_call(form), key)
        finally:
            self.transport.hold("")
        if answer.status != 200:
            raise refusal_of_login(answer)
        life = self._keep(Mode.NORMAL, "", answer)
        described = answer.json().get("professional")
        professional = read_professional(described if isinstance(described, dict) else {})
        return Session(professional, self.now() + timedelta(seconds=life), self._skew)

    # --- emergency modes ----------------------------------------------------------------------------------------------

    async def enter(self, mode: Mode, ins: Ins, reason_code: str, reason: str) -> Grant:
        """An emergency access to one patient's record. From now on his calls go in this mode, until its end.

        Raises:
            ClientError: REFUSED (``code`` is the rule), NOT_FOUND, SESSION_ENDED, TOO_MANY, UNAVAILABLE.
        """
        async with self._turn:
            grant = await self._exchange(mode, ins, {"reason_code": reason_code, "reason": reason})
            self._grants[ins.token] = grant
            return grant

    def leave(self, ins: Ins) -> None:
        """Calls for this patient go in normal mode again. The grant itself ends by itself, or with the session."""
        self._grants.pop(ins.token, None)

    def keep_secret(self, ins: Ins, *, on: bool) -> None:
        """From now on, calls for this patient are of a secret session, or of none."""
        if on:
            self._secret.add(ins.token)
        else:
            self._secret.discard(ins.token)

    def _headers(self, ins: Ins | None) -> dict[str, str]:
        """What every call for this patient carries."""
        return dict([SECRET]) if ins is not None and ins.token in self._secret else {}

    async def _exchange(self, mode: Mode, ins: Ins, why: Mapping[str, str]) -> Grant:
        key, held = self._key, self._tokens.get((Mode.NORMAL, ""))
        if key is None or held is None or held.until <= time.monotonic():
            raise ClientError(ClientProblem.SESSION_ENDED)
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": held.token,
            "subject_token_type": ACCESS_TOKEN,
            "purpose_of_use": _PURPOSES[mode],
            "patient": ins.token,
            **{name: value for name, value in why.items() if value},
        }
        call = replace(_token_call(form), headers={**FORM, **self._headers(ins)})
        answer = await self._repeated(partial(self._proved, call, key))
        if answer.status != 200:
            raise refusal_of_exchange(answer)
        self._keep(mode, ins.token, answer)
        try:
            return Grant(mode, datetime.fromisoformat(str(answer.json().get("grant_end"))))
        except ValueError:
            raise ClientError(ClientProblem.BAD_ANSWER, "grant-end") from None

    # --- calls --------------------------------------------------------------------------------------------------------

    async def call(self, call: Call) -> Answer:
        """The answer to a call, whatever its status but 401.

        Raises:
            ClientError: SESSION_ENDED, GRANT_ENDED, and what the way to the server may do.
        """
        call = replace(call, headers={**(call.headers or {}), **self._headers(call.ins)})
        for _attempt in range(2):
            async with self._turn:
                which, token = await self._token_for(call.ins)
            if self._key is None:
                raise ClientError(ClientProblem.SESSION_ENDED)
            send = partial(self._proved, call, self._key, token)
            answer = await (self._repeated(send) if call.repeatable else send())
            if answer.status != 401:
                return answer
            self._tokens.pop(which, None)
            if which[0] is Mode.NORMAL:
                break
        raise ClientError(ClientProblem.SESSION_ENDED)

    async def _token_for(self, ins: Ins | None) -> tuple[tuple[Mode, str], str]:
        """The token of the mode that this patient is read in; an elevated one is got again while its grant lasts."""
        grant = self._grants.get(ins.token) if ins else None
        which = (grant.mode, ins.token) if grant and ins else (Mode.NORMAL, "")
        if grant and ins and self.now() >= grant.end:
            self.leave(ins)
            raise ClientError(ClientProblem.GRANT_ENDED)
        held = self._tokens.get(which)
        if held is not None and held.until > time.monotonic():
            return which, held.token
        if grant is None or ins is None:
            raise ClientError(ClientProblem.SESSION_ENDED)
        try:
            await self._exchange(grant.mode, ins, {})
        except ClientError as error:
            if error.code == "reason":
                self.leave(ins)
                raise ClientError(ClientProblem.GRANT_ENDED) from None
            raise
        return which, self._tokens[which].token

    # --- requests -----------------------------------------------------------------------------------------------------

    async def _plain(self, path: str) -> Answer:
        answer = await self.transport.send("POST", f"{self.base_url}{path}", headers={}, body=b"")
        self._nonce = answer.headers.get("dpop-nonce", self._nonce)
        return answer

    async def _proved(self, call: Call, key: ProofKey, token: str = "") -> Answer:
        """One request with its proof; a second one with the server's newer nonce if it asks (RFC 9449, 8)."""
        url = f"{self.base_url}{call.path}"
        answer = await self._sent(call, key, url, token)
        return await self._sent(call, key, url, token) if _asks_for_nonce(answer) else answer

    async def _sent(self, call: Call, key: ProofKey, url: str, token: str) -> Answer:
        target = url.partition("?")[0]
        proof = key.proof(call.method, target, self._nonce, int(self.now().timestamp()), token)
        headers = {**(call.headers or {}), "DPoP": proof}
        if token:
            headers["Authorization"] = f"DPoP {token}"
        answer = await self.transport.send(
            call.method, url, headers=headers, params=call.params, body=call.body, limit=call.limit, sent=call.sent
        )
        self._nonce = answer.headers.get("dpop-nonce", self._nonce)
        return answer

    async def _repeated(self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Send again, once, where the connection broke: a server that was restarted has closed those it had."""
        try:
            return await send()
        except ClientError as error:
            if error.problem is not ClientProblem.UNREACHABLE or error.code:
                raise
        return await send()

    def _keep(self, mode: Mode, patient: str, answer: Answer) -> int:
        body = answer.json()
        token, life = body.get("access_token"), body.get("expires_in")
        bound = body.get("token_type") == "DPoP"
        if not bound or not isinstance(token, str) or not token.isascii() or type(life) is not int:
            raise ClientError(ClientProblem.BAD_ANSWER, "token")
        margin = min(_MARGIN, life // 4)
        self._tokens[mode, patient] = _Held(token, time.monotonic() + life - margin)
        return life

    def _forget(self) -> None:
        self._key = None
        self._tokens.clear()
        self._grants.clear()
        self._secret.clear()


def _token_call(form: Mapping[str, str]) -> Call:
    return Call("POST", "/auth/token", headers=FORM, body=urlencode(form).encode("ascii"))


def _asks_for_nonce(answer: Answer) -> bool:
    if answer.status == 401:
        return "use_dpop_nonce" in answer.headers.get("www-authenticate", "")
    return answer.status == 400 and b'"use_dpop_nonce"' in answer.content


def refusal_of_login(answer: Answer) -> ClientError:
    """The error of an answer of ``/auth`` to a login."""
    return _refusal(answer, ClientProblem.LOGIN_REFUSED)


def refusal_of_exchange(answer: Answer) -> ClientError:
    """The error of an answer of ``/auth`` to an exchange."""
    error = _refusal(answer, ClientProblem.REFUSED)
    if answer.status == 401:
        return ClientError(ClientProblem.SESSION_ENDED, error.code, status=401)
    if error.code == "no-record":
        return ClientError(ClientProblem.NOT_FOUND, error.code, said=error.said, status=answer.status)
    return error


def _refusal(answer: Answer, problem: ClientProblem) -> ClientError:
    if answer.status == 429:
        return ClientError(ClientProblem.TOO_MANY, status=429, retry_after=answer.retry_after)
    if answer.status >= 500:
        return ClientError(ClientProblem.UNAVAILABLE, status=answer.status, retry_after=answer.retry_after)
    if answer.status not in {400, 401, 403}:
        return ClientError(ClientProblem.BAD_ANSWER, status=answer.status)
    body = answer.json()
    code, said = body.get("rule") or body.get("error"), body.get("error_description")
    return ClientError(
        problem,
        code if isinstance(code, str) else "",
        said=said if isinstance(said, str) else "",
        status=answer.status,
    )
