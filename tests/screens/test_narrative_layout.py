"""A document's narrative as rows: nothing is cut, tables keep their columns, what cannot be shown is named."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dmp_tui.dmp.entries import Part
from dmp_tui.dmp.narrative import Items, Paragraph, Picture, Table
from dmp_tui.screens.narrative_layout import Passage, block_passages, part_passages


def lines(passages: list[Passage]) -> list[str]:
    return [line for each in passages for line in each.lines]


TABLE = Table(
    (("Créatinine", "104 µmol/L", "49 - 90"), ("DFG", "58 mL/min", "> 60")), ("Examen", "Résultat", "Référence")
)


def test_a_table_keeps_its_columns() -> None:
    assert lines(block_passages(TABLE, 60)) == [
        "Examen     │ Résultat   │ Référence",
        "───────────┼────────────┼──────────",
        "Créatinine │ 104 µmol/L │ 49 - 90",
        "DFG        │ 58 mL/min  │ > 60",
    ]


def test_a_table_too_wide_becomes_fields() -> None:
    wide = Table((tuple(f"valeur {i}" for i in range(12)),), tuple(f"colonne {i}" for i in range(12)))
    shown = lines(block_passages(wide, 40))
    assert shown[0] == "- colonne 0 : valeur 0"
    assert shown[-1] == "  colonne 11 : valeur 11"


def test_lists_hang_and_pictures_are_named() -> None:
    assert lines(block_passages(Items(("un", "deux"), ordered=True), 20)) == ["1. un", "2. deux"]
    assert "image « ecg »" in " ".join(lines(block_passages(Picture("ecg", "image/png"), 60)))


def test_a_section_without_text_says_so() -> None:
    assert "(section sans texte)" in lines(part_passages([Part("x", "Allergies")], 60))


words = st.text("abc é田", min_size=1, max_size=30)
tables = st.integers(1, 5).flatmap(
    lambda n: st.builds(
        Table, st.lists(st.tuples(*[words] * n), min_size=1, max_size=4).map(tuple), st.tuples(*[words] * n)
    )
)


@given(st.one_of(tables, st.builds(Paragraph, words), st.builds(Items, st.tuples(words, words))), st.integers(40, 120))
def test_every_row_fits_and_no_word_is_lost(block: Table | Paragraph | Items, width: int) -> None:
    shown = lines(block_passages(block, width))
    assert all(cell_len(line) <= width for line in shown)
    texts = (
        [cell for row in block.rows for cell in row]
        if isinstance(block, Table)
        else [block.text]
        if isinstance(block, Paragraph)
        else list(block.items)
    )
    for letter in "abcé田":
        assert "".join(shown).count(letter) >= sum(text.count(letter) for text in texts)
