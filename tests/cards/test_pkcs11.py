"""A CPS by PKCS#11: SoftHSM2 plays the module. ``tests/pcsc`` has OpenSC's, on a virtual card."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dmp_tui.cards.authentication import AuthenticationCard
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.pkcs11 import open_pkcs11
from tests.cards.conftest import Doctor, attempt

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that nobody made, below a directory that is not there."""
    return tmp_path / "absent" / "cache"


@pytest.fixture
def token(tmp_path: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A SoftHSM2 token with the objects of a CPS; its module."""
    pkcs11 = pytest.importorskip("pkcs11", reason="needs python-pkcs11 (dmp-tui[cards])")
    if not MODULE.exists() or not shutil.which("softhsm2-util"):
        pytest.skip("needs SoftHSM2 (softhsm2)")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    key = tmp_path / "key.pem"
    key.write_bytes(doctor.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tool = ["softhsm2-util", "--module", str(MODULE)]
    init = ["--init-token", "--free", "--label", "CPS", "--pin", "1234", "--so-pin", "12345678"]
    subprocess.run([*tool, *init], check=True, capture_output=True)
    for label, identifier in (("CPS_PRIV_SIG", "01"), ("CPS_PRIV_AUT", "02")):
        importing = ["--import", str(key), "--token", "CPS", "--label", label, "--id", identifier, "--pin", "1234"]
        subprocess.run([*tool, *importing], check=True, capture_output=True)
    library = pkcs11.lib(str(MODULE))
    with library.get_token(token_label="CPS").open(rw=True, user_pin="1234") as session:
        for name, number, der in (
            ("Certificat de Signature CPS", b"\x01", doctor.signature),
            ("Certificat Technique CPS", b"\x03", doctor.authentication),
            ("Certificat d'Authentification CPS", b"\x02", doctor.authentication),
            ("AC", b"\x10", doctor.authority),
        ):
            subject = x509.load_der_x509_certificate(der).subject.public_bytes()
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.PRIVATE: False,
                    pkcs11.Attribute.LABEL: name,
                    pkcs11.Attribute.ID: number,
                    pkcs11.Attribute.SUBJECT: subject,
                    pkcs11.Attribute.VALUE: der,
                }
            )
    library.finalize()
    yield str(MODULE)
    pkcs11.lib(str(MODULE)).finalize()


def test_a_login(token: str, cache: Path, doctor: Doctor) -> None:
    card: AuthenticationCard = open_pkcs11(token, cache=cache)
    assert card.holder.national_id == "899700000012"
    assert card.certificate == doctor.authentication
    assert card.intermediates == (doctor.authority,)
    assert attempt(lambda: card.sign(b"message")) is CardProblem.PIN_NEEDED
    card.verify("1234")
    doctor.check(card.sign(b"message"), b"message")
    card.close()
    card.close()
    assert attempt(lambda: card.sign(b"message")) is CardProblem.REMOVED


def test_a_wrong_pin_then_the_right_one(token: str, cache: Path, doctor: Doctor) -> None:
    card = open_pkcs11(token, cache=cache)
    assert attempt(lambda: card.verify("123")) is CardProblem.PIN_FORMAT
    assert attempt(lambda: card.verify("0000")) is CardProblem.PIN_WRONG
    assert card.tries_left() in {None, 1}
    card.verify("1234")
    doctor.check(card.sign(b""), b"")
    # A wrong PIN ends the login that there was.
    assert attempt(lambda: card.verify("0000")) is CardProblem.PIN_WRONG
    assert attempt(lambda: card.sign(b"")) is CardProblem.PIN_NEEDED
    card.close()


def test_another_reader_holds_no_card(token: str, cache: Path) -> None:
    assert attempt(lambda: open_pkcs11(token, "Lecteur absent", cache=cache)) is CardProblem.NO_CARD


def test_a_module_that_is_not_there(tmp_path: Path, cache: Path) -> None:
    pytest.importorskip("pkcs11", reason="needs python-pkcs11 (dmp-tui[cards])")
    assert attempt(lambda: open_pkcs11(str(tmp_path / "none.so"), cache=cache)) is CardProblem.NO_DRIVER


def test_a_cache_that_could_be_written_is_refused(tmp_path: Path) -> None:
    for cache in (tmp_path, tmp_path / "cache"):
        with pytest.raises(CardError) as caught:
            open_pkcs11("any", cache=cache)
        assert caught.value.problem is CardProblem.CACHE_WRITABLE


def test_a_cache_that_cannot_be_written_is_no_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pkcs11", reason="needs python-pkcs11 (dmp-tui[cards])")
    # Root may write everywhere: what the system answers is what counts.
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert attempt(lambda: open_pkcs11(str(tmp_path / "none.so"), cache=tmp_path)) is CardProblem.NO_DRIVER
