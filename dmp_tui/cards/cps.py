"""The CPS3 card by its APDUs: what it says before the PIN, the PIN, the authentication signature.

APDUs: the sources of the ANS cryptolib and of OpenSC (``card-iasecc.c``). Objects are found by the card's own PKCS#15
directory, the certificate by its key usage and its key's label, never by an identifier alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dmp_tui.cards import pkcs15, tlv
from dmp_tui.cards.atr import AID_CPS3, kind_of
from dmp_tui.cards.authentication import (
    Holder,
    Situation,
    Validity,
    digest_info,
    holder_of,
    is_authentication,
    is_authority,
    validity_of,
)
from dmp_tui.cards.channel import CardError, CardProblem, Channel, exchange
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.files import read_file, read_optional_file, select_aid

_SERIAL = bytes.fromhex("3F00D003")
_ACTUA = bytes.fromhex("3F00D010")
_ODF = bytes.fromhex("3F0000015031")
_AUTHENTICATION_KEY = "CPS_PRIV_AUT"
_INFO = "CPS_INFO_PS"
_ACTIVITY = "CPS_ACTIVITY_"
_CONTACTLESS = "TECH"
"""In the labels of the contactless key and certificate, which no PIN protects: never used to log in."""
_MAX_SITUATIONS = 16


@dataclass(frozen=True, slots=True)
class _Objects:
    """What the card's directory names and this reading uses."""

    key: pkcs15.Key
    certificate: bytes
    intermediates: tuple[bytes, ...]
    pin: pkcs15.Pin
    data: tuple[pkcs15.Entry, ...]


class Cps:
    """An open CPS3. It is an ``AuthenticationCard``."""

    def __init__(self, channel: Channel, objects: _Objects, holder: Holder, serial: str, validity: Validity) -> None:
        self._channel = channel
        self._objects = objects
        self.holder = holder
        self.serial = serial
        """Serial number as the card has it (EF.SN, hexadecimal)."""
        self.validity = validity
        """Of the certificate, and of the card where it states one (EF_ACTUA)."""

    @property
    def certificate(self) -> bytes:
        return self._objects.certificate

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        return self._objects.intermediates

    def tries_left(self) -> int | None:
        """PIN tries that the card still allows; None if it does not say. Spends none."""
        with self._channel.transaction():
            select_aid(self._channel, AID_CPS3)
            reference = self._objects.pin.reference & 0x7F
            query = bytes((0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, reference, 0x02, 0xA0, 0x80))
            response = exchange(self._channel, bytes((0x00, 0xCB, 0x3F, 0xFF, len(query))) + query)
        if not response.ok:
            return None
        found = tlv.find(response.data, 0x70, 0xBF8100 | reference, 0xA0, 0x9B)
        return found[0] if found else None

    def verify(self, pin: str) -> None:
        """Give the card the PIN, once, whatever happens. Then the holder's situations are known.

        Raises:
            CardError: PIN_FORMAT (nothing was sent), PIN_WRONG or PIN_BLOCKED with the tries left, REMOVED, UNREADABLE.
        """
        value = self._objects.pin.encoded(pin)
        with self._channel.transaction():
            select_aid(self._channel, AID_CPS3)
            # Sent raw: a PIN is never sent again because of how its answer looks.
            sw = self._channel.transmit(bytes((0x00, 0x20, 0x00, self._objects.pin.reference, len(value))) + value).sw
            if sw in {0x6983, 0x6984, 0x63C0}:
                raise CardError(CardProblem.PIN_BLOCKED, 0)
            if sw & 0xFFF0 == 0x63C0:
                raise CardError(CardProblem.PIN_WRONG, sw & 0x0F)
            if sw != 0x9000:
                raise CardError(CardProblem.UNREADABLE)
            self.holder = replace(self.holder, situations=tuple(self._situations()))

    def sign(self, message: bytes) -> bytes:
        """RS256 signature by the authentication key: INTERNAL AUTHENTICATE of a DigestInfo.

        Raises:
            CardError: PIN_NEEDED, REMOVED, REFUSED, UNREADABLE.
        """
        info = digest_info(message)
        environment = bytes((0x80, 0x01, 0x02, 0x84, 0x01, self._objects.key.reference))
        with self._channel.transaction():
            select_aid(self._channel, AID_CPS3)
            self._refusable(bytes((0x00, 0x22, 0x41, 0xA4, len(environment))) + environment)
            return self._refusable(bytes((0x00, 0x88, 0x00, 0x00, len(info))) + info)

    def close(self) -> None:
        """Reset the card, which forgets the PIN, and let it go."""
        self._channel.close(reset=True)

    def _refusable(self, apdu: bytes) -> bytes:
        response = exchange(self._channel, apdu)
        if response.sw == 0x6982:
            raise CardError(CardProblem.PIN_NEEDED)
        if not response.ok:
            raise CardError(CardProblem.REFUSED)
        return response.data

    def _situations(self) -> Iterator[Situation]:
        """Where the holder works. One that cannot be read is left out: situations are shown, they decide nothing."""
        activities = [entry for entry in self._objects.data if entry.label.startswith(_ACTIVITY)]
        for entry in activities[:_MAX_SITUATIONS]:
            try:
                situation = _situation(_read(self._channel, entry.path))
            except CardError as error:
                if error.problem is CardProblem.REMOVED:
                    raise
                continue
            if situation:
                yield situation


