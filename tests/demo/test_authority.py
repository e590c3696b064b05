"""The demonstration's certificates: what a card authority would have issued, and what must be refused."""

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from dmp_tui.demo.authority import PROBLEMS, cached_authority, load, prepared, revocations, trusted
from dmp_tui.demo.people import WORKERS, worker

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cached_authority(tmp_path_factory.mktemp("cache"), NOW)


def test_every_chain_ends_at_the_root(directory: Path) -> None:
    root, issuer = trusted(directory)
    issuer.verify_directly_issued_by(root)
    for one in WORKERS:
        credential = load(directory, one.key)
        credential.certificate.verify_directly_issued_by(issuer)
        assert credential.chain == (issuer,)
        assert credential.certificate.not_valid_before_utc < NOW < credential.certificate.not_valid_after_utc


def test_the_national_id_stands_in_one_rdn_with_name_and_profession(directory: Path) -> None:
    rdn = load(directory, "simon").certificate.subject.rdns[-1]
    assert {a.oid: a.value for a in rdn} == {
        NameOID.TITLE: "10",
        NameOID.SURNAME: "SIMON",
        NameOID.GIVEN_NAME: "Claire",
        NameOID.COMMON_NAME: worker("simon").id,
    }


def test_authentication_and_signature_certificates_differ_by_key_usage(directory: Path) -> None:
    from cryptography.x509 import KeyUsage

    authentication = load(directory, "simon").certificate.extensions.get_extension_for_class(KeyUsage).value
    signature = load(directory, "simon-signature").certificate.extensions.get_extension_for_class(KeyUsage).value
    assert authentication.digital_signature
    assert not authentication.content_commitment
    assert signature.content_commitment


def test_every_problem_has_its_reason(directory: Path) -> None:
    by_name = {name: load(directory, name).certificate for name in PROBLEMS}
    assert by_name["expired"].not_valid_after_utc < NOW
    assert by_name["not-yet-valid"].not_valid_before_utc > NOW
    _, revoked = revocations(directory)
    assert revoked.get_revoked_certificate_by_serial_number(by_name["revoked"].serial_number)
    assert not revoked.get_revoked_certificate_by_serial_number(load(directory, "simon").certificate.serial_number)
    with pytest.raises(ValueError, match="Issuer"):
        by_name["foreign"].verify_directly_issued_by(trusted(directory)[1])


def test_keys_are_for_their_owner_alone(directory: Path) -> None:
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(directory.parent.stat().st_mode) == 0o700
    keys = list(directory.glob("*.key"))
    assert len(keys) > len(WORKERS)
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_a_second_start_makes_nothing(directory: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in directory.iterdir()}
    assert cached_authority(directory.parent, NOW) == directory
    assert {path: path.stat().st_mtime_ns for path in directory.iterdir()} == before


def test_two_starts_at_once_leave_one_whole_directory(tmp_path: Path) -> None:
    together = threading.Barrier(2)

    def write(directory: Path) -> None:
        together.wait()
        (directory / "a").write_text("a")
        (directory / "b").write_text("b")

    threads = [threading.Thread(target=prepared, args=(tmp_path, "thing-2", write)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in tmp_path.iterdir()] == ["thing-2"]
    assert sorted(path.name for path in (tmp_path / "thing-2").iterdir()) == ["a", "b"]


def test_an_older_directory_of_the_family_goes(tmp_path: Path) -> None:
    for name in ("thing-1", "other-1"):
        (tmp_path / name).mkdir()
    prepared(tmp_path, "thing-2", lambda _directory: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other-1", "thing-2"]


def test_what_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    def write(directory: Path) -> None:
        (directory / "half").write_text("half")
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 (the very error that `write` raised)
        prepared(tmp_path, "thing-1", write)
    assert not list(tmp_path.iterdir())
