"""Is this document the patient's? What it says of its subject, held against the record."""

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import INS_OIDS, IdentityError, IdentityStatus, Ins, Sex, Traits, fold, parse_matricule
from dmp_tui.server.outcomes import broken_rule

UNQUALIFIED = "unqualified-ins"
"""INS non qualifiee, non transmissible au DMP national."""
KEY_WRONG = "ins-key-wrong"


def check_subject(subject: Subject, record: Record) -> tuple[str, ...]:
    """Warnings to be kept with a document: what differs between its subject and the record.

    Raises:
        FhirError: 422, the document holds the INS of someone else, and not this one.
    """
    inside = [_ins(oid, value) for oid, value in subject.identifiers if oid.removeprefix("urn:oid:") in INS_OIDS]
    own = [ins for ins in inside if ins is not None and _same(ins, record.ins)]
    if inside and not own:
        raise broken_rule(
            "other-patient",
            "Le document porte l'INS d'un autre patient.",
            "The document holds the INS of another patient.",
        )
    warnings = list(_differing(subject.traits, record.traits))
    if any(not ins.key_is_right for ins in own):
        warnings.append(KEY_WRONG)
    return tuple(warnings)


def warnings_of_record(record: Record) -> tuple[str, ...]:
    """Warnings that every document of this record gets."""
    warnings = []
    if not record.ins.key_is_right:
        warnings.append(KEY_WRONG)
    if record.identity_status is not IdentityStatus.QUAL:
        warnings.append(UNQUALIFIED)
    return tuple(warnings)


def _ins(oid: str, value: str) -> Ins | None:
    """The INS, or None: an identifier that is none can only be someone else's."""
    try:
        return Ins(parse_matricule(value), oid.removeprefix("urn:oid:"))
    except IdentityError:
        return None


def _same(one: Ins, other: Ins) -> bool:
    """The same thirteen characters of the same authority; the key is only a check of them."""
    return one.oid == other.oid and one.matricule[:13] == other.matricule[:13]


def _differing(said: Traits, known: Traits) -> list[str]:
    """What one side lacks never differs; neither does one given name of several."""
    differing = []
    for ours, theirs in ((said.family, known.family), (said.given, known.given)):
        one, other = fold(ours).split(), fold(theirs).split()
        if one and other and not (set(one) <= set(other) or set(other) <= set(one)):
            differing = ["name-differs"]
    if said.birth and known.birth and said.birth.year and known.birth.year:
        dates = [(b.year, b.month, b.day) for b in (said.birth, known.birth)]
        if any(a and b and a != b for a, b in zip(*dates, strict=True)):
            differing.append("birth-date-differs")
    if Sex.U not in {said.sex, known.sex} and said.sex is not known.sex:
        differing.append("sex-differs")
    return differing
