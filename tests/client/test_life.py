"""The life of a record, called by the app's client against the real server."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp_tui.client import ClientProblem, DmpClient
from dmp_tui.dmp.consents import AuthorisationState, ConsentKind, Contact, EmergencyConsents, RecordStatus
from dmp_tui.dmp.documents import Confidentiality, DocumentStatus
from dmp_tui.dmp.fhir.record_changes import Opening
from dmp_tui.dmp.identity import Identity, IdentityStatus, Origin, Sex, Traits, parse_birth_date
from dmp_tui.dmp.professions import Mode
from tests.client.conftest import Place
from tests.client.test_calls import TEXT, note
from tests.client.test_session import problem_of
from tests.server.login.world import DOCTOR, Authorities, ins

NEW = ins(444444)
ALIX = Identity(NEW, Traits("NOUVEAU", "Alix", parse_birth_date("04-03-1979"), Sex.F), IdentityStatus.PROV, Origin.CARD)
STEPS = Opening(True, True, EmergencyConsents(etreat=True, btg=False), "vitale", authorise_me=True)


@pytest.fixture
async def client(place: Place, authorities: Authorities) -> DmpClient:
    made = place.client()
    await made.login(authorities.card())
    return made


async def test_a_record_is_opened_authorised_closed_and_opened_again(place: Place, client: DmpClient) -> None:
    assert await client.find_patient(NEW) is None
    patient_id = await client.create_record(ALIX, STEPS)
    found = await client.find_patient(NEW)
    assert found
    assert (found.id, found.traits, found.authorisation) == (patient_id, ALIX.traits, AuthorisationState.VALID)
    declared = await client.patient_admin(patient_id)
    assert declared.emergency == EmergencyConsents(etreat=True, btg=False)
    assert declared.created is not None
    again = await problem_of(client.create_record(ALIX, STEPS))
    assert (again.problem, again.code) == (ClientProblem.REFUSED, "exists")
    await client.close_record(patient_id, "à la demande du patient")
    closed = await client.find_patient(NEW)
    assert closed
    assert (closed.status, closed.closing_reason) == (RecordStatus.CLOSED, "à la demande du patient")
    await client.reopen_record(patient_id)
    opened = await client.find_patient(NEW)
    assert opened
    assert opened.status is RecordStatus.ACTIVE


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        (replace(STEPS, informed=False), "opening"),
        (replace(STEPS, consent=False), "opening"),
        (replace(STEPS, identified_by="memory"), "identification"),
    ],
)
async def test_no_record_is_opened_while_a_step_is_missing(client: DmpClient, steps: Opening, rule: str) -> None:
    refused = await problem_of(client.create_record(ALIX, steps))
    assert (refused.problem, refused.code) == (ClientProblem.REFUSED, rule)
    assert refused.said
    assert await client.find_patient(NEW) is None


async def test_an_authorisation_is_listed_renewed_and_withdrawn(client: DmpClient) -> None:
    await client.find_patient(ins())
    [held] = await client.consents("p215189")
    assert (held.kind, held.actor, held.actor_name) == (ConsentKind.PERMIT, DOCTOR.id, DOCTOR.name)
    assert (held.collected_by, held.active) == (DOCTOR.id, True)
    await client.withdraw_authorisation(held)
    refused = await problem_of(client.consents("p215189"))
    assert (refused.problem, refused.code) == (ClientProblem.REFUSED, "not-authorised")
    end = await client.declare_authorisation(ins())
    [renewed] = await client.consents("p215189")
    assert renewed.end == end


async def test_an_authorisation_of_the_care_team_is_dated_by_the_day_of_the_consent(
    place: Place, client: DmpClient
) -> None:
    asked = place.clock().replace(microsecond=0) - timedelta(days=3)
    await client.declare_authorisation(ins(), for_team=True, collected=asked)
    [team] = [one for one in await client.consents("p215189") if one.actor_is_organisation]
    assert (team.actor, team.collected) == (DOCTOR.facility, asked)
    assert team.start > asked


async def test_a_doctor_becomes_the_treating_doctor_and_resigns(client: DmpClient) -> None:
    found = await client.find_patient(ins())
    assert found
    await client.declare_treating_doctor(found.id)
    now = await client.find_patient(ins())
    assert now
    assert (now.is_treating_doctor, now.treating_doctor_name) == (True, DOCTOR.name)
    await client.resign_treating_doctor(found.id)
    after = await client.find_patient(ins())
    assert after
    assert not after.is_treating_doctor


async def test_declared_data_and_wishes_change_and_nothing_else(client: DmpClient) -> None:
    await client.find_patient(ins())
    before = await client.patient_admin("p215189")
    contact = Contact("ESSAI Luc", "père", "0123456789", "REPRESENTATIVE")
    wanted = replace(
        before,
        address="1 rue de l'Essai",
        phones=("0611111111", "0622222222"),
        contacts=(contact,),
        email="a@essai.example",
    )
    after = await client.change_admin("p215189", before, wanted)
    assert after.declared == wanted.declared
    assert await client.patient_admin("p215189") == after
    stale = await problem_of(client.change_admin("p215189", before, replace(before, address="2 rue de l'Essai")))
    assert (stale.problem, stale.code) == (ClientProblem.REFUSED, "stale")
    assert await client.change_admin("p215189", after, after) == after
    emptied = await client.change_admin("p215189", after, replace(after, address="", phones=(), contacts=()))
    assert emptied.declared == replace(before, address="", phones=(), contacts=(), email="a@essai.example").declared
    wishes = await client.change_emergency("p215189", emptied, EmergencyConsents(False, False, True))
    assert wishes.emergency == EmergencyConsents(False, False, False)


async def test_a_document_is_masked_archived_and_deleted(client: DmpClient) -> None:
    await client.deposit(ins(), note(), TEXT)
    [entry] = await client.documents(ins())
    masked = await client.change_document(entry, levels=entry.confidentiality | {Confidentiality.MASKED})
    assert masked.masked
    stale = await problem_of(client.change_document(entry, archived=True))
    assert stale.code == "stale"
    archived = await client.change_document(masked, archived=True)
    assert archived.archived
    back = await client.change_document(archived, levels=entry.confidentiality, archived=False)
    assert (back.masked, back.archived) == (False, False)
    deleted = await client.change_document(back, deleted=True)
    assert deleted.status is DocumentStatus.ENTERED_IN_ERROR
    assert await client.documents(ins()) == (deleted,)


async def test_the_callers_own_trail_comes_newest_first(client: DmpClient) -> None:
    await client.find_patient(ins())
    await client.summary(ins())
    page = await client.trail("p215189")
    assert {entry.actor for entry in page.entries} == {DOCTOR.id}
    assert all(entry.allowed and entry.mode is Mode.NORMAL and entry.at for entry in page.entries)
    moments = [entry.at for entry in page.entries if entry.at]
    assert moments == sorted(moments, reverse=True)
    await client.break_glass(ins(), "immediate-risk", "choc anaphylactique")
    await client.summary(ins())
    client.leave_emergency(ins())
    broken = [entry for entry in (await client.trail("p215189")).entries if entry.mode is Mode.BREAK_GLASS]
    assert {entry.operation for entry in broken} >= {"read_unmasked"}


async def test_a_secret_session_is_said_with_every_call_for_that_patient_and_no_other(
    place: Place, client: DmpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = place.store.patient("p215189")
    assert kept
    born = parse_birth_date(place.clock().strftime("%d-%m-") + str(place.clock().year - 15))
    place.store.write_now(lambda tx: tx.put_patient(replace(kept, traits=replace(kept.traits, birth=born))))
    sent: list[tuple[str, str | None]] = []
    transport = client._conversation.transport
    send = transport.send

    async def noting(method: str, url: str, **more: object) -> object:
        headers = more["headers"]
        assert isinstance(headers, dict)
        sent.append((url, headers.get("DMP-Connexion-Secrete")))
        return await send(method, url, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(transport, "send", noting)
    client.keep_secret(ins(), on=True)
    await client.find_patient(ins())
    await client.summary(ins())
    await client.break_glass(ins(), "immediate-risk", "choc anaphylactique")
    assert {secret for _url, secret in sent} == {"INVISIBLE_REPRESENTANTS_LEGAUX"}
    sent.clear()
    await client.find_patient(ins(111111))
    client.keep_secret(ins(), on=False)
    await client.find_patient(ins())
    assert {secret for _url, secret in sent} == {None}
