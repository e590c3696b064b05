"""The list of documents, as a person sees it: what is left out is said, and one key brings it back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from dmp_tui.dmp.consultation import View
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Coding
from dmp_tui.screens.documents import DocumentsScreen
from dmp_tui.screens.messages import ReadDocument
from dmp_tui.screens.record import OpenRecord
from tests.dmp.test_consultation import document, replacing
from tests.looking import until
from tests.screens.alone import SIZES, Alone, alone
from tests.screens.people import TODAY, record

OLD_BIO = document("old", "2026-01-10T08:00:00Z", status=DocumentStatus.SUPERSEDED, title="Bilan initial")
DOCUMENTS = (
    replacing("new", OLD_BIO, on="2026-11-20T08:00:00Z", title="Bilan corrigé"),
    OLD_BIO,
    document(
        "scan",
        "2026-09-02",
        type=Coding("http://loinc.org", "18748-4", "CR d'imagerie"),
        title="Scanner cérébral sans injection",
        authors=(Author("8002", "Dr PICARD Lise", specialty="SM44", organisation_name="CHU"),),
        submitter=Author("8002", "Dr PICARD Lise"),
        readable="attachment",
        media_type="application/pdf",
    ),
    document(
        "other",
        "2026-05-01",
        title="Lettre de liaison",
        warnings=("name-differs", "birth-date-differs", "unknown-parent"),
        readable="narrative",
    ),
    document("mask", "2026-04-01", confidentiality=frozenset({Confidentiality.MASKED}), title="Consultation"),
    document("arch", "2026-02-01", archived=True, title="Ancien plan"),
    document("part", "2025-12-01", warnings=("partly-read",), title="Synthèse"),
    document("vacc", "2012-02-01", type=Coding("http://loinc.org", "11369-6"), title="Carnet"),
    document("aged", "2019-02-01", title="Compte rendu ancien"),
    document("none", "", title="Sans date", readable="nothing"),
)


@asynccontextmanager
async def listing(shown: OpenRecord, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Alone, Pilot[object]]]:
    async with alone(DocumentsScreen(shown, TODAY), size) as (app, pilot):
        yield app, pilot


def screen_of(app: Alone) -> DocumentsScreen:
    assert isinstance(app.first, DocumentsScreen)
    return app.first


def of(*documents: DocumentEntry, last_access: datetime | None = None) -> OpenRecord:
    return record(documents=documents or DOCUMENTS, professional_id="8001", last_access=last_access)


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_view(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with listing(of(), size) as (app, _pilot):
        assert app.own == snapshot


@pytest.mark.parametrize("size", SIZES)
async def test_everything(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with listing(of(), size) as (app, pilot):
        await pilot.press("f")
        assert app.own == snapshot


async def test_the_filter_is_in_words_and_one_key_removes_it() -> None:
    async with listing(of()) as (app, pilot):
        assert "2 ans, actuels : 7 sur 10 (1 document d'un autre auteur) · f : tout montrer" in app.text
        assert "Compte rendu ancien" not in app.text
        await pilot.press("f")
        assert "Tous les documents : 10 sur 10" in app.text
        assert "Compte rendu ancien" in app.text
        await pilot.press("f")
        assert screen_of(app).view is View.RECENT


async def test_warnings_and_flags_are_whole_in_the_list() -> None:
    async with listing(of()) as (app, pilot):
        await pilot.press("f")
        shown = app.words
        for flag in (
            "! AUTRE NOM, ! AUTRE NAISSANCE, texte seul, ! 1 avertissement",
            "MASQUÉ",
            "archivé",
            "lu en partie",
            "fichier joint",
            "! illisible",
            "remplacé le 20/11/2026 par biologie",
            "en remplace 1",
        ):
            assert flag in shown


async def test_a_replaced_document_stands_under_its_replacement_only() -> None:
    async with listing(of()) as (app, pilot):
        assert "Bilan initial" not in app.text
        await pilot.press("f")
        lines = app.text.splitlines()
        at = next(i for i, each in enumerate(lines) if "Bilan corrigé" in each)
        assert lines[at + 1].startswith("└ 10/01/2026 biologie    Bilan initial")


async def test_without_an_earlier_access_that_view_says_so() -> None:
    async with listing(of()) as (app, pilot):
        await pilot.press("n")
        assert "Aucun accès antérieur de votre part" in app.text
        await pilot.press("n")
        assert screen_of(app).view is View.RECENT


async def test_a_later_visit_begins_with_what_is_new() -> None:
    last = datetime(2026, 9, 1, tzinfo=UTC)
    async with listing(of(last_access=last)) as (app, pilot):
        shown = app.words
        assert "Depuis mon accès du 01/09/2026 à" in shown
        assert "3 sur 10" in shown
        assert "* 20/11/2026" in shown
        await pilot.press("f")
        assert "Tous les documents" in app.text


async def test_changes_come_by_twenty() -> None:
    many = tuple(document(str(i), f"2026-10-{1 + i // 2:02d}", title=f"N{i:03d}") for i in range(45))
    async with listing(of(*many, last_access=datetime(2026, 1, 1, tzinfo=UTC)), (80, 60)) as (app, pilot):
        assert "45 sur 45" in app.text
        assert "25 autres, plus anciens · m : 20 suivants" in app.text
        assert app.text.count(" N0") == 20
        await pilot.press("m")
        assert "5 autres, plus anciens" in app.text
        await pilot.press("end", "enter")
        assert app.text.count(" N0") == 45


async def test_typing_filters_as_one_types_and_enter_reads() -> None:
    async with listing(of()) as (app, pilot):
        await pilot.press("ctrl+f", *"picard", "space", *"scan")
        assert "« picard scan » : 1 sur 10" in app.text
        await pilot.press("enter")
        await until(pilot, lambda: ReadDocument("scan") in app.asked)
        await pilot.press("escape")
        assert "2 ans, actuels : 7 sur 10" in app.text


async def test_words_that_nothing_fits_say_so_and_are_kept_by_tab() -> None:
    async with listing(of()) as (app, pilot):
        await pilot.press("ctrl+f", *"zzz", "tab")
        assert "Aucun document ne passe ce filtre. f : tout montrer." in app.text
        await pilot.press("f")
        assert "10 sur 10" in app.text


async def test_types_are_counted_and_chosen() -> None:
    async with listing(of()) as (app, pilot):
        await pilot.press("l")
        shown = app.text
        assert [line.split() for line in shown.splitlines() if line.startswith("imagerie")] == [
            ["imagerie", "1", "/", "1"]
        ]
        assert [line.split() for line in shown.splitlines() if line.startswith("archivés")] == [
            ["archivés", "0", "/", "1"]
        ]
        while screen_of(app).board.selected != "archivés":
            await pilot.press("down")
        await pilot.press("enter")
        assert "Tous les documents, archivés : 1 sur 10" in app.text
        assert "Ancien plan" in app.text


async def test_an_empty_record_says_so() -> None:
    async with listing(replace(of(), documents=())) as (app, _pilot):
        assert "Aucun document que vous puissiez lire dans ce dossier." in app.text


@pytest.mark.parametrize("title", ["\x1b[2J\u202eevil", "[bold]x[/]", "田" * 60, ""])
async def test_a_hostile_title_harms_nothing(title: str) -> None:
    async with listing(of(document("a", title=title))) as (app, _pilot):
        assert all(len(line) <= 80 for line in app.text.splitlines())
        assert "\x1b" not in app.text


async def test_the_keys_fit_into_eighty_columns_however_many_documents_there_are() -> None:
    many = tuple(document(str(i)) for i in range(12_000))
    for documents in (DOCUMENTS, many):
        keys = DocumentsScreen(of(*documents), TODAY).keys()
        assert len(keys) <= 80
        assert keys.endswith("Aide")


async def test_the_words_of_documents_are_gathered_only_once_something_is_typed() -> None:
    async with listing(of(document("a", title="Bilan"), document("b", title="Lettre"))) as (app, pilot):
        assert not screen_of(app)._found_by
        await pilot.press("ctrl+f", *"bil")
        await until(pilot, lambda: "1 sur 2" in app.text)
        assert set(screen_of(app)._found_by) == {"a", "b"}
