"""Fills a store with the demonstration's people and documents, and keeps a filled one for the next start.

Documents enter as they do from anywhere: by ``server.deposit``, each deposited by its author on its own day.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import dmp_tui
from dmp_tui.demo.authority import prepared, revocations, trusted
from dmp_tui.demo.documents import Built, documents_of
from dmp_tui.demo.patients import PATIENTS
from dmp_tui.demo.people import WORKERS, Patient, Worker, worker
from dmp_tui.dmp.consents import Consent, ConsentKind, Record, RecordStatus
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, Relation
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.identity import IdentityStatus
from dmp_tui.dmp.professions import Mode, Professional
from dmp_tui.store import Store, StoreKind, Transaction

SERVER = "server"
KEYS = "keys"
_AGE_OF_RECORDS = timedelta(days=4 * 365)
_AUTHORISED_FOR = timedelta(days=365)


def cached_records(cache: Path, authority: Path, now: datetime, making: Callable[[], None] = lambda: None) -> Path:
    """A directory with ``server`` (data) and ``keys``, filled; made where the cache has none of today.

    ``making`` is called if it has to be made first.
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    def write(directory: Path) -> None:
        making()
        write_server(directory, authority, now, StoreKind.DEMO)

    mark = trusted(authority)[0].fingerprint(SHA256()).hex()[:12]
    return prepared(cache, f"records-{_code_mark()}-{now.date().isoformat()}-{mark}", write)


def _code_mark() -> str:
    """A digest of the whole program: records that other code wrote are made anew, and never read by mistake."""
    digest = hashlib.sha256()
    for source in sorted(Path(dmp_tui.__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def write_server(
    directory: Path, authority: Path, now: datetime, kind: StoreKind, *, names: tuple[str, ...] = (), port: int = 0
) -> None:
    """Makes ``directory/server``, ready to be served, and ``directory/keys``; both filled and closed.

    Raises:
        StoreError, OSError: they cannot be written.
    """
    from dmp_tui.server.layout import HOST, PORT, initialise

    files = initialise(
        directory / SERVER,
        lambda: now,
        keys=directory / KEYS,
        names=names or (HOST,),
        kind=kind,
        port=port or PORT,
    )
    store = files.open_store(lambda: now)
    try:
        asyncio.run(fill(store, authority, now))
    finally:
        store.close()


async def fill(store: Store, authority: Path, now: datetime) -> None:
    """Trusts the demonstration's authority, and writes its professionals, patients and documents."""
    from cryptography.hazmat.primitives.serialization import Encoding

    authorities = [certificate.public_bytes(Encoding.DER) for certificate in trusted(authority)]
    lists = [crl.public_bytes(Encoding.DER) for crl in revocations(authority)]

    def trust(transaction: Transaction) -> None:
        for der in authorities:
            transaction.put_authority(der, demonstration=True)
        for der in lists:
            transaction.put_crl(der)
        for one in WORKERS:
            transaction.put_professional(professional(one))

    await store.write(trust)
    for patient in PATIENTS:
        if patient.status != "none":
            await _fill_record(store, patient, now)


async def _fill_record(store: Store, patient: Patient, now: datetime) -> None:
    from dmp_tui.server.changes import rebuild
    from dmp_tui.server.services import Services

    record = _record(patient, now)
    consents = _consents(patient, record.id, now)
    record = await store.write(lambda t: t.put_patient(record))
    await store.write(lambda t: [t.put_consent(consent) for consent in consents])
    for built in documents_of(patient, now.date()):
        await _deposit(store, record, built, now)
    await rebuild(Services(store), record)
    if patient.status == "closed":
        closed = replace(
            record,
            status=RecordStatus.CLOSED,
            closed=now - timedelta(days=150),
            closing_reason="à la demande du patient",
        )
        await store.write(lambda t: t.put_patient(closed))


async def _deposit(store: Store, record: Record, built: Built, now: datetime) -> None:
    """Deposits a document as its author did, on the morning of its date."""
    from dmp_tui.server.caller import Caller
    from dmp_tui.server.deposit import deposit

    author = professional(built.author)
    caller = Caller(author, Mode.NORMAL, "demonstration")
    morning = datetime.combine(datetime.fromisoformat(built.on), time(9, 40), UTC)
    kept = await deposit(store, caller, record, built.content, _metadata(built), clock=lambda: min(morning, now))
    if built.archived:
        await store.write(lambda t: t.update_document(replace(kept, archived=True)))


def _metadata(built: Built) -> DocumentEntry:
    """What the depositor says beside the document."""
    from dmp_tui.dmp.codes import FACILITY_SYSTEM, FORMAT_SYSTEM, SETTING_SYSTEM, document_class, document_type

    kind, facility = built.kind, built.author.facility
    return DocumentEntry(
        id="",
        patient_id="",
        unique_id=built.unique_id,
        type=document_type(kind.type.code),
        class_=document_class(kind.class_),
        title=built.title,
        date=f"{built.on}T09:30:00+01:00",
        submitted="",
        media_type="application/xml",
        size=0,
        hash="",
        format=Coding(FORMAT_SYSTEM, kind.format),
        authors=(_author(built.author),),
        submitter=_author(built.author),
        service_start=built.on,
        facility_type=Coding(FACILITY_SYSTEM, facility.sector, facility.sector_name),
        practice_setting=Coding(SETTING_SYSTEM, facility.setting, facility.setting_name),
        confidentiality=frozenset(Confidentiality(code) for code in built.confidentiality),
        relations=(Relation("replaces", built.replaces),) if built.replaces else (),
    )


def _author(one: Worker) -> Author:
    return Author(one.id, one.name, one.facility.id, one.facility.name, one.profession, one.specialty)


def professional(one: Worker) -> Professional:
    """A worker as the server's directory holds him."""
    return Professional(
        one.id,
        one.name,
        one.profession,
        one.role,
        one.specialty,
        one.facility.id,
        one.facility.name,
        one.regulator,
    )


def _record(patient: Patient, now: datetime) -> Record:
    doctor = worker(patient.treating_doctor) if patient.treating_doctor else None
    waiting = patient.ins.matricule[0] in "78"
    return Record(
        id=str(uuid.uuid4()),
        ins=patient.ins,
        traits=patient.recorded_traits,
        status=RecordStatus.ACTIVE,
        created=now - _AGE_OF_RECORDS,
        identity_status=IdentityStatus.PROV if waiting else IdentityStatus.QUAL,
        address=patient.address,
        phones=patient.phones,
        contacts=patient.contacts,
        treating_doctor=doctor.id if doctor else "",
        treating_doctor_name=doctor.name if doctor else "",
        treating_doctor_phone=doctor.phone if doctor else "",
        emergency=patient.emergency,
    )


def _consents(patient: Patient, patient_id: str, now: datetime) -> list[Consent]:
    """Authorisations under way, those that have ended, and blocks."""
    given = now - timedelta(days=30)
    ended = now - timedelta(days=35)

    def consent(key: str, kind: ConsentKind, start: datetime, end: datetime | None) -> Consent:
        actor = worker(key)
        return Consent(str(uuid.uuid4()), patient_id, kind, actor.id, actor.name, start, end, actor.id, actor.name)

    return [
        *(consent(key, ConsentKind.PERMIT, given, given + _AUTHORISED_FOR) for key in patient.authorised),
        *(consent(key, ConsentKind.PERMIT, ended - _AUTHORISED_FOR, ended) for key in patient.expired),
        *(consent(key, ConsentKind.BLOCK, given, None) for key in patient.blocked),
    ]
