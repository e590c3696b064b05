"""The watch of a folder: each file that is whole goes into its patient's record, or to the refused with its reason."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from dmp_tui.dmp.files import Draft, FileError, FileKind, draft_of, with_type
from dmp_tui.dmp.identity import Identity, IdentityError, IdentityStatus, Ins, Origin, parse_datamatrix
from dmp_tui.dmp.subjects import differing, ins_of
from dmp_tui.feeding.datamatrix import datamatrices
from dmp_tui.feeding.folder import Folder, Waiting, observed, settled
from dmp_tui.feeding.sidecar import Sidecar, SidecarError, parse_sidecar
from dmp_tui.i18n import _
from dmp_tui.screens.dropped import PathError, read_file
from dmp_tui.screens.refusals import client_sentence
from dmp_tui.screens.sentences import file_sentence

if TYPE_CHECKING:
    from dmp_tui.client import DmpClient
    from dmp_tui.feeding.certificate import SoftwareCertificate

_DOUBT = frozenset({"name-differs", "birth-date-differs"})
_RENEW_BEFORE = timedelta(minutes=2)
Log = Callable[..., None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``settle``: unchanged for so long a file is whole; ``sidecar``: how long a PDF waits for its own."""

    settle: float = 5
    poll: float = 2
    sidecar: float = 60
    retry: float = 5
    """After trouble with the server; doubled each time, ``longest`` at most."""
    longest: float = 300


_USUAL = Patience()


@dataclass(frozen=True, slots=True)
class Structure:
    """Who deposits: a structure by its certificate, for the software or the person that it names."""

    certificate: "SoftwareCertificate"
    on_behalf_of: str


class RefusedError(Exception):
    """A file that will never be taken as it is; its text is a sentence for people."""


class LaterError(Exception):
    """Trouble that passes: the file stays where it is."""


