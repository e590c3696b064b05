"""The CPS card by a vendor's PKCS#11 module: what a site that has one configured uses, and all that a CPS4 knows.

Objects are chosen by label and X.509 key usage, never by an identifier alone. python-pkcs11 is imported when it is
first needed.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from dmp_tui.cards.authentication import (
    Holder,
    Validity,
    digest_info,
    holder_of,
    is_authentication,
    is_authority,
    validity_of,
)
from dmp_tui.cards.channel import CardError, CardProblem

if TYPE_CHECKING:
    from pkcs11 import Attribute, Object, PrivateKey, Session, Slot, Token

CACHE = Path("/etc/opt/santesocial/CPS/cache")
"""Where the ANS module keeps files of cards, if it may write there."""

_KEY_LABEL = "CPS_PRIV_AUT"
_INFO = "CPS_INFO_PS"
_CONTACTLESS = "TECH"
_DIGITS = 4
_DESCRIPTION = 64
"""Bytes of a slot's description (CK_SLOT_INFO): a longer reader name is cut."""


@dataclass(frozen=True, slots=True)
class _Certificates:
    """What a token shows before its PIN."""

    der: bytes
    id: bytes
    intermediates: tuple[bytes, ...]
    specialty: str


class Pkcs11Cps:
    """An open CPS, seen through a PKCS#11 module. It is an ``AuthenticationCard``.

    The module is initialised without threads of its own: calls wait for each other here.
    """

    def __init__(self, module: str, slot: "Slot", certificates: _Certificates) -> None:
        self._module = module
        self._reader = slot.slot_description.strip("\x00 ")
        self._token: Token = slot.get_token()
        self._session: Session | None = None
        self._open = True
        self._lock = Lock()
        self._certificates = certificates
        self.holder: Holder = holder_of(certificates.der, specialty=certificates.specialty)
        self.validity: Validity = validity_of(certificates.der)

    @property
    def certificate(self) -> bytes:
        return self._certificates.der

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        return self._certificates.intermediates

    def tries_left(self) -> int | None:
        """0 for a blocked PIN, 1 before the last try, else None: PKCS#11 says no more."""
        from pkcs11 import TokenFlag

        with self._lock, _problems():
            flags = self._token.flags
        if TokenFlag.USER_PIN_LOCKED in flags:
            return 0
        return 1 if TokenFlag.USER_PIN_FINAL_TRY in flags else None

    def verify(self, pin: str) -> None:
        """Log in, once.

        Raises:
            CardError: PIN_FORMAT (nothing was sent), PIN_WRONG, PIN_BLOCKED, REMOVED, REFUSED.
        """
        if not (pin.isascii() and pin.isdecimal() and len(pin) == _DIGITS):
            raise CardError(CardProblem.PIN_FORMAT)
        with self._lock, _problems():
            self._need_open()
            self._log_out()
            self._session = self._token.open(user_pin=pin)

    def sign(self, message: bytes) -> bytes:
        """RS256 signature: RSA_PKCS of a DigestInfo, which every module has.

        Raises:
            CardError: PIN_NEEDED, REMOVED, REFUSED.
        """
        from pkcs11 import Mechanism

        with self._lock, _problems():
            self._need_open()
            if self._session is None:
                raise CardError(CardProblem.PIN_NEEDED)
            return self._key(self._session).sign(digest_info(message), mechanism=Mechanism.RSA_PKCS)

    def close(self) -> None:
        """Log out, let the module go, and reset the card where PC/SC knows its reader."""
        import pkcs11

        with self._lock:
            if not self._open:
                return
            self._open = False
            # A card that is already out cannot be logged out of: closing never fails.
            with suppress(pkcs11.exceptions.PKCS11Error):
                self._log_out()
            self._session = None
            with suppress(pkcs11.exceptions.PKCS11Error):
                pkcs11.lib(self._module).finalize()
        _reset(self._reader)

    def _need_open(self) -> None:
        if not self._open:
            raise CardError(CardProblem.REMOVED)

    def _log_out(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _key(self, session: "Session") -> "PrivateKey":
        """The private key of the certificate: by its identifier, and by its label where that leaves several."""
        from pkcs11 import Attribute, ObjectClass, PrivateKey

        query = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: self._certificates.id}
        keys = [key for key in session.get_objects(query) if isinstance(key, PrivateKey)]
        if len(keys) > 1:
            keys = [key for key in keys if _text(key, Attribute.LABEL) == _KEY_LABEL]
        if len(keys) != 1:
            raise CardError(CardProblem.REFUSED)
        return keys[0]


