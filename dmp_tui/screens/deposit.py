"""What to put into the record: a note to write, or a file of this workstation, newest first."""

from datetime import date
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType

from dmp_tui.dmp.files import FileKind
from dmp_tui.i18n import _, language
from dmp_tui.screens.asking import AskingScreen
from dmp_tui.screens.dropped import MOST, Dropped
from dmp_tui.screens.messages import ChooseFile, ListFiles, WriteNote
from dmp_tui.screens.record import OpenRecord
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, Row, text_row, title
from dmp_tui.widgets.text import cut_within, fit, two_ends, visible, wrap

_KIND = 12


class DepositScreen(AskingScreen):
    """Enter on a file shows what would be deposited; nothing is sent from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "write_note", show=False, id="deposit.note"),
        Binding("p", "type_path", show=False, id="deposit.path"),
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.files: tuple[Dropped, ...] | None = None
        self.folder: Path | None = None
        self.trouble = ""
        super().__init__(record, today)

    @property
    def holds(self) -> bool:
        """A path is being typed: no card takes the screen."""
        return self.asking

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The folder and its files."""
        name = cut_within(visible(str(self.folder)), width // 2) if self.folder else ""
        rows: list[Row] = [(title(_("DÉPOSER UN FICHIER"), width, right=name),)]
        if self.trouble:
            return [*rows, *(text_row(part, width) for part in wrap(self.trouble, width))]
        if self.files is None:
            return [*rows, text_row(_("Lecture du dossier."), width)]
        if not self.files:
            empty = _("Aucun PDF, CDA, document FHIR, texte ou image ici. p : taper le chemin d'un fichier.")
            return [*rows, *(text_row(part, width) for part in wrap(empty, width))]
        rows += [self._row(one, width) for one in self.files]
        # Whoever misses a file here is told why: it is empty, or of a kind that no record takes.
        left_out = _("Ne sont montrés que PDF, CDA, document FHIR, texte UTF-8 et image, non vides, {most} au plus.")
        return [*rows, *(text_row(part, width) for part in wrap(left_out.format(most=MOST), width))]

    def _row(self, one: Dropped, width: int) -> Row:
        """``22/11/2026 14:02  PDF   lettre.pdf   120 ko``."""
        when = one.changed.strftime("%d/%m/%Y %H:%M")
        left = f"{when}  {fit(kind_name(one.kind), _KIND)} "
        # Letters of one sort begin alike: what ends a name tells them apart.
        name = visible(one.path.name)
        size = size_words(one.size)
        return text_row(
            two_ends(left + cut_within(name, width - cell_len(left + size) - 1), size, width), width, PLAIN, one.path
        )

    def on_mount(self) -> None:
        """Ask for the folder, and say what the keys do."""
        self.say(_("n : écrire une note · Entrée : vérifier, déposer · p : chemin"))
        self.post_message(ListFiles())

    def show_files(self, folder: Path, files: tuple[Dropped, ...], trouble: str = "") -> None:
        """What the folder holds, or why it cannot be read."""
        self.folder, self.files, self.trouble = folder, files, trouble
        self.lay_out()

    def action_write_note(self) -> None:
        """No file: write."""
        self.post_message(WriteNote())

    def action_type_path(self) -> None:
        """A file elsewhere."""
        self.ask(_("Chemin du fichier :"), f"{self.folder or Path.home()}/")

    def submitted(self, text: str) -> None:
        """The path was typed."""
        self.stop_asking()
        if text.strip():
            self.post_message(ChooseFile(Path(text.strip()).expanduser()))

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """A file was chosen."""
        message.stop()
        if isinstance(message.key, Path):
            self.post_message(ChooseFile(message.key))


def kind_name(kind: FileKind) -> str:
    """What a file is, in a word."""
    return {
        FileKind.PDF: "PDF",
        FileKind.CDA: "CDA",
        FileKind.FHIR: "FHIR",
        FileKind.TEXT: _("texte"),
        FileKind.IMAGE: _("image"),
    }[kind]


def size_words(size: int) -> str:
    """``120 ko``, ``3,2 Mo``."""
    if size < 1000:
        return _("{n} octets").format(n=size)
    if size < 1_000_000:
        return _("{n} ko").format(n=round(size / 1000))
    megabytes = f"{size / 1_000_000:.1f}"
    return _("{n} Mo").format(n=megabytes.replace(".", ",") if language() == "fr" else megabytes)
