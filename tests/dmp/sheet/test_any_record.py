"""What holds of the merging of any record at all."""

from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind
from dmp_tui.dmp.sheet.merge import Superseded, merge
from dmp_tui.dmp.sheet.model import Origin, Sheet
from tests.dmp.sheet.strategies import LOINC, entries, origins, statements

IPS = Origin("ips", Coding(LOINC, "60591-5"), "Document ips", "2021-12-03", "Dr ips")
NEW = Origin("new", Coding(LOINC, "60591-5"), "Document new", "2023-01-01", "Dr new")


@given(statements, st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(held: list[tuple[Origin, Entry]], random: st.DataObject) -> None:
    shuffled = list(held)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert merge(held) == merge(shuffled)


def spoken(sheet: Sheet) -> set[tuple[Kind, str, Origin, Assertion]]:
    """Every statement that a sheet shows."""
    found = {
        (topic.kind, source.label, source.origin, source.assertion)
        for topic in sheet.topics
        for line in topic.lines
        for source in line.sources
    }
    return found | {(topic.kind, "", origin, Assertion.NONE) for topic in sheet.topics for origin in topic.said_by}


@given(statements, st.lists(entries, max_size=4))
def test_one_more_document_removes_no_statement(held: list[tuple[Origin, Entry]], more: list[Entry]) -> None:
    said = {s for s in spoken(merge(held)) if s[3] is not Assertion.NONE or s[0] is Kind.ALLERGY}
    stated = {s for s in said if s[1]}
    after = spoken(merge([*held, *((NEW, entry) for entry in more)]))
    assert stated <= after


@given(statements)
def test_every_statement_is_shown_with_its_source(held: list[tuple[Origin, Entry]]) -> None:
    sheet = merge(held)
    shown = spoken(sheet)
    for origin, entry in held:
        if entry.assertion in {Assertion.STATED, Assertion.NEGATED, Assertion.UNREADABLE}:
            assert (entry.kind, entry.label, origin, entry.assertion) in shown
    for topic in sheet.topics:
        for line in topic.lines:
            assert line.sources
            assert line.label
            assert line.key


@given(statements)
def test_no_denial_ever_removes_an_allergy(held: list[tuple[Origin, Entry]]) -> None:
    without = [s for s in held if s[1].assertion is not Assertion.NONE]
    before = [line.key for line in merge(without).topic(Kind.ALLERGY).lines if line.assertion is Assertion.STATED]
    after = [line.key for line in merge(held).topic(Kind.ALLERGY).lines if line.assertion is Assertion.STATED]
    assert before == after


@given(statements, origins(), st.lists(entries, max_size=3))
def test_a_replacement_not_read_whole_keeps_everything(
    held: list[tuple[Origin, Entry]], origin: Origin, old: list[Entry]
) -> None:
    sheet = merge(held, superseded=[Superseded(origin, tuple(old), IPS, whole=False)])
    for entry in old:
        if entry.assertion is Assertion.STATED:
            assert (entry.kind, entry.label, origin, entry.assertion) in spoken(sheet)
