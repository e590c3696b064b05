"""Widgets in a bare app."""

from textual.app import App, ComposeResult
from textual.widget import Widget


class Holder(App[object]):
    """Shows widgets, and keeps the messages that they send."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.kept: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_board_opened(self, message: object) -> None:
        self.kept.append(message)

    def on_field_submitted(self, message: object) -> None:
        self.kept.append(message)
