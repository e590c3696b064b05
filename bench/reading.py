"""The list of 200 documents and a reader of 10,000 rows, each alone in a pty: what their keys cost.

``python -m bench.reading list`` and ``... text`` are the programs that are measured.
"""

import asyncio
import sys
import time
from datetime import UTC, date, datetime

from bench.figures import Figure, median
from bench.terminal import Answer, Terminal

TODAY = date(2026, 11, 22)
DOCUMENTS, ROWS = 200, 10_000


def reading() -> list[Figure]:
    """Cursor, page, and typed letters on both; a PDF of 300 pages."""
    program = [sys.executable, "-m", "bench.reading"]
    with Terminal([*program, "list"]) as terminal:
        terminal.until(r"Document \d")
        terminal.settle()
        cursor = [terminal.key(b"\x1b[B") for _ in range(30)]
        pages = [terminal.key(key) for key in (b"\x1b[6~", b"\x1b[5~") for _ in range(8)]
        terminal.key(b"\x06")
        typed = [terminal.key(letter) for letter in (b"b", b"i", b"o", b"1", b"\x15")]
    figures = [*_of("documents: cursor", cursor, 5, 300), *_of("documents: page", pages, 10, 3000)]
    figures += _of("documents: letter of a filter", typed, 10, 3000)
    with Terminal([*program, "text"]) as terminal:
        terminal.until("Examen 0")
        terminal.settle()
        cursor = [terminal.key(b"\x1b[B") for _ in range(15)]
        pages = [terminal.key(key) for key in (b"\x1b[6~", b"\x1b[5~") for _ in range(8)]
    figures += [*_of("reader: cursor", cursor, 5, 300), *_of("reader: page of 10,000 rows", pages, 10, 3000)]
    return [*figures, _pdf()]


def _of(name: str, answers: list[Answer], milliseconds: float, size: float) -> list[Figure]:
    heard = [answer for answer in answers if answer.size]
    return [
        Figure(f"{name}, p50", median([answer.last_ms for answer in heard]), milliseconds, "ms"),
        Figure(f"{name}, bytes p50", median([float(answer.size) for answer in heard]), size, "B"),
    ]


def _pdf() -> Figure:
    from dmp_tui.demo.pdf import text_pdf
    from dmp_tui.screens.pdf import SECONDS, pdf_text

    content = text_pdf(tuple(f"ligne {number} du compte rendu" for number in range(300 * 46)))
    begun = time.perf_counter()
    read = asyncio.run(pdf_text(content))
    spent = time.perf_counter() - begun
    return Figure("PDF of 300 pages read", spent, SECONDS, "s", f"{len(read.pages)} of {read.total} pages")


def main(what: str) -> None:
    """Show one screen until it is left."""
    from dmp_tui.dmp.documents import Author, DocumentEntry
    from dmp_tui.dmp.entries import Coding, Part, Reading, Subject
    from dmp_tui.dmp.identity import OID_NIR_TEST, Identity, IdentityStatus, Ins, Origin, Traits, nir_key
    from dmp_tui.dmp.narrative import Table
    from dmp_tui.dmp.sheet.model import Sheet
    from dmp_tui.screens.document_text import DocumentText
    from dmp_tui.screens.documents import DocumentsScreen
    from dmp_tui.screens.reader import ReaderScreen
    from dmp_tui.screens.record import OpenRecord
    from dmp_tui.widgets.terminal_app import TerminalApp

    def entry(number: int) -> DocumentEntry:
        on = f"20{25 + number % 2}-{1 + number % 12:02d}-{1 + number % 28:02d}T09:00:00Z"
        author = Author("1", f"Dr PETIT {number % 9}", specialty="SM04", organisation_name="CHU")
        type_ = Coding("http://loinc.org", ("11502-2", "18748-4", "11488-4")[number % 3])
        return DocumentEntry(
            *(str(number), "p", f"1.2.{number}", type_, Coding("", "10"), f"Document {number}", on, on),
            *("text/xml", 1, str(number), Coding("", ""), (author,), author),
            readable="entries",
        )

    nir = "2790351215189"
    identity = Identity(Ins(nir + nir_key(nir), OID_NIR_TEST), Traits("X", "Y"), IdentityStatus.PROV, Origin.TYPED)
    documents = tuple(entry(number) for number in range(DOCUMENTS))
    record = OpenRecord(identity, "p", Sheet("p", "", ()), datetime.now(UTC), "Dr Z", documents=documents)

    class Alone(TerminalApp):
        def on_mount(self) -> None:
            if what == "list":
                self.push_screen(DocumentsScreen(record, TODAY))
                return
            rows = tuple((f"Examen {number}", f"{number},5 mmol/L", "3,5 - 5,1", "normal") for number in range(ROWS))
            table = Table(rows, ("Examen", "Résultat", "Référence", "Avis"))
            part = Part("1", "Biologie", (table,))
            read = Reading("1", Coding("", ""), "T", "2026", "cda-n3", Subject(), parts=(part,))
            screen = ReaderScreen(record, TODAY, documents[0])
            self.push_screen(screen)
            self.call_after_refresh(screen.show_text, DocumentText(reading=read), b"x")

    Alone(idle_seconds=600).run(mouse=False)


if __name__ == "__main__":
    main(sys.argv[1])
