"""A document read as a person does: jump, search, copy, save; another identity's text only when it is meant."""

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from dmp_tui.demo.patients import patient
from dmp_tui.dmp.bodies import Form, Words
from dmp_tui.dmp.documents import DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Attachment, Coding, Part, Reading, Subject
from dmp_tui.dmp.identity import Sex, Traits
from dmp_tui.dmp.narrative import Items, Paragraph, Picture, Table
from dmp_tui.screens.document_text import DocumentText, File
from dmp_tui.screens.messages import FetchContent, ReadDocument, ReadNeighbour
from dmp_tui.screens.pdf import PdfPage, PdfText
from dmp_tui.screens.reader import ReaderScreen
from tests.dmp.test_consultation import document, replacing
from tests.looking import until, until_shows
from tests.screens.alone import SIZES, Alone, alone
from tests.screens.people import CLAIRE, TODAY, born, record

CONCLUSION = "Fibrillation auriculaire sous anticoagulant, INR à contrôler dans la semaine."
PARTS = (
    Part(
        "1", "Conclusion", (Paragraph("Fibrillation auriculaire sous anticoagulant, INR à contrôler dans la semaine."),)
    ),
    Part(
        "2",
        "Biologie",
        (Table((("INR", "2,8"), ("Créatinine", "88 µmol/L")), ("Examen", "Résultat"), "Bilan du jour"), Picture("ecg")),
    ),
    Part("3", "Conduite à tenir", (Items(("INR mardi", "Échographie cardiaque")), Paragraph("ligne " * 60))),
)


def reading(traits: Traits = CLAIRE, **more: object) -> Reading:
    given: dict[str, object] = {"parts": PARTS, "subject": Subject(traits=traits)}
    return Reading("1.2.a", Coding("", "x"), "T", "2026", "cda-n3", **{**given, **more})  # type: ignore[arg-type]  # short


TEXT = DocumentText(reading=reading())
ENTRY = document("a", title="Bilan de sortie")


def holds(screen: ReaderScreen) -> bool:
    return screen.holds


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@asynccontextmanager
async def reader(
    entry: DocumentEntry = ENTRY,
    text: DocumentText | None = TEXT,
    content: bytes = b"<ClinicalDocument/>",
    size: tuple[int, int] = (80, 24),
    documents: tuple[DocumentEntry, ...] = (ENTRY,),
) -> AsyncIterator[tuple[Alone, ReaderScreen, Pilot[object]]]:
    screen = ReaderScreen(record(documents=documents), TODAY, entry)
    async with alone(screen, size) as (app, pilot):
        assert app.of(FetchContent)
        if text is not None:
            await screen.show_text(text, content)
            await pilot.pause()
        yield app, screen, pilot


