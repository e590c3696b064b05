"""Files of a virtual card: a tree of directories and transparent files (ISO 7816-4, 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmp_tui.cards.tlv import encode

# Access rules in the compact form of IAS ECC: one byte of rights, then one security condition for each right.
_ACL_FREE = bytes.fromhex("7BFFFFFFFFFFFF00")
_ACL_PIN = bytes.fromhex("7BFFFFFFFFFFFF91")
_ACL_DIRECTORY = bytes.fromhex("7BFFFFFFFFFFFF00")


@dataclass(slots=True)
class File:
    """A transparent file. ``content`` is bytes; ``pin``: readable only after the PIN."""

    fid: int
    content: bytes
    sfi: int = 0
    pin: bool = False

    @property
    def fcp(self) -> bytes:
        """File control parameters (ISO 7816-4, 7.4.3): size, descriptor, identifier, access rules, life cycle."""
        return encode(
            0x62,
            encode(0x80, len(self.content).to_bytes(2, "big")),
            encode(0x82, b"\x01"),
            encode(0x83, self.fid.to_bytes(2, "big")),
            encode(0x8C, _ACL_PIN if self.pin else _ACL_FREE),
            encode(0x8A, b"\x05"),
        )


@dataclass(slots=True)
class Directory:
    """A directory, or an application where ``aids`` name it."""

    fid: int
    children: Sequence["File | Directory"] = ()
    aids: tuple[bytes, ...] = ()

    @property
    def fcp(self) -> bytes:
        names = [encode(0x84, aid) for aid in self.aids[:1]]
        return encode(
            0x62,
            encode(0x82, b"\x38"),
            encode(0x83, self.fid.to_bytes(2, "big")),
            *names,
            encode(0x8C, _ACL_DIRECTORY),
            encode(0x8A, b"\x05"),
        )

    def child(self, fid: int) -> "File | Directory | None":
        return next((c for c in self.children if c.fid == fid), None)

    def by_sfi(self, sfi: int) -> File | None:
        return next((c for c in self.children if isinstance(c, File) and c.sfi == sfi), None)

    def application(self, aid: bytes) -> "Directory | None":
        """The application of that name here or below; a name cut short on the right selects too (ISO 7816-4, 7.3.1)."""
        if any(name.startswith(aid) for name in self.aids):
            return self
        found = (c.application(aid) for c in self.children if isinstance(c, Directory))
        return next((directory for directory in found if directory), None)

    def at(self, path: bytes) -> "list[File | Directory] | None":
        """The nodes from here (not included) to the one at a path of two-byte identifiers; None if there is none."""
        nodes: list[File | Directory] = []
        here: File | Directory | None = self
        for at in range(0, len(path), 2):
            here = here.child(int.from_bytes(path[at : at + 2], "big")) if isinstance(here, Directory) else None
            if here is None:
                return None
            nodes.append(here)
        return nodes
