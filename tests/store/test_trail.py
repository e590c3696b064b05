"""The trail: whoever edits, deletes, reorders, truncates or rewrites it is found out, without any data key."""

import json
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dmp_tui.store import Store, StoreError, StoreProblem, TrailEvent, TrailRow
from dmp_tui.store.trail import GENESIS, REFUSED, Report, StoredRow, TrailProblem, chained, verify
from dmp_tui.store.trail_file import TrailFileError, append_witness, read_witness, verify_export, write_export
from tests.store.people import CANARY, NOW, READ, event


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    return tmp_path / "heads"


@pytest.fixture
def filled(data: Path, watch: Watch, witness: Path) -> Store:
    """Ten rows a minute for three minutes: heads after 10 and 20, and after 30 at close; opened again, read only."""
    store = Store.create(data, clock=watch, witness=witness)
    for number in range(30):
        watch.now = NOW + timedelta(minutes=number // 10, seconds=number % 10)
        store.write_now(lambda transaction, number=number: transaction.trace(event(number)))  # type: ignore[misc] # binds the loop's value
    store.close()
    return Store.open(data, read_only=True)


def report(store: Store, witness: Path | None = None) -> Report:
    """What verifying the store's trail finds."""
    heads = read_witness(witness) if witness else []
    return verify(store.stored_trail(), store.heads(), store.public_key, heads)


def sql(statement: str, *parameters: object) -> Callable[[Store], None]:
    """An attacker who has the database open."""

    def run(store: Store) -> None:
        store._writing.conn.execute(statement, parameters)

    return run


def test_what_was_traced_is_read(store: Store) -> None:
    assert store.write_now(lambda transaction: transaction.trace(READ)) == 1
    assert list(store.trail()) == [TrailRow(*astuple(READ), seq=1, at=NOW)]


def test_rows_are_found_by_patient_and_by_actor(store: Store) -> None:
    other = replace(READ, patient_id="patient-2", actor="899700000002")
    for one in (READ, other, READ):
        store.write_now(lambda transaction, one=one: transaction.trace(one))  # type: ignore[misc] # binds the loop's value
    assert [row.seq for row in store.trail("patient-1")] == [1, 3]
    assert [row.seq for row in store.trail(actor="899700000002")] == [2]
    assert [row.seq for row in store.trail(after=1)] == [2, 3]
    assert [row.seq for row in store.trail("patient-1", after=1)] == [3]


def test_what_was_refused_is_no_access(store: Store) -> None:
    store.write_now(lambda transaction: transaction.trace(replace(READ, outcome=REFUSED)))
    assert store.last_access("patient-1", READ.actor) is None
    store.write_now(lambda transaction: transaction.trace(READ))
    assert store.last_access("patient-1", READ.actor) == NOW
    assert store.last_access("patient-2", READ.actor) is None
    assert store.last_access("patient-1", "899700000009") is None


def test_a_long_trail_is_read_in_pages(store: Store) -> None:
    def many(transaction: object) -> None:
        for number in range(1203):
            transaction.trace(event(number))  # type: ignore[attr-defined] # the writer's own transaction

    store.write_now(many)
    assert [int(row.detail) for row in store.trail("patient-1")] == list(range(1203))
    assert len(list(store.stored_trail(after=3))) == 1200


def test_a_sound_trail_is_sound(filled: Store, witness: Path) -> None:
    assert report(filled, witness) == Report(30, 30, 0)
    assert [head.seq for head in filled.heads()] == [10, 20, 30]
    assert read_witness(witness) == filled.heads()


def test_rows_of_the_last_minute_wait_for_their_signature(store: Store) -> None:
    store.write_now(lambda transaction: transaction.trace(READ))
    assert report(store) == Report(1, 0, 1)


def test_rows_that_a_crash_left_unsigned_are_signed_at_the_next_opening(store: Store, data: Path) -> None:
    store.write_now(lambda transaction: transaction.trace(READ))
    # The first store is still open, as after a crash: only the second one signs.
    again = Store.open(data, clock=lambda: NOW + timedelta(days=1))
    again.write_now(lambda transaction: transaction.trace(READ))
    assert [head.seq for head in again.heads()] == [1]
    again.close()


def rehash(store: Store) -> None:
    """Computes every hash again, as one who changed a row would, without the signing key."""
    previous = GENESIS
    for row in list(store.stored_trail()):
        previous = chained(previous, row)
        store._writing.conn.execute("UPDATE trail SET hash = ? WHERE seq = ?", (previous, row.seq))


def both(*steps: Callable[[Store], None]) -> Callable[[Store], None]:
    """One step after the other."""

    def run(store: Store) -> None:
        for step in steps:
            step(store)

    return run


SWAP = both(
    sql("UPDATE trail SET seq = -1 WHERE seq = 4"),
    sql("UPDATE trail SET seq = 4 WHERE seq = 5"),
    sql("UPDATE trail SET seq = 5 WHERE seq = -1"),
)


@pytest.mark.parametrize(
    ("attack", "problem", "seq"),
    [
        (sql("UPDATE trail SET outcome = 'refused' WHERE seq = 7"), TrailProblem.EDITED, 7),
        (sql("UPDATE trail SET at = at + 1 WHERE seq = 30"), TrailProblem.EDITED, 30),
        (sql("UPDATE trail SET sealed = zeroblob(40) WHERE seq = 1"), TrailProblem.EDITED, 1),
        (sql("UPDATE trail SET actor_key = zeroblob(32) WHERE seq = 12"), TrailProblem.EDITED, 12),
        (sql("UPDATE trail SET hash = zeroblob(32) WHERE seq = 12"), TrailProblem.EDITED, 12),
        (sql("DELETE FROM trail WHERE seq = 7"), TrailProblem.MISSING, 7),
        (sql("DELETE FROM trail WHERE seq = 1"), TrailProblem.MISSING, 1),
        (SWAP, TrailProblem.REORDERED, 4),
        (sql("DELETE FROM trail WHERE seq > 28"), TrailProblem.TRUNCATED, 29),
        (sql("DELETE FROM trail"), TrailProblem.TRUNCATED, 1),
        (both(sql("UPDATE trail SET mode = 'normal' WHERE seq = 15"), rehash), TrailProblem.REWRITTEN, 11),
        (sql("DELETE FROM trail_heads"), TrailProblem.UNSIGNED, 1),
        (sql("UPDATE trail_heads SET signature = zeroblob(64) WHERE seq = 20"), TrailProblem.BAD_HEAD, 20),
        (sql("UPDATE trail_heads SET hash = zeroblob(32) WHERE seq = 20"), TrailProblem.BAD_HEAD, 20),
    ],
)
def test_tampering_is_found_where_it_begins(
    filled: Store, attack: Callable[[Store], None], problem: TrailProblem, seq: int
) -> None:
    attack(filled)
    found = report(filled)
    assert (found.problem, found.seq) == (problem, seq)
    assert not found.sound


def test_a_row_added_in_the_middle_is_found(filled: Store) -> None:
    filled._writing.conn.execute("UPDATE trail SET seq = seq + 1000 WHERE seq > 4")
    filled._writing.conn.execute("UPDATE trail SET seq = seq - 999 WHERE seq > 1000")
    filled._writing.conn.execute(
        "INSERT INTO trail SELECT 5, at, role, mode, operation, outcome, rule, patient_id,"
        " document_id, reason_code, actor_key, sealed, hash FROM trail WHERE seq = 4"
    )
    found = report(filled)
    assert (found.problem, found.seq) == (TrailProblem.EDITED, 5)


def test_the_witness_sees_rows_that_left_with_their_heads(filled: Store, witness: Path) -> None:
    filled._writing.conn.execute("DELETE FROM trail WHERE seq > 20")
    filled._writing.conn.execute("DELETE FROM trail_heads WHERE seq > 20")
    assert report(filled).sound
    found = report(filled, witness)
    assert (found.problem, found.seq) == (TrailProblem.TRUNCATED, 21)


def test_another_key_signs_nothing_here(filled: Store) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    found = verify(filled.stored_trail(), filled.heads(), other)
    assert found.problem is TrailProblem.BAD_HEAD


def test_rows_given_out_of_order_are_reordered(filled: Store) -> None:
    rows = list(filled.stored_trail())
    found = verify([*rows[:3], rows[2], *rows[3:]], filled.heads(), filled.public_key)
    assert (found.problem, found.seq) == (TrailProblem.REORDERED, 4)


def test_an_empty_trail_is_sound(store: Store) -> None:
    assert report(store) == Report(0, 0, 0)


# --- outside the store ------------------------------------------------------------------------------------------------


def test_an_export_verifies_without_the_store(filled: Store, tmp_path: Path, witness: Path) -> None:
    copy = tmp_path / "trail"
    assert write_export(copy, filled.public_key, filled.stored_trail(), filled.heads(), filled.sign_copy) == 30
    assert verify_export(copy, filled.public_key, read_witness(witness)) == Report(30, 30, 0)
    content = copy.read_bytes()
    assert CANARY.encode() not in content
    assert READ.actor.encode() not in content
    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="exists"):
        write_export(copy, filled.public_key, [], [], filled.sign_copy)


