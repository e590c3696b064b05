"""Bleeding, tetanus and glucose."""

from datetime import date

import pytest

from dmp_tui.dmp.entries import Assertion, Coding, Kind, Status
from dmp_tui.dmp.identity import BirthDate
from dmp_tui.dmp.safety.flags import Immunity, Wound, bleeding_flags, glucose, tetanus
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.dmp.sheet.model import Line, Origin, Presence, Sheet, Source, Topic

from .bases import BASE

TODAY = date(2026, 11, 20)
ADULT = BirthDate(1979, 3, 28, "")


def vaccinated(day: str) -> Sheet:
    origin = Origin("d", Coding("", ""), "", day, "")
    source = Source(origin, "REVAXIS", Assertion.STATED, Status.ENDED, start=day)
    line = Line(Kind.VACCINATION, "revaxis", "REVAXIS", Assertion.STATED, Status.ENDED, (source,), start=day)
    return Sheet("", "", (Topic(Kind.VACCINATION, Presence.STATED, (line,)),), documents=1)


@pytest.mark.parametrize(
    ("sheet", "birth", "wound", "expected"),
    [
        (vaccinated("2024-04-02"), ADULT, Wound.CLEAN, (Immunity.UP_TO_DATE, False, False)),
        (vaccinated("2024-04-02"), ADULT, Wound.DIRTY, (Immunity.UP_TO_DATE, False, False)),
        (vaccinated("1999-04-02"), ADULT, Wound.CLEAN, (Immunity.NOT_UP_TO_DATE, True, False)),
        (vaccinated("1999-04-02"), ADULT, Wound.DIRTY, (Immunity.NOT_UP_TO_DATE, True, True)),
        (Sheet("", "", ()), ADULT, Wound.DIRTY, (Immunity.NOT_FOUND, True, True)),
        (vaccinated("2024-04-02"), None, Wound.DIRTY, (Immunity.UNKNOWN, None, None)),
    ],
)
def test_the_official_table_of_wounds(
    sheet: Sheet, birth: BirthDate | None, wound: Wound, expected: tuple[object, ...]
) -> None:
    found = tetanus(sheet, birth, TODAY, wound)
    assert (found.immunity, found.vaccine, found.immunoglobulin) == expected
    assert found.source


def test_who_bleeds() -> None:
    told = Typed(["ELIQUIS", "PLAVIX", "paracetamol"], problems=["Hémophilie A"])
    flags = bleeding_flags(known_of(typed_sheet(told, TODAY), BASE, TODAY))
    assert [flag.code for flag in flags] == ["anticoagulants", "antiplatelets", "bleeding-disorder"]
    assert all(flag.source and flag.keys for flag in flags)


def test_the_last_glucose_of_who_takes_insulin() -> None:
    known = known_of(typed_sheet(Typed(["NOVORAPID"], glucose=4.1), TODAY), BASE, TODAY)
    found = glucose(known)
    assert found is not None
    assert found.last is not None
    assert (found.treatments, found.last.text, found.last.date) == (("NOVORAPID",), "4.1", TODAY.isoformat())
    assert glucose(known_of(typed_sheet(Typed(["paracetamol"], glucose=4.1), TODAY), BASE, TODAY)) is None
