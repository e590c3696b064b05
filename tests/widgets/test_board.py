"""The cursor of a board: where it goes, what it opens, how little it paints."""

from textual.geometry import Region
from textual.widget import Widget

from dmp_tui.widgets.bars import Foot
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import Cell, Row, text_row, title
from tests.looking import screen_text
from tests.widgets.conftest import Holder


def rows(count: int) -> list[Row]:
    return [
        (title("TITRE", 40),),
        *((Cell(0, 20, f"g{i}", key=f"g{i}"), Cell(20, 20, f"d{i}", key=f"d{i}")) for i in range(count)),
    ]


def at(board: Board) -> object:
    return board.selected


async def test_the_cursor_stays_in_its_column_and_opens() -> None:
    board = Board(rows(5))
    app = Holder(board)
    async with app.run_test(size=(40, 12)) as pilot:
        assert at(board) == "g0"
        await pilot.press("down", "down")
        assert at(board) == "g2"
        await pilot.press("right", "down")
        assert at(board) == "d3"
        await pilot.press("enter")
    assert app.kept == [Board.Opened("d3")]


async def test_a_step_paints_two_cells_only() -> None:
    board = Board(rows(5))
    painted: list[Region] = []

    async with Holder(board).run_test(size=(40, 12)) as pilot:
        before = pilot.app.screen._compositor.update_widgets

        def spy(widgets: set[Widget]) -> None:
            painted.extend(board._repaint_regions)
            before(widgets)

        pilot.app.screen._compositor.update_widgets = spy  # type: ignore[method-assign]  # sees what is painted
        await pilot.press("down")
    assert sorted(painted) == [Region(0, 1, 20, 1), Region(0, 2, 20, 1)]


async def test_it_scrolls_to_the_cursor_and_back_to_the_title() -> None:
    foot = Foot("touches")
    board = Board(rows(40), foot=foot)
    async with Holder(board, foot).run_test(size=(40, 12)) as pilot:
        await pilot.press("end")
        assert at(board) == "d39"
        assert "g39" in screen_text(pilot.app)
        assert "32-41/41" in screen_text(pilot.app)
        await pilot.press("home")
        assert screen_text(pilot.app).startswith("TITRE")
        await pilot.press("pagedown")
        assert at(board) == "g9"


async def test_text_without_stops_scrolls() -> None:
    board = Board([text_row(f"ligne {i}", 40) for i in range(30)])
    async with Holder(board).run_test(size=(40, 10)) as pilot:
        await pilot.press("down")
        assert screen_text(pilot.app).startswith("ligne 1\n")
        await pilot.press("end")
        assert screen_text(pilot.app).endswith("ligne 29")


async def test_other_rows_keep_the_cursor_where_it_was() -> None:
    board = Board(rows(5))
    async with Holder(board).run_test(size=(40, 12)) as pilot:
        await pilot.press("down")
        board.show(rows(9))
        await pilot.pause()
        assert at(board) == "g1"


async def test_a_long_message_is_shown_whole() -> None:
    foot = Foot("touches")
    async with Holder(Board(rows(2)), foot).run_test(size=(40, 12)) as pilot:
        foot.say("Carte illisible : retirez-la, essuyez la puce, remettez-la dans le bon sens.")
        await pilot.pause()
        assert "bon sens." in screen_text(pilot.app)
        foot.say("")
        await pilot.pause()
        assert screen_text(pilot.app).count("\n") == 11


async def test_a_mark_stands_where_it_leaves_the_keys_whole() -> None:
    foot = Foot("a Une touche  b Une autre")
    async with Holder(Board(rows(2)), foot).run_test(size=(40, 12)) as pilot:
        foot.mark("ESSAI F9", "ESSAI")
        await pilot.pause()
        assert screen_text(pilot.app).endswith("b Une autre       ESSAI F9")
        await pilot.resize_terminal(32, 12)
        await pilot.pause()
        assert screen_text(pilot.app).endswith("b Une autre  ESSAI")
        await pilot.resize_terminal(26, 12)
        await pilot.pause()
        assert "ESSAI" not in screen_text(pilot.app)