def test_an_edited_export_is_found(filled: Store, tmp_path: Path) -> None:
    copy = tmp_path / "trail"
    write_export(copy, filled.public_key, filled.stored_trail(), filled.heads(), filled.sign_copy)
    lines = copy.read_text().splitlines(keepends=True)
    lines[9] = lines[9].replace("allowed", "refused")
    copy.write_text("".join(lines))
    found = verify_export(copy, filled.public_key)
    assert (found.problem, found.seq) == (TrailProblem.EDITED, 9)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"\xff\n",
        b"[" * 100_000,
        b'{"format": "dmp-tui-trail", "version": 1}\n',
        b" " * (1 << 21),
    ],
)
def test_what_is_no_export_is_refused(store: Store, tmp_path: Path, content: bytes) -> None:
    copy = tmp_path / "trail"
    copy.write_bytes(content)
    with pytest.raises(TrailFileError):
        verify_export(copy, store.public_key)


@pytest.fixture
def copied(filled: Store, tmp_path: Path) -> Path:
    """Line 1 is the header, 2 to 31 the rows 1 to 30, 32 to 34 the heads, 35 the end."""
    copy = tmp_path / "copy"
    write_export(copy, filled.public_key, filled.stored_trail(), filled.heads(), filled.sign_copy)
    assert len(copy.read_bytes().splitlines()) == 35
    return copy


