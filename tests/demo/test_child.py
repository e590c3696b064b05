"""The directory of one run: private, locked, removed at the end, and those that killed runs left."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from dmp_tui.demo.child import temporary_directory
from dmp_tui.demo.places import cache_directory, runtime_directory

LONG_AGO = (1_000_000_000, 1_000_000_000)


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def left_behind(runtime: Path, name: str, *, old: bool = True) -> Path:
    directory = runtime / f"dmp-tui-demo-{name}"
    (directory / "copy").mkdir(parents=True)
    (directory / "alive").touch()
    if old:
        os.utime(directory, LONG_AGO)
    return directory


def test_it_is_private_and_goes_with_the_run(runtime: Path) -> None:
    with temporary_directory() as directory:
        assert directory.parent == runtime
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        (directory / "copy").mkdir()
    assert not list(runtime.iterdir())


def test_it_goes_where_the_run_fails_too(runtime: Path) -> None:
    with pytest.raises(KeyError), temporary_directory():
        raise KeyError
    assert not list(runtime.iterdir())


def test_what_a_killed_run_left_is_removed(runtime: Path) -> None:
    abandoned = left_behind(runtime, "abandoned")
    with temporary_directory():
        assert not abandoned.exists()


def test_what_another_run_uses_stays(runtime: Path) -> None:
    used = left_behind(runtime, "used")
    with (used / "alive").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with temporary_directory():
            assert used.exists()


def test_what_another_run_is_making_stays(runtime: Path) -> None:
    made = left_behind(runtime, "young", old=False)
    with temporary_directory():
        assert made.exists()


def test_two_runs_have_two_directories(runtime: Path) -> None:
    with temporary_directory() as one, temporary_directory() as other:
        assert one != other
        assert one.exists()
        assert other.exists()


def test_without_a_runtime_directory_the_system_s_temporary_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    assert runtime_directory().is_dir()


def test_the_cache_is_the_user_s_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DMP_TUI_DEMO_CACHE", raising=False)
    assert cache_directory() == tmp_path / "dmp-tui" / "demo"
    monkeypatch.setenv("DMP_TUI_DEMO_CACHE", str(tmp_path / "other"))
    assert cache_directory() == tmp_path / "other"
