"""``dmp-tui card emulate``: its commands, its files, and the port that it does not offer cards to."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dmp_tui.cards.channel import CardProblem
from dmp_tui.cards.commands import card, run
from dmp_tui.cards.cps import open_cps
from dmp_tui.cards.sentences import problem_sentence
from dmp_tui.cards.virtual import VirtualSource
from dmp_tui.cards.virtual.card import VirtualCard
from dmp_tui.cards.virtual.emulator import Emulator, Offer
from dmp_tui.cards.virtual.exposure import listens, open_beyond_loopback
from dmp_tui.cards.virtual.load import CardFileError, load_cps, load_vitale
from dmp_tui.cards.vitale import read_vitale
from tests.cards.certificates import certificate, new_key, subject
from tests.cards.conftest import Doctor

READER = "Lecteur virtuel 1"


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """Two ports where something accepts, as vpcd does."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        yield one.getsockname()[1], two.getsockname()[1]


def read_back(virtual: VirtualCard) -> VirtualSource:
    source = VirtualSource([READER])
    source.insert(READER, virtual)
    return source


@pytest.fixture
def vitale_file(tmp_path: Path) -> Path:
    people = [
        {"family": "DURAND", "given": "Élise", "birth_date": "28/03/1979", "nir": "279035121518989"},
        {"family": "DURAND", "given": "Tom", "birth_date": "00000000", "country": ""},
    ]
    path = tmp_path / "famille.json"
    path.write_text(json.dumps({"beneficiaries": people}), encoding="utf-8")
    return path


@pytest.fixture
def cps_directory(tmp_path: Path, doctor: Doctor) -> Path:
    directory = tmp_path / "martin"
    directory.mkdir()
    pems = [
        x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        for der in (doctor.authentication, doctor.authority)
    ]
    (directory / "certificate.pem").write_bytes(b"".join(pems))
    key = doctor.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (directory / "private_key.pem").write_bytes(key)
    (directory / "holder.json").write_text('{"specialty": "SM59", "pin": "4321"}', encoding="utf-8")
    return directory


def test_a_vitale_from_a_file(vitale_file: Path) -> None:
    mother, child = read_vitale(read_back(load_vitale(vitale_file)).connect(READER)).beneficiaries
    assert (mother.traits.family, mother.nir, mother.birth_text) == ("DURAND", "279035121518989", "19790328")
    assert (child.nir, child.country) == ("", "")


def test_a_cps_from_a_directory(cps_directory: Path, doctor: Doctor) -> None:
    opened = open_cps(read_back(load_cps(cps_directory)).connect(READER))
    assert opened.holder.specialty == "SM59"
    assert opened.intermediates == (doctor.authority,)
    opened.verify("4321")
    (cps_directory / "holder.json").unlink()
    open_cps(read_back(load_cps(cps_directory)).connect(READER)).verify("1234")


WITHOUT_PYSCARD = "import sys; sys.modules['smartcard'] = None; from dmp_tui.cli import main; main(['card', 'read'])"


def test_without_pyscard_reading_names_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYSCARD], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == problem_sentence(CardProblem.NO_DRIVER) + "\n"
    assert "installez dmp-tui[cards]" in done.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"beneficiaries": [1]}', '{"beneficiaries": [{}]}', "\x00"])
def test_a_file_that_is_no_vitale(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CardFileError):
        load_vitale(path)


@pytest.mark.parametrize("name", ["certificate.pem", "private_key.pem", "holder.json"])
@pytest.mark.parametrize("content", ["", "[1]", '{"situations": 3}', '{"serial": "x"}'])
def test_a_directory_that_is_no_cps(cps_directory: Path, name: str, content: str) -> None:
    (cps_directory / name).write_text(content, encoding="utf-8")
    with pytest.raises(CardFileError):
        load_cps(cps_directory)


def test_a_key_that_is_not_the_certificate_s(cps_directory: Path) -> None:
    other = new_key()
    der = certificate(other, subject("810000000001", "X", "Y", "Médecin"))
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    (cps_directory / "certificate.pem").write_bytes(pem)
    with pytest.raises(CardFileError):
        load_cps(cps_directory)


def test_a_card_whose_files_are_not_there_is_said(ports: tuple[int, int], tmp_path: Path) -> None:
    emulator = Emulator(ports, [Offer("m", "cps", "Dr MARTIN", lambda: load_cps(tmp_path / "none"))])
    assert "ses fichiers manquent ou sont illisibles" in (emulator.answer("cps m") or "")


def test_the_emulator_s_commands(ports: tuple[int, int], doctor: Doctor, vitale_file: Path) -> None:
    made: list[VirtualCard] = []

    def make() -> VirtualCard:
        made.append(doctor.card())
        return made[-1]

    vitale = load_vitale(vitale_file)
    emulator = Emulator(ports, [Offer("m", "cps", "Dr MARTIN", make), Offer("f", "vitale", "Famille", lambda: vitale)])
    assert (
        emulator.answer("list")
        == "cps      m                        Dr MARTIN\nvitale   f                        Famille"
    )
    assert emulator.answer("cps m") == "Lecteur 0 : Dr MARTIN"
    assert emulator.answer("vitale f") == "Lecteur 1 : Famille"
    assert emulator.answer("insert m 1") == "Lecteur 1 : Dr MARTIN"
    assert len(made) == 1, "one card, whose tries are counted over its insertions"
    assert emulator.answer("remove 1") == "Lecteur 1 : vide"
    for wrong in ("vitale m", "cps x", "insert x"):
        assert "list" in (emulator.answer(wrong) or "")
    for wrong in ("remove", "remove 2", "insert m 3", "eject"):
        assert "remove 0|1" in (emulator.answer(wrong) or "")
    assert emulator.answer("  ") == ""
    assert emulator.answer("quit") is None
    emulator.close()


