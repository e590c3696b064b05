"""Nothing active or invisible reaches the terminal, and nothing is cut in silence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dmp_tui.widgets.text import ELLIPSIS, cut, cut_within, fit, two_ends, visible, wrap

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2Jvide", "<U+001B>[2Jvide"),
        ("a\x9b31mb", "a<U+009B>31mb"),
        ("Jean\u202enomis", "Jean<U+202E>nomis"),
        ("DU\u200bPONT", "DU<U+200B>PONT"),
        ("e\u0301", "e\u0301"),
        ("deux\nlignes\tet\u00a0plus", "deux lignes et plus"),
        ("[bold]gras[/bold]", "[bold]gras[/bold]"),
        ("\ud800", "<U+D800>"),
        ("\ufeffBOM", "<U+FEFF>BOM"),
        ("a" + "\u0301" * 5, "a" + "\u0301" * 3 + "<U+0301>" * 2),
    ],
)
def test_what_is_hidden_becomes_visible(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@given(ANY_TEXT)
def test_no_control_and_no_format_character_comes_through(text: str) -> None:
    assert not {unicodedata.category(c) for c in visible(text)} & {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


@given(ANY_TEXT)
def test_visible_text_is_left_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT, st.integers(1, 40))
def test_fit_is_exact_in_cells(text: str, width: int) -> None:
    assert cell_len(fit(visible(text), width)) == width


@given(ANY_TEXT, st.integers(1, 40))
def test_what_is_cut_says_so(text: str, width: int) -> None:
    shown = cut(visible(text), width)
    assert cell_len(shown) <= width
    assert shown == visible(text) or shown.endswith(ELLIPSIS)


def test_wide_characters_count_two_cells() -> None:
    assert cut("田中太郎", 5) == "田中…"
    assert fit("田", 3) == "田 "


@given(ANY_TEXT, st.integers(4, 40))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(visible(p) for p in text.splitlines()).split())


def test_the_right_end_stays_whole() -> None:
    assert two_ends("MARTINEAU Paul (conjoint)", "06 12 34 56 78", 30) == "MARTINEAU Paul… 06 12 34 56 78"


@pytest.mark.parametrize("width", range(1, 30))
def test_a_name_cut_within_keeps_both_ends_and_fits(width: int) -> None:
    shown = cut_within("Compte rendu d'été 医院 définitif.pdf", width)
    assert cell_len(shown) <= width
    assert width < 8 or (shown.startswith("Co") and shown.endswith("df"))


def test_no_line_begins_with_a_colon() -> None:
    assert wrap("deux documents : cela", 15) == ["deux", "documents :", "cela"]


@given(st.text(max_size=60), st.integers(0, 9), st.sampled_from(["", "  ", "    "]))
def test_wrapping_ends_whatever_the_room_and_loses_nothing(text: str, width: int, indent: str) -> None:
    lines = wrap(text, width, indent)
    said = " ".join(visible(line) for line in text.splitlines())
    assert "".join("".join(lines).split()) == "".join(said.split())
    for line in lines:
        # A paragraph's own leading spaces are kept, whatever room there is.
        assert cell_len(line.lstrip()) <= max(width, 1) or len(line.strip()) == 1


def test_a_wide_character_has_a_line_of_its_own_where_it_has_no_room() -> None:
    assert wrap("日本", 1) == ["日", "本"]
    assert wrap("abc", 0) == ["a", "b", "c"]
