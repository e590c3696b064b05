"""Changes to a record's documents: planned on what is read, the sheets rebuilt beside, then one transaction or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry
from dmp_tui.dmp.entries import Entry
from dmp_tui.dmp.lists import DocumentList
from dmp_tui.server.access import Access, access_to
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import FhirError, Said, unavailable
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import Statements, variants
from dmp_tui.store.trail import TrailEvent
from dmp_tui.store.transaction import Transaction

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to be kept."""

    entry: DocumentEntry
    content: bytes = field(repr=False)
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, and what the trail keeps of it. ``answer`` is what the request gets."""

    answer: Sequence[tuple[DocumentEntry, bool]]
    """Each document that the request is about, and whether it is new."""
    new: tuple[NewDocument, ...] = ()
    updated: tuple[DocumentEntry, ...] = ()
    """With the version that was read."""
    events: tuple[TrailEvent, ...] = ()
    lists: tuple[DocumentList, ...] = ()
    """New submission sets and folders, and folders that grow."""
    listed: Sequence[tuple[DocumentList, bool]] = ()
    """Each list that the request is about, and whether it is new."""
    replaced: Sequence[DocumentEntry | None] = ()
    """Each document that the request names as superseded; None for one that the caller does not see."""


Planner = Callable[[Access, Sequence[DocumentEntry]], Plan]
"""Makes a plan of a caller's access and all the documents of the record. May raise Refused or FhirError."""


RecordPlanner = Callable[[Record, Sequence[DocumentEntry]], Plan]
"""Makes a plan of a record as it stands and all its documents. May raise Refused or FhirError."""


class _MovedError(Exception):
    """The record is not any more what the plan was made of."""


def check_if_match(if_match: str, seen: DocumentEntry) -> None:
    """Whether a change is of the version that its sender has read. ``seen`` is the document as he sees it.

    Raises:
        FhirError: 412.
    """
    stated = {part.strip().removeprefix("W/").strip('"') for part in if_match.split(",")}
    if if_match and not stated & {"*", str(seen.version)}:
        raise stale()


def stale() -> FhirError:
    """412: a change of another version than the one that stands."""
    said = Said("Le document a changé entre-temps : relisez-le.", "The document has changed: read it again.")
    return FhirError(412, "conflict", "stale", said)


async def carry_out(services: Services, caller: Caller, record: Record, planner: Planner) -> Plan:
    """Plan what a professional changes, rebuild both sheets, and write all of it with the trail, or nothing.

    Raises: as ``carry_out_planned``.
    """

    def plan(present: Record, documents: Sequence[DocumentEntry]) -> Plan:
        return planner(access_to(services.store, caller, present, services.settings, services.clock), documents)

    return await carry_out_planned(services, record, plan)


async def carry_out_planned(services: Services, record: Record, planner: RecordPlanner) -> Plan:
    """Plan, rebuild both sheets, and write all of it together with the trail, or nothing.

    Raises:
        Refused, FhirError: the planner's; FhirError 503 where the record never stood still.
        StoreError: nothing was kept.
    """
    store = services.store
    async with services.lock(record.id):
        for _ in range(ATTEMPTS):
            seen = store.versions(record.id)
            documents = store.documents(record.id)
            present = store.patient(record.id) or record
            plan = planner(present, documents)
            sheets = None
            if plan.new or plan.updated:
                fresh = [(n.entry.id, n.entries) for n in plan.new]
                statements: Statements = [*store.encoded_entries(record.id), *fresh]
                sheets = await services.workers.run(
                    variants, present, _after(documents, plan), statements, services.weighing()
                )
            try:
                return await store.write(_writing(record.id, seen, plan, sheets))
            except _MovedError:
                continue
    raise unavailable("busy")


async def rebuild(services: Services, record: Record) -> None:
    """Make and keep both sheets of a record as it stands."""
    store = services.store
    statements: Statements = store.encoded_entries(record.id)
    documents, by = store.documents(record.id), services.weighing()
    open_, masked = await services.workers.run(variants, record, documents, statements, by)
    await store.write(lambda transaction: transaction.put_summary(record.id, open_, masked))


def _after(documents: Sequence[DocumentEntry], plan: Plan) -> list[DocumentEntry]:
    """All documents as they will be."""
    updated = {d.id: replace(d, version=d.version + 1) for d in plan.updated}
    return [*(updated.get(d.id, d) for d in documents), *(n.entry for n in plan.new)]


def _writing(
    patient_id: str, seen: tuple[object, ...], plan: Plan, sheets: tuple[bytes, bytes] | None
) -> Callable[[Transaction], Plan]:
    def write(transaction: Transaction) -> Plan:
        if sheets is None and not plan.lists:
            for event in plan.events:
                transaction.trace(event)
            return plan
        if transaction.versions(patient_id) != seen:
            raise _MovedError
        stored = {d.id: transaction.update_document(d) for d in plan.updated}
        for new in plan.new:
            transaction.put_document(new.entry, new.content, new.entries)
        for kept in plan.lists:
            transaction.put_list(kept)
        if sheets is not None:
            transaction.put_summary(patient_id, *sheets)
        rows = [(event.document_id, transaction.trace(event)) for event in plan.events]
        for new in plan.new:
            if Confidentiality.HIDDEN_FROM_PATIENT in new.entry.confidentiality:
                seq = next(row for document_id, row in rows if document_id == new.entry.id)
                transaction.announce_hidden(patient_id, seq, new.entry.id)
        return replace(
            plan,
            answer=[(stored.get(d.id, d), new) for d, new in plan.answer],
            replaced=[d and stored.get(d.id, d) for d in plan.replaced],
        )

    return write
