"""The one path into a record: for programs, for several at once, and for what changes meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from dmp_tui.dmp.codes import document_class, document_type
from dmp_tui.dmp.consents import Record, RecordStatus
from dmp_tui.dmp.documents import Author, DocumentEntry
from dmp_tui.dmp.entries import Coding, Kind
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.identity import IdentityStatus
from dmp_tui.dmp.professions import Mode
from dmp_tui.server.access import Access, Refused
from dmp_tui.server.caller import Caller
from dmp_tui.server.changes import Plan, carry_out
from dmp_tui.server.deposit import deposit
from dmp_tui.server.medicines import shipped
from dmp_tui.server.outcomes import FhirError
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import plain, unpack
from tests.server.api import Api, reference
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, record
from tests.server.test_summaries import ips

PATIENT = record()
CALLER = Caller(DOCTOR, Mode.NORMAL, "test")


def allergies(api: Api, patient: Record = PATIENT) -> list[str]:
    kept = api.store.summary(patient.id, masked=False) or b""
    # What a program deposits is weighed by the base that ships, what a request does by the server's.
    stored = unpack(kept, api.by) or unpack(kept, shipped().weighing(api.clock().date()))
    assert stored is not None
    return sorted(line.label for line in read_summary(plain(stored)).sheet.topic(Kind.ALLERGY).lines)


async def test_a_program_deposits_by_the_documents_own_header(api: Api) -> None:
    patient = api.keep(replace(PATIENT, identity_status=IdentityStatus.QUAL))
    kept = await deposit(api.store, CALLER, patient, ips("arachide"), media_type="application/fhir+json")
    assert (kept.type.code, kept.class_.code, kept.title) == ("60591-5", "11", "Synthèse")
    assert (kept.date, kept.readable, kept.warnings) == ("2026-01-02T10:00:00+01:00", "entries", ())
    assert kept.submitter.id == DOCTOR.id
    assert allergies(api) == ["arachide"]


async def test_a_program_says_what_it_knows(api: Api) -> None:
    patient = api.keep(PATIENT)
    author = Author("899700009999", "Dr AUTRE")
    metadata = replace(_text("1.2.250.1.999.8"), type=document_type("15507-7"), title="Passage", authors=(author,))
    kept = await deposit(api.store, CALLER, patient, b"texte", metadata)
    assert (kept.authors, kept.submitter.id, kept.size) == ((author,), DOCTOR.id, 5)
    assert (kept.title, kept.date, kept.readable) == ("Passage", "2020-01-01", "attachment")
    assert api.store.content(patient.id, kept.id) == b"texte"


async def test_many_deposits_at_once_are_all_in_the_sheet(api: Api) -> None:
    api.keep(PATIENT)
    clients = [await api.login(who) for who in (DOCTOR, NURSE)]
    names = [f"allergène {number}{'x' * number}" for number in range(8)]
    answers = await asyncio.gather(
        *(
            clients[number % 2].post(
                "/fhir/DocumentReference",
                reference(ips(name), PATIENT, media="application/fhir+json", unique_id=f"1.2.250.1.999.{number + 1}"),
            )
            for number, name in enumerate(names)
        )
    )
    assert [a.status_code for a in answers] == [201] * 8
    assert allergies(api) == sorted(names)


async def test_the_same_document_sent_twice_at_once_is_one(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    body = reference(b"texte", PATIENT, unique_id="1.2.250.1.999.1")
    answers = await asyncio.gather(*(doctor.post("/fhir/DocumentReference", body) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 200, 201]
    assert len({a.json()["id"] for a in answers}) == 1


async def test_what_changed_meanwhile_is_planned_again(api: Api) -> None:
    """Between plan and commit the record is closed: the second plan sees it, and nothing was written by the first."""
    patient = api.keep(PATIENT)
    services = Services(api.store, api.clock)
    seen: list[RecordStatus] = []

    def plan(access: Access, documents: object) -> Plan:
        assert access.record is not None
        seen.append(access.record.status)
        if len(seen) == 1:
            closed = replace(patient, status=RecordStatus.CLOSED)
            api.store.write_now(lambda tx: tx.put_patient(closed))
        return Plan([], updated=(replace(kept, title="autre"),))

    kept = await deposit(api.store, CALLER, patient, b"texte", _text())
    await carry_out(services, CALLER, patient, plan)
    assert seen == [RecordStatus.ACTIVE, RecordStatus.CLOSED]
    [document] = api.store.documents(patient.id)
    assert (document.title, document.version) == ("autre", 2)


async def test_a_closed_record_takes_nothing(api: Api) -> None:
    patient = api.keep(replace(PATIENT, status=RecordStatus.CLOSED))
    with pytest.raises(Refused):
        await deposit(api.store, CALLER, patient, b"texte", _text())


@pytest.mark.parametrize("professional", [CLERK, FACILITY])
async def test_a_structure_replaces_its_own_documents_only(api: Api, professional: object) -> None:
    patient = api.keep(PATIENT)
    own = await deposit(api.store, CALLER, patient, b"un", _text("1.2.250.1.999.1"))
    relates = [{"code": "replaces", "target": {"reference": f"DocumentReference/{own.id}"}}]
    client = await api.login(CLERK if professional is CLERK else FACILITY)
    answer = await client.post("/fhir/DocumentReference", reference(b"deux", patient, relatesTo=relates))
    assert answer.status_code == 201
    assert {d.status.value for d in api.store.documents(patient.id)} == {"current", "superseded"}


@pytest.mark.parametrize("content", [b"", b"<", b"\x00\xff", b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", b"[1"])
@pytest.mark.parametrize("media_type", ["application/xml", "application/fhir+json"])
async def test_malformed_documents_are_one_sentence(api: Api, content: bytes, media_type: str) -> None:
    patient = api.keep(PATIENT)
    with pytest.raises(FhirError) as raised:
        await deposit(api.store, CALLER, patient, content, media_type=media_type)
    assert raised.value.status == 422
    assert raised.value.said.french.endswith(".")
    assert api.store.documents(patient.id) == []


def _text(unique_id: str = "") -> DocumentEntry:
    return DocumentEntry(
        id="",
        patient_id="",
        unique_id=unique_id,
        type=document_type("11488-4"),
        class_=document_class("10"),
        title="Texte",
        date="2020-01-01",
        submitted="",
        media_type="text/plain",
        size=0,
        hash="",
        format=Coding("", "urn:x"),
        authors=(),
        submitter=Author("", ""),
    )
