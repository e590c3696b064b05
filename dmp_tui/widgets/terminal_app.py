"""What our app does differently with a terminal: it writes only what changed, knows a scanner from a person, lets
letters fall dead for a moment after a switch that nobody typed, and knows when nobody has typed for long."""

from base64 import b64encode
from collections.abc import Callable
from time import monotonic
from typing import ClassVar, cast

from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer

from dmp_tui.widgets.repaint import Painted
from dmp_tui.widgets.scanner import GAP, PREFIX, Burst, character_of

DEAD_SECONDS = 0.5


class TerminalApp(App[object]):
    """Base of the app. ``scanned`` and ``left_alone`` are what it says."""

    # A suspended screen would be dimmed, that is: painted once more for nothing.
    SUSPENDED_SCREEN_CLASS: ClassVar[str] = ""
    ALLOW_SELECT: ClassVar[bool] = False
    ESCAPE_TO_MINIMIZE: ClassVar[bool] = False
    theme: Reactive[str] = Reactive("ansi-dark")
    """The terminal's own colours: readable on any background, few bytes, right with 16 colours and with none. Given as
    the default, not set later: a change of theme computes every style again before the first frame."""

    def __init__(self, *, idle_seconds: float, now: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.animation_level = "none"
        self._painted = Painted()
        self._now = now
        self._burst = Burst()
        self._held: list[events.Key] = []
        self._burst_timer: Timer | None = None
        self._dead_until = 0.0
        self._idle_seconds = idle_seconds
        self._last_input = now()

    def scanned(self, text: str) -> None:
        """A datamatrix came in. For subclasses."""

    def left_alone(self) -> None:
        """Nobody has typed for the idle time. For subclasses."""

    # --- what is written

    def _display(self, screen: Screen[object], renderable: RenderableType | CompositorUpdate | None) -> None:
        """Write the part of an update that differs from what the terminal shows."""
        if isinstance(renderable, CompositorUpdate) and not self._batch_count and screen is self.screen:
            renderable = self._painted.changes(renderable, *self.size)
        super()._display(screen, cast("RenderableType | None", renderable))

    def on_resize(self) -> None:
        """A terminal that was resized shows what it likes until it is painted whole."""
        self._painted.forget()

    def copy_to_clipboard(self, text: str) -> None:
        """Hand a text to the terminal's clipboard (OSC 52), as it is to be pasted. Nothing of it is kept here.

        Plain, without tmux's passthrough: tmux takes it by its own ``set-clipboard``, or leaves it.
        """
        if self._driver is not None:
            self._driver.write(f"\x1b]52;c;{b64encode(text.encode()).decode('ascii')}\a")

    # --- what is typed

    def still(self) -> None:
        """The screen changed and nobody asked for it: letters fall dead for half a second (no patient mix-up)."""
        self._dead_until = self._now() + DEAD_SECONDS

    def awake(self) -> None:
        """The screen changed because somebody asked: letters count at once."""
        self._dead_until = 0.0

    async def on_event(self, event: events.Event) -> None:
        """Keys pass the scanner's detector and the dead time before anything else sees them."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._last_input = self._now()
            if await self._caught(event):
                return
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            self._last_input = self._now()
            if event.text.lstrip().startswith(PREFIX):
                self.scanned(event.text.strip())
                return
        await super().on_event(event)

    async def _caught(self, event: events.Key) -> bool:
        """Whether a key is a scanner's, may be one, or falls dead."""
        character = character_of(event.key, event.character)
        if self._burst.certain and event.key in {"enter", "tab", "ctrl+j"}:
            self._hand_over()
            return True
        # When it came, not when we got to it: a busy moment of ours is no pause of the scanner's.
        arrived = self._now() - max(monotonic() - event.time, 0.0)
        if character and self._burst.take(character, arrived):
            self._held.append(event)
            if self._burst_timer is not None:
                self._burst_timer.stop()
            self._burst_timer = self.set_timer(GAP * 1.5, self._burst_over)
            return True
        if self._burst.text:
            await self._give_back()
            # A first character of a burst may follow at once on what was none.
            return await self._caught(event)
        if _commands(event.key):
            self.awake()
        # Enter too: it would choose the first person of a card that nobody has read yet.
        if character.isalnum() or character in {"!", "/", "?"} or event.key in {"enter", "space"}:
            return self._now() < self._dead_until
        return False

    def _burst_over(self) -> None:
        """Silence: a datamatrix is handed over, anything else was typing."""
        if self._burst.certain:
            self._break_off()
        elif self._burst.text:
            self.call_later(self._give_back)

    def _hand_over(self) -> None:
        text = self._burst.text
        self._forget_burst()
        self.scanned(text)

    def _break_off(self) -> None:
        """A datamatrix without its end. What comes yet is no typing: its digits would choose a person."""
        self._hand_over()
        self.still()

    async def _give_back(self) -> None:
        """Give held keys to whom they were meant for; the rest of a broken datamatrix falls away."""
        if self._burst.certain:
            self._break_off()
            return
        held = self._held
        self._forget_burst()
        for key in held:
            if self._now() >= self._dead_until:
                await super().on_event(key)

    def _forget_burst(self) -> None:
        self._burst = Burst()
        self._held = []
        if self._burst_timer is not None:
            self._burst_timer.stop()
            self._burst_timer = None

    # --- what is not typed

    def watch_for_idleness(self) -> None:
        """Begin to count. One timer at a time, for what is left of the idle time: nothing ticks."""
        self._last_input = self._now()
        self._idle_timer(self._idle_seconds)

    def _idle_timer(self, seconds: float) -> None:
        self.set_timer(max(seconds, 0.01), self._idle_over)

    def _idle_over(self) -> None:
        left = self._last_input + self._idle_seconds - self._now()
        if left > 0:
            self._idle_timer(left)
            return
        self.left_alone()
        self._last_input = self._now()
        self._idle_timer(self._idle_seconds)


def _commands(key: str) -> bool:
    """Whether a key is a function key or a Ctrl combination: nobody types one into a text, so it was meant for now."""
    return key not in {"ctrl+j", "ctrl+m"} and (key.startswith("ctrl+") or (key[:1] == "f" and key[1:].isdigit()))
