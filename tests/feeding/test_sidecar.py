"""The file beside a PDF that says whose it is."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.identity import OID_NIR_TEST, Sex
from dmp_tui.feeding.sidecar import Sidecar, SidecarError
from dmp_tui.feeding.sidecar import parse_sidecar as parse

WHOLE = {"ins": "279035121518989", "oid": OID_NIR_TEST, "birth_name": "MARTINEAU", "birth_date": "1979-03-28"}


NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def parse_sidecar(content: bytes) -> Sidecar:
    return parse(content, NOW)


def written(**changes: object) -> bytes:
    return json.dumps({k: v for k, v in {**WHOLE, **changes}.items() if v is not None}).encode()


def test_a_whole_one() -> None:
    found = parse_sidecar(
        b"\xef\xbb\xbf" + written(given_names="Claire", sex="F", type="11490-0", title="Courrier", author="Dr A")
    )
    assert (found.ins.matricule, found.traits.family, found.traits.sex) == ("279035121518989", "MARTINEAU", Sex.F)
    assert (found.type_code, found.title, found.date, found.author) == ("11490-0", "Courrier", "", "Dr A")


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"birth_name": None}, "birth_name"),
        ({"birth_date": " "}, "birth_date"),
        ({"birth_date": "hier"}, "birth_date"),
        ({"ins": "12"}, "ins"),
        ({"oid": "1.2.3"}, "ins"),
        ({"sex": "X"}, "sex"),
        ({"titre": "x"}, "titre"),
        ({"title": 3}, "title"),
        ({"title": "a\x1b[31mb"}, "title"),
        ({"author": "a\u202eb"}, "author"),
        ({"type": "15507-8"}, "type"),
        ({"type": "lettre"}, "type"),
        ({"date": "hier"}, "date"),
        ({"date": "20/11/2026"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "2026-12-20"}, "date"),
        ({"date": "2026-11-20T09:30:00Z"}, "date"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], member: str) -> None:
    with pytest.raises(SidecarError) as caught:
        parse_sidecar(written(**changes))
    assert caught.value.member == member


@pytest.mark.parametrize("date", ["2026", "2026-11", "2026-11-20", "2026-11-20T10:00:00+01:00", "1998-02-01"])
def test_dates_of_a_letter(date: str) -> None:
    assert parse_sidecar(written(date=date)).date == date


def test_of_two_patients_none_is_chosen() -> None:
    twice = written()[:-1] + b', "ins": "184127512345678"}'
    with pytest.raises(SidecarError):
        parse_sidecar(twice)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_no_bytes_break_it(content: bytes) -> None:
    with contextlib.suppress(SidecarError):
        parse_sidecar(content)
        raise AssertionError
