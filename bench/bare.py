"""The yardstick of a start: the smallest Textual application there is, one Static."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One word on a screen."""

    def compose(self) -> ComposeResult:
        """The word."""
        yield Static("bare")


if __name__ == "__main__":
    Bare().run()
