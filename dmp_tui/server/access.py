"""The one place where access is decided: who calls, what the store knows, what the rules say, what the trail keeps.

An endpoint asks here before it answers. What is allowed is traced before a byte leaves; what is refused is raised as
``Refused``, and ``app`` traces it in one place before it answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dmp_tui.dmp.consents import Authorisation, AuthorisationState, Record, authorisation_state, is_minor, settled
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.habilitations import Cell
from dmp_tui.dmp.professions import Mode, Role
from dmp_tui.dmp.rights import UNSAID, Decision, Obligation, Operation, Question, column, decide, state_of
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import broken_rule
from dmp_tui.server.settings import ServerSettings
from dmp_tui.store.reads import Reads
from dmp_tui.store.trail import ALLOWED, NOTIFY, REFUSED, TrailEvent
from dmp_tui.store.veils import Eyes

_NOBODY = Authorisation(AuthorisationState.NONE)


@dataclass(frozen=True, slots=True)
class Access:
    """A caller before a record, with all that the rules ask."""

    caller: Caller
    now: datetime
    settings: ServerSettings
    record: Record | None = None
    authorisation: Authorisation = _NOBODY

    def ask(self, operation: Operation, document: DocumentEntry | None = None) -> Decision:
        """What the rules say of this operation."""
        caller, record = self.caller, self.record
        emergency = caller.mode is not Mode.NORMAL
        question = Question(
            operation,
            caller.professional,
            caller.mode,
            self.now,
            record.status if record else None,
            self.authorisation.state,
            record.treating_doctor if record else "",
            grant=not emergency or (record is not None and caller.patient == record.ins),
            bound=caller.patient is not None,
            document=state_of(document) if document else None,
            habilitation=self._habilitation(document),
            block_bars_emergency=self.settings.block_bars_emergency,
            grant_end=caller.grant_end,
            authorisation_end=self.authorisation.end,
            emergency=record.emergency if record else UNSAID,
            administrator=self.administrator,
        )
        return decide(question)

    def _habilitation(self, document: DocumentEntry | None) -> Cell:
        if document is None:
            return Cell.UNKNOWN
        return self.settings.habilitations.cell(self.caller.professional.profession, document.type.code)

    @property
    def administrator(self) -> bool:
        """The patient let the caller see masked documents as his treating doctor does."""
        return self.record is not None and self.caller.professional.id in self.record.administrators

    @property
    def eyes(self) -> Eyes:
        """The caller, for statements that fetch nothing that is masked from him."""
        return eyes_of(self.caller, self.record)

    def sees(self, document: DocumentEntry) -> bool:
        """Whether the document exists for this caller: he may list it, or it is his own to withdraw."""
        return any(
            self.ask(operation, document).allowed
            for operation in (Operation.SEARCH_METADATA, Operation.SEARCH_DOCUMENT_REFERENCE, Operation.DELETE)
        )

    def require(self, operation: Operation, document: DocumentEntry | None = None) -> Decision:
        """The decision, if it is to allow.

        Raises:
            Refused: it is not; whoever answers traces it first.
        """
        decision = self.ask(operation, document)
        if not decision.allowed:
            raise Refused(self.event(operation, decision, document), decision)
        return decision

    def event(
        self, operation: str, decision: Decision, document: DocumentEntry | None = None, detail: str = ""
    ) -> TrailEvent:
        """What the trail keeps of it."""
        caller, record = self.caller, self.record
        professional = caller.professional
        told = NOTIFY if Obligation.NOTIFY in decision.obligations and decision.allowed else ""
        return TrailEvent(
            actor=professional.id,
            actor_name=professional.name,
            role=column(professional, caller.mode, record.treating_doctor if record else "").partition(".")[0],
            mode=caller.mode.value,
            operation=str(operation),
            outcome=ALLOWED if decision.allowed else REFUSED,
            rule=decision.rule,
            patient_id=record.id if record else "",
            document_id=document.id if document else "",
            reason_code=caller.reason_code,
            reason=caller.reason,
            session=caller.session,
            on_behalf_of=professional.on_behalf_of,
            detail=" ".join(part for part in (detail, told) if part),
            address=caller.address,
            request=caller.request,
            secret=caller.secret,
        )


def unanswered(caller: Caller, operation: str, rule: str, named: Mapping[str, str]) -> TrailEvent:
    """What the trail keeps of a request that was refused before the rules were asked, or beside them.

    ``named`` is what its path names: it is sealed, and may name nothing that exists.
    """
    professional = caller.professional
    return TrailEvent(
        actor=professional.id,
        actor_name=professional.name,
        role=professional.role.value,
        mode=caller.mode.value,
        operation=str(operation),
        outcome=REFUSED,
        rule=rule,
        reason_code=caller.reason_code,
        reason=caller.reason,
        session=caller.session,
        on_behalf_of=professional.on_behalf_of,
        detail=" ".join(value[:64] for value in named.values()),
        address=caller.address,
        request=caller.request,
        secret=caller.secret,
    )


class Refused(Exception):  # noqa: N818 - a decision, not a fault
    """An act that the rules do not allow, with what the trail is to keep of it."""

    def __init__(self, event: TrailEvent, decision: Decision) -> None:
        super().__init__(decision.rule)
        self.event = event
        self.decision = decision


def eyes_of(caller: Caller, record: Record | None) -> Eyes:
    """Who looks, before any of a record's documents is fetched.

    ``record`` is the one that the caller is before, or, where only a document is named, the one of his grant.
    """
    professional = caller.professional
    clerical = professional.role in {Role.CPE_CLERK, Role.FACILITY_CERTIFICATE}
    actors = frozenset({professional.id, professional.facility if clerical else ""}) - {""}
    granted = record is not None and caller.mode is not Mode.NORMAL and caller.patient == record.ins
    opened = record.id if record is not None and granted and settled(record.emergency).masked else ""
    return Eyes(actors, opened)


def eyes_without_record(reads: Reads, caller: Caller) -> Eyes:
    """Who looks where only a document's id is named: the grant's own record is looked up first, if there is one."""
    return eyes_of(caller, reads.patient_by_ins(caller.patient) if caller.patient else None)


def access_to(
    reads: Reads, caller: Caller, record: Record | None, settings: ServerSettings, clock: Callable[[], datetime]
) -> Access:
    """The caller before this record (or before none), with what the store knows now.

    Raises:
        FhirError: 422, a secret session before somebody who is no minor.
    """
    now = clock()
    if record is None:
        return Access(caller, now, settings)
    if caller.secret and not is_minor(record.traits.birth, now.date()):
        raise broken_rule(
            "secret-session",
            "La connexion secrète ne vaut que pour un mineur : l'âge de ce patient ne le permet pas.",
            "A secret session is for minors only: this patient's age does not allow it.",
        )
    professional = caller.professional
    consents = reads.consents_between(record.id, {professional.id, professional.facility})
    # A wall clock that was set back prolongs no authorisation.
    held = authorisation_state(consents, professional, record.treating_doctor, max(now, caller.at or now))
    return Access(caller, now, settings, record, held)
