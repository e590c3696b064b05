"""The stored sheets: their bytes, and which documents they are built from."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consultation import PARTLY_READ
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus, Relation
from dmp_tui.dmp.entries import Entry, Kind
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.server.medicines import Medicines
from dmp_tui.server.sheets import StoredSheet, as_seen, build, pack, plain, unpack, variants
from tests.dmp.safety.bases import small_base, small_edition
from tests.server.login.world import record
from tests.server.test_deposit import _text

RECORD = record()
MASKED = frozenset({Confidentiality.NORMAL, Confidentiality.MASKED})


def document(id_: str, **fields: object) -> DocumentEntry:
    """A document that was read whole, and whose uniqueId is ``u-<id>``."""
    made = replace(_text(f"u-{id_}"), id=id_, readable="entries", submitter=Author(f"8{id_}", "Dr"))
    return replace(made, submitted=f"2026-01-0{id_}T00:00:00Z", **fields)  # type: ignore[arg-type]  # any field


def allergy(label: str) -> tuple[Entry, ...]:
    return (Entry(Kind.ALLERGY, label),)


OLD, NEW = document("1"), document("2", relations=(Relation("replaces", "u-1"),))
SUPERSEDED = replace(OLD, status=DocumentStatus.SUPERSEDED)
STATEMENTS = {"1": allergy("arachide"), "2": allergy("latex")}


def labels(*documents: DocumentEntry) -> list[str]:
    return sorted(line.label for line in build(RECORD, documents, STATEMENTS).topic(Kind.ALLERGY).lines)


@pytest.mark.parametrize(
    ("documents", "found"),
    [
        ([OLD], ["arachide"]),
        ([OLD, document("2")], ["arachide", "latex"]),
        ([SUPERSEDED, NEW], ["latex"]),
        ([SUPERSEDED, replace(NEW, warnings=(PARTLY_READ,))], ["arachide", "latex"]),
        ([SUPERSEDED, replace(NEW, readable="attachment")], ["arachide", "latex"]),
        ([SUPERSEDED], ["arachide"]),
        ([SUPERSEDED, replace(NEW, status=DocumentStatus.ENTERED_IN_ERROR)], ["arachide"]),
        ([replace(OLD, archived=True)], ["arachide"]),
        ([replace(OLD, status=DocumentStatus.ENTERED_IN_ERROR)], []),
    ],
)
def test_what_leaves_the_sheet_and_what_stays(documents: list[DocumentEntry], found: list[str]) -> None:
    assert labels(*documents) == found
    assert labels(*reversed(documents)) == found


BY = Medicines(small_base, small_edition).weighing(date(2026, 11, 20))


def read_back(stored: bytes) -> StoredSheet:
    sheet = unpack(stored, BY)
    assert sheet is not None
    return sheet


def test_a_masked_replacement_takes_nothing_from_those_who_do_not_see_it() -> None:
    masked = replace(NEW, confidentiality=MASKED)
    open_, whole = variants(RECORD, [SUPERSEDED, masked], list(STATEMENTS.items()), BY)
    found = [read_back(stored) for stored in (open_, whole)]
    assert [[line.label for line in read_summary(plain(sheet)).sheet.topic(Kind.ALLERGY).lines] for sheet in found] == [
        ["arachide"],
        ["latex"],
    ]
    assert found[0].masked_makers == {"82"}
    assert b"latex" not in plain(found[0])
    assert b"latex" in plain(found[1])


def test_nothing_masked_one_variant() -> None:
    open_, whole = variants(RECORD, [OLD], list(STATEMENTS.items()), BY)
    assert whole == b""
    assert read_back(open_).masked_makers == frozenset()


def test_an_old_version_is_current_to_who_sees_no_other() -> None:
    assert [d.status for d in as_seen([SUPERSEDED])] == [DocumentStatus.CURRENT]
    assert [d.status for d in as_seen([SUPERSEDED, NEW])] == [DocumentStatus.SUPERSEDED, DocumentStatus.CURRENT]


@given(
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.frozensets(st.from_regex(r"[0-9/]{1,12}", fullmatch=True), max_size=4),
    st.frozensets(st.from_regex(r"[0-9A-Z-]{1,12}", fullmatch=True), max_size=4),
    st.binary(max_size=50),
    st.sampled_from(["", "2026-11-20", "2026-11-21"]),
)
def test_stored_bytes_read_back(
    etag: str, makers: frozenset[str], types: frozenset[str], content: bytes, stale: str
) -> None:
    sheet = StoredSheet(etag, makers, types, content, BY.edition, stale)
    assert unpack(pack(sheet), BY) == (sheet if stale != "2026-11-20" else None)


def test_what_former_rules_made_is_no_sheet() -> None:
    former = b"0123456789abcdef 82\nbytes"
    assert unpack(former, BY) is None
    assert unpack(b"0123456789abcdef \nbytes", BY) is None
    assert unpack(b"20 0123456789abcdef 82 60591-5\nbytes", BY) is None


def test_what_another_base_weighed_is_no_sheet() -> None:
    sheet = pack(StoredSheet("0" * 32, frozenset(), frozenset(), b"bytes", BY.edition))
    assert unpack(sheet, BY) is not None
    assert unpack(sheet, replace(BY, edition="newer")) is None
    assert unpack(pack(StoredSheet("0" * 32, frozenset(), frozenset(), b"bytes")), BY) is None