def open_pkcs11(module: str, reader: str | None = None, *, cache: Path | None = CACHE) -> Pkcs11Cps:
    """Open the CPS that a PKCS#11 module (path of the library) sees, in one reader if it is named.

    ``cache`` is the directory where the module keeps files of cards; None if it keeps none.

    Raises:
        CardError: CACHE_WRITABLE (this user may write the cache: PIN-protected files would stay there in clear),
            NO_DRIVER (python-pkcs11 or the module is missing), NO_CARD, WRONG_KIND (no authentication certificate),
            UNREADABLE, REMOVED.
    """
    if cache is not None and _may_write(cache):
        raise CardError(CardProblem.CACHE_WRITABLE)
    try:
        import pkcs11
    except ImportError:
        raise CardError(CardProblem.NO_DRIVER) from None
    try:
        library = pkcs11.lib(module)
    except pkcs11.exceptions.PKCS11Error:
        raise CardError(CardProblem.NO_DRIVER) from None
    with _problems():
        slots = [slot for slot in library.get_slots(token_present=True) if _in_reader(slot, reader)]
        if not slots:
            raise CardError(CardProblem.NO_CARD)
        for slot in slots:
            certificates = _public_objects(slot.get_token())
            if certificates is not None:
                return Pkcs11Cps(module, slot, certificates)
    raise CardError(CardProblem.WRONG_KIND)


def _public_objects(token: "Token") -> _Certificates | None:
    """What the token shows without a PIN; None without exactly one authentication certificate."""
    from pkcs11 import Attribute, ObjectClass

    session = token.open()
    try:
        certificates = [
            (_text(found, Attribute.LABEL), _bytes(found, Attribute.ID), _bytes(found, Attribute.VALUE))
            for found in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
        info = list(session.get_objects({Attribute.CLASS: ObjectClass.DATA, Attribute.LABEL: _INFO}))
        specialty = _bytes(info[0], Attribute.VALUE)[-4:].decode("ascii", errors="replace") if info else ""
    finally:
        session.close()
    own = [
        (identifier, der)
        for label, identifier, der in certificates
        if is_authentication(der) and _CONTACTLESS not in label.upper()
    ]
    if len(own) != 1:
        return None
    authorities = tuple(der for _label, _identifier, der in certificates if is_authority(der))
    return _Certificates(own[0][1], own[0][0], authorities, specialty)


def _in_reader(slot: "Slot", reader: str | None) -> bool:
    return reader is None or slot.slot_description.strip("\x00 ") == reader[:_DESCRIPTION].strip()


def _may_write(directory: Path) -> bool:
    """Whether this user may write in a directory, or make it where its parent stands."""
    here = directory if directory.exists() else directory.parent
    return here.is_dir() and os.access(here, os.W_OK)


def _reset(reader: str) -> None:
    """Reset the card in a reader: modules leave it as it is, with the PIN known to whoever comes next."""
    from dmp_tui.cards.pcsc import PcscSource

    # Without PC/SC, or with the card out, there is nothing to reset.
    with suppress(CardError):
        PcscSource().connect(reader).close(reset=True)


def _text(found: "Object", attribute: "Attribute") -> str:
    value = found[attribute]
    return value if isinstance(value, str) else ""


def _bytes(found: "Object", attribute: "Attribute") -> bytes:
    value = found[attribute]
    return value if isinstance(value, bytes) else b""


@contextmanager
def _problems() -> Generator[None, None, None]:
    """Turn the errors of PKCS#11 into ours; texts of the module go nowhere."""
    from pkcs11 import exceptions

    try:
        yield
    except exceptions.PinLocked:
        raise CardError(CardProblem.PIN_BLOCKED, 0) from None
    except exceptions.PinIncorrect:
        raise CardError(CardProblem.PIN_WRONG) from None
    except (exceptions.PinLenRange, exceptions.PinInvalid):
        raise CardError(CardProblem.PIN_FORMAT) from None
    except exceptions.UserNotLoggedIn:
        raise CardError(CardProblem.PIN_NEEDED) from None
    except (
        exceptions.DeviceRemoved,
        exceptions.SessionClosed,
        exceptions.SessionHandleInvalid,
        exceptions.SlotIDInvalid,
        exceptions.TokenNotPresent,
        exceptions.TokenNotRecognised,
    ):
        raise CardError(CardProblem.REMOVED) from None
    except exceptions.PKCS11Error:
        raise CardError(CardProblem.REFUSED) from None
