"""What is kept with a document, and what refuses it, where its subject is not the record's patient."""

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import IdentityStatus
from dmp_tui.dmp.subjects import KEY_WRONG, is_of_another, warnings_of
from dmp_tui.server.outcomes import broken_rule

UNQUALIFIED = "unqualified-ins"
"""INS non qualifiee, non transmissible au DMP national."""


def check_subject(subject: Subject, record: Record) -> tuple[str, ...]:
    """Warnings to be kept with a document: what differs between its subject and the record.

    Raises:
        FhirError: 422, the document holds the INS of someone else, and not this one.
    """
    if is_of_another(subject, record.ins):
        raise broken_rule(
            "other-patient",
            "Le document porte l'INS d'un autre patient.",
            "The document holds the INS of another patient.",
        )
    return warnings_of(subject, record.ins, record.traits)


def warnings_of_record(record: Record) -> tuple[str, ...]:
    """Warnings that every document of this record gets."""
    warnings = []
    if not record.ins.key_is_right:
        warnings.append(KEY_WRONG)
    if record.identity_status is not IdentityStatus.QUAL:
        warnings.append(UNQUALIFIED)
    return tuple(warnings)
