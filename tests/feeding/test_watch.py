"""``dmp-tui watch`` as a process, before the real server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp_tui.demo.patients import patient
from dmp_tui.feeding.folder import DONE, REFUSED
from dmp_tui.server.layout import load_files
from tests.app.conftest import datamatrix
from tests.app.test_deposit import cda
from tests.feeding.conftest import FACILITY
from tests.feeding.letters import letter
from tests.serving import ServerProcess

PROGRAM = Path(sys.executable).with_name("dmp-tui")
Watch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def watch(server: ServerProcess, prepared: tuple[Path, Path], tmp_path: Path, inbox: Path) -> Watch:
    """Starts the watch of the inbox."""
    key = tmp_path / "facility.key"
    key.write_bytes((prepared[0] / f"{FACILITY}.key").read_bytes())
    key.chmod(0o600)
    config = tmp_path / "config.toml"
    config.write_text(f'server_url = "{server.url}"\nauthority = "{server.authority}"\n')

    def start(*words: str) -> "subprocess.Popen[str]":
        files = ("--certificate", str(prepared[0] / f"{FACILITY}.pem"), "--key", str(key))
        command: list[str | Path] = [
            PROGRAM,
            "--config",
            config,
            "watch",
            inbox,
            *files,
            "--on-behalf-of",
            "GED",
            *words,
        ]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


def ended(process: "subprocess.Popen[str]", code: int = 0) -> str:
    _out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    return err


def sidecar(key: str, **changes: str) -> str:
    person = patient(key)
    birth = f"{person.birth[:4]}-{person.birth[4:6]}-{person.birth[6:]}"
    said = {
        "ins": person.ins.matricule,
        "oid": person.ins.oid,
        "birth_name": person.family,
        "birth_date": birth,
        **changes,
    }
    return json.dumps(said)


def test_everything_finds_its_place_and_what_is_refused_says_why(watch: Watch, inbox: Path) -> None:
    (inbox / "cr.xml").write_bytes(cda("garnier", "2.25.3001"))
    (inbox / "imprime.pdf").write_bytes(letter(datamatrix("garnier")))
    (inbox / "accompagne.pdf").write_bytes(letter(words="Bonjour"))
    (inbox / "accompagne.pdf.json").write_text(sidecar("garnier", type="11490-0", title="Courrier"))
    (inbox / "sans.pdf").write_bytes(letter(words=f"GARNIER Henri {patient('garnier').ins.matricule}"))
    (inbox / "contraire.pdf").write_bytes(letter(datamatrix("leroy")))
    (inbox / "contraire.pdf.json").write_text(sidecar("garnier"))
    (inbox / "nom.pdf").write_bytes(letter())
    (inbox / "nom.pdf.json").write_text(sidecar("garnier", birth_name="AUTRE"))
    (inbox / "champ.pdf").write_bytes(letter())
    (inbox / "champ.pdf.json").write_text('{"ins": "1"}')
    (inbox / "casse.pdf").write_bytes(b"%PDF-1.4 casse")
    (inbox / "casse.pdf.json").write_text(sidecar("garnier"))
    (inbox / "page.xml").write_bytes(b"<html/>")
    (inbox / "ecrit.pdf.part").write_bytes(b"%PDF")
    log = ended(watch("--once"))
    done, refused = inbox / DONE, inbox / REFUSED
    assert sorted(p.name for p in done.glob("*.*") if not p.name.endswith(".json")) == [
        "accompagne.pdf",
        "cr.xml",
        "imprime.pdf",
    ]
    assert json.loads((done / "cr.xml.recu.json").read_text())["outcome"] == "deposited"
    reasons = {p.name.removesuffix(".raison.txt"): p.read_text() for p in refused.glob("*.raison.txt")}
    assert sorted(reasons) == ["casse.pdf", "champ.pdf", "contraire.pdf", "nom.pdf", "page.xml", "sans.pdf"]
    assert "chiffré ou abîmé" in reasons["casse.pdf"]
    assert "n'est pas deviné" in reasons["sans.pdf"]
    assert "pas le même patient" in reasons["contraire.pdf"]
    assert "ne sont pas ceux du dossier" in reasons["nom.pdf"]
    assert "oid" in reasons["champ.pdf"]
    assert [p.name for p in inbox.iterdir() if p.is_file() and not p.name.startswith(".")] == ["ecrit.pdf.part"]
    assert "GARNIER" not in log
    assert ".pdf" not in log


def test_the_same_document_twice_is_one(watch: Watch, inbox: Path) -> None:
    for name in ("un.xml", "deux.xml"):
        (inbox / name).write_bytes(cda("garnier", "2.25.3002"))
    ended(watch("--once"))
    receipts = [json.loads(path.read_text()) for path in sorted((inbox / DONE).glob("*.recu.json"))]
    assert len({receipt["document"] for receipt in receipts}) == 1
    assert sorted(receipt["outcome"] for receipt in receipts) == ["already-there", "deposited"]


def read_until(process: "subprocess.Popen[str]", words: str) -> None:
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(words)


def test_what_is_still_written_is_left_alone_and_sigterm_ends_it(watch: Watch, inbox: Path) -> None:
    content = cda("garnier", "2.25.3003")
    with (inbox / "lent.xml").open("wb") as slow:
        slow.write(content[:500])
        slow.flush()
        (inbox / "pret.xml").write_bytes(cda("garnier", "2.25.3004"))
        process = watch("--settle", "0.3")
        # Kept fresh until the other, dropped at the same moment, is done: it never settles.
        while not (inbox / DONE / "pret.xml").exists():
            slow.seek(0)
            slow.write(content[:500])
            slow.flush()
        assert (inbox / "lent.xml").exists()
        slow.write(content[500:])
    read_until(process, "file deposited")
    read_until(process, "file deposited")
    assert (inbox / DONE / "lent.xml").read_bytes() == content
    process.send_signal(signal.SIGTERM)
    ended(process)


def test_killed_at_any_moment_nothing_is_lost_nor_deposited_twice(watch: Watch, inbox: Path) -> None:
    names = [f"{n}.xml" for n in range(8)]
    for n, name in enumerate(names):
        (inbox / name).write_bytes(cda("garnier", f"2.25.31{n:02}"))
    for seen in (1, 3, 5):
        process = watch("--settle", "0.1")
        while len(list((inbox / DONE).glob("*.xml"))) < seen if (inbox / DONE).exists() else True:
            assert process.poll() is None
            os.sched_yield()
        process.kill()
        process.communicate()
        here = {p.name for p in inbox.glob("*.xml")} | {p.name for p in (inbox / DONE).glob("*.xml")}
        assert here == set(names)
    ended(watch("--once"))
    receipts = [json.loads(path.read_text()) for path in (inbox / DONE).glob("*.recu.json")]
    assert len({receipt["document"] for receipt in receipts}) == len(receipts)
    assert {p.name for p in (inbox / DONE).glob("*.xml")} == set(names)


def test_a_server_that_is_gone_leaves_the_file_where_it_is(watch: Watch, inbox: Path, server: ServerProcess) -> None:
    process = watch("--settle", "0.1")
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3200"))
    read_until(process, "file deposited")
    server.stop()
    (inbox / "b.xml").write_bytes(cda("garnier", "2.25.3201"))
    read_until(process, "deposit postponed")
    assert (inbox / "b.xml").exists()
    process.send_signal(signal.SIGTERM)
    ended(process)
    server.start()
    ended(watch("--once"))
    assert (inbox / DONE / "b.xml").exists()


def test_one_watch_a_folder(watch: Watch, inbox: Path) -> None:
    first = watch("--settle", "0.1")
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3300"))
    read_until(first, "file deposited")
    assert "tient déjà" in ended(watch("--once"), 69)
    first.send_signal(signal.SIGTERM)
    ended(first)


def test_what_the_facility_does_is_told_in_its_name(watch: Watch, inbox: Path, server: ServerProcess) -> None:
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3400"))
    ended(watch("--once"))
    server.stop()
    store = load_files(server.data).open_store(lambda: datetime.now(UTC), read_only=True)
    try:
        record = store.patient_by_ins(patient("garnier").ins)
        assert record is not None
        told = [row for row in store.trail(record.id) if row.on_behalf_of == "GED"]
        assert {row.role for row in told} == {"facility_certificate"}
        assert any(row.operation == "submit_document" for row in told)
    finally:
        store.close()
        server.start()
