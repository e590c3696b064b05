"""A terminal that goes away: the session does not stay open behind it."""

from pathlib import Path

from tests.terminal.terminal import DEMO, Terminal, descendants, gone


def test_a_line_that_drops_ends_the_app_though_no_signal_says_so(cache: Path, runtime: Path) -> None:
    script = ("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "leroy")
    # A session of its own, as "su -c" and containers make one: the terminal controls nothing, and signals nothing.
    command = ("setsid", "--wait", *DEMO, *script)
    terminal = Terminal(command, {"DMP_TUI_DEMO_CACHE": str(cache), "XDG_RUNTIME_DIR": str(runtime)})
    terminal.until("ALLERGIES")
    children = descendants(terminal.process.pid)
    assert children
    terminal.close()
    assert all(gone(pid) for pid in children)
    assert not list(runtime.iterdir())
