"""``dmp-tui check`` of a record, with cards in the readers of a real PC/SC service, as a person starts it."""

import json
import os
import subprocess
from pathlib import Path

from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.patients import patient
from tests.pcsc.conftest import Desk
from tests.serving import PROGRAM, ServerProcess


def check(sandbox: Path, served: ServerProcess, *words: str, typed: str) -> "subprocess.CompletedProcess[str]":
    command = [str(PROGRAM), "--config", str(sandbox / "app.toml"), "check", *words, "--pin-stdin"]
    environment = {**os.environ, "DMP_TUI_SERVER_URL": served.url, "XDG_DATA_HOME": str(sandbox / "none")}
    return subprocess.run(
        command, check=False, input=typed, capture_output=True, text=True, timeout=60, env=environment
    )


def test_a_typed_number_then_the_vitale_of_the_other_reader(desk: Desk, sandbox: Path, served: ServerProcess) -> None:
    desk.insert(0, demonstration_card("simon", sandbox / "authority"))
    done = check(sandbox, served, "ceftriaxone", "--ins", "-", typed=f"{patient('leroy').ins.matricule}\n1234\n")
    assert done.returncode == 1, done.stderr
    assert "LEROY" in done.stdout
    assert done.stderr == ""
    desk.insert(1, demonstration_card("garnier", None))
    done = check(sandbox, served, "ibuprofène", "--vitale", "--json", typed="1234\n")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] in {"discouraged", "contraindicated"}
    assert told["record"]["identity_differs"] is False


def test_a_wrong_pin_reads_nothing(desk: Desk, sandbox: Path, served: ServerProcess) -> None:
    desk.insert(0, demonstration_card("simon", sandbox / "authority"))
    wrong = check(sandbox, served, "ceftriaxone", "--ins", "-", typed=f"{patient('leroy').ins.matricule}\n9999\n")
    assert (wrong.returncode, wrong.stdout) == (77, "")
