"""A document's bytes as passages to read: its narrative, the text of its PDFs, or why there is none."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dmp_tui.dmp.bodies import Form, Words, words_of
from dmp_tui.dmp.entries import DocumentError, Reading
from dmp_tui.dmp.identity import Ins
from dmp_tui.dmp.subjects import numbers_of_others
from dmp_tui.i18n import _, n_
from dmp_tui.screens.narrative_layout import Passage, part_passages, passage, section, text_passages
from dmp_tui.screens.pdf import PdfPage, PdfProblem, PdfText, pdf_text
from dmp_tui.screens.sentences import document_sentence, pdf_sentence
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG
from dmp_tui.widgets.text import visible

_STRUCTURED = re.compile(r"(text|application)/(.+\+)?(xml|json)\b")
_MOST = 500
"""Images of a page that are named one by one."""


@dataclass(frozen=True, slots=True)
class File:
    """A file within a document that may be saved on its own: a PDF, an image."""

    title: str
    media_type: str
    content: bytes
    pdf: PdfText | None = None
    """Its text, where it is a PDF."""
    words: Words | None = None
    """Its words, where it is a text, an RTF or a page of HTML."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What could be read of a document's bytes; ``problem`` is a sentence where something could not."""

    reading: Reading | None = None
    words: Words | None = None
    """The document itself is a text, an RTF or a page of HTML."""
    pdf: PdfText | None = None
    """The document itself is a PDF."""
    files: tuple[File, ...] = ()
    problem: str = ""


async def document_text(content: bytes, media_type: str) -> DocumentText:
    """Read a document's bytes, off the event loop. Never raises for what is wrong with them."""
    kind = media_type.partition(";")[0].strip().lower()
    if content.startswith(b"%PDF-") or kind == "application/pdf":
        return DocumentText(pdf=await pdf_text(content))
    if (words := await asyncio.to_thread(words_of, content, media_type)) is not None:
        return DocumentText(words=words)
    if kind.startswith("image/"):
        return DocumentText(
            problem=_("C'est une image : un terminal ne peut pas la montrer. w : l'enregistrer dans un fichier.")
        )
    if kind and not _STRUCTURED.match(kind) and content.lstrip()[:1] not in {b"<", b"{"}:
        sentence = _("Un terminal ne peut pas montrer ce format ({type}). w : l'enregistrer dans un fichier.")
        return DocumentText(problem=sentence.format(type=visible(kind)))
    from dmp_tui.dmp.reading import read_document

    try:
        reading = await asyncio.to_thread(read_document, content, media_type)
    except DocumentError as error:
        return DocumentText(problem=document_sentence(error.problem))
    files = []
    for attachment in reading.attachments:
        is_pdf = attachment.content.startswith(b"%PDF-")
        text = await pdf_text(attachment.content) if is_pdf else None
        words = await asyncio.to_thread(words_of, attachment.content, attachment.media_type)
        files.append(File(attachment.title, attachment.media_type, attachment.content, text, words))
    return DocumentText(reading=reading, files=tuple(files))


def pdf_words(pdf: PdfText) -> str:
    """All text of a PDF."""
    return "\n".join(page.text for page in pdf.pages)


def others_in(text: DocumentText, ins: Ins) -> tuple[tuple[str, str], ...]:
    """``(annex, number)``: INS or NIR of somebody else that the PDFs of a document write; the document itself: ""."""
    pdfs = [("", text.pdf), *((file.title, file.pdf) for file in text.files)]
    found = ((name, number) for name, pdf in pdfs if pdf for number in numbers_of_others(pdf_words(pdf), ins))
    return tuple((name, Ins(number, ins.oid).grouped) for name, number in found)


def other_passages(others: Sequence[tuple[str, str]], width: int) -> list[Passage]:
    """A PDF that writes somebody else's number is named, with the number."""
    found = []
    for name, number in others:
        words = _("! La pièce jointe « {name} » porte un autre INS ou NIR que celui du dossier : {number}")
        if not name:
            words = _("! Le PDF porte un autre INS ou NIR que celui du dossier : {number}")
        found.append(passage(words.format(name=visible(name), number=number), width, ALARM, "  "))
    return found


# --- laid out ---------------------------------------------------------------------------------------------------------


def text_of(text: DocumentText, width: int) -> list[Passage]:
    """The text of a document, or why there is none."""
    found: list[Passage] = []
    if text.problem:
        found.append(passage(f"! {text.problem}", width, ALARM, "  "))
    if text.reading is not None:
        found += _unread_passages(text.reading, width)
        found += part_passages(text.reading.parts, width)
    if text.words is not None:
        found += _word_passages(text.words, "w", width)
    if text.pdf is not None:
        found += _pdf_passages("PDF", text.pdf, "w", width)
    for file in text.files:
        found += file_passages(file, width)
    if text.reading is not None and text.reading.context is not None:
        # Who took part comes last: a letter in a file is what the document is read for.
        found += part_passages((text.reading.context,), width)
    return found or [passage(_("Ce document ne contient aucun texte."), width)]


