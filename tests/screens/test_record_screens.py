"""The screens of a record, painted at both sizes and read as a nurse would."""

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from dmp_tui.dmp.codes import CLASS_SYSTEM
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Coding, Entry, Kind, Status, Subject
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.sheet.kidney import Filtration, NotComputed
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Presence, Sheet, Topic
from dmp_tui.screens.analyte import AnalyteScreen
from dmp_tui.screens.contacts import ContactsScreen
from dmp_tui.screens.labs import LabsScreen, kidney_words
from dmp_tui.screens.messages import ReadDocument
from dmp_tui.screens.places import PLACES
from dmp_tui.screens.prevention import PreventionScreen
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.reimbursements import ReimbursementsScreen
from dmp_tui.screens.sheet import SheetScreen
from dmp_tui.screens.sources import SectionScreen, SourcesScreen
from dmp_tui.screens.treatments import TreatmentsScreen
from tests.dmp.test_consultation import document
from tests.looking import screen_text, until
from tests.screens.alone import SIZES, alone
from tests.screens.people import CLAIRE, TODAY, VSM, born, line, record, topic
from tests.screens.rich_record import HR, PAID, rich, treatment
from tests.screens.rich_record import LDL as LDL_LATER

SCREENS: tuple[type[RecordScreen], ...] = (
    TreatmentsScreen,
    LabsScreen,
    PreventionScreen,
    ContactsScreen,
    ReimbursementsScreen,
)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen(screen: type[RecordScreen], size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with alone(screen(rich(), TODAY), size) as (app, _pilot):
        assert app.own == snapshot


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_all_values_of_an_analyte(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    held = rich()
    line = next(line for line in held.sheet.topic(Kind.RESULT).lines if line.label == "INR")
    async with alone(AnalyteScreen(held, TODAY, line), size) as (app, pilot):
        assert app.own == snapshot
        await pilot.press("enter")
        assert [message.document_id for message in app.of(ReadDocument) if isinstance(message, ReadDocument)] == ["d3"]


@pytest.mark.parametrize("screen", SCREENS)
async def test_an_empty_record_says_so_and_nothing_crashes(screen: type[RecordScreen]) -> None:
    async with alone(screen(record(Sheet("p", "", ())), TODAY)) as (app, pilot):
        await pilot.press("down", "enter", "pagedown", "end")
        assert any(word in app.words.lower() for word in ("non renseigné", "aucun", "non trouvé"))


async def test_the_last_inr_is_one_key_away_and_needs_no_scrolling() -> None:
    async with alone(LabsScreen(rich(), TODAY)) as (app, _pilot):
        first = app.own.splitlines()[1]
        assert first.split()[:2] == ["!!*INR", "4,8"]


async def test_enter_on_a_treatment_opens_its_sources() -> None:
    async with alone(TreatmentsScreen(rich(), TODAY)) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SourcesScreen))
        assert "COUMADINE" in screen_text(app)


@pytest.mark.parametrize(
    ("presence", "said"),
    [
        (Presence.NONE_STATED, "aucun déclaré par Dr ROUX Anne le 12/02/2026"),
        (Presence.NOT_STATED, "non renseigné"),
        (Presence.UNREADABLE, "ILLISIBLE"),
    ],
)
async def test_no_treatment_is_three_different_things(presence: Presence, said: str) -> None:
    by = (VSM,) if presence is Presence.NONE_STATED else ()
    sheet = Sheet("p", "", (Topic(Kind.TREATMENT, presence, said_by=by),))
    async with alone(TreatmentsScreen(record(sheet), TODAY)) as (app, _pilot):
        assert said in app.words


async def test_a_minor_writes_no_directives() -> None:
    child = replace(CLAIRE, birth=born("28-03-2015"), sex=Sex.F)
    async with alone(ContactsScreen(record(traits=child), TODAY)) as (app, _pilot):
        assert "à partir de 18 ans" in app.words


async def test_stopped_then_seen_again_is_told_as_it_happened() -> None:
    stopped = treatment("PLAVIX 75 mg", status=Status.ENDED, end="2026-02-01")
    seen = treatment("PLAVIX 75 mg", status=Status.ACTIVE)
    async with alone(TreatmentsScreen(record(merge([(VSM, stopped), (LDL_LATER, seen)])), TODAY)) as (app, _pilot):
        assert "≠ arrêté (01/02/2026) selon Dr ROUX Anne, VSM 02/2026 ; revu le 20/05/2026, LDL 05/2026" in app.words
    async with alone(TreatmentsScreen(record(merge([(VSM, stopped)])), TODAY)) as (app, _pilot):
        assert "arrêté le 01/02/2026 selon Dr ROUX Anne" in app.words


async def test_a_payment_is_not_named_as_the_source_of_a_dose() -> None:
    taken = treatment("PLAVIX 75 mg", dose="1 le matin")
    paid = treatment("PLAVIX 75 mg", marks=PAID)
    async with alone(TreatmentsScreen(record(merge([(VSM, taken), (HR, paid)])), TODAY)) as (app, _pilot):
        assert "1 le matin" in app.words
        assert "VSM 02/2026 +1" in app.words


async def test_a_germ_and_its_resistances_are_read_whole() -> None:
    words = "Escherichia coli 10^6 UFC/mL, résistant à l'amoxicilline, sensible au céfotaxime et à la fosfomycine"
    germ = Entry(Kind.RESULT, "Examen cytobactériologique des urines", value=words, noted="2026-11-13")
    async with alone(LabsScreen(record(merge([(VSM, germ)])), TODAY)) as (app, _pilot):
        assert "Examen cytobactériologique des urines 13/11 (9 j)" in app.words
        assert words in app.words


