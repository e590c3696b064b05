"""``dmp-tui check``: without a record, and of a record that virtual cards open on the real server."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dmp_tui.cards.virtual.reader import READERS, VirtualSource
from dmp_tui.cli import main
from dmp_tui.config import Settings
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.patients import PATIENTS, patient
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.writing import write
from dmp_tui.server.administering import opened_store
from tests.reference.tables import bdpm_in, thesaurus_in
from tests.serving import ServerProcess

Asked = Callable[..., Result]


def run(*words: str, config: Path | None = None, typed: str = "") -> Result:
    options = ["--config", str(config)] if config else []
    return CliRunner().invoke(main, [*options, "check", *words], input=typed)


# --- without a record -------------------------------------------------------------------------------------------------


def test_the_verdict_comes_first_and_the_exit_code_says_whether_there_is_a_reason() -> None:
    found = run("ibuprofene", "--with", "COUMADINE,paracetamol", "--age", "60", "--sex", "M")
    assert found.exit_code == 1
    assert found.output.splitlines()[1] == "DÉCONSEILLÉ, CONTRE-INDIQUÉ SELON UNE CONDITION À VÉRIFIER"
    assert found.output.splitlines()[-1].startswith("Base : jeu d'urgence intégré")
    nothing = run("oxygène", "--age", "40", "--sex", "M", "--dfg", "95")
    assert nothing.exit_code == 0
    assert nothing.output.splitlines()[1] == "RIEN TROUVÉ DANS CE QUI EST CONNU"


def test_json_says_that_the_base_is_not_the_official_one() -> None:
    found = run("amoxicilline", "--allergy", "pénicillines", "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["verdict"], told["base"]["whole"]) == (1, "contraindicated", False)
    assert "record" not in told


def test_an_unknown_name_has_no_verdict_and_the_nearest_names() -> None:
    unknown = run("amoxilin")
    assert (unknown.exit_code, unknown.stdout) == (65, "")
    assert "Aucun verdict" in unknown.stderr
    assert "Proches" in unknown.stderr
    assert json.loads(run("qqqqqqq", "--json").stdout) == {
        "verdict": None,
        "unknown": [{"typed": "qqqqqqq", "nearest": []}],
    }


def test_none_and_six_are_refused() -> None:
    assert run().exit_code == 64
    assert run("ketamine", "etomidate", "propofol", "rocuronium", "midazolam", "sufentanil").exit_code == 64


def test_what_a_name_holds_does_nothing_to_the_terminal() -> None:
    for words in (("amoxi\x1b[31mfen",), ("amoxicilline", "--with", "x\x9b\x1b[2J\u202e"), ("a\x1bb", "--json")):
        found = run(*words)
        assert not {"\x1b", "\x9b", "\u202e"} & set(found.output)


def trail_of(data: Path) -> list[str]:
    """The operations that the server traced, oldest first."""
    with opened_store(data, read_only=True) as store:
        return [row.operation for row in store.trail()]


def test_the_official_base_answers_once_it_is_imported_and_a_damaged_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.db"
    monkeypatch.setenv("DMP_TUI_REFERENCE", str(path))
    today = date(2026, 11, 20)
    write(path, [medicines_of(bdpm_in(tmp_path / "b"), today), interactions_of(thesaurus_in(tmp_path / "t"), today)])
    told = json.loads(run("topalgic", "--with", "coumadine", "--json").stdout)
    assert (told["base"]["whole"], told["verdict"]) == (True, "precaution")
    path.write_bytes(b"damaged" * 2000)
    found = run("topalgic", "--with", "coumadine")
    assert found.exit_code == 1
    assert "own.db" in found.stderr
    assert "jeu d'urgence" in found.stdout


# --- with a record ----------------------------------------------------------------------------------------------------


@pytest.fixture
def source(prepared: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> VirtualSource:
    readers = VirtualSource(READERS)
    readers.insert(READERS[0], demonstration_card("simon", prepared[0]))
    monkeypatch.setattr("dmp_tui.cards.pcsc.PcscSource", lambda: readers)
    return readers


@pytest.fixture
def asked(settings: Settings, source: VirtualSource, tmp_path: Path) -> Asked:
    config = tmp_path / "app.toml"
    config.write_text(
        f'server_url = "{settings.server_url}"\nauthority = "{settings.authority}"\nsite_oid = "{settings.site_oid}"\n'
    )

    def ask(*words: str, who: str = "leroy", pin: str = "1234") -> Result:
        typed = f"{patient(who).ins.matricule}\n" if "--ins" in words else ""
        return run(*words, "--pin-stdin", config=config, typed=f"{typed}{pin}\n")

    return ask


def test_a_record_answers_with_whom_it_concerns_and_the_documents_of_its_reasons(asked: Asked) -> None:
    found = asked("ceftriaxone", "--ins", "-")
    lines = found.stdout.splitlines()
    assert found.exit_code == 1, found.output
    assert lines[1] == "CONTRE-INDIQUÉ"
    assert "LEROY" in lines[2]
    assert "12/04/1958" in lines[2]
    assert lines[3].startswith("Dossier lu le ")
    assert any("Document : " in line for line in lines)
    assert "Amoxicilline" in found.stdout
    assert patient("leroy").ins.matricule not in found.output


def test_its_json_names_nobody(asked: Asked) -> None:
    found = asked("amoxicilline", "--ins", "-", "--json")
    told = json.loads(found.stdout)
    assert told["verdict"] == "contraindicated"
    assert told["reasons"][0]["documents"]
    assert told["record"]["identity_differs"] is False
    assert "LEROY" not in found.output.upper()
    assert "no-record" not in {limit["kind"] for limit in told["limits"]}


def test_what_is_typed_stands_beside_the_record(asked: Asked) -> None:
    alone = asked("célocurine", "--ins", "-", "--json")
    with_potassium = asked("célocurine", "--ins", "-", "--json", "--potassium", "6.4", "--with", "digoxine")
    assert json.loads(alone.stdout)["verdict"] != "contraindicated"
    assert json.loads(with_potassium.stdout)["verdict"] == "contraindicated"


def test_the_vitale_of_the_other_reader_says_whose(
    asked: Asked, source: VirtualSource, prepared: tuple[Path, Path]
) -> None:
    assert asked("ibuprofène", "--vitale").exit_code == 69
    source.insert(READERS[1], demonstration_card("garnier", prepared[0]))
    found = asked("ibuprofène", "--vitale")
    assert found.exit_code == 1
    assert "Carte Vitale : GARNIER" in found.stdout
    assert "déconseillé" in found.stdout.lower()


def test_the_reading_is_in_the_trail(asked: Asked, server: ServerProcess) -> None:
    before = len(trail_of(server.data))
    assert asked("ceftriaxone", "--ins", "-").exit_code == 1
    done = trail_of(server.data)[before:]
    assert {"authenticate", "test_existence", "read_unmasked"} <= set(done)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("qqqqqqq", "--ins", "-"), 65, "Aucun verdict"),
        (("ceftriaxone", "--ins", "-", "--vitale"), 64, "pas les deux"),
        (("ceftriaxone", "--ins", "-", "--age", "40"), 64, "viennent du dossier"),
    ],
)
def test_what_cannot_be_asked_reads_nothing(
    asked: Asked, server: ServerProcess, words: tuple[str, ...], code: int, said: str
) -> None:
    before = len(trail_of(server.data))
    found = asked(*words)
    assert (found.exit_code, found.stdout, said in found.stderr) == (code, "", True)
    assert len(trail_of(server.data)) == before


def test_a_record_that_may_not_be_read_says_why_and_what_to_do(asked: Asked) -> None:
    refused = asked("ceftriaxone", "--ins", "-", who="fontaine")
    assert (refused.exit_code, refused.stdout) == (77, "")
    assert "brisez la glace" in refused.stderr
    closed = next(one for one in PATIENTS if one.status == "closed")
    assert asked("ceftriaxone", "--ins", "-", who=closed.key).exit_code == 66


def test_a_wrong_pin_is_tried_once_and_a_missing_card_is_told(asked: Asked, source: VirtualSource) -> None:
    wrong = asked("ceftriaxone", "--ins", "-", pin="9999")
    assert (wrong.exit_code, wrong.stdout) == (77, "")
    source.remove(READERS[0])
    gone = asked("ceftriaxone", "--ins", "-")
    assert (gone.exit_code, gone.stdout) == (69, "")


def test_a_server_that_is_not_there(source: VirtualSource, server: ServerProcess, tmp_path: Path) -> None:
    config = tmp_path / "nowhere.toml"
    config.write_text(f'server_url = "https://127.0.0.1:9"\nauthority = "{server.authority}"\n')
    words = ("ceftriaxone", "--ins", "-", "--oid", patient("leroy").ins.oid, "--pin-stdin")
    found = run(*words, config=config, typed=f"{patient('leroy').ins.matricule}\n1234\n")
    assert (found.exit_code, found.stdout) == (69, "")
