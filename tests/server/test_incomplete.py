"""Documents that lack what a document should have are kept and shown as such; those of another patient are not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.identity import Ins
from dmp_tui.server.sheets import plain, unpack
from tests.reference import needs_reference, reference_files
from tests.server.api import Api, Json, reference
from tests.server.login.world import DOCTOR, record
from tests.server.test_transactions import rule

PATIENT = record()
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>'


def cda(*inside: str) -> bytes:
    """A ClinicalDocument of these elements."""
    return f'<ClinicalDocument xmlns="urn:hl7-org:v3">{"".join(inside)}</ClinicalDocument>'.encode()


def target(ins: Ins) -> str:
    return f'<recordTarget><patientRole><id root="{ins.oid}" extension="{ins.matricule}"/></patientRole></recordTarget>'


def warnings(resource: Json) -> list[str]:
    return [e["valueCode"] for e in resource["extension"] if e["url"] == "urn:dmp-tui:fhir:warning"]


@pytest.mark.parametrize(
    "content", [EMPTY, cda(target(PATIENT.ins)), cda('<id root="1.2.3"/><code code="11488-4"/>', target(PATIENT.ins))]
)
async def test_a_document_without_header_or_body_is_kept_and_named(api: Api, content: bytes) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    answer = await doctor.post("/fhir/DocumentReference", reference(content, PATIENT, media="application/xml"))
    assert answer.status_code == 201, answer.text
    assert "incomplete-document" in warnings(answer.json())
    [kept] = api.store.documents(PATIENT.id)
    assert (kept.readable, api.store.content(PATIENT.id, kept.id)) == ("nothing", content)
    stored = unpack(api.store.summary(PATIENT.id, masked=False) or b"", api.by)
    assert stored is not None
    assert [origin.document for origin in read_summary(plain(stored)).sheet.unread] == [kept.id]


@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        (EMPTY, {"type": None}, "missing-header"),
        (cda(target(record(300001).ins)), {}, "other-patient"),
        (b"<ClinicalDocument", {}, "not-xml"),
        (b"pas du XML", {}, "not-xml"),
        (b"<autre/>", {}, "not-cda"),
    ],
)
async def test_what_is_refused_all_the_same(api: Api, content: bytes, fields: Json, code: str) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    body = reference(content, PATIENT, media="application/xml", **fields)
    answer = await doctor.post("/fhir/DocumentReference", body)
    assert (answer.status_code, rule(answer)) == (422, code)
    assert record(300001).ins.matricule not in answer.text
    assert api.store.documents(PATIENT.id) == []


async def test_its_own_header_still_says_what_it_replaces(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    await doctor.post("/fhir/DocumentReference", reference(b"avant", PATIENT, unique_id="1.2.250.1.999.1"))
    content = cda(
        '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.1"/></parentDocument>'
        "</relatedDocument>"
    )
    await doctor.post("/fhir/DocumentReference", reference(content, PATIENT, media="application/xml"))
    assert sorted(d.status.value for d in api.store.documents(PATIENT.id)) == ["current", "superseded"]


@pytest.mark.parametrize(("ahead", "said"), [(timedelta(minutes=1), False), (timedelta(hours=1), True)])
async def test_a_date_after_the_deposit_is_a_warning(api: Api, ahead: timedelta, said: bool) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    body = reference(b"texte", PATIENT, date=(api.clock() + ahead).isoformat(timespec="seconds"))
    answer = await doctor.post("/fhir/DocumentReference", body)
    assert (answer.status_code, "future-date" in warnings(answer.json())) == (201, said)


@needs_reference
async def test_the_examples_of_the_draft_are_taken_in_as_they_are(api: Api) -> None:
    api.keep(replace(PATIENT, ins=Ins("123456789012345", "1.2.250.1.213.1.4.8")))
    doctor = await api.login(DOCTOR)
    posted = []
    for path in reference_files("data/pdsm4dmp/*.json"):
        example = json.loads(path.read_bytes())
        if example.get("type") == "transaction":
            answer = await doctor.post("/fhir", path.read_bytes())
            statuses = [e["response"]["status"] for e in answer.json()["entry"]]
            methods = [e["request"]["method"] for e in example["entry"]]
            assert statuses == ["200 OK" if m == "PATCH" else "201 Created" for m in methods], path.name
        elif "iti105" in path.name:
            answer = await doctor.post("/fhir/DocumentReference", path.read_bytes())
            assert answer.status_code == 201, path.name
        else:
            continue
        posted.append(path.name)
    assert len(posted) == 3
    assert [(d.readable, "incomplete-document" in d.warnings) for d in api.store.documents(PATIENT.id)] == [
        ("nothing", True)
    ] * 3
    assert sum("unknown-parent" in d.warnings for d in api.store.documents(PATIENT.id)) == 1
