"""Opening a record: what is asked of the server, in which order, and what can come of it.

No card and no screen here: the app gives an identity and a connected client, and is told one outcome.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from dmp_tui.dmp.consents import AuthorisationState, RecordStatus, kept_until
from dmp_tui.dmp.identity import NO_TRAITS, Identity, Origin
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.i18n import _
from dmp_tui.screens.access import Ways, ways_of
from dmp_tui.screens.record import OpenRecord
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.client import DmpClient, Grant, PatientStatus
    from dmp_tui.dmp.fhir.record_changes import Opening


REGULATION = "regulation-call"
"""The reason code of centre 15, an access mode of its own."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The record, read."""

    record: OpenRecord
    said: str = ""
    """What is to be told first; empty: what came since the last visit."""


@dataclass(frozen=True, slots=True)
class NotAuthorised:
    """The record exists; the caller has no valid authorisation."""

    identity: Identity
    why: str
    ways: Ways


@dataclass(frozen=True, slots=True)
class NoRecord:
    """This person has none."""

    identity: Identity
    why_not: str
    """Why the caller cannot open one; empty where he can."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The record is closed."""

    identity: Identity
    closed: datetime | None
    reason: str
    why_not: str
    """Why the caller cannot open it again; empty where he can."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """There is nothing to open, and why, in one sentence."""

    sentence: str


Outcome = Opened | NotAuthorised | NoRecord | Closed | NotOpened


async def open_record(
    client: "DmpClient", identity: Identity, professional: Professional, grant: "Grant | None" = None
) -> Outcome:
    """Ask whether the record exists and may be read, and read its sheet.

    ``grant`` is the emergency access that this session was given for this person, if it still runs.

    Raises:
        ClientError: what the server or the way to it did.
    """
    status = await client.find_patient(identity.ins)
    if status is None:
        return NoRecord(identity, why_not_create(identity, professional))
    if status.status is RecordStatus.CLOSED:
        why = why_not_reopen(identity, status, professional, client.now())
        return Closed(identity, status.closed, status.closing_reason, why)
    if grant is not None:
        return Opened(await read_record(client, identity, status, professional, mode=grant.mode, mode_end=grant.end))
    ways = ways_of(professional, btg_open=status.btg_open, etreat_open=status.etreat_open)
    if status.authorisation is not AuthorisationState.VALID or ways.told:
        return NotAuthorised(identity, why_not(status, regulator=professional.regulator), ways)
    return Opened(await read_record(client, identity, status, professional))


async def read_record(
    client: "DmpClient",
    identity: Identity,
    status: "PatientStatus",
    professional: Professional,
    *,
    mode: Mode = Mode.NORMAL,
    mode_end: datetime | None = None,
) -> OpenRecord:
    """The sheet of a record that may be read, in the mode whose token the client holds.

    Raises:
        ClientError: what the server or the way to it did.
    """
    answer = await client.summary(identity.ins)
    return OpenRecord(
        identity,
        status.id,
        answer.sheet,
        answer.read_at,
        professional.name,
        professional_id=professional.id,
        facility=professional.facility_name,
        subject=answer.subject,
        status=status.status,
        mode=mode,
        mode_end=mode_end,
        treating_doctor=status.treating_doctor_name,
        treating_doctor_phone=status.treating_doctor_phone,
        last_access=status.last_access,
        caller=professional,
        treating=status.is_treating_doctor,
    )


async def break_glass(
    client: "DmpClient", identity: Identity, professional: Professional, reason_code: str, reason: str
) -> Outcome:
    """Break the glass for one person and read the sheet.

    Raises:
        ClientError: what the server or the way to it did (a refusal names its rule).
    """
    status = await client.find_patient(identity.ins)
    if status is None:
        return NotOpened(
            _("Aucun DMP pour l'INS {ins} : vérifiez le numéro, ou continuez sans dossier.").format(
                ins=identity.ins.grouped
            )
        )
    if reason_code == REGULATION:
        grant = await client.centre_15(identity.ins, reason_code, reason)
    else:
        grant = await client.break_glass(identity.ins, reason_code, reason)
    return Opened(await read_record(client, identity, status, professional, mode=grant.mode, mode_end=grant.end))


async def create_and_open(
    client: "DmpClient", identity: Identity, professional: Professional, opening: "Opening"
) -> Outcome:
    """Open a record for someone who has none, then read it, if the patient authorised that too.

    Raises:
        ClientError: what the server or the way to it did (a refusal names its rule).
    """
    await client.create_record(identity, opening)
    return _saying(_("DMP ouvert."), await open_record(client, identity, professional))


async def reopen_and_open(client: "DmpClient", identity: Identity, professional: Professional) -> Outcome:
    """Open a closed record again, then read it.

    Raises:
        ClientError: what the server or the way to it did (a refusal names its rule).
    """
    status = await client.find_patient(identity.ins)
    if status is not None and status.status is RecordStatus.CLOSED:
        await client.reopen_record(status.id)
    return _saying(_("DMP rouvert."), await open_record(client, identity, professional))


def _saying(sentence: str, outcome: Outcome) -> Outcome:
    return replace(outcome, said=sentence) if isinstance(outcome, Opened) else outcome


async def declare_and_open(client: "DmpClient", identity: Identity, professional: Professional) -> Outcome:
    """Declare that the patient consents, then open.

    Raises:
        ClientError: what the server or the way to it did.
    """
    await client.declare_authorisation(identity.ins)
    return await open_record(client, identity, professional)


async def with_documents(client: "DmpClient", record: OpenRecord) -> OpenRecord:
    """The record with its list of documents."""
    return replace(record, documents=await client.documents(record.identity.ins))


async def with_admin_data(client: "DmpClient", record: OpenRecord) -> OpenRecord:
    """The record with the contacts, address and telephones that are declared in it."""
    declared = await client.patient_admin(record.patient_id)
    return replace(record, contacts=declared.contacts, phones=declared.phones, address=declared.address)


def why_not_create(identity: Identity, professional: Professional) -> str:
    """Why a professional cannot open a record for this person, and what can be done; empty where he can."""
    if professional.role is Role.OCCUPATIONAL_DOCTOR:
        return _("La médecine du travail n'ouvre pas de DMP : le patient peut le demander à tout autre soignant.")
    if professional.role is Role.FACILITY_CERTIFICATE:
        return _("Un certificat d'établissement n'ouvre pas de DMP : il y faut un soignant ou un agent d'accueil.")
    if identity.origin is not Origin.CARD:
        return _("Pour ouvrir un DMP, il faut la carte Vitale du patient : insérez-la.")
    if not identity.traits.family or identity.traits.birth is None:
        return _("Pour ouvrir un DMP, il faut un nom et une date de naissance, et cette carte ne les donne pas.")
    return ""


def why_not_reopen(identity: Identity, status: "PatientStatus", professional: Professional, now: datetime) -> str:
    """Why a professional cannot open this closed record again, and what can be done; empty where he can."""
    if status.closed is not None and now >= kept_until(status.closed):
        return _("Fermé depuis plus de dix ans : il ne se rouvre plus.")
    if professional.role not in {Role.DOCTOR, Role.NON_DOCTOR}:
        return _("Votre carte ne permet pas de rouvrir un DMP : un soignant que le patient a autorisé le peut.")
    if status.authorisation is not AuthorisationState.VALID:
        return _(
            "Pour le rouvrir, il faut une autorisation du patient qui vaille encore : ici, vous n'en avez pas. "
            "Son médecin traitant, ou un soignant qu'il avait autorisé, le peut."
        )
    if identity.origin is not Origin.CARD:
        return _("Pour le rouvrir, il faut la carte Vitale du patient : insérez-la.")
    return ""


def why_not(status: "PatientStatus", *, regulator: bool = False) -> str:
    """Why a record is closed to the caller, and which emergency access the patient opposes."""
    why = _why_not(status.authorisation)
    if not status.btg_open:
        why += " " + _("Il s'est opposé au bris de glace.")
    if regulator and not status.etreat_open:
        why += " " + _("Il s'est opposé à l'accès par le centre 15.")
    return why


def _why_not(state: AuthorisationState) -> str:
    if state is AuthorisationState.FORBIDDEN:
        return _("Le patient a bloqué votre accès à ce dossier.")
    if state is AuthorisationState.VALID:
        return _("Le patient vous a autorisé, mais votre carte ne permet pas de lire.")
    if state is AuthorisationState.EXPIRED:
        return _("Votre autorisation d'accès à ce dossier a expiré.")
    return _("Le dossier existe, mais vous n'avez pas d'autorisation du patient.")


def named(identity: Identity) -> str:
    """The person of an identity in a message: his name, else his number."""
    if identity.traits == NO_TRAITS:
        return identity.ins.grouped
    return visible(f"{identity.traits.family.upper()} {identity.traits.given}".strip())
