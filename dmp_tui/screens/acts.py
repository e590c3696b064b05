"""What can be done about a record as such, each act as a value, and doing it: no screen here and no card.

Which acts a professional is offered, and why he is not offered the others, is told before he asks; the server decides
anyway, and what it answers is told too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dmp_tui.dmp.consents import AuthorisationState, Consent, ConsentKind, EmergencyConsents
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.i18n import _
from dmp_tui.screens.dates import day
from dmp_tui.screens.record import OpenRecord
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.client import AdminData, DmpClient, PatientStatus
    from dmp_tui.dmp.documents import Confidentiality, DocumentEntry


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands, as the server told it to this caller."""

    status: "PatientStatus"
    at: datetime
    """When, by the server's clock."""
    declared: "AdminData | None" = None
    """None where he may not see it."""
    consents: tuple[Consent, ...] | None = None
    """None where he may not see them."""
    untold: str = ""
    """Why they are not told, in one sentence."""

    def own(self, professional: Professional) -> tuple[Consent, ...]:
        """The authorisations that the caller holds himself, the newest first."""
        return own_of(self.consents or (), professional)


def own_of(consents: Iterable[Consent], professional: Professional | None) -> tuple[Consent, ...]:
    """The authorisations among them that a professional holds himself, the newest first."""
    held = [c for c in consents if c.kind is ConsentKind.PERMIT and c.active and not c.actor_is_organisation]
    mine = [c for c in held if professional is not None and c.actor == professional.id]
    return tuple(sorted(mine, key=lambda c: c.start, reverse=True))


@dataclass(frozen=True, slots=True)
class Authorise:
    """The patient consents: the caller, or his facility's care team, may read from now on."""

    for_team: bool = False
    collected: datetime | None = None
    """When the patient said so; None: now."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The caller gives back his own authorisations, all of them."""


@dataclass(frozen=True, slots=True)
class Treat:
    """The patient declares the caller his treating doctor."""


@dataclass(frozen=True, slots=True)
class Resign:
    """The caller is the treating doctor no more."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the patient wants in emergencies."""

    emergency: EmergencyConsents


@dataclass(frozen=True, slots=True)
class Correct:
    """Other administrative data."""

    declared: "AdminData"


@dataclass(frozen=True, slots=True)
class Close:
    """Close the record, for a reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveAccess:
    """Open the patient's own access, or that of a legal representative."""

    representative: str = field(default="", repr=False)
    """His name; empty: the patient's own."""


@dataclass(frozen=True, slots=True)
class ChangeDocument:
    """Another state of a document; what is None stays."""

    entry: "DocumentEntry" = field(repr=False)
    done: str
    """What is told once it is so."""
    levels: "frozenset[Confidentiality] | None" = None
    archived: bool | None = None
    deleted: bool = False


Act = Authorise | Withdraw | Treat | Resign | Wish | Correct | Close | GiveAccess | ChangeDocument


@dataclass(frozen=True, slots=True)
class Offer:
    """An act in the list: its form, its words, and why it is not to be had; empty where it is."""

    where: str
    label: str
    why_not: str = ""


async def read_standing(client: "DmpClient", record: OpenRecord) -> Standing:
    """How the record stands. What the caller may not see of it is left out, with the reason.

    Raises:
        ClientError: what the server or the way to it did, beside refusing.
    """
    from dmp_tui.client import ClientError, ClientProblem
    from dmp_tui.screens.refusals import client_sentence

    status = await client.find_patient(record.identity.ins)
    if status is None:
        raise ClientError(ClientProblem.NOT_FOUND)
    declared, consents, untold = None, None, ""
    try:
        declared = await client.patient_admin(record.patient_id)
        if untold := _not_now(record):
            # The table refuses it in an emergency mode: it is not even asked for.
            return Standing(status, client.now(), declared, None, untold)
        consents = await client.consents(record.patient_id)
    except ClientError as error:
        if error.problem is not ClientProblem.REFUSED:
            raise
        untold = client_sentence(error)
    return Standing(status, client.now(), declared, consents, untold)


