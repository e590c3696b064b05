"""A document read: its header, what does not fit, its narrative or the text of its PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import DocumentError, Reading
from dmp_tui.i18n import _, n_
from dmp_tui.screens.coded import document_type, specialty
from dmp_tui.screens.dates import day
from dmp_tui.screens.messages import FetchContent
from dmp_tui.screens.narrative_layout import part_rows, text_rows
from dmp_tui.screens.pdf import PdfProblem, PdfText, pdf_text
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sentences import document_sentence, pdf_sentence
from dmp_tui.screens.words import document_flags, document_warning
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What could be read of a document's bytes; ``problem`` is a sentence where something could not."""

    reading: Reading | None = None
    plain: str = ""
    pdfs: tuple[tuple[str, PdfText], ...] = ()
    """``(title, text)`` of each PDF."""
    problem: str = ""


async def document_text(content: bytes, media_type: str) -> DocumentText:
    """Read a document's bytes, off the event loop. Never raises for what is wrong with them."""
    import asyncio

    if content.startswith(b"%PDF-") or media_type == "application/pdf":
        return DocumentText(pdfs=(("", await pdf_text(content)),))
    if media_type in {"text/plain", "text/rtf", "application/rtf"}:
        return DocumentText(plain=content.decode("utf-8", errors="replace"))
    if media_type.startswith("image/"):
        return DocumentText(problem=_("C'est une image : elle ne peut pas être montrée dans un terminal."))
    from dmp_tui.dmp.reading import read_document

    try:
        reading = await asyncio.to_thread(read_document, content, media_type)
    except DocumentError as error:
        return DocumentText(problem=document_sentence(error.problem))
    files = [attachment for attachment in reading.attachments if attachment.content.startswith(b"%PDF-")]
    pdfs = [(attachment.title, await pdf_text(attachment.content)) for attachment in files]
    return DocumentText(reading=reading, pdfs=tuple(pdfs))


class ReaderScreen(RecordScreen):
    """One document. It opens at once with what is known of it; its text follows."""

    def __init__(self, record: OpenRecord, today: date, entry: DocumentEntry) -> None:
        self.entry = entry
        self.text: DocumentText | None = None
        super().__init__(record, today)

    def on_mount(self) -> None:
        """Ask for the bytes."""
        self.post_message(FetchContent(self.entry))

    def show_text(self, text: DocumentText) -> None:
        """Show what was read."""
        self.text = text
        self.lay_out()

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Header, warnings, then the text."""
        rows = header_rows(self.entry, width)
        if self.text is None:
            return [*rows, text_row(_("Document demandé au serveur."), width)]
        return rows + content_rows(self.text, width)


def header_rows(entry: DocumentEntry, width: int) -> list[Row]:
    """Type, title, dates, authors, and everything a reader must be warned of."""
    rows: list[Row] = [(title(f"{day(entry.date)[:10]} {document_type(entry.type)}", width),)]
    rows += [text_row(line, width, STRONG) for line in wrap(entry.title or _("(sans titre)"), width)]
    people = ", ".join(_author(a.name, specialty(a.specialty) or a.role, a.organisation_name) for a in entry.authors)
    rows += [text_row(line, width) for line in wrap(_("Auteur : {names}").format(names=people or "?"), width, "  ")]
    if flags := document_flags(entry):
        rows.append(text_row(flags, width, STRONG))
    for code in entry.warnings:
        rows += [text_row(line, width, ALARM) for line in wrap(f"! {document_warning(code)}", width, "  ")]
    return rows


def _author(name: str, what: str, organisation: str) -> str:
    return " - ".join(part for part in (name, what, organisation) if part)


def content_rows(text: DocumentText, width: int) -> list[Row]:
    """The text of a document, or why there is none."""
    rows: list[Row] = []
    if text.problem:
        rows += [text_row(line, width, ALARM) for line in wrap(f"! {text.problem}", width, "  ")]
    if text.reading is not None:
        rows += part_rows(text.reading.parts, width)
        for attachment in text.reading.attachments:
            if not attachment.content.startswith(b"%PDF-"):
                sentence = _("Pièce jointe « {title} » ({type}) : elle ne peut pas être montrée dans un terminal.")
                words = sentence.format(title=attachment.title, type=attachment.media_type)
                rows += [text_row(line, width) for line in wrap(words, width)]
    if text.plain:
        rows += text_rows(text.plain, width)
    for name, pdf in text.pdfs:
        rows += _pdf_rows(name, pdf, width)
    if not rows:
        rows = [text_row(_("Ce document ne contient aucun texte."), width)]
    return rows


def _pdf_rows(name: str, pdf: PdfText, width: int) -> list[Row]:
    heading = "PDF" + (f" {visible(name)}" if name else "")
    rows: list[Row] = []
    if pdf.problem is not PdfProblem.NONE:
        rows.append((title(heading, width),))
        return rows + [text_row(line, width, ALARM) for line in wrap(pdf_sentence(pdf.problem), width)]
    pages = len(pdf.pages)
    for number, page in enumerate(pdf.pages, 1):
        count = n_("page {number}/{pages}", "page {number}/{pages}", pages).format(number=number, pages=pages)
        rows.append((title(f"{heading} {count}", width),))
        rows += _page_rows(page, width)
    return rows


def _page_rows(page: str, width: int) -> Sequence[Row]:
    if not page.strip():
        return [text_row(_("(page sans texte : une image ?)"), width, PLAIN)]
    return text_rows(page, width)
