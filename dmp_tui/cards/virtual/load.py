"""Virtual cards from files: what ``dmp-tui card emulate`` offers besides the demonstration's."""

import json
from pathlib import Path

from dmp_tui.cards.authentication import Situation
from dmp_tui.cards.channel import CardError
from dmp_tui.cards.virtual.cps import Cps3
from dmp_tui.cards.virtual.vitale import Vitale2
from dmp_tui.cards.vitale import Beneficiary
from dmp_tui.dmp.identity import IdentityError, Traits, parse_birth_date


class CardFileError(ValueError):
    """A file that makes no card. ``path`` is the file; nothing of its content is told."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def load_vitale(path: Path) -> Vitale2:
    """A Vitale 2 from JSON: ``{"beneficiaries": [{"family", "given", "birth_date", "nir", "country"}]}``.

    ``birth_date`` as ``parse_birth_date`` takes it; all but the names may be left out.

    Raises:
        CardFileError: the file cannot be read, or is something else.
    """
    try:
        people = json.loads(path.read_text(encoding="utf-8"))["beneficiaries"]
        return Vitale2([_beneficiary(person) for person in people])
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise CardFileError(path) from None


def load_cps(directory: Path) -> Cps3:
    """A CPS3 from ``certificate.pem`` (the card's, then its authorities'), ``private_key.pem`` and ``holder.json``.

    ``holder.json`` may be left out: ``{"pin": "1234", "puk", "tries", "serial", "specialty", "situations":
    [{"structure", "structure_id", "sector"}]}``.

    Raises:
        CardFileError: a file cannot be read, or is something else; an RSA key of 2048 bits is wanted.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    path = directory / "certificate.pem"
    try:
        own, *authorities = x509.load_pem_x509_certificates(path.read_bytes())
        path = directory / "private_key.pem"
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey) or key.key_size != 2048 or key.public_key() != own.public_key():
            raise CardFileError(path)
        path = directory / "holder.json"
        holder = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return Cps3(
            (own.public_bytes(Encoding.DER), key),
            pin=str(holder.get("pin", "1234")),
            puk=str(holder.get("puk", "12345678")),
            tries=int(holder.get("tries", 3)),
            serial=str(holder.get("serial", "00000001")),
            specialty=str(holder.get("specialty", "")),
            situations=[Situation(**situation) for situation in holder.get("situations", [])],
            intermediates=[authority.public_bytes(Encoding.DER) for authority in authorities],
        )
    except CardFileError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, CardError):
        raise CardFileError(path) from None


def _beneficiary(person: dict[str, str]) -> Beneficiary:
    birth_text = str(person.get("birth_date", ""))
    try:
        birth = parse_birth_date(birth_text)
    except IdentityError:
        birth = None
    digits = f"{birth.year:04d}{birth.month:02d}{birth.day:02d}" if birth and birth.year else birth_text
    traits = Traits(str(person["family"]), str(person["given"]), birth)
    return Beneficiary(traits, str(person.get("nir", "")), str(person.get("country", "FR")), digits)
