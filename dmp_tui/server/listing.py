"""The lists that come with a deposit: which documents they name, and whether they are new."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.fhir.documents import unique_id_of
from dmp_tui.dmp.lists import DocumentList, ListKind
from dmp_tui.server.bundles import IncomingChange, IncomingList
from dmp_tui.server.changes import Plan, check_if_match, stale
from dmp_tui.server.intake import is_hash
from dmp_tui.server.outcomes import broken_rule, conflict, not_found, not_supported
from dmp_tui.server.patches import immutable
from dmp_tui.server.sheets import as_seen


def with_lists(
    plan: Plan,
    incoming: Sequence[IncomingList],
    visible: Sequence[DocumentEntry],
    kept: Sequence[DocumentList],
    now: str,
) -> Plan:
    """The plan with its lists. ``visible`` is what the caller sees of the record, ``kept`` all of its lists.

    A list of which the caller sees nothing does not exist for him. A folder that he sees grows; a submission set never
    changes: the same again is the same.

    Raises:
        FhirError: 409, 422.
    """
    seen = {d.id for d in visible}
    known = [one for one in kept if seen.intersection(one.documents)]
    for one in incoming:
        if one.entry.id:
            plan = _put(plan, one, visible, known)
            known = [plan.listed[-1][0] if other.id == one.entry.id else other for other in known]
            continue
        ids = tuple(dict.fromkeys(_document(name, plan, visible) for name in one.documents))
        if not ids:
            raise broken_rule("empty-list", "Une List ne cite aucun document.", "A List names no document.")
        made = replace(
            one.entry,
            id=str(uuid.uuid4()),
            patient_id=plan.answer[0][0].patient_id,
            documents=ids,
            submitted=now,
            date=one.entry.date or now,
        )
        same = next((other for other in known if _is_same(made, other, seen)), None)
        plan = _with(plan, made, same)
        known = [*(other for other in known if same is None or other.id != same.id), plan.listed[-1][0]]
    return plan


def _with(plan: Plan, made: DocumentList, same: DocumentList | None) -> Plan:
    if same is None:
        return replace(plan, lists=(*plan.lists, made), listed=[*plan.listed, (made, True)])
    added = tuple(id_ for id_ in made.documents if id_ not in same.documents)
    if not added:
        return replace(plan, listed=[*plan.listed, (same, False)])
    if same.kind is ListKind.SUBMISSION_SET:
        raise conflict(
            "unique-id",
            "Un autre lot de ce dossier porte déjà cet identifiant unique.",
            "Another submission set of this record holds this unique id already.",
        )
    grown = replace(same, documents=(*same.documents, *added))
    lists = tuple(other for other in plan.lists if other.id != same.id)
    return replace(plan, lists=(*lists, grown), listed=[*plan.listed, (grown, False)])


def _put(plan: Plan, one: IncomingList, visible: Sequence[DocumentEntry], known: Sequence[DocumentList]) -> Plan:
    """The plan with a folder that is sent whole: documents may be added, and nothing else changes (MHD, 3.65.4.1.2.1).

    Raises:
        FhirError: 404, 405, 412, 422.
    """
    same = next((other for other in known if other.id == one.entry.id and other.kind is ListKind.FOLDER), None)
    if same is None:
        raise not_found()
    if one.if_match and one.if_match.strip() != "*":
        # A folder has no version: what is hidden in it would move it.
        raise stale()
    stated = (one.entry.title, one.entry.note, one.entry.unique_id, one.entry.designations, one.entry.source_id)
    held = (same.title, same.note, same.unique_id, same.designations, same.source_id)
    own = f"urn:uuid:{same.id}"
    if any(given and given not in {have, own} for given, have in zip(stated, held, strict=True)):
        raise immutable()
    listed = tuple(dict.fromkeys(_document(name, plan, visible) for name in one.documents))
    seen = {d.id for d in visible}
    if any(id_ in seen and id_ not in listed for id_ in same.documents):
        raise broken_rule(
            "folder",
            "Un classeur ne perd pas de document : la List doit citer tous ceux qu'il a.",
            "A folder loses no document: its List has to name all that it has.",
        )
    return _with(plan, replace(same, documents=listed), same)


def replaced_by(plan: Plan, change: IncomingChange, visible: Sequence[DocumentEntry]) -> DocumentEntry | None:
    """The document of which a request says that it is superseded, as it will be; None for one that is not seen.

    Raises:
        FhirError: 405 (something else would change), 412, 501 (the request does not replace it).
    """
    names = {r.target for d, _ in plan.answer for r in d.relations if r.code == "replaces"}
    found = next((d for d in visible if change.target in {d.id, d.unique_id}), None)
    known = {change.target, f"DocumentReference/{change.target}"} if found is None else {found.unique_id}
    if not names & known:
        raise not_supported()
    if found is None:
        if change.if_match:
            raise stale()
        return None
    shown = next(d for d in as_seen(visible) if d.id == found.id)
    check_if_match(change.if_match, shown)
    if change.stated is not None and _differs(change.stated, found, labelled=change.labelled):
        raise immutable()
    return next((d for d in plan.updated if d.id == found.id), shown)


_STATED = (
    "unique_id",
    "date",
    "media_type",
    "size",
    "description",
    "service_start",
    "service_end",
    "events",
    "related",
)
_STATED_CODES = ("type", "class_", "facility_type", "practice_setting")


def _differs(stated: DocumentEntry, kept: DocumentEntry, *, labelled: bool) -> bool:
    """Whether what a sender says of a document is not what is kept of it. What he leaves out, he does not say."""
    given = [(getattr(stated, name), getattr(kept, name)) for name in _STATED]
    codes = [(getattr(stated, name), getattr(kept, name)) for name in _STATED_CODES]
    given += [(one and one.code, other.code if other else "") for one, other in codes]
    given += [(stated.confidentiality, kept.confidentiality)] if labelled else []
    differs = any(said and said != have for said, have in given)
    return differs or bool(stated.hash and not is_hash(stated.hash, kept.hash))


def _is_same(made: DocumentList, other: DocumentList, seen: set[str]) -> bool:
    """By its identifier where it has one, else by all that it says of what is visible."""
    if made.kind is not other.kind or made.unique_id != other.unique_id:
        return False
    if made.unique_id:
        return True
    listed = tuple(id_ for id_ in other.documents if id_ in seen)
    return (made.date, made.title, made.documents) == (other.date, other.title, listed)


def _document(name: int | str, plan: Plan, visible: Sequence[DocumentEntry]) -> str:
    """The id of a listed document: one of this request, or one that the caller sees."""
    if isinstance(name, int):
        return plan.answer[name][0].id
    id_ = name.rpartition("DocumentReference/")[2].partition("/_history/")[0]
    found = next((d for d in visible if d.id == id_ or d.unique_id == unique_id_of("", name)), None)
    if found is None:
        raise broken_rule("not-there", "Une List cite un document absent.", "A List names a document that is absent.")
    return found.id
