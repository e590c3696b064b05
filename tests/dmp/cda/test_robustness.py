"""Whatever the bytes: a reading or a DocumentError, and no statement without a label."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import DocumentError, Reading
from tests.dmp.cda.build import (
    CIS,
    ICD10,
    LOINC,
    SNOMED,
    allergy,
    cell,
    code,
    concern,
    document,
    interval,
    medicine,
    observation,
    ref,
    related,
    section,
    table,
)
from tests.reference import reference_files

ALLERGY = concern(allergy(code("code", "1", CIS, "Latex", inner=ref("a")), time=interval("2019", "2020")))
MEDICINE = medicine(code("code", "2", CIS, "PLAVIX", inner=ref("m")), inner='<doseQuantity value="1" unit="{tablet}"/>')
PROBLEM = concern(observation(code("code", "1", SNOMED), code("value", "I48", ICD10, "FA", kind="CD")))
RESULT = observation(
    code("code", "6301-6", LOINC, "INR"),
    '<value xsi:type="PQ" value="2.8"/>',
    text=ref("r", "text"),
    inner=related("<act/>"),
)
RICH = document(
    section("48765-2", "Allergies", table(("Date", "Agent"), ("2019", cell("a", "Latex"))), ALLERGY),
    section("10160-0", "Traitements", table(("Médicament", "Dose"), (cell("m", "PLAVIX 75 mg"), "1 cp/j")), MEDICINE),
    section("11450-4", "Problèmes", "", PROBLEM),
    section("30954-2", "Résultats", table(("Examen", "Résultat"), (cell("r", "INR"), "2,8")), RESULT),
)


def read(content: bytes) -> Reading | None:
    try:
        reading = read_cda(content)
    except DocumentError:
        return None
    assert all(entry.label.strip() for entry in reading.entries)
    assert all(part.code or part.title or part.blocks is not None for part in reading.parts)
    return reading


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read(content)


@given(st.text(max_size=200))
def test_any_text_as_narrative(text: str) -> None:
    content = document(section("48765-2", "A", "@@@"))
    read(content.replace(b"@@@", text.replace("&", "").replace("<", "").encode("utf-8", "replace")))


@given(st.integers(0, len(RICH)))
def test_any_truncation(end: int) -> None:
    read(RICH[:end])


SPOTS = [RICH, *(path.read_bytes() for path in reference_files("data/cda/*.xml") if path.stat().st_size < 150_000)]


@st.composite
def mutated(draw: Callable[[st.SearchStrategy[bytes]], bytes]) -> bytes:
    """A valid document of which pieces were cut, doubled or swapped between tags."""
    content = draw(st.sampled_from(SPOTS))
    pieces = content.split(b"<")
    for _ in range(int.from_bytes(draw(st.binary(min_size=1, max_size=1))) % 6 + 1):
        at, other = (int.from_bytes(draw(st.binary(min_size=3, max_size=3))) % len(pieces) for _ in range(2))
        match draw(st.sampled_from([b"cut", b"double", b"swap", b"empty"])):
            case b"cut":
                del pieces[at]
            case b"double":
                pieces.insert(other, pieces[at])
            case b"swap":
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case _:
                pieces[at] = draw(st.sampled_from([b"br/>", b"value/>", b"code/>", b"text/>", b"low value=''/>"]))
    return b"<".join(pieces)


@given(mutated())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
def test_any_mutation(content: bytes) -> None:
    read(content)


ATTRIBUTE_VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="<&\"'", exclude_categories=("Cc", "Cs")), max_size=12),
    st.sampled_from(
        [
            "",
            "-1",
            "1e999",
            "nan",
            "99999999999999999999",
            "20199999",
            "true",
            "#a",
            "#",
            "PIVL_TS",
            "PQ",
            "h",
            "0",
            "²",
        ]
    ),
)


@given(st.lists(st.tuples(st.integers(0, 400), ATTRIBUTE_VALUES), min_size=1, max_size=8))
@settings(deadline=None)
def test_any_attribute_value(changes: list[tuple[int, str]]) -> None:
    pieces = RICH.split(b'"')
    for at, value in changes:
        spot = (2 * at + 1) % (len(pieces) - 1) | 1
        pieces[spot] = value.encode()
    read(b'"'.join(pieces))


def narratives() -> st.SearchStrategy[str]:
    leaf = st.sampled_from(
        [
            "",
            "mot",
            "<br/>",
            "<content ID='a'/>",
            "<renderMultiMedia/>",
            "aucune",
            "2019",
            "-",
            "<td>x</td>",
            "<th colspan='3'>d</th>",
        ]
    )
    names = st.sampled_from(
        [
            "paragraph",
            "list",
            "item",
            "table",
            "tbody",
            "tr",
            "td",
            "th",
            "thead",
            "content",
            "caption",
            "footnote",
            "linkHtml",
            "sup",
        ]
    )

    def grow(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(
            lambda name, inner: f"<{name}>{''.join(inner)}</{name}>", names, st.lists(children, max_size=4)
        )

    return st.recursive(leaf, grow, max_leaves=25)


@given(narratives(), st.sampled_from(["48765-2", "10160-0", "11450-4", "42348-3", "55112-7", "10162-6", "1-1"]))
@settings(deadline=None)
def test_any_narrative_tree(text: str, loinc: str) -> None:
    reading = read(document(section(loinc, "Titre", text)))
    assert reading is not None
    for block in reading.parts[0].blocks:
        if rows := getattr(block, "rows", ()):
            assert len({len(row) for row in rows}) == 1


@given(narratives())
@settings(deadline=None)
def test_no_word_of_a_narrative_is_lost(text: str) -> None:
    reading = read(document(section("55112-7", "Titre", text)))
    assert reading is not None
    shown = repr(reading.parts[0].blocks)
    for word in ("aucune", "2019"):
        assert shown.count(word) >= text.count(word)
