"""``dmp-tui deposit`` with cards in the readers of a real PC/SC service, as a person starts it."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_tui.cards.virtual import Cps3
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.patients import patient
from dmp_tui.demo.pdf import text_pdf
from tests.app.test_deposit import cda
from tests.pcsc.conftest import Desk
from tests.serving import PROGRAM, ServerProcess

Deposit = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def deposit(sandbox: Path, served: ServerProcess) -> Deposit:
    def run(*words: str | Path, typed: str) -> "subprocess.CompletedProcess[str]":
        command = [PROGRAM, "--config", sandbox / "app.toml", "deposit", *words, "--pin-stdin", "--json"]
        environment = {**os.environ, "DMP_TUI_SERVER_URL": served.url}
        return subprocess.run(
            command, check=False, input=typed, capture_output=True, text=True, timeout=60, env=environment
        )

    return run


def cps(desk: Desk, sandbox: Path) -> Cps3:
    card = demonstration_card("simon", sandbox / "authority")
    assert isinstance(card, Cps3)
    desk.insert(0, card)
    return card


def test_a_number_that_is_typed_and_a_patient_in_the_other_reader(
    desk: Desk, sandbox: Path, deposit: Deposit, tmp_path: Path
) -> None:
    pdf, other = tmp_path / "lettre.pdf", tmp_path / "autre.xml"
    pdf.write_bytes(text_pdf(("Courrier", "par le lecteur")))
    other.write_bytes(cda("leroy", "2.25.6001"))
    card = cps(desk, sandbox)
    done = deposit(pdf, other, "--ins", "-", typed=f"{patient('garnier').ins.matricule}\n1234\n")
    assert done.returncode == 1, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["outcome"] for one in told] == ["deposited", "refused"]
    assert not card._verified
    desk.insert(1, demonstration_card("garnier", None))
    done = deposit(pdf, "--vitale", typed="1234\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == told[0]["id"]
    assert json.loads(done.stdout)["outcome"] == "already-there"


def test_a_wrong_pin_is_tried_once_and_no_card_says_so(
    desk: Desk, sandbox: Path, deposit: Deposit, tmp_path: Path
) -> None:
    path = tmp_path / "cr.xml"
    path.write_bytes(cda("garnier", "2.25.6002"))
    card = cps(desk, sandbox)
    wrong = deposit(path, typed="9999\n")
    assert (wrong.returncode, card.tries_left, wrong.stdout) == (77, 2, "")
    assert deposit(path, typed="1234\n").returncode == 0
    desk.remove(0)
    gone = deposit(path, typed="1234\n")
    assert (gone.returncode, gone.stdout) == (69, "")
    assert gone.stderr.strip()
