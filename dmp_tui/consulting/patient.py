"""Whom an answer concerns: the record that was read, what was typed beside it, and the lines that say so."""

from datetime import date
from typing import TYPE_CHECKING

from dmp_tui.asking.checking import Patient
from dmp_tui.dmp.identity import NO_TRAITS, Identity, IdentityStatus, Ins, Origin, Traits
from dmp_tui.dmp.safety.typed import Typed, with_typed
from dmp_tui.i18n import _
from dmp_tui.screens.record import OpenRecord, differing_traits
from dmp_tui.screens.words import day_and_time, traits_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def identity_of(ins: Ins, traits: Traits | None = None) -> Identity:
    """The patient before the clinician: with the traits of the card, or by a typed number alone."""
    if traits is None:
        return Identity(ins, NO_TRAITS, IdentityStatus.PROV, Origin.TYPED)
    return Identity(ins, traits, IdentityStatus.PROV, Origin.CARD)


def of_record(record: OpenRecord, typed: Typed, today: date) -> Patient:
    """What the record says of the patient, with what was typed beside it."""
    who = record.reckoned
    differs = differing_traits(record.identity.traits, record.subject.traits)
    read: dict[str, object] = {"read_at": record.read_at.isoformat(), "identity_differs": differs}
    heading = tuple(_heading(record, today, differs=differs))
    return Patient(with_typed(record.sheet, typed, today), who.birth, who.sex, heading, read)


def _heading(record: OpenRecord, today: date, *, differs: bool) -> "Iterator[str]":
    """The card's person where there is one, and the record's: who typed a number must see whose it is."""
    ours, theirs = record.identity.traits, record.subject.traits
    if ours != NO_TRAITS:
        yield _("Carte Vitale : {traits}").format(traits=traits_line(ours, today))
    if differs:
        traits = traits_line(theirs, today)
        yield _("! AU DOSSIER : {traits}").format(traits=traits) + "  " + _("VÉRIFIEZ LE PATIENT")
    else:
        yield _("Au dossier : {traits}").format(traits=traits_line(theirs, today))
    yield _("Dossier lu le {when}").format(when=day_and_time(record.read_at))
