"""Virtual cards as cards of a real PC/SC service: the protocol of vpcd, the virtual reader of vsmartcard.

The card is a TCP client. A message is a length of two bytes, big-endian, and a body: one byte of control (0 power
off, 1 power on, 2 reset, 4 send the ATR) or an APDU. The ATR and APDUs are answered. Closing the socket is how the
card leaves the reader.
"""

import socket
from contextlib import suppress
from threading import Thread

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.virtual.card import Vanished, VirtualCard

PORTS = (35963, 35964)
"""Ports of vpcd's two readers (its own default)."""

_POWER_OFF, _POWER_ON, _RESET, _ATR = 0, 1, 2, 4
_MAX_MESSAGE = 0xFFFF


class VpcdSlot:
    """One virtual reader of vpcd, to put a card in and take it out. Threads: any."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._thread: Thread | None = None
        self.card: VirtualCard | None = None
        """The card that is in; None without one."""

    def insert(self, card: VirtualCard) -> None:
        """Put a card in, after the one that was in has been taken out.

        Raises:
            CardError: NO_SERVICE if nothing listens at the port of the reader.
        """
        self.remove()
        try:
            connection = socket.create_connection(self._address, timeout=5)
        except OSError:
            raise CardError(CardProblem.NO_SERVICE) from None
        connection.settimeout(None)
        card.reset()
        self.card = card
        self._socket = connection
        self._thread = Thread(target=self._serve, args=(connection, card), name="vpcd", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card out, if there is one."""
        connection, thread = self._socket, self._thread
        self._socket = self._thread = self.card = None
        if connection is not None:
            # Where the service had closed it already, the card is out: which is what was wanted.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        if thread is not None:
            thread.join(timeout=5)

    def _serve(self, connection: socket.socket, card: VirtualCard) -> None:
        try:
            while (message := _receive(connection)) is not None:
                answer = _answer(card, message)
                if answer is not None:
                    connection.sendall(len(answer).to_bytes(2, "big") + answer)
        except (OSError, Vanished):
            pass  # out of the reader, by a hand here or by the service's end
        finally:
            connection.close()
            card.reset()
            if self._socket is connection:
                self.card = None


def _answer(card: VirtualCard, message: bytes) -> bytes | None:
    if len(message) != 1:
        return card.process(message)
    if message[0] in {_POWER_OFF, _POWER_ON, _RESET}:
        card.reset()
        return None
    return card.atr if message[0] == _ATR else None


def _receive(connection: socket.socket) -> bytes | None:
    """A message; None where the service closed the connection."""
    header = _receive_exactly(connection, 2)
    if header is None:
        return None
    return _receive_exactly(connection, int.from_bytes(header, "big"))


def _receive_exactly(connection: socket.socket, count: int) -> bytes | None:
    received = bytearray()
    while len(received) < count:
        if hasattr(socket, "TCP_QUICKACK"):
            # vpcd sends length and body apart: without this, each APDU waits for a delayed acknowledgement (40 ms).
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = connection.recv(count - len(received))
        if not part:
            return None
        received += part
    return bytes(received)