def changed(copy: Path, change: Callable[[list[bytes]], None]) -> None:
    lines = copy.read_bytes().splitlines(keepends=True)
    change(lines)
    copy.write_bytes(b"".join(lines))


def swapped(one: int, other: int) -> Callable[[list[bytes]], None]:
    def change(lines: list[bytes]) -> None:
        lines[one - 1], lines[other - 1] = lines[other - 1], lines[one - 1]

    return change


def without(first: int, last: int | None = None) -> Callable[[list[bytes]], None]:
    def change(lines: list[bytes]) -> None:
        del lines[first - 1 : last or first]

    return change


def edited(line: int, old: bytes, new: bytes) -> Callable[[list[bytes]], None]:
    def change(lines: list[bytes]) -> None:
        assert old in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new, 1)

    return change


def doubled(line: int) -> Callable[[list[bytes]], None]:
    return lambda lines: lines.insert(line - 1, lines[line - 1])


@pytest.mark.parametrize(
    ("change", "problem", "where"),
    [
        (edited(9, b"allowed", b"refused"), TrailProblem.EDITED, (8, 9)),
        (edited(9, b"allowed", b"Allowed"), TrailProblem.EDITED, (8, 9)),
        (edited(9, b'", "', b'" , "'), TrailProblem.UNREADABLE, (8, 9)),
        (edited(9, b"{", b"("), TrailProblem.UNREADABLE, (8, 9)),
        (edited(9, b"[8,", b"[6,"), TrailProblem.REORDERED, (8, 9)),
        (edited(9, b"[8,", b"[80,"), TrailProblem.MISSING, (8, 9)),
        (without(9), TrailProblem.MISSING, (8, 9)),
        (without(2), TrailProblem.MISSING, (1, 2)),
        (without(31), TrailProblem.TRUNCATED, (30, 31)),
        (swapped(9, 10), TrailProblem.REORDERED, (8, 9)),
        (swapped(9, 20), TrailProblem.REORDERED, (8, 9)),
        (doubled(9), TrailProblem.REORDERED, (9, 10)),
        (without(32), TrailProblem.COPY, (30, 34)),
        (without(33), TrailProblem.COPY, (30, 34)),
        (without(34), TrailProblem.COPY, (30, 34)),
        (without(32, 34), TrailProblem.UNSIGNED, (1, 0)),
        (swapped(32, 33), TrailProblem.COPY, (30, 33)),
        (doubled(33), TrailProblem.COPY, (30, 34)),
        (swapped(31, 32), TrailProblem.COPY, (29, 32)),
        (without(35), TrailProblem.COPY, (30, 35)),
        (without(31, 35), TrailProblem.UNSIGNED, (1, 0)),
        (doubled(35), TrailProblem.COPY, (30, 36)),
        (edited(35, b"[30, 3", b"[30, 4"), TrailProblem.COPY, (30, 35)),
        (edited(1, b"PUBLIC", b"public"), TrailProblem.OTHER_KEY, (0, 1)),
    ],
)
def test_whatever_is_done_to_a_copy_is_named_with_its_row_and_line(
    copied: Path, filled: Store, change: Callable[[list[bytes]], None], problem: TrailProblem, where: tuple[int, int]
) -> None:
    changed(copied, change)
    found = verify_export(copied, filled.public_key)
    assert (found.problem, (found.seq, found.line)) == (problem, where)


