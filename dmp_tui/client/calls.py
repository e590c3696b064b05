"""The calls of the app: each one a transaction of the DMP, each answer typed, each trouble a ``ClientError``."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dmp_tui.client.answers import Deposited, Grant, Session, SummaryAnswer
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.life import RecordLife
from dmp_tui.client.login import LoginCard
from dmp_tui.client.register import RegisterCalls
from dmp_tui.client.requests import resources
from dmp_tui.client.transport import MIB, Sent, sha1_of
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.identity import Ins
from dmp_tui.dmp.professions import Mode

if TYPE_CHECKING:
    from dmp_tui.dmp.consents import Record

_SUMMARY_LIMIT = 16 * MIB
_CONTENT_LIMIT = 33 * MIB
_PAGES = 50
_EVERY_STATUS = "current,superseded,entered-in-error"


class DmpClient(RecordLife, RegisterCalls):
    """A server of the DMP, for one workstation. ``clock`` is the workstation's (aware); the server's corrects it.

    Every method raises ClientError: UNREACHABLE, UNTRUSTED, CLOCK, SESSION_ENDED, GRANT_ENDED, REFUSED, NOT_FOUND,
    TOO_MANY, UNAVAILABLE, BAD_ANSWER; those that take a card also raise what the card does.
    """

    async def health(self) -> None:
        """Whether the server answers: nothing is raised. Its clock is known from then on. No login is needed."""
        await self._conversation.look()

    # --- session ------------------------------------------------------------------------------------------------------

    async def login(self, card: LoginCard, on_behalf_of: str = "") -> Session:
        """Log in with a card whose PIN was given: a new session. A refusal is LOGIN_REFUSED with the server's rule."""
        self._patients.clear()
        session = await self._conversation.log_in(card, on_behalf_of)
        self._professional = session.professional
        return session

    async def renew(self, card: LoginCard, on_behalf_of: str = "") -> Session:
        """Prolong the session; after SESSION_ENDED too, where the server was restarted. Then repeat the call."""
        session = await self._conversation.renew(card, on_behalf_of)
        self._professional = session.professional
        return session

    async def logout(self) -> bool:
        """End the session, here in any case. Whether the server confirmed; it never raises."""
        self._patients.clear()
        self._professional = None
        return await self._conversation.log_out()

    async def aclose(self) -> None:
        """Close the connections; the session on the server, if one is left, ends by itself."""
        await self._conversation.transport.aclose()

    # --- the record ---------------------------------------------------------------------------------------------------

    async def summary(self, ins: Ins) -> SummaryAnswer:
        """The sheet (``$summary``, an IPS document), and when it was read."""
        from dmp_tui.dmp.entries import DocumentError
        from dmp_tui.dmp.fhir.summary import read_summary

        answer = await self._get(
            "/fhir/Patient/$summary", ins, {"identifier": f"{ins.system}|{ins.matricule}"}, limit=_SUMMARY_LIMIT
        )
        read_at = self.now()
        try:
            summary = read_summary(answer.content)
        except DocumentError:
            raise ClientError(ClientProblem.BAD_ANSWER, "summary") from None
        return SummaryAnswer(summary.sheet, summary.subject, read_at, summary.contacts, summary.own)

    async def documents(self, ins: Ins) -> tuple[DocumentEntry, ...]:
        """All documents of the record that the caller may see, in the order of the server (ITI-67, all pages)."""
        from dmp_tui.dmp.fhir.documents import from_document_reference

        params: dict[str, str] | None = {
            "patient.identifier": f"{ins.system}|{ins.matricule}",
            "status": _EVERY_STATUS,
        }
        path = "/fhir/DocumentReference"
        found: list[DocumentEntry] = []
        for _page in range(_PAGES):
            bundle = (await self._get(path, ins, params)).json()
            found += [
                from_document_reference(resource, self._subject(resource, ins))
                for resource in resources(bundle)
                if resource.get("resourceType") == "DocumentReference"
            ]
            path, params = self._next(bundle), None
            if not path:
                return tuple(found)
        raise ClientError(ClientProblem.BAD_ANSWER, "pages")

    async def content(self, document: DocumentEntry) -> bytes:
        """A document's bytes (ITI-68), whole: their hash is the one that the list gave."""
        ins = self._patients.get(document.patient_id)
        accept = {"Accept": f"{document.media_type or '*/*'}, */*;q=0.1"}
        answer = await self._get(
            f"/fhir/Binary/{quote(document.id, safe='')}", ins, headers=accept, limit=_CONTENT_LIMIT
        )
        if document.hash and sha1_of(answer.content) != document.hash:
            raise ClientError(ClientProblem.BAD_ANSWER, "hash")
        return answer.content

    async def deposit(self, ins: Ins, entry: DocumentEntry, content: bytes, sent: Sent | None = None) -> Deposited:
        """Put a document into the record (ITI-105). Sent again after a broken connection: the same document is one.

        ``entry`` is its metadata; ids, hash, size and dates of deposit are the server's. ``sent`` is called with the
        bytes that have left and those of the whole.
        """
        from base64 import b64encode

        from dmp_tui.dmp.fhir.documents import identifier_of, to_document_reference

        patient_id = await self._patient_id(ins)
        stated = replace(entry, size=len(content), hash=sha1_of(content))
        resource = to_document_reference(stated, _nobody(patient_id, ins), f"{self._conversation.base_url}/fhir")
        attachment = resource["content"][0]["attachment"]
        attachment["data"] = b64encode(content).decode("ascii")
        attachment.pop("url", None)
        resource.pop("id", None)
        resource.pop("meta", None)
        master = identifier_of(entry.unique_id)
        headers = {"If-None-Exist": f"identifier={quote(master['system'])}|{quote(master['value'])}"}
        answer = await self._post("/fhir/DocumentReference", ins, resource, headers, repeatable=True, sent=sent)
        return Deposited(str(answer.json().get("id", "")), answer.status == 201)

    async def change_document(
        self,
        document: DocumentEntry,
        *,
        levels: frozenset[Confidentiality] | None = None,
        archived: bool | None = None,
        deleted: bool = False,
    ) -> DocumentEntry:
        """Change a document's levels of confidentiality, archive it or delete it (TD3.3); its metadata afterwards."""
        from dmp_tui.dmp.fhir.documents import from_document_reference, state_patch

        status = DocumentStatus.ENTERED_IN_ERROR if deleted else None
        operations = state_patch(levels=levels, archived=archived, status=status)
        path = f"/fhir/DocumentReference/{quote(document.id, safe='')}"
        answer = await self._patch(path, self._patients.get(document.patient_id), operations, str(document.version))
        return from_document_reference(answer.json(), document.patient_id)

    # --- emergency ----------------------------------------------------------------------------------------------------

    async def break_glass(self, ins: Ins, reason_code: str, reason: str) -> Grant:
        """Bris de glace for one patient; ``reason`` has ten printing characters or more.

        From now on every call for this patient goes in this mode, until ``Grant.end`` or ``leave_emergency``.
        """
        return await self._conversation.enter(Mode.BREAK_GLASS, ins, reason_code, reason)

    async def centre_15(self, ins: Ins, reason_code: str = "regulation-call", reason: str = "") -> Grant:
        """Centre 15 access to one patient's record, for those who regulate calls."""
        return await self._conversation.enter(Mode.CENTRE_15, ins, reason_code, reason)

    def keep_secret(self, ins: Ins, *, on: bool) -> None:
        """From now on, what is asked for this minor is of a secret session (or of none): its trace is hidden from his
        legal representatives. It ends with the session."""
        self._conversation.keep_secret(ins, on=on)

    def leave_emergency(self, ins: Ins) -> None:
        """Calls for this patient go in normal mode again."""
        self._conversation.leave(ins)

    def _subject(self, resource: Mapping[str, Any], ins: Ins) -> str:
        """The patient's id that a DocumentReference names; it is remembered, to choose the token of its bytes."""
        subject = resource.get("subject")
        reference = subject.get("reference", "") if isinstance(subject, dict) else ""
        patient_id = str(reference).rpartition("/")[2]
        if patient_id:
            self._patients[patient_id] = ins
        return patient_id


def _nobody(patient_id: str, ins: Ins) -> "Record":
    """A record of which only the id and the INS are known: all that a DocumentReference says of a patient."""
    from dmp_tui.dmp.consents import Record, RecordStatus
    from dmp_tui.dmp.identity import NO_TRAITS

    return Record(patient_id, ins, NO_TRAITS, RecordStatus.ACTIVE, datetime.min.replace(tzinfo=UTC))
