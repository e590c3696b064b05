"""What holds of every answer, whoever the patient and whatever is proposed."""

from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.safety.answers import check, reasons_among
from dmp_tui.dmp.safety.known import Known, known_of
from dmp_tui.dmp.safety.model import Medicine, ReasonKind, Verdict, worst
from dmp_tui.dmp.safety.naming import of_substance
from dmp_tui.dmp.safety.sheet_checks import sheet_checks
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.dmp.sheet.model import Sheet
from tests.dmp.sheet.strategies import sheets

from .bases import BASE, SmallBase

TODAY = date(2026, 11, 20)
NAMES = sorted(s.name for s in BASE.substances.values())
ALLERGIES = [*NAMES, "pénicillines", "AINS", "curares", "crustacés", "iode", "sulfamides", "latex", "pollen"]
names = st.lists(st.sampled_from(NAMES), max_size=6, unique=True)
allergies = st.lists(st.sampled_from(ALLERGIES), max_size=4, unique=True)
proposals = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)


def known(treatments: list[str], allergic: list[str], base: SmallBase = BASE, age: int | None = None) -> Known:
    told = Typed(treatments, allergic, age=age)
    return known_of(typed_sheet(told, TODAY), base, TODAY, birth=told.birth(TODAY), sex=Sex.M)


def medicines(proposed: list[str]) -> list[Medicine]:
    return [of_substance(found) for name in proposed if (found := BASE.substance(name)) is not None]


@given(proposals, names, allergies, st.sampled_from(NAMES), st.sampled_from(ALLERGIES))
def test_one_more_treatment_or_allergy_never_lowers_the_verdict(
    proposed: list[str], treatments: list[str], allergic: list[str], treatment: str, allergy: str
) -> None:
    before = check(medicines(proposed), known(treatments, allergic), BASE)
    for more in (known([*treatments, treatment], allergic), known(treatments, [*allergic, allergy])):
        after = check(medicines(proposed), more, BASE)
        assert after.verdict.rank <= before.verdict.rank
        assert after.at_worst.rank <= before.at_worst.rank
        assert set(before.reasons) <= set(after.reasons)


@given(proposals, names, allergies, st.randoms())
def test_order_does_not_matter(proposed: list[str], treatments: list[str], allergic: list[str], random: Random) -> None:
    one = check(medicines(proposed), known(treatments, allergic), BASE)
    mixed = [list(values) for values in (proposed, treatments, allergic)]
    for values in mixed:
        random.shuffle(values)
    other = check(medicines(mixed[0]), known(mixed[1], mixed[2]), BASE)
    assert (one.verdict, one.reasons, set(one.limits)) == (other.verdict, other.reasons, set(other.limits))


@given(proposals, names, allergies, st.none() | st.integers(0, 100))
def test_every_reason_says_where_it_comes_from_and_the_verdict_is_the_worst(
    proposed: list[str], treatments: list[str], allergic: list[str], age: int | None
) -> None:
    found = check(medicines(proposed), known(treatments, allergic, age=age), BASE)
    assert all(reason.source and reason.subject for reason in found.reasons)
    assert all(reason.holds or reason.condition for reason in found.reasons)
    assert found.verdict is worst([r.level for r in found.reasons if r.holds])
    assert found.at_worst.rank <= found.verdict.rank
    assert all(r.level is Verdict.NOTHING_FOUND for r in found.reasons if r.kind is ReasonKind.MYTH)


@given(proposals, names)
def test_no_interaction_is_told_where_the_base_holds_none(proposed: list[str], treatments: list[str]) -> None:
    bare = SmallBase(pairs=())
    found = check(medicines(proposed), known(treatments, [], bare), bare)
    assert not [reason for reason in found.reasons if reason.kind is ReasonKind.INTERACTION]


@settings(max_examples=60)
@given(sheets, st.sampled_from(NAMES))
def test_any_sheet_is_answered_for(sheet: Sheet, name: str) -> None:
    mine = known_of(sheet, BASE, TODAY)
    found = check(medicines([name]), mine, BASE)
    assert found.limits
    assert all(reason.source for reason in (*found.reasons, *reasons_among(mine, BASE)))
    assert all(len(one.keys) > 1 and one.origins for one in sheet_checks(mine, BASE))
