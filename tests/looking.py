"""What a person would see: the text of the screen of a running app, without its colours."""

from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot


def screen_text(app: App[object]) -> str:
    """The screen's lines, without trailing spaces."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips()).rstrip()


async def until(pilot: Pilot[object], seen: Callable[[], bool], rounds: int = 2000) -> None:
    """Let the app work until something is so; what never comes fails with the screen's text."""
    for _ in range(rounds):
        if seen():
            return
        await pilot.pause(0.005)
    raise AssertionError(f"never came; the screen shows:\n{screen_text(pilot.app)}")


async def until_shows(pilot: Pilot[object], text: str) -> None:
    """Let the app work until the screen shows a text."""
    await until(pilot, lambda: text in screen_text(pilot.app))
