"""Text from outside, made fit to be shown: one function decides what reaches the terminal, others measure and cut it.

Widths are terminal cells as ``rich.cells`` counts them: wide characters take two, combining ones none.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"
"""The sign of everything that was cut: what it stands for is one Enter away."""

_SPACES = frozenset("\t\n\r\v\f\u00a0\u202f\u2007\u2028\u2029")
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_MARKS_IN_A_ROW = 3


@lru_cache(4096)
def visible(text: str) -> str:
    """One line that shows what is really in ``text``: nothing active, nothing invisible.

    Line ends, tabs and special spaces become a space. Control characters (C0, C1, ESC), bidi overrides, zero-width
    and private characters, lone surrogates, selectors and towers of combining marks become ``<U+202E>``. Brackets of
    console markup need nothing: no widget of ours interprets markup.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character in _SPACES:
            shown.append(" ")
        elif (
            category in _HIDDEN
            or character in _INVISIBLE_LETTERS
            or "\ufe00" <= character <= "\ufe0f"
            or marks > _MARKS_IN_A_ROW
        ):
            shown.append(f"<U+{ord(character):04X}>")
        else:
            shown.append(character)
    return "".join(shown)


def cut(text: str, width: int) -> str:
    """``text`` in ``width`` cells at most; what does not fit ends in an ellipsis, never in silence."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def cut_within(text: str, width: int) -> str:
    """``text`` in ``width`` cells at most; what does not fit gives way in the middle: both ends tell it from others."""
    if cell_len(text) <= width:
        return text
    tail = ""
    for character in reversed(text):
        if cell_len(character + tail) > width // 2 - 1:
            break
        tail = character + tail
    return cut(text, width - cell_len(tail)) + tail


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: cut with an ellipsis, or filled with spaces."""
    shown = cut(text, width)
    return shown + " " * (width - cell_len(shown))


def two_ends(left: str, right: str, width: int) -> str:
    """``left`` and ``right`` at the two ends of ``width`` cells; ``left`` gives way first."""
    if not right:
        return fit(left, width)
    right = cut(right, max(width - 8, width // 2))
    return fit(left, width - cell_len(right) - 1) + " " + right


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of ``width`` cells at most, broken at spaces; a word longer than a line is broken where it must be.

    ``indent`` begins every line but the first. The text's own line ends and leading spaces are kept.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        shown = visible(paragraph)
        line = " " * (len(shown) - len(shown.lstrip(" ")))
        for word in _words(shown):
            candidate = f"{line} {word}" if line.strip() else line + word
            if cell_len(candidate) <= width:
                line = candidate
                continue
            if line.strip():
                lines.append(line)
            *pieces, last = _pieces(word, width - cell_len(indent))
            lines += [indent + piece for piece in pieces]
            line = indent + last
        lines.append(line)
    return lines


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word in pieces of ``width`` cells at most; of one character each where not even that has room."""
    piece, cells = "", 0
    for character in word:
        more = cell_len(character)
        if piece and cells + more > width:
            yield piece
            piece, cells = "", 0
        piece += character
        cells += more
    yield piece


_NEVER_FIRST = frozenset({"»", ":", ";"})


def _words(text: str) -> list[str]:
    """What may stand at the beginning of a line: a guillemet stays with what it encloses, a colon behind its word."""
    words: list[str] = []
    for word in text.split():
        if words and (word in _NEVER_FIRST or words[-1].split(" ")[-1] == "«"):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words
