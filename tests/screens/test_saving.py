"""The original in a file of the user's own: whole, his alone, in nobody's place."""

import errno
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from dmp_tui.screens.saving import SaveError, SaveProblem, extension, free_name, proposed, save_new
from tests.dmp.test_consultation import document


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_whole_and_its_owners_alone(tmp_path: Path) -> None:
    path = save_new(str(tmp_path / "a.pdf"), b"%PDF-1.4")
    assert path.read_bytes() == b"%PDF-1.4"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["a.pdf"]


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert save_new("~/a.xml", b"<a/>") == tmp_path / "a.xml"
    assert free_name("~/a.xml") == "~/a-2.xml"
    assert free_name("~/b.xml") == "~/b.xml"


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_nothing_is_ever_replaced(tmp_path: Path, kind: str) -> None:
    there = tmp_path / "a.pdf"
    if kind == "file":
        there.write_bytes(b"mine")
    else:
        there.symlink_to(tmp_path / ("b" if kind == "link" else "nowhere"))
        (tmp_path / "b").write_bytes(b"mine")
    before = names(tmp_path)
    with pytest.raises(SaveError) as caught:
        save_new(str(there), b"theirs")
    assert caught.value.problem is SaveProblem.EXISTS
    assert names(tmp_path) == before
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", SaveProblem.BAD_NAME),
        ("   ", SaveProblem.BAD_NAME),
        ("folder", SaveProblem.BAD_NAME),
        ("new/", SaveProblem.BAD_NAME),
        ("a\0b", SaveProblem.BAD_NAME),
        ("x" * 300, SaveProblem.BAD_NAME),
        ("absent/a.pdf", SaveProblem.NO_FOLDER),
        ("file/a.pdf", SaveProblem.NO_FOLDER),
    ],
)
def test_what_cannot_be_written_leaves_nothing(
    tmp_path: Path, name: str, problem: SaveProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    before = names(tmp_path)
    with pytest.raises(SaveError) as caught:
        save_new(name, b"x")
    assert caught.value.problem is problem
    assert names(tmp_path) == before


def test_somebody_elses_home_is_no_name() -> None:
    with pytest.raises(SaveError) as caught:
        save_new("~nobody-of-this-name/a.pdf", b"x")
    assert caught.value.problem is SaveProblem.BAD_NAME


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError) as caught:
        save_new(str(tmp_path / "a.pdf"), b"x")
    assert caught.value.problem is SaveProblem.FULL
    assert names(tmp_path) == []


def test_a_folder_without_the_right_to_write() -> None:
    if os.geteuid() == 0 and not Path("/proc/sys").exists():
        pytest.skip("root may write anywhere here")
    with pytest.raises(SaveError) as caught:
        save_new("/proc/sys/a.pdf", b"x")
    assert caught.value.problem in {SaveProblem.NOT_ALLOWED, SaveProblem.NO_FOLDER}


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_arguments: object, **_more: object) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(os, "link", no_links)
    path = save_new(str(tmp_path / "a.pdf"), b"x")
    assert path.read_bytes() == b"x"
    assert names(tmp_path) == ["a.pdf"]
    with pytest.raises(SaveError) as caught:
        save_new(str(path), b"y")
    assert caught.value.problem is SaveProblem.EXISTS


def test_the_name_proposed_names_nobody() -> None:
    entry = document("a", title="Scanner de DUPONT Jean")
    assert proposed(entry, "CR urg.", "text/xml", b"<a/>") == "~/cr-urg-2026-03-12.xml"
    assert proposed(replace(entry, date=""), "biologie", "application/pdf", b"x") == "~/biologie.pdf"
    assert proposed(replace(entry, date="2024"), "", "text/plain", b"x") == "~/document-2024.txt"


@pytest.mark.parametrize(
    ("media_type", "content", "ends"),
    [
        ("text/xml", b"%PDF-1.4", "pdf"),
        ("application/fhir+json", b'{"a": 1}', "json"),
        ("application/xml", b"\xef\xbb\xbf <a/>", "xml"),
        ("image/jpeg; q=1", b"\xff\xd8", "jpg"),
        ("application/x-what", b"\x00", "bin"),
    ],
)
def test_the_extension_is_of_what_it_is(media_type: str, content: bytes, ends: str) -> None:
    assert extension(media_type, content) == ends
