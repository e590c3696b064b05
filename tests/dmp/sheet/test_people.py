"""Whom to call, once each."""

from dmp_tui.dmp.consents import Contact
from dmp_tui.dmp.entries import Coding, Entry, Kind, Person
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin, Sheet
from dmp_tui.dmp.sheet.people import is_treating_doctor, people

DOCUMENT = Origin("d1", Coding("http://loinc.org", "60591-5"), "Synthèse", "2026-02-12", "Dr ROUX Anne")


def told(*persons: Person) -> Sheet:
    return merge([(DOCUMENT, Entry(Kind.CONTACT, person.name, person=person)) for person in persons])


def test_who_is_declared_and_told_stands_once_with_every_number() -> None:
    sheet = told(Person("Paul MARTINEAU", "conjoint", ("01 99 00 00 02", "+33699000003"), "12 rue X", "trusted"))
    [one] = people([Contact("MARTINEAU Paul", "époux", "06 99 00 00 03")], sheet)
    assert one.phones == ("06 99 00 00 03", "01 99 00 00 02")
    assert (one.roles, one.kinds, one.declared) == (("époux", "conjoint"), ("EMERGENCY", "TRUSTED"), True)
    assert (one.address, len(one.lines)) == ("12 rue X", 1)


def test_two_at_one_number_are_two() -> None:
    held = people([Contact("A Un", "mère", "01"), Contact("B Deux", "père", "01")], told())
    assert [one.name for one in held] == ["A Un", "B Deux"]


def test_the_trusted_person_first_and_who_has_no_number_last() -> None:
    contacts = [
        Contact("A Un", "voisin", ""),
        Contact("B Deux", "tutrice", "02", "REPRESENTATIVE"),
        Contact("C Trois", "fils", "03"),
        Contact("D Quatre", "soeur", "04", "TRUSTED"),
    ]
    assert [one.name[0] for one in people(contacts, told())] == ["D", "B", "C", "A"]


def test_the_treating_doctor_by_role_or_by_name() -> None:
    by_role, by_name = people([], told(Person("Dr X Y", "Médecin traitant"), Person("Docteur DURAND Paul", "médecin")))
    assert {is_treating_doctor(one, "Dr DURAND Paul") for one in (by_role, by_name)} == {True}
    assert not is_treating_doctor(people([Contact("A Un", "fils", "")], told())[0], "")