class Watch:
    """One folder, one structure. ``log(event, **fields)`` is told no name and nothing of a patient."""

    def __init__(
        self, folder: Folder, client: "DmpClient", structure: "Structure", log: Log, patience: Patience = _USUAL
    ) -> None:
        self._folder = folder
        self._client = client
        self._certificate = structure.certificate
        self._on_behalf_of = structure.on_behalf_of
        self._log = log
        self._patience = patience
        self._waiting: dict[str, Waiting] = {}
        self._expires: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; the file under way is finished first.

        Raises:
            ClientError: the first login was refused.
            OSError: the folder cannot be read or written.
        """
        await self._log_in()
        delay = self._patience.poll
        while not stop.is_set():
            again = await self._round(stop)
            longer = min(max(delay * 2, self._patience.retry), self._patience.longest)
            delay = longer if again else self._patience.poll
            await _pause(stop, delay)

    async def once(self) -> bool:
        """What is there now, settled or not; whether all of it found its place.

        Raises:
            ClientError, OSError: as for ``run``.
        """
        await self._log_in()
        looks = await asyncio.to_thread(self._folder.looks)
        self._waiting = observed({}, looks, 0.0)
        later = False
        for name in sorted(looks):
            later = not await self._take(name, self._patience.sidecar) or later
        return not later

    async def _round(self, stop: asyncio.Event) -> bool:
        """One look at the folder, and its settled files; whether trouble passed that asks for patience."""
        now = asyncio.get_running_loop().time()
        looks = await asyncio.to_thread(self._folder.looks)
        self._waiting = observed(self._waiting, looks, now)
        for name in settled(self._waiting, now, self._patience.settle):
            if stop.is_set():
                return False
            if not await self._take(name, now - self._waiting[name].since):
                return True
        return False

    async def _take(self, name: str, age: float) -> bool:
        """One file; False where the server could not be asked."""
        try:
            receipt = await self._deposited(name, age)
        except LaterError as error:
            self._log("deposit postponed", problem=str(error))
            return False
        except _NotYetError:
            return True
        except RefusedError as error:
            await asyncio.to_thread(self._folder.refused, name, str(error))
            self._log("file refused")
        else:
            await asyncio.to_thread(self._folder.done, name, receipt)
            self._log("file deposited", created=receipt["outcome"] == "deposited")
        return True

    # --- one file

    async def _deposited(self, name: str, age: float) -> dict[str, str]:
        """Deposit a file; its receipt.

        Raises:
            RefusedError, LaterError, _NotYetError.
        """
        try:
            content = await asyncio.to_thread(read_file, self._folder.path / name)
        except PathError as error:
            raise LaterError(error.problem.value) from None
        sidecar = await self._sidecar(name)
        whose, draft = await self._identified(content, sidecar, age)
        await self._check_record(whose, sidecar)
        done = await self._asked(lambda: self._client.deposit(whose.ins, draft.entry, draft.content))
        return {
            "document": done.id,
            "outcome": "deposited" if done.created else "already-there",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    async def _sidecar(self, name: str) -> Sidecar | None:
        content = await asyncio.to_thread(self._folder.sidecar, name)
        if content is None:
            return None
        try:
            return parse_sidecar(content)
        except SidecarError as error:
            if not error.member:
                raise RefusedError(_("Fichier d'accompagnement illisible : ce n'est pas un objet JSON.")) from None
            sentence = _("Fichier d'accompagnement : le champ {name} manque, est inconnu ou mal formé.")
            raise RefusedError(sentence.format(name=error.member)) from None

    async def _identified(self, content: bytes, sidecar: Sidecar | None, age: float) -> tuple[Identity, Draft]:
        """Whose the file is, and the document that it is. The words of a PDF are never asked.

        Raises:
            RefusedError, _NotYetError.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        try:
            draft = await asyncio.to_thread(draft_of, content, None, now)
        except FileError as error:
            raise RefusedError(file_sentence(error)) from None
        if draft.kind in {FileKind.CDA, FileKind.FHIR}:
            return _of_document(draft), draft
        found = await datamatrices(content) if draft.kind is FileKind.PDF else ()
        if found is None:
            # A sidecar alone would do for a PDF without a datamatrix; this one may have one, of somebody else.
            raise RefusedError(
                _("PDF chiffré ou abîmé : son datamatrix n'a pas pu être cherché, rien ne confirme le patient.")
            )
        printed = _printed(found)
        if sidecar is None and printed is None:
            if age < self._patience.sidecar:
                raise _NotYetError
            raise RefusedError(
                _("Aucun datamatrix INS dans le PDF et aucun fichier d'accompagnement : le patient n'est pas deviné.")
            )
        said = Identity(sidecar.ins, sidecar.traits, IdentityStatus.PROV, Origin.TYPED) if sidecar else None
        if said and printed and (said.ins != printed.ins or differing(said.traits, printed.traits)):
            raise RefusedError(_("Le datamatrix et le fichier d'accompagnement ne désignent pas le même patient."))
        whose = said or printed
        assert whose is not None  # noqa: S101 - one of both is there; narrows the type
        own = await asyncio.to_thread(draft_of, content, whose.ins, now)
        return whose, _as_said(own, sidecar)

    async def _check_record(self, whose: Identity, sidecar: Sidecar | None) -> None:
        """The record exists, and is of the same person as the datamatrix or the sidecar say.

        Raises:
            RefusedError, LaterError.
        """
        status = await self._asked(lambda: self._client.find_patient(whose.ins))
        if status is None:
            raise RefusedError(_("Aucun DMP pour cet INS."))
        by_hand = sidecar is not None or whose.origin is Origin.DATAMATRIX
        if by_hand and _DOUBT & set(differing(whose.traits, status.traits)):
            raise RefusedError(_("Le nom ou la date de naissance ne sont pas ceux du dossier de cet INS."))

    # --- the server

    async def _log_in(self) -> None:
        session = await self._client.login(self._certificate, self._on_behalf_of)
        self._expires = session.expires

    async def _renew(self) -> None:
        session = await self._client.renew(self._certificate, self._on_behalf_of)
        self._expires = session.expires

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call gives, in a session that runs.

        Raises:
            RefusedError: the server will not take this file.
            LaterError: it cannot answer now.
        """
        from dmp_tui.client.errors import ClientError, ClientProblem

        try:
            if self._expires is None or self._client.now() > self._expires - _RENEW_BEFORE:
                await self._renew()
            try:
                return await call()
            except ClientError as error:
                if error.problem is not ClientProblem.SESSION_ENDED:
                    raise
            await self._renew()
            return await call()
        except ClientError as error:
            if error.problem in {ClientProblem.REFUSED, ClientProblem.NOT_FOUND}:
                raise RefusedError(client_sentence(error)) from None
            raise LaterError(f"{error.problem.value} {error.code}".strip()) from None


class _NotYetError(Exception):
    """A PDF whose sidecar may still come."""


def _of_document(draft: Draft) -> Identity:
    """Whom a CDA or a FHIR document is about.

    Raises:
        RefusedError: it holds no INS that can be read.
    """
    subject = draft.subject
    ins = ins_of(subject) if subject is not None else None
    if subject is None or ins is None:
        raise RefusedError(_("Le document ne porte pas d'INS lisible."))
    return Identity(ins, subject.traits, IdentityStatus.PROV, Origin.TYPED)


def _printed(found: Sequence[str]) -> Identity | None:
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


def _as_said(draft: Draft, sidecar: Sidecar | None) -> Draft:
    if sidecar is None:
        return draft
    if sidecar.type_code:
        draft = with_type(draft, sidecar.type_code)
    entry = replace(draft.entry, title=sidecar.title or draft.entry.title, date=sidecar.date or draft.entry.date)
    return replace(draft, entry=entry)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Until told to stop, at most so long."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
