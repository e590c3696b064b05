"""Selecting and reading a card's transparent files (ISO 7816-4, 11.1 and 11.2)."""

from dmp_tui.cards import tlv
from dmp_tui.cards.channel import CardError, CardProblem, Channel, Response, exchange

MAX_FILE = 0x7FFF
"""Bytes that READ BINARY can reach with its 15-bit offset."""

_END_OF_FILE = {0x6282, 0x6A86, 0x6B00}
_NOT_THERE = {0x6A82, 0x6A83, 0x6A87, 0x6A88}
_PROTECTED = {0x6982, 0x6983, 0x6985, 0x6986}


def select_aid(channel: Channel, aid: bytes) -> Response:
    """SELECT by application identifier.

    Raises:
        CardError: WRONG_KIND if the card has no such application; REMOVED.
    """
    response = exchange(channel, bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid)
    if response.sw in _NOT_THERE or response.sw in {0x6D00, 0x6E00, 0x6A81}:
        raise CardError(CardProblem.WRONG_KIND)
    return checked(response)


def checked(response: Response) -> Response:
    """The response, if the card did what it was asked.

    Raises:
        CardError: PIN_NEEDED where the security status is not satisfied, else UNREADABLE.
    """
    if response.sw in _PROTECTED:
        raise CardError(CardProblem.PIN_NEEDED)
    if not response.ok and response.sw != 0x6282:
        raise CardError(CardProblem.UNREADABLE)
    return response


def read_file(channel: Channel, path: bytes) -> bytes:
    """Content of the file at a path from the MF (``3F00`` included), as long as its FCP says it is.

    Raises:
        CardError: UNREADABLE, PIN_NEEDED, REMOVED.
    """
    content = read_optional_file(channel, path)
    if content is None:
        raise CardError(CardProblem.UNREADABLE)
    return content


def read_optional_file(channel: Channel, path: bytes) -> bytes | None:
    """The same; None if the card has no such file.

    Raises:
        CardError: UNREADABLE, PIN_NEEDED, REMOVED.
    """
    response = exchange(channel, bytes((0x00, 0xA4, 0x09, 0x04, len(path))) + path)
    if response.sw in _NOT_THERE:
        return None
    checked(response)
    size = tlv.find(response.data, 0x62, 0x80) if response.data else None
    length = int.from_bytes(size, "big") if size else MAX_FILE
    content = bytearray()
    while len(content) < min(length, MAX_FILE):
        response = _read_binary(channel, len(content), min(length - len(content), 0x100))
        if response.sw in _END_OF_FILE and not response.data:
            break
        checked(response)
        if not response.data:
            break
        content += response.data
    return bytes(content[:length])


def read_tlv_file(channel: Channel, sfi: int) -> bytes:
    """Content of a file of data objects, by its short identifier in the selected application.

    The length of such a file is known to nobody beforehand: it is read on while its last object is cut short, and
    once more where it might go on; what the card answers to that one decides nothing.

    Raises:
        CardError: UNREADABLE, PIN_NEEDED, REMOVED.
    """
    content = bytearray(checked(exchange(channel, bytes((0x00, 0xB0, 0x80 | sfi, 0x00, 0x00)))).data)
    while content and len(content) < MAX_FILE:
        end = tlv.end(bytes(content))
        if end is not None and (end < len(content) or len(content) % 0x100):
            break
        response = _read_binary(channel, len(content), 0x100)
        if end is None and response.sw not in _END_OF_FILE:
            checked(response)
        if not response.data:
            break
        content += response.data
    return bytes(content)


def _read_binary(channel: Channel, offset: int, length: int) -> Response:
    return exchange(channel, bytes((0x00, 0xB0, offset >> 8, offset & 0xFF, length & 0xFF)))
