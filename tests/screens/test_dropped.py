"""Files of this workstation."""

import os
from pathlib import Path

import pytest

from dmp_tui.dmp.files import LARGEST_FILE, FileKind
from dmp_tui.screens.dropped import PathError, PathProblem, files_in, read_file


def put(folder: Path, name: str, content: bytes, age: int) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (2_000_000_000 - age, 2_000_000_000 - age))
    return path


def test_what_may_be_deposited_newest_first(tmp_path: Path) -> None:
    put(tmp_path, "vieux.pdf", b"%PDF-1.4", 30)
    put(tmp_path, "lettre.txt", "é".encode() * 5000, 10)
    put(tmp_path, "tableur.xlsx", b"PK\x03\x04", 5)
    put(tmp_path, "vide.pdf", b"", 4)
    put(tmp_path, ".cache.pdf", b"%PDF-1.4", 3)
    (tmp_path / "dossier.pdf").mkdir()
    found = files_in(tmp_path)
    assert [(one.path.name, one.kind) for one in found] == [("lettre.txt", FileKind.TEXT), ("vieux.pdf", FileKind.PDF)]
    assert found[0].size == 10_000


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PathError) as caught:
        files_in(tmp_path / "absent")
    assert caught.value.problem is PathProblem.ABSENT
    assert "absent" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_file_is_read_up_to_what_may_be_sent(tmp_path: Path) -> None:
    assert read_file(put(tmp_path, "a.pdf", b"%PDF-1.4", 0)) == b"%PDF-1.4"
    assert len(read_file(put(tmp_path, "b.pdf", bytes(LARGEST_FILE + 10), 0))) == LARGEST_FILE + 1


@pytest.mark.parametrize(("name", "problem"), [("absent", PathProblem.ABSENT), (".", PathProblem.NOT_A_FILE)])
def test_what_is_no_file(tmp_path: Path, name: str, problem: PathProblem) -> None:
    with pytest.raises(PathError) as caught:
        read_file(tmp_path / name)
    assert caught.value.problem is problem


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PathError) as caught:
        read_file(tmp_path / "pipe")
    assert caught.value.problem is PathProblem.NOT_A_FILE
    assert files_in(tmp_path) == ()


def test_a_path_with_a_null_character_is_absent() -> None:
    with pytest.raises(PathError) as told:
        read_file(Path("\0"))
    assert told.value.problem is PathProblem.ABSENT
