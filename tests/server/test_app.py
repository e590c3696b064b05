"""The application as a whole: health, metadata, limits, languages, failures."""

import pytest

from dmp_tui.store import StoreFull
from tests.server.api import Api, reference
from tests.server.login.world import DOCTOR, record

PATIENT = record()
EXISTENCE = f"/fhir/Patient?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}"


async def test_health_and_metadata_need_no_login(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    health = await doctor.wire.http.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    metadata = await doctor.wire.http.get("/fhir/metadata")
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement

    CapabilityStatement.model_validate(metadata.json())
    assert metadata.json()["fhirVersion"] == "4.0.1"


async def test_metadata_claims_only_what_is_there(api: Api) -> None:
    """Every interaction that is claimed reaches an endpoint: it asks for a token, and no path does so otherwise."""
    doctor = await api.login(DOCTOR)
    http = doctor.wire.http
    [rest] = (await http.get("/fhir/metadata")).json()["rest"]
    methods = {"read": "GET", "create": "POST", "search-type": "GET", "patch": "PATCH"}
    for resource in rest["resource"]:
        for interaction in resource["interaction"]:
            code = interaction["code"]
            path = f"/fhir/{resource['type']}" + ("/x" if code in {"read", "patch"} else "")
            answer = await http.request(methods[code], path)
            assert answer.status_code == 401, (resource["type"], code)
    for path in ("/fhir/Observation", "/fhir/Patient/x/$everything", "/nowhere", "/fhir/Group"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome")
    wrong = await http.delete("/fhir/Patient/x")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, PATCH")


async def test_no_token_no_answer(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    answer = await doctor.wire.http.get(EXISTENCE)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP")
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "DPoP-Nonce" in answer.headers


async def test_errors_speak_french_or_english(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    french = await doctor.get("/fhir/Patient?identifier=12")
    english = await doctor.get("/fhir/Patient?identifier=12", Accept_Language="en-GB,en;q=0.9")
    said = [answer.json()["issue"][0]["diagnostics"] for answer in (french, english)]
    assert said[0].startswith("INS mal formé")
    assert said[1].startswith("Malformed INS")


@pytest.mark.parametrize(
    ("body", "kind", "status", "rule"),
    [
        (b"{", "application/fhir+json", 400, "not-json"),
        (b'{"a": 1, "a": 2}', "application/fhir+json", 400, "duplicate-key"),
        (b"[" * 101 + b"]" * 101, "application/fhir+json", 400, "too-deep"),
        (b"[" * 100_000 + b"]" * 100_000, "application/fhir+json", 400, "too-deep"),
        (b'{"a": NaN}', "application/fhir+json", 400, "not-json"),
        (b'{"a": "\\ud800"}', "application/fhir+json", 400, "not-json"),
        (b"[" + b"1," * 100_000 + b"1]", "application/fhir+json", 400, "too-many-values"),
        (b"\xff{}", "application/fhir+json", 400, "not-json"),
        (b"[]", "application/fhir+json", 400, "resource-type"),
        (b"{}", "text/html", 415, "content-type"),
        (b"{}", "application/fhir+xml", 415, "content-type"),
        (b"{}", "application/fhir+json; charset=latin-1", 415, "content-type"),
    ],
)
async def test_hostile_bodies(api: Api, body: bytes, kind: str, status: int, rule: str) -> None:
    doctor = await api.login(DOCTOR)
    for path in ("/fhir/DocumentReference", "/fhir", "/fhir/Patient", "/fhir/Consent"):
        answer = await doctor.send("POST", path, body, kind=kind)
        assert answer.status_code == status
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == rule


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    answer = await doctor.send("POST", "/fhir", b"", Content_Length=str(33 * 1024 * 1024))
    assert answer.status_code == 413


async def test_only_json_is_answered(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    assert (await doctor.get(EXISTENCE, Accept="application/fhir+xml")).status_code == 406


async def test_no_answer_without_a_trail(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the trail cannot be written nothing is shown, refusals neither; it works again once it can."""
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)

    async def full(_work: object) -> None:
        raise StoreFull

    with monkeypatch.context() as patched:
        patched.setattr(api.store, "write", full)
        for path in (EXISTENCE, f"/fhir/Patient/{PATIENT.id}"):
            answer = await doctor.get(path)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert PATIENT.traits.family not in answer.text
        posted = await doctor.post("/fhir/DocumentReference", reference(b"texte", PATIENT))
        assert posted.status_code == 503
    assert (await doctor.get(EXISTENCE)).status_code == 200


async def test_a_fault_tells_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    doctor = await api.login(DOCTOR)

    def broken(_ins: object) -> None:
        raise RuntimeError("PAT-ESSAI DOMINIQUE")

    monkeypatch.setattr(api.store, "patient_by_ins", broken)
    answer = await doctor.get(EXISTENCE)
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["code"] == "exception"
    assert "DOMINIQUE" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
