"""A terminal that is made small and large again, in the middle of things."""

import pytest

from dmp_tui.screens.sheet import SheetScreen
from tests.screens.alone import alone
from tests.screens.people import TODAY, record


@pytest.mark.parametrize("small", [(60, 15), (71, 24), (80, 19), (72, 20)])
@pytest.mark.parametrize("downs", [0, 3, 12])
async def test_allergies_are_in_view_again_once_the_terminal_is_large_enough(
    small: tuple[int, int], downs: int
) -> None:
    async with alone(SheetScreen(record(), TODAY)) as (app, pilot):
        await pilot.press(*["down"] * downs)
        await pilot.resize_terminal(*small)
        await pilot.pause()
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "!! ALLERGIES" in app.text
        assert app.text.index("!! ALLERGIES") < app.text.index("PARACETAMOL") < app.text.index("COUMADINE")
