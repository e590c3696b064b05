"""Card authorities, cards and servers' certificates, as tests need them: right in all, or wrong in one thing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
END = START + timedelta(days=400)


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def usage(*names: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in every})


AUTHENTICATION = usage("digital_signature", "key_encipherment")
SIGNATURE = usage("digital_signature", "content_commitment")
AUTHORITY = usage("key_cert_sign", "crl_sign")


@dataclass(frozen=True)
class Issuer:
    """An authority: its certificate and key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def crl(
        self,
        *revoked: int,
        start: datetime = START,
        end: datetime = END,
        key: rsa.RSAPrivateKey | None = None,
        only: x509.ExtensionType | None = None,
    ) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(start).next_update(end)
        if only:
            builder = builder.add_extension(only, critical=True)
        for serial in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(start).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(key or self.key, SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class TestCard:
    """A signer as clients see a card. It needs no PIN."""

    __test__ = False
    key: rsa.RSAPrivateKey
    certificate: bytes
    intermediates: tuple[bytes, ...] = ()

    @property
    def serial(self) -> int:
        return x509.load_der_x509_certificate(self.certificate).serial_number

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), SHA256())


def issuer(
    name: str,
    key: rsa.RSAPrivateKey,
    parent: Issuer | None = None,
    *,
    key_usage: x509.KeyUsage | None = AUTHORITY,
    constraints: x509.BasicConstraints | None = None,
    start: datetime = START,
    end: datetime = END,
) -> Issuer:
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, key, parent, start, end)
    builder = builder.add_extension(constraints or x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if key_usage:
        builder = builder.add_extension(key_usage, critical=True)
    return Issuer(builder.sign(parent.key if parent else key, SHA256()), key)


def card(
    key: rsa.RSAPrivateKey,
    by: Issuer,
    national_id: str = "899700000011",
    *,
    title: str = "Médecin",
    family: str = "ESSAI",
    given: str = "Anne",
    key_usage: x509.KeyUsage | None = AUTHENTICATION,
    purposes: list[ObjectIdentifier] | None = None,
    start: datetime = START,
    end: datetime = END,
    with_issuer: bool = True,
    authority: bool = False,
    critical: bool = False,
) -> TestCard:
    person = [(NameOID.TITLE, title), (NameOID.SURNAME, family), (NameOID.GIVEN_NAME, given)]
    attributes = [
        x509.NameAttribute(oid, value) for oid, value in (*person, (NameOID.COMMON_NAME, national_id)) if value
    ]
    country = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")])
    subject = x509.Name([country, x509.RelativeDistinguishedName(attributes)])
    builder = _builder(subject, key, by, start, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if key_usage:
        builder = builder.add_extension(key_usage, critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if critical:
        unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.2.250.1.999"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    made = builder.sign(by.key, SHA256())
    return TestCard(key, made.public_bytes(Encoding.DER), (by.der,) if with_issuer else ())


def signed_with_sha1(card: TestCard, by: Issuer) -> TestCard:
    """The same certificate, its signature made anew with SHA-1, as no library issues it any more."""
    rs256, rs1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
    tbs = x509.load_der_x509_certificate(card.certificate).tbs_certificate_bytes.replace(rs256, rs1)
    signature = by.key.sign(tbs, padding.PKCS1v15(), SHA1())  # noqa: S303 - what must be refused
    algorithm = b"\x30\x0d" + rs1 + b"\x05\x00"
    content = tbs + algorithm + b"\x03\x82" + (len(signature) + 1).to_bytes(2, "big") + b"\x00" + signature
    return TestCard(card.key, b"\x30\x82" + len(content).to_bytes(2, "big") + content, card.intermediates)


def server_credentials(name: str = "localhost") -> tuple[bytes, bytes, bytes]:
    """``(authority PEM, leaf and key PEM, leaf DER)`` of a TLS server of its own authority."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"AC serveur {name}")])
    root = (
        _named(root_name, root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(AUTHORITY, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, SHA256())
    )
    leaf = (
        _named(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), root_name, key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return root.public_bytes(Encoding.PEM), leaf.public_bytes(Encoding.PEM) + private, leaf.public_bytes(Encoding.DER)


def _named(subject: x509.Name, by: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(START).not_valid_after(END)


def _builder(
    subject: x509.Name, key: rsa.RSAPrivateKey, parent: Issuer | None, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.certificate.subject if parent else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
