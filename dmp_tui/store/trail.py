"""The trail: who did what to which record, when and why; a hash chain whose heads are signed.

A row's hash is ``SHA-256(previous hash || canonical bytes)``; the canonical bytes are the JSON array (ASCII, no spaces)
of its columns in the order of ``StoredRow``, bytes as lower-case hexadecimal. Who and why are sealed, and the chain
runs over the sealed bytes: anyone verifies it without a key that opens anything. A head (sequence, time, hash) is
signed with Ed25519 when a minute has passed since the first row that it covers, and at close. What came after the last
signed head is protected by the chain alone: ``Report.unsigned`` says how much that is.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from dmp_tui.store.problems import StoreError, StoreProblem

GENESIS = bytes(32)
"""What stands before the first row."""
ALLOWED = "allowed"
REFUSED = "refused"
NOTIFY = "notify"
"""Last word of the detail of an access of which the patient is told."""
UNSIGNED_SPAN = 120_000_000
"""Microseconds that rows without a signed head may span; more means that heads were removed."""


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """Something that was done or refused. ``outcome`` is ``allowed`` or ``refused``; ``rule`` names why."""

    actor: str
    """National id, or ``local:<account>`` for an administrator at the server."""
    actor_name: str
    role: str
    mode: str
    operation: str
    outcome: str
    rule: str = ""
    patient_id: str = ""
    document_id: str = ""
    reason_code: str = ""
    reason: str = ""
    session: str = ""
    on_behalf_of: str = ""
    detail: str = ""
    address: str = ""
    """Network address from which it was asked; empty where it was done at the server."""
    request: str = ""
    """X-Request-Id of the request, as its answer carries it."""
    secret: bool = False
    """Hidden from a minor's legal representatives, and from nobody else: it was done in a secret session."""

    @property
    def told(self) -> bool:
        """Whether the patient is told of it: it was allowed, and its detail ends in ``notify``."""
        return self.outcome == ALLOWED and self.detail.rpartition(" ")[2] == NOTIFY


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow(TrailEvent):
    """An event as it stands in the trail: numbered from 1 without a gap, dated by the server's clock (UTC)."""

    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Concealed:
    """What of an event is sealed: who and why."""

    actor: str
    actor_name: str
    reason: str = ""
    session: str = ""
    on_behalf_of: str = ""
    detail: str = ""
    address: str = ""
    request: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as stored and exported. ``at`` in microseconds since 1970; ``actor_key`` is a keyed hash of the actor."""

    seq: int
    at: int
    role: str
    mode: str
    operation: str
    outcome: str
    rule: str
    patient_id: str
    document_id: str
    reason_code: str
    actor_key: bytes
    sealed: bytes
    hash: bytes = b""


COLUMNS = "seq, at, role, mode, operation, outcome, rule, patient_id, document_id, reason_code, actor_key, sealed, hash"


def canonical(row: StoredRow) -> bytes:
    """The bytes that a row's hash covers."""
    columns = [
        row.seq,
        row.at,
        row.role,
        row.mode,
        row.operation,
        row.outcome,
        row.rule,
        row.patient_id,
        row.document_id,
        row.reason_code,
        row.actor_key.hex(),
        row.sealed.hex(),
    ]
    return json.dumps(columns, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def chained(previous: bytes, row: StoredRow) -> bytes:
    """The hash of a row after the hash of the row before it."""
    return hashlib.sha256(previous + canonical(row)).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """A signed statement: "the trail was ``seq`` rows long at ``at`` (microseconds), and its last hash was this"."""

    seq: int
    at: int
    hash: bytes
    signature: bytes

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return f"dmp-tui trail head\n{self.seq}\n{self.at}\n{self.hash.hex()}\n".encode("ascii")


def sign_head(private_key: bytes, seq: int, at: int, last: bytes) -> Head:
    """A signed head; ``private_key`` is Ed25519's 32 bytes."""
    unsigned = Head(seq, at, last, b"")
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(unsigned.message)
    return Head(seq, at, last, signature)


class TrailProblem(StrEnum):
    """How a trail is not what was written."""

    EDITED = "edited"
    """The row's hash does not follow from its content and the row before: one of them was changed."""
    MISSING = "missing"
    """Rows are missing here."""
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    """The chain holds, but it is not the one that was signed."""
    TRUNCATED = "truncated"
    """The trail ends before a signed head."""
    BAD_HEAD = "bad-head"
    """A head's signature is not of this key."""
    HEAD_REMOVED = "head-removed"
    """The witness holds a signed head that the trail lacks."""
    UNREADABLE = "unreadable"
    """The row cannot be read: its bytes were damaged."""
    COPY = "copy"
    """An exported copy was cut short, or lines that are no row were changed, removed or added."""
    OTHER_KEY = "other-key"
    """An exported copy says that it is another server's."""
    UNSIGNED = "unsigned"
    """Rows of several minutes under no signed head: heads were removed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found."""

    rows: int
    """Rows that hold, from the first on."""
    signed: int
    """Sequence of the last signed head that fits; rows up to it cannot have been changed."""
    unsigned: int
    """Rows after it, which the chain alone protects."""
    problem: TrailProblem | None = None
    seq: int = 0
    """First bad sequence, where there is a problem."""
    line: int = 0
    """And the line of the file, for an exported copy."""

    @property
    def sound(self) -> bool:
        """Nothing bad was found."""
        return self.problem is None


def verify(rows: Iterable[StoredRow], heads: Iterable[Head], public_key: bytes, witness: Iterable[Head] = ()) -> Report:
    """Checks a whole trail, in the order it is given.

    Args:
        rows: all rows, from the first.
        heads: the signed heads stored beside them.
        public_key: PEM of the Ed25519 key, from a place that who may alter the trail cannot alter.
        witness: signed heads kept elsewhere: without them, rows removed together with their heads leave no mark.

    Raises:
        ValueError: ``public_key`` is no Ed25519 public key.
    """
    key = load_public_key(public_key)
    kept = list(heads)
    witnessed = list(witness)
    expected: dict[int, set[bytes]] = {}
    for head in (*kept, *witnessed):
        if not is_signed(head, key):
            return Report(0, 0, 0, TrailProblem.BAD_HEAD, head.seq)
        expected.setdefault(head.seq, set()).add(head.hash)
    found = follow(rows, expected)
    lost = sorted({head.seq for head in witnessed} - {head.seq for head in kept})
    if found.sound and lost:
        return replace(found, problem=TrailProblem.HEAD_REMOVED, seq=lost[0])
    return found


def load_public_key(public_key: bytes) -> Ed25519PublicKey:
    """The key that verifies heads, from its PEM.

    Raises:
        ValueError: it is no Ed25519 public key.
    """
    key = load_pem_public_key(public_key)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key")
    return key


def is_signed(head: Head, key: Ed25519PublicKey) -> bool:
    """Whether a head's signature is of this key."""
    try:
        key.verify(head.signature, head.message)
    except InvalidSignature:
        return False
    return True


def follow(rows: Iterable[StoredRow], expected: Mapping[int, set[bytes]]) -> Report:
    """Walks the chain against the hashes that were signed, each at its sequence."""
    good = _Good()
    ahead = _Ahead(rows)
    last_signed = max(expected, default=0)
    try:
        while (row := ahead.take()) is not None:
            if kind := _break(row, good, ahead):
                return good.report(kind, good.rows + 1)
            if row.seq in expected:
                if expected[row.seq] != {row.hash}:
                    # Somewhere after the last head that fits, and at this row at the latest.
                    return good.report(TrailProblem.REWRITTEN, good.signed + 1)
                good.signed = row.seq
            elif row.seq == good.signed + 1:
                good.unsigned_since = row.at
            elif row.at - good.unsigned_since > UNSIGNED_SPAN and last_signed <= row.seq:
                return good.report(TrailProblem.UNSIGNED, good.signed + 1)
            good.last, good.rows = row.hash, row.seq
    except StoreError as error:
        if error.problem is not StoreProblem.DAMAGED:
            raise
        return good.report(TrailProblem.UNREADABLE, good.rows + 1)
    if last_signed > good.rows:
        return good.report(TrailProblem.TRUNCATED, good.rows + 1)
    return good.report()


@dataclass(slots=True)
class _Good:
    """How far a walk came."""

    rows: int = 0
    signed: int = 0
    last: bytes = GENESIS
    unsigned_since: int = 0

    def report(self, problem: TrailProblem | None = None, seq: int = 0) -> Report:
        return Report(self.rows, self.signed, self.rows - self.signed, problem, seq)


class _Ahead:
    """Rows as they come; where the chain breaks, what follows says how."""

    def __init__(self, rows: Iterable[StoredRow]) -> None:
        self._rows = iter(rows)

    def take(self) -> StoredRow | None:
        """The next row, or None at the end."""
        return next(self._rows, None)

    def holds(self, seq: int) -> bool:
        """Whether a row of this number follows anywhere. Ends the walk."""
        return any(row.seq == seq for row in self._rows)


def _break(row: StoredRow, good: _Good, ahead: _Ahead) -> TrailProblem | None:
    """How a row does not follow from those before it; None if it does."""
    if row.seq < good.rows + 1:
        return TrailProblem.REORDERED
    if row.seq > good.rows + 1:
        return TrailProblem.REORDERED if ahead.holds(good.rows + 1) else TrailProblem.MISSING
    if chained(good.last, row) == row.hash:
        return None
    other = ahead.take()
    if other is not None and other.seq == row.seq + 1:
        # A pair whose numbers were exchanged: each is right in the other's place.
        first, second = replace(other, seq=row.seq), replace(row, seq=other.seq)
        if chained(good.last, first) == first.hash and chained(first.hash, second) == second.hash:
            return TrailProblem.REORDERED
    return TrailProblem.EDITED