def _begins(content: bytes) -> bool:
    """Whether the first line is one of an export."""
    try:
        header = json.loads(content.partition(b"\n")[0])
    except ValueError:
        return False
    return isinstance(header, dict) and (header.get("format"), header.get("version")) == ("dmp-tui-trail", 2)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_no_single_mutation_of_a_copy_goes_unnoticed(copied: Path, filled: Store, data: st.DataObject) -> None:
    """A byte replaced, removed or added anywhere: named, or no trail at all any more."""
    content = copied.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255))
    how = data.draw(st.sampled_from(["flip", "replace", "remove", "add", "cut"]))
    mutated = {
        "flip": content[:at] + bytes([content[at] ^ (1 << byte % 8)]) + content[at + 1 :],
        "replace": content[:at] + bytes([byte]) + content[at + 1 :],
        "remove": content[:at] + content[at + 1 :],
        "add": content[:at] + bytes([byte]) + content[at:],
        "cut": content[:at],
    }[how]
    assume(mutated != content)
    other = copied.with_name("mutated")
    other.write_bytes(mutated)
    row = content[:at].count(b"\n")
    if row == 0 and not _begins(mutated):
        with pytest.raises(TrailFileError):
            verify_export(other, filled.public_key)
        return
    found = verify_export(other, filled.public_key)
    assert not found.sound
    if 1 <= row <= 30 and how in {"flip", "replace"} and content[at] != 10:
        assert found.seq in {row, row + 1}


def test_a_later_witness_makes_no_older_copy_short(filled: Store, copied: Path, witness: Path, data: Path) -> None:
    filled.close()
    store = Store.open(data, clock=lambda: NOW + timedelta(hours=1), witness=witness)
    store.write_now(lambda transaction: transaction.trace(READ))
    store.close()
    heads = read_witness(witness)
    assert heads[-1].seq == 31
    public_key = filled.public_key
    assert verify_export(copied, public_key, heads).sound
    changed(copied, without(31))
    assert verify_export(copied, public_key, heads).problem is TrailProblem.TRUNCATED


def test_the_witness_sees_heads_that_were_removed_alone(filled: Store, witness: Path) -> None:
    filled._writing.conn.execute("DELETE FROM trail_heads WHERE seq = 20")
    assert report(filled).sound
    found = report(filled, witness)
    assert (found.problem, found.seq) == (TrailProblem.HEAD_REMOVED, 20)


def test_a_damaged_page_is_named_by_the_row_that_cannot_be_read(filled: Store) -> None:
    """As SQLCipher answers where a byte of the file was flipped."""

    def rows() -> Iterator[StoredRow]:
        yield from list(filled.stored_trail())[:12]
        raise StoreError(StoreProblem.DAMAGED)

    found = verify(rows(), filled.heads(), filled.public_key)
    assert (found.problem, found.seq, found.rows) == (TrailProblem.UNREADABLE, 13, 12)


def test_a_witness_line_cut_by_a_crash_is_left_out(filled: Store, witness: Path) -> None:
    with witness.open("ab") as file:
        file.write(b'{"head": [31, 17')
    assert read_witness(witness) == filled.heads()


def test_a_witness_that_cannot_be_written_stops_no_work(data: Path, watch: Watch, tmp_path: Path) -> None:
    unwritable = tmp_path / "a directory"
    unwritable.mkdir()
    store = Store.create(data, clock=watch, witness=unwritable)
    store.write_now(lambda transaction: transaction.trace(READ))
    watch.now += timedelta(minutes=1)
    store.write_now(lambda transaction: transaction.trace(READ))
    assert report(store) == Report(2, 1, 1)
    store.close()


def test_a_witness_is_its_owners_alone(filled: Store, tmp_path: Path) -> None:
    append_witness(tmp_path / "new", filled.heads()[0])
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_the_clock_going_back_changes_no_order(data: Path, watch: Watch) -> None:
    store = Store.create(data, clock=watch)
    for minutes in (5, -60, 3):
        watch.now = NOW + timedelta(minutes=minutes)
        store.write_now(lambda transaction: transaction.trace(READ))
    assert [row.seq for row in store.trail()] == [1, 2, 3]
    store.close()
    again = Store.open(data, read_only=True)
    assert report(again).sound
    again.close()


def test_an_event_has_no_field_that_is_lost(store: Store) -> None:
    names = [one.name for one in fields(TrailEvent) if one.name != "secret"]
    distinct = replace(READ, **{name: f"field-{name}" for name in names}, secret=True)
    store.write_now(lambda transaction: transaction.trace(distinct))
    (row,) = store.trail()
    assert [getattr(row, name) for name in (*names, "secret")] == [*(f"field-{name}" for name in names), True]
