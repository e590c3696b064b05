"""A trail read as a nurse would: who, what, when, mode, reason, what was refused, and what is not to be seen."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.client.answers import TrailPage
from dmp_tui.dmp.fhir.audit import TrailEntry, read_audit_event
from dmp_tui.dmp.professions import Mode
from dmp_tui.screens.messages import ReadTrail
from dmp_tui.screens.trail import TrailFilter, TrailScreen
from tests.dmp.test_consultation import document
from tests.screens.alone import SIZES, Alone, alone
from tests.screens.people import TODAY, record

AT = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)


def act(id_: str, operation: str, **more: object) -> TrailEntry:
    given: dict[str, object] = {
        "at": AT,
        "actor": "8001",
        "actor_name": "Dr PETIT Luc",
        "role": "doctor",
        "mode": Mode.NORMAL,
        "allowed": True,
    }
    return TrailEntry(id=id_, operation=operation, **(given | more))  # type: ignore[arg-type]  # a test's short hand


GLASS = {"mode": Mode.BREAK_GLASS, "reason_code": "immediate-risk", "reason": "choc anaphylactique"}
ACTS = (
    act("4", "read_unmasked", document="d1", **GLASS),
    act("3", "authenticate", **GLASS),
    act("2", "read_masked_from_professionals", actor="8002", actor_name="Mme NOIR Eve", role="non_doctor",
        allowed=False, rule="CSP R1111-46"),
    act("1", "some_new_operation"),
)  # fmt: skip


class Asking(Alone):
    on_read_trail = Alone.on_go


def shown(page: TrailPage, *, treating: bool = False) -> TrailScreen:
    screen = TrailScreen(record(documents=(document("d1"),), treating=treating), TODAY)
    screen.entries, screen.next = page.entries, page.next
    screen._names = {entry.actor: entry.actor_name for entry in page.entries}
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_acts_modes_reasons_and_refusals_are_in_plain_words(size: tuple[int, int]) -> None:
    async with alone(shown(TrailPage(ACTS), treating=True), size) as (app, _pilot):
        words = app.words
        assert "Tous les accès à ce dossier" in words
        assert "Dr PETIT Luc, médecin : a lu un document : biologie du 12/03/2026 · BRIS DE GLACE" in words
        assert "a brisé la glace · BRIS DE GLACE" in words
        assert words.count("risque immédiat : « choc anaphylactique »") == 1
        assert "Mme NOIR Eve, soignant : REFUSÉ, sans effet : a lu la fiche" in words
        assert "(CSP R1111-46)" in words
        assert "acte « some_new_operation »" in words
        assert "4 traces en tout" in words


async def test_who_is_not_the_treating_doctor_is_told_that_he_sees_his_own_alone() -> None:
    async with alone(shown(TrailPage(ACTS))) as (app, _pilot):
        assert "Vos propres actions seulement" in app.words


async def test_filters_and_pages_are_asked_for() -> None:
    screen = shown(TrailPage(ACTS, "/fhir/AuditEvent?_cursor=9-5"), treating=True)
    app = Asking(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen.show_page(TrailFilter(), TrailPage(ACTS, "/fhir/AuditEvent?_cursor=9-5"), first=True)
        await pilot.press("m", "m")
        screen.show_page(TrailFilter(), TrailPage((act("0", "test_existence"),)), first=False)
        await pilot.pause()
        assert [entry.id for entry in screen.entries or ()] == ["4", "3", "2", "1", "0"]
        await pilot.press("q")
        assert "Dr PETIT Luc seulement · f : tout" in app.words
        screen.show_page(TrailFilter(), TrailPage(ACTS), first=True)
        assert not screen.entries, "an answer to another question is of no use"
        await pilot.press("u", "f")
        asked = [(m.filter, m.page) for m in app.of(ReadTrail) if isinstance(m, ReadTrail)]
        assert asked == [
            (TrailFilter(), ""),
            (TrailFilter(), "/fhir/AuditEvent?_cursor=9-5"),
            (TrailFilter(actor="8001"), ""),
            (TrailFilter(emergency=True, actor="8001"), ""),
            (TrailFilter(), ""),
        ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["agent", "who", "purposeOfUse", "coding", "entity", "what"]), inner)
        ),
        max_leaves=20,
    )
)
def test_any_shape_of_an_event_is_read_without_an_error(inner: object) -> None:
    event = {"agent": inner, "entity": inner, "subtype": inner, "recorded": inner, "outcome": inner}
    assert read_audit_event(event).mode is Mode.NORMAL


def test_hostile_words_are_made_harmless() -> None:
    screen = shown(TrailPage((act("1", "read_admin_data", actor_name="\x1b[2J<evil>\u202e"),)))
    text = " ".join(cell.text for row in screen.body_rows(80, 20) for cell in row)
    assert "\x1b" not in text
    assert "\u202e" not in text
