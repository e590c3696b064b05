"""The command line: verbs are found, and each imports its own half only."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from dmp_tui import __version__
from dmp_tui.cli import main

VERBS = ("admin", "card", "demo", "sandbox", "serve")


def test_help_names_every_verb() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert all(verb in result.output for verb in VERBS)


def test_version() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).output


def test_an_unknown_verb_is_refused() -> None:
    result = CliRunner().invoke(main, ["chart"])
    assert result.exit_code == 2
    assert "chart" in result.output


@pytest.mark.parametrize(
    ("verb", "foreign"),
    [
        ("serve", ("textual", "httpx", "smartcard")),
        ("admin", ("textual", "httpx", "smartcard")),
        ("card", ("textual", "starlette", "sqlcipher3")),
        ("demo", ("starlette", "sqlcipher3", "httpx", "cryptography", "lxml")),
    ],
)
def test_a_verb_imports_its_own_half_only(verb: str, foreign: tuple[str, ...]) -> None:
    code = (
        "import sys; from dmp_tui.cli import main; main([sys.argv[1], '--help'], standalone_mode=False);"
        "print(*sorted(m for m in sys.modules if '.' not in m), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, verb], check=True, capture_output=True, text=True)
    assert not set(foreign) & set(done.stderr.split())
