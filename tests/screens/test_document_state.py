"""Which changes of a document's state are offered, to whom, and why the others are not."""

import pytest

from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.dmp.rights import Operation
from dmp_tui.screens.document_state import DocumentStateScreen, changes
from dmp_tui.screens.life_forms import ConfirmForm
from dmp_tui.screens.messages import ActAsked
from dmp_tui.screens.record import OpenRecord
from tests.dmp.test_consultation import document
from tests.looking import until_shows
from tests.screens.alone import Alone
from tests.screens.people import NOW, TODAY, record

ME = "899700000014"
DOCTOR = Professional(ME, "Dr LIBRE Max", "10", Role.DOCTOR)
MINE = document("mine", authors=(Author(ME, "Dr LIBRE Max"),), submitter=Author(ME, "Dr LIBRE Max"))
THEIRS = document("theirs")


def opened(mode: Mode = Mode.NORMAL, *, treating: bool = False, who: Professional = DOCTOR) -> OpenRecord:
    return record(mode=mode, caller=who, treating=treating, professional_id=who.id)


def offered(to: OpenRecord, entry: DocumentEntry) -> dict[Operation, bool]:
    return {change.operation: not change.why_not for change in changes(to, entry, NOW)}


@pytest.mark.parametrize(
    ("to", "entry", "possible"),
    [
        (opened(), MINE, {"mask_from_professionals", "archive", "delete"}),
        (opened(), THEIRS, {"mask_from_professionals"}),
        (opened(treating=True), THEIRS, {"mask_from_professionals", "archive"}),
        (opened(Mode.BREAK_GLASS), THEIRS, {"archive"}),
        (opened(who=Professional(ME, "X", "60", Role.NON_DOCTOR)), THEIRS, {"mask_from_professionals"}),
    ],
)
def test_who_is_offered_what_as_the_table_has_it(to: OpenRecord, entry: DocumentEntry, possible: set[str]) -> None:
    assert {operation.value for operation, may in offered(to, entry).items() if may} == possible
    for change in changes(to, entry, NOW):
        assert bool(change.why_not) is (change.operation.value not in possible)


def test_only_what_makes_sense_is_offered() -> None:
    levels = frozenset({Confidentiality.NORMAL, Confidentiality.MASKED, Confidentiality.HIDDEN_FROM_PATIENT})
    other = document("o", confidentiality=levels, archived=True, authors=MINE.authors, submitter=MINE.submitter)
    found = set(offered(opened(), other))
    assert {Operation.UNMASK, Operation.MAKE_VISIBLE_TO_PATIENT, Operation.UNARCHIVE, Operation.DELETE} <= found
    assert not {Operation.MASK, Operation.ARCHIVE} & found
    assert changes(opened(), document("d", status=DocumentStatus.ENTERED_IN_ERROR), NOW) == []


def test_what_a_change_does_is_told_as_it_will_be_for_the_caller() -> None:
    [mask] = [c for c in changes(opened(), THEIRS, NOW) if c.operation is Operation.MASK]
    assert mask.act.done == "Document masqué : vous ne le voyez plus."
    [own] = [c for c in changes(opened(), MINE, NOW) if c.operation is Operation.MASK]
    assert own.act.done == "Document masqué aux soignants."
    assert own.act.levels == frozenset({Confidentiality.NORMAL, Confidentiality.MASKED})


class Asked(Alone):
    """Keeps what is asked for."""

    on_act_asked = Alone.on_go


async def test_a_change_is_confirmed_and_deleting_by_a_word() -> None:
    screen = DocumentStateScreen(opened(), TODAY, MINE, NOW)
    app = Asked(screen)  # type: ignore[arg-type]  # a page of a record, if not a RecordScreen
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shows(pilot, "ÉTAT DU DOCUMENT")
        await pilot.press("enter", "9")
        await pilot.press("1")
        await until_shows(pilot, "MASQUER AUX SOIGNANTS ?")
        await pilot.press("escape")
        await until_shows(pilot, "CE QUE VOUS POUVEZ FAIRE")
        await pilot.press("1", "enter", "enter")
        assert len(app.of(ActAsked)) == 1
        await pilot.press("escape")
        await until_shows(pilot, "Envoi en cours : attendez la réponse.")
        screen.failed()
        await pilot.press("escape", "3")
        await until_shows(pilot, "SUPPRIMER Document mine")
        assert isinstance(app.screen, ConfirmForm)
        await pilot.press(*"non", "enter")
        await until_shows(pilot, "Rien n'est fait")
        await pilot.press("ctrl+u", *"oui", "enter")
        assert len(app.of(ActAsked)) == 2