@pytest.mark.parametrize("size", SIZES)
async def test_a_document(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with reader(size=size) as (app, _screen, pilot):
        await pilot.press("f", *"inr", "enter")
        assert app.own == snapshot


async def test_it_opens_before_its_text_has_come() -> None:
    async with reader(text=None) as (app, _screen, pilot):
        assert "Document demandé au serveur." in app.text
        await pilot.press("f", "y", "w", "W", "l", "n", "o", "right_square_bracket")
        assert not app.copied


async def test_words_are_found_whatever_their_accents_and_line_ends() -> None:
    async with reader() as (app, screen, pilot):
        await pilot.press("f", *"FIBRILLATION auriculaire sous anticoagulant inr a controler dans la semaine")
        assert "1/1" in app.text
        await pilot.press("ctrl+u", *"inr")
        assert "« inr » : 1/3" in app.text
        assert sum(line.startswith("» ") for line in app.text.splitlines()) >= 3
        await pilot.press("enter", "n")
        assert "2/3" in app.text
        await pilot.press("n", "n")
        assert "1/3" in app.text
        await pilot.press("N")
        assert "3/3" in app.text
        assert screen.board.selected == (screen._finder.current, 0)
        await pilot.press("f", "escape")
        assert not any(line.startswith("»") for line in app.text.splitlines())


async def test_what_is_not_there_is_said_not_to_be_in_this_text() -> None:
    async with reader() as (app, _screen, pilot):
        await pilot.press("f", *"scanner")
        assert "« scanner » n'est pas dans ce texte." in app.text


async def test_sections_are_jumped_to_by_keys_and_from_their_list() -> None:
    async with reader() as (app, screen, pilot):
        titles = [i for i, each in enumerate(screen._passages) if each.section]
        for title in titles[1:]:
            await pilot.press("right_square_bracket")
            assert screen.board.selected == (title, 0)
        await pilot.press("left_square_bracket")
        assert screen.board.selected == (titles[-2], 0)
        await pilot.press("l")
        assert "SECTIONS" in app.text
        assert screen.board.selected == (titles[-2], 0)
        await pilot.press("down", "enter")
        assert screen.board.selected == (titles[-1], 0)
        await pilot.press("l", "escape")
        assert screen.board.selected == (titles[-1], 0)


async def test_copying_grows_from_the_passage_to_the_document() -> None:
    async with reader() as (app, screen, pilot):
        row = next(i for i, each in enumerate(screen._passages) if each.text == "INR | 2,8")
        screen.board.go((row, 0))
        await pilot.press("y")
        assert app.copied == ["INR | 2,8"]
        assert app.said == "Copié, si le terminal le permet : passage, 9 car. · y : section"
        await pilot.press("y")
        assert app.copied[-1].splitlines()[:2] == ["Biologie", "Bilan du jour"]
        assert "Conduite" not in app.copied[-1]
        await pilot.press("y")
        assert app.copied[-1].startswith("12/03/2026 biologie\nBilan de sortie\n")
        assert "Conduite à tenir" in app.copied[-1]
        await pilot.press("down", "y")
        assert app.copied[-1] == "Créatinine | 88 µmol/L"


async def test_what_a_terminal_would_not_take_is_not_copied_in_part() -> None:
    async with reader(text=DocumentText(words=Words(Form.PLAIN, "x" * 80_000))) as (app, _screen, pilot):
        await pilot.press("end", "y")
        assert app.said.startswith("Trop long à copier (80 ko, 74 au plus) : rien n'est copié.")
        assert not app.copied


async def test_nothing_active_reaches_the_clipboard() -> None:
    async with reader(text=DocumentText(words=Words(Form.PLAIN, "a\x1b[2Jb\x07\r\nrm -rf\u202e"))) as (
        app,
        _screen,
        pilot,
    ):
        await pilot.press("y", "y", "y")
        assert "\x1b" not in app.copied[-1]
        assert "<U+202E>" in app.copied[-1]


async def test_the_original_is_saved_as_it_was_deposited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with reader() as (app, screen, pilot):
        await pilot.press("w")
        assert holds(screen)
        assert "Enregistrer l'original dans : ~/biologie-2026-03-12.xml" in app.text
        await pilot.press("enter")
        await until_shows(pilot, "Enregistré :")
        saved = tmp_path / "biologie-2026-03-12.xml"
        assert saved.read_bytes() == b"<ClinicalDocument/>"
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        await pilot.press("w")
        assert "~/biologie-2026-03-12-2.xml" in app.text
        await pilot.press("ctrl+u", *str(saved), "enter")
        await until(pilot, lambda: "Ce fichier existe déjà" in app.words)
        assert screen.field.value == str(saved.with_name("biologie-2026-03-12-2.xml"))
        await pilot.press("escape")
        assert not holds(screen)
    assert names(tmp_path) == ["biologie-2026-03-12.xml"]


async def test_a_folder_that_is_not_there_is_said_and_what_was_typed_stays(tmp_path: Path) -> None:
    async with reader() as (app, screen, pilot):
        await pilot.press("w", "ctrl+u", *str(tmp_path / "no" / "a.xml"), "enter")
        await until(pilot, lambda: "Ce dossier n'existe pas" in app.words)
        assert screen.field.value.endswith("/no/a.xml")


async def test_a_file_inside_is_saved_on_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    text = replace(TEXT, files=(File("ECG", "image/png", b"\x89PNG"),))
    async with reader(text=text) as (app, _screen, pilot):
        await pilot.press("end", "W")
        assert "Enregistrer la pièce jointe (ECG) dans :" in app.text
        await pilot.press("enter")
        await until_shows(pilot, "Enregistré :")
        assert (tmp_path / "biologie-2026-03-12.png").read_bytes() == b"\x89PNG"


async def test_without_a_file_inside_that_key_says_so() -> None:
    async with reader() as (app, _screen, pilot):
        await pilot.press("W")
        assert "ne contient pas d'autre fichier" in app.words


OTHER = Traits("MARTINEAU", "Claude", born("02-04-1950"), Sex.M)


async def test_another_identity_is_confirmed_before_its_text_is_shown() -> None:
    entry = replace(ENTRY, warnings=("name-differs", "birth-date-differs"))
    identifiers = (("1.2.250.1.213.1.4.10", "150049912345678"),)
    text = DocumentText(reading=reading(subject=Subject(identifiers, OTHER)))
    async with reader(entry, text) as (app, screen, pilot):
        assert "! le nom dans le document n'est pas celui du dossier" in app.words
        assert "DOSSIER : MARTINEAU Claire F 47 ans 28/03/1979 INS 2 79 03" in app.words
        assert "DOCUMENT : MARTINEAU Claude M 76 ans 02/04/1950 INS 150049912345678" in app.words
        assert "Fibrillation" not in app.text
        assert holds(screen)
        await pilot.press("y", "w", "f", "enter")
        assert not app.copied
        assert screen.saving is None
        await pilot.press("o")
        assert not holds(screen)
        assert "Fibrillation" in app.text
        assert "! le nom dans le document n'est pas celui du dossier" in app.words


async def test_another_identity_that_no_server_told_is_seen_too() -> None:
    async with reader(text=DocumentText(reading=reading(OTHER))) as (app, _screen, pilot):
        assert "DE QUI EST CE DOCUMENT ?" in app.text
        await pilot.press("o")
        assert "Fibrillation" in app.text


async def test_versions_are_listed_and_enter_walks_the_chain() -> None:
    old = document("old", "2026-01-01", status=DocumentStatus.SUPERSEDED, title="Première version")
    entry = replacing("a", old, title="Bilan de sortie", submitted="2026-03-12T09:00:00Z")
    async with reader(entry, documents=(entry, old)) as (app, _screen, pilot):
        assert "> remplace celui du 01/01/2026 : biologie, Première version (Entrée)" in app.text
        while "> remplace" not in app.first._passages[app.first._at].text:  # type: ignore[attr-defined]  # the reader
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: ReadDocument("old") in app.asked)
    async with reader(old, documents=(entry, old)) as (app, _screen, _pilot):
        assert "> remplacé le 12/03/2026 par : biologie, Bilan de sortie (Entrée)" in app.text


