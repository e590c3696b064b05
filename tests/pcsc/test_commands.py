"""``dmp-tui card read`` and ``card emulate``, as a person starts them."""

import json
import subprocess
import sys
from pathlib import Path

from dmp_tui.cards.events import CardInserted, CardRemoved
from tests.pcsc.conftest import Desk, Doctor

PROGRAM = (sys.executable, "-c", "from dmp_tui.cards.commands import card; card(prog_name='card')")
"""The group of commands alone: the demonstration's cards, whose keys take their time to be made, are not wanted."""


def read() -> list[dict[str, object]]:
    done = subprocess.run([*PROGRAM, "read", "--json"], check=True, capture_output=True, text=True, timeout=60)
    said: list[dict[str, object]] = json.loads(done.stdout)
    return said


def test_cards_in_the_readers_are_said(desk: Desk, doctor: Doctor) -> None:
    desk.insert(0, doctor.card())
    cps, empty = read()
    assert (cps["kind"], empty["kind"]) == ("cps3", None)
    assert "MARTIN" in json.dumps(cps)


def test_emulated_cards_come_and_go(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "famille.json"
    path.write_text('{"beneficiaries": [{"family": "DURAND", "given": "Tom", "birth_date": "20150101"}]}')
    # The port is heard on all addresses, but the loopback is the only interface here: --allow-open is not needed.
    command = [*PROGRAM, "emulate", "--vitale", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdin
        emulator.stdin.write("vitale famille\n")
        emulator.stdin.flush()
        desk.expect(CardInserted, 1)
        _empty, vitale = read()
        assert vitale["beneficiaries"]
        emulator.stdin.write("remove 1\n")
        emulator.stdin.flush()
        desk.expect(CardRemoved, 1)
        said, _ = emulator.communicate("vitale famille 0\nquit\n", timeout=60)
    assert emulator.returncode == 0
    assert "Lecteur 0 : famille.json" in said
