"""The folder: which files are whole, and where they go."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.feeding.folder import DONE, REFUSED, Folder, Look, Waiting, is_candidate, observed, settled


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    with made.alone() as alone:
        assert alone
    return made


@pytest.mark.parametrize("name", ["a.pdf", "a.XML", "a", "lettre.docx"])
def test_what_is_taken(name: str) -> None:
    assert is_candidate(name)


@pytest.mark.parametrize("name", [".a.pdf", "a.pdf.tmp", "a.PART", "a.pdf.json", "a.pdf~", "a.crdownload"])
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


def test_a_file_put_away_never_takes_anothers_place(folder: Folder) -> None:
    for _ in range(3):
        (folder.path / "a.pdf").write_bytes(b"x")
        folder.done("a.pdf", {"document": "1"})
    (folder.path / "a.pdf").write_bytes(b"x")
    (folder.path / "a.pdf.json").write_text("{}")
    folder.refused("a.pdf", "parce que")
    assert sorted(p.name for p in (folder.path / DONE).glob("*.pdf")) == ["a-1.pdf", "a-2.pdf", "a.pdf"]
    assert sorted(p.name for p in (folder.path / REFUSED).iterdir()) == ["a.pdf", "a.pdf.json", "a.pdf.raison.txt"]
    assert (folder.path / REFUSED / "a.pdf.raison.txt").read_text() == "parce que\n"
    assert folder.looks() == {}


def test_links_and_folders_are_no_files(folder: Folder) -> None:
    (folder.path / "link.pdf").symlink_to("/etc/hostname")
    (folder.path / "dir.pdf").mkdir()
    assert folder.looks() == {}


def test_two_watches_exclude_each_other(folder: Folder) -> None:
    with folder.alone() as first, Folder(folder.path).alone() as second:
        assert (first, second) == (True, False)
    with folder.alone() as again:
        assert again
