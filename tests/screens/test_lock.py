"""The lock screen on its own: whatever cards come and go, the PIN that is asked for has the keyboard."""

from textual import events

from dmp_tui.screens.lock import Desk, LockScreen
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.terminal_app import TerminalApp
from tests.looking import until, until_shows

EMPTY = Desk()
ASKING = Desk(holder="Dr MARTINEAU Claire", tries_left=3)


class Locked(TerminalApp):
    """Shows the lock screen, and no more."""

    def __init__(self) -> None:
        super().__init__(idle_seconds=600)

    def get_default_screen(self) -> LockScreen:
        return LockScreen()


async def test_a_card_swapped_before_the_field_was_seen_to_be_hidden_leaves_it_the_keyboard() -> None:
    app = Locked()
    async with app.run_test(size=(80, 24)) as pilot:
        lock = app.screen
        assert isinstance(lock, LockScreen)
        await lock.fill()
        lock.show_desk(ASKING)
        await until_shows(pilot, "> Code PIN :")
        pin = lock.query_one(Field)
        lock.show_desk(EMPTY)
        lock.show_desk(ASKING)
        # What the layout of between the two sends, and what arrives after the second.
        pin.post_message(events.Hide())
        await until(pilot, lambda: pin.message_queue_size == 0)
        await until_shows(pilot, "> Code PIN :")
        await pilot.press("1", "2")
        await until_shows(pilot, "••")


async def test_a_card_that_left_leaves_no_field_to_type_in() -> None:
    app = Locked()
    async with app.run_test(size=(80, 24)) as pilot:
        lock = app.screen
        assert isinstance(lock, LockScreen)
        await lock.fill()
        lock.show_desk(ASKING)
        await until_shows(pilot, "> Code PIN :")
        lock.show_desk(EMPTY)
        await until(pilot, lambda: lock.focused is None)
