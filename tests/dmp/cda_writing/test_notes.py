"""A note: what was typed comes back, and what is carried over meets its own line of the sheet."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.demo.documents import documents_of
from dmp_tui.demo.patients import PATIENTS
from dmp_tui.demo.people import Patient
from dmp_tui.dmp.cda_writing.carried import QUOTED, carried_of
from dmp_tui.dmp.cda_writing.notes import HEADINGS, TEMPLATE, Note, is_blank, note_header, note_of, write_note
from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind, Reading
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins, Sex, Traits, parse_birth_date
from dmp_tui.dmp.narrative import Paragraph
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.dmp.reading import read_document
from dmp_tui.dmp.sheet.matching import Statement
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Line, Origin, Presence, Sheet

TODAY = date(2026, 11, 22)
INS = Ins("251077505600183", OID_NIR_TEST)
TRAITS = Traits("BERTIN", "JEANNE MARIE", parse_birth_date("1951-07-02"), Sex.F)
AUTHOR = Professional("810000000012", "Dr MARCHAL Odile", "10", Role.DOCTOR, "SM26", "1750000001", "CH des Lilas")
HEAD = note_header("2.25.17", "20261122140200+0100", ins=INS, traits=TRAITS, author=AUTHOR)
NOTE = Origin("note", Coding("http://loinc.org", "15507-7"), "Passage aux urgences", "2026-11-22T14:02:00+01:00", "M")


def read(note: Note) -> Reading:
    return read_document(write_note(HEAD, note))


def told(reading: Reading) -> str:
    """All that a reader of the narrative sees, without white space."""
    return "".join("".join(b.text.split()) for p in reading.parts for b in p.blocks if isinstance(b, Paragraph))


# --- what is typed ----------------------------------------------------------------------------------------------------


def test_each_heading_begins_its_section() -> None:
    text = "\n".join(f"{heading}\nligne de {heading.lower()}\n" for heading in HEADINGS)
    note = note_of(text)
    assert note.typed == tuple(f"ligne de {heading.lower()}" for heading in HEADINGS)
    titles = [(part.code, part.title) for part in read(note).parts]
    assert titles == [
        ("42349-1", "Motif"),
        ("10164-2", "Histoire de la maladie"),
        ("29545-1", "Examen clinique"),
        ("29554-3", "Gestes et traitements donnés"),
        ("55110-1", "Conclusion"),
        ("69730-0", "Consignes"),
    ]


def test_text_above_a_heading_and_below_an_edited_one_stays_in_the_section_above() -> None:
    note = note_of("chute\nMOTIF\ndouleur\nHISTOIRE du jour\nhier\nexamen\nEXAMEN\nnormal")
    assert note.reason == "chute\ndouleur\nHISTOIRE du jour\nhier\nexamen"
    assert note.examination == "normal"


def test_the_template_itself_says_nothing() -> None:
    assert is_blank(note_of(TEMPLATE))
    assert not is_blank(note_of(TEMPLATE + "x"))


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_typed_text_is_lost(text: str) -> None:
    note = note_of(TEMPLATE + text)
    typed = "".join(picture(c) for c in text.replace("\r", "\n"))
    expected = "".join("".join(line.split()) for line in typed.split("\n") if line.strip() not in HEADINGS)
    assert told(read(note)) == expected


def picture(character: str) -> str:
    """What stands for a character that XML cannot hold."""
    if character < " " and character not in "\t\n":
        return chr(0x2400 + ord(character))
    return "\ufffd" if character in "\ufffe\uffff" else character


def test_author_custodian_and_place_are_the_professionals() -> None:
    reading = read(Note(reason="chute"))
    assert reading.authors[0].name == "Dr MARCHAL Odile"
    assert (reading.custodian, reading.custodian_id) == ("CH des Lilas", "1750000001")
    assert (reading.type.code, reading.title, reading.unique_id) == ("15507-7", "Passage aux urgences", "2.25.17")


# --- what is carried over ---------------------------------------------------------------------------------------------


def statements_of(patient: Patient) -> list[Statement]:
    found: list[Statement] = []
    for number, built in enumerate(documents_of(patient, TODAY)):
        reading = read_document(built.content)
        origin = Origin(f"d{number}", reading.type, reading.title, reading.date, "")
        found += [(origin, entry) for entry in reading.entries]
    return found


def same(line: Line) -> tuple[Line, list[tuple[str, str]]]:
    """A line without what one source more may change: who says it."""
    told = [(one.kind.value, one.words) for one in line.contradictions]
    return replace(line, sources=(), contradictions=()), told


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda one: one.key)
def test_a_note_adds_a_source_and_no_line(patient: Patient) -> None:
    held = statements_of(patient)
    before = merge(held)
    note = Note(conclusion="Retour au domicile.", carried=carried_of(before, TODAY))
    reading = read(note)
    after = merge([*held, *((NOTE, entry) for entry in reading.entries)])
    stated = {one.line.key for one in note.carried if one.line and one.section != QUOTED}
    for kind in (Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM, Kind.RESULT):
        old, new = before.topic(kind), after.topic(kind)
        assert [same(line) for line in new.lines] == [same(line) for line in old.lines]
        assert (new.presence, new.said_by) == (old.presence, old.said_by)
        for was, now in zip(old.lines, new.lines, strict=True):
            more = 1 if was.key in stated else 0
            assert len(now.sources) == len(was.sources) + more, was.label
    assert not reading.unread


def test_none_stated_by_others_is_quoted_and_never_said_by_the_note() -> None:
    other = Origin("vsm", Coding("http://loinc.org", "60591-5"), "Synthèse médicale", "2026-03-12", "Dr ROY Anne")
    sheet = merge([(other, Entry(Kind.ALLERGY, "Aucune allergie connue", Assertion.NONE))])
    assert sheet.topic(Kind.ALLERGY).presence is Presence.NONE_STATED
    [denial] = carried_of(sheet, TODAY)
    reading = read(Note(reason="chute", carried=(denial,)))
    assert "Synthèse médicale du 12/03/2026, Dr ROY Anne" in denial.source
    assert [entry.kind for entry in reading.entries] == [Kind.REASON]
    assert "selon Synthèse médicale du 12/03/2026" in repr(reading.parts[-1])


def test_every_carried_line_tells_its_source_in_the_narrative() -> None:
    other = Origin("vsm", Coding("http://loinc.org", "60591-5"), "Synthèse médicale", "2026-03-12", "Dr ROY Anne")
    entries = (
        Entry(Kind.ALLERGY, "Latex"),
        Entry(Kind.TREATMENT, "Apixaban 5 mg", dose="1 matin et soir"),
        Entry(Kind.PROBLEM, "Asthme"),
    )
    sheet: Sheet = merge([(other, entry) for entry in entries])
    shown = repr(read(Note(carried=carried_of(sheet, TODAY))).parts)
    assert shown.count("Synthèse médicale du 12/03/2026, Dr ROY Anne") == 3
    assert "1 matin et soir" in shown
