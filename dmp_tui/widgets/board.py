"""The body of a screen: rows of cells, a cursor that repaints two cells, and scrolling without scroll bars."""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from dmp_tui.widgets.bars import Foot
from dmp_tui.widgets.line import Cell, Row, strip_of


class Board(Widget, can_focus=True):
    """Shows rows; Enter opens the cell under the cursor."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False, id="board.up"),
        Binding("down", "step(1)", show=False, id="board.down"),
        Binding("left", "neighbour(-1)", show=False, id="board.left"),
        Binding("right", "neighbour(1)", show=False, id="board.right"),
        Binding("pageup", "page(-1)", show=False, id="board.pageup"),
        Binding("pagedown,space", "page(1)", show=False, id="board.pagedown"),
        Binding("home", "edge(-1)", show=False, id="board.home"),
        Binding("end", "edge(1)", show=False, id="board.end"),
        Binding("enter", "open", show=False, id="board.open"),
    ]

    @dataclass
    class Opened(Message):
        """Enter, or a click, on a cell that has a key."""

        key: Hashable

    def __init__(self, rows: Sequence[Row] = (), *, foot: Foot | None = None) -> None:
        super().__init__()
        self.styles.height = "1fr"
        self._foot = foot
        self._rows: tuple[Row, ...] = tuple(rows)
        self._stops: list[tuple[int, Cell]] = self._find_stops()
        self._places: dict[Hashable, int] | None = None
        """Stop by key, made when it is first asked for."""
        self._at = 0
        self._top = 0
        self.whole = False
        """The rows below a stop, up to the next one, belong to it and come into view with it."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    @property
    def selected(self) -> Hashable | None:
        """Key of the cell under the cursor."""
        return self._stops[self._at][1].key if self._stops else None

    def show(self, rows: Sequence[Row], *, key: Hashable | None = None) -> None:
        """Show other rows; the cursor goes to ``key``, else stays on what it was on, else on the first stop."""
        wanted = self.selected if key is None else key
        self._rows = tuple(rows)
        self._stops = self._find_stops()
        self._places = None
        at = self._place_of(wanted)
        self._at = at or 0
        if at is None:
            self._top = 0
        self._keep_in_view()
        self.refresh()
        self._tell()

    def go(self, key: Hashable) -> None:
        """Put the cursor on a stop, its row at the top of the view if it was out of view."""
        at = self._place_of(key)
        if at is None:
            return
        y = self._stops[at][0]
        if not self._top <= y < self._top + self.size.height:
            self._top = max(0, min(y, len(self._rows) - self.size.height))
            self.refresh()
            self._tell()
        self._move_to(at)

    def _place_of(self, key: Hashable) -> int | None:
        if self._places is None:
            self._places = {}
            for at, (_y, cell) in enumerate(self._stops):
                self._places.setdefault(cell.key, at)
        return self._places.get(key)

    def _find_stops(self) -> list[tuple[int, Cell]]:
        return [(y, cell) for y, row in enumerate(self._rows) for cell in row if cell.key is not None]

    def render_line(self, y: int) -> Strip:
        """One row, with the cursor on it or not."""
        index = y + self._top
        row = self._rows[index] if index < len(self._rows) else ()
        cursor = self._stops[self._at][1] if self._stops and self._stops[self._at][0] == index else None
        return strip_of(row, self.size.width, cursor)

    # --- the cursor

    def _move_to(self, at: int) -> None:
        """Put the cursor on a stop; only the two cells concerned are painted again, unless the view must scroll."""
        at = max(0, min(at, len(self._stops) - 1))
        if not self._stops:
            return
        left, entered = self._stops[self._at], self._stops[at]
        self._at = at
        if self._keep_in_view():
            self.refresh()
            self._tell()
            return
        for y, cell in {left, entered}:
            self.refresh(Region(cell.x, y - self._top, cell.width, 1))

    def _keep_in_view(self) -> bool:
        """Scroll so that the cursor's row is in view; whether it had to."""
        height = max(self.size.height, 1)
        top = max(0, min(self._top, len(self._rows) - height))
        if self._stops:
            y = self._stops[self._at][0]
            # A row above the first stop (a title) comes into view with it.
            above = 0 if self._at == 0 else y
            if self.whole:
                top = self._with_its_rows(top, height)
            top = min(max(top, y - height + 1), above)
        moved, self._top = top != self._top, top
        return moved

    def _with_its_rows(self, top: int, height: int) -> int:
        """Where the view must begin to show what belongs to the stop; a screenful at a time, not a row at a key."""
        y = self._stops[self._at][0]
        end = self._stops[self._at + 1][0] if self._at + 1 < len(self._stops) else len(self._rows)
        if top <= y and end <= top + height:
            return top
        return max(0, min(y if y > top else end - height, y, len(self._rows) - height))

    def _scroll(self, rows: int) -> None:
        top = max(0, min(self._top + rows, len(self._rows) - self.size.height))
        if top != self._top:
            self._top = top
            self.refresh()
            self._tell()

    def _tell(self) -> None:
        """Say where we are. Called, not posted: what a message brings is painted a frame later."""
        if self._foot is not None and self.size.height:
            last = min(self._top + self.size.height, len(self._rows))
            self._foot.place(self._top + 1, last, len(self._rows))

    def action_step(self, direction: int) -> None:
        """To the next stop below or above: in the same column if there is one, else the nearest row's first."""
        if not self._stops:
            self._scroll(direction)
            return
        y, cell = self._stops[self._at]
        ahead = list(self._ahead(direction))
        if not ahead:
            self._scroll(direction)
            return
        nearest = abs(ahead[0][1][0] - y)
        same = [(abs(s[0] - y), i) for i, s in ahead if s[1].x == cell.x]
        near = [(abs(s[1].x - cell.x), i) for i, s in ahead if abs(s[0] - y) == nearest]
        self._move_to(min(same)[1] if same else min(near)[1])

    def _ahead(self, direction: int) -> Iterator[tuple[int, tuple[int, Cell]]]:
        """Stops of the nearest row below or above that has any, and of the two rows beyond it."""
        y, nearest, at = self._stops[self._at][0], 0, self._at
        while 0 <= (at := at + direction) < len(self._stops):
            distance = abs(self._stops[at][0] - y)
            nearest = nearest or distance
            if distance > nearest + 2:
                return
            if distance:
                yield at, self._stops[at]

    def action_neighbour(self, direction: int) -> None:
        """To the next stop in reading order."""
        self._move_to(self._at + direction)

    def action_page(self, direction: int) -> None:
        """A screenful on, the cursor with it."""
        height = max(self.size.height - 1, 1)
        if not self._stops:
            self._scroll(direction * height)
            return
        target = self._stops[self._at][0] + direction * height
        below = bisect_left(self._stops, target, key=lambda stop: stop[0])
        above = bisect_left(self._stops, self._stops[max(below - 1, 0)][0], key=lambda stop: stop[0])
        near = [at for at in (above, below) if at < len(self._stops)]
        self._move_to(min(near, key=lambda at: abs(self._stops[at][0] - target)))

    def action_edge(self, direction: int) -> None:
        """To the first or the last row."""
        if not self._stops:
            self._scroll(direction * len(self._rows))
            return
        self._move_to(0 if direction < 0 else len(self._stops) - 1)

    def action_open(self) -> None:
        """Say that the cell under the cursor was chosen."""
        if self._stops:
            self.post_message(self.Opened(self._stops[self._at][1].key))

    def on_resize(self) -> None:
        """Keep the cursor in view in the new size, and no row out of view that has room again."""
        if self._keep_in_view():
            self.refresh()
        self._tell()
