"""Writing only what changed shows the same screen as writing everything, with fewer bytes."""

import textual
from hypothesis import given
from hypothesis import strategies as st
from pyte import Screen, Stream
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from dmp_tui.widgets.repaint import Painted

WIDTH, HEIGHT = 24, 4
STYLES = (Style(), Style(bold=True), Style(reverse=True), Style(color="red"), Style(color="default", bgcolor="default"))
CONSOLE = Console(width=WIDTH, height=HEIGHT, color_system="256", force_terminal=True)


def test_the_version_that_this_was_written_for() -> None:
    assert textual.__version__ == "8.2.8"
    assert CONSOLE._color_system is ColorSystem.EIGHT_BIT


segments = st.lists(
    st.builds(Segment, st.text("ab ─é田", min_size=1, max_size=8), st.sampled_from(STYLES), st.none()), max_size=6
)


@st.composite
def strips(draw: st.DrawFn, width: int = WIDTH) -> Strip:
    return Strip(draw(segments)).adjust_cell_length(width, Style())


@st.composite
def updates(draw: st.DrawFn) -> CompositorUpdate:
    # A wide character never lies across the border of two widgets, so neither do these.
    if draw(st.booleans()):
        return LayoutUpdate(
            [[draw(strips(WIDTH // 2)), draw(strips(WIDTH // 2))] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT)
        )
    y = draw(st.integers(0, HEIGHT - 1))
    half = WIDTH // 2
    first, last = draw(st.sampled_from([(0, half), (half, WIDTH), (0, WIDTH)]))
    empty: list[dict[int, Strip | None]] = [{0: None, half: None} for _ in range(HEIGHT)]
    if first == 0:
        empty[y][0] = draw(strips(half))
    if last == WIDTH:
        empty[y][half] = draw(strips(half))
    return ChopsUpdate(empty, [(y, first, last)], [[half, WIDTH]] * HEIGHT)


def cells(screen: Screen) -> list[list[tuple[str, object, object, object]]]:
    return [
        [(c.data, c.fg, c.bold, c.reverse) for c in (screen.buffer[y][x] for x in range(WIDTH))] for y in range(HEIGHT)
    ]


@given(st.lists(updates(), min_size=1, max_size=6))
def test_the_screen_is_the_same_with_and_without(given_updates: list[CompositorUpdate]) -> None:
    painted = Painted()
    whole, changed = Screen(WIDTH, HEIGHT), Screen(WIDTH, HEIGHT)
    first = LayoutUpdate([[Strip.blank(WIDTH)] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))
    for update in (first, *given_updates):
        # A line end moves the cursor only on a real terminal in raw mode; pyte needs it to be a line feed alone.
        Stream(whole).feed(update.render_segments(CONSOLE).replace("\n", ""))
        if (less := painted.changes(update, WIDTH, HEIGHT)) is not None:
            Stream(changed).feed(less.render_segments(CONSOLE))
        assert cells(changed) == cells(whole)


def lines(*texts: str) -> LayoutUpdate:
    return LayoutUpdate(
        [[Strip([Segment(t.ljust(WIDTH), Style())], WIDTH)] for t in texts], Region(0, 0, WIDTH, HEIGHT)
    )


def written(painted: Painted, update: CompositorUpdate) -> str:
    less = painted.changes(update, WIDTH, HEIGHT)
    return less.render_segments(CONSOLE) if less else ""


def test_only_the_differing_part_of_a_line_is_written() -> None:
    painted = Painted()
    written(painted, lines("allergies", "pouls 60 /min", "", ""))
    assert written(painted, lines("allergies", "pouls 88 /min", "", "")) == "\x1b[2;7H88"
    assert written(painted, lines("allergies", "pouls 88 /min", "", "")) == ""


def test_the_empty_end_of_a_line_is_erased_not_written() -> None:
    painted = Painted()
    written(painted, lines("une longue ligne", "", "", ""))
    assert written(painted, lines("une", "", "", "")) == "\x1b[1;5H\x1b[K"


def test_after_a_resize_everything_is_written() -> None:
    painted = Painted()
    written(painted, lines("a", "b", "c", "d"))
    painted.forget()
    assert written(painted, lines("a", "b", "c", "d")).count("\x1b[K") == HEIGHT
