"""Every leaf of every narrative stays readable, and every coded entry is a statement or counted as unread."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dmp_tui.dmp.cda import read_cda
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
    medicine,
    observation,
    ref,
    section,
    table,
)
from tests.reference import needs_reference, reference_files

V3 = "{urn:hl7-org:v3}"


def squeezed(text: str) -> str:
    """A text without white space: that of a narrative is laid out anew."""
    return "".join(text.split())


def leaves(section: etree._Element) -> list[str]:
    """The texts of a section's own narrative."""
    narrative = section.find(f"{V3}text")
    texts = [] if narrative is None else [squeezed(str(text)) for text in narrative.itertext()]
    return [text for text in texts if text]


@needs_reference
@pytest.mark.parametrize("path", reference_files("data/cda/*.xml"), ids=lambda path: path.stem)
def test_every_leaf_of_a_narrative_is_reachable(path: Path) -> None:
    content = path.read_bytes()
    shown = squeezed("".join(text for part in read_cda(content).parts for text in texts_of(part)))
    sections = etree.fromstring(content, etree.XMLParser(huge_tree=True, remove_comments=True)).iter(f"{V3}section")
    for leaf, times in Counter(leaf for held in sections for leaf in leaves(held)).items():
        assert shown.count(leaf) >= times, leaf


def texts_of(shown: object) -> list[str]:
    """Every text that a part holds, in the order of reading."""
    if isinstance(shown, str):
        return [shown]
    held = shown if isinstance(shown, tuple) else [getattr(shown, name) for name in getattr(shown, "__slots__", ())]
    return [text for inner in held for text in texts_of(inner)]


# --- generated documents ----------------------------------------------------------------------------------------------

SECTIONS = (
    "48765-2", "10160-0", "11450-4", "47519-4", "46264-8", "30954-2", "8716-3", "29762-2", "18776-5", "10162-6",
    "42348-3", "10157-6", "55112-7", "47420-5", "42545-4", "11369-6", "99999-9",
)  # fmt: skip
FORMS = (
    "observation",
    "boolean",
    "measure",
    "problem",
    "allergy",
    "medicine",
    "procedure",
    "act",
    "encounter",
    "panel",
)


def statement(form: str, word: str, pointer: str) -> str:
    """An entry of which ``word`` is the coded name; ``pointer`` is its ID in the narrative."""
    named, text = code("code", f"c-{word}", SNOMED, word), ref(pointer, "text")
    value = code("value", f"v-{word}", ICD10, word, kind="CD")
    match form:
        case "observation":
            return observation(code("code", f"q-{word}", LOINC, "Question"), value, text=text)
        case "boolean":
            return observation(named, '<value xsi:type="BL" value="true"/>', text=text)
        case "measure":
            return observation(named, '<value xsi:type="PQ" value="7" unit="mmol/L"/>', text=text)
        case "problem":
            return concern(observation(code("code", "55607006", SNOMED, "problème"), value, text=text))
        case "allergy":
            return concern(allergy(code("code", f"a-{word}", SNOMED, word), text=text))
        case "medicine":
            return medicine(code("code", f"m-{word}", CIS, word), text=text)
        case "panel":
            inner = observation(named, '<value xsi:type="PQ" value="7" unit="g/L"/>', text=text)
            return f'<organizer classCode="BATTERY" moodCode="EVN"><component>{inner}</component></organizer>'
        case _:
            return f'<{form} moodCode="EVN">{named}{text}<statusCode code="completed"/></{form}>'


STATUSES = ("completed", "active", "aborted", "cancelled", "suspended", "held", "nullified")


@given(st.sampled_from(SECTIONS), st.sampled_from(FORMS), st.sampled_from(STATUSES))
def test_whatever_its_status_an_entry_is_a_statement_unread_or_withdrawn(loinc: str, form: str, status: str) -> None:
    entry = statement(form, "zephyr", "z").replace('"completed"', f'"{status}"')
    reading = read_cda(document(section(loinc, "Titre", table(("Libellé", "Note"), (cell("z", "zephyr"), "n")), entry)))
    if status == "nullified" and "nullified" in entry:
        assert reading.withdrawn == 1
        assert not any(e.codes for e in reading.entries)
    else:
        assert reading.withdrawn == 0
        assert reading.unread or any("zephyr" in repr(e) for e in reading.entries)
    shown = squeezed("".join(text for part in reading.parts for text in texts_of(part)))
    assert "zephyr" in shown


rows = st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(("named", "nowhere", "other"))), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(SECTIONS), rows), min_size=1, max_size=4))
def test_every_coded_entry_is_a_statement_of_its_section_or_unread(
    made: list[tuple[str, list[tuple[str, str]]]],
) -> None:
    parts, words = [], {}
    for place, (loinc, forms) in enumerate(made):
        names = [f"zephyr{place}x{row}" for row in range(len(forms))]
        cells = [
            (cell(f"{name}id", name if points != "other" else f"autre{name}"), f"note{name}")
            for name, (_, points) in zip(names, forms, strict=True)
        ]
        entries = [
            statement(form, name, "nowhere" if points == "nowhere" else f"{name}id")
            for name, (form, points) in zip(names, forms, strict=True)
        ]
        parts.append(section(loinc, f"Titre {place}", table(("Libellé", "Commentaire"), *cells), *entries))
        words.update(dict.fromkeys(names, (loinc, f"Titre {place}")))
    reading = read_cda(document(*parts))
    shown = squeezed("".join(text for part in reading.parts for text in texts_of(part)))
    for word, (loinc, title) in words.items():
        assert f"note{word}" in shown
        told = [entry for entry in reading.entries if word in repr(entry).replace(f"c-{word}", "")]
        assert any(entry.section == loinc for entry in told) or title in reading.unread, (word, loinc)
