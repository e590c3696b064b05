"""``demo --list``, wrong keys, and the sandbox that integrators get."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dmp_tui.cli import main
from dmp_tui.demo.patients import PATIENTS
from dmp_tui.demo.people import WORKERS
from dmp_tui.demo.sandbox import NotEmptyError, write_sandbox
from dmp_tui.dmp.professions import Role
from dmp_tui.server.layout import load_files
from dmp_tui.store import StoreKind, system_clock

PROFESSIONAL = {
    "key", "id", "name", "profession", "specialty", "role", "facility", "certificate", "private_key", "pin",
}  # fmt: skip
PATIENT = {
    "key", "ins", "oid", "family", "given", "birth_date", "sex", "status", "treating_doctor", "authorised", "expects",
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("parent") / "sandbox"
    write_sandbox(directory, 8555, datetime.now(UTC))
    return directory


@pytest.fixture(scope="module")
def described(sandbox: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((sandbox / "sandbox.json").read_text("utf-8"))
    return loaded


def test_it_has_exactly_the_fields_that_are_promised(described: dict[str, Any]) -> None:
    assert set(described) == {"url", "server_certificate", "ca_certificate", "professionals", "patients"}
    assert described["url"] == "https://localhost:8555"
    for one in described["professionals"]:
        assert set(one) - {"regulator"} == PROFESSIONAL, one["key"]
    for one in described["patients"]:
        assert set(one) == PATIENT, one["key"]


def test_every_role_has_someone(described: dict[str, Any]) -> None:
    people = described["professionals"]
    assert {one["role"] for one in people} == {role.value for role in Role}
    regulators = {(one["role"], one["profession"]) for one in people if one.get("regulator")}
    assert regulators == {("doctor", "10"), ("non_doctor", "60"), ("facility_certificate", "")}
    assert [one["key"] for one in people if one["pin"] is None] == ["chu", "samu"]
    treating = {one["id"] for one in people if one["role"] == "treating_doctor"}
    assert treating & {one["treating_doctor"] for one in described["patients"]}


def test_paths_are_relative_and_lead_to_certificates_and_their_keys(sandbox: Path, described: dict[str, Any]) -> None:
    for one in described["professionals"]:
        leaf, *above = x509.load_pem_x509_certificates((sandbox / one["certificate"]).read_bytes())
        key = load_pem_private_key((sandbox / one["private_key"]).read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        assert leaf.public_key() == key.public_key()
        assert above
        assert stat.S_IMODE((sandbox / one["private_key"]).stat().st_mode) == 0o600
    server = x509.load_pem_x509_certificate((sandbox / described["server_certificate"]).read_bytes())
    server.verify_directly_issued_by(
        x509.load_pem_x509_certificate((sandbox / described["ca_certificate"]).read_bytes())
    )


def test_no_key_lies_in_the_data_directory_but_the_server_s_own(sandbox: Path) -> None:
    keys = {path.relative_to(sandbox).parts[0] for path in sandbox.rglob("*.key")} | {
        path.relative_to(sandbox).parts[0] for path in sandbox.rglob("kek")
    }
    assert {str(path.relative_to(sandbox)) for path in (sandbox / "server").rglob("*.key")} == {"server/tls/server.key"}
    assert keys == {"authority", "keys", "server"}


def test_the_store_holds_the_patients_as_they_are_described(sandbox: Path, described: dict[str, Any]) -> None:
    store = load_files(sandbox / "server").open_store(system_clock)
    try:
        assert store.kind is StoreKind.SANDBOX
        for one in PATIENTS:
            record = store.patient_by_ins(one.ins)
            assert (record.status.value if record else "none") == one.status, one.key
            if record:
                assert store.summary(record.id, masked=False)
        assert all(store.professional(one.id) for one in WORKERS)
        duval = store.patient_by_ins(next(p.ins for p in PATIENTS if p.key == "duval"))
        assert duval
        assert len(store.documents(duval.id)) == 40
        assert sum(document.archived for document in store.documents(duval.id)) == 1
    finally:
        store.close()


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(NotEmptyError):
        write_sandbox(tmp_path, 8555, datetime.now(UTC))
    result = CliRunner().invoke(main, ["sandbox", str(tmp_path)])
    assert result.exit_code == 2
    assert "pas vide" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_demo_list_gives_the_same_fields(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--list"], env={"DMP_TUI_DEMO_CACHE": str(tmp_path / "cache")})
    assert result.exit_code == 0, result.output
    listed = json.loads(result.output)
    assert {frozenset(set(one) - {"regulator"}) for one in listed["professionals"]} == {frozenset(PROFESSIONAL)}
    assert {frozenset(one) for one in listed["patients"]} == {frozenset(PATIENT)}
    assert all(Path(one["private_key"]).is_file() for one in listed["professionals"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--insert-cps", "leroy"], "leroy"),
        (["--insert-vitale", "simon"], "simon"),
        (["--insert-vitale", "nobody"], "nobody"),
        (["--pin", "1234"], "--insert-cps"),
    ],
)
def test_a_card_that_is_none_is_named_before_anything_starts(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["demo", *arguments])
    assert result.exit_code == 2
    assert words in result.output
