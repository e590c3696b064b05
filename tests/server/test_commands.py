"""``admin`` and ``serve`` as an administrator runs them: real files, a real process, one sentence when it fails."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from cryptography import x509

from dmp_tui.server.authority import make_authority
from dmp_tui.server.commands import admin
from dmp_tui.server.layout import LayoutError, load_files
from dmp_tui.server.login import LoginPolicy, policy_of
from dmp_tui.store import Store, StoreKind, system_clock
from tests.store.people import CANARY, READ
from tests.store.test_trust import certificate, crl

DOCTOR = "899700000001,DURAND Alix,10,SM59,1990000011,CHU de Valfontaine,,oui"
PROGRAM = str(Path(sys.executable).with_name("dmp-tui"))
HEADER = "id,name,profession,specialty,facility,facility_name,occupational_doctor,regulator"


def run(*arguments: object) -> Result:
    """``dmp-tui admin ...`` in process."""
    return CliRunner().invoke(admin, [str(argument) for argument in arguments])


def done(*arguments: object) -> str:
    """What a command that must succeed printed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def failed(*arguments: object) -> str:
    """The one sentence of a command that must fail."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("dmp-tui: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """The data directory of a new server."""
    done("init", tmp_path / "server")
    return tmp_path / "server"


def test_init_keeps_keys_apart_and_narrow(server: Path) -> None:
    keys = server.with_name("server.keys")
    assert {path.name for path in keys.iterdir()} == {"kek", "authority.key", "trail.pem"}
    assert {path.name for path in server.iterdir()} == {"records.db", "keys.db", "server.toml", "tls"}
    assert {path.name for path in (server / "tls").iterdir()} == {"server.pem", "server.key", "authority.pem"}
    for directory in (server, server / "tls", keys):
        assert directory.stat().st_mode & 0o777 == 0o700
    for secret in (keys / "kek", keys / "authority.key", server / "tls" / "server.key", server / "records.db"):
        assert secret.stat().st_mode & 0o777 == 0o600


def test_init_trusts_nobody(server: Path) -> None:
    store = load_files(server).open_store(system_clock)
    assert store.kind is StoreKind.PRODUCTION
    assert store.authorities() == []
    store.close()


def test_init_says_where_things_are(tmp_path: Path) -> None:
    said = done("init", tmp_path / "data", "--keys", tmp_path / "safe", "--name", "dmp.chu.example")
    assert str(tmp_path / "safe") in said
    assert (tmp_path / "safe" / "kek").is_file()
    files = load_files(tmp_path / "data")
    assert files.base_url(8443) == "https://dmp.chu.example:8443"
    assert files.base_url(443) == "https://dmp.chu.example"


def test_init_never_touches_what_exists(server: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in server.rglob("*") if path.is_file()}
    assert "contient déjà" in failed("init", server)
    assert "contient déjà" in failed("init", tmp_path / "other", "--keys", tmp_path / "server.keys")
    assert {path: path.read_bytes() for path in server.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "other").exists()


def test_init_refuses_keys_inside_the_data(tmp_path: Path) -> None:
    assert "dans le dossier des données" in failed("init", tmp_path / "data", "--keys", tmp_path / "data" / "keys")
    assert not (tmp_path / "data").exists()


def test_init_refuses_what_is_no_name(tmp_path: Path) -> None:
    assert run("init", tmp_path / "data", "--name", "a b").exit_code == 2
    assert not (tmp_path / "data").exists()


def test_data_and_keys_can_be_moved_together(server: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    moved = server.rename(tmp_path / "new" / "server")
    server.with_name("server.keys").rename(tmp_path / "new" / "server.keys")
    load_files(moved).open_store(system_clock).close()


def test_trust_adds_an_authority_and_traces_it(server: Path, tmp_path: Path) -> None:
    file = tmp_path / "ac.der"
    file.write_bytes(certificate("AC RACINE"))
    assert "AC RACINE" in done("trust", file, "--data", server)
    store = load_files(server).open_store(system_clock)
    assert [authority.der for authority in store.authorities()] == [file.read_bytes()]
    (row,) = store.trail()
    assert (row.operation, row.role, row.actor.partition(":")[0]) == ("admin_trust", "administrator", "local")
    store.close()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"hello", "n'est pas le certificat d'une autorité"),
        (certificate("SOMEONE", ca=False), "n'est pas le certificat d'une autorité"),
        (certificate("AC DE TEST"), "de test ou de démonstration"),
    ],
)
def test_trust_refuses_in_one_sentence(server: Path, tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "ac.der"
    file.write_bytes(content)
    assert sentence in failed("trust", file, "--data", server)


def test_a_revocation_list_is_kept(server: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.crl"
    file.write_bytes(crl("AC", system_clock()))
    done("crl", file, "--data", server)
    file.write_bytes(b"hello")
    assert "n'est pas une liste de révocation" in failed("crl", file, "--data", server)
    store = load_files(server).open_store(system_clock)
    assert len(store.crls()) == 1
    store.close()


def test_professionals_are_imported_all_or_none(server: Path, tmp_path: Path) -> None:
    file = tmp_path / "annuaire.csv"
    file.write_text(f"{HEADER}\n{DOCTOR}\n899700000002,B,?,,,,,\n", "utf-8")
    assert "Ligne 3, colonne profession" in failed("import-professionals", file, "--data", server)
    store = load_files(server).open_store(system_clock)
    assert store.professional("899700000001") is None
    store.close()
    file.write_text(f"{HEADER}\n{DOCTOR}\n", "utf-8")
    assert done("import-professionals", file, "--data", server) == "Professionnels importés : 1\n"
    store = load_files(server).open_store(system_clock)
    found = store.professional("899700000001")
    assert found is not None
    assert found.regulator
    store.close()


def test_the_trail_is_shown_copied_and_verified(server: Path, tmp_path: Path) -> None:
    store = load_files(server).open_store(system_clock)
    store.write_now(lambda transaction: transaction.trace(READ))
    store.close()
    shown = done("trail", "--data", server).splitlines()
    assert CANARY in shown[0]
    assert "admin_trail" in shown[1]
    keys = server.with_name("server.keys")
    copy = tmp_path / "copy"
    assert done("export-trail", copy, "--data", server) == "Lignes copiées : 3\n"
    key = ("--public-key", keys / "trail.pem")
    assert "Trace intègre : 3 lignes" in done("verify-trail", "--file", copy, *key, "--witness", keys / "trail.heads")
    assert "Trace intègre : 3 lignes" in done("verify-trail", "--data", server)
    copy.write_bytes(copy.read_bytes().replace(b"incapacity", b"immediate"))
    assert "la ligne 1 a été modifiée (ligne 2 du fichier)" in failed("verify-trail", "--file", copy, *key)
    assert run("verify-trail", "--file", copy).exit_code == 2
    assert run("verify-trail").exit_code == 2
    assert "n'est pas une clé publique" in failed("verify-trail", "--file", copy, "--public-key", copy)
    assert "n'est pas une trace" in failed("verify-trail", "--file", keys / "trail.pem", *key)


def test_the_trail_is_exported_as_fhir_and_names_nobody_unless_asked_which_is_traced(
    server: Path, tmp_path: Path
) -> None:
    from fhir.resources.R4B.auditevent import AuditEvent

    store = load_files(server).open_store(system_clock)
    for _twice in range(2):
        store.write_now(lambda transaction: transaction.trace(READ))
    store.close()
    unnamed, named = tmp_path / "unnamed.ndjson", tmp_path / "named.ndjson"
    assert done("export-trail", unnamed, "--fhir", "--data", server) == "Lignes copiées : 3\n"
    content = unnamed.read_text("utf-8")
    assert CANARY not in content
    assert READ.actor not in content
    assert unnamed.stat().st_mode & 0o777 == 0o600
    events = [json.loads(line) for line in content.splitlines()]
    for event in events:
        AuditEvent.model_validate(event)
    people = [event["agent"][0]["who"]["identifier"]["value"] for event in events]
    assert people[0] == people[1] != people[2]
    done("export-trail", named, "--fhir", "--identities", "--data", server)
    content = named.read_text("utf-8")
    assert READ.actor_name in content
    assert READ.reason in content
    store = load_files(server).open_store(system_clock)
    assert [row.detail for row in store.trail() if row.operation == "admin_export_trail"] == ["fhir", "fhir identities"]
    store.close()
    assert run("export-trail", tmp_path / "x", "--identities", "--data", server).exit_code == 2
    assert "exist" in failed("export-trail", named, "--fhir", "--data", server).lower()


def test_a_byte_of_the_file_that_is_flipped_is_told(server: Path) -> None:
    store = load_files(server).open_store(system_clock)
    store.write_now(lambda transaction: transaction.trace_all([READ] * 400))
    store.close()
    file = server / "records.db"
    content = bytearray(file.read_bytes())
    content[-2000] ^= 1
    file.write_bytes(bytes(content))
    told = failed("verify-trail", "--data", server)
    assert "illisible" in told or "abîmées" in told


def test_a_truncated_trail_is_told_by_the_witness(server: Path) -> None:
    for _ in range(2):
        done("trail", "--data", server)
    store = load_files(server).open_store(system_clock)
    for table in ("trail", "trail_heads"):
        store._writing.conn.execute(f"DELETE FROM {table} WHERE seq > 1")  # noqa: S608 - the two names above
    store.close()
    assert "la fin de la trace a été supprimée à partir de la ligne 2" in failed("verify-trail", "--data", server)


def test_what_was_typed_moves_no_cursor(server: Path) -> None:
    from dataclasses import replace

    store = load_files(server).open_store(system_clock)
    store.write_now(lambda transaction: transaction.trace(replace(READ, reason="a\x1b[2J\nb\tc\u202e")))
    store.close()
    shown = done("trail", "--data", server)
    assert len(shown.splitlines()) == 2
    assert shown.isascii() or "\x1b" not in shown
    assert "a·[2J·b·c·" in shown


def test_a_renewed_certificate_keeps_names_and_authority(server: Path) -> None:
    files = load_files(server)
    before = files.certificate.read_bytes()
    done("renew-certificate", "--data", server)
    after = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    assert files.certificate.read_bytes() != before
    old = x509.load_pem_x509_certificate(before)
    san = x509.SubjectAlternativeName
    assert after.extensions.get_extension_for_class(san) == old.extensions.get_extension_for_class(san)
    after.verify_directly_issued_by(x509.load_pem_x509_certificate(files.authority.read_bytes()))
    files.authority_key.unlink()
    assert "authority.key" in failed("renew-certificate", "--data", server)


def test_a_lost_key_and_a_strange_directory_are_said(server: Path, tmp_path: Path) -> None:
    assert "admin init" in failed("trail", "--data", tmp_path)
    (server.with_name("server.keys") / "kek").chmod(0o644)
    assert "0600" in failed("trail", "--data", server)
    (server.with_name("server.keys") / "kek").unlink()
    assert "introuvable" in failed("trail", "--data", server)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("port = true", "port"),
        ("port = 70000", "port"),
        ("unknown = 1", "unknown"),
        ('url = "http://a"', "url"),
        ('url = "https://a/b"', "url"),
        ("kek = ", ""),
        ("[settings]\nbody_limit = 'x'", "settings.body_limit"),
        ("[settings]\nother = 1", "settings.other"),
        ("[settings]\nbody_limit = 0", "settings.body_limit"),
        ("[settings]\nbody_limit = true", "settings.body_limit"),
        ("[settings]\nauthorisation_days = 9999999", "settings.authorisation_days"),
        ("[settings]\ncrl_required = 1", "settings.crl_required"),
        ("[settings]\ncrl_grace = -1", "settings.crl_grace"),
    ],
)
def test_a_faulty_setting_is_named(server: Path, line: str, key: str) -> None:
    file = server / "server.toml"
    kept = [one for one in file.read_text().splitlines() if one.partition(" ")[0] != line.partition(" ")[0]]
    file.write_text("\n".join([*kept, line]))
    with pytest.raises(LayoutError) as raised:
        load_files(server)
    assert raised.value.key == key
    assert "server.toml" in failed("trail", "--data", server)


def test_settings_reach_the_server(server: Path) -> None:
    with (server / "server.toml").open("a") as file:
        file.write("[settings]\nbody_limit = 1000\nblock_bars_emergency = false\ncrl_required = false\ncrl_grace = 0\n")
        file.write("login_failures = 3\nlogin_failures_by_address = 4\n")
    settings = load_files(server).settings
    assert policy_of(settings) == LoginPolicy(False, timedelta(0), False, 3, 4)
    assert (settings.body_limit, settings.block_bars_emergency) == (1000, False)


# --- serve ------------------------------------------------------------------------------------------------------------


@contextmanager
def serving(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The real program, serving; ``(process, the URL that it printed)``."""
    command = [PROGRAM, "serve", "--data", str(data), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("dmp-tui: https://"), line + process.stderr.read()
        yield process, line.removeprefix("dmp-tui: ").strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def client(data: Path) -> httpx.Client:
    """A client that trusts this server's authority and nothing else."""
    trusted = ssl.create_default_context(cafile=str(data / "tls" / "authority.pem"))
    return httpx.Client(verify=trusted, trust_env=False)


def refusal(data: Path, *options: str) -> str:
    """What ``serve`` says as it refuses to start."""
    command = [PROGRAM, "serve", "--data", str(data), *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stdout) == (1, "")
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_listens_when_it_says_so_and_stops_cleanly(server: Path, number: signal.Signals) -> None:
    with serving(server, "--port", "0") as (process, url):
        with client(server) as http:
            answer = http.get(f"{url}/health")
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert "date" in answer.headers
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        assert process.stderr is not None
        logged = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert [line["event"] for line in logged][-1] == "server stopped"
    # The files were closed: nothing waits in a write-ahead log.
    assert not list(server.glob("*.db-wal"))


def test_a_second_server_on_the_same_data_is_refused(server: Path) -> None:
    with serving(server, "--port", "0"):
        assert "déjà" in refusal(server, "--port", "0")


def test_an_administrator_works_beside_a_running_server(server: Path, tmp_path: Path) -> None:
    file = tmp_path / "ac.der"
    file.write_bytes(certificate("AC RACINE"))
    with serving(server, "--port", "0") as (_, url):
        done("trust", file, "--data", server)
        with client(server) as http:
            assert http.get(f"{url}/health").status_code == 200
    assert "Trace intègre" in done("verify-trail", "--data", server)


def test_an_address_in_use_is_said(server: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "--port" in refusal(server, "--port", str(taken.getsockname()[1]))


def test_an_expired_certificate_is_said(server: Path) -> None:
    from datetime import timedelta

    from dmp_tui.server.authority import load_issued, make_server_certificate, save_issued

    files = load_files(server)
    authority = load_issued(files.authority, files.authority_key)
    past = system_clock() - timedelta(days=30)
    save_issued(
        make_server_certificate(authority, past, life=timedelta(days=20)), files.certificate, files.certificate_key
    )
    assert "renew-certificate" in refusal(server, "--port", "0")


def test_a_key_of_another_certificate_is_said(server: Path) -> None:
    (server / "tls" / "server.key").write_bytes(make_authority("x", system_clock()).key_pem)
    assert "renew-certificate" in refusal(server, "--port", "0")


def test_serve_without_data_is_said(tmp_path: Path) -> None:
    assert "admin init" in refusal(tmp_path)


def test_the_environment_names_the_data(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DMP_TUI_DATA", str(server))
    assert "Trace intègre" in done("verify-trail")


def test_a_store_made_for_demonstration_says_so(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "demo", kind=StoreKind.DEMO)
    store.close()
    again = Store.open(tmp_path / "demo")
    assert again.kind is StoreKind.DEMO
    again.close()
