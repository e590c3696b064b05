"""The lists that come with a deposit: which documents they name, and whether they are new."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.fhir.documents import unique_id_of
from dmp_tui.dmp.lists import DocumentList, ListKind
from dmp_tui.server.changes import Plan
from dmp_tui.server.intake import IncomingList
from dmp_tui.server.outcomes import broken_rule, conflict


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
