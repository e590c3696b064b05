"""Whose a dropped file is, and as what it goes into his record. The words of a PDF are never asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dmp_tui.dmp.documents import Author
from dmp_tui.dmp.files import Draft, FileError, FileKind, FileProblem, draft_of, with_date, with_type
from dmp_tui.dmp.identity import Identity, IdentityError, IdentityStatus, Ins, Origin, parse_datamatrix
from dmp_tui.dmp.subjects import differing, holds_several, ins_of
from dmp_tui.feeding.away import SIDECAR
from dmp_tui.feeding.sidecar import LARGEST as LARGEST_SIDECAR
from dmp_tui.feeding.sidecar import Sidecar, SidecarError, parse_sidecar
from dmp_tui.i18n import _
from dmp_tui.screens.sentences import file_sentence
from dmp_tui.widgets.text import visible

Printed = Callable[[bytes], Awaitable[tuple[str, ...] | None]]
"""Finds the INS datamatrices of a PDF; None if it could not be looked at."""
_HL7_V2 = (b"MSH|", b"\x0bMSH|")
_END_OF_PDF, _TAIL = b"%%EOF", 2048


class RefusedError(Exception):
    """A file that will never be taken as it is; its text is a sentence for people."""


class NotYetError(Exception):
    """A file that is not whole, or whose sidecar may still come."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file of the folder, and what is beside it."""

    name: str
    content: bytes = field(repr=False)
    sidecar: Sidecar | None
    last: bool
    """Nothing more is waited for."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Whose a file is and the document that it is. ``type_from``: ``document``, ``sidecar`` or ``usual``."""

    whose: Identity
    draft: Draft
    type_from: str


async def identified(file: Dropped, usual_type: str, organisation: Author, printed: Printed) -> Identified:
    """Whose the file is, by the document itself, its datamatrix or its sidecar.

    Args:
        usual_type: what a file is whose type nobody states.
        organisation: the structure that an author whom a sidecar names belongs to.

    Raises:
        RefusedError, NotYetError.
    """
    if file.content.startswith(_HL7_V2):
        raise RefusedError(_("Message HL7 v2 (ORU, MDM...) : faites écrire ici le document qu'il porte, PDF ou CDA."))
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        draft = await asyncio.to_thread(draft_of, file.content, None, now)
    except FileError as error:
        # What cannot be read may be the first half of something.
        if not file.last and error.problem in {FileProblem.EMPTY, FileProblem.UNREADABLE}:
            raise NotYetError from None
        raise RefusedError(_unreadable(file, error)) from None
    if draft.kind in {FileKind.CDA, FileKind.FHIR}:
        return Identified(_of_document(draft, file.sidecar), draft, "document")
    whose = await _of_file(file, draft.kind, printed)
    draft = await asyncio.to_thread(draft_of, file.content, whose.ins, now)
    stated = file.sidecar.type_code if file.sidecar else ""
    draft = with_type(draft, stated or usual_type)
    return Identified(whose, _as_said(draft, file.sidecar, organisation), "sidecar" if stated else "usual")


def read_sidecar(content: bytes) -> Sidecar:
    """A sidecar.

    Raises:
        RefusedError: it is none, or something in it is wrong.
    """
    try:
        return parse_sidecar(content, datetime.now(UTC))
    except SidecarError as error:
        if not error.member:
            raise RefusedError(_("Fichier d'accompagnement illisible : ce n'est pas un objet JSON.")) from None
        sentence = _("Fichier d'accompagnement : le champ {name} manque, est inconnu ou mal formé.")
        raise RefusedError(sentence.format(name=visible(error.member))) from None


def _unreadable(file: Dropped, error: FileError) -> str:
    if file.name.lower().endswith(SIDECAR) and error.problem is FileProblem.UNREADABLE and _is_said(file.content):
        return _("Fichier d'accompagnement sans son document : remettez les deux, lui d'abord.")
    return file_sentence(error)


