"""The server as a patient sees it: his own access, and his own record."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dmp_tui.client.answers import SummaryAnswer
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.life import RecordLife
from dmp_tui.client.requests import resources
from dmp_tui.client.transport import MIB
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry

if TYPE_CHECKING:
    from dmp_tui.dmp.consents import Consent

_PAGES = 50


@dataclass(frozen=True, slots=True)
class Activation:
    """What an activation gives, once."""

    login: str
    secret: str = field(repr=False)
    otpauth: str = field(repr=False)
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Space:
    """A patient's open space."""

    patient_id: str
    holder: str
    name: str
    codes_left: int


class PatientClient(RecordLife):
    """A patient's calls. Every method raises ClientError."""

    space: Space | None = None

    async def activate(self, code: str, birth_date: str, password: str) -> Activation:
        """Choose a password with the code of the desk; the first login confirms it."""
        form = {"code": code, "birth_date": birth_date, "password": password}
        body = (await self._conversation.submit("activate", form)).json()
        codes = body.get("codes")
        if not isinstance(codes, list):
            raise ClientError(ClientProblem.BAD_ANSWER, "activation")
        return Activation(
            str(body.get("login")), str(body.get("secret")), str(body.get("otpauth")), tuple(map(str, codes))
        )

    async def log_in(self, login: str, password: str, code: str) -> Space:
        """Open the space."""
        answer = await self._conversation.log_in_patient({"login": login, "password": password, "code": code})
        self.space = _space(answer.json())
        return self.space

    async def renew(self) -> None:
        """Fifteen more minutes, two hours after the login at most."""
        await self._conversation.submit("renew", {}, renewing=True)

    async def log_out(self) -> None:
        """End it, here in any case."""
        try:
            await self._conversation.submit("logout", {})
        except ClientError:
            return
        finally:
            await self._conversation.log_out()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._conversation.transport.aclose()

    # --- the record ---------------------------------------------------------------------------------------------------

    async def summary(self) -> SummaryAnswer:
        """His sheet."""
        from dmp_tui.dmp.entries import DocumentError
        from dmp_tui.dmp.fhir.summary import read_summary

        answer = await self._get("/fhir/Patient/$summary", None, limit=16 * MIB)
        read_at = self.now()
        try:
            summary = read_summary(answer.content)
        except DocumentError:
            raise ClientError(ClientProblem.BAD_ANSWER, "summary") from None
        return SummaryAnswer(summary.sheet, summary.subject, read_at, summary.contacts, summary.own)

    async def documents(self) -> tuple[DocumentEntry, ...]:
        """His documents, newest first."""
        from dmp_tui.dmp.fhir.documents import from_document_reference

        path, found = "/fhir/DocumentReference", list[DocumentEntry]()
        for _page in range(_PAGES):
            bundle = (await self._get(path, None)).json()
            found += [from_document_reference(r, self.patient_id) for r in resources(bundle)]
            path = self._next(bundle)
            if not path:
                return tuple(sorted(found, key=lambda d: d.date, reverse=True))
        raise ClientError(ClientProblem.BAD_ANSWER, "pages")

    async def content(self, document: DocumentEntry) -> bytes:
        """The bytes of one."""
        accept = {"Accept": f"{document.media_type or '*/*'}, */*;q=0.1"}
        path = f"/fhir/Binary/{quote(document.id, safe='')}"
        return (await self._get(path, None, headers=accept, limit=33 * MIB)).content

    async def mask(self, document: DocumentEntry, *, on: bool) -> None:
        """Hide a document from professionals, or show it again."""
        from dmp_tui.dmp.fhir.documents import state_patch

        masked = frozenset({Confidentiality.MASKED})
        levels = document.confidentiality | masked if on else document.confidentiality - masked
        path = f"/fhir/DocumentReference/{quote(document.id, safe='')}"
        await self._patch(path, None, state_patch(levels=levels), str(document.version))

    async def add_document(self, type_code: str, title: str, media_type: str, content: bytes) -> None:
        """Add a document of his own."""
        resource = {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": {"coding": [{"code": type_code}]},
            "subject": {"reference": f"Patient/{self.patient_id}"},
            "content": [
                {
                    "attachment": {
                        "contentType": media_type,
                        "title": title,
                        "data": b64encode(content).decode("ascii"),
                    }
                }
            ],
        }
        await self._post("/fhir/DocumentReference", None, resource)

    async def block(self, actor: str, name: str) -> None:
        """Block a professional, from now on."""
        from dmp_tui.dmp.consents import Consent, ConsentKind
        from dmp_tui.dmp.fhir.consents import to_consent

        consent = Consent("", self.patient_id, ConsentKind.BLOCK, actor, name, self.now(), None, "", "")
        resource = to_consent(consent, f"{self._conversation.base_url}/fhir")
        kept = {k: v for k, v in resource.items() if k not in {"id", "meta", "extension"}}
        await self._post("/fhir/Consent", None, kept)

    async def end_consent(self, consent: "Consent") -> None:
        """Revoke an authorisation, or lift a block."""
        await self.withdraw_authorisation(consent)

    async def notices(self) -> tuple[tuple[str, str], ...]:
        """``(when, what)`` of his newest notices, in French and in one paragraph each."""
        bundle = (await self._get("/fhir/Communication", None, {"patient": self.patient_id})).json()
        return tuple((str(r.get("sent", "")), _payload(r)) for r in resources(bundle))

    @property
    def patient_id(self) -> str:
        """The id of his record.

        Raises:
            ClientError: SESSION_ENDED, nobody logged in.
        """
        if self.space is None:
            raise ClientError(ClientProblem.SESSION_ENDED)
        return self.space.patient_id


def _space(body: Mapping[str, Any]) -> Space:
    left = body.get("codes_left")
    if not isinstance(body.get("patient"), str) or type(left) is not int:
        raise ClientError(ClientProblem.BAD_ANSWER, "login")
    return Space(str(body["patient"]), str(body.get("holder")), str(body.get("name")), left)


def _payload(resource: Mapping[str, Any]) -> str:
    from dmp_tui.dmp.fhir.lenient import many, text

    return next((text(part, "contentString") for part in many(resource, "payload")), "")