def open_cps(channel: Channel) -> Cps:
    """Read what a CPS3 says before the PIN: certificates, holder, specialty, serial number.

    The channel belongs to the card from here: where it cannot be opened, the channel is closed.

    Raises:
        CardError: WRONG_KIND (another card, a CPS2ter or a CPS4: these need their PKCS#11 module), REFUSED (a card
            put out of use), REMOVED, UNREADABLE.
    """
    try:
        return _opened(channel)
    except CardError:
        channel.close()
        raise


def _opened(channel: Channel) -> Cps:
    if kind_of(channel.atr) not in {CardKind.CPS3, CardKind.UNKNOWN}:
        raise CardError(CardProblem.WRONG_KIND)
    with channel.transaction():
        select_aid(channel, AID_CPS3)
        serial = tlv.find(read_file(channel, _SERIAL), 0x5A) or b""
        actua = _actua(channel)
        objects = _objects(channel)
        info = next((entry for entry in objects.data if entry.label == _INFO and not entry.protected), None)
        specialty = _read(channel, info.path)[-4:].decode("ascii", errors="replace") if info else ""
    validity = validity_of(objects.certificate)
    if actua is not None:
        validity = Validity(max(validity.start, actua.start), min(validity.end, actua.end))
    return Cps(channel, objects, holder_of(objects.certificate, specialty=specialty), serial.hex().upper(), validity)


def _objects(channel: Channel) -> _Objects:
    directories = pkcs15.parse_odf(read_file(channel, _ODF))
    keys = [key for path in directories.private_keys for key in pkcs15.parse_keys(_read(channel, path))]
    entries = [entry for path in directories.certificates for entry in pkcs15.parse_entries(_read(channel, path))]
    data = [entry for path in directories.data for entry in pkcs15.parse_entries(_read(channel, path))]
    pins = [pin for path in directories.pins for pin in pkcs15.parse_pins(_read(channel, path))]
    certificates = [(entry, _read(channel, entry.path)) for entry in entries if not entry.protected]
    key, certificate = _choose(keys, certificates)
    if not pins:
        raise CardError(CardProblem.UNREADABLE)
    authorities = tuple(der for _entry, der in certificates if is_authority(der))
    return _Objects(key, certificate, authorities, pins[0], tuple(data))


def _choose(keys: list[pkcs15.Key], certificates: list[tuple[pkcs15.Entry, bytes]]) -> tuple[pkcs15.Key, bytes]:
    """The authentication certificate and its key: by key usage, then by label where usage leaves several."""
    pairs = [
        (key, der)
        for entry, der in certificates
        for key in keys
        if key.id == entry.id
        and is_authentication(der)
        and _CONTACTLESS not in key.label.upper()
        and _CONTACTLESS not in entry.label.upper()
    ]
    if len(pairs) > 1:
        pairs = [pair for pair in pairs if pair[0].label == _AUTHENTICATION_KEY]
    if len(pairs) != 1:
        raise CardError(CardProblem.UNREADABLE)
    return pairs[0]


def _read(channel: Channel, path: pkcs15.Path) -> bytes:
    return path.part(read_file(channel, path.path))


def _actua(channel: Channel) -> Validity | None:
    """The card's own dates (EF_ACTUA), absent on a new card; an empty file is how a card is put out of use."""
    content = read_optional_file(channel, _ACTUA)
    if content is None:
        return None
    start, end = tlv.find(content, 0xEC, 0x81), tlv.find(content, 0xEC, 0x82)
    if start is None or end is None:
        raise CardError(CardProblem.REFUSED)
    return Validity(_bcd_date(start), _bcd_date(end) + timedelta(days=1))


def _bcd_date(value: bytes) -> datetime:
    try:
        return datetime.strptime(value.hex(), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise CardError(CardProblem.UNREADABLE) from None


def _situation(content: bytes) -> Situation | None:
    activity = tlv.find(content, 0xEE)
    if activity is None:
        return None
    values = {o.tag: o.value.decode("latin-1").strip(" \x00") for o in tlv.parse(activity)}
    return Situation(values.get(0x84, ""), values.get(0x85, ""), values.get(0x86, ""))