def _is_said(content: bytes) -> bool:
    """Whether it is a sidecar, whatever may be wrong in it, and not a FHIR resource."""
    try:
        given = json.loads(content.decode("utf-8-sig")) if len(content) <= LARGEST_SIDECAR else None
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and "resourceType" not in given


async def _of_file(file: Dropped, kind: FileKind, printed: Printed) -> Identity:
    """Whose a PDF, a text or an image is."""
    sidecar = file.sidecar
    if kind is FileKind.PDF and not file.last and _END_OF_PDF not in file.content[-_TAIL:]:
        raise NotYetError
    found = await printed(file.content) if kind is FileKind.PDF else ()
    if found is None:
        if not file.last:
            raise NotYetError
        # A sidecar alone would do for a PDF without a datamatrix; this one may have one, of somebody else.
        raise RefusedError(
            _("PDF chiffré ou abîmé : son datamatrix n'a pas pu être cherché, rien ne confirme le patient.")
        )
    label = printed_identity(found)
    said = Identity(sidecar.ins, sidecar.traits, IdentityStatus.PROV, Origin.TYPED) if sidecar else None
    if said and label and (said.ins != label.ins or differing(said.traits, label.traits)):
        raise RefusedError(_("Le datamatrix et le fichier d'accompagnement ne désignent pas le même patient."))
    whose = said or label
    if whose is not None:
        return whose
    if not file.last:
        raise NotYetError
    raise RefusedError(
        _("Aucun datamatrix INS dans le PDF et aucun fichier d'accompagnement : le patient n'est pas deviné.")
        if kind is FileKind.PDF
        else _("Aucun fichier d'accompagnement : le patient n'est pas deviné.")
    )


def _of_document(draft: Draft, sidecar: Sidecar | None) -> Identity:
    """Whom a CDA or a FHIR document is about.

    Raises:
        RefusedError: it holds no INS that can be read, or several, or another one than its sidecar.
    """
    subject = draft.subject
    ins = ins_of(subject) if subject is not None else None
    if subject is None or ins is None:
        raise RefusedError(_("Le document ne porte pas d'INS lisible."))
    if holds_several(subject):
        raise RefusedError(_("Le document porte plusieurs INS différents : le patient n'est pas deviné."))
    if sidecar and (
        (sidecar.ins.oid, sidecar.ins.matricule[:13]) != (ins.oid, ins.matricule[:13])
        or differing(sidecar.traits, subject.traits)
    ):
        raise RefusedError(_("Le document et son fichier d'accompagnement ne désignent pas le même patient."))
    return Identity(ins, subject.traits, IdentityStatus.PROV, Origin.TYPED)


def printed_identity(found: Sequence[str]) -> Identity | None:
    """The identity of the datamatrices of a PDF; None where it has none.

    Raises:
        RefusedError: several people, or one that cannot be read.
    """
    if not found:
        return None
    try:
        people = {parse_datamatrix(text)[:2]: parse_datamatrix(text) for text in found}
        if len(people) > 1:
            raise RefusedError(_("Le PDF porte les datamatrix de plusieurs patients."))
        [(matricule, oid, traits)] = people.values()
        return Identity(Ins(matricule, oid), traits, IdentityStatus.PROV, Origin.DATAMATRIX)
    except IdentityError:
        raise RefusedError(_("Le datamatrix INS du PDF est incomplet ou ambigu.")) from None


def _as_said(draft: Draft, sidecar: Sidecar | None, organisation: Author) -> Draft:
    if sidecar is None:
        return draft
    if sidecar.date:
        draft = with_date(draft, sidecar.date)
    entry = replace(draft.entry, title=sidecar.title or draft.entry.title)
    if sidecar.author:
        who = Author("", sidecar.author, organisation.organisation, organisation.organisation_name)
        entry = replace(entry, authors=(who,))
    return replace(draft, entry=entry)
