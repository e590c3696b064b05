"""The part of a virtual card that every kind has: APDUs in, T=0 answers out, files selected and read."""

from dataclasses import dataclass
from typing import Protocol

from dmp_tui.cards.virtual.filesystem import Directory, File

OK = 0x9000
FILE_NOT_FOUND = 0x6A82
REFERENCE_NOT_FOUND = 0x6A88
NOT_SATISFIED = 0x6982
CONDITIONS = 0x6985
WRONG_LENGTH = 0x6700
WRONG_PARAMETERS = 0x6A86
WRONG_DATA = 0x6A80
UNKNOWN_INSTRUCTION = 0x6D00
UNKNOWN_CLASS = 0x6E00
OUT_OF_FILE = 0x6B00
NO_CURRENT_FILE = 0x6986


class VirtualCard(Protocol):
    """What a virtual reader can hold."""

    @property
    def atr(self) -> bytes: ...

    def process(self, apdu: bytes) -> bytes:
        """Answer one APDU: data and status word. Raises Vanished if the card is pulled out right then."""

    def reset(self) -> None:
        """What a reset does: the selection and the PIN are forgotten."""


class Vanished(Exception):  # noqa: N818 -- it is no error of the card: somebody pulled it out
    """The card was pulled out while it was to answer."""


@dataclass(frozen=True, slots=True)
class Command:
    """A parsed APDU (ISO 7816-4, 5.1), short lengths only as T=0 has them."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None
    """Bytes wanted, 256 for an Le of 0; None if the command has no Le."""


Answer = tuple[bytes, int]


class FileCard:
    """A T=0 card with a file system.

    Subclasses answer the instructions of their kind in ``execute``. Answers to commands with data are fetched by GET
    RESPONSE (61xx); a reading of another length than asked is refused with the right one (6Cxx).
    """

    def __init__(self, atr: bytes, root: Directory) -> None:
        self.atr = atr
        self._root = root
        self._pending = b""
        self._path: list[File | Directory] = [root]

    def reset(self) -> None:
        self._pending = b""
        self._path = [self._root]

    def process(self, apdu: bytes) -> bytes:
        command = _parse(apdu)
        if command is None:
            return _word(WRONG_LENGTH)
        if command.ins == 0xC0:
            return self._get_response(command)
        self._pending = b""
        data, sw = self.execute(command)
        if not data:
            return _word(sw)
        if command.data:
            self._pending = data
            return _word(0x6100 | min(len(data), 0x100) & 0xFF)
        if command.le is None:
            return _word(0x6C00 | min(len(data), 0x100) & 0xFF)
        if len(data) < command.le:
            return _word(0x6C00 | len(data))
        return data[: command.le] + _word(sw)

    def execute(self, command: Command) -> Answer:
        """Answer a command; what no card of ours does is refused."""
        if command.cla not in {0x00, 0x01}:
            return b"", UNKNOWN_CLASS
        if command.ins == 0xA4:
            return self._select(command)
        if command.ins == 0xB0:
            return self._read_binary(command)
        return b"", UNKNOWN_INSTRUCTION

    def may_read(self, file: File) -> bool:
        """Whether the card's state lets a file be read."""
        return not file.pin

    def _get_response(self, command: Command) -> bytes:
        if not self._pending:
            return _word(CONDITIONS)
        wanted = command.le or 0x100
        data, rest = self._pending[:wanted], self._pending[wanted:]
        if len(data) < wanted and command.le not in {None, 0x100}:
            return _word(0x6C00 | len(data))
        self._pending = rest
        return data + _word(0x6100 | min(len(rest), 0x100) & 0xFF if rest else OK)

    @property
    def _directory(self) -> Directory:
        return next(node for node in reversed(self._path) if isinstance(node, Directory))

    def _select(self, command: Command) -> Answer:
        path = self._target(command)
        if path is None:
            return b"", FILE_NOT_FOUND
        self._path = path
        return (b"" if command.p2 & 0x0C == 0x0C else path[-1].fcp), OK

    def _target(self, command: Command) -> list[File | Directory] | None:
        """Path to what a SELECT names: by identifier, by name, by path from the MF or from here."""
        data = command.data or b"\x3f\x00"
        if command.p1 == 0x04:
            application = self._root.application(data)
            return None if application is None else [self._root, application]
        if command.p1 == 0x08 or (command.p1 == 0x09 and data[:2] == b"\x3f\x00"):
            below = self._root.at(data[2:] if data[:2] == b"\x3f\x00" else data)
            return None if below is None else [self._root, *below]
        if data == b"\x3f\x00":
            return [self._root]
        directories = self._path[: self._path.index(self._directory) + 1]
        below = self._directory.at(data)
        return None if below is None else [*directories, *below]

    def _read_binary(self, command: Command) -> Answer:
        if command.p1 & 0x80:
            file = self._directory.by_sfi(command.p1 & 0x1F)
            offset = command.p2
            if file is None:
                return b"", FILE_NOT_FOUND
            self._path = [*self._path[: self._path.index(self._directory) + 1], file]
        else:
            current = self._path[-1]
            if not isinstance(current, File):
                return b"", NO_CURRENT_FILE
            file, offset = current, command.p1 << 8 | command.p2
        if not self.may_read(file):
            return b"", NOT_SATISFIED
        if offset > len(file.content) or (offset == len(file.content) and file.content):
            return b"", OUT_OF_FILE
        return file.content[offset : offset + 0x100], OK


def _parse(apdu: bytes) -> Command | None:
    if len(apdu) < 4:
        return None
    cla, ins, p1, p2 = apdu[:4]
    if len(apdu) == 4:
        return Command(cla, ins, p1, p2, b"", None)
    if len(apdu) == 5:
        return Command(cla, ins, p1, p2, b"", apdu[4] or 0x100)
    lc, data = apdu[4], apdu[5:]
    if lc == 0 or len(data) not in {lc, lc + 1}:
        return None
    return Command(cla, ins, p1, p2, data[:lc], (data[lc] or 0x100) if len(data) > lc else None)


def _word(sw: int) -> bytes:
    return sw.to_bytes(2, "big")
