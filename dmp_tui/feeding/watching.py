"""The watch of a folder: each file that is whole goes into its patient's record, or to the refused with its reason."""

import asyncio
import errno
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.dmp.documents import Author
from dmp_tui.dmp.identity import Origin
from dmp_tui.dmp.subjects import DOUBTS, differing
from dmp_tui.feeding.away import DONE, REFUSED, SIDECAR, ChangedError, Fate, Look, put_away
from dmp_tui.feeding.datamatrix import datamatrices
from dmp_tui.feeding.folder import Folder, Listing, Waiting, is_candidate, observed, on_its_way, settled, sidecars
from dmp_tui.feeding.identifying import Dropped, Identified, NotYetError, RefusedError, identified, read_sidecar
from dmp_tui.i18n import _
from dmp_tui.screens.refusals import client_sentence
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.client import Deposited
    from dmp_tui.feeding.session import Lasting

_COMES_BACK = frozenset(
    {ClientProblem.UNREACHABLE, ClientProblem.UNAVAILABLE, ClientProblem.TOO_MANY, ClientProblem.BAD_ANSWER}
)
"""What a server that is being restarted does, or one behind a proxy."""
_NO_SERVER = frozenset(
    {ClientProblem.UNTRUSTED, ClientProblem.CLOCK, ClientProblem.LOGIN_REFUSED, ClientProblem.SESSION_ENDED}
)
"""Trouble that every file would have."""
_NO_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG, errno.ENOTCONN, errno.ESTALE})
_IN_A_ROW = 3
"""So many files postponed, one after the other: it is not the files."""
Log = Callable[..., None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``settle``: unchanged for so long a file is whole; ``sidecar``: how long a PDF waits for its own, and a
    file that cannot be read for its other half."""

    settle: float = 5
    poll: float = 2
    sidecar: float = 60
    retry: float = 5
    """After trouble; doubled each time, ``longest`` at most."""
    longest: float = 300


_USUAL = Patience()


@dataclass(slots=True)
class _Tried:
    """What is known of a file that has been tried, as long as it is the same one."""

    look: Look
    tries: int = 0
    due: float = 0
    problem: str = ""
    printed: list[tuple[str, ...] | None] = field(default_factory=list)
    """The datamatrices, once they have been looked for."""
    fate: Fate | None = None
    """Decided, and not yet carried out."""


class _LaterError(Exception):
    """Trouble of one file, that passes: it stays where it is."""


class _StandstillError(Exception):
    """No file can be taken now: no server, or no room. Its text is what the log says."""


class Watch:
    """One folder, one structure. ``log(event, **fields)`` is told no name and nothing of a patient."""

    def __init__(
        self, folder: Folder, server: "Lasting", usual_type: str, log: Log, patience: Patience = _USUAL
    ) -> None:
        self._folder = folder
        self._server = server
        self._usual_type = usual_type
        self._log = log
        self._patience = patience
        self._waiting: dict[str, Waiting] = {}
        self._tried: dict[str, _Tried] = {}
        self._others: frozenset[str] = frozenset()
        self._told: set[str] = set()
        self._standing = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; the file under way is finished first. Trouble that may pass is waited out.

        Raises:
            ClientError: the server refuses the login, or is not the one that is trusted.
        """
        delay = self._patience.poll
        begun = False
        while not stop.is_set():
            try:
                if not begun:
                    await self._begun()
                    begun = True
                    self._log("watching")
                cut = await self._round(stop, last=False)
            except _StandstillError as error:
                self._stand(str(error))
                delay = min(max(delay * 2, self._patience.retry), self._patience.longest)
            else:
                self._stand("")
                delay = self._patience.retry if cut else self._patience.poll
            await _pause(stop, delay)

    async def once(self, stop: asyncio.Event) -> bool:
        """What is there now and stands still; whether all of it found its place.

        Raises:
            ClientError: the server refuses the login, or cannot be reached at the start.
            OSError: the folder cannot be read.
        """
        await self._server.begin()
        self._look(await asyncio.to_thread(self._folder.listing))
        await _pause(stop, self._patience.settle)
        try:
            cut = await self._round(stop, last=True)
        except _StandstillError as error:
            self._stand(str(error))
            cut = True
        return not cut and not await asyncio.to_thread(self._documents)

    async def _begun(self) -> None:
        try:
            await self._server.begin()
        except ClientError as error:
            if error.problem not in _COMES_BACK:
                raise
            raise _StandstillError(_name_of(error)) from None

    def _stand(self, problem: str) -> None:
        """Say once that nothing moves, and once that it does again."""
        if problem and problem != self._standing:
            self._log("standstill", problem=problem)
        if self._standing and not problem:
            self._log("going on")
        self._standing = problem

    # --- one look

    async def _round(self, stop: asyncio.Event, *, last: bool) -> bool:
        """The files that are whole and due; whether it ended because several in a row were postponed.

        Raises:
            _StandstillError.
        """
        try:
            self._look(await asyncio.to_thread(self._folder.listing))
        except OSError as error:
            raise _StandstillError(f"folder {_reason(error)}") from None
        failed = 0
        for name in self._ready(last=last):
            if stop.is_set():
                break
            failed = 0 if await self._take(name, last=last) else failed + 1
            if failed == _IN_A_ROW and not last:
                return True
        return False

    def _look(self, listing: Listing) -> None:
        now = _now()
        self._waiting = observed(self._waiting, listing.files, now)
        self._tried = {name: tried for name, tried in self._tried.items() if listing.files.get(name) == tried.look}
        self._others = listing.others
        self._told &= {*listing.files, *listing.others}
        for name in listing.others - self._told:
            self._tell_once(name, "entry is no regular file")

    def _tell_once(self, name: str, event: str) -> None:
        if name not in self._told:
            self._told.add(name)
            self._log(event)

    def _documents(self) -> list[str]:
        """The files of the folder that wait for their place."""
        names = self._folder.listing().files
        beside = set(sidecars(names).values())
        return [name for name in names if is_candidate(name) and name not in beside]

    def _ready(self, *, last: bool) -> list[str]:
        """The files that are to be tried now, those that have been tried least first."""
        now = _now()
        still = set(settled(self._waiting, now, self._patience.settle))
        beside = sidecars(self._waiting)
        companions = set(beside.values())
        ready = []
        for name in still:
            if not is_candidate(name) or name in companions or beside.get(name, name) not in still:
                continue
            tried = self._tried.get(name)
            if tried is not None and tried.due > now and not last:
                continue
            if self._partner_comes(name, now):
                continue
            ready.append(name)
        return sorted(ready, key=lambda name: (self._tried[name].tries if name in self._tried else 0, name))

    def _partner_comes(self, name: str, now: float) -> bool:
        """Whether a sidecar, or the document of a sidecar, is being written under another name."""
        partner = name.removesuffix(SIDECAR) if name.endswith(SIDECAR) else name + SIDECAR
        seconds = self._patience.sidecar
        fresh = time.time_ns() - int(seconds * 1e9)
        coming = (self._waiting[other] for other in on_its_way(partner, self._waiting))
        return any(now - one.since < seconds and one.look.changed > fresh for one in coming)

    # --- one file

    async def _take(self, name: str, *, last: bool) -> bool:
        """One file; False where it was postponed."""
        look = self._waiting[name].look
        tried = self._tried.setdefault(name, _Tried(look))
        try:
            if tried.fate is None:
                if await self._is_open(name):
                    self._tell_once(name, "file still open for writing")
                    return True
                tried.fate = await self._fate(name, tried, last=last)
            await asyncio.to_thread(put_away, self._folder.path, name, tried.fate)
        except (NotYetError, ChangedError, FileNotFoundError):
            # Gone, or another one by now, or not whole: the next look tells.
            return True
        except _LaterError as error:
            self._postpone(tried, "deposit postponed", str(error))
            return False
        except OSError as error:
            if tried.fate is not None and error.errno in _NO_DISK:
                raise _StandstillError(f"folder {_reason(error)}") from None
            event = "file not put away" if tried.fate is not None else "file not read"
            self._postpone(tried, event, _reason(error))
            return False
        if tried.fate.where == DONE:
            self._log("file deposited", created=tried.fate.created)
        else:
            self._log("file refused")
        return True

    def _postpone(self, tried: _Tried, event: str, problem: str) -> None:
        """Try this one again later, and later each time; the others go on."""
        tried.tries += 1
        wait = min(self._patience.retry * 2 ** (tried.tries - 1), self._patience.longest)
        tried.due = _now() + wait
        if problem != tried.problem:
            self._log(event, problem=problem)
        tried.problem = problem

    async def _is_open(self, name: str) -> bool:
        names = [name, *filter(None, [sidecars(self._waiting).get(name)])]
        return any([await asyncio.to_thread(self._folder.is_being_written, one) for one in names])

    async def _fate(self, name: str, tried: _Tried, *, last: bool) -> Fate:
        """Deposit a file; what becomes of it.

        Raises:
            _LaterError, _StandstillError, NotYetError, ChangedError, OSError.
        """
        content = await asyncio.to_thread(self._folder.read, name, tried.look)
        beside = sidecars(self._waiting).get(name, "")
        beside_content = b""
        if beside:
            beside_content = await asyncio.to_thread(self._folder.read, beside, self._waiting[beside].look)
        try:
            if name + SIDECAR in self._others:
                raise RefusedError(_("Le fichier d'accompagnement est un lien ou un dossier : il n'est jamais ouvert."))
            sidecar = read_sidecar(beside_content) if beside else None
            old = last or _now() - self._waiting[name].since >= self._patience.sidecar
            found = await identified(
                Dropped(name, content, sidecar, old), self._usual_type, self._organisation, self._looking(tried)
            )
            done = await self._deposited(found, checked=sidecar is not None)
        except RefusedError as error:
            return Fate(REFUSED, visible(str(error)) + "\n", tried.look, beside, beside_content)
        receipt = {
            "document": done.id,
            "outcome": "deposited" if done.created else "already-there",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "type": found.draft.entry.type.code,
            "type_from": found.type_from,
        }
        return Fate(DONE, json.dumps(receipt) + "\n", tried.look, beside, beside_content, done.created)

    @property
    def _organisation(self) -> Author:
        who = self._server.professional
        return Author("", "", who.facility or who.id, who.facility_name or who.name) if who else Author("", "")

    def _looking(self, tried: _Tried) -> Callable[[bytes], Awaitable[tuple[str, ...] | None]]:
        """Looks for datamatrices, once for each file."""

        async def look(content: bytes) -> tuple[str, ...] | None:
            if not tried.printed:
                tried.printed.append(await datamatrices(content))
            return tried.printed[0]

        return look

    async def _deposited(self, found: Identified, *, checked: bool) -> "Deposited":
        """Put a document into its patient's record. ``checked``: a sidecar names the patient: he must be the record's.

        Raises:
            RefusedError, _LaterError, _StandstillError.
        """
        client, whose, draft = self._server.client, found.whose, found.draft
        status = await self._asked(lambda: client.find_patient(whose.ins))
        if status is None:
            raise RefusedError(_("Aucun DMP pour cet INS."))
        named = checked or whose.origin is Origin.DATAMATRIX
        if named and DOUBTS & set(differing(whose.traits, status.traits)):
            raise RefusedError(_("Le nom ou la date de naissance ne sont pas ceux du dossier de cet INS."))
        return await self._asked(lambda: client.deposit(whose.ins, draft.entry, draft.content, _unwatched))

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call gives.

        Raises:
            RefusedError: the server will not take this file.
            _LaterError: it cannot take this one now.
            _StandstillError: it takes none now.
        """
        try:
            return await self._server.asked(call)
        except ClientError as error:
            # Without a rule it is not our server that speaks, but what stands before it.
            spoken = bool(error.code) or not error.status
            if error.problem in {ClientProblem.REFUSED, ClientProblem.NOT_FOUND} and spoken:
                raise RefusedError(client_sentence(error)) from None
            if error.problem in _NO_SERVER or (
                error.problem is ClientProblem.UNREACHABLE and not await self._answers()
            ):
                raise _StandstillError(_name_of(error)) from None
            raise _LaterError(_name_of(error)) from None

    async def _answers(self) -> bool:
        """Whether the server is there at all: else it is no trouble of this file's."""
        try:
            await self._server.client.health()
        except ClientError:
            return False
        return True


def _unwatched(_done: int, _whole: int) -> None:
    """Nobody looks; but who asks how a document leaves also gives the server the time to read it."""


def _name_of(error: ClientError) -> str:
    return f"server {error.problem.value} {error.code}".strip()


def _reason(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "failed")


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Until told to stop, at most so long."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