async def carry_out(client: "DmpClient", record: OpenRecord, standing: Standing | None, act: Act) -> str:
    """Do it; one sentence of what is now so.

    Raises:
        ClientError: what the server or the way to it did (a refusal names its rule).
    """
    patient = record.patient_id
    match act:
        case Authorise(for_team, collected):
            end = await client.declare_authorisation(record.identity.ins, for_team=for_team, collected=collected)
            until = day(end.astimezone().date().isoformat()) if end else "?"
            return _("Autorisation déclarée, jusqu'au {day}.").format(day=until)
        case Withdraw():
            # As they are now: one that was renewed meanwhile would outlive those that were shown.
            for consent in own_of(await client.consents(patient), record.caller):
                await client.withdraw_authorisation(consent)
            return _("Votre autorisation est retirée.")
        case Treat():
            await client.declare_treating_doctor(patient)
            return _("Vous êtes déclaré médecin traitant.")
        case Resign():
            await client.resign_treating_doctor(patient)
            return _("Vous n'êtes plus le médecin traitant de ce patient.")
        case Wish(emergency):
            await client.change_emergency(patient, _known(standing), emergency)
            return _("Volontés du patient enregistrées.")
        case Correct(declared):
            await client.change_admin(patient, _known(standing), declared)
            return _("Données administratives enregistrées.")
        case Close(reason):
            await client.close_record(patient, reason)
            return _("DMP fermé. Il est conservé dix ans, et peut être rouvert jusque-là (carte Vitale du patient).")
        case ChangeDocument(entry, done, levels, archived, deleted):
            await client.change_document(entry, levels=levels, archived=archived, deleted=deleted)
            return done
        case GiveAccess():
            raise AssertionError  # its code has a screen of its own


def _known(standing: Standing | None) -> "AdminData":
    from dmp_tui.client import ClientError, ClientProblem

    if standing is None or standing.declared is None:
        raise ClientError(ClientProblem.REFUSED, "role")
    return standing.declared


def offers(record: OpenRecord, standing: Standing) -> list[Offer]:
    """All acts, those first that may be done; those that never concern this profession are left out."""
    who = record.caller
    if who is None:
        return []
    mode = _not_now(record)
    treating = standing.status.is_treating_doctor
    valid = standing.status.authorisation is AuthorisationState.VALID
    mine = standing.own(who)
    found: list[Offer] = []
    if who.role in {Role.DOCTOR, Role.NON_DOCTOR}:
        label = _("Renouveler l'autorisation") if valid else _("Déclarer l'autorisation du patient")
        found.append(Offer("authorise", label + _(", pour vous ou votre équipe de soins"), mode))
        why = mode or ("" if mine else _nothing_to_withdraw(standing))
        found.append(Offer("withdraw", _("Retirer mon autorisation"), why))
    if who.role is Role.DOCTOR:
        if treating:
            found.append(Offer("resign", _("Ne plus être son médecin traitant"), mode))
        else:
            found.append(Offer("treat", _("Me déclarer médecin traitant, à la demande du patient"), mode))
    unseen = "" if standing.declared else _("vous ne voyez pas les données administratives de ce dossier")
    found += [
        Offer("wishes", _("Volontés du patient pour l'accès en urgence"), mode or unseen),
        Offer("admin", _("Téléphones, adresse, contacts, représentants légaux"), mode or unseen),
        Offer("access", _("Ouvrir au patient son propre accès (code)"), mode),
        Offer("close", _("Fermer le DMP"), mode or ("" if valid else _("il faut l'autorisation du patient, valide"))),
    ]
    return sorted(found, key=lambda offer: bool(offer.why_not))


def _not_now(record: OpenRecord) -> str:
    """In an emergency mode one reads: what needs the patient's word waits for it."""
    if record.mode is Mode.NORMAL:
        return ""
    if record.mode is Mode.CENTRE_15:
        return _("pas en accès centre 15 : avec le patient, en accès normal")
    return _("pas en bris de glace : avec le patient, en accès normal")


def _nothing_to_withdraw(standing: Standing) -> str:
    if standing.status.is_treating_doctor:
        return _("vous lisez comme médecin traitant, sans autorisation à retirer")
    return _("vous n'en avez pas à votre nom ; celle de votre équipe, le patient la retire")


def state_words(state: AuthorisationState) -> str:
    """The state of an authorisation, in the DMP's word."""
    return {
        AuthorisationState.VALID: _("VALIDE"),
        AuthorisationState.EXPIRED: _("EXPIRÉE"),
        AuthorisationState.FORBIDDEN: _("INTERDIT"),
        AuthorisationState.NONE: _("AUCUNE"),
    }[state]


def state_of(consent: Consent, now: datetime) -> AuthorisationState:
    """The state of one line of the list."""
    if consent.kind is ConsentKind.BLOCK:
        return AuthorisationState.FORBIDDEN
    return AuthorisationState.VALID if consent.end is None or now < consent.end else AuthorisationState.EXPIRED


def actor_words(consent: Consent) -> str:
    """Who a line is about: a structure is told as one."""
    name = visible(consent.actor_name) or consent.actor
    return _("équipe de {name}").format(name=name) if consent.actor_is_organisation else name
