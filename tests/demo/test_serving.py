"""The demonstration's server, started as the app starts it: everybody logs in, every record is what it says it is."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from dmp_tui.cards.cps import open_cps
from dmp_tui.cards.virtual import VirtualSource
from dmp_tui.client import ClientError, ClientProblem, DmpClient
from dmp_tui.demo.authority import load
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.documents import documents_of
from dmp_tui.demo.patients import PATIENTS, patient
from dmp_tui.demo.people import WORKERS, Patient, worker
from dmp_tui.demo.said import Said, heard, line_of
from dmp_tui.demo.starting import start, stop
from dmp_tui.dmp.consents import AuthorisationState, RecordStatus
from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.professions import Mode, Role
from dmp_tui.dmp.sheet.model import Disagreement, Presence, Sheet
from dmp_tui.store import system_clock

PATIENCE = 60


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runtime")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, runtime: Path) -> Iterator[Said]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_TUI_DEMO_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        lines: SimpleQueue[Said | None] = SimpleQueue()
        process = start(lines.put)
        steps = []
        while (said := lines.get(timeout=PATIENCE)) is not None and said.step != "ready":
            steps.append(said.step)
        assert said is not None
        assert steps == ["keys", "authority", "records"]
        yield said
        stop(process, said.directory)
        assert process.returncode == 0
        if process.stdout:
            process.stdout.close()
    assert not list(runtime.iterdir())


@pytest.fixture
async def client(served: Said) -> AsyncIterator[DmpClient]:
    client = DmpClient(served.url, Path(served.ca), system_clock)
    yield client
    await client.aclose()


async def log_in(client: DmpClient, key: str, served: Said) -> None:
    source = VirtualSource()
    source.insert(source.readers()[0], demonstration_card(key, Path(served.authority)))
    card = open_cps(source.connect(source.readers()[0]))
    card.verify("1234")
    await client.login(card)


class Certificate:
    """A software certificate: what logs in where there is no card."""

    def __init__(self, authority: Path, key: str) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding

        credential = load(authority, key)
        self.certificate = credential.certificate.public_bytes(Encoding.DER)
        self.intermediates = tuple(above.public_bytes(Encoding.DER) for above in credential.chain)
        self._key = credential.key

    def sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return self._key.sign(message, PKCS1v15(), SHA256())


@pytest.mark.parametrize("key", [w.key for w in WORKERS if w.card])
async def test_everybody_logs_in_with_the_card(key: str, client: DmpClient, served: Said) -> None:
    source = VirtualSource()
    source.insert(source.readers()[0], demonstration_card(key, Path(served.authority)))
    card = open_cps(source.connect(source.readers()[0]))
    card.verify("1234")
    session = await client.login(card)
    expected = worker(key)
    assert session.professional.id == expected.id
    assert session.professional.role is expected.role
    assert session.professional.regulator is expected.regulator


async def test_the_facility_logs_in_for_a_person(client: DmpClient, served: Said) -> None:
    session = await client.login(Certificate(Path(served.authority), "chu"), on_behalf_of="AGENT Dominique")
    assert session.professional.role is Role.FACILITY_CERTIFICATE


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("expired", "certificate-expired"),
        ("not-yet-valid", "certificate-not-yet-valid"),
        ("revoked", "certificate-revoked"),
        ("foreign", "unknown-authority"),
    ],
)
async def test_a_card_with_a_problem_is_refused_by_its_rule(
    key: str, rule: str, client: DmpClient, served: Said
) -> None:
    with pytest.raises(ClientError) as caught:
        await log_in(client, key, served)
    assert caught.value.problem is ClientProblem.LOGIN_REFUSED
    assert caught.value.code == rule


@pytest.mark.parametrize("one", PATIENTS, ids=lambda one: one.key)
async def test_every_record_stands_as_described(one: Patient, client: DmpClient, served: Said) -> None:
    await log_in(client, "simon", served)
    found = await client.find_patient(one.ins)
    assert (found is None) == (one.status == "none")
    if found is None:
        return
    assert found.status is (RecordStatus.CLOSED if one.status == "closed" else RecordStatus.ACTIVE)
    assert found.btg_open is one.emergency.btg
    assert found.traits.given == (one.recorded_given or one.given)
    if "simon" in one.expired:
        assert found.authorisation is AuthorisationState.EXPIRED
    elif "simon" in one.authorised:
        assert found.authorisation is AuthorisationState.VALID
    else:
        assert found.authorisation is AuthorisationState.NONE


async def sheet_of(key: str, client: DmpClient) -> Sheet:
    return (await client.summary(patient(key).ins)).sheet


async def test_the_sheet_of_the_contradicted_allergy_shows_the_contradiction(client: DmpClient, served: Said) -> None:
    await log_in(client, "simon", served)
    lines = (await sheet_of("leroy", client)).topic(Kind.ALLERGY).lines
    amoxicillin = next(line for line in lines if "moxicilline" in line.label)
    assert {c.kind for c in amoxicillin.contradictions} >= {Disagreement.DENIED, Disagreement.PRESCRIBED_DESPITE}
    assert len(amoxicillin.sources) == 2


async def test_the_anticoagulant_weighs(client: DmpClient, served: Said) -> None:
    await log_in(client, "simon", served)
    treatments = (await sheet_of("garnier", client)).topic(Kind.TREATMENT).lines
    weighing = {line.label.split()[0]: line for line in treatments if line.critical}
    assert {"COUMADINE", "PLAVIX"} <= set(weighing)
    assert Disagreement.DOSE in {c.kind for c in weighing["COUMADINE"].contradictions}


async def test_an_empty_record_is_not_one_that_says_none(client: DmpClient, served: Said) -> None:
    await log_in(client, "simon", served)
    assert (await sheet_of("nguyen", client)).topic(Kind.ALLERGY).presence is Presence.NOT_STATED
    assert (await sheet_of("garnier", client)).topic(Kind.ALLERGY).presence is Presence.NONE_STATED


async def test_the_treating_doctor_sees_what_is_masked(client: DmpClient, served: Said) -> None:
    await log_in(client, "durand", served)
    listed = await client.documents(patient("fontaine").ins)
    assert len(listed) == len(documents_of(patient("fontaine"), system_clock().date()))


@pytest.mark.parametrize(
    ("who", "key", "seen"), [("simon", "fontaine", 4), ("lefevre", "fontaine", 3), ("simon", "roussel", 1)]
)
async def test_break_glass_shows_what_is_masked_only_where_the_patient_agreed(
    who: str, key: str, seen: int, client: DmpClient, served: Said
) -> None:
    """And to a nurse, who consults no psychiatric summary, not that one."""
    await log_in(client, who, served)
    grant = await client.break_glass(patient(key).ins, "immediate-risk", "Coma au service des urgences")
    assert grant.mode is Mode.BREAK_GLASS
    assert len(await client.documents(patient(key).ins)) == seen


async def test_who_opposed_is_not_opened_by_breaking_the_glass(client: DmpClient, served: Said) -> None:
    await log_in(client, "simon", served)
    with pytest.raises(ClientError) as caught:
        await client.break_glass(patient("lambert").ins, "immediate-risk", "Coma au service des urgences")
    assert caught.value.problem is ClientProblem.REFUSED


async def test_a_regulator_opens_it_by_centre_15(client: DmpClient, served: Said) -> None:
    await log_in(client, "samson", served)
    grant = await client.centre_15(patient("lambert").ins, reason="Appel au centre 15 ce soir")
    assert grant.mode is Mode.CENTRE_15
    assert (await sheet_of("lambert", client)).topic(Kind.ALLERGY).lines


async def test_the_replaced_document_is_superseded(client: DmpClient, served: Said) -> None:
    await log_in(client, "simon", served)
    statuses = {d.title + d.date[:10]: d.status.value for d in await client.documents(patient("schmitt").ins)}
    assert sorted(statuses.values()).count("superseded") == 1


def test_a_line_is_heard_as_it_was_said() -> None:
    said = Said("ready", "/a", "/d", "https://127.0.0.1:1", "/ca")
    assert heard(line_of(said)) == said
    assert heard("{") is None
    assert heard('{"other": 1}') is None
    assert heard("[]") is None


def test_signals_that_go_on_do_not_stop_the_removal_of_its_files(
    served: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    lines: SimpleQueue[Said | None] = SimpleQueue()
    process = start(lines.put)
    while (said := lines.get(timeout=PATIENCE)) is not None and said.step != "ready":
        pass
    assert said is not None
    while process.poll() is None:
        process.terminate()
    assert process.returncode == 0
    assert not list(tmp_path.iterdir())
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
