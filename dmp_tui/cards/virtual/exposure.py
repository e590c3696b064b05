"""Whether a TCP port of this machine is heard beyond the loopback (Linux: ``/proc/net``)."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

_LISTEN = "0A"


def listens(port: int, proc: Path = Path("/proc/net")) -> bool | None:
    """Whether something listens at the port; None where this system does not say."""
    addresses = _addresses(port, proc)
    return None if addresses is None else bool(addresses)


def open_beyond_loopback(port: int, proc: Path = Path("/proc/net")) -> bool | None:
    """Whether another machine could reach what listens at the port; None where this system does not say.

    A socket that listens on all addresses is not open where the loopback is the only interface.
    """
    addresses = _addresses(port, proc)
    if addresses is None:
        return None
    if all(address.is_loopback for address in addresses):
        return False
    return _has_other_interfaces(proc)


def _addresses(port: int, proc: Path) -> list[IPv4Address | IPv6Address] | None:
    """Local addresses that listen at the port."""
    found: list[IPv4Address | IPv6Address] = []
    seen = False
    for name in ("tcp", "tcp6"):
        try:
            rows = (proc / name).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        seen = True
        for row in rows:
            local, state = row.split()[1], row.split()[3]
            address, _, number = local.partition(":")
            if state == _LISTEN and int(number, 16) == port:
                found.append(_address(address))
    return found if seen else None


def _address(text: str) -> IPv4Address | IPv6Address:
    """An address of ``/proc/net/tcp``: 32-bit words in the machine's order, x86 and ARM being little-endian."""
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    address = ip_address(b"".join(words))
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _has_other_interfaces(proc: Path) -> bool:
    try:
        rows = (proc / "dev").read_text(encoding="ascii").splitlines()[2:]
    except OSError:
        return True
    return any(row.split(":")[0].strip() != "lo" for row in rows)
