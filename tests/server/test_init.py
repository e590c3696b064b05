"""``admin init``: into a directory of its own, and again where a first try was cut short."""

import shutil
from pathlib import Path

import pytest

from tests.server.test_commands import done, failed, server

__all__ = ["server"]


def test_init_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter").write_text("dear")
    assert "contient déjà" in failed("init", tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter"]


@pytest.mark.parametrize("kept", [set(), {"keys.db"}, {"keys.db", "records.db"}, {"keys.db", "records.db", "tls"}])
def test_init_that_was_cut_short_is_made_anew(server: Path, kept: set[str]) -> None:
    keys = server.with_name("server.keys")
    kek = (keys / "kek").read_bytes()
    (keys / "trail.heads").write_text("{}\n")
    (server / ".init").touch()
    (server / "server.toml").unlink()
    for path in [*server.iterdir()]:
        if path.name not in kept | {".init"}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    done("init", server)
    assert {path.name for path in server.iterdir()} == {"records.db", "keys.db", "server.toml", "tls"}
    assert (keys / "kek").read_bytes() == kek
    assert "intègre" in done("verify-trail", "--data", server)


def test_a_mark_alone_takes_nothing_from_a_server(server: Path) -> None:
    (server / ".init").touch()
    assert "contient déjà" in failed("init", server)
    assert (server / "records.db").exists()
