"""What the forms of acts compute: the day of a consent, and the rule of the three emergency consents."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consents import EmergencyConsents
from dmp_tui.screens.life_forms import collected_at, turned

TODAY = date(2028, 2, 29)


@pytest.mark.parametrize("text", ["29/02/2028", " 29/02/2028 "])
def test_a_consent_of_today_is_of_now(text: str) -> None:
    assert collected_at(text, TODAY) == (None, "")


def test_a_consent_of_another_day_keeps_its_day() -> None:
    moment, wrong = collected_at("28/02/2028", TODAY)
    assert not wrong
    assert moment is not None
    assert moment.tzinfo is not None
    assert moment.date() == date(2028, 2, 28)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("01/03/2028", "dans l'avenir"),
        ("01/02/2027", "plus d'un an"),
        ("29/02/2027", "pas une date"),
        ("", "pas une date"),
        ("2028-02-28", "pas une date"),
        ("28/02/28", "pas une date"),
    ],
)
def test_what_is_no_day_of_a_consent_is_said(text: str, wrong: str) -> None:
    moment, said = collected_at(text, TODAY)
    assert moment is None
    assert wrong in said


@given(st.integers(min_value=-800, max_value=800))
def test_every_day_of_the_last_year_and_no_other_is_taken(days: int) -> None:
    on = TODAY + timedelta(days=days)
    _moment, wrong = collected_at(on.strftime("%d/%m/%Y"), TODAY)
    assert (not wrong) is (-366 <= days <= 0)


@given(st.builds(EmergencyConsents, st.booleans(), st.booleans(), st.booleans()), st.sampled_from(["etreat", "btg"]))
def test_where_both_accesses_are_refused_masked_documents_are(consents: EmergencyConsents, which: str) -> None:
    after = turned(consents, which)
    assert getattr(after, which) is not getattr(consents, which)
    assert after.masked is (consents.masked and (after.etreat or after.btg))
    if not (after.etreat or after.btg):
        assert not turned(after, "masked").masked
