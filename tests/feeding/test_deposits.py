"""``dmp-tui deposit``, with a virtual card and the real server."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dmp_tui.cards.virtual.reader import READERS, VirtualSource
from dmp_tui.cli import main
from dmp_tui.config import Settings
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.patients import patient
from dmp_tui.demo.pdf import text_pdf
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.feeding.cards import find_vitale
from dmp_tui.feeding.commands import NO_PERMISSION, UNAVAILABLE, StopError, deposit_with, opened_card
from dmp_tui.feeding.deposits import Outcome, Told, Wishes
from tests.app.test_deposit import cda
from tests.feeding.conftest import SITE_OID
from tests.serving import ServerProcess


@pytest.fixture
def source(prepared: tuple[Path, Path]) -> VirtualSource:
    readers = VirtualSource(READERS)
    readers.insert(READERS[0], demonstration_card("simon", prepared[0]))
    return readers


def deposit(settings: Settings, source: VirtualSource, wishes: Wishes, *files: Path, pin: str = "1234") -> list[Told]:
    said: list[Told] = []
    with opened_card(settings, source, lambda _tries: pin) as card:
        told = asyncio.run(deposit_with(settings, card, files, wishes, said.append))
    assert said == told
    return told


def test_each_file_is_told_and_one_that_is_refused_stops_no_other(
    settings: Settings, source: VirtualSource, tmp_path: Path
) -> None:
    files = {
        "lettre.pdf": text_pdf(("Courrier", "Bonjour")),
        "vide.pdf": b"",
        "autre.xml": cda("leroy", "2.25.2001"),
        "sien.xml": cda("garnier", "2.25.2002"),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    wishes = Wishes(ins=patient("garnier").ins, type_code="11490-0", levels=(Confidentiality.MASKED,))
    paths = [tmp_path / name for name in (*files, "absent.pdf")]
    first = deposit(settings, source, wishes, *paths)
    taken, refused = Outcome.DEPOSITED, Outcome.REFUSED
    assert [one.outcome for one in first] == [taken, refused, refused, taken, refused]
    assert patient("leroy").ins.matricule in first[2].why
    assert all(one.why for one in first if one.outcome is refused)
    again = deposit(settings, source, wishes, *paths)
    assert [one.outcome for one in again if one.outcome is not refused] == [Outcome.ALREADY_THERE] * 2
    assert again[0].id == first[0].id


def test_the_document_itself_says_whose_it_is(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    (tmp_path / "cr.xml").write_bytes(cda("garnier", "2.25.2003"))
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier",)))
    told = deposit(settings, source, Wishes(), tmp_path / "cr.xml", tmp_path / "lettre.pdf")
    assert [one.outcome for one in told] == [Outcome.DEPOSITED, Outcome.REFUSED]
    assert "--ins" in told[1].why


def test_another_name_than_the_cards_needs_a_word(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    ours, theirs = patient("garnier"), patient("leroy")
    content = cda("leroy", "2.25.2004").replace(theirs.ins.matricule.encode(), ours.ins.matricule.encode())
    path = tmp_path / "nom.xml"
    path.write_bytes(content)
    wishes = Wishes(ins=ours.ins, traits=ours.recorded_traits)
    assert "--accept-differences" in deposit(settings, source, wishes, path)[0].why
    sure = Wishes(ins=ours.ins, traits=ours.recorded_traits, accept_differences=True)
    assert deposit(settings, source, sure, path)[0].outcome is Outcome.DEPOSITED


def test_a_wrong_pin_is_tried_once(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    with pytest.raises(StopError) as caught:
        deposit(settings, source, Wishes(), tmp_path / "x", pin="0000")
    assert caught.value.code == NO_PERMISSION
    assert "2" in str(caught.value)


def test_no_card_no_server(settings: Settings, source: VirtualSource, server: ServerProcess, tmp_path: Path) -> None:
    with pytest.raises(StopError) as caught:
        deposit(settings, VirtualSource(READERS), Wishes(), tmp_path / "x")
    assert caught.value.code == UNAVAILABLE
    nowhere = Settings("https://127.0.0.1:9", server.authority, SITE_OID)
    with pytest.raises(StopError) as caught:
        deposit(nowhere, source, Wishes(), tmp_path / "x")
    assert caught.value.code == UNAVAILABLE


def test_the_vitale_of_a_reader(source: VirtualSource, prepared: tuple[Path, Path]) -> None:
    source.insert(READERS[1], demonstration_card("garnier", prepared[0]))
    assert find_vitale(source).beneficiaries[0].nir == patient("garnier").ins.matricule


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("a", "b", "--replaces", "1.2.3"), 64, "--replaces"),
        (("a",), 78, "Réglages absents"),
    ],
)
def test_what_cannot_be_asked_says_why(words: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    settings = tmp_path / "none.toml"
    settings.touch()
    done = CliRunner().invoke(main, ["--config", str(settings), "deposit", *words])
    assert (done.exit_code, said in done.output) == (code, True)


def test_an_outcome_in_json_holds_what_a_program_needs(capsys: pytest.CaptureFixture[str]) -> None:
    from dmp_tui.feeding.commands import _as_json

    _as_json(Told(Path("a.pdf"), Outcome.REFUSED, "vide"))
    assert json.loads(capsys.readouterr().out) == {"file": "a.pdf", "outcome": "refused", "why": "vide"}
