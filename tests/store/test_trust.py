"""Card authorities and revocation lists: what is taken, and where."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from dmp_tui.store import Authority, Store, StoreError, StoreKind, StoreProblem
from dmp_tui.store.trust import crl_of, read_authority
from tests.store.people import NOW

KEY = ec.generate_private_key(ec.SECP256R1())


def name(common: str) -> x509.Name:
    """A subject."""
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(common: str, *, ca: bool | None = True) -> bytes:
    """A certificate in DER; ``ca=None`` leaves basicConstraints out."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(name(common))
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)


def crl(common: str, issued: datetime, encoding: Encoding = Encoding.DER) -> bytes:
    """A revocation list."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name(common)).last_update(issued)
    return builder.next_update(issued + timedelta(days=7)).sign(KEY, SHA256()).public_bytes(encoding)


def test_a_new_store_trusts_nobody(store: Store) -> None:
    assert store.authorities() == []
    assert store.crls() == []


def test_an_authority_is_kept_once(store: Store) -> None:
    der = certificate("AC RACINE")
    for _ in range(2):
        store.write_now(lambda transaction: transaction.put_authority(der))
    assert store.authorities() == [Authority(der, demonstration=False)]


@pytest.mark.parametrize(
    "common", ["AC RACINE TEST", "AC DEMONSTRATION PERSONNES", "Autorité de démonstration", "TEST-AC"]
)
def test_a_production_store_takes_no_authority_that_says_it_is_a_test(store: Store, common: str) -> None:
    with pytest.raises(StoreError) as raised:
        store.write_now(lambda transaction: transaction.put_authority(certificate(common)))
    assert raised.value.problem is StoreProblem.DEMONSTRATION
    assert store.authorities() == []


def test_a_production_store_takes_no_demonstration_authority_whatever_its_name(store: Store) -> None:
    with pytest.raises(StoreError):
        store.write_now(lambda transaction: transaction.put_authority(certificate("AC"), demonstration=True))


def test_a_name_that_only_resembles_is_no_test(store: Store) -> None:
    store.write_now(lambda transaction: transaction.put_authority(certificate("AC ATTESTATIONS DEMOGRAPHIE")))
    assert not store.authorities()[0].demonstration


@pytest.mark.parametrize("kind", [StoreKind.SANDBOX, StoreKind.DEMO])
def test_a_demonstration_store_takes_and_marks_it(tmp_path: Path, kind: StoreKind) -> None:
    store = Store.create(tmp_path / "demo", kind=kind)
    store.write_now(lambda transaction: transaction.put_authority(certificate("AC DEMONSTRATION")))
    assert [authority.demonstration for authority in store.authorities()] == [True]
    store.close()


@pytest.mark.parametrize(
    "content",
    [
        lambda: b"",
        lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        lambda: certificate("SOMEONE", ca=False),
        lambda: certificate("SOMEONE", ca=None),
        lambda: certificate("AC")[:-1],
        lambda: crl("AC", NOW),
    ],
)
def test_what_is_no_authority_is_refused(content: Callable[[], bytes]) -> None:
    with pytest.raises(StoreError) as raised:
        read_authority(content())
    assert raised.value.problem is StoreProblem.NOT_A_CERTIFICATE


def test_the_newest_list_of_an_issuer_is_kept(store: Store) -> None:
    old, new, other = crl("AC", NOW), crl("AC", NOW + timedelta(days=1)), crl("AC 2", NOW)
    for one in (new, old, other):
        store.write_now(lambda transaction, one=one: transaction.put_crl(one))  # type: ignore[misc] # binds the loop's value
    assert sorted(store.crls()) == sorted([new, other])


def test_a_list_is_read_from_pem_too() -> None:
    assert crl_of(crl("AC", NOW, Encoding.PEM)).startswith(b"\x30")
    for content in (b"", b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----", certificate("AC")):
        with pytest.raises(StoreError) as raised:
            crl_of(content)
        assert raised.value.problem is StoreProblem.NOT_A_CRL


def test_a_list_that_its_issuer_did_not_sign_is_not_kept(store: Store) -> None:
    store.write_now(lambda transaction: transaction.put_authority(certificate("AC")))
    store.write_now(lambda transaction: transaction.put_crl(crl("AC", NOW)))
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("AC")).last_update(NOW + timedelta(days=2))
    forged = builder.next_update(NOW + timedelta(days=9)).sign(ec.generate_private_key(ec.SECP256R1()), SHA256())
    with pytest.raises(StoreError) as raised:
        store.write_now(lambda transaction: transaction.put_crl(forged.public_bytes(Encoding.DER)))
    assert raised.value.problem is StoreProblem.NOT_A_CRL
    assert store.crls() == [crl_of(store.crls()[0])]
    store.write_now(lambda transaction: transaction.put_crl(crl("AC BELOW", NOW)))
    assert len(store.crls()) == 2


def _of_version(number: int) -> bytes:
    return certificate("AC").replace(b"\xa0\x03\x02\x01\x02", bytes([0xA0, 3, 2, 1, number]))


def _with_an_extension_twice() -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("AC"))
        .issuer_name(name("AC"))
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    for last in (5, 6):
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.3.4.{last}"), b"\x05\x00"), critical=False
        )
    signed = builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)
    return signed.replace(b"\x06\x04\x2a\x03\x04\x06", b"\x06\x04\x2a\x03\x04\x05")


@pytest.mark.parametrize("der", [_of_version(7), _with_an_extension_twice()], ids=["version", "extension twice"])
def test_what_only_looks_like_a_certificate_is_none(der: bytes) -> None:
    with pytest.raises(StoreError) as raised:
        read_authority(der)
    assert raised.value.problem is StoreProblem.NOT_A_CERTIFICATE
