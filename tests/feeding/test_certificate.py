"""A structure's certificate as a card."""

import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from dmp_tui.feeding.certificate import CertificateError, CertificateProblem, is_kept, load_certificate
from tests.feeding.conftest import FACILITY


@pytest.fixture
def files(prepared: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    certificate, key = prepared[0] / f"{FACILITY}.pem", tmp_path / "key.pem"
    key.write_bytes((prepared[0] / f"{FACILITY}.key").read_bytes())
    key.chmod(0o600)
    return certificate, key


def test_it_signs_as_its_certificate_says(files: tuple[Path, Path]) -> None:
    found = load_certificate(*files)
    public = x509.load_der_x509_certificate(found.certificate).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(found.sign(b"message"), b"message", padding.PKCS1v15(), hashes.SHA256())
    assert found.intermediates


def test_a_key_with_a_password(files: tuple[Path, Path]) -> None:
    certificate, key = files
    private = load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    assert load_certificate(certificate, key, b"secret").certificate
    for wrong in (None, b"other"):
        with pytest.raises(CertificateError) as caught:
            load_certificate(certificate, key, wrong)
        assert caught.value.problem is CertificateProblem.NOT_A_KEY


def test_what_cannot_log_in_says_why(files: tuple[Path, Path], tmp_path: Path) -> None:
    certificate, key = files
    other = tmp_path / "other.pem"
    made = rsa.generate_private_key(65537, 2048)
    other.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    other.chmod(0o600)
    cases = (
        (certificate, tmp_path / "absent", CertificateProblem.UNREADABLE),
        (key, key, CertificateProblem.NOT_A_CERTIFICATE),
        (certificate, other, CertificateProblem.NOT_ITS_KEY),
    )
    for one, two, problem in cases:
        with pytest.raises(CertificateError) as caught:
            load_certificate(one, two)
        assert caught.value.problem is problem
    key.chmod(0o640)
    with pytest.raises(CertificateError) as caught:
        load_certificate(certificate, key)
    assert caught.value.problem is CertificateProblem.OPEN_TO_OTHERS


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "kept"),
    [
        (0o100600, os.geteuid(), os.getegid(), True),
        (0o100440, 0, 0, True),
        (0o100440, 0, 1, False),
        (0o100444, 0, 0, False),
        (0o100600, os.geteuid() + 1, 0, False),
    ],
)
def test_a_credential_of_systemd_is_kept_as_a_key_must_be(mode: int, uid: int, gid: int, kept: bool) -> None:
    assert is_kept(os.stat_result((mode, 1, 1, 1, uid, gid, 1, 0, 0, 0))) is kept
