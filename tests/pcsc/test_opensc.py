"""OpenSC's own tools on a virtual CPS3."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from dmp_tui.cards.authentication import digest_info
from dmp_tui.cards.channel import CardProblem
from dmp_tui.cards.pkcs11 import open_pkcs11
from dmp_tui.cards.virtual import Cps3
from tests.cards.conftest import attempt
from tests.pcsc.conftest import READERS, Desk, Doctor, tool

MODULE = Path("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
AUTHENTICATION = "E828BD080F8025000001FF001002"
"""Identifier that our card gives the authentication key and its certificate."""
PKCS11 = ("pkcs11-tool", "--slot-index", "0")


@pytest.fixture
def card(desk: Desk, doctor: Doctor) -> Cps3:
    inserted = doctor.card()
    desk.insert(0, inserted)
    return inserted


def test_the_card_is_known(card: Cps3) -> None:
    assert "IAS-ECC" in tool("opensc-tool", "--reader", "0", "--name")


def test_pkcs15_lists_the_objects(card: Cps3) -> None:
    listed = tool("pkcs15-tool", "--reader", "0", "--dump")
    for label in (
        "Code porteur",
        "CPS_PRIV_AUT",
        "CPS_PRIV_SIG",
        "Certificat d'Authentification CPS",
        "Certificat de Signature CPS",
        "CPS_NAME_PS",
        "CPS_INFO_PS",
        "CPS_ACTIVITY_01_PS",
    ):
        assert label in listed


def test_pkcs11_lists_what_is_free_then_what_the_pin_opens(card: Cps3, doctor: Doctor) -> None:
    free = tool(*PKCS11, "--list-objects")
    assert "Certificat d'Authentification CPS" in free
    assert "CPS_PRIV_AUT" not in free
    opened = tool(*PKCS11, "--login", "--pin", "1234", "--list-objects")
    assert "CPS_PRIV_AUT" in opened
    assert "CPS_ACTIVITY_01_PS" in opened


def test_a_wrong_pin_is_refused_and_counted(card: Cps3) -> None:
    assert "CKR_PIN_INCORRECT" in tool(*PKCS11, "--login", "--pin", "0000", "--list-objects", check=False)
    assert card.tries_left == 2
    tool(*PKCS11, "--login", "--pin", "1234", "--list-objects")
    assert card.tries_left == 3


def test_a_blocked_pin_is_refused(desk: Desk, doctor: Doctor) -> None:
    desk.insert(0, doctor.card(tries=1))
    tool(*PKCS11, "--login", "--pin", "0000", "--list-objects", check=False)
    assert "CKR_PIN_LOCKED" in tool(*PKCS11, "--login", "--pin", "1234", "--list-objects", check=False)


def test_an_authentication_signature_verifies(card: Cps3, doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "digest-info").write_bytes(digest_info(b"message"))
    files = ("--input-file", str(tmp_path / "digest-info"), "--output-file", str(tmp_path / "signature"))
    tool(*PKCS11, "--login", "--pin", "1234", "--sign", "--mechanism", "RSA-PKCS", "--id", AUTHENTICATION, *files)
    signature = (tmp_path / "signature").read_bytes()
    doctor.check(signature, b"message")
    with pytest.raises(InvalidSignature):
        doctor.check(signature, b"another message")


def test_a_certificate_read_by_opensc_is_the_one_of_the_card(card: Cps3, doctor: Doctor, tmp_path: Path) -> None:
    out = tmp_path / "certificate"
    tool(*PKCS11, "--read-object", "--type", "cert", "--id", AUTHENTICATION, "--output-file", str(out))
    assert out.read_bytes() == doctor.authentication


def test_our_pkcs11_logs_in_through_opensc(desk: Desk, card: Cps3, doctor: Doctor, tmp_path: Path) -> None:
    pytest.importorskip("pkcs11", reason="needs python-pkcs11 (dmp-tui[cards])")
    if not MODULE.exists():
        pytest.skip("needs opensc-pkcs11.so (opensc-pkcs11)")
    cache = tmp_path / "absent" / "cache"
    cps = open_pkcs11(str(MODULE), READERS[0], cache=cache)
    assert cps.holder.specialty == "SM59"
    assert cps.certificate == doctor.authentication
    assert attempt(lambda: cps.verify("0000")) is CardProblem.PIN_WRONG
    assert card.tries_left == 2
    cps.verify("1234")
    doctor.check(cps.sign(b"message"), b"message")
    cps.close()
    # OpenSC leaves the PIN verified for whoever comes next; closing does not.
    assert card.process(bytes.fromhex("00200001")) == bytes.fromhex("63C3")


def test_our_pkcs11_says_that_the_card_is_gone(desk: Desk, card: Cps3, tmp_path: Path) -> None:
    pytest.importorskip("pkcs11", reason="needs python-pkcs11 (dmp-tui[cards])")
    if not MODULE.exists():
        pytest.skip("needs opensc-pkcs11.so (opensc-pkcs11)")
    cache = tmp_path / "absent" / "cache"
    cps = open_pkcs11(str(MODULE), READERS[0], cache=cache)
    cps.verify("1234")
    desk.remove(0)
    assert attempt(lambda: cps.sign(b"message")) is CardProblem.REMOVED
    cps.close()
    assert attempt(lambda: open_pkcs11(str(MODULE), READERS[0], cache=cache)) is CardProblem.NO_CARD
