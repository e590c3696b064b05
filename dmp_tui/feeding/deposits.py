"""Files into records, one after the other: each is told on its own, and one that is refused stops no other."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.files import Draft, FileError, draft_of, is_free, replacing, with_level, with_type
from dmp_tui.dmp.identity import NO_TRAITS, Ins, Traits
from dmp_tui.dmp.subjects import held_ins, ins_of, is_of_another, warnings_of
from dmp_tui.i18n import _
from dmp_tui.screens.dropped import PathError, read_file
from dmp_tui.screens.refusals import client_sentence
from dmp_tui.screens.sentences import file_sentence, path_sentence
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.client import DmpClient


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
    type_code: str = ""
    title: str = ""
    levels: tuple[Confidentiality, ...] = ()
    replaces: str = ""
    """uniqueId of the document that the one file replaces."""
    accept_differences: bool = False
    """The caller has seen that a document names somebody else, and says that it is the same patient."""


@dataclass(frozen=True, slots=True)
class Told:
    """One file's outcome: ``why`` in a sentence if it was refused, the ``id`` of its DocumentReference if taken."""

    path: Path
    outcome: Outcome
    why: str = ""
    id: str = ""


async def deposit_files(
    client: "DmpClient", paths: Sequence[Path], wishes: Wishes, tell: Callable[[Told], None]
) -> list[Told]:
    """Deposit files with a client that is logged in; ``tell`` is called after each.

    Trouble with the server is that file's refusal: the next is tried all the same, and the same command repeated
    deposits only what is not there yet.
    """
    told = []
    for path in paths:
        one = await _one(client, path, wishes)
        told.append(one)
        tell(one)
    return told


async def _one(client: "DmpClient", path: Path, wishes: Wishes) -> Told:
    from dmp_tui.client.errors import ClientError

    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        content = await asyncio.to_thread(read_file, path)
        ins, draft = await asyncio.to_thread(_draft, content, wishes, now)
        done = await client.deposit(ins, draft.entry, draft.content)
    except PathError as error:
        return Told(path, Outcome.REFUSED, path_sentence(error.problem))
    except FileError as error:
        return Told(path, Outcome.REFUSED, file_sentence(error))
    except _RefusedError as error:
        return Told(path, Outcome.REFUSED, str(error))
    except ClientError as error:
        return Told(path, Outcome.REFUSED, client_sentence(error))
    return Told(path, Outcome.DEPOSITED if done.created else Outcome.ALREADY_THERE, id=done.id)


class _RefusedError(Exception):
    """A file that is not sent; its text is a sentence for the user."""


def _draft(content: bytes, wishes: Wishes, now: str) -> tuple[Ins, Draft]:
    """Whose record a file goes into, and the document that it is.

    Raises:
        FileError, _RefusedError.
    """
    known = wishes.ins
    draft = draft_of(content, known, now, title=wishes.title)
    subject = draft.subject
    ins = known or (ins_of(subject) if subject is not None else None)
    if ins is None:
        raise _RefusedError(_("Ce fichier ne dit pas de quel patient il est : donnez --ins ou --vitale."))
    if subject is not None and is_of_another(subject, ins):
        sentence = _("Le document porte l'INS {theirs}, pas celui du patient : {ours}.")
        raise _RefusedError(sentence.format(theirs=visible(held_ins(subject)), ours=ins.grouped))
    differs = warnings_of(subject, ins, wishes.traits) if subject is not None else ()
    if {"name-differs", "birth-date-differs"} & set(differs) and not wishes.accept_differences:
        raise _RefusedError(_("Le document nomme un autre patient que la carte : vérifiez, puis --accept-differences."))
    return ins, _as_wished(draft, wishes)


def _as_wished(draft: Draft, wishes: Wishes) -> Draft:
    if wishes.type_code and is_free(draft):
        draft = with_type(draft, wishes.type_code)
    if wishes.title and is_free(draft):
        draft = replace(draft, entry=replace(draft.entry, title=wishes.title))
    for level in wishes.levels:
        draft = with_level(draft, level, on=True)
    return replacing(draft, wishes.replaces) if wishes.replaces else draft
