"""A virtual CPS3: certificates and free data, a PIN with its tries, an authentication key that signs.

OpenSC's own tools accept it (``tests/pcsc``). Its data objects have the real ones' names; what is inside those whose
format is not published is made up, and only what ``dmp_tui.cards.cps`` reads is to be relied upon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hmac import compare_digest
from typing import TYPE_CHECKING

from dmp_tui.cards.atr import AID_CPS3
from dmp_tui.cards.authentication import Situation, holder_of
from dmp_tui.cards.tlv import encode
from dmp_tui.cards.virtual import card as iso
from dmp_tui.cards.virtual import profile
from dmp_tui.cards.virtual.card import Answer, Command, FileCard
from dmp_tui.cards.virtual.filesystem import Directory, File

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ATR_CPS3 = bytes.fromhex("3BAC00402A001225006480000310009000")
_ISSUER = bytes.fromhex("8025000001")
_PIN_REFERENCE = 0x01
_AUTHENTICATION_REFERENCE, _SIGNATURE_REFERENCE = 0x82, 0x81
_MAX_TO_SIGN = 102
"""Bytes of a DigestInfo that a 2048-bit key signs: 40 % of its modulus."""
_EF_ATR = bytes.fromhex("80 4301B8 460400000000 4703940180 E010020200FF020200FF0202010002020100 9000")
# Rights that are stated, highest bit first, then who has them: 00 all, 91 after the PIN, FF nobody.
_PIN_RULES = bytes.fromhex("73 91 00 FF FF 00")
_KEY_RULES = bytes.fromhex("23 91 FF 00")
_SDO_PIN, _SDO_KEY = 0x01, 0x10
_PUK_TRIES = 5


@dataclass(slots=True)
class _Secret:
    """A PIN or a PUK, and how often it may still be got wrong."""

    value: bytes
    tries: int
    left: int

    def check(self, candidate: bytes) -> int:
        """Status word of a try: 9000, 63Cx or 6983."""
        if not self.left:
            return 0x6983
        if compare_digest(candidate, self.value):
            self.left = self.tries
            return iso.OK
        self.left -= 1
        return 0x63C0 | self.left if self.left else 0x6983


class Cps3(FileCard):
    """A CPS3. Tries are counted for as long as the object lives; the PIN is forgotten at every reset."""

    def __init__(
        self,
        authentication: "tuple[bytes, RSAPrivateKey]",
        signature: "tuple[bytes, RSAPrivateKey] | None" = None,
        *,
        pin: str = "1234",
        puk: str = "12345678",
        tries: int = 3,
        serial: str = "00000001",
        specialty: str = "",
        situations: Sequence[Situation] = (),
        intermediates: Sequence[bytes] = (),
        actua: tuple[date, date] | None = None,
        atr: bytes = ATR_CPS3,
    ) -> None:
        """Make a card of ``(certificate in DER, RSA-2048 key)`` pairs.

        ``serial`` has eight digits; ``specialty`` is an R01 code (SM59); ``situations`` are at most sixteen;
        ``actua`` is the card's own validity (absent on a new card).
        """
        self._keys = {_AUTHENTICATION_REFERENCE: authentication[1]}
        self._pin = _Secret(pin.encode("ascii"), tries, tries)
        self._puk = _Secret(puk.encode("ascii"), _PUK_TRIES, _PUK_TRIES)
        self._verified = False
        self._key: RSAPrivateKey | None = None
        files, data = _data_files(authentication[0], specialty, situations)
        certificates = [profile.FileObject("Certificat d'Authentification CPS", _id(2), 0x8002)]
        keys = [
            profile.KeyObject("CPS_PRIV_AUT", _id(2), _AUTHENTICATION_REFERENCE, b"\x05\x20", _bits(authentication))
        ]
        files.append(File(0x8002, authentication[0]))
        if signature is not None:
            # Shown as on a real card; its key never signs here: nothing of ours asks for it.
            certificates.insert(0, profile.FileObject("Certificat de Signature CPS", _id(1), 0x8001))
            files.append(File(0x8001, signature[0]))
            self._keys[_SIGNATURE_REFERENCE] = signature[1]
            keys.insert(
                0, profile.KeyObject("CPS_PRIV_SIG", _id(1), _SIGNATURE_REFERENCE, b"\x06\x00\x40", _bits(signature))
            )
        for number, der in enumerate(intermediates, start=0x10):
            certificates.append(profile.FileObject(f"AC {number - 0x0F}", _id(number), 0x8000 + number))
            files.append(File(0x8000 + number, der))
        number_of_card = _ISSUER + _serial(serial)
        application = Directory(
            0x0001,
            (
                File(profile.ODF, profile.odf()),
                File(profile.TOKEN_INFO, profile.token_info(f"CPS3v1-{serial}", number_of_card)),
                File(profile.PRKDF, profile.prkdf(keys)),
                File(profile.CDF, profile.cdf(certificates)),
                File(profile.DODF, profile.dodf(data)),
                File(profile.AODF, profile.aodf(_PIN_REFERENCE, len(pin))),
                *files,
            ),
            aids=(AID_CPS3,),
        )
        root = [File(0xD003, encode(0x5A, number_of_card), sfi=0x1C), File(0x2F01, _EF_ATR), File(0x2F00, _ef_dir())]
        if actua is not None:
            root.append(File(0xD010, encode(0xEC, encode(0x81, _bcd(actua[0])), encode(0x82, _bcd(actua[1])))))
        super().__init__(atr, Directory(0x3F00, (*root, application)))

    def reset(self) -> None:
        super().reset()
        self._verified = False
        self._key = None

    def may_read(self, file: File) -> bool:
        return self._verified or not file.pin

    def execute(self, command: Command) -> Answer:
        if command.cla not in {0x00, 0x01}:
            return b"", iso.UNKNOWN_CLASS
        match command.ins:
            case 0x20:
                return b"", self._verify(command)
            case 0x24:
                return b"", self._change_pin(command)
            case 0x2C:
                return b"", self._unblock_pin(command)
            case 0x22:
                return b"", self._set_environment(command)
            case 0x88:
                return self._authenticate(command)
            case 0xCB:
                return self._get_data(command)
            case _:
                return super().execute(command)

    @property
    def tries_left(self) -> int:
        """PIN tries left, for tests to compare with what the card says."""
        return self._pin.left

    def _verify(self, command: Command) -> int:
        if command.p2 != _PIN_REFERENCE:
            return iso.REFERENCE_NOT_FOUND
        if not command.data:
            return iso.OK if self._verified else 0x63C0 | self._pin.left if self._pin.left else 0x6983
        sw = self._pin.check(command.data)
        self._verified = sw == iso.OK
        return sw

    def _change_pin(self, command: Command) -> int:
        length = len(self._pin.value)
        if command.p2 != _PIN_REFERENCE:
            return iso.REFERENCE_NOT_FOUND
        if len(command.data) != 2 * length:
            return iso.WRONG_LENGTH
        sw = self._pin.check(command.data[:length])
        self._verified = sw == iso.OK
        if self._verified:
            self._pin.value = command.data[length:]
        return sw

    def _unblock_pin(self, command: Command) -> int:
        length = len(self._puk.value)
        if command.p2 != _PIN_REFERENCE:
            return iso.REFERENCE_NOT_FOUND
        if len(command.data) != length + len(self._pin.value):
            return iso.WRONG_LENGTH
        sw = self._puk.check(command.data[:length])
        if sw == iso.OK:
            self._pin.value = command.data[length:]
            self._pin.left = self._pin.tries
        return sw

    def _set_environment(self, command: Command) -> int:
        """MSE SET of an authentication template: algorithm 02 and a key, with or without the bit of local keys."""
        if (command.p1, command.p2) != (0x41, 0xA4):
            return iso.WRONG_PARAMETERS
        data = command.data
        objects = {data[at]: data[at + 2] for at in range(0, len(data) - 2, 3) if data[at + 1] == 1}
        if objects.get(0x80, 0x02) != 0x02:
            return iso.WRONG_DATA
        if objects.get(0x84, 0) | 0x80 != _AUTHENTICATION_REFERENCE:
            return iso.REFERENCE_NOT_FOUND
        self._key = self._keys[_AUTHENTICATION_REFERENCE]
        return iso.OK

    def _authenticate(self, command: Command) -> Answer:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

        if not self._verified:
            return b"", iso.NOT_SATISFIED
        if self._key is None:
            return b"", iso.CONDITIONS
        if not 0 < len(command.data) <= _MAX_TO_SIGN:
            return b"", iso.WRONG_LENGTH
        return self._key.sign(command.data, PKCS1v15(), NoDigestInfo()), iso.OK

    def _get_data(self, command: Command) -> Answer:
        """GET DATA of a security data object: ``4D L 70 L BF <class> <reference> L <tag> 80`` (IAS ECC 1.0.1, 7.6)."""
        data = command.data
        if (command.p1, command.p2) != (0x3F, 0xFF) or len(data) < 10 or data[0] != 0x4D or data[2] != 0x70:
            return b"", iso.WRONG_PARAMETERS
        kind, reference, wanted = data[5] & 0x7F, data[6] & 0x7F, data[8:-1]
        content = self._security_object(kind, reference, int.from_bytes(wanted, "big"))
        if content is None:
            return b"", iso.REFERENCE_NOT_FOUND
        return encode(0x70, encode(int.from_bytes(data[4:7], "big"), content)), iso.OK

    def _security_object(self, kind: int, reference: int, tag: int) -> bytes | None:
        """Parameters (A0) or public part (7F41, 7F48) of the PIN or of a key; None if there is none."""
        if kind == _SDO_PIN and reference == _PIN_REFERENCE:
            tries = (encode(0x9A, bytes((self._pin.tries,))), encode(0x9B, bytes((self._pin.left,))))
            rules = encode(0xA1, encode(0x8C, _PIN_RULES))
            size = bytes((len(self._pin.value),))
            return {
                0xA0: encode(0xA0, *tries, encode(0x9D, b"\xff\xff"), rules),
                0x7F41: encode(0x7F41, encode(0x80, size), encode(0x81, size)),
            }.get(tag)
        key = self._keys.get(reference | 0x80)
        if kind == _SDO_KEY and key is not None:
            rules = encode(0xA1, encode(0x8C, _KEY_RULES))
            size = encode(0x80, (key.key_size // 8).to_bytes(2, "big"))
            return {0xA0: encode(0xA0, rules, size), 0x7F48: encode(0x7F48, size)}.get(tag)
        return None


def _data_files(
    certificate: bytes, specialty: str, situations: Sequence[Situation]
) -> tuple[list[File], list[profile.FileObject]]:
    """The data objects of the card, and the files that they lie in."""
    holder = holder_of(certificate)
    free = {
        "CPS_DATA": b"",
        "CPS_ID_CARD": encode(0xE1, encode(0x80, holder.national_id.encode("latin-1", errors="replace"))),
        "CPS_NAME_PS": encode(
            0xE2,
            encode(0x80, holder.family.encode("latin-1", errors="replace")),
            encode(0x81, holder.given.encode("latin-1", errors="replace")),
        ),
        "CPS_LANG_PS": b"fr",
        "CPS_INFO_PS": encode(0xE3, encode(0x80, specialty.encode("ascii"))),
    }
    files = [File(0xD107 + number, content) for number, content in enumerate(free.values())]
    objects = [
        profile.FileObject(label, bytes((0xD1, 0x07 + number)), 0xD107 + number) for number, label in enumerate(free)
    ]
    for number, situation in enumerate(situations):
        content = encode(
            0xEE,
            encode(0x84, situation.structure.encode("latin-1", errors="replace")),
            encode(0x85, situation.structure_id.encode("ascii")),
            encode(0x86, situation.sector.encode("ascii")),
        )
        fid = 0xD120 + number
        files.append(File(fid, content, pin=True))
        label = f"CPS_ACTIVITY_{number + 1:02d}_PS"
        objects.append(profile.FileObject(label, fid.to_bytes(2, "big"), fid, pin=True))
    return files, objects


def _ef_dir() -> bytes:
    return encode(0x61, encode(0x4F, AID_CPS3), encode(0x50, b"CPS3"), encode(0x51, profile.APPLICATION))


def _id(number: int) -> bytes:
    return AID_CPS3[:-2] + b"\x00\x10" + bytes((number,))


def _bits(pair: "tuple[bytes, RSAPrivateKey]") -> int:
    return pair[1].key_size


def _bcd(day: date) -> bytes:
    return bytes.fromhex(f"{day:%Y%m%d}")


def _serial(digits: str) -> bytes:
    """Eight digits, their Luhn digit and a filler, in BCD."""
    doubled = (int(d) * (2 if at % 2 else 1) for at, d in enumerate(reversed(digits), start=1))
    check = -sum(d // 10 + d % 10 for d in doubled) % 10
    return bytes.fromhex(f"{digits}{check}F")
