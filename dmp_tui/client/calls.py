"""The calls of the app: each one a transaction of the DMP, each answer typed, each trouble a ``ClientError``."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dmp_tui.client.answers import AdminData, Deposited, Grant, PatientStatus, Session, SummaryAnswer
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.login import LoginCard
from dmp_tui.client.outcomes import check
from dmp_tui.client.session import Call, Conversation
from dmp_tui.client.transport import MIB, Answer, Sent, sha1_of
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.identity import IdentityError, Ins
from dmp_tui.dmp.professions import Mode, Professional, Role

if TYPE_CHECKING:
    from dmp_tui.dmp.consents import Record

_JSON = {"Accept": "application/fhir+json"}
_POSTED = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
_SUMMARY_LIMIT = 16 * MIB
_CONTENT_LIMIT = 33 * MIB
_PAGES = 50
_EVERY_STATUS = "current,superseded,entered-in-error"


class DmpClient:
    """A server of the DMP, for one workstation. ``clock`` is the workstation's (aware); the server's corrects it.

    Every method raises ClientError: UNREACHABLE, UNTRUSTED, CLOCK, SESSION_ENDED, GRANT_ENDED, REFUSED, NOT_FOUND,
    TOO_MANY, UNAVAILABLE, BAD_ANSWER; those that take a card also raise what the card does.
    """

    def __init__(self, base_url: str, ca_file: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._conversation = Conversation(base_url, Path(ca_file), clock)
        self._patients: dict[str, Ins] = {}
        self._professional: Professional | None = None

    def now(self) -> datetime:
        """The server's clock, as far as its answers told it."""
        return self._conversation.now()

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

    async def find_patient(self, ins: Ins) -> PatientStatus | None:
        """Whether there is a record of this INS, in which state, and what the caller may do with it (TD0.2)."""
        from dmp_tui.dmp.fhir.patients import from_existence

        answer = await self._get("/fhir/Patient", ins, {"identifier": f"{ins.system}|{ins.matricule}"})
        found = [resource for resource in _resources(answer.json()) if resource.get("resourceType") == "Patient"]
        if not found:
            return None
        try:
            existence = from_existence(found[0])
        except (IdentityError, ValueError):
            raise ClientError(ClientProblem.BAD_ANSWER, "patient") from None
        if existence.ins != ins or not existence.id or len(found) > 1:
            raise ClientError(ClientProblem.BAD_ANSWER, "other-patient")
        self._patients[existence.id] = ins
        return PatientStatus(
            id=existence.id,
            ins=ins,
            traits=existence.traits,
            status=existence.status,
            authorisation=existence.authorisation.state,
            authorisation_end=existence.authorisation.end,
            closed=_moment(existence.closed),
            closing_reason=existence.closing_reason,
            treating_doctor_name=existence.treating_doctor_name,
            treating_doctor_phone=existence.treating_doctor_phone,
            is_treating_doctor=existence.authorisation.treating,
            btg_open=existence.btg_open,
            etreat_open=existence.etreat_open,
            last_access=existence.last_access,
        )

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
                for resource in _resources(bundle)
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

    async def patient_admin(self, patient_id: str) -> AdminData:
        """Address, telephones and contacts that the record declares (TD1.3a): never the identity."""
        from dmp_tui.dmp.fhir.patients import from_administrative

        answer = await self._get(f"/fhir/Patient/{quote(patient_id, safe='')}", self._patients.get(patient_id))
        declared = from_administrative(answer.json())
        return AdminData(declared.address, declared.phones, declared.contacts)

    async def declare_authorisation(self, ins: Ins, *, collected_by: str = "") -> datetime | None:
        """Say that the patient gave the caller his authorisation, now. When it ends, as the server decided (TD0.3).

        A clerk declares his structure's.
        ``collected_by`` is the national id of who asked the patient, the caller himself if empty.
        """
        from dmp_tui.dmp.consents import Consent, ConsentKind
        from dmp_tui.dmp.fhir.consents import from_consent, to_consent

        who = self._professional
        if who is None:
            raise ClientError(ClientProblem.SESSION_ENDED)
        patient_id, now = await self._patient_id(ins), self.now()
        clerk = who.role is Role.CPE_CLERK
        actor, name = (who.facility, who.facility_name) if clerk else (who.id, who.name)
        consent = Consent(
            *("", patient_id, ConsentKind.PERMIT, actor, name, now, None, collected_by or who.id, ""),
            actor_is_organisation=clerk,
        )
        resource = to_consent(consent, f"{self._conversation.base_url}/fhir")
        answer = await self._post("/fhir/Consent", ins, {k: v for k, v in resource.items() if k not in {"id", "meta"}})
        return from_consent(answer.json()).end if answer.content else None

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

    # --- emergency ----------------------------------------------------------------------------------------------------

    async def break_glass(self, ins: Ins, reason_code: str, reason: str) -> Grant:
        """Bris de glace for one patient; ``reason`` has ten printing characters or more.

        From now on every call for this patient goes in this mode, until ``Grant.end`` or ``leave_emergency``.
        """
        return await self._conversation.enter(Mode.BREAK_GLASS, ins, reason_code, reason)

    async def centre_15(self, ins: Ins, reason_code: str = "regulation-call", reason: str = "") -> Grant:
        """Centre 15 access to one patient's record, for those who regulate calls."""
        return await self._conversation.enter(Mode.CENTRE_15, ins, reason_code, reason)

    def leave_emergency(self, ins: Ins) -> None:
        """Calls for this patient go in normal mode again."""
        self._conversation.leave(ins)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def _get(
        self,
        path: str,
        ins: Ins | None,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] = _JSON,
        limit: int = 4 * MIB,
    ) -> Answer:
        call = Call("GET", path, ins, params, headers, limit=limit, repeatable=True)
        return check(await self._conversation.call(call))

    async def _post(
        self,
        path: str,
        ins: Ins,
        resource: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        repeatable: bool = False,
        sent: Sent | None = None,
    ) -> Answer:
        body = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
        call = Call("POST", path, ins, None, {**_POSTED, **(headers or {})}, body, repeatable=repeatable, sent=sent)
        return check(await self._conversation.call(call))

    async def _patient_id(self, ins: Ins) -> str:
        known = next((patient_id for patient_id, whose in self._patients.items() if whose == ins), "")
        if known:
            return known
        status = await self.find_patient(ins)
        if status is None:
            raise ClientError(ClientProblem.NOT_FOUND)
        return status.id

    def _subject(self, resource: Mapping[str, Any], ins: Ins) -> str:
        """The patient's id that a DocumentReference names; it is remembered, to choose the token of its bytes."""
        subject = resource.get("subject")
        reference = subject.get("reference", "") if isinstance(subject, dict) else ""
        patient_id = str(reference).rpartition("/")[2]
        if patient_id:
            self._patients[patient_id] = ins
        return patient_id

    def _next(self, bundle: Mapping[str, Any]) -> str:
        """Path and query of the next page, empty at the last one. Another server's address is no next page."""
        links = bundle.get("link")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("relation") == "next":
                url = str(link.get("url", ""))
                base = self._conversation.base_url
                if not url.startswith(f"{base}/fhir"):
                    raise ClientError(ClientProblem.BAD_ANSWER, "link")
                return url.removeprefix(base)
        return ""


def _resources(bundle: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The resources of a Bundle.

    Raises:
        ClientError: BAD_ANSWER if it is none.
    """
    if bundle.get("resourceType") != "Bundle":
        raise ClientError(ClientProblem.BAD_ANSWER, "bundle")
    entries = bundle.get("entry", [])
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _moment(date: str) -> datetime | None:
    """A FHIR date or instant as a moment; None where there is none, or only a year."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _nobody(patient_id: str, ins: Ins) -> "Record":
    """A record of which only the id and the INS are known: all that a DocumentReference says of a patient."""
    from dmp_tui.dmp.consents import Record, RecordStatus
    from dmp_tui.dmp.identity import NO_TRAITS

    return Record(patient_id, ins, NO_TRAITS, RecordStatus.ACTIVE, datetime.min.replace(tzinfo=UTC))
