"""Login: a card's signature becomes a session, a session's token becomes an emergency one, a logout ends both.

``docs/integrator.md`` describes it byte by byte; RFC 7523, 8693 and 9449 are its parts.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dmp_tui.dmp.consents import RecordStatus, authorisation_state
from dmp_tui.dmp.professions import Mode, Professional
from dmp_tui.dmp.register import RENEWED
from dmp_tui.dmp.rights import Decision, Operation, Question, Refusal, decide
from dmp_tui.server.assertion import Assertion, check_claims, read_assertion
from dmp_tui.server.attempt import Attempt
from dmp_tui.server.caller import Caller, PatientCaller
from dmp_tui.server.certificates import Holder, check_chain
from dmp_tui.server.directory import described, names_differ, professional_of
from dmp_tui.server.dpop import NonceHeader, Proof, Proofs, token_of
from dmp_tui.server.forms import mode_of, patient_of, read_form, reason_of
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.limits import FailureLimit
from dmp_tui.server.nonces import LoginNonces, ProofNonces
from dmp_tui.server.patient_login import Gate, PatientLogin
from dmp_tui.server.patient_sessions import PatientSession
from dmp_tui.server.refusals import AuthError, Rule, refusal, refusal_of_resource
from dmp_tui.server.revocation import RevocationPolicy, Revocations
from dmp_tui.server.sessions import GRANT_LIFE, Grant, Session, Sessions, Token
from dmp_tui.server.settings import ServerSettings
from dmp_tui.server.steady import SteadyClock
from dmp_tui.store.model import StoreKind
from dmp_tui.store.problems import StoreError
from dmp_tui.store.trail import ALLOWED, NOTIFY, REFUSED

if TYPE_CHECKING:
    from dmp_tui.dmp.consents import Record
    from dmp_tui.dmp.identity import Ins
    from dmp_tui.store import Store

__all__ = ["AuthError", "Login", "LoginPolicy", "policy_of"]

_log = structlog.get_logger("dmp_tui.server")

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name of RFC 8693
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name of RFC 8693

_PROTOCOL = {Rule.PROOF_NONCE, Rule.TOO_MANY, Rule.UNAVAILABLE}
"""Answers that are no refusal of anyone: not traced, not counted."""
_RULES = {
    Refusal.BLOCKED: Rule.BLOCKED,
    Refusal.OPPOSED: Rule.OPPOSED,
    Refusal.NOT_A_REGULATOR: Rule.NOT_A_REGULATOR,
}


@dataclass(frozen=True)
class LoginPolicy:
    """What a site decides. Defaults are the safe ones.

    ``crl_required``: refuse cards whose authority has no revocation list, or a list older than ``nextUpdate`` and
    ``crl_grace``. None: required in production stores, not in demonstration ones and sandboxes.
    ``block_bars_emergency``: a professional whom the patient blocked may not break the glass either (the law reads
    "unless express opposition", and a block is one).
    ``failures`` and ``failures_by_address``: how many failed logins a certificate, or an address, may make in a minute;
    a whole emergency department may sit behind one address.
    """

    crl_required: bool | None = None
    crl_grace: timedelta = timedelta(hours=72)
    block_bars_emergency: bool = True
    failures: int = 30
    failures_by_address: int = 300


def policy_of(settings: ServerSettings) -> LoginPolicy:
    """What the site's settings say of logins."""
    return LoginPolicy(
        settings.crl_required,
        timedelta(hours=settings.crl_grace),
        settings.block_bars_emergency,
        settings.login_failures,
        settings.login_failures_by_address,
    )


