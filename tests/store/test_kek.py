"""The key-encrypting key: where it may lie, who may read it, what it opens."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_tui.store import Store, StoreError, StoreProblem, default_kek
from dmp_tui.store.kek import LENGTH, Purpose, derive, is_kept, make_kek, read_kek


@pytest.fixture
def kek(tmp_path: Path) -> Path:
    """A key's file outside the data."""
    made = tmp_path / "keys" / "kek"
    make_kek(made)
    return made


def test_a_made_key_is_read(kek: Path, data: Path) -> None:
    assert len(read_kek(kek, data)) == LENGTH
    assert kek.stat().st_mode & 0o777 == 0o600
    assert kek.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_is_never_made_over_another(kek: Path, data: Path) -> None:
    before = read_kek(kek, data)
    with pytest.raises(StoreError) as raised:
        make_kek(kek)
    assert raised.value.problem is StoreProblem.EXISTS
    assert read_kek(kek, data) == before


def exposed(mode: int) -> Callable[[Path], None]:
    """Gives the file another mode."""
    return lambda path: path.chmod(mode)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (exposed(0o640), StoreProblem.KEK_EXPOSED),
        (exposed(0o604), StoreProblem.KEK_EXPOSED),
        (exposed(0o620), StoreProblem.KEK_EXPOSED),
        (lambda path: path.write_bytes(bytes(31)), StoreProblem.KEK_SHAPE),
        (lambda path: path.write_bytes(bytes(33)), StoreProblem.KEK_SHAPE),
        (lambda path: path.write_bytes(b""), StoreProblem.KEK_SHAPE),
        (Path.unlink, StoreProblem.KEK_MISSING),
    ],
)
def test_a_key_that_is_not_kept_as_it_must_is_refused(
    kek: Path, data: Path, change: Callable[[Path], None], problem: StoreProblem
) -> None:
    change(kek)
    with pytest.raises(StoreError) as raised:
        read_kek(kek, data)
    assert raised.value.problem is problem


def test_a_stricter_mode_is_welcome(kek: Path, data: Path) -> None:
    kek.chmod(0o400)
    assert len(read_kek(kek, data)) == LENGTH


@pytest.mark.parametrize(
    ("mode", "owner", "group", "kept"),
    [(0o100440, 0, 0, True), (0o100440, 0, 1, False), (0o100440, os.geteuid() or 1, 0, False), (0o100444, 0, 0, False)],
)
def test_a_credential_of_systemd_is_welcome(mode: int, owner: int, group: int, kept: bool) -> None:
    """systemd gives root's file to the service by an ACL, whose mask shows as the group's bits."""
    assert is_kept(os.stat_result((mode, 0, 0, 1, owner, group, 32, 0, 0, 0))) is kept


def test_a_key_that_is_a_directory_is_refused(tmp_path: Path, data: Path) -> None:
    with pytest.raises(StoreError):
        read_kek(tmp_path, data)


@pytest.mark.parametrize("place", ["data/kek", "data/tls/kek", "elsewhere/../data/kek"])
def test_a_key_inside_the_data_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(StoreError) as raised:
        Store.create(tmp_path / "data", tmp_path / place)
    assert raised.value.problem is StoreProblem.KEK_INSIDE
    assert not (tmp_path / "data").exists()


def test_a_link_from_the_keys_into_the_data_is_refused(kek: Path, tmp_path: Path, data: Path) -> None:
    data.mkdir()
    moved = kek.rename(data / "kek")
    link = tmp_path / "kek"
    link.symlink_to(moved)
    with pytest.raises(StoreError) as raised:
        read_kek(link, data)
    assert raised.value.problem is StoreProblem.KEK_INSIDE


def test_another_key_opens_nothing(store: Store, data: Path, kek: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store.close()
    with pytest.raises(StoreError) as raised:
        Store.open(data, kek)
    assert raised.value.problem is StoreProblem.WRONG_KEY
    # SQLCipher would write its own line into the middle of a screen.
    assert capfd.readouterr() == ("", "")
    Store.open(data).close()


def test_each_purpose_has_a_key_of_its_own(kek: Path, data: Path) -> None:
    key = read_kek(kek, data)
    derived = {derive(key, purpose) for purpose in Purpose}
    assert len(derived) == len(Purpose)
    assert key not in derived


def test_the_default_place_is_beside_the_data(data: Path) -> None:
    assert default_kek(data) == data.parent / "data.keys" / "kek"


def test_no_store_is_said_as_such(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(StoreError) as raised:
            Store.open(directory)
        assert raised.value.problem is StoreProblem.ABSENT


def test_a_pipe_is_no_key_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "kek", 0o600)
    with pytest.raises(StoreError) as raised:
        read_kek(tmp_path / "kek", tmp_path / "data")
    assert raised.value.problem is StoreProblem.KEK_EXPOSED
