"""Certificates as IGC-Sante makes them, for invented people: several attributes in one RDN, one usage a key."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def subject(national_id: str, family: str, given: str, title: str) -> x509.Name:
    """C=FR, O=..., then one RDN of title, SN, GN and CN; a card of staff has no names."""
    person = [x509.NameAttribute(NameOID.COMMON_NAME, national_id)]
    for oid, value in ((NameOID.TITLE, title), (NameOID.SURNAME, family), (NameOID.GIVEN_NAME, given)):
        if value:
            person.append(x509.NameAttribute(oid, value))
    country, organisation = (
        x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ORGANISME INVENTE"),
    )
    return x509.Name(
        [
            x509.RelativeDistinguishedName([country]),
            x509.RelativeDistinguishedName([organisation]),
            x509.RelativeDistinguishedName(person),
        ]
    )


def certificate(
    key: rsa.RSAPrivateKey,
    name: x509.Name,
    *,
    signature: bool = False,
    authority: bool = False,
    issuer: str = "AC INVENTEE",
    start: datetime = NOW - timedelta(days=365),
    end: datetime = NOW + timedelta(days=365),
    alternative_name: bytes = b"",
) -> bytes:
    """DER of a certificate signed by its own key: nobody checks chains here. ``alternative_name`` is raw DER."""
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=signature,
        key_encipherment=not signature and not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder()
    if alternative_name:
        raw = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, alternative_name)
        builder = builder.add_extension(raw, critical=False)
    return (
        builder.subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )
