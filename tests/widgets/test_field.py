"""Typed text: what a field takes, shows and hands over."""

from textual import events

from dmp_tui.widgets.field import Field
from tests.looking import screen_text
from tests.widgets.conftest import Holder


async def test_a_pin_is_digits_only_and_never_shown() -> None:
    field = Field("Code PIN :", masked=True, digits=True, limit=4)
    app = Holder(field)
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.press("1", "a", "2", "3", "4", "5")
        assert screen_text(pilot.app) == "> Code PIN : ••••_"
        await pilot.press("backspace", "enter")
    assert app.kept == [Field.Submitted(field, "123")]
    assert "123" not in repr(app.kept)


async def test_a_paste_gives_its_first_line() -> None:
    field = Field("INS :")
    async with Holder(field).run_test(size=(40, 3)) as pilot:
        field.post_message(events.Paste("2 79 03\nautre"))
        await pilot.pause()
        assert field.value == "2 79 03"
        await pilot.press("ctrl+u")
        assert field.value == ""


async def test_the_end_of_a_long_text_stays_in_view() -> None:
    field = Field("Motif :")
    async with Holder(field).run_test(size=(24, 3)) as pilot:
        field.value = "arrêt cardiaque réanimé sur la voie publique"
        await pilot.pause()
        assert screen_text(pilot.app) == "> Motif : …ie publique_"
