"""The folder: which files are whole, which belong together, and which are never opened."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.feeding.away import DONE, REFUSED, ChangedError, Look
from dmp_tui.feeding.folder import Folder, Waiting, is_candidate, observed, on_its_way, settled, sidecars


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    with made.alone() as alone:
        assert alone
    return made


@pytest.mark.parametrize("name", ["a.pdf", "a.XML", "a", "lettre.docx", "rapport.json"])
def test_what_is_taken(name: str) -> None:
    assert is_candidate(name)


@pytest.mark.parametrize("name", [".a.pdf", "a.pdf.tmp", "a.PART", "a.pdf~", "a.crdownload"])
def test_what_is_left_alone(name: str) -> None:
    assert not is_candidate(name)


def test_a_file_is_whole_when_it_has_not_changed_for_a_while() -> None:
    waiting = observed({}, {"a": Look(1, 1)}, 0)
    assert settled(waiting, 4.9, 5) == ()
    assert settled(waiting, 5, 5) == ("a",)
    waiting = observed(waiting, {"a": Look(2, 1)}, 4)
    assert settled(waiting, 8, 5) == ()
    assert observed(waiting, {}, 9) == {}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=20))
def test_nothing_settles_before_its_time(looks: list[tuple[int, int]]) -> None:
    waiting: dict[str, Waiting] = {}
    now, last, changed = 0.0, -1, 0.0
    for size, passed in looks:
        now += passed
        changed, last = (changed, last) if size == last else (now, size)
        waiting = observed(waiting, {"a": Look(size, 0)}, now)
        assert (settled(waiting, now, 5) == ("a",)) is (now - changed >= 5)


def test_a_sidecar_is_named_after_a_file_that_is_there() -> None:
    names = {"a.pdf", "a.pdf.json", "b.pdf", "b.pdf.JSON", "c.pdf.json", "d.json", "d.json.json", ".e", ".e.json"}
    assert sidecars(names) == {"a.pdf": "a.pdf.json", "b.pdf": "b.pdf.JSON", "d.json": "d.json.json"}


def test_what_is_on_its_way_has_another_name_until_then() -> None:
    names = ("a.pdf.part", "a.pdf.PART", ".a.pdf.Xy12", "a.pdf", "a.pdf.json", "ab.pdf.part", "a.pdf~")
    assert on_its_way("a.pdf", names) == ("a.pdf.part", "a.pdf.PART", ".a.pdf.Xy12", "a.pdf~")


def test_what_is_no_file_is_told_and_never_opened(folder: Folder) -> None:
    (folder.path / "link.pdf").symlink_to("/etc/hostname")
    (folder.path / "dir.pdf").mkdir()
    os.mkfifo(folder.path / "pipe.pdf")
    (folder.path / "a.pdf").write_bytes(b"x")
    found = folder.listing()
    assert set(found.files) == {"a.pdf"}
    assert found.others == {"link.pdf", "dir.pdf", "pipe.pdf"}
    for name in ("dir.pdf", "pipe.pdf"):
        with pytest.raises(ChangedError):
            folder.read(name, Look(1, 1))
    with pytest.raises(OSError, match="symbolic"):
        folder.read("link.pdf", Look(1, 1))


def test_another_file_than_the_one_looked_at_is_not_read(folder: Folder) -> None:
    (folder.path / "a.pdf").write_bytes(b"x")
    look = folder.listing().files["a.pdf"]
    assert folder.read("a.pdf", look) == b"x"
    (folder.path / "a.pdf").write_bytes(b"xy")
    with pytest.raises(ChangedError):
        folder.read("a.pdf", look)


def test_a_file_that_a_program_has_open_for_writing_is_told(folder: Folder) -> None:
    path = folder.path / "a.pdf"
    with path.open("wb"):
        assert folder.is_being_written("a.pdf")
    assert not folder.is_being_written("a.pdf")
    with path.open("rb"):
        assert not folder.is_being_written("a.pdf")


def test_the_lock_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"x")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / ".dmp-tui.lock").symlink_to(tmp_path / "kept")
    with pytest.raises(OSError, match="symbolic"), Folder(inbox).alone():
        pass
    assert (tmp_path / "kept").read_bytes() == b"x"


def test_the_two_places_are_nobody_elses(folder: Folder) -> None:
    assert {(folder.path / name).stat().st_mode & 0o077 for name in (DONE, REFUSED)} == {0}


def test_two_watches_exclude_each_other(folder: Folder) -> None:
    with folder.alone() as first, Folder(folder.path).alone() as second:
        assert (first, second) == (True, False)
    with folder.alone() as again:
        assert again
