"""The server's authority: its certificates are the ones that TLS clients accept, for their names and their time."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from dmp_tui.server.authority import (
    AUTHORITY_LIFE,
    Issued,
    load_issued,
    make_authority,
    make_server_certificate,
    names_of,
    save_issued,
    with_local_names,
    write_file,
)

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def authority() -> Issued:
    return make_authority("serveur.valfontaine.example", NOW)


def handshake(authority: Issued, leaf: Issued, name: str, tmp_path: Path) -> Mapping[str, object]:
    """A TLS handshake in memory, the client as strict as Python can be; gives the leaf as the client saw it."""
    save_issued(leaf, tmp_path / "leaf.pem", tmp_path / "leaf.key")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "leaf.pem", tmp_path / "leaf.key")
    client = ssl.create_default_context(cadata=authority.pem.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname=name)
    other = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return one.getpeercert() or {}


@pytest.mark.parametrize("name", ["serveur.valfontaine.example", "localhost", "127.0.0.1"])
def test_strict_clients_accept_each_name(authority: Issued, tmp_path: Path, name: str) -> None:
    leaf = make_server_certificate(authority, NOW, with_local_names(("serveur.valfontaine.example",)))
    assert handshake(authority, leaf, name, tmp_path)["subjectAltName"]


@pytest.mark.parametrize("name", ["other.example", "10.0.0.1"])
def test_clients_refuse_another_name(authority: Issued, tmp_path: Path, name: str) -> None:
    leaf = make_server_certificate(authority, NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, leaf, name, tmp_path)


def test_clients_refuse_another_authority_of_the_same_name(authority: Issued, tmp_path: Path) -> None:
    leaf = make_server_certificate(make_authority("serveur.valfontaine.example", NOW), NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, leaf, "localhost", tmp_path)


def test_clients_refuse_an_expired_certificate(authority: Issued, tmp_path: Path) -> None:
    leaf = make_server_certificate(authority, NOW - timedelta(days=10), life=timedelta(days=9))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, leaf, "localhost", tmp_path)


def test_a_certificate_never_outlives_its_authority(authority: Issued) -> None:
    late = NOW + AUTHORITY_LIFE - timedelta(days=3)
    leaf = make_server_certificate(authority, late)
    assert leaf.certificate.not_valid_after_utc == authority.certificate.not_valid_after_utc


def test_the_authority_issues_servers_only(authority: Issued) -> None:
    extensions = make_server_certificate(authority, NOW).certificate.extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    constraints = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert isinstance(authority.key.curve, ec.SECP256R1)


def test_each_certificate_has_a_key_of_its_own(authority: Issued) -> None:
    one, other = make_server_certificate(authority, NOW), make_server_certificate(authority, NOW)
    assert one.key.public_key() != other.key.public_key()
    assert one.certificate.serial_number != other.certificate.serial_number


@pytest.mark.parametrize("name", ["", "a b", "-ä.example", "a..b", "x" * 64 + ".fr", "a/b", "*"])
def test_a_name_that_is_none_is_refused(authority: Issued, name: str) -> None:
    with pytest.raises(ValueError, match="neither a DNS name nor an IP address"):
        make_server_certificate(authority, NOW, (name,))


def test_what_is_saved_is_loaded(authority: Issued, tmp_path: Path) -> None:
    save_issued(authority, tmp_path / "a.pem", tmp_path / "a.key")
    loaded = load_issued(tmp_path / "a.pem", tmp_path / "a.key")
    assert loaded.der == authority.der
    assert loaded.key_pem == authority.key_pem
    assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.key", "a.pem"]
    assert names_of(make_server_certificate(loaded, NOW).certificate) == ("localhost", "127.0.0.1")


def test_a_key_of_another_certificate_is_refused(authority: Issued, tmp_path: Path) -> None:
    save_issued(authority, tmp_path / "a.pem", tmp_path / "a.key")
    save_issued(make_authority("other", NOW), tmp_path / "b.pem", tmp_path / "b.key")
    with pytest.raises(ValueError, match="the key is not the certificate's"):
        load_issued(tmp_path / "a.pem", tmp_path / "b.key")


def test_a_file_is_replaced_whole_and_narrow(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old and longer")
    path.chmod(0o644)
    write_file(path, b"new", 0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_private_key_is_in_no_representation(authority: Issued) -> None:
    assert "key=" not in repr(authority)
