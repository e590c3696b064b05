"""A holder before his own record: what the rules say, and what the trail keeps. No other record is there for him."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.holder import HolderAct, HolderQuestion, decide_for_holder, exists_for_holder
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.rights import Decision
from dmp_tui.server.access import Refused
from dmp_tui.server.caller import PatientCaller
from dmp_tui.server.outcomes import FhirError, Said, not_found
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import record_of
from dmp_tui.store.reads import Reads
from dmp_tui.store.trail import ALLOWED, REFUSED, TrailEvent

ROLE_OF_PATIENT = "patients-space"
"""Rule of what a patient's token is not for."""


@dataclass(frozen=True, slots=True)
class Own:
    """A holder and his record, now."""

    caller: PatientCaller
    record: Record
    now: datetime

    def ask(self, act: HolderAct, document: DocumentEntry | None = None) -> Decision:
        """What the rules say."""
        return decide_for_holder(HolderQuestion(act, self.caller.holder, self.record, self.now, document))

    def sees(self, document: DocumentEntry) -> bool:
        """Whether a document exists for him."""
        return exists_for_holder(document, self.caller.holder, self.now)

    def require(self, act: HolderAct, document: DocumentEntry | None = None) -> Decision:
        """The decision, if it is to allow.

        Raises:
            Refused: it is not.
        """
        decision = self.ask(act, document)
        if not decision.allowed:
            raise Refused(self.event(act, decision, document), decision)
        return decision

    def event(
        self, act: str, decision: Decision, document: DocumentEntry | None = None, detail: str = ""
    ) -> TrailEvent:
        """What the trail keeps."""
        caller = self.caller
        return TrailEvent(
            actor=caller.actor,
            actor_name=caller.name,
            role=caller.holder.value,
            mode=Mode.NORMAL.value,
            operation=str(act),
            outcome=ALLOWED if decision.allowed else REFUSED,
            rule=decision.rule,
            patient_id=self.record.id,
            document_id=document.id if document else "",
            session=caller.session,
            detail=detail,
            address=caller.address,
            request=caller.request,
        )


def own_record(services: Services, caller: PatientCaller, reads: Reads | None = None) -> Own:
    """The caller's record as it stands.

    Raises:
        FhirError: 404, it was destroyed.
    """
    record = (reads or services.store).patient(caller.patient_id)
    if record is None:
        raise not_found()
    return Own(caller, record, services.clock())


def named(services: Services, caller: PatientCaller, patient_id: str) -> Own:
    """The record of a path, which has to be his own.

    Raises:
        FhirError: 404, alike for another's and for none.
    """
    if patient_id != caller.patient_id:
        raise not_found()
    return own_record(services, caller)


def referred(services: Services, caller: PatientCaller, reference: str) -> Own:
    """The record that a parameter names (his own if it names none).

    Raises:
        FhirError: 400, 404.
    """
    if reference:
        local = reference if "/" in reference or "?" in reference else f"Patient/{reference}"
        record = record_of(services.store, local, services.base_url)
        if record is None or record.id != caller.patient_id:
            raise not_found()
    return own_record(services, caller)


def not_for_patients() -> FhirError:
    """403: the call is a professional's, whatever it names and whether that is there."""
    said = Said(
        "Cet appel est réservé aux professionnels : votre espace ne le fait pas.",
        "This call is for professionals: your own space does not do it.",
    )
    return FhirError(403, "forbidden", ROLE_OF_PATIENT, said, "CSP L1111-19")


def unanswered(caller: PatientCaller, operation: str, rule: str, path: Mapping[str, str]) -> TrailEvent:
    """What the trail keeps of a request of his that was refused beside the rules."""
    return TrailEvent(
        actor=caller.actor,
        actor_name=caller.name,
        role=caller.holder.value,
        mode=Mode.NORMAL.value,
        operation=str(operation),
        outcome=REFUSED,
        rule=rule,
        session=caller.session,
        detail=" ".join(value[:64] for value in path.values()),
        address=caller.address,
        request=caller.request,
    )
