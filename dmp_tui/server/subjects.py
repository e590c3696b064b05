"""Which record a reference or an identifier means."""

from contextlib import suppress

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.fhir.patients import parse_ins
from dmp_tui.dmp.identity import IdentityError, Ins
from dmp_tui.server.outcomes import FhirError, Said, malformed
from dmp_tui.store.reads import Reads

_SEARCH = "Patient?identifier="


def ins_of_token(token: str) -> Ins:
    """The INS of a search token ``urn:oid:<oid>|<matricule>``.

    Raises:
        FhirError: 400.
    """
    system, bar, value = token.partition("|")
    with suppress(IdentityError):
        if bar:
            return parse_ins(system, value)
    raise malformed(
        "INS mal formé : identifier=urn:oid:<oid>|<matricule>.",
        "Malformed INS: identifier=urn:oid:<oid>|<matricule>.",
        "ins",
    )


def record_of(reads: Reads, reference: str, base_url: str) -> Record | None:
    """The record that a reference means: ``Patient/<id>``, our URL of it, or ``Patient?identifier=...``; None if none.

    Raises:
        FhirError: 400, a reference to something else.
    """
    local = reference.removeprefix(f"{base_url}/")
    if local.startswith(_SEARCH):
        return reads.patient_by_ins(ins_of_token(local.removeprefix(_SEARCH)))
    kind, _, id_ = local.partition("/")
    if kind != "Patient" or not id_ or "/" in id_:
        raise malformed(
            "Le patient (subject) doit être désigné par son INS ou par Patient/<id>.",
            "The patient (subject) has to be named by his INS or by Patient/<id>.",
            "subject",
        )
    return reads.patient(id_)


def unknown_patient() -> FhirError:
    """404: no record."""
    said = Said("Aucun dossier pour ce patient.", "There is no record for this patient.")
    return FhirError(404, "not-found", "no-record", said)
