"""What each role is offered where a record is not open to it."""

import pytest

from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.screens.access import NotAuthorisedScreen, Ways, ways_of
from tests.screens.people import TODAY, identity


def someone(role: Role, *, regulator: bool = False) -> Professional:
    return Professional("8", "X", "10", role, regulator=regulator)


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NON_DOCTOR])
def test_a_health_professional_may_declare_or_break_the_glass(role: Role) -> None:
    assert ways_of(someone(role)) == Ways()
    assert ways_of(someone(role), btg_open=False) == Ways(glass=False)


def test_a_regulator_is_offered_centre_15_even_where_the_glass_is_refused() -> None:
    ways = ways_of(someone(Role.DOCTOR, regulator=True), btg_open=False)
    assert ways.regulation
    assert not ways.glass
    assert not ways_of(someone(Role.DOCTOR, regulator=True), etreat_open=False).regulation
    keys = NotAuthorisedScreen(identity(), TODAY, "pourquoi", ways).keys()
    assert "! Centre 15" in keys
    assert "Bris" not in keys


@pytest.mark.parametrize(
    ("role", "declares"),
    [(Role.CPE_CLERK, True), (Role.OCCUPATIONAL_DOCTOR, False), (Role.FACILITY_CERTIFICATE, False)],
)
def test_who_may_not_read_is_told_and_offered_no_glass(role: Role, declares: bool) -> None:
    ways = ways_of(someone(role))
    assert ways.told
    assert (ways.declare, ways.glass, ways.regulation) == (declares, False, False)
    screen = NotAuthorisedScreen(identity(), TODAY, "pourquoi", ways)
    text = " ".join(cell.text for row in screen.body_rows(80, 20) for cell in row)
    assert ways.told.split(",")[0][:40] in text
    assert "glace" not in text