def _unread_passages(reading: Reading, width: int) -> list[Passage]:
    """What of a document stands on no sheet: what nobody could structure, and what its authors took back."""
    found = []
    if reading.unread:
        names = ", ".join(_unread_name(title) for title in reading.unread)
        words = _("! Pas sur la fiche, à lire dans le document : {names}").format(names=names)
        found.append(passage(words, width, STRONG, "  "))
    if reading.withdrawn:
        words = n_(
            "{count} énoncé retiré par son auteur (saisi par erreur) : absent de la fiche.",
            "{count} énoncés retirés par leurs auteurs (saisis par erreur) : absents de la fiche.",
            reading.withdrawn,
        ).format(count=reading.withdrawn)
        found.append(passage(words, width, indent="  "))
    return found


def _unread_name(title: str) -> str:
    """A section's title, or what a counted FHIR resource is in the reader's language."""
    kind, sep, rest = title.partition(" (")
    known = {
        "CareTeam": _("équipe de soins"),
        "Communication": _("message"),
        "Consent": _("consentement"),
        "Coverage": _("couverture"),
        "Device": _("dispositif"),
        "DocumentReference": _("document lié"),
        "Encounter": _("venue"),
        "EpisodeOfCare": _("épisode de soins"),
        "Media": _("image"),
        "Medication": _("médicament"),
        "QuestionnaireResponse": _("questionnaire"),
        "Task": _("tâche"),
    }
    return visible(f"{known.get(kind, kind)}{sep}{rest}")


def file_passages(file: File, width: int) -> list[Passage]:
    """A file within the document: the text of a PDF, or its name."""
    if file.pdf is not None:
        return _pdf_passages(" ".join(part for part in ("PDF", visible(file.title)) if part), file.pdf, "W", width)
    heading = _("Pièce jointe {title}").format(title=visible(file.title)).strip()
    if file.words is not None and file.words.text:
        return [section(heading, width), *_word_passages(file.words, "W", width)]
    sentence = _("Un terminal ne peut pas montrer cette pièce jointe ({type}). W : l'enregistrer dans un fichier.")
    return [section(heading, width), passage(sentence.format(type=visible(file.media_type)), width)]


def _word_passages(words: Words, key: str, width: int) -> list[Passage]:
    """The words of a text, below a line that says where they were taken out of something that has a layout."""
    if not words.text.strip():
        return []
    said = {
        Form.RTF: _("Texte extrait d'un RTF, sans sa mise en page ni ses images. {key} : l'enregistrer tel quel."),
        Form.HTML: _("Texte extrait d'une page HTML, sans sa mise en page. {key} : l'enregistrer tel quel."),
    }.get(words.form, "")
    note = [passage(said.format(key=key), width)] if said else []
    return [*note, *text_passages(words.text, width)]


def _pdf_passages(heading: str, pdf: PdfText, key: str, width: int) -> list[Passage]:
    found: list[Passage] = []
    if pdf.problem is not PdfProblem.NONE:
        sentence = pdf_sentence(pdf.problem) + " " + _("{key} : l'enregistrer dans un fichier.").format(key=key)
        found += [section(heading, width), passage(f"! {sentence}", width, ALARM, "  ")]
    shown = len(pdf.pages)
    if shown < pdf.total and pdf.problem is PdfProblem.NONE:
        sentence = n_(
            "! {count} page montrée, sur {total} : le PDF est trop long ou abîmé. {key} : l'enregistrer.",
            "! {count} pages montrées, sur {total} : le PDF est trop long ou abîmé. {key} : l'enregistrer.",
            shown,
        )
        words = sentence.format(count=shown, total=pdf.total, key=key)
        found += [section(heading, width), passage(words, width, ALARM, "  ")]
    for number, page in enumerate(pdf.pages, 1):
        place = _("page {number}/{pages}").format(number=number, pages=pdf.total)
        found.append(section(f"{heading} {place}", width))
        found += _page_passages(page, key, width)
    return found


def _page_passages(page: PdfPage, key: str, width: int) -> list[Passage]:
    found = text_passages(page.text, width) if page.text.strip() else []
    if page.broken:
        words = _("! Cette page n'a pas pu être lue en entier. {key} : enregistrer le fichier.").format(key=key)
        found.append(passage(words, width, ALARM, "  "))
    elif not found and not page.images:
        found.append(passage(_("(page sans texte)"), width, PLAIN))
    for name in page.images[:_MOST]:
        words = _("[image {name} : elle ne peut pas être montrée dans un terminal]").format(name=visible(name))
        found.append(passage(words, width))
    if len(page.images) > _MOST:
        count = len(page.images) - _MOST
        found.append(passage(n_("[{count} autre image]", "[{count} autres images]", count).format(count=count), width))
    return found