def test_a_service_that_is_gone(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    emulator = Emulator((port, port), [Offer("m", "cps", "Dr MARTIN", doctor.card)])
    assert emulator.answer("cps m") == problem_sentence(CardProblem.NO_SERVICE)


def test_without_cards_it_says_how_to_have_some(ports: tuple[int, int]) -> None:
    assert "--vitale" in (Emulator(ports, []).answer("list") or "")


def test_commands_end_at_quit_or_with_their_source(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []

    def answer(command: str) -> str | None:
        heard.append(command)
        return None if command == "quit" else command.upper()

    run(answer, ["one", "quit", "two"])
    run(answer, ["three"])
    assert heard == ["list", "one", "quit", "list", "three"]
    assert capsys.readouterr().out == "LIST\nONE\nLIST\nTHREE\n"


def invoke(port: int, *options: str, commands: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(card, ["emulate", "--port", str(port), *options], input=commands)
    return result.exit_code, result.output


def test_a_port_of_the_loopback_is_served(ports: tuple[int, int], vitale_file: Path) -> None:
    code, said = invoke(ports[0], "--vitale", str(vitale_file), commands="list\nquit\n")
    assert code == 0
    assert said.count("famille.json") == 2


def test_cards_handed_over_by_the_command_line(ports: tuple[int, int], doctor: Doctor) -> None:
    offers = [Offer("m", "cps", "Dr MARTIN", doctor.card)]
    result = CliRunner().invoke(card, ["emulate", "--port", str(ports[0])], input="quit\n", obj=lambda _sandbox: offers)
    assert "Dr MARTIN" in result.output


@pytest.mark.parametrize("answer", [True, None])
def test_a_port_that_may_be_open_to_all_is_refused_before_anything_is_offered(
    vitale_file: Path, monkeypatch: pytest.MonkeyPatch, answer: bool | None
) -> None:
    monkeypatch.setattr("dmp_tui.cards.virtual.exposure.open_beyond_loopback", lambda _port: answer)
    with socket.create_server(("127.0.0.1", 0)) as service:
        port = service.getsockname()[1]
        service.settimeout(0)
        code, said = invoke(port, "--vitale", str(vitale_file), commands="vitale famille 0\nquit\n")
        assert code == 1
        assert "--allow-open" in said
        with pytest.raises(BlockingIOError):
            service.accept()
        code, said = invoke(port, "--allow-open", "--vitale", str(vitale_file), commands="vitale famille 0\nquit\n")
        assert (code, "Lecteur 0 : famille.json" in said) == (0, True)


def test_a_port_where_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    code, said = invoke(port)
    assert code == 1
    assert "pcscd" in said


def test_a_bad_file_is_named(ports: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    code, said = invoke(ports[0], "--vitale", str(tmp_path / "x.json"))
    assert code == 1
    assert "x.json" in said.replace("\n", "")


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LOOPBACK4, ANY4 = "0100007F", "00000000"
LOOPBACK6, ANY6, MAPPED6 = "0" * 24 + "01000000", "0" * 32, "0" * 16 + "FFFF0000" + LOOPBACK4


def proc(tmp_path: Path, rows4: list[str], rows6: list[str], interfaces: tuple[str, ...] = ("lo", "eth0")) -> Path:
    for name, rows in (("tcp", rows4), ("tcp6", rows6)):
        body = "".join(f"   {n}: {row} 00000000:0000 0A 0 0 0 0 0 0 0\n" for n, row in enumerate(rows))
        (tmp_path / name).write_text(HEAD + body)
    lines = "".join(f"  {interface}: 0 0 0\n" for interface in interfaces)
    (tmp_path / "dev").write_text("Inter-| Receive\n face |bytes\n" + lines)
    return tmp_path


@pytest.mark.parametrize(
    ("rows4", "rows6", "wide"),
    [
        ([f"{LOOPBACK4}:8C7B"], [], False),
        ([], [f"{LOOPBACK6}:8C7B"], False),
        ([], [f"{MAPPED6}:8C7B"], False),
        ([f"{ANY4}:8C7B"], [], True),
        ([f"{LOOPBACK4}:8C7B"], [f"{ANY6}:8C7B"], True),
        ([f"{ANY4}:0016"], [], False),
    ],
)
def test_what_listens(tmp_path: Path, rows4: list[str], rows6: list[str], wide: bool) -> None:
    assert open_beyond_loopback(35963, proc(tmp_path, rows4, rows6)) is wide


def test_all_addresses_are_only_the_loopback_where_it_is_alone(tmp_path: Path) -> None:
    assert open_beyond_loopback(35963, proc(tmp_path, [f"{ANY4}:8C7B"], [], ("lo",))) is False


def test_a_system_that_does_not_say(tmp_path: Path) -> None:
    assert open_beyond_loopback(35963, tmp_path) is None
    assert listens(35963, tmp_path) is None


def test_a_socket_that_does_not_listen_is_not_counted(tmp_path: Path) -> None:
    folder = proc(tmp_path, [f"{ANY4}:8C7B"], [])
    (folder / "tcp").write_text((folder / "tcp").read_text().replace(" 0A ", " 01 "))
    assert listens(35963, folder) is False
