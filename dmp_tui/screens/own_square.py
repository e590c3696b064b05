"""The square code (QR) that a telephone photographs, drawn in half blocks: two of its rows in one of the terminal's."""

from dmp_tui.i18n import _
from dmp_tui.screens.own_pages import MARGIN, OwnPage
from dmp_tui.widgets.line import Row, text_row


class SquarePage(OwnPage):
    """Dark on light whatever the terminal's colours are: the light squares are drawn."""

    def __init__(self, text: str) -> None:
        import segno

        code = segno.make(text, error="l", boost_error=False)
        self._matrix = [[bool(dark) for dark in row] for row in code.matrix_iter(border=1)]
        super().__init__("square", _("À photographier"))

    def banner_rows(self, _width: int) -> list[Row]:
        """None: the square needs the room."""
        return []

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The square."""
        rows: list[Row] = []
        below = [*self._matrix[1::2], [True] * len(self._matrix[0])]
        for upper, lower in zip(self._matrix[::2], below, strict=False):
            signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
            line = "".join(signs[pair] for pair in zip(upper, lower, strict=True))
            rows.append(text_row(" " * MARGIN + line, width))
        return rows
