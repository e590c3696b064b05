"""The one path by which a document enters a record, whoever sends it: a request, the demonstration, a sandbox."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dmp_tui.dmp.codes import class_of
from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus, Relation
from dmp_tui.dmp.entries import Coding, Reading
from dmp_tui.dmp.fhir.documents import MIME_TYPE_SUFFICIENT
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.dmp.rights import Decision, Limit, Operation, state_of
from dmp_tui.server.access import Access
from dmp_tui.server.bundles import IncomingChange, IncomingList, replaced_at_once, unique_id_of_incoming
from dmp_tui.server.caller import Caller
from dmp_tui.server.changes import NewDocument, Plan, carry_out
from dmp_tui.server.identities import check_subject, warnings_of_record
from dmp_tui.server.intake import Incoming, examine
from dmp_tui.server.listing import replaced_by, with_lists
from dmp_tui.server.outcomes import FhirError, Said, broken_rule, conflict
from dmp_tui.server.search import interval, parse_query
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import UNKNOWN_PARENT, as_seen
from dmp_tui.store.model import Clock, system_clock
from dmp_tui.store.store import Store

FUTURE_DATE = "future-date"
_AHEAD, _DAY_AHEAD = timedelta(minutes=10), timedelta(hours=14)
"""What a sender's clock may be ahead, and what its calendar is ahead of UTC in the easternmost zone."""
_BLANK = DocumentEntry(
    "", "", "", Coding("", ""), Coding("", ""), "", "", "", "", 0, "", Coding("", ""), (), Author("", "")
)


async def deposit(
    store: Store,
    caller: Caller,
    record: Record,
    content: bytes,
    metadata: DocumentEntry | None = None,
    *,
    media_type: str = "",
    clock: Clock = system_clock,
) -> DocumentEntry:
    """Deposit one document for programs that hold the store: its metadata as given, else as its own header says.

    Raises:
        Refused, FhirError: as for a request.
        StoreError: nothing was kept.
    """
    entry = metadata or replace(_BLANK, media_type=media_type)
    incoming = examine(entry, content)
    plan = await deposit_all(Services(store, clock), caller, record, [incoming])
    return plan.answer[0][0]


async def deposit_all(
    services: Services,
    caller: Caller,
    record: Record,
    incoming: Sequence[Incoming],
    *,
    lists: Sequence[IncomingList] = (),
    changes: Sequence[IncomingChange] = (),
) -> Plan:
    """Deposit documents of one record and their lists, all or nothing. ``Plan.answer`` and ``Plan.listed`` have each,
    and whether it is new; ``Plan.replaced`` what ``changes`` names.

    Raises:
        Refused: the caller may not deposit here.
        FhirError: 409, 412, 422.
        StoreError: nothing was kept.
    """
    clerk = caller.professional.role is Role.CPE_CLERK
    operation = Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK if clerk else Operation.SUBMIT_DOCUMENT

    def plan(access: Access, documents: Sequence[DocumentEntry]) -> Plan:
        decision = access.require(operation)
        planned = Plan(())
        coming = frozenset(unique_id_of_incoming(one) for one in incoming)
        for one in incoming:
            planned = _with(planned, one, access, decision, documents, coming=coming)
        visible = [d for d in documents if access.sees(d)]
        planned = replace(planned, replaced=[replaced_by(planned, one, visible) for one in changes])
        kept = services.store.lists(record.id) if lists else []
        planned = with_lists(planned, lists, visible, kept, instant(access.now))
        events = [access.event(operation, decision, d, "" if new else "unchanged") for d, new in planned.answer]
        return replace(planned, events=tuple(events))

    return await carry_out(services, caller, record, plan)


def _with(
    plan: Plan,
    one: Incoming,
    access: Access,
    decision: Decision,
    documents: Sequence[DocumentEntry],
    *,
    coming: frozenset[str],
) -> Plan:
    """The plan with one more document in it. ``coming`` are the uniqueIds that the request brings."""
    record = access.record
    assert record is not None  # noqa: S101 - the rules allow no deposit without a record
    # What this same request brings is visible to it, and a document that it replaces is replaced for it already.
    already = {d.id: d for d in plan.updated}
    visible = [already.get(d.id, d) for d in documents if access.sees(d)] + [n.entry for n in plan.new]
    shown = as_seen(visible)
    entry = _complete(one, access, record)
    same = _same_document(entry, shown)
    if same is None and one.if_none_exist:
        same = _found(one.if_none_exist, shown)
    if same is not None:
        return replace(plan, answer=[*plan.answer, (same, False)])
    entry, parents = _related(entry, visible, coming)
    if Limit.ADD_ONLY in decision.limits:
        _check_parents(parents, access.caller.professional)
    updated = {d.id: d for d in plan.updated} | {p.id: replace(p, status=DocumentStatus.SUPERSEDED) for p in parents}
    if updated.keys() & {n.entry.id for n in plan.new}:
        raise replaced_at_once()
    statements = one.reading.entries if one.reading else ()
    return replace(
        plan,
        answer=[*plan.answer, (entry, True)],
        new=(*plan.new, NewDocument(entry, one.content, statements)),
        updated=tuple(updated.values()),
    )


def _found(criteria: str, visible: Sequence[DocumentEntry]) -> DocumentEntry | None:
    """The one document that ``If-None-Exist`` means."""
    query = parse_query(criteria.lstrip("?"))
    found = [d for d in visible if query.matches(d)]
    if len(found) > 1:
        said = Said("If-None-Exist désigne plusieurs documents.", "If-None-Exist matches several documents.")
        raise FhirError(412, "multiple-matches", "multiple-matches", said)
    return found[0] if found else None


