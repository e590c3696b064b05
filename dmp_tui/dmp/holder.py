"""What the holder of a record may do with it himself, and what of it exists for him. Pure.

Sources: CSP L1111-19 (he reads his record, and the list of who has access and who had), R1111-43 (the trail), R1111-46
and R1111-47 (he authorises, blocks, revokes), R1111-48 (the emergency accesses), R1111-49 (he masks), R1111-53 (what is
hidden from him is told within two weeks and visible after a month), R1111-50 and L1111-5 (minors), L1111-18 (closing).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp_tui.dmp.accounts import HolderKind
from dmp_tui.dmp.consents import Authorisation, AuthorisationState, Record, RecordStatus, is_minor
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.dmp.rights import Decision, Refusal, state_of

OWN_TYPES = ("EXPPAT_1", "EXPPAT_2", "EXPPAT_3", *(f"DOCPAT{number:02}" for number in range(1, 10)))
"""Types that a patient may add (JDV_J66)."""
OWN_MEDIA = frozenset({"application/pdf", "text/plain"})


class HolderAct(StrEnum):
    """What a holder does; the names are those of the trail."""

    READ_SHEET = "read_unmasked"
    READ_DOCUMENTS = "search_metadata"
    READ_CONTENT = "read_document"
    READ_ADMIN = "read_admin_data"
    READ_TRAIL = "read_trail"
    READ_CONSENTS = "list_authorised_or_blocked_professionals"
    READ_NOTICES = "read_notices"
    BLOCK = "block_professional"
    END_CONSENT = "authorisation_remove"
    """He revokes an authorisation, or lifts a block."""
    MASK = "mask_from_professionals"
    UNMASK = "unmask_from_professionals"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    DELETE = "delete"
    ADD_DOCUMENT = "submit_document"
    CHANGE_DECLARED = "change_admin_data"
    """Address, telephones, contacts, the three emergency consents."""
    NAME_ADMINISTRATOR = "name_administrator"
    CLOSE = "close_record"


ARTICLES = {
    HolderAct.READ_SHEET: "CSP L1111-19",
    HolderAct.READ_DOCUMENTS: "CSP L1111-19",
    HolderAct.READ_CONTENT: "CSP L1111-19",
    HolderAct.READ_ADMIN: "CSP L1111-19",
    HolderAct.READ_TRAIL: "CSP R1111-43",
    HolderAct.READ_CONSENTS: "CSP L1111-19",
    HolderAct.READ_NOTICES: "CSP R1111-48",
    HolderAct.BLOCK: "CSP R1111-46",
    HolderAct.END_CONSENT: "CSP R1111-46",
    HolderAct.MASK: "CSP R1111-49",
    HolderAct.UNMASK: "CSP R1111-49",
    HolderAct.ARCHIVE: "PDT-INF-526 v1.8 TD3.3",
    HolderAct.UNARCHIVE: "PDT-INF-526 v1.8 TD3.3",
    HolderAct.DELETE: "PDT-INF-526 v1.8 TD3.3",
    HolderAct.ADD_DOCUMENT: "CSP L1111-15",
    HolderAct.CHANGE_DECLARED: "CSP R1111-48",
    HolderAct.NAME_ADMINISTRATOR: "CSP L1111-16",
    HolderAct.CLOSE: "CSP L1111-18",
}
_OF_CLOSED = frozenset({HolderAct.READ_TRAIL, HolderAct.READ_CONSENTS, HolderAct.READ_NOTICES, HolderAct.READ_ADMIN})
"""What a closed record still shows: who had access to it. Its content is kept, and read by nobody."""
_OF_OWN = frozenset({HolderAct.ARCHIVE, HolderAct.UNARCHIVE, HolderAct.DELETE})


@dataclass(frozen=True, slots=True)
class HolderQuestion:
    """Everything that a decision about a holder is made from."""

    act: HolderAct
    holder: HolderKind
    record: Record
    now: datetime
    document: DocumentEntry | None = None


def decide_for_holder(question: HolderQuestion) -> Decision:
    """May this be done? A representative's rights end with his child's minority."""
    record, act = question.record, question.act
    minor = is_minor(record.traits.birth, question.now.date())
    if question.holder is HolderKind.REPRESENTATIVE and not minor:
        return Decision(False, "CC 388-1-1, CSP L1111-2", Refusal.ROLE)
    if record.status is RecordStatus.CLOSED and act not in _OF_CLOSED:
        return Decision(False, "CSP L1111-18", Refusal.CLOSED)
    document = question.document
    if document is not None and not exists_for_holder(document, question.holder, question.now):
        return Decision(False, "CSP R1111-53", Refusal.MASKED)
    if document is not None and act in _OF_OWN and not state_of(document).by_patient:
        return Decision(False, ARTICLES[act], Refusal.NOT_THE_AUTHOR)
    return Decision(True, ARTICLES[act])


def exists_for_holder(document: DocumentEntry, holder: HolderKind, now: datetime) -> bool:
    """Whether a document is there for a holder: not while it is hidden from him, nor once it was withdrawn.

    A legal representative never sees what is hidden from legal representatives, whichever clock has run.
    """
    if document.status is DocumentStatus.ENTERED_IN_ERROR:
        return False
    levels = document.confidentiality
    if holder is HolderKind.REPRESENTATIVE and Confidentiality.HIDDEN_FROM_REPRESENTATIVES in levels:
        return False
    return Confidentiality.HIDDEN_FROM_PATIENT not in levels or now >= shown_from(document)


def shown_from(document: DocumentEntry) -> datetime:
    """When a document that is hidden from the patient shows by itself: one month after its deposit (R1111-53)."""
    start = datetime.fromisoformat(document.submitted)
    year, month = start.year + start.month // 12, start.month % 12 + 1
    for day in range(start.day, 27, -1):
        try:
            return start.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return start.replace(year=year, month=month)


def may_open_access(
    professional: Professional,
    mode: Mode,
    authorisation: Authorisation,
    record: Record,
    *,
    holder: HolderKind,
    now: datetime,
) -> Decision:
    """Whether a professional may give the code of a patient's own access (TD1.5a), the patient being there.

    A health professional in normal mode, with the patient's authorisation, on an active record; a representative's
    access only for a minor.
    """
    rule = "DMP TD1.5a"
    if professional.role not in {Role.DOCTOR, Role.NON_DOCTOR}:
        return Decision(False, rule, Refusal.ROLE)
    if mode is not Mode.NORMAL:
        return Decision(False, rule, Refusal.MODE)
    if record.status is RecordStatus.CLOSED:
        return Decision(False, "CSP L1111-18", Refusal.CLOSED)
    if authorisation.state is AuthorisationState.FORBIDDEN:
        return Decision(False, "CSP R1111-46", Refusal.BLOCKED)
    if authorisation.state is not AuthorisationState.VALID:
        lapsed = authorisation.state is AuthorisationState.EXPIRED
        return Decision(False, "CSP L1110-4, R1111-46", Refusal.EXPIRED if lapsed else Refusal.NOT_AUTHORISED)
    if holder is HolderKind.REPRESENTATIVE and not is_minor(record.traits.birth, now.date()):
        return Decision(False, "CSP L1111-2", Refusal.ROLE)
    return Decision(True, rule)
