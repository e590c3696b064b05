"""The official base where there is one, else the emergency set; a file that cannot be used is told."""

import pickle
from datetime import date
from pathlib import Path

from dmp_tui.asking.base import base_at, open_base, opener, stamp
from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.schema import ReferenceProblem
from dmp_tui.reference.writing import write
from tests.reference.tables import bdpm_in, thesaurus_in

TODAY = date(2026, 11, 20)


def test_without_an_import_the_emergency_set_answers(tmp_path: Path) -> None:
    opened = open_base(tmp_path / "none.db")
    assert (opened.base, opened.fault) == (emergency_base(), None)
    assert stamp(tmp_path / "none.db") == ""


def test_the_official_base_once_both_halves_are_there(tmp_path: Path) -> None:
    path = tmp_path / "reference.db"
    write(path, [medicines_of(bdpm_in(tmp_path / "bdpm"), TODAY)])
    half = stamp(path)
    assert not base_at(path).whole
    write(path, [interactions_of(thesaurus_in(tmp_path / "t"), TODAY)])
    opened = open_base(path)
    assert opened.base.whole
    assert [edition.source for edition in opened.base.editions] == ["BDPM", "ANSM"]
    assert stamp(path) not in {"", half}


def test_a_file_that_is_no_base_is_told_and_leaves_nobody_without_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "reference.db"
    path.write_bytes(b"not a base" * 1000)
    opened = open_base(path)
    assert opened.base is emergency_base()
    assert opened.fault is not None
    assert opened.fault.problem is ReferenceProblem.DAMAGED


def test_what_opens_it_goes_to_another_process(tmp_path: Path) -> None:
    assert pickle.loads(pickle.dumps(opener(tmp_path / "none.db")))().whole is False  # noqa: S301 - our own bytes
