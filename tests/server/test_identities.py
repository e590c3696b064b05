"""Whose document is it? What differs is a warning, another INS is a refusal."""

from dataclasses import replace

import pytest

from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import OID_NIR, OID_NIR_DEMO, IdentityStatus, Sex, Traits, parse_birth_date
from dmp_tui.server.identities import check_subject, warnings_of_record
from dmp_tui.server.outcomes import FhirError
from tests.server.login.world import ins, record

TRAITS = Traits("EXEMPLE DURAND", "Camille", parse_birth_date("19580412"), Sex.F)
RECORD = replace(record(), traits=TRAITS)
OWN = (RECORD.ins.oid, RECORD.ins.matricule)


@pytest.mark.parametrize(
    ("subject", "warnings"),
    [
        (Subject((OWN,), TRAITS), ()),
        (Subject((OWN, ("1.2.3", "local")), Traits("", "")), ()),
        (Subject(((OWN[0], OWN[1][:13]),), TRAITS), ()),
        (Subject((), TRAITS), ()),
        (Subject((), replace(TRAITS, family="Durand")), ()),
        (Subject((), replace(TRAITS, given="Camille Anne")), ()),
        (Subject((), replace(TRAITS, given="Paul")), ("name-differs",)),
        (Subject((), replace(TRAITS, birth=parse_birth_date("19580413"))), ("birth-date-differs",)),
        (Subject((), replace(TRAITS, birth=parse_birth_date("1958"))), ()),
        (Subject((), replace(TRAITS, birth=parse_birth_date("1959"))), ("birth-date-differs",)),
        (Subject((), replace(TRAITS, sex=Sex.M)), ("sex-differs",)),
        (Subject(((OWN[0], OWN[1][:13] + "00"),), TRAITS), ("ins-key-wrong",)),
    ],
)
def test_what_differs_is_said(subject: Subject, warnings: tuple[str, ...]) -> None:
    assert check_subject(subject, RECORD) == warnings


@pytest.mark.parametrize(
    "identifiers",
    [((OWN[0], ins(300001).matricule),), ((OID_NIR, OWN[1]),), ((OID_NIR_DEMO, "not an INS"),)],
)
def test_another_ins_inside_is_refused(identifiers: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(FhirError) as raised:
        check_subject(Subject(identifiers, TRAITS), RECORD)
    assert (raised.value.status, raised.value.rule) == (422, "other-patient")


def test_an_unqualified_ins_marks_every_document() -> None:
    assert warnings_of_record(RECORD) == ("unqualified-ins",)
    assert warnings_of_record(replace(RECORD, identity_status=IdentityStatus.QUAL)) == ()
    wrong = replace(RECORD.ins, matricule=RECORD.ins.matricule[:13] + "00")
    assert warnings_of_record(replace(RECORD, ins=wrong)) == ("ins-key-wrong", "unqualified-ins")