def author_of(professional: Professional) -> Author:
    """A professional as an author or a depositor."""
    return Author(
        professional.id,
        professional.name,
        professional.facility,
        professional.facility_name,
        professional.profession,
        professional.specialty,
    )


def _complete(one: Incoming, access: Access, record: Record) -> DocumentEntry:
    """The metadata to be kept: the client's, completed by the document's header; ids, dates and warnings are ours."""
    submitter = author_of(access.caller.professional)
    entry = _from_header(one.entry, one.reading) if one.reading else one.entry
    warnings = warnings_of_record(record)
    if one.reading:
        warnings = (*warnings, *check_subject(one.reading.subject, record))
    if _is_ahead(entry.date, access.now):
        warnings = (*warnings, FUTURE_DATE)
    # What is deposited in a secret session is hidden from the legal representatives too (R1111-50).
    hidden = frozenset({Confidentiality.HIDDEN_FROM_REPRESENTATIVES} if access.caller.secret else ())
    id_ = str(uuid.uuid4())
    class_ = entry.class_ if entry.class_.code else class_of(entry.type.code)
    now = instant(access.now)
    if not entry.type.code:
        raise broken_rule("type", "Le type du document manque.", "The document's type is missing.")
    return replace(
        entry,
        id=id_,
        logical_id=str(uuid.uuid4()),
        patient_id=record.id,
        unique_id=entry.unique_id or f"urn:uuid:{id_}",
        class_=class_,
        format=entry.format if entry.format.code else MIME_TYPE_SUFFICIENT,
        title=entry.title or entry.type.display or entry.type.code,
        date=entry.date or now,
        submitted=now,
        authors=entry.authors or (submitter,),
        submitter=submitter,
        status=DocumentStatus.CURRENT,
        archived=False,
        confidentiality=entry.confidentiality | hidden,
        version=1,
        warnings=tuple(dict.fromkeys((*entry.warnings, *warnings))),
    )


def _is_ahead(date: str, now: datetime) -> bool:
    """Whether a document is dated after its deposit, a wrong clock and other time zones aside."""
    dated = interval(date)
    return dated is not None and dated[0] > now + (_AHEAD if "T" in date else _DAY_AHEAD)


def _from_header(entry: DocumentEntry, reading: Reading) -> DocumentEntry:
    """What the client did not say, from the document's own header."""
    replaced = [Relation("replaces", target) for target in reading.replaces]
    known = {r.target for r in entry.relations}
    authors = tuple(Author("", p.name, reading.custodian_id, reading.custodian, p.role) for p in reading.authors)
    return replace(
        entry,
        unique_id=entry.unique_id or reading.unique_id,
        type=entry.type if entry.type.code else reading.type,
        title=entry.title or reading.title,
        date=entry.date or reading.date,
        authors=entry.authors or authors,
        service_start=entry.service_start or reading.service_start,
        facility_type=entry.facility_type or reading.facility_type,
        practice_setting=entry.practice_setting or reading.practice_setting,
        service_end=entry.service_end or reading.service_end,
        language=entry.language or reading.language or "fr-FR",
        relations=(*entry.relations, *(r for r in replaced if r.target not in known)),
    )


def _same_document(entry: DocumentEntry, visible: Sequence[DocumentEntry]) -> DocumentEntry | None:
    """The same document deposited before: same uniqueId, same structure, same bytes.

    Raises:
        FhirError: 409, same uniqueId and structure but other bytes.
    """
    for other in visible:
        if other.unique_id != entry.unique_id or _structure(other) != _structure(entry):
            continue
        if other.hash == entry.hash:
            return other
        raise conflict(
            "unique-id",
            "Un autre document de ce dossier porte déjà cet identifiant unique.",
            "Another document of this record holds this unique id already.",
        )
    return None


def _structure(entry: DocumentEntry) -> str:
    """Within what a uniqueId is unique: the author's structure, else the depositor's, else the author."""
    author = entry.authors[0] if entry.authors else entry.submitter
    return author.organisation or entry.submitter.organisation or author.id or entry.submitter.id


def _related(
    entry: DocumentEntry, visible: Sequence[DocumentEntry], coming: frozenset[str]
) -> tuple[DocumentEntry, list[DocumentEntry]]:
    """The relations with uniqueIds as targets, a warning for those that lead nowhere, and the documents replaced."""
    relations: list[Relation] = []
    parents: list[DocumentEntry] = []
    warnings = list(entry.warnings)
    for relation in entry.relations:
        target = next((d for d in visible if _is_target(d, relation.target)), None)
        if target is None:
            warnings += [] if relation.target in coming else [UNKNOWN_PARENT]
        elif relation.code == "replaces" and target.status is DocumentStatus.CURRENT:
            parents.append(target)
        relations.append(Relation(relation.code, target.unique_id if target else relation.target))
    kept = tuple(dict.fromkeys(warnings))
    return replace(entry, relations=tuple(dict.fromkeys(relations)), warnings=kept), parents


def _is_target(document: DocumentEntry, target: str) -> bool:
    literal = target.rpartition("DocumentReference/")
    return (bool(literal[1]) and literal[2] == document.id) or target == document.unique_id


def _check_parents(parents: Sequence[DocumentEntry], professional: Professional) -> None:
    """A clerk or a certificate adds; it replaces only what its own structure deposited (y4)."""
    own = {professional.id, professional.facility} - {""}
    for parent in parents:
        state = state_of(parent)
        if not own & (state.makers | state.structures):
            raise FhirError(
                403,
                "forbidden",
                "not-the-structure",
                Said(
                    "Votre structure ne peut remplacer que ses propres documents.",
                    "Your structure may replace only its own documents.",
                ),
                "PDT-INF-526 v1.8 TD2.1: y4",
            )


def instant(moment: datetime) -> str:
    """A FHIR instant, to the millisecond, in UTC."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
