"""Every call of the app, against the real server: what it gives, and what trouble becomes."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp_tui.client import ClientError, ClientProblem, DmpClient
from dmp_tui.dmp.consents import AuthorisationState, Contact, RecordStatus
from dmp_tui.dmp.documents import Author, DocumentEntry
from dmp_tui.dmp.entries import Coding
from tests.client.conftest import Place
from tests.client.test_session import problem_of
from tests.server.login.world import DOCTOR, NURSE, Authorities, ins, record

TEXT = b"Patient suivi pour une fibrillation auriculaire."


@pytest.fixture
async def client(place: Place, authorities: Authorities) -> DmpClient:
    made = place.client()
    await made.login(authorities.card())
    return made


def note(unique_id: str = "1.2.250.1.999.1") -> DocumentEntry:
    return DocumentEntry(
        id="",
        patient_id="",
        unique_id=unique_id,
        type=Coding("http://loinc.org", "11488-4", "CR de consultation"),
        class_=Coding("1.2.250.1.213.1.1.4.1", "10", "Compte rendu"),
        title="Consultation d'essai",
        date="2026-11-02T10:00:00+01:00",
        submitted="",
        media_type="text/plain",
        size=0,
        hash="",
        format=Coding(
            "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode", "urn:ihe:iti:xds:2017:mimeTypeSufficient"
        ),
        authors=(Author(DOCTOR.id, DOCTOR.name, "1750000001", "CH INVENTE"),),
        submitter=Author("", ""),
        facility_type=Coding("1.2.250.1.71.4.2.4", "SA01", "Etablissement public de sante"),
        practice_setting=Coding("1.2.250.1.213.1.1.4.9", "ETABLISSEMENT", "Etablissement"),
    )


async def test_a_record_and_the_callers_right_to_it(place: Place, client: DmpClient) -> None:
    kept = place.store.patient("p215189")
    assert kept
    place.store.write_now(
        lambda tx: tx.put_patient(replace(kept, treating_doctor_name="Dr DURAND", treating_doctor_phone="0123456789"))
    )
    found = await client.find_patient(ins())
    assert found
    assert (found.id, found.ins, found.status) == ("p215189", ins(), RecordStatus.ACTIVE)
    assert found.authorisation is AuthorisationState.VALID
    assert found.authorisation_end
    assert found.authorisation_end - place.clock() > timedelta(days=360)
    assert (found.treating_doctor_name, found.treating_doctor_phone) == ("Dr DURAND", "0123456789")
    assert (found.btg_open, found.etreat_open, found.is_treating_doctor) == (True, True, False)
    other = await client.find_patient(ins(111111))
    assert other
    assert other.authorisation is AuthorisationState.NONE


async def test_no_record(client: DmpClient) -> None:
    assert await client.find_patient(ins(222222)) is None
    assert (await problem_of(client.summary(ins(222222)))).problem is ClientProblem.NOT_FOUND


async def test_a_closed_record(place: Place, client: DmpClient) -> None:
    closed = place.clock().replace(microsecond=0)
    made = record(333333, status=RecordStatus.CLOSED, closed=closed, closing_reason="demande du patient")
    place.store.write_now(lambda tx: tx.put_patient(made))
    found = await client.find_patient(made.ins)
    assert found
    assert found.status is RecordStatus.CLOSED
    assert found.closed
    assert found.closed.date() == closed.date()


async def test_documents_go_in_and_come_out(place: Place, client: DmpClient) -> None:
    before = (await client.summary(ins())).sheet
    assert (before.documents, await client.documents(ins())) == (0, ())
    deposited = await client.deposit(ins(), note(), TEXT)
    assert deposited.created
    (listed,) = await client.documents(ins())
    assert (listed.id, listed.patient_id, listed.unique_id) == (deposited.id, "p215189", "1.2.250.1.999.1")
    assert (listed.title, listed.media_type, listed.size) == ("Consultation d'essai", "text/plain", len(TEXT))
    assert listed.submitter.id == DOCTOR.id
    assert await client.content(listed) == TEXT
    answer = await client.summary(ins())
    assert answer.own
    assert abs(answer.read_at - place.clock()) < timedelta(seconds=5)
    again = await client.deposit(ins(), note(), TEXT)
    assert (again.id, again.created) == (deposited.id, False)
    assert len(await client.documents(ins())) == 1


async def test_a_large_document_tells_how_much_of_it_has_left(client: DmpClient) -> None:
    told: list[tuple[int, int]] = []
    content = b"%PDF-1.4\n" + bytes(3_000_000)
    entry = replace(note("1.2.250.1.999.3"), media_type="application/pdf")
    deposited = await client.deposit(ins(), entry, content, lambda done, whole: told.append((done, whole)))
    assert deposited.created
    whole = told[-1][1]
    assert whole > 4_000_000
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (whole, whole)
    [listed] = await client.documents(ins())
    assert await client.content(listed) == content


async def test_every_page_of_documents(place: Place, client: DmpClient) -> None:
    for number in range(3):
        await client.deposit(ins(), note(f"1.2.250.1.999.{number}"), TEXT + str(number).encode())
    first = await client._get(
        "/fhir/DocumentReference", ins(), {"patient.identifier": f"{ins().system}|{ins().matricule}", "_count": "2"}
    )
    assert client._next(first.json()), "the server has pages, and the next one is its own"
    assert len(await client.documents(ins())) == 3


async def test_bytes_that_are_not_those_of_the_list(client: DmpClient) -> None:
    await client.deposit(ins(), note(), TEXT)
    (listed,) = await client.documents(ins())
    error = await problem_of(client.content(replace(listed, hash=base64.b64encode(b"x" * 20).decode())))
    assert (error.problem, error.code) == (ClientProblem.BAD_ANSWER, "hash")


async def test_a_document_that_is_not_there(client: DmpClient) -> None:
    absent = replace(note(), id="../Patient/p215189", patient_id="p215189")
    assert (await problem_of(client.content(absent))).problem is ClientProblem.NOT_FOUND


async def test_what_the_record_declares(place: Place, client: DmpClient) -> None:
    kept = place.store.patient("p215189")
    assert kept
    contact = Contact("PAT-ESSAI Paul", "conjoint", "0612345678")
    changed = replace(kept, address="1 rue Inventée, Paris", phones=("0612000000",), contacts=(contact,))
    place.store.write_now(lambda tx: tx.put_patient(changed))
    declared = await client.patient_admin("p215189")
    assert (declared.address, declared.phones) == ("1 rue Inventée, Paris", ("0612000000",))
    assert declared.contacts[0].phone == "0612345678"


async def test_an_authorisation_is_declared(place: Place, authorities: Authorities) -> None:
    client = place.client()
    await client.login(authorities.card(NURSE))
    assert (await problem_of(client.summary(ins(111111)))).code == "not-authorised"
    end = await client.declare_authorisation(ins(111111))
    assert end
    assert timedelta(days=364) < end - place.clock() < timedelta(days=367)
    assert (await client.summary(ins(111111))).sheet.documents == 0
    consents = place.store.consents("p111111")
    assert [(c.actor, c.collected_by) for c in consents] == [(NURSE.id, NURSE.id)]


async def test_a_refusal_says_its_rule_and_nothing_of_the_patient(client: DmpClient) -> None:
    error = await problem_of(client.summary(ins(111111)))
    assert (error.problem, error.code, error.status) == (ClientProblem.REFUSED, "not-authorised", 403)
    assert error.said
    assert ins(111111).matricule not in repr(error) + str(error) + error.said


async def test_a_server_that_cannot_write(place: Place, client: DmpClient) -> None:
    assert place.store._writer
    place.store._writer.close()
    error = await problem_of(client.summary(ins()))
    assert error.problem is ClientProblem.UNAVAILABLE
    assert error.retry_after > 0


async def test_an_answer_that_is_too_large(place: Place, client: DmpClient) -> None:
    with pytest.raises(ClientError) as raised:
        await client._get("/fhir/metadata", None, limit=10)
    assert (raised.value.problem, raised.value.code) == (ClientProblem.BAD_ANSWER, "too-large")
    assert await client.find_patient(ins()), "the client goes on"
