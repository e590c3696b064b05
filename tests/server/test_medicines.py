"""Which base of medicines a server weighs by: the imported one, else the set that ships; noticed without a restart."""

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.identity import BirthDate
from dmp_tui.dmp.medicines.emergency import EmergencyBase, emergency_base
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.server.medicines import Weighing, medicines_at, shipped
from tests.server.login.world import record

TODAY = date(2026, 11, 20)
PATIENT: Record = record()


def test_without_an_import_the_emergency_set_weighs(tmp_path: Path) -> None:
    by = medicines_at(tmp_path / "reference.db").weighing(TODAY)
    assert isinstance(by.base, EmergencyBase)
    sheet = typed_sheet(Typed(["COUMADINE", "kétoprofène"]), TODAY)
    assert [(c.kind, c.weighed.level if c.weighed else "") for c in by.verified(sheet, PATIENT).checks] == [
        ("interaction", "discouraged")
    ]
    assert by.edition == shipped().weighing(TODAY).edition


def test_a_file_that_comes_is_noticed_and_one_that_is_of_no_use_leaves_the_set_in_service(tmp_path: Path) -> None:
    medicines = medicines_at(tmp_path / "reference.db")
    before = medicines.weighing(TODAY)
    (tmp_path / "reference.db").write_bytes(b"no base")
    after = medicines.weighing(TODAY)
    assert before.edition != after.edition
    assert isinstance(after.base, EmergencyBase)
    assert {len(by.edition) for by in (before, after)} == {12}


def test_the_worker_opens_a_base_once_for_all_that_it_is_handed(tmp_path: Path) -> None:
    by = medicines_at(tmp_path / "reference.db").weighing(TODAY)
    handed: list[Weighing] = [pickle.loads(pickle.dumps(by)) for _ in range(2)]  # noqa: S301 - our own, as a pool does
    assert handed[0] == handed[1] == by
    assert handed[0].base is handed[1].base is emergency_base()


def test_it_says_from_which_birthday_it_is_to_be_weighed_again() -> None:
    born = replace(PATIENT, traits=replace(PATIENT.traits, birth=BirthDate(1961, 12, 3, "")))
    assert shipped().weighing(TODAY).stale_on(born) == "2026-12-03"
    assert shipped().weighing(TODAY).stale_on(replace(born, traits=replace(born.traits, birth=None))) == ""
