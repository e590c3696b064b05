"""A masked document and one that was never there: twin records, the whole API, the same answers to the byte.

Both servers run on copies of one store, so that all ids are the same; then one of them takes in the masked documents.
Compared are status, headers and body of every call, the statements that the answers ran, and the rows that were opened.
"""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dmp_tui.dmp.consents import EmergencyConsents, Record
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.server.app import _ROUTES
from dmp_tui.server.workers import WorkerProcess
from dmp_tui.store import Store, StoreKind, Transaction
from dmp_tui.store.reads import Reads
from tests.server.api import Api, Client, Json, reference, running
from tests.server.login.serving import Clock, Credentials
from tests.server.login.world import (
    CLERK,
    DIRECTORY,
    DOCTOR,
    FACILITY,
    NURSE,
    OCCUPATIONAL,
    REGULATOR,
    Authorities,
    keep_professional,
    record,
)

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
TREATING = "899700000099"
AUTHOR = Professional("899700000055", "Max ESSAI", "10", Role.DOCTOR, "SM42", "1750000099", "CH AUTRE")
SECRET_UNIQUE_ID = "1.2.250.1.999.77"
SECRET = "Sevrage"
OTHER = record(100100)
_VOLATILE = {"dpop-nonce", "x-request-id", "date"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DRAWN = re.compile(r"/web/[\w-]+|\b(?:[0-9a-f]{16}|[0-9a-f]{32})\b")
"""Tickets of a page, names of sessions and of requests."""
_BLOB = re.compile(r"x'[0-9A-Fa-f]*'")


@dataclass
class Still(Clock):
    """A clock that stands: both servers answer at the same moment."""

    def __call__(self) -> datetime:
        return NOW + self.offset


@dataclass
class Seen:
    """What an answer ran on the connection that reads, and the rows that it opened."""

    statements: list[str] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Twin:
    """One of the two servers, and its own client in each role."""

    api: Api
    clients: dict[str, Client] = field(default_factory=dict)


@dataclass
class Twins:
    """The server with masked documents, and the one where they never were."""

    with_masked: Twin
    without: Twin
    patient: Record
    ids: frozenset[str]
    secret: str
    """Id of a masked document of the first."""


def _noted(seen: Seen, sql: str) -> None:
    # The snapshot that is read is renewed after a write and after a while, whatever is asked.
    if sql not in {"BEGIN", "COMMIT", "ROLLBACK"}:
        seen.statements.append(_BLOB.sub("?", sql))


@contextmanager
def watching(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    seen = Seen()
    unsealed = Reads._unseal

    def noted(self: Reads, patient_id: str, kind: str, document_id: str, sealed: bytes) -> bytes:
        seen.rows.append((kind, document_id))
        return unsealed(self, patient_id, kind, document_id, sealed)

    with monkeypatch.context() as patch:
        patch.setattr(Reads, "_unseal", noted)
        store._database.conn.set_trace_callback(lambda sql: _noted(seen, sql))
        try:
            yield seen
        finally:
            store._database.conn.set_trace_callback(None)


def _put(patient: Record, transaction: Transaction) -> Record:
    return transaction.put_patient(patient)


def _base(data: Path, clock: Clock, authorities: Authorities) -> None:
    """The store before it is copied: one record without masked documents, and who may read it."""
    store = Store.create(data, kind=StoreKind.SANDBOX, clock=clock)
    store.write_now(lambda tx: tx.put_authority(authorities.root.der))
    for professional in (*DIRECTORY, AUTHOR):
        keep_professional(store, professional)
    for patient in (record(treating_doctor=TREATING), OTHER):
        store.write_now(partial(_put, patient))
    store.close()


async def _fill(api: Api, patient: Record) -> frozenset[str]:
    """Documents that everybody sees, one of them in a submission set."""
    client = await api.login(AUTHOR)
    kept = []
    for number in range(3):
        answer = await client.post("/fhir/DocumentReference", reference(f"texte {number}".encode(), patient))
        assert answer.status_code == 201, answer.text
        kept.append(str(answer.json()["id"]))
    for professional in (DOCTOR, NURSE, OCCUPATIONAL, AUTHOR) if patient is not OTHER else ():
        api.permit(patient, professional, start=NOW - timedelta(days=40))
    return frozenset(kept)


async def _mask(api: Api, patient: Record, parent: str) -> str:
    """A masked document with its own uniqueId, and a masked one that replaces what everybody sees."""
    client = await api.login(AUTHOR)
    plain = reference(b"sevrage alcoolique", patient, unique_id=SECRET_UNIQUE_ID, securityLabel=_labels("MASQUE_PS"))
    plain["content"][0]["attachment"]["title"] = SECRET
    kept = await client.post("/fhir/DocumentReference", plain)
    assert kept.status_code == 201, kept.text
    replacing = reference(
        b"annule et remplace",
        patient,
        securityLabel=_labels("MASQUE_PS"),
        relatesTo=_replacing(parent),
    )
    answer = await client.post("/fhir/DocumentReference", replacing)
    assert answer.status_code == 201, answer.text
    return str(kept.json()["id"])


def _labels(*codes: str) -> list[Json]:
    normal = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}
    own = [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": code} for code in codes]
    return [{"coding": [one]} for one in (normal, *own)]


@pytest.fixture
async def twins(
    tmp_path: Path, credentials: Credentials, authorities: Authorities, workers: WorkerProcess
) -> AsyncIterator[Twins]:
    async with twinned(tmp_path, Still(), credentials, authorities, workers) as made:
        yield made


@asynccontextmanager
async def twinned(
    directory: Path, clock: Clock, credentials: Credentials, authorities: Authorities, workers: WorkerProcess
) -> AsyncIterator[Twins]:
    """Two servers over the copies of one store; masked documents came to the patient of the first."""
    first, second = directory / "first", directory / "second"
    _base(first / "data", clock, authorities)
    patient = record(treating_doctor=TREATING)
    async with AsyncExitStack() as stack:
        opened = Store.open(first / "data", clock=clock)
        async with running(opened, clock, credentials, authorities, workers) as api:
            ids = await _fill(api, patient)
            parents = {OTHER.id: min(await _fill(api, OTHER))}
        opened.close()
        shutil.copytree(first, second)
        made = []
        for data in (first, second):
            store = Store.open(data / "data", clock=clock)
            stack.callback(store.close)
            made.append(Twin(await stack.enter_async_context(running(store, clock, credentials, authorities, workers))))
        secret = await _mask(made[0].api, patient, min(ids))
        # The trail numbers all that a server does: the other one takes in the same documents, of somebody else.
        await _mask(made[1].api, OTHER, parents[OTHER.id])
        yield Twins(made[0], made[1], patient, ids, secret)


ROLES: dict[str, tuple[Professional, str]] = {
    "doctor": (DOCTOR, ""),
    "nurse": (NURSE, ""),
    "occupational doctor": (OCCUPATIONAL, ""),
    "break-glass": (DOCTOR, "BTG"),
    "centre 15": (REGULATOR, "ETREAT"),
    "clerk": (CLERK, ""),
    "certificate": (FACILITY, ""),
}


async def client_of(twin: Twin, role: str, patient: Record) -> Client:
    if role not in twin.clients:
        professional, purpose = ROLES[role]
        client = await twin.api.login(professional)
        twin.clients[role] = await client.emergency(purpose, patient) if purpose else client
    return twin.clients[role]


JSON_PATCH = "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"


Call = tuple[str, str, str, Any, str, dict[str, str]]
"""``(route's method, route's path, path, body, kind, headers)``."""
FHIR = "application/fhir+json"
ABSENT = "00000000-0000-4000-8000-000000000000"
_BY_UNIQUE_ID = f"urn:ietf:rfc:3986|urn:oid:{SECRET_UNIQUE_ID}"
_SEARCHES = (
    "",
    "&_count=1",
    "&_count=1&_offset=2",
    "&_summary=count",
    "&_sort=date",
    "&status=current",
    "&status=superseded",
    "&status:not=superseded",
    "&type=http://loinc.org|11488-4",
    "&security-label=MASQUE_PS",
    "&security-label:not=MASQUE_PS",
    f"&description={SECRET}",
    f"&author.identifier={AUTHOR.id}",
    f"&identifier={_BY_UNIQUE_ID}",
    "&identifier=urn:ietf:rfc:3986|urn:uuid:{secret}",
    "&relatesto=DocumentReference/{seen}",
    "&relatesto=DocumentReference/{secret}",
    "&relatesto:missing=false",
    "&_lastUpdated=ge2026-11-20",
    "&_id={secret}",
    "&_id={seen}",
    "&isArchived=false",
    "&date=ge2026-01-01",
)
_LIST_SEARCHES = ("", "&_count=1", "&status=current", f"&identifier={_BY_UNIQUE_ID}", "&code=submissionset")


def calls(twins: Twins) -> Iterator[Call]:
    """Every route, near and far from what is masked."""
    patient = twins.patient
    token = f"{patient.ins.system}|{patient.ins.matricule}"
    yield from _readings(patient, token)
    yield from _searches(twins, token)
    yield from _by_id(twins)
    yield from _changes(twins, token)
    yield from _acts(twins)


def _get(route: str, path: str, **headers: str) -> Call:
    return "GET", route, path, None, FHIR, headers


def _readings(patient: Record, token: str) -> Iterator[Call]:
    yield _get("/fhir/Patient/$summary", f"/fhir/Patient/$summary?identifier={token}")
    yield _get("/fhir/Patient/$summary", f"/fhir/Patient/$summary?identifier={token}", Accept_Encoding="gzip")
    yield _get("/fhir/Patient/{id}/$summary", f"/fhir/Patient/{patient.id}/$summary")
    yield _get("/fhir/Patient", f"/fhir/Patient?identifier={token}")
    yield _get("/fhir/Patient/{id}", f"/fhir/Patient/{patient.id}")
    for kind in ("authorisation", "document", "access"):
        for since in ("2020-01-01", "2026-11-20T14:02:00Z"):
            yield _get("/fhir/Patient/$authorised", f"/fhir/Patient/$authorised?since={since}&date-type={kind}")
    yield _get("/fhir/Consent", f"/fhir/Consent?patient={patient.id}")
    yield _get("/fhir/Communication", f"/fhir/Communication?patient={patient.id}")


def _searches(twins: Twins, token: str) -> Iterator[Call]:
    for kind, searches in (("DocumentReference", _SEARCHES), ("List", _LIST_SEARCHES)):
        for search in searches:
            more = search.format(secret=twins.secret, seen=min(twins.ids))
            yield _get(f"/fhir/{kind}", f"/fhir/{kind}?patient.identifier={token}{more}")
            form = f"patient={twins.patient.id}{more}".encode()
            yield "POST", f"/fhir/{kind}/_search", f"/fhir/{kind}/_search", form, FORM, {}
    trail = f"/fhir/AuditEvent?patient={twins.patient.id}"
    yield _get("/fhir/AuditEvent", trail)
    for entity in (twins.secret, min(twins.ids)):
        yield _get("/fhir/AuditEvent", f"{trail}&entity=DocumentReference/{entity}")
    yield _get("/fhir/AuditEvent/{id}", "/fhir/AuditEvent/3")
    yield _get("/fhir/AuditEvent/$emergency-register", "/fhir/AuditEvent/$emergency-register")


def _by_id(twins: Twins) -> Iterator[Call]:
    for id_ in (twins.secret, min(twins.ids), ABSENT):
        yield _get("/fhir/DocumentReference/{id}", f"/fhir/DocumentReference/{id_}")
        yield _get("/fhir/Binary/{id}", f"/fhir/Binary/{id_}")
        yield _get("/fhir/Binary/{id}", f"/fhir/Binary/{id_}", Accept=FHIR)
        yield _get("/fhir/Binary/{id}", f"/fhir/Binary/{id_}", If_None_Match="*")
        yield _get("/fhir/List/{id}", f"/fhir/List/{id_}")


def _changes(twins: Twins, token: str) -> Iterator[Call]:
    masking = [{"op": "replace", "path": "/securityLabel", "value": _labels()}]
    delete = [{"op": "replace", "path": "/status", "value": "entered-in-error"}]
    testing = [{"op": "test", "path": "/status", "value": "current"}]
    for id_ in (twins.secret, ABSENT):
        path = f"/fhir/DocumentReference/{id_}"
        for operations in (masking, delete, [], testing):
            yield "PATCH", "/fhir/DocumentReference/{id}", path, operations, JSON_PATCH, {}
            yield "PATCH", "/fhir/DocumentReference/{id}", path, operations, JSON_PATCH, {"If_Match": 'W/"1"'}
    by_id = f"urn:ietf:rfc:3986|urn:uuid:{twins.secret}"
    for identifier in (by_id, _BY_UNIQUE_ID, "urn:ietf:rfc:3986|urn:oid:1.2.3"):
        for named in ("", f"&patient.identifier={token}"):
            path = f"/fhir/DocumentReference?identifier={identifier}{named}"
            yield "PATCH", "/fhir/DocumentReference", path, masking, JSON_PATCH, {}
    deposits: tuple[tuple[Json, dict[str, str]], ...] = (
        ({"unique_id": SECRET_UNIQUE_ID}, {}),
        ({"relatesTo": _replacing(twins.secret)}, {}),
        ({"relatesTo": _replacing(min(twins.ids))}, {}),
        ({}, {"If_None_Exist": f"identifier={_BY_UNIQUE_ID}"}),
        ({}, {"If_None_Exist": f"identifier={by_id}"}),
    )
    for fields, headers in deposits:
        body = reference(b"sevrage alcoolique", twins.patient, **fields)
        yield "POST", "/fhir/DocumentReference", "/fhir/DocumentReference", body, FHIR, headers
    yield "POST", "/fhir", "/fhir", _transaction(twins.patient, twins.secret), FHIR, {}


def _acts(twins: Twins) -> Iterator[Call]:
    match = {"resourceType": "Patient", "name": [{"family": "PAT-ESSAI"}], "birthDate": "1979"}
    operations: tuple[tuple[str, str, Any], ...] = (
        ("$web-access", "", None),
        ("$check", "medication", "amoxicilline"),
        ("$declare-treating-doctor", "", None),
        ("$resign-treating-doctor", "", None),
        ("$reopen", "", None),
        ("$patient-access", "holder", "nobody"),
        ("$administrator", "professional", "essai"),
        ("$close", "reason", "essai"),
    )
    asked = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": match}]}
    yield "POST", "/fhir/Patient/$match", "/fhir/Patient/$match", asked, FHIR, {}
    yield "POST", "/fhir/AuditEvent/{id}/$review", "/fhir/AuditEvent/3/$review", asked, FHIR, {}
    yield "POST", "/fhir/Consent", "/fhir/Consent", {"resourceType": "Consent"}, FHIR, {}
    yield "PATCH", "/fhir/Consent/{id}", "/fhir/Consent/none", [], JSON_PATCH, {}
    yield "PATCH", "/fhir/Patient/{id}", f"/fhir/Patient/{twins.patient.id}", [], JSON_PATCH, {}
    yield "POST", "/fhir/Patient", "/fhir/Patient", {"resourceType": "Patient"}, FHIR, {}
    for name, parameter, value in operations:
        body = {"resourceType": "Parameters", "parameter": [{"name": parameter, "valueString": value}]}
        path = f"/fhir/Patient/{twins.patient.id}/{name}"
        yield "POST", f"/fhir/Patient/{{id}}/{name}", path, body if parameter else None, FHIR, {}


def _replacing(target: str) -> list[Json]:
    return [{"code": "replaces", "target": {"reference": f"DocumentReference/{target}"}}]


def _transaction(patient: Record, target: str) -> Json:
    """A bundle that is wrong in a way that a masked document might make right: it replaces what is masked by PUT."""
    body = reference(b"sevrage alcoolique", patient)
    put = {"resource": body | {"id": target}, "request": {"method": "PUT", "url": f"DocumentReference/{target}"}}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [put]}


WRITES = {"/fhir/DocumentReference", "/fhir"}
"""Deposits make both sheets anew from all statements of the record, masked ones too: what they open differs."""


async def _asked(twin: Twin, twins: Twins, role: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Seen]:
    method, _route, path, body, kind, headers = call
    client = await client_of(twin, role, twins.patient)
    with watching(twin.api.store, monkeypatch) as seen:
        answer = await client.send(method, path, body, kind=kind, **headers)
    told = [(name, value) for name, value in answer.headers.items() if name not in _VOLATILE]
    return (answer.status_code, _known(twins, str(told)), _known(twins, answer.text)), seen


def _known(twins: Twins, text: str) -> str:
    """The text with ids that were drawn in answering it blotted out, and those of documents left as they are."""
    kept = {*twins.ids, twins.secret}
    blotted = _UUID.sub(lambda match: match[0] if match[0] in kept else "~", text)
    return _DRAWN.sub("~", blotted)


@pytest.mark.parametrize("role", ROLES)
async def test_no_answer_tells_a_masked_document_from_none(
    twins: Twins, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in calls(twins):
        first, seen = await _asked(twins.with_masked, twins, role, call, monkeypatch)
        second, other = await _asked(twins.without, twins, role, call, monkeypatch)
        assert first == second, call
        assert SECRET not in first[2] or SECRET in str(call), call
        writes = call[0] != "GET" and call[1] in WRITES
        if not writes:
            assert [_known(twins, s) for s in seen.statements] == [_known(twins, s) for s in other.statements], call
            assert [k for k, _ in seen.rows] == [k for k, _ in other.rows], call


async def test_every_route_is_compared(twins: Twins) -> None:
    compared = {(call[0], call[1]) for call in calls(twins)}
    assert compared == {(method, path) for method, path, *_ in _ROUTES}


async def test_who_may_see_it_does(twins: Twins) -> None:
    client = await twins.with_masked.api.login(AUTHOR)
    assert (await client.get(f"/fhir/Binary/{twins.secret}")).text == "sevrage alcoolique"
    found = await client.get(f"/fhir/DocumentReference?patient={twins.patient.id}")
    assert found.json()["total"] == 5


@pytest.mark.parametrize("role", ["break-glass", "centre 15"])
async def test_it_is_there_in_an_emergency_where_the_patient_wants_it(twins: Twins, role: str) -> None:
    store = twins.with_masked.api.store
    opened = replace(twins.patient, emergency=EmergencyConsents(masked=True))
    store.write_now(lambda tx: tx.put_patient(opened))
    client = await client_of(twins.with_masked, role, twins.patient)
    assert (await client.get(f"/fhir/Binary/{twins.secret}")).status_code == 200
