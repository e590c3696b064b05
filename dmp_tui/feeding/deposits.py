"""Files into records, one after the other: each is told on its own, and one that is refused stops no other."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.files import (
    LARGEST_FILE,
    USUAL_TYPES,
    Draft,
    FileError,
    FileKind,
    draft_of,
    is_free,
    kind_of,
    replacing,
    with_date,
    with_level,
    with_type,
)
from dmp_tui.dmp.identity import NO_TRAITS, Ins, Traits
from dmp_tui.dmp.subjects import DOUBTS, differing, held_ins, holds_several, ins_of, is_of_another, warnings_of
from dmp_tui.feeding.datamatrix import datamatrices
from dmp_tui.feeding.identifying import RefusedError, printed_identity
from dmp_tui.i18n import _
from dmp_tui.screens.dropped import PathError, read_file
from dmp_tui.screens.refusals import client_sentence
from dmp_tui.screens.sentences import file_sentence, path_sentence
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.client.transport import Sent
    from dmp_tui.dmp.identity import Identity
    from dmp_tui.feeding.session import Lasting


class Outcome(StrEnum):
    """What became of a file."""

    DEPOSITED = "deposited"
    ALREADY_THERE = "already-there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for all files. Empty means: as the file says, or the usual."""

    ins: Ins | None = None
    """Whose record; None: as each document says."""
    traits: Traits = NO_TRAITS
    """As the patient's card gives them."""
    type_code: str = USUAL_TYPES[0]
    title: str = ""
    date: str = ""
    """When it was written (``stated_date``)."""
    levels: tuple[Confidentiality, ...] = ()
    replaces: str = ""
    """uniqueId of the document that the one file replaces."""
    accept_differences: bool = False
    """The caller has seen that a document names somebody else, and says that it is the same patient."""


@dataclass(frozen=True, slots=True)
class Told:
    """One file's outcome: ``why`` in a sentence if it was refused; if taken, the ``id`` of its DocumentReference and
    the name of its type."""

    path: Path
    outcome: Outcome
    why: str = ""
    id: str = ""
    type: str = ""


class Watcher(Protocol):
    """Who is told how a deposit goes."""

    def begin(self, path: Path) -> None: ...
    def sent(self, done: int, whole: int) -> None: ...
    def told(self, one: Told) -> None: ...


async def deposit_files(
    server: "Lasting", paths: Sequence[Path], wishes: Wishes, watcher: Watcher, check: Callable[[], object]
) -> list[Told]:
    """Deposit files in a session that lasts; ``check`` is called before each, and raises what ends the deposit.

    Trouble with the server is that file's refusal: the next is tried all the same, and the same command repeated
    deposits only what is not there yet.
    """
    told = []
    for path in paths:
        await asyncio.to_thread(check)
        watcher.begin(path)
        one = await _one(server, path, wishes, watcher.sent)
        told.append(one)
        watcher.told(one)
    return told


async def _one(server: "Lasting", path: Path, wishes: Wishes, sent: "Sent") -> Told:
    from dmp_tui.client.errors import ClientError

    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        content = await asyncio.to_thread(read_file, path)
        label = await _label(content)
        ins, draft = await asyncio.to_thread(_draft, content, wishes, label, now)
        if label is not None and wishes.ins is None:
            await _check_record(server, label)
        done = await server.asked(lambda: server.client.deposit(ins, draft.entry, draft.content, sent))
    except PathError as error:
        return Told(path, Outcome.REFUSED, path_sentence(error.problem))
    except FileError as error:
        return Told(path, Outcome.REFUSED, file_sentence(error))
    except RefusedError as error:
        return Told(path, Outcome.REFUSED, str(error))
    except ClientError as error:
        return Told(path, Outcome.REFUSED, client_sentence(error))
    outcome = Outcome.DEPOSITED if done.created else Outcome.ALREADY_THERE
    return Told(path, outcome, id=done.id, type=draft.entry.type.display)


async def _label(content: bytes) -> "Identity | None":
    """Whom the INS datamatrix of a PDF names; None where there is none, or it cannot be looked for.

    Raises:
        FileError, RefusedError.
    """
    if not 0 < len(content) <= LARGEST_FILE or kind_of(content)[0] is not FileKind.PDF:
        return None
    return printed_identity(await datamatrices(content) or ())


def _draft(content: bytes, wishes: Wishes, label: "Identity | None", now: str) -> tuple[Ins, Draft]:
    """Whose record a file goes into, and the document that it is.

    Raises:
        FileError, RefusedError.
    """
    known = wishes.ins or (label.ins if label else None)
    if known is not None and label is not None:
        _check_label(label, known, wishes)
    draft = draft_of(content, known, now, title=wishes.title)
    subject = draft.subject
    ins = known or (ins_of(subject) if subject is not None else None)
    if ins is None:
        raise RefusedError(_("Ce fichier ne dit pas de quel patient il est : donnez --ins ou --vitale."))
    if subject is not None and wishes.ins is None and holds_several(subject):
        raise RefusedError(_("Le document porte plusieurs INS différents : le patient n'est pas deviné."))
    if subject is not None and is_of_another(subject, ins):
        sentence = _("Le document porte l'INS {theirs}, pas celui du patient : {ours}.")
        raise RefusedError(sentence.format(theirs=visible(held_ins(subject)), ours=ins.grouped))
    differs = warnings_of(subject, ins, wishes.traits) if subject is not None else ()
    if DOUBTS & set(differs) and not wishes.accept_differences:
        raise RefusedError(_other_name())
    return ins, _as_wished(draft, wishes)


async def _check_record(server: "Lasting", label: "Identity") -> None:
    """The record that a label opens by itself is of the person that it names.

    Raises:
        RefusedError, ClientError.
    """
    status = await server.asked(lambda: server.client.find_patient(label.ins))
    if status is not None and DOUBTS & set(differing(label.traits, status.traits)):
        raise RefusedError(_("Le nom ou la date de naissance ne sont pas ceux du dossier de cet INS."))


def _other_name() -> str:
    return _("Le document nomme un autre patient que la carte : vérifiez, puis --accept-differences.")


def _check_label(label: "Identity", ins: Ins, wishes: Wishes) -> None:
    """A PDF whose label names somebody else goes into no record.

    Raises:
        RefusedError.
    """
    if (label.ins.oid, label.ins.matricule[:13]) != (ins.oid, ins.matricule[:13]):
        sentence = _("Le document porte l'INS {theirs}, pas celui du patient : {ours}.")
        raise RefusedError(sentence.format(theirs=label.ins.grouped, ours=ins.grouped))
    if DOUBTS & set(differing(label.traits, wishes.traits)) and not wishes.accept_differences:
        raise RefusedError(_other_name())


def _as_wished(draft: Draft, wishes: Wishes) -> Draft:
    if wishes.type_code and is_free(draft):
        draft = with_type(draft, wishes.type_code)
    if wishes.title and is_free(draft):
        draft = replace(draft, entry=replace(draft.entry, title=wishes.title))
    if wishes.date:
        draft = with_date(draft, wishes.date)
    for level in wishes.levels:
        draft = with_level(draft, level, on=True)
    return replacing(draft, wishes.replaces) if wishes.replaces else draft