class Login:
    """The login of one server: its nonces, sessions and tokens, all in memory.

    ``clock`` is the server's wall clock (aware, UTC): certificates and what people read go by it. ``ticks`` is a
    monotonic clock: what expires goes by both (``SteadyClock``).
    """

    def __init__(
        self,
        store: "Store",
        identity: ServerIdentity,
        clock: Callable[[], datetime],
        policy: LoginPolicy | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._identity = identity
        self._clock = clock
        self._policy = policy or LoginPolicy()
        last = store.last_traced()
        self._began = max(clock(), last) if last else clock()
        self._seconds = SteadyClock(clock, ticks)
        self._nonces = LoginNonces(self._seconds)
        self._proofs = Proofs(ProofNonces(self._seconds))
        self._sessions = Sessions(self._seconds)
        self._revocations = Revocations()
        self._addresses = FailureLimit(self._seconds, self._policy.failures_by_address)
        self._certificates = FailureLimit(self._seconds, self._policy.failures)
        gate = Gate(
            *(identity.base_url, self._seconds, self._proofs, self._addresses, self._answering, self._patients_session)
        )
        self._patients = PatientLogin(store, clock, gate)

    def routes(self) -> list[Route]:
        """``POST /auth/nonce``, ``/auth/token``, ``/auth/logout``, and what is under ``/auth/patient``."""
        return [
            Route("/auth/nonce", self._answering(self._nonce), methods=["POST"]),
            Route("/auth/token", self._answering(self._token), methods=["POST"]),
            Route("/auth/logout", self._answering(self._logout), methods=["POST"]),
            *self._patients.routes(),
        ]

    def authenticate(self, request: Request) -> Caller | PatientCaller:
        """Who makes this call: a live token, and a fresh proof by the key that it is bound to.

        Raises:
            AuthError: status 401, with the challenge in ``headers``: TOKEN, PROOF, PROOF_NONCE, PROOF_KEY,
                PROOF_REPLAYED.
        """
        if self._patients.sessions.find(token_of(request)) is not None:
            return self._patients.caller_of(self._patients_session(request))
        token = self._authenticated(request)
        grant, session = token.grant, token.session
        if grant is None:
            return Caller(session.professional, Mode.NORMAL, session.id, at=self._steady())
        asked = (grant.patient, grant.end, grant.reason_code, grant.reason)
        return Caller(session.professional, grant.mode, session.id, *asked, at=self._steady())

    def _steady(self) -> datetime:
        """Now, by a clock that is never set back, nor was when the last row of the trail was written."""
        return self._began + timedelta(seconds=self._seconds())

    def proof_nonce(self) -> str:
        """The value of ``DPoP-Nonce`` that every answer carries."""
        return self._proofs.nonces.current()

    def middleware(self) -> Middleware:
        """What puts it there, on the answers of the whole application."""
        return Middleware(NonceHeader, current=self.proof_nonce)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def _nonce(self, _request: Request, _attempt: Attempt) -> Response:
        return JSONResponse({"nonce": self._nonces.make(), "expires_in": self._nonces.lifetime})

    async def _token(self, request: Request, attempt: Attempt) -> Response:
        if wait := self._addresses.wait(attempt.address):
            raise refusal(Rule.TOO_MANY, retry_after=wait)
        form = await read_form(request)
        proof = self._proofs.check(request.headers.getlist("dpop"), "POST", self._identity.token_url)
        grant_type = form.get("grant_type")
        if grant_type == JWT_BEARER:
            return await self._log_in(form, proof, attempt)
        if grant_type == TOKEN_EXCHANGE:
            return await self._exchange(form, proof, attempt)
        raise refusal(Rule.GRANT_TYPE)

    async def _logout(self, request: Request, attempt: Attempt) -> Response:
        attempt.operation = "logout"
        session = self._authenticated(request).session
        attempt.is_by(session.professional)
        attempt.session = session.id
        self._sessions.end(session)
        await self._trace(attempt, ALLOWED)
        return Response(status_code=204)

    # --- a card logs in -----------------------------------------------------------------------------------------------

    async def _log_in(self, form: dict[str, str], proof: Proof, attempt: Attempt) -> Response:
        assertion = read_assertion(form.get("assertion", ""))
        if not self._nonces.use(assertion.nonce):
            raise refusal(Rule.NONCE)
        holder = self._holder(assertion)
        attempt.actor, attempt.actor_name = holder.national_id, f"{holder.given} {holder.family}".strip()
        attempt.certificate = holder.certificate
        if wait := self._certificates.wait(holder.certificate):
            raise refusal(Rule.TOO_MANY, retry_after=wait)
        if assertion.jkt != proof.jkt:
            raise refusal(Rule.PROOF_KEY)
        check_claims(assertion, self._identity, holder.national_id)
        entry = self._store.professional(holder.national_id)
        professional = professional_of(holder, entry, assertion.on_behalf_of)
        attempt.is_by(professional)
        if names_differ(holder, professional):
            attempt.notes.append("names differ between certificate and directory")
        if not holder.revocation_in_term:
            attempt.notes.append("revocation list past its term")
        self._proofs.use(proof)
        life = (holder.not_after - self._clock()).total_seconds()
        session = self._sessions.begin(holder.certificate, proof.jkt, professional, life)
        attempt.session = session.id
        await self._trace(attempt, ALLOWED)
        return self._issued(session)

    def _holder(self, assertion: Assertion) -> Holder:
        store, policy = self._store, self._policy
        demonstration = store.kind is not StoreKind.PRODUCTION
        required = not demonstration if policy.crl_required is None else policy.crl_required
        self._revocations.load(store.crls())
        return check_chain(
            assertion.chain,
            store.authorities(),
            self._revocations,
            self._clock(),
            RevocationPolicy(required, policy.crl_grace),
            demonstration_allowed=demonstration,
        )

    # --- a token for another mode -------------------------------------------------------------------------------------

    async def _exchange(self, form: dict[str, str], proof: Proof, attempt: Attempt) -> Response:
        token = self._sessions.find(form.get("subject_token", ""))
        if token is None or token.grant is not None:
            raise refusal(Rule.TOKEN)
        session = token.session
        attempt.is_by(session.professional)
        attempt.session, attempt.certificate = session.id, session.certificate
        if proof.jkt != session.jkt:
            raise refusal(Rule.PROOF_KEY)
        if form.get("subject_token_type") != ACCESS_TOKEN:
            raise refusal(Rule.REQUEST)
        attempt.mode = mode = mode_of(form)
        patient = patient_of(form, mode)
        record = self._store.patient_by_ins(patient) if patient else None
        attempt.patient_id = record.id if record else ""
        decision = self._decide(session.professional, mode, record)
        if not decision.allowed:
            attempt.notes.append(decision.rule)
            raise refusal(_RULES.get(decision.refusal, Rule.ROLE) if decision.refusal else Rule.ROLE)
        if patient and record is None:
            raise refusal(Rule.NO_RECORD)
        if record and record.status is RecordStatus.CLOSED:
            raise refusal(Rule.CLOSED)
        grant = self._sessions.grant(session, mode, patient)
        if grant is None:
            grant = self._new_grant(form, mode, patient)
        else:
            attempt.operation = RENEWED
        attempt.reason_code, attempt.reason = grant.reason_code, grant.reason
        if record:
            # R1111-48: it is the access itself of which the patient and his treating doctor are told.
            attempt.notes.append(NOTIFY)
        self._proofs.use(proof)
        await self._trace(attempt, ALLOWED, decision.rule)
        if session.ended:
            raise refusal(Rule.TOKEN)
        # Another exchange may have been traced meanwhile: the first grant keeps its end.
        grant = self._sessions.grant(session, mode, patient) or grant
        session.grants[grant.key] = grant
        return self._issued(session, grant)

    def _new_grant(self, form: dict[str, str], mode: Mode, patient: "Ins | None") -> Grant:
        code, reason = reason_of(form, mode)
        end = (self._clock() + timedelta(seconds=GRANT_LIFE)).replace(microsecond=0)
        return Grant(mode, patient, code, reason, end, self._seconds() + GRANT_LIFE)

    def _decide(self, professional: Professional, mode: Mode, record: "Record | None") -> Decision:
        """May this professional be in this mode, for this record? The one place where rights are decided answers."""
        now = self._clock()
        if record is None:
            return decide(Question(Operation.AUTHENTICATE, professional, mode, now))
        held = authorisation_state(self._store.consents(record.id), professional, record.treating_doctor, now)
        return decide(
            Question(
                Operation.AUTHENTICATE,
                professional,
                mode,
                now,
                record=record.status,
                authorisation=held.state,
                treating_doctor=record.treating_doctor,
                emergency=record.emergency,
                block_bars_emergency=self._policy.block_bars_emergency,
            )
        )

    # --- answers ------------------------------------------------------------------------------------------------------

    def _issued(self, session: Session, grant: Grant | None = None) -> Response:
        token, life = self._sessions.issue(session, grant)
        answer: dict[str, Any] = {
            "access_token": token,
            "token_type": "DPoP",
            "expires_in": life,
            "professional": described(session.professional),
            "mode": grant.mode.value if grant else Mode.NORMAL.value,
        }
        if grant:
            answer["issued_token_type"] = ACCESS_TOKEN
            answer["grant_end"] = grant.end.isoformat().replace("+00:00", "Z")
        return JSONResponse(answer)

    def _authenticated(self, request: Request) -> Token:
        found = self._sessions.find(token_of(request))
        if found is None:
            raise refusal_of_resource(Rule.TOKEN)
        try:
            self._check_proof(request, found.session.jkt)
        except AuthError as error:
            if error.rule in {Rule.PROOF_KEY, Rule.PROOF_REPLAYED}:
                _log.warning("a token without its key, or a proof again", rule=error.rule, session=found.session.id)
                told = refusal_of_resource(error.rule)
                told.session, told.professional = found.session.id, found.session.professional
                raise told from None
            raise refusal_of_resource(error.rule) from None
        return found

    def _patients_session(self, request: Request) -> PatientSession:
        session = self._patients.sessions.find(token_of(request))
        if session is None:
            raise refusal_of_resource(Rule.TOKEN)
        try:
            self._check_proof(request, session.jkt)
        except AuthError as error:
            raise refusal_of_resource(error.rule) from None
        return session

    def _check_proof(self, request: Request, jkt: str) -> None:
        url = self._identity.base_url + request.scope["raw_path"].decode("ascii", "replace")
        proof = self._proofs.check(request.headers.getlist("dpop"), request.method, url, token_of(request))
        if proof.jkt != jkt:
            raise refusal(Rule.PROOF_KEY)
        self._proofs.use(proof)

    def _answering(
        self, handler: Callable[[Request, Attempt], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The handler, its refusals traced and counted, then answered as RFC 6749 (5.2) has it."""

        async def endpoint(request: Request) -> Response:
            attempt = Attempt(request.client.host if request.client else "")
            try:
                response = await handler(request, attempt)
            except AuthError as error:
                response = self._refused(await self._counted(error, attempt), request)
            response.headers["Cache-Control"] = "no-store"
            response.headers["DPoP-Nonce"] = self.proof_nonce()
            return response

        return endpoint

    async def _counted(self, error: AuthError, attempt: Attempt) -> AuthError:
        """The refusal once it is in the trail, or the one that says that the trail could not take it."""
        if error.rule in _PROTOCOL:
            return error
        # A token that is no more says that a session has ended: a whole ward's, after a restart. No attack.
        if error.rule is not Rule.TOKEN:
            self._addresses.failed(attempt.address)
            if attempt.certificate:
                self._certificates.failed(attempt.certificate)
        try:
            await self._trace(attempt, REFUSED, error.rule.value)
        except AuthError as unavailable:
            return unavailable
        return error

    async def _trace(self, attempt: Attempt, outcome: str, rule: str = "") -> None:
        """Commit to the trail. Nothing is answered before.

        Raises:
            AuthError: UNAVAILABLE if it could not be.
        """
        event = attempt.event(outcome, rule)
        try:
            await self._store.trace(event)
        except StoreError:
            raise refusal(Rule.UNAVAILABLE, retry_after=5) from None

    def _refused(self, error: AuthError, request: Request) -> Response:
        body = {
            "error": error.error,
            "error_description": error.sentence(request.headers.get("accept-language", "")),
            "rule": error.rule.value,
        }
        return JSONResponse(body, error.status, error.headers)
