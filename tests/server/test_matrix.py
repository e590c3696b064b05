"""The official table through the whole server: each of its 312 cells by a call, with a card, a token and a record."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from dmp_tui.dmp.consents import EmergencyConsents, Record
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.dmp.rights import Operation, table
from dmp_tui.server.caller import Caller
from dmp_tui.server.deposit import deposit
from tests.server.api import MASKED, Api, Client, Json, reference
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, OCCUPATIONAL, keep_professional, record
from tests.server.test_deposit import _text
from tests.server.test_documents import ARCHIVE, DELETE, MASK, UNMASK
from tests.server.test_patients import consent

COLUMNS = sorted({where for _, where in table()})
PEOPLE = {
    Role.NON_DOCTOR: NURSE,
    Role.DOCTOR: DOCTOR,
    Role.TREATING_DOCTOR: DOCTOR,
    Role.OCCUPATIONAL_DOCTOR: OCCUPATIONAL,
    Role.CPE_CLERK: CLERK,
    Role.FACILITY_CERTIFICATE: FACILITY,
}
PURPOSES = {"break_glass": "BTG", "regulation": "ETREAT"}
SHOWN = {"op": "replace", "path": "/securityLabel", "value": MASKED[:1]}
UNARCHIVE = {**ARCHIVE, "value": False}


@dataclass
class Scene:
    """A professional in a mode before a record where nothing but the table can refuse him."""

    api: Api
    client: Client
    patient: Record
    professional: Professional

    async def document(self, **state: Any) -> DocumentEntry:
        """A document that the professional made himself, in this state."""
        caller = Caller(self.professional, Mode.NORMAL, "test")
        kept = await deposit(self.api.store, caller, self.patient, b"texte", _text())
        return self.api.store.write_now(lambda tx: tx.update_document(replace(kept, **state)))

    async def read(self, **state: Any) -> httpx.Response:
        return await self.client.get(f"/fhir/Binary/{(await self.document(**state)).id}")

    async def change(self, operation: Json, **state: Any) -> httpx.Response:
        return await self.client.patch(f"/fhir/DocumentReference/{(await self.document(**state)).id}", operation)

    def at(self, path: str) -> str:
        return f"/fhir/Patient/{self.patient.id}{path}"


def levels(*more: Confidentiality) -> frozenset[Confidentiality]:
    return frozenset({Confidentiality.NORMAL, *more})


Call = Callable[[Scene], Awaitable[httpx.Response]]
HIDDEN = levels(Confidentiality.HIDDEN_FROM_PATIENT)
MASKED_LEVELS = levels(Confidentiality.MASKED)


async def search(scene: Scene, *, by_identifier: bool) -> httpx.Response:
    kept = await scene.document()
    extra = f"&identifier=urn:ietf:rfc:3986|urn:uuid:{kept.id}" if by_identifier else ""
    answer = await scene.client.get(f"/fhir/DocumentReference?patient={scene.patient.id}{extra}")
    if answer.status_code == 200 and by_identifier:
        assert [e["resource"]["id"] for e in answer.json()["entry"]] == [kept.id]
    return answer


async def declare(scene: Scene) -> httpx.Response:
    body = consent(scene.professional, structure=scene.professional.role is Role.CPE_CLERK)
    return await scene.client.post("/fhir/Consent", body)


async def remove(scene: Scene) -> httpx.Response:
    mine = next(c for c in scene.api.store.consents(scene.patient.id) if c.actor == scene.professional.id)
    inactive = {"op": "replace", "path": "/status", "value": "inactive"}
    return await scene.client.patch(f"/fhir/Consent/{mine.id}", inactive)


async def match(scene: Scene) -> httpx.Response:
    asked = {"resourceType": "Patient", "name": [{"family": "PAT-ESSAI"}], "birthDate": "1979"}
    body = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": asked}]}
    return await scene.client.post("/fhir/Patient/$match", body)


async def existence(scene: Scene) -> httpx.Response:
    ins = scene.patient.ins
    return await scene.client.get(f"/fhir/Patient?identifier={ins.system}|{ins.matricule}")


CALLS: dict[Operation, Call] = {
    Operation.AUTHENTICATE: existence,
    Operation.TEST_EXISTENCE: existence,
    Operation.LIST_AUTHORISED_RECORDS: lambda s: s.client.get("/fhir/Patient/$authorised"),
    Operation.SEARCH_PATIENT_WITHOUT_INS: match,
    Operation.CONTEXTUAL_WEB_ACCESS: lambda s: s.client.post(s.at("/$web-access"), None),
    Operation.READ_ADMIN_DATA: lambda s: s.client.get(s.at("")),
    Operation.LIST_AUTHORISED_OR_BLOCKED: lambda s: s.client.get(f"/fhir/Consent?patient={s.patient.id}"),
    Operation.SUBMIT_DOCUMENT: lambda s: s.client.post("/fhir/DocumentReference", reference(b"texte", s.patient)),
    Operation.SEARCH_METADATA: lambda s: search(s, by_identifier=False),
    Operation.SEARCH_DOCUMENT_REFERENCE: lambda s: search(s, by_identifier=True),
    Operation.READ_UNMASKED: lambda s: s.read(),
    Operation.READ_MASKED: lambda s: s.read(confidentiality=MASKED_LEVELS),
    Operation.READ_HIDDEN_FROM_PATIENT: lambda s: s.read(confidentiality=HIDDEN),
    Operation.READ_ARCHIVED: lambda s: s.read(archived=True),
    Operation.READ_SUPERSEDED: lambda s: s.read(status=DocumentStatus.SUPERSEDED),
    Operation.READ_DELETED: lambda s: s.read(status=DocumentStatus.ENTERED_IN_ERROR),
    Operation.MASK: lambda s: s.change(MASK),
    Operation.UNMASK: lambda s: s.change(UNMASK, confidentiality=MASKED_LEVELS),
    Operation.MAKE_VISIBLE_TO_PATIENT: lambda s: s.change(SHOWN, confidentiality=HIDDEN),
    Operation.ARCHIVE: lambda s: s.change(ARCHIVE),
    Operation.UNARCHIVE: lambda s: s.change(UNARCHIVE, archived=True),
    Operation.DELETE: lambda s: s.change(DELETE),
    Operation.TREATING_DOCTOR_RESIGN: lambda s: s.client.post(s.at("/$resign-treating-doctor"), None),
    Operation.AUTHORISATION_DECLARE: declare,
    Operation.AUTHORISATION_REMOVE: remove,
}
"""In an order where no call takes away what a later one needs. Clerks deposit by the same call, in their own row."""


async def scene_of(api: Api, where: str) -> Scene:
    who, _, mode = where.partition(".")
    role = Role(who)
    professional = replace(PEOPLE[role], regulator=mode == "regulation")
    keep_professional(api.store, professional)
    treating = professional.id if role is Role.TREATING_DOCTOR else "899700000099"
    patient = api.keep(record(treating_doctor=treating, emergency=EmergencyConsents(masked=True)))
    api.permit(patient, professional)
    client = await api.login(professional)
    if mode in PURPOSES:
        client = await client.emergency(PURPOSES[mode], patient)
    return Scene(api, client, patient, professional)


@pytest.mark.parametrize("where", COLUMNS)
async def test_a_column_of_the_table(api: Api, where: str) -> None:
    scene = await scene_of(api, where)
    found = {}
    for operation, call in CALLS.items():
        found[operation] = (await call(scene)).status_code
    expected = {o: table()[o.value, where] != "n" for o in CALLS}
    by_clerk = table()[Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK.value, where] != "n"
    expected[Operation.SUBMIT_DOCUMENT] |= by_clerk
    assert {o: status < 300 for o, status in found.items()} == expected
    assert {status for status in found.values() if status >= 300} <= {403}


def test_every_row_has_its_call() -> None:
    assert {*CALLS, Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK} == set(Operation)
