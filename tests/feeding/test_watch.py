"""``dmp-tui watch`` as a process, before the real server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit

import pytest

from dmp_tui.demo.patients import patient
from dmp_tui.feeding.away import DONE, REFUSED
from dmp_tui.server.layout import load_files
from tests.app.conftest import datamatrix
from tests.app.test_deposit import cda
from tests.feeding.conftest import FACILITY
from tests.feeding.letters import letter
from tests.serving import ServerProcess

PROGRAM = Path(sys.executable).with_name("dmp-tui")
QUICK = ("--settle", "0.2")
Watch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def watch(server: ServerProcess, prepared: tuple[Path, Path], tmp_path: Path, inbox: Path) -> Iterator[Watch]:
    """Starts the watch of the inbox; none outlives its test."""
    key = tmp_path / "facility.key"
    key.write_bytes((prepared[0] / f"{FACILITY}.key").read_bytes())
    key.chmod(0o600)
    config = tmp_path / "config.toml"
    config.write_text(f'server_url = "{server.url}"\nauthority = "{server.authority}"\n')

    started: list[subprocess.Popen[str]] = []

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
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def away(server: ServerProcess) -> Iterator[ServerProcess]:
    """The server, for tests that stop it: it is there again afterwards."""
    yield server
    server.stop()
    server.start()


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
    log = ended(watch("--once", *QUICK))
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
    ended(watch("--once", *QUICK))
    receipts = [json.loads(path.read_text()) for path in sorted((inbox / DONE).glob("*.recu.json"))]
    assert len({receipt["document"] for receipt in receipts}) == 1
    assert sorted(receipt["outcome"] for receipt in receipts) == ["already-there", "deposited"]


def read_until(process: "subprocess.Popen[str]", words: str) -> None:
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(words)


def end(process: "subprocess.Popen[str]") -> str:
    process.send_signal(signal.SIGTERM)
    return ended(process)


def files(inbox: Path) -> list[str]:
    return sorted(p.name for p in inbox.iterdir() if p.is_file() and not p.name.startswith("."))


def reason(inbox: Path, name: str) -> str:
    return (inbox / REFUSED / f"{name}.raison.txt").read_text()


def receipt(inbox: Path, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((inbox / DONE / f"{name}.recu.json").read_text())
    return found


def test_what_is_still_written_is_left_alone_and_sigterm_ends_it(watch: Watch, inbox: Path) -> None:
    content = cda("garnier", "2.25.3003")
    with (inbox / "lent.xml").open("wb") as slow:
        slow.write(content[:500])
        slow.flush()
        (inbox / "pret.xml").write_bytes(cda("garnier", "2.25.3004"))
        process = watch("--settle", "0.3", "--sidecar-wait", "0")
        # It has not changed for as long as the other, dropped at the same moment; but it is open.
        read_until(process, "file still open for writing")
        read_until(process, "file deposited")
        assert (inbox / DONE / "pret.xml").exists()
        assert files(inbox) == ["lent.xml"]
        slow.write(content[500:])
    read_until(process, "file deposited")
    assert (inbox / DONE / "lent.xml").read_bytes() == content
    end(process)


def test_what_is_still_written_is_left_by_one_pass_too(watch: Watch, inbox: Path) -> None:
    content = cda("garnier", "2.25.3005")
    (inbox / "pret.xml").write_bytes(cda("garnier", "2.25.3006"))
    with (inbox / "lent.xml").open("wb") as slow:
        slow.write(content[:500])
        slow.flush()
        ended(watch("--once", *QUICK), 1)
        assert files(inbox) == ["lent.xml"]
    (inbox / "lent.xml").write_bytes(content)
    (inbox / "sans.pdf").write_bytes(letter())
    (inbox / "sans.pdf.json.part").write_text("{")
    ended(watch("--once", *QUICK), 1)
    assert files(inbox) == ["sans.pdf", "sans.pdf.json.part"]


def test_what_grows_between_two_looks_is_left(watch: Watch, inbox: Path) -> None:
    content = cda("garnier", "2.25.3007")
    process = watch("--settle", "0.5", "--sidecar-wait", "0")
    read_until(process, "watching")
    # Written by one who opens and closes the file for each piece, as over a network share: no writer is ever seen.
    for end_of_piece in range(500, 3001, 500):
        with (inbox / "lent.xml").open("ab") as slow:
            slow.write(content[end_of_piece - 500 : end_of_piece])
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        assert files(inbox) == ["lent.xml"]
    with (inbox / "lent.xml").open("ab") as slow:
        slow.write(content[3000:])
    read_until(process, "file deposited")
    end(process)


def test_the_first_half_of_a_file_is_waited_for(watch: Watch, inbox: Path) -> None:
    content, pdf = cda("garnier", "2.25.3008"), letter(datamatrix("garnier"))
    (inbox / "cr.xml").write_bytes(content[:500])
    (inbox / "lettre.pdf").write_bytes(pdf[:-200])
    (inbox / "vide.pdf").touch()
    process = watch(*QUICK)
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3009"))
    read_until(process, "file deposited")
    (inbox / "b.xml").write_bytes(cda("garnier", "2.25.3010"))
    read_until(process, "file deposited")
    assert files(inbox) == ["cr.xml", "lettre.pdf", "vide.pdf"]
    (inbox / "cr.xml").write_bytes(content)
    (inbox / "lettre.pdf").write_bytes(pdf)
    (inbox / "vide.pdf").write_bytes(pdf)
    for _ in range(3):
        read_until(process, "file deposited")
    end(process)


def test_half_a_sidecar_is_left_alone_until_it_stands_still(watch: Watch, inbox: Path) -> None:
    said = sidecar("garnier")
    (inbox / "a.pdf").write_bytes(letter(words="a"))
    with (inbox / "a.pdf.json").open("w") as slow:
        slow.write(said[:40])
        slow.flush()
        process = watch(*QUICK)
        read_until(process, "file still open for writing")
        slow.write(said[40:])
    read_until(process, "file deposited")
    (inbox / "b.pdf").write_bytes(letter(words="b"))
    (inbox / "b.pdf.json").write_text(said[:40])
    read_until(process, "file refused")
    assert "pas un objet JSON" in reason(inbox, "b.pdf")
    assert (inbox / REFUSED / "b.pdf.json").read_text() == said[:40]
    assert files(inbox) == []
    end(process)


def test_a_sidecar_without_its_document_and_what_else_lies_there(watch: Watch, inbox: Path) -> None:
    (inbox / "seul.pdf.json").write_text(sidecar("garnier"))
    (inbox / "casse.json").write_text("{")
    (inbox / "rapport.json").write_text(json.dumps(fhir_document("garnier", "2.25.3020")))
    (inbox / "lien.pdf").symlink_to("/etc/hostname")
    (inbox / "dossier.pdf").mkdir()
    os.mkfifo(inbox / "tube.pdf")
    process = watch(*QUICK, "--sidecar-wait", "2")
    log = [json.loads(line) for line in lines_until(process, "file refused", 2)]
    assert [line["event"] for line in log].count("entry is no regular file") == 3
    refused = [line["level"] for line in log if line["event"] == "file refused"]
    assert refused == ["warning", "warning"]
    assert "sans son document" in reason(inbox, "seul.pdf.json")
    assert "JSON mal formé" in reason(inbox, "casse.json")
    assert receipt(inbox, "rapport.json")["outcome"] == "deposited"
    assert sorted(p.name for p in inbox.iterdir() if not p.name.startswith(".")) == [
        DONE,
        "dossier.pdf",
        "lien.pdf",
        REFUSED,
        "tube.pdf",
    ]
    end(process)


def fhir_document(key: str, unique_id: str) -> dict[str, object]:
    person = patient(key)
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        "subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000002"},
        "date": "2026-11-20T10:00:00+01:00",
        "author": [{"display": "Dr DURAND Paul"}],
        "title": "Synthèse",
        "section": [],
    }
    subject = {
        "resourceType": "Patient",
        "identifier": [{"system": person.ins.system, "value": person.ins.matricule}],
        "name": [{"family": person.family}],
    }
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{unique_id}"},
        "timestamp": "2026-11-20T10:00:00+01:00",
        "entry": [
            {"fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{n}", "resource": resource}
            for n, resource in enumerate((composition, subject), 1)
        ],
    }


def lines_until(process: "subprocess.Popen[str]", words: str, times: int = 1) -> list[str]:
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        times -= words in line
        if not times:
            return lines
    raise AssertionError(lines)


def test_a_document_and_its_sidecar_name_one_patient(watch: Watch, inbox: Path) -> None:
    (inbox / "cr.xml").write_bytes(cda("garnier", "2.25.3030"))
    (inbox / "cr.xml.json").write_text(sidecar("leroy"))
    (inbox / "deux.xml").write_bytes(two_patients())
    ended(watch("--once", *QUICK))
    assert "pas le même patient" in reason(inbox, "cr.xml")
    assert "plusieurs INS" in reason(inbox, "deux.xml")


def two_patients() -> bytes:
    def element(key: str) -> bytes:
        ins = patient(key).ins
        return f'<id extension="{ins.matricule}" root="{ins.oid}"/>'.encode()

    content = cda("garnier", "2.25.3031")
    assert element("garnier") in content
    return content.replace(element("garnier"), element("garnier") + element("leroy"), 1)


def test_what_is_no_document_and_a_sidecar_that_is_no_file_are_refused(watch: Watch, inbox: Path) -> None:
    (inbox / "resultat.hl7").write_bytes(b"MSH|^~\\&|LABO|||||ORU^R01\rPID|1\r")
    (inbox / "resultat.hl7.json").write_text(sidecar("garnier"))
    (inbox / "texte.docx").write_bytes(b"PK\x03\x04")
    (inbox / "elsewhere").mkdir()
    (inbox / "elsewhere" / "said").write_text(sidecar("garnier"))
    for name in ("lien.pdf", "etiquette.pdf"):
        (inbox / f"{name}.json").symlink_to(inbox / "elsewhere" / "said")
    (inbox / "lien.pdf").write_bytes(letter())
    (inbox / "etiquette.pdf").write_bytes(letter(datamatrix("garnier")))
    ended(watch("--once", *QUICK))
    assert "HL7 v2" in reason(inbox, "resultat.hl7")
    assert "ni PDF, ni CDA" in reason(inbox, "texte.docx")
    for name in ("lien.pdf", "etiquette.pdf"):
        assert "jamais ouvert" in reason(inbox, name)


@pytest.mark.parametrize(
    "name", ["-rf.pdf", "é à.pdf", "a\nb\x1b[2J.pdf", "x" * 251 + ".pdf", "\udce9.pdf", "A.PDF", "sans-suffixe"]
)
def test_any_name_is_taken(watch: Watch, inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(letter(datamatrix("garnier")))
    ended(watch("--once", *QUICK))
    assert len([path for path in (inbox / DONE).iterdir() if not path.name.endswith(".json")]) == 1
    assert files(inbox) == []


def test_type_date_and_author_are_those_that_were_said(watch: Watch, inbox: Path, server: ServerProcess) -> None:
    for name, said in {
        "dit.pdf": sidecar("garnier", type="11488-4", date="2026-10-02", author="Dr ORTEGA Luz", title="Suivi"),
        "tu.pdf": sidecar("garnier"),
        "demain.pdf": sidecar("garnier", date="2999-01-01"),
    }.items():
        (inbox / name).write_bytes(letter(words=name))
        (inbox / f"{name}.json").write_text(said)
    ended(watch("--once", *QUICK, "--type", "11490-0"))
    assert (receipt(inbox, "dit.pdf")["type"], receipt(inbox, "dit.pdf")["type_from"]) == ("11488-4", "sidecar")
    assert (receipt(inbox, "tu.pdf")["type"], receipt(inbox, "tu.pdf")["type_from"]) == ("11490-0", "usual")
    assert "date" in reason(inbox, "demain.pdf")
    server.stop()
    store = load_files(server.data).open_store(lambda: datetime.now(UTC), read_only=True)
    try:
        record = store.patient_by_ins(patient("garnier").ins)
        assert record is not None
        [entry] = [d for d in store.documents(record.id) if d.id == receipt(inbox, "dit.pdf")["document"]]
        assert (entry.title, entry.date[:10], entry.authors[0].name) == ("Suivi", "2026-10-02", "Dr ORTEGA Luz")
        assert entry.authors[0].organisation == entry.submitter.organisation
    finally:
        store.close()
        server.start()
    assert "JDV_J66" in ended(watch("--once", "--type", "lettre"), 64)


def test_killed_at_any_moment_nothing_is_lost_parted_or_deposited_twice(watch: Watch, inbox: Path) -> None:
    names = [f"{n}.pdf" for n in range(10)]
    for name in names:
        (inbox / name).write_bytes(letter(words=name))
        (inbox / f"{name}.json").write_text(sidecar("garnier", title=name))
    for seen in (1, 3, 5, 7):
        process = watch("--settle", "0.1")
        while len(list((inbox / DONE).glob("*.pdf"))) < seen if (inbox / DONE).exists() else True:
            assert process.poll() is None
            os.sched_yield()
        process.kill()
        process.communicate()
        placed = {p.name for p in (inbox / DONE).glob("*.pdf")}
        assert {p.name for p in inbox.glob("*.pdf")} | placed == set(names)
        for name in placed:
            assert (inbox / DONE / f"{name}.json").exists()
            assert receipt(inbox, name)["document"]
    ended(watch("--once", *QUICK))
    receipts = [json.loads(path.read_text()) for path in (inbox / DONE).glob("*.recu.json")]
    assert len(receipts) == len(names)
    assert len({one["document"] for one in receipts}) == len(names)
    assert files(inbox / DONE) == sorted(f"{name}{tail}" for name in names for tail in ("", ".json", ".recu.json"))
    assert (files(inbox), files(inbox / REFUSED)) == ([], [])


def test_a_full_disk_is_said_once_and_waited_out(watch: Watch, inbox: Path) -> None:
    process = watch("--settle", "0.1")
    read_until(process, "watching")
    prlimit(process.pid, RLIMIT_FSIZE, (0, RLIM_INFINITY))
    for n in range(4):
        (inbox / f"{n}.xml").write_bytes(cda("garnier", f"2.25.305{n}"))
    read_until(process, "standstill")
    assert len(files(inbox)) == 4
    assert files(inbox / DONE) == []
    prlimit(process.pid, RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
    log = "".join(lines_until(process, "file deposited", 4))
    assert "going on" in log or "standstill" not in log
    end(process)
    receipts = [json.loads(path.read_text()) for path in (inbox / DONE).glob("*.recu.json")]
    # What had been deposited before there was no room is put away as what it was.
    assert [one["outcome"] for one in receipts] == ["deposited"] * 4


def test_a_server_that_is_gone_leaves_the_file_where_it_is(watch: Watch, inbox: Path, away: ServerProcess) -> None:
    process = watch("--settle", "0.1")
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3200"))
    read_until(process, "file deposited")
    away.stop()
    (inbox / "b.xml").write_bytes(cda("garnier", "2.25.3201"))
    assert "unreachable" in lines_until(process, "standstill")[-1]
    assert (inbox / "b.xml").exists()
    away.start()
    log = lines_until(process, "file deposited")
    assert not any("standstill" in line for line in log)
    end(process)


def test_no_server_at_the_start_is_waited_for_and_said_once(watch: Watch, inbox: Path, away: ServerProcess) -> None:
    away.stop()
    assert "injoignable" in ended(watch("--once", *QUICK), 69)
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3210"))
    process = watch(*QUICK)
    read_until(process, "standstill")
    away.start()
    log = lines_until(process, "file deposited")
    assert [json.loads(line)["event"] for line in log] == ["watching", "going on", "file deposited"]
    end(process)


def test_a_certificate_that_the_server_refuses_ends_it(
    watch: Watch, inbox: Path, prepared: tuple[Path, Path], tmp_path: Path
) -> None:
    # The last --certificate and --key count: a doctor's may not act on behalf of somebody.
    key = tmp_path / "other.key"
    key.write_bytes((prepared[0] / "simon.key").read_bytes())
    key.chmod(0o600)
    said = ended(watch("--certificate", str(prepared[0] / "simon.pem"), "--key", str(key)), 77)
    assert said.strip()


def test_one_watch_a_folder(watch: Watch, inbox: Path) -> None:
    first = watch("--settle", "0.1")
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3300"))
    read_until(first, "file deposited")
    assert "tient déjà" in ended(watch("--once", *QUICK), 69)
    end(first)


def test_what_the_facility_does_is_told_in_its_name(watch: Watch, inbox: Path, server: ServerProcess) -> None:
    (inbox / "a.xml").write_bytes(cda("garnier", "2.25.3400"))
    ended(watch("--once", *QUICK))
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