async def test_the_documents_beside_are_asked_for() -> None:
    async with reader() as (app, _screen, pilot):
        await pilot.press("greater_than_sign", "less_than_sign")
        assert app.of(ReadNeighbour) == [ReadNeighbour("a", 1), ReadNeighbour("a", -1)]


async def test_a_long_paragraph_is_read_line_by_line() -> None:
    text = DocumentText(words=Words(Form.PLAIN, " ".join(f"mot{i}" for i in range(600))))
    async with reader(text=text) as (app, _screen, pilot):
        seen = set(app.text.split())
        for _ in range(12):
            await pilot.press("pagedown")
            seen |= set(app.text.split())
        assert {f"mot{i}" for i in range(600)} <= seen


async def test_attachments_are_named() -> None:
    attachment = Attachment("image/png", b"x", "Radio")
    text = DocumentText(reading=reading(attachments=(attachment,)), files=(File("Radio", "image/png", b"x"),))
    async with reader(text=text) as (app, _screen, pilot):
        await pilot.press("end")
        assert "Pièce jointe Radio" in app.text


async def test_an_annex_that_writes_another_persons_number_is_named() -> None:
    theirs = patient("leroy").ins
    annex = File("lettre.pdf", "application/pdf", b"%PDF-", PdfText((PdfPage(f"INS {theirs.grouped}"),), total=1))
    async with reader(text=replace(TEXT, files=(annex,))) as (app, _screen, _pilot):
        assert "« lettre.pdf » porte un autre INS ou NIR que celui du dossier" in app.words
        assert theirs.grouped in app.words


async def test_a_long_text_is_laid_out_once_for_a_width() -> None:
    async with reader() as (_app, screen, _pilot):
        laid = screen._laid[1]
        screen.lay_out()
        assert screen._laid[1] is laid
