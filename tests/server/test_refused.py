"""Requests that are refused before the rules are asked, or beside them: told without choosing, and traced."""

import pytest

from dmp_tui.dmp.rights import Decision, Refusal
from dmp_tui.server.deposit import instant
from dmp_tui.server.outcomes import not_found, outcome, refused
from dmp_tui.store.trail import TrailRow
from tests.server.api import MASKED, Api, reference
from tests.server.login.world import DOCTOR, record


def _last(api: Api) -> TrailRow:
    return list(api.store.trail())[-1]


@pytest.mark.parametrize(
    ("path", "rule", "operation"),
    [
        ("/fhir/Patient?identifier=12", "ins", "test_existence"),
        ("/fhir/Patient?identifier={token}&identifier={token}", "parameter", "test_existence"),
        ("/fhir/Patient?identifier={token}&family=X", "parameter", "test_existence"),
        ("/fhir/Patient/$summary?identifier={token}&identifier={token}", "parameter", "read_unmasked"),
        ("/fhir/DocumentReference?patient={id}&patient={id}", "parameter", "search_metadata"),
        ("/fhir/DocumentReference?patient={id}&author.family=", "parameter", "search_metadata"),
        ("/fhir/Consent?patient={id}&patient={id}", "parameter", "list_authorised_or_blocked_professionals"),
        ("/fhir/AuditEvent?patient={id}&site=x", "parameter", "read_trail"),
        ("/fhir/Patient/$authorised?status=active", "parameter", "list_authorised_records"),
        ("/fhir/Patient/$authorised?since=yesterday", "malformed", "list_authorised_records"),
    ],
)
async def test_what_cannot_be_understood_is_refused_and_traced(api: Api, path: str, rule: str, operation: str) -> None:
    patient = api.keep(record())
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    answer = await doctor.get(path.format(id=patient.id, token=f"{patient.ins.system}|{patient.ins.matricule}"))
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == rule
    row = _last(api)
    assert (row.operation, row.outcome, row.rule, row.actor) == (operation, "refused", rule, DOCTOR.id)


async def test_a_document_that_is_not_there_is_traced_with_what_was_asked(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    assert (await doctor.get("/fhir/Binary/nowhere")).status_code == 404
    row = _last(api)
    assert (row.operation, row.rule, row.detail, row.document_id) == ("read_document", "not-found", "nowhere", "")


async def test_a_deposit_that_is_no_document_is_traced(api: Api) -> None:
    patient = api.keep(record())
    doctor = await api.login(DOCTOR)
    answer = await doctor.post("/fhir/DocumentReference", reference(b"<a/>", patient, media="text/xml"))
    assert answer.status_code == 422
    assert (_last(api).operation, _last(api).rule) == ("submit_document", "not-cda")


async def test_a_token_without_its_key_is_traced_under_its_holder(api: Api) -> None:
    doctor, thief = await api.login(DOCTOR), await api.login(DOCTOR)
    thief.token = doctor.token
    assert (await thief.get("/fhir/Patient?identifier=12")).status_code == 401
    row = _last(api)
    assert (row.operation, row.outcome, row.rule, row.actor) == ("test_existence", "refused", "proof-key", DOCTOR.id)


async def test_an_unknown_level_of_confidentiality_is_no_normal_one(api: Api) -> None:
    patient = api.keep(record())
    doctor = await api.login(DOCTOR)
    typo = [{"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE-PS"}]}]
    answer = await doctor.post("/fhir/DocumentReference", reference(b"a", patient, securityLabel=typo))
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "confidentiality"
    answer = await doctor.post("/fhir/DocumentReference", reference(b"a", patient, securityLabel=MASKED))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("?_format=xml", "*/*", 406),
        ("?_format=application%2Ffhir%2Bxml", "application/fhir+json", 406),
        ("?_format=json&_pretty=true", "*/*", 200),
        ("", "", 200),
        ("", "application/fhir+xml", 406),
    ],
)
async def test_only_json_is_written(api: Api, path: str, accept: str, status: int) -> None:
    patient = api.keep(record())
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    for call in (f"/fhir/Patient/{patient.id}", f"/fhir/Patient/{patient.id}/$summary"):
        assert (await doctor.get(call + path, Accept=accept)).status_code == status


@pytest.mark.parametrize("since", ["1990", "1990-02", "1990-02-03"])
async def test_since_is_a_date_of_any_precision(api: Api, since: str) -> None:
    patient = api.keep(record())
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    found = (await doctor.get(f"/fhir/Patient/$authorised?since={since}")).json()
    assert found["total"] == 1
    later = (await doctor.get(f"/fhir/Patient/$authorised?since={instant(api.clock())[:4]}-12-31")).json()
    assert later["total"] == 0


@pytest.mark.parametrize("path", ["/fhir/", "/fhir/Patient/", "/health/"])
async def test_no_redirection_repeats_what_was_asked(api: Api, path: str) -> None:
    doctor = await api.login(DOCTOR)
    answer = await doctor.wire.http.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_wrong_methods_say_which_are_right(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    answer = await doctor.wire.http.get("/auth/token")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["error"] == "invalid_request"
    answer = await doctor.wire.http.post("/health")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_documents_are_found_by_their_authors_name(api: Api) -> None:
    patient = api.keep(record())
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    assert (await doctor.post("/fhir/DocumentReference", reference(b"a", patient))).status_code == 201
    for asked, total in (("author.family=essai", 1), ("author.given=Anne,Luc", 1), ("author.family=SSAI", 0)):
        found = await doctor.get(f"/fhir/DocumentReference?patient={patient.id}&{asked}")
        assert found.json()["total"] == total, asked


@pytest.mark.parametrize("refusal", sorted(set(Refusal) - {Refusal.MASKED}))
def test_every_refusal_says_what_can_lawfully_be_done_instead(refusal: Refusal) -> None:
    error = refused(Decision(False, "CSP L1111-17 I", refusal))
    french, english = outcome(error), outcome(error, "en")
    for told in (french, english):
        first, instead = told["issue"]
        assert first["details"]["coding"][0]["code"] == refusal.value
        assert first["diagnostics"]
        assert instead["severity"] == "information"
        assert instead["details"]["coding"][0]["code"] == "instead"
    assert french["issue"][1]["diagnostics"] != english["issue"][1]["diagnostics"]


def test_of_what_is_masked_nothing_is_told() -> None:
    hidden = refused(Decision(False, "PDT-INF-526 v1.8", Refusal.MASKED))
    assert outcome(hidden) == outcome(not_found())
    assert len(outcome(hidden)["issue"]) == 1
