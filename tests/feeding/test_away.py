"""Putting a file away: a crash, a full disk or another program at any step loses nothing and parts nothing."""

import errno
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_tui.feeding.away import DONE, REFUSED, ChangedError, Fate, Look, look_by, put_away, recover

NAME, SIDECAR = "lettre.pdf", "lettre.pdf.json"
DOCUMENT, BESIDE = b"%PDF-1.4 document", b'{"ins": "..."}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    for path in (made, made / DONE, made / REFUSED):
        path.mkdir()
    return made


def drop(folder: Path) -> None:
    (folder / NAME).write_bytes(DOCUMENT)
    (folder / SIDECAR).write_bytes(BESIDE)


def fate(folder: Path, where: str) -> Fate:
    return Fate(where, "dit\n", look_by((folder / NAME).lstat()), SIDECAR, BESIDE)


def tail(where: str) -> str:
    return ".recu.json" if where == DONE else ".raison.txt"


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def whole(where: str) -> set[str]:
    return {f"{where}/{NAME}", f"{where}/{SIDECAR}", f"{where}/{NAME}{tail(where)}"}


STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.utime"}
"""What the system is asked for, each told to audit hooks before it happens."""
FAILED, OVERCOME, NOT_REACHED = 3, 4, 0


def in_child(number: int, act: Callable[[], None], folder: Path, made: Fate) -> int:
    """How a process ends that puts the file away, in which something happens at a step: the signal, negative, or one of
    the three."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seen = 0

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal seen
        seen += event in STEPS
        if event in STEPS and seen == number:
            act()

    sys.addaudithook(hook)
    code = 99
    try:
        put_away(folder, NAME, made)
        code = OVERCOME if seen >= number else NOT_REACHED
    except OSError:
        code = FAILED
    finally:
        os._exit(code)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def no_room() -> None:
    raise OSError(errno.ENOSPC, "no room")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("where", [DONE, REFUSED])
@pytest.mark.parametrize("act", [die, no_room])
def test_at_every_step(folder: Path, where: str, act: Callable[[], None]) -> None:
    steps = 0
    while True:
        drop(folder)
        steps += 1
        status = in_child(steps, act, folder, fate(folder, where))
        if status not in {OVERCOME, NOT_REACHED}:
            assert status == (-signal.SIGKILL if act is die else FAILED)
            # A document in its place has what is said of it; else it is where it was.
            placed = (folder / where / NAME).exists()
            assert placed is not (folder / NAME).exists()
            assert not placed or (folder / where / f"{NAME}{tail(where)}").read_bytes() == b"dit\n"
            assert not placed or (folder / where / SIDECAR).read_bytes() == BESIDE
            recover(folder)
            assert names(folder) == (whole(where) if placed else {NAME, SIDECAR})
            if not placed:
                put_away(folder, NAME, fate(folder, where))
        if status == OVERCOME:
            # A sidecar of which there is a copy, and that could not be removed: it is told of on its own.
            (folder / SIDECAR).unlink(missing_ok=True)
        assert names(folder) == whole(where)
        assert (folder / where / NAME).read_bytes() == DOCUMENT
        assert (folder / where / SIDECAR).read_bytes() == BESIDE
        for path in (folder / where).iterdir():
            path.unlink()
        if status == NOT_REACHED:
            break
    assert steps > 8


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("act", [die, no_room])
def test_at_every_step_to_another_file_system(folder: Path, act: Callable[[], None]) -> None:
    if not other_file_system(folder):
        pytest.skip("needs /dev/shm on another file system than the temporary directory")
    elsewhere = Path("/dev/shm") / f"dmp-tui-{os.getpid()}"  # noqa: S108 - another file system is what is wanted
    elsewhere.mkdir(mode=0o700)
    (folder / DONE).rmdir()
    (folder / DONE).symlink_to(elsewhere)
    expected = {path.removeprefix(f"{DONE}/") for path in whole(DONE)}
    try:
        steps = 0
        while True:
            drop(folder)
            steps += 1
            status = in_child(steps, act, folder, fate(folder, DONE))
            if status not in {OVERCOME, NOT_REACHED}:
                assert (folder / NAME).exists() or (elsewhere / NAME).read_bytes() == DOCUMENT
                recover(folder)
                if (folder / NAME).exists():
                    put_away(folder, NAME, fate(folder, DONE))
            if status == OVERCOME:
                (folder / SIDECAR).unlink(missing_ok=True)
            assert not (folder / NAME).exists()
            assert not (folder / SIDECAR).exists()
            assert {path.name for path in elsewhere.iterdir()} == expected
            for path in elsewhere.iterdir():
                path.unlink()
            if status == NOT_REACHED:
                break
        assert steps > 8
    finally:
        for path in elsewhere.iterdir():
            path.unlink()
        elsewhere.rmdir()


def other_file_system(folder: Path) -> bool:
    shared = Path("/dev/shm")  # noqa: S108 - as above
    return shared.is_dir() and os.access(shared, os.W_OK) and shared.stat().st_dev != folder.stat().st_dev


def test_a_file_that_changed_since_it_was_looked_at_stays(folder: Path) -> None:
    drop(folder)
    old = fate(folder, DONE)
    (folder / NAME).write_bytes(DOCUMENT + b" and more")
    with pytest.raises(ChangedError):
        put_away(folder, NAME, old)
    assert names(folder) == {NAME, SIDECAR}


def test_a_file_that_changes_in_the_last_instant_comes_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == NAME:
            self.write_bytes(b"another letter")
        return real(self, target)

    made = fate(folder, DONE)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        with pytest.raises(ChangedError):
            put_away(folder, NAME, made)
    assert names(folder) == {NAME, SIDECAR}
    assert (folder / NAME).read_bytes() == b"another letter"


def test_a_sidecar_that_is_written_anew_meanwhile_stays(folder: Path) -> None:
    drop(folder)
    made = fate(folder, DONE)
    (folder / SIDECAR).write_bytes(b"another")
    put_away(folder, NAME, made)
    assert names(folder) == {*whole(DONE), SIDECAR}
    assert (folder / DONE / SIDECAR).read_bytes() == BESIDE


def test_no_file_takes_anothers_place(folder: Path) -> None:
    for number in range(3):
        drop(folder)
        put_away(folder, NAME, fate(folder, DONE))
        assert len(list((folder / DONE).glob("*.pdf"))) == number + 1
    for name in ("lettre-3.pdf.recu", "lettre-3.pdf"):
        (folder / name).write_bytes(DOCUMENT)
        put_away(folder, name, Fate(DONE, "", look_by((folder / name).lstat())))
    assert {path.name for path in (folder / DONE).iterdir() if not path.name.endswith(".json")} == {
        "lettre.pdf",
        "lettre-1.pdf",
        "lettre-2.pdf",
        "lettre-3.pdf",
        "lettre-3.pdf.recu",
    }


@pytest.mark.parametrize(
    "name",
    ["-rf.pdf", "a b.pdf", "é" * 120 + ".pdf", "x" * 255, "a\nb\x1b[31m.pdf", ".pdf", "x." + "y" * 250, "\udce9.pdf"],
)
def test_any_name_finds_a_place_with_what_is_said_of_it(folder: Path, name: str) -> None:
    for _ in range(2):
        (folder / name).write_bytes(DOCUMENT)
        put_away(folder, name, Fate(REFUSED, "parce que\n", look_by((folder / name).lstat())))
    placed = list((folder / REFUSED).iterdir())
    assert sorted(path.name.endswith(".raison.txt") for path in placed) == [False, False, True, True]


def test_a_plan_that_was_not_written_here_does_nothing(folder: Path) -> None:
    (folder.parent / "kept").write_bytes(b"x")
    plan = {"name": "../kept", "place": "../../kept", "sidecar": ""}
    for written in (json.dumps(plan), "[]", "{", '{"name": 1, "place": "b", "sidecar": null, "x": 1}'):
        (folder / DONE / ".dmp-tui.plan").write_text(written)
        recover(folder)
        assert names(folder) == set()
    assert (folder.parent / "kept").exists()


def test_a_look_tells_size_and_time(folder: Path) -> None:
    drop(folder)
    assert look_by((folder / NAME).lstat()) == Look(len(DOCUMENT), (folder / NAME).stat().st_mtime_ns)
