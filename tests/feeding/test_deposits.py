"""``dmp-tui deposit``, with a virtual card and the real server."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from dmp_tui.cards.virtual.reader import READERS, VirtualSource
from dmp_tui.cli import main
from dmp_tui.client import DmpClient
from dmp_tui.config import Settings
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.patients import patient
from dmp_tui.demo.pdf import text_pdf
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.identity import OID_NIA, OID_NIR
from dmp_tui.feeding.cards import find_vitale
from dmp_tui.feeding.commands import (
    CONFIG,
    NO_PERMISSION,
    UNAVAILABLE,
    USAGE,
    StopError,
    _as_text,
    deposit_with,
    opened_card,
    wishes_of,
)
from dmp_tui.feeding.deposits import Outcome, Told, Wishes
from dmp_tui.feeding.session import Lasting
from tests.app.conftest import datamatrix
from tests.app.test_deposit import cda
from tests.feeding.conftest import SITE_OID
from tests.feeding.letters import letter
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


def test_the_label_of_a_pdf_says_whose_it_is(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    (tmp_path / "etiquette.pdf").write_bytes(letter(datamatrix("garnier")))
    (tmp_path / "autre.pdf").write_bytes(letter(datamatrix("leroy")))
    (tmp_path / "faux.pdf").write_bytes(letter(datamatrix("garnier").replace("GARNIER", "AUTREMENT")))
    [alone] = deposit(settings, source, Wishes(), tmp_path / "etiquette.pdf")
    assert (alone.outcome, alone.type) == (Outcome.DEPOSITED, "CR de passage aux urgences")
    [false] = deposit(settings, source, Wishes(), tmp_path / "faux.pdf")
    assert "ceux du dossier" in false.why
    [other] = deposit(settings, source, Wishes(ins=patient("garnier").ins), tmp_path / "autre.pdf")
    assert (other.outcome, "pas celui du patient" in other.why) == (Outcome.REFUSED, True)


def test_a_card_that_is_taken_out_ends_the_deposit(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.pdf" for n in range(3)]
    for path in paths:
        path.write_bytes(text_pdf((path.name,)))
    told: list[Told] = []

    def tell(one: Told) -> None:
        told.append(one)
        source.remove(READERS[0])

    wishes = Wishes(ins=patient("garnier").ins)
    with pytest.raises(StopError) as caught, opened_card(settings, source, lambda _tries: "1234") as card:
        asyncio.run(deposit_with(settings, card, paths, wishes, tell))
    assert caught.value.code == UNAVAILABLE
    assert [one.path for one in told] == paths[:1]


async def test_a_session_lasts_as_long_as_the_work(settings: Settings, source: VirtualSource) -> None:
    ahead = timedelta()
    signed = []
    assert settings.authority
    client = DmpClient(settings.server_url, settings.authority, lambda: datetime.now(UTC) + ahead)
    with opened_card(settings, source, lambda _tries: "1234") as card:
        real = card.sign

        class Counted:
            certificate, intermediates = card.certificate, card.intermediates

            def sign(self, message: bytes) -> bytes:
                signed.append(len(message))
                return real(message)

        server = Lasting(client, Counted())
        for minutes, times in ((0, 1), (0, 1), (12, 1), (14, 2), (15, 2)):
            ahead = timedelta(minutes=minutes)
            assert await server.asked(lambda: client.find_patient(patient("garnier").ins))
            assert len(signed) == times
        assert await client.logout()
    await client.aclose()


def asked(settings: Settings, given: Mapping[str, object], typed: str = "") -> Wishes:
    """What is understood of the command's words, with something typed on its standard input."""
    said: dict[str, object] = {
        "ins": None, "oid": None, "vitale": False, "type_code": "15507-7", "title": "", "date": "", "mask": False,
        "hide": False, "replaces": "", "accept_differences": False,
    }  # fmt: skip
    with CliRunner().isolation(input=typed):
        return wishes_of(settings, VirtualSource(READERS), {**said, **given})


def test_an_ins_is_asked_for_and_not_written_in_the_command(settings: Settings) -> None:
    real = replace(settings, site_oid=OID_NIR)
    with pytest.raises(StopError, match="historique") as caught:
        asked(real, {"ins": "279035121518989"})
    assert caught.value.code == USAGE
    found = asked(real, {"ins": "-"}, "2 79 03 51 215 189 89\n").ins
    assert found
    assert (found.matricule, found.oid) == ("279035121518989", OID_NIR)
    # A waiting number has another authority; one that is nobody's may be written.
    waiting = asked(real, {"ins": "-"}, "779035121518989\n").ins
    assert waiting
    assert waiting.oid == OID_NIA
    nobody = asked(settings, {"ins": "279035121518989"}).ins
    assert nobody
    assert nobody.oid == SITE_OID


@pytest.mark.parametrize(
    "given",
    [
        {"type_code": "lettre"},
        {"type_code": ""},
        {"date": "hier"},
        {"date": "2999-01-01"},
        {"ins": "12"},
        {"ins": "279035121518989", "vitale": True},
    ],
    ids=str,
)
def test_what_is_asked_wrongly_is_refused_before_the_pin(settings: Settings, given: dict[str, object]) -> None:
    with pytest.raises(StopError) as caught:
        asked(settings, given)
    assert caught.value.code == USAGE


def test_type_and_date_are_the_documents(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(text_pdf(("Courrier", "daté")))
    wishes = Wishes(ins=patient("garnier").ins, type_code="11488-4", date="2026-10-02")
    [told] = deposit(settings, source, wishes, tmp_path / "a.pdf")

    async def listed(card: object) -> list[str]:
        assert settings.authority
        client = DmpClient(settings.server_url, settings.authority)
        await client.login(card)  # type: ignore[arg-type]  # the card that is opened below
        found = [d for d in await client.documents(patient("garnier").ins) if d.id == told.id]
        await client.logout()
        await client.aclose()
        return [f"{d.type.code} {d.date[:10]}" for d in found]

    with opened_card(settings, source, lambda _tries: "1234") as card:
        assert asyncio.run(listed(card)) == ["11488-4 2026-10-02"]


def test_an_authority_that_is_none_says_so(settings: Settings, source: VirtualSource, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("x")
    with pytest.raises(StopError) as caught:
        deposit(replace(settings, authority=tmp_path / "none.pem"), source, Wishes(), tmp_path / "x")
    assert caught.value.code == CONFIG


def test_a_name_does_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from dmp_tui.feeding.commands import _as_json

    hostile = Path("a\x1b[2J\x9b\n\udce9\u202e.pdf")
    _as_text(Told(hostile, Outcome.DEPOSITED, type="x\x1b[31m"))
    _as_text(Told(hostile, Outcome.REFUSED, "parce\nque\x07"))
    _as_json(Told(hostile, Outcome.REFUSED, "parce"))
    out, err = capsys.readouterr()
    assert not {"\x1b", "\x9b", "\x07", "\u202e", "\udce9"} & set(out + err)
    assert (out.count("\n"), err.count("\n")) == (2, 1)
    assert json.loads(out.splitlines()[1])["file"] == str(hostile)


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
