"""An open record and the lines that stand on every one of its screens: who, in which access mode, which allergies."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.consents import Contact, RecordStatus
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import Identity, Sex, Traits, fold
from dmp_tui.dmp.professions import Mode, Professional
from dmp_tui.dmp.sheet.model import Sheet
from dmp_tui.i18n import _
from dmp_tui.screens.allergies import allergy_summary
from dmp_tui.screens.words import clock_time, phone, reliability, traits_line
from dmp_tui.widgets.line import ALARM, BAR, STRONG, Cell, Row
from dmp_tui.widgets.text import two_ends, visible

if TYPE_CHECKING:
    from dmp_tui.screens.acts import Standing

NO_SUBJECT = Subject()
"""A summary that does not say whom it is about."""


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """What the app knows of the record before the clinician. ``identity`` is the card's or the user's, never ours."""

    identity: Identity
    patient_id: str
    sheet: Sheet
    read_at: datetime
    professional: str
    """Who reads, as the server named him."""
    professional_id: str = ""
    """His national id: what he wrote himself is told apart by it."""
    facility: str = ""
    """Where he works."""
    subject: Subject = NO_SUBJECT
    """Whom the record says it is about: compared, never shown as the identity (RG_0320)."""
    status: RecordStatus = RecordStatus.ACTIVE
    mode: Mode = Mode.NORMAL
    mode_end: datetime | None = None
    treating_doctor: str = ""
    treating_doctor_phone: str = ""
    contacts: tuple[Contact, ...] = ()
    phones: tuple[str, ...] = ()
    address: str = ""
    """The patient's own, as declared in the record: to call, never to identify."""
    documents: tuple[DocumentEntry, ...] | None = None
    """None until they were asked for."""
    last_access: datetime | None = None
    """When this professional last read the record, before this session; None if never."""
    card_out: bool = False
    """The Vitale card that opened it was pulled."""
    caller: Professional | None = None
    """Who reads, with his role: what he is offered depends on it."""
    standing: "Standing | None" = None
    """Who is authorised, what the patient wants; None until it was asked for."""
    treating: bool = False
    """The reader is the treating doctor: he sees everybody's traces."""
    secret: bool = False
    """A secret session: its trace is hidden from the minor's legal representatives."""

    @property
    def reckoned(self) -> Traits:
        """Names of the identity before us, with the birth date and the sex to reckon by: its own, else the record's."""
        ours, theirs = self.identity.traits, self.subject.traits
        sex = ours.sex if ours.sex is not Sex.U else theirs.sex
        return Traits(ours.family, ours.given, ours.birth or theirs.birth, sex)


def differing_traits(identity: Traits, record: Traits) -> bool:
    """Whether the record's traits are of another person than the one before us; what one side lacks never differs."""
    for ours, theirs in ((identity.family, record.family), (identity.given, record.given)):
        one, other = fold(ours), fold(theirs)
        if one and other and not (one.startswith(other) or other.startswith(one)):
            return True
    if identity.birth and record.birth:
        a, b = identity.birth, record.birth
        if (a.month, a.day) != (b.month, b.day) or (a.year and b.year and a.year != b.year):
            return True
    return Sex.U not in {identity.sex, record.sex} and identity.sex is not record.sex


def banner_rows(record: OpenRecord, width: int, today: date, *, allergies: bool) -> list[Row]:
    """Identity, access mode, a warning where identities differ, and the allergies on one row if asked."""
    rows = [*identity_rows(record.identity, width, today), _mode_row(record, width)]
    if differing_traits(record.identity.traits, record.subject.traits):
        theirs = _("! AU DOSSIER : {traits}").format(traits=traits_line(record.subject.traits, today))
        rows.append((Cell(0, width, two_ends(theirs, _("VÉRIFIEZ LE PATIENT"), width), ALARM),))
    if allergies:
        rows += [(Cell(0, width, text, style),) for text, style in allergy_summary(record.sheet, width)]
    return rows


def identity_rows(identity: Identity, width: int, today: date) -> list[Row]:
    """One row; two where a long name and the number do not fit beside each other: neither gives way."""
    number = _("INS {ins} ({status})").format(ins=identity.ins.grouped, status=reliability(identity.status))
    if not identity.ins.key_is_right:
        number = _("! clé fausse : {ins}").format(ins=number)
    traits = traits_line(identity.traits, today)
    if cell_len(traits) + cell_len(number) < width:
        return [(Cell(0, width, two_ends(traits, number, width), BAR),)]
    return [(Cell(0, width, text, BAR),) for text in (traits, number)]


def _mode_row(record: OpenRecord, width: int) -> Row:
    """Mode, reader, state, treating doctor, when it was read. Where there is no room, the place of work goes first."""
    mode, style = mode_words(record)
    state = _("DMP actif") if record.status is RecordStatus.ACTIVE else _("DMP FERMÉ")
    doctor = unnumbered = ""
    if record.treating_doctor:
        name, number = visible(record.treating_doctor), phone(record.treating_doctor_phone)
        doctor = _("MT {name} {phone}").format(name=name, phone=number).strip()
        # A number is whole or it is not there: who is called by half of one?
        unnumbered = _("MT {name} {phone}").format(name=name, phone="").strip()
    read = _("lu {time}").format(time=clock_time(record.read_at))
    if record.card_out:
        read = _("CARTE RETIRÉE") + " " + read
    room = width - cell_len(mode) - 1
    full = visible(", ".join(part for part in (record.professional, record.facility) if part))
    short = visible(record.professional)
    active = record.status is RecordStatus.ACTIVE
    less = "" if active else state
    for who, said, told in (
        (full, state, doctor),
        (short, state, doctor),
        (short, less, doctor),
        (short, less, unnumbered),
    ):
        text = " · ".join(part for part in (who, said, told) if part)
        if cell_len(text) + cell_len(read) < room:
            break
    return (Cell(0, cell_len(mode), mode, style), Cell(cell_len(mode) + 1, room, two_ends(text, read, room)))


def unusual_rows(record: OpenRecord | None, width: int) -> list[Row]:
    """For the screens above a record that show nothing of it: the access mode, where it is not the usual one."""
    if record is None or (record.mode is Mode.NORMAL and not record.secret):
        return []
    words, style = mode_words(record)
    return [(Cell(0, width, words, style),)]


def secret_rows(secret: bool, width: int) -> list[Row]:
    """For the screens before a minor's record is open: that the session is secret, where it is."""
    return [(Cell(0, width, _("CONNEXION SECRÈTE"), ALARM),)] if secret else []


def mode_words(record: OpenRecord) -> tuple[str, Style]:
    """The access mode and until when, and that the session is secret, with its style."""
    mode, style = _mode_words(record)
    return (f"{mode} · {_('CONNEXION SECRÈTE')}", ALARM) if record.secret else (mode, style)


def _mode_words(record: OpenRecord) -> tuple[str, Style]:
    end = clock_time(record.mode_end) if record.mode_end else "?"
    if record.mode is Mode.BREAK_GLASS:
        return _("BRIS DE GLACE jusqu'à {time}").format(time=end), ALARM
    if record.mode is Mode.CENTRE_15:
        return _("CENTRE 15 jusqu'à {time}").format(time=end), ALARM
    return _("NORMAL"), STRONG
