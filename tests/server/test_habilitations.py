"""What a profession may not consult is on none of its screens; the rest, and one's own, is."""

from pathlib import Path

import pytest

from dmp_tui.server.layout import LayoutError, load_files
from dmp_tui.server.settings import ServerSettings
from tests.server.api import Api, reference
from tests.server.login.world import DOCTOR, NURSE, record
from tests.server.test_commands import done, failed, server

__all__ = ["server"]

PATIENT = record()
PSYCHIATRIC = "68599-0"


async def two_readers(api: Api, depositor: str = "doctor") -> tuple[list[str], list[str], str]:
    """Types that a doctor and a nurse find, and the id of the psychiatric summary."""
    api.keep(PATIENT)
    for who in (DOCTOR, NURSE):
        api.permit(PATIENT, who)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    by = doctor if depositor == "doctor" else nurse
    await doctor.post("/fhir/DocumentReference", reference(b"a", PATIENT, type_="11488-4"))
    made = await by.post("/fhir/DocumentReference", reference(b"b", PATIENT, type_=PSYCHIATRIC))
    assert made.status_code == 201, made.text
    asked = f"/fhir/DocumentReference?patient={PATIENT.id}"
    found = [
        sorted(e["resource"]["type"]["coding"][0]["code"] for e in (await c.get(asked)).json().get("entry", []))
        for c in (doctor, nurse)
    ]
    return found[0], found[1], made.json()["id"]


async def test_a_nurse_does_not_find_a_psychiatric_summary(api: Api) -> None:
    doctors, nurses, hidden = await two_readers(api)
    assert doctors == ["11488-4", PSYCHIATRIC]
    assert nurses == ["11488-4"]
    nurse = await api.login(NURSE)
    answer = await nurse.get(f"/fhir/Binary/{hidden}")
    assert answer.status_code in {403, 404}
    assert (await nurse.get(f"/fhir/DocumentReference/{hidden}")).status_code in {403, 404}


async def test_it_is_not_in_her_sheet_either(api: Api) -> None:
    _, _, hidden = await two_readers(api)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    whole = (await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")).text
    hers = (await nurse.get(f"/fhir/Patient/{PATIENT.id}/$summary")).text
    assert hidden in whole
    assert hidden not in hers


async def test_her_own_she_finds(api: Api) -> None:
    _, nurses, _ = await two_readers(api, "nurse")
    assert nurses == ["11488-4", PSYCHIATRIC]


async def test_breaking_the_glass_changes_nothing(api: Api) -> None:
    _, _, hidden = await two_readers(api)
    nurse = await (await api.login(NURSE)).emergency("BTG", PATIENT)
    assert (await nurse.get(f"/fhir/Binary/{hidden}")).status_code in {403, 404}
    assert hidden not in (await nurse.get(f"/fhir/Patient/{PATIENT.id}/$summary")).text


def test_a_site_loads_its_own(server: Path, tmp_path: Path) -> None:
    matrix = tmp_path / "matrice.csv"
    matrix.write_text("profession;type;consultation\n60;*;non\n60;11488-4;oui\n")
    assert done("import-habilitations", matrix, "--data", server) == (
        "Habilitations chargées : 2. Redémarrez le serveur.\n"
    )
    loaded = load_files(server).settings.habilitations
    assert loaded.refused("60", ["11488-4", "11502-2"]) == {"11502-2"}
    assert ServerSettings().habilitations.refused("60", ["11502-2"]) == frozenset()
    assert "admin_import_habilitations" in done("trail", "--data", server)


def test_what_is_no_matrix_is_told_and_the_former_one_stays(server: Path, tmp_path: Path) -> None:
    matrix = tmp_path / "matrice.csv"
    matrix.write_text("profession,type,consultation\n60,11488-4,peut-etre\n")
    assert "ligne 2, colonne consultation" in failed("import-habilitations", matrix, "--data", server)
    assert not (server / "habilitations.csv").exists()
    (server / "habilitations.csv").write_text("n'importe quoi")
    with pytest.raises(LayoutError):
        load_files(server)
