"""Which base of medicines a server weighs by: the imported one, else the set that ships; noticed without a restart."""

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.identity import BirthDate
from dmp_tui.dmp.medicines.emergency import EmergencyBase, emergency_base
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.writing import write
from dmp_tui.server.medicines import Weighing, medicines_at, shipped
from dmp_tui.server.workers import WorkerProcess
from dmp_tui.store import Store
from tests.reference.tables import bdpm_in, thesaurus_in
from tests.server.api import running
from tests.server.login.serving import Clock, Credentials
from tests.server.login.world import Authorities, record
from tests.server.test_checking import ask, coded, opened, told, values

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


async def test_a_base_that_is_imported_while_the_server_runs_weighs_at_the_next_reading(
    tmp_path: Path,
    *,
    store: Store,
    clock: Clock,
    credentials: Credentials,
    authorities: Authorities,
    workers: WorkerProcess,
) -> None:
    path, place = tmp_path / "reference.db", f"/fhir/Patient/{PATIENT.id}/$summary"
    async with running(store, clock, credentials, authorities, workers, medicines=medicines_at(path)) as api:
        doctor = await opened(api, told(treatments=("COUMADINE 2 mg", "TOPALGIC 100 mg/2 ml")))
        before = await doctor.get(place)
        assert editions(before.content) == []
        day = clock().date()
        write(path, [medicines_of(bdpm_in(tmp_path / "b"), day), interactions_of(thesaurus_in(tmp_path / "t"), day)])
        after = await doctor.get(place, If_None_Match=before.headers["etag"])
        assert after.status_code == 200
        assert editions(after.content) == [("BDPM 2019-11", "ANSM 2020-10")]
        again = await doctor.get(place, If_None_Match=after.headers["etag"])
        assert again.status_code == 304
        answer = await ask(doctor, coded("60000003", "urn:oid:1.2.250.1.213.2.3.1"))
        assert values(answer, "verdict") == ["precaution"]
        assert {"name": "whole", "valueBoolean": True} in values(answer, "base")[0]


async def test_a_reference_file_that_is_damaged_hides_no_sheet(
    tmp_path: Path,
    *,
    store: Store,
    clock: Clock,
    credentials: Credentials,
    authorities: Authorities,
    workers: WorkerProcess,
) -> None:
    path, day = tmp_path / "reference.db", clock().date()
    write(path, [medicines_of(bdpm_in(tmp_path / "b"), day), interactions_of(thesaurus_in(tmp_path / "t"), day)])
    whole = path.read_bytes()
    async with running(store, clock, credentials, authorities, workers, medicines=medicines_at(path)) as api:
        doctor = await opened(api, told(treatments=("COUMADINE 2 mg", "kétoprofène")))
        for kept in (0, 100, 4096, len(whole) // 2, len(whole) - 4096):
            path.unlink()
            path.write_bytes(whole[:kept] + bytes(len(whole) - kept))
            answer = await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")
            assert answer.status_code == 200, (kept, answer.text)
            assert (await ask(doctor, "amoxicilline")).status_code == 200, kept


def editions(content: bytes) -> list[tuple[str, ...]]:
    return [check.weighed.editions for check in read_summary(content).sheet.checks if check.weighed is not None]