async def test_an_examination_told_by_title_and_by_words_stands_once() -> None:
    mammogram = Entry(Kind.PROCEDURE, "Mammographie", start="2026-03-12")
    titled = document("m", "2026-03-12T09:00:00Z", class_=Coding(CLASS_SYSTEM, "10"), title="Mammographie")
    held = replace(record(merge([(VSM, mammogram)]), replace(CLAIRE, birth=born("28-03-1966"))), documents=(titled,))
    async with alone(PreventionScreen(held, TODAY)) as (app, _pilot):
        assert app.words.count("12/03/2026 Mammographie") == 1


async def test_an_order_for_an_examination_is_no_examination() -> None:
    def coloscopy(id_: str, class_: str, title: str) -> DocumentEntry:
        return document(id_, "2026-03-12T09:00:00Z", class_=Coding(CLASS_SYSTEM, class_), title=title)

    held = record(Sheet("p", "", ()), traits=replace(CLAIRE, birth=born("28-03-1966")))
    ordered = coloscopy("a", "42", "Préparation d'une coloscopie")
    done = coloscopy("b", "10", "Compte rendu de coloscopie")
    async with alone(PreventionScreen(replace(held, documents=(ordered,)), TODAY)) as (app, _pilot):
        assert "Cancer colorectal non trouvé" in app.words
    async with alone(PreventionScreen(replace(held, documents=(ordered, done)), TODAY)) as (app, _pilot):
        assert "Cancer colorectal prochain 03/2031" in app.words
        assert "Préparation" not in app.words


async def test_the_keys_of_all_places_fit_80_columns() -> None:
    async with alone(TreatmentsScreen(rich(), TODAY)) as (app, _pilot):
        keys = app.text.splitlines()[-1]
        assert "…" not in keys
        for place in PLACES:
            whole = not place.foot or f"{place.key} {place.foot}" in keys
            assert whole or (place.where in {"deposit", "contacts"} and f" {place.key} " in keys)


async def test_the_sheet_reckons_by_what_the_record_says_where_the_identity_does_not() -> None:
    creatinine = Entry(Kind.RESULT, "Créatinine", value="104", unit="µmol/L", noted="2026-11-12")
    unsaid = record(merge([(VSM, creatinine)]), replace(CLAIRE, birth=None, sex=Sex.U))
    async with alone(SheetScreen(unsaid, TODAY)) as (app, _pilot):
        assert "DFG" not in app.words
    async with alone(SheetScreen(replace(unsaid, subject=Subject(traits=CLAIRE)), TODAY)) as (app, _pilot):
        assert "créat 104 µmol/L · DFG calc. 55 mL/min" in app.words


def test_why_no_filtration_is_computed_has_words() -> None:
    said = [kidney_words(Filtration(why_not=why)) for why in NotComputed]
    assert [text for text in said if not text] == [""]
    assert len(set(said)) == len(said)


async def test_what_is_asked_in_pregnancy_is_never_cut_and_no_live_vaccine_is_due() -> None:
    pregnant = line(Kind.PREGNANCY, "Grossesse en cours", start="2026-08-01")
    boosted = line(Kind.VACCINATION, "REVAXIS", start="2010-05")
    held = Sheet("p", "", (topic(Kind.PREGNANCY, pregnant), topic(Kind.VACCINATION, boosted)))
    young = replace(CLAIRE, birth=born("03-06-1994"))
    async with alone(PreventionScreen(record(held, young), TODAY)) as (app, _pilot):
        rows = [row for row in app.own.splitlines() if "…" in row]
        assert not rows
        assert "vaccin vivant : après la grossesse" in app.words
        assert "(grossesse)" in app.words


async def test_the_section_of_results_lists_the_filtration_that_was_computed() -> None:
    creatinine = Entry(Kind.RESULT, "Créatinine", value="104", unit="µmol/L", noted="2026-11-12")
    held = merge([(VSM, creatinine)])
    async with alone(SectionScreen(record(held), TODAY, (Kind.RESULT, Kind.VITAL))) as (app, _pilot):
        assert "DFG calculé" in app.words
        assert "créatinine du 12/11/2026" in app.words


async def test_a_telephone_number_is_whole_or_not_there() -> None:
    busy = replace(record(), mode=Mode.CENTRE_15, professional="Dr SAMSON Yves-Emmanuel")
    async with alone(SheetScreen(busy, TODAY)) as (app, _pilot):
        row = app.text.splitlines()[1]
        assert "MT Dr DURAND" in row
        assert "01 23" not in row or "01 23 45 67 89" in row
        assert "…" not in row


async def test_the_date_on_which_a_treatment_ended_is_whole() -> None:
    over = line(
        Kind.TREATMENT, "DEPAKINE CHRONO 500 mg", critical="antiepileptic", status=Status.ENDED, end="2024-03-01"
    )
    problems = tuple(line(Kind.PROBLEM, f"Epilepsie généralisée idiopathique {n}", start="2014") for n in range(3))
    held = Sheet("p", "", (topic(Kind.TREATMENT, over), topic(Kind.PROBLEM, *problems)))
    async with alone(SheetScreen(record(held), TODAY)) as (app, _pilot):
        assert "arrêté 03/2024" in app.text
