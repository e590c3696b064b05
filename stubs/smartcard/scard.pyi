# ruff: noqa: N802 -- the names are those of the PC/SC functions
# What dmp_tui.cards.pcsc uses of pyscard's low level: the PC/SC functions, whose first result is an HRESULT.
from collections.abc import Sequence

INFINITE: int
SCARD_SCOPE_USER: int
SCARD_SHARE_SHARED: int
SCARD_PROTOCOL_T0: int
SCARD_PROTOCOL_T1: int
SCARD_LEAVE_CARD: int
SCARD_RESET_CARD: int
SCARD_STATE_UNAWARE: int
SCARD_STATE_CHANGED: int
SCARD_STATE_UNKNOWN: int
SCARD_STATE_PRESENT: int
SCARD_S_SUCCESS: int
SCARD_E_CANCELLED: int
SCARD_E_INVALID_HANDLE: int
SCARD_E_NO_READERS_AVAILABLE: int
SCARD_E_NO_SERVICE: int
SCARD_E_NO_SMARTCARD: int
SCARD_E_READER_UNAVAILABLE: int
SCARD_E_SERVICE_STOPPED: int
SCARD_E_SHARING_VIOLATION: int
SCARD_E_TIMEOUT: int
SCARD_E_UNKNOWN_READER: int
SCARD_F_COMM_ERROR: int
SCARD_F_INTERNAL_ERROR: int
SCARD_W_REMOVED_CARD: int
SCARD_W_RESET_CARD: int

def SCardEstablishContext(scope: int, /) -> tuple[int, int]: ...
def SCardReleaseContext(hcontext: int, /) -> int: ...
def SCardCancel(hcontext: int, /) -> int: ...
def SCardListReaders(hcontext: int, groups: Sequence[str], /) -> tuple[int, list[str]]: ...
def SCardGetStatusChange(
    hcontext: int, timeout: int, states: Sequence[tuple[str, int]], /
) -> tuple[int, list[tuple[str, int, list[int]]]]: ...
def SCardConnect(hcontext: int, reader: str, share: int, protocols: int, /) -> tuple[int, int, int]: ...
def SCardReconnect(hcard: int, share: int, protocols: int, initialisation: int, /) -> tuple[int, int]: ...
def SCardDisconnect(hcard: int, disposition: int, /) -> int: ...
def SCardBeginTransaction(hcard: int, /) -> int: ...
def SCardEndTransaction(hcard: int, disposition: int, /) -> int: ...
def SCardStatus(hcard: int, /) -> tuple[int, str, int, int, list[int]]: ...
def SCardTransmit(hcard: int, protocol: int, command: Sequence[int], /) -> tuple[int, list[int]]: ...
