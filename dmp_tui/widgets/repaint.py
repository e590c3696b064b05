"""Writes to the terminal only the cells that differ from what is already there.

Textual repaints dirty regions whole: after a screen switch it writes every cell again, though most stand there
already. On a slow line that is what a clinician waits for. ``Painted`` remembers each line as last written and turns
an update of the compositor into one with the differing part of each line only. It reads the two kinds of update of
Textual 8.2.8 (the version is pinned, and a test paints the same screens with and without it).
"""

from collections.abc import Iterable

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

_UNKNOWN: tuple[Segment, ...] = ()
_ERASE = "\x1b[K"
"""Erase to the end of the line, in the terminal's own background."""


class ChangedCells(CompositorUpdate):
    """Runs of segments and where they begin."""

    def __init__(self, runs: list[tuple[int, int, list[Segment]]], width: int) -> None:
        self.runs = runs
        self.width = width

    def render_segments(self, console: Console) -> str:
        """Escape sequences and text; text in the terminal's own colours costs no sequence at all."""
        system = console._color_system  # noqa: SLF001 - what Strip.render itself reads
        written: list[str] = []
        for x, y, segments in self.runs:
            written.append(Control.move_to(x, y).segment.text)
            for segment in segments:
                style = segment.style
                written.append(style.render(segment.text, color_system=system) if style else segment.text)
            if segments and not segments[-1].style and x + sum(s.cell_length for s in segments) == self.width:
                text = written[-1].rstrip(" ")
                if len(text) + len(_ERASE) < len(written[-1]):
                    written[-1] = text + _ERASE
        return "".join(written)


class Painted:
    """The terminal's lines as last written, as far as they are known."""

    def __init__(self) -> None:
        self._lines: list[tuple[Segment, ...]] = []
        self._width = 0

    def forget(self) -> None:
        """Nothing is known any more: the terminal was cleared, resized or written to by another."""
        self._lines = []

    def changes(self, update: CompositorUpdate, width: int, height: int) -> CompositorUpdate | None:
        """What remains to be written of ``update``; None if nothing does."""
        if (width, height) != (self._width, len(self._lines)):
            self._width, self._lines = width, [_UNKNOWN] * height
        if isinstance(update, LayoutUpdate):
            if update.region.size != (width, height):
                self.forget()
                return update
            lines = [(y, _plain(strip)) for y, strip in enumerate(update.strips)]
            return self._compare(lines)
        if isinstance(update, ChopsUpdate):
            return self._compare(self._overlaid(update))
        self.forget()
        return update

    def _overlaid(self, update: ChopsUpdate) -> list[tuple[int, tuple[Segment, ...]]]:
        """Whole lines: the update's fragments laid over what was there."""
        lines: dict[int, tuple[Segment, ...]] = {}
        for y, _x1, _x2 in update.spans:
            if y in lines or y >= len(self._lines):
                continue
            fragments = update.chops[y]
            if any(strip is None for strip in fragments.values()):
                lines[y] = self._patched(y, fragments.items())
            else:
                lines[y] = _plain(strip for strip in fragments.values() if strip is not None)
        return list(lines.items())

    def _patched(self, y: int, fragments: Iterable[tuple[int, Strip | None]]) -> tuple[Segment, ...]:
        line = Strip(self._lines[y] or [Segment(" " * self._width)], self._width)
        for x, strip in fragments:
            if strip is not None:
                end = x + strip.cell_length
                line = Strip.join([line.crop(0, x), strip, line.crop(end, self._width)])
        return _plain([line])

    def _compare(self, lines: Iterable[tuple[int, tuple[Segment, ...]]]) -> CompositorUpdate | None:
        runs = []
        for y, line in lines:
            if run := _difference(self._lines[y], line):
                runs.append((run[0], y, run[1]))
                self._lines[y] = line
        return ChangedCells(runs, self._width) if runs else None


def _plain(strips: Iterable[Strip]) -> tuple[Segment, ...]:
    """Segments without metadata, default colours as no style at all, equal neighbours joined."""
    segments: list[tuple[str, Style | None]] = []
    for strip in strips:
        for text, style, _control in strip:
            shown = None if style is None or _is_default(style) else style.clear_meta_and_links()
            if segments and segments[-1][1] == shown:
                segments[-1] = (segments[-1][0] + text, shown)
            elif text:
                segments.append((text, shown))
    return tuple(Segment(text, style) for text, style in segments)


def _is_default(style: Style) -> bool:
    """The terminal's own colours, and no attribute."""
    return all(color is None or color.is_default for color in (style.color, style.bgcolor)) and not any(
        (style.bold, style.dim, style.italic, style.underline, style.reverse, style.strike)
    )


def _difference(old: tuple[Segment, ...], new: tuple[Segment, ...]) -> tuple[int, list[Segment]] | None:
    """``(column, segments)`` of the part of a line that differs; both lines are equally wide."""
    if old == new:
        return None
    if not old:
        return 0, list(new)
    before, after = list(old), list(new)
    while before and after and before[-1] == after[-1]:
        before.pop()
        after.pop()
    if before and after and before[-1].style == after[-1].style:
        same = _common(before[-1].text[::-1], after[-1].text[::-1])
        if not after[-1].style and not after[-1].text[len(after[-1].text) - same :].strip(" "):
            same = 0  # erasing a blank end costs less than writing up to it
        before[-1], after[-1] = _shortened(before[-1], 0, same), _shortened(after[-1], 0, same)
    column = 0
    while before and after and before[0] == after[0]:
        column += after[0].cell_length
        before.pop(0)
        after.pop(0)
    if before and after and before[0].style == after[0].style:
        same = _common(before[0].text, after[0].text)
        column += same
        after[0] = _shortened(after[0], same, 0)
    return column, [segment for segment in after if segment.text]


def _shortened(segment: Segment, first: int, last: int) -> Segment:
    """A segment without its ``first`` leading and ``last`` trailing characters."""
    return Segment(segment.text[first : len(segment.text) - last], segment.style)


def _common(one: str, other: str) -> int:
    """How many leading characters are equal and one cell wide each beyond doubt."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b or not (a.isascii() or a == "─"):
            break
        count += 1
    return count
