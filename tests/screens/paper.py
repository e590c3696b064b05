"""A server on paper: the calls of the client, answered from values. The real one is driven by the end-to-end tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dmp_tui.cards.authentication import AuthenticationCard
from dmp_tui.client.answers import AdminData, Grant, PatientStatus, Session, SummaryAnswer
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.config import Settings
from dmp_tui.dmp.consents import AuthorisationState, Contact, RecordStatus
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import Ins
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.dmp.sheet.model import Sheet
from tests.screens.people import CLAIRE, NOW, SHEET

MAX = Professional("899700000001", "Dr LIBRE Max", "10", Role.DOCTOR, "SM59", facility_name="CH de Valmont, urgences")


SETTINGS = Settings("https://dmp.example", site_oid="1.2.250.1.213.1.4.10")


@dataclass
class PaperServer:
    """Answers as it is told to. ``calls`` keeps what was asked."""

    sheet: Sheet = SHEET
    authorisation: AuthorisationState = AuthorisationState.VALID
    status: RecordStatus = RecordStatus.ACTIVE
    known: bool = True
    documents_listed: tuple[DocumentEntry, ...] = ()
    contents: dict[str, bytes] = field(default_factory=dict)
    trouble: dict[str, ClientError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    on_call: Callable[[str], None] = lambda name: None

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.on_call(name)
        if name in self.trouble:
            raise self.trouble[name]

    async def login(self, card: AuthenticationCard) -> Session:
        self._called("login")
        assert len(card.sign(b"message")) == 256
        return Session(MAX, NOW + timedelta(minutes=15), timedelta(0))

    async def renew(self, card: AuthenticationCard) -> Session:
        self.trouble = {k: e for k, e in self.trouble.items() if e.problem is not ClientProblem.SESSION_ENDED}
        self._called("renew")
        return Session(MAX, NOW + timedelta(minutes=15), timedelta(0))

    async def logout(self) -> bool:
        self._called("logout")
        return True

    async def aclose(self) -> None:
        self._called("aclose")

    async def find_patient(self, ins: Ins) -> PatientStatus | None:
        self._called("find_patient")
        if not self.known:
            return None
        closed = NOW if self.status is RecordStatus.CLOSED else None
        return PatientStatus(
            "p1",
            ins,
            CLAIRE,
            self.status,
            self.authorisation,
            closed=closed,
            treating_doctor_name="Dr DURAND",
            treating_doctor_phone="01 23 45 67 89",
        )

    async def summary(self, _ins: Ins) -> SummaryAnswer:
        self._called("summary")
        return SummaryAnswer(self.sheet, Subject(traits=CLAIRE), NOW)

    async def documents(self, _ins: Ins) -> tuple[DocumentEntry, ...]:
        self._called("documents")
        return self.documents_listed

    async def content(self, document: DocumentEntry) -> bytes:
        self._called("content")
        return self.contents[document.id]

    async def patient_admin(self, _patient_id: str) -> AdminData:
        self._called("patient_admin")
        contact = Contact("MARTINEAU Paul", "conjoint", "06 12 34 56 78", "TRUSTED")
        return AdminData("12 rue des Lilas, 99999 Valmont", ("06 99 88 77 66",), (contact,))

    async def declare_authorisation(self, _ins: Ins) -> datetime | None:
        self._called("declare_authorisation")
        self.authorisation = AuthorisationState.VALID
        return None

    async def centre_15(self, _ins: Ins, reason_code: str, reason: str) -> Grant:
        self._called(f"centre_15 {reason_code} {len(reason)}")
        return Grant(Mode.CENTRE_15, NOW + timedelta(hours=1))

    def leave_emergency(self, _ins: Ins) -> None:
        self._called("leave_emergency")

    async def break_glass(self, _ins: Ins, reason_code: str, reason: str) -> Grant:
        self._called(f"break_glass {reason_code} {len(reason)}")
        return Grant(Mode.BREAK_GLASS, NOW + timedelta(hours=1))
