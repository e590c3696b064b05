"""The life of a record: whether there is one, opening it, who may read it, what the patient wants, closing it."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dmp_tui.client.answers import AdminData, PatientAccess, PatientStatus, TrailPage
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.requests import Requests, resources
from dmp_tui.dmp.identity import IdentityError, Ins
from dmp_tui.dmp.professions import Mode, Role

if TYPE_CHECKING:
    from dmp_tui.dmp.consents import Consent, EmergencyConsents
    from dmp_tui.dmp.fhir.record_changes import Opening
    from dmp_tui.dmp.identity import Identity


class RecordLife(Requests):
    """Calls about a record as such, not about what stands in it."""

    async def find_patient(self, ins: Ins) -> PatientStatus | None:
        """Whether there is a record of this INS, in which state, and what the caller may do with it (TD0.2)."""
        from dmp_tui.dmp.fhir.patients import from_existence

        answer = await self._get("/fhir/Patient", ins, {"identifier": f"{ins.system}|{ins.matricule}"})
        found = [resource for resource in resources(answer.json()) if resource.get("resourceType") == "Patient"]
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

    async def patient_admin(self, patient_id: str) -> AdminData:
        """What the record declares besides the identity (TD1.3a): address, telephones, contacts, emergency consents."""
        answer = await self._get(_of(patient_id), self._patients.get(patient_id))
        return _admin_data(answer.json())

    # --- opening, closing ---------------------------------------------------------------------------------------------

    async def create_record(self, identity: "Identity", opening: "Opening") -> str:
        """Open a record in its three legal steps (TD1.1); its id. REFUSED with ``exists`` where there is one."""
        from dmp_tui.dmp.fhir.record_changes import to_new_patient

        answer = await self._post("/fhir/Patient", identity.ins, to_new_patient(identity, opening))
        patient_id = str(answer.json().get("id", ""))
        if not patient_id:
            raise ClientError(ClientProblem.BAD_ANSWER, "patient")
        self._patients[patient_id] = identity.ins
        return patient_id

    async def close_record(self, patient_id: str, reason: str) -> None:
        """Close it, with its reason (TD1.4): nobody reads it any more, and it is kept ten years."""
        await self._operation(patient_id, "$close", {"name": "reason", "valueString": reason})

    async def reopen_record(self, patient_id: str) -> None:
        """Open a closed record again, within ten years."""
        await self._operation(patient_id, "$reopen")

    async def _operation(self, patient_id: str, name: str, *parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """An operation on a record; what it answers."""
        body: dict[str, Any] = {"resourceType": "Parameters"}
        if parameters:
            body["parameter"] = list(parameters)
        answer = await self._post(f"{_of(patient_id)}/{name}", self._patients.get(patient_id), body)
        return answer.json() if answer.content else {}

    # --- who may read it ----------------------------------------------------------------------------------------------

    async def consents(self, patient_id: str) -> "tuple[Consent, ...]":
        """Who is authorised and who is blocked (TD1.6)."""
        from dmp_tui.dmp.fhir.consents import read_consent

        ins = self._patients.get(patient_id)
        answer = await self._get("/fhir/Consent", ins, {"patient": patient_id})
        found = (r for r in resources(answer.json()) if r.get("resourceType") == "Consent")
        read = (read_consent(resource, patient_id) for resource in found)
        return tuple(consent for consent in read if consent is not None)

    async def declare_authorisation(
        self, ins: Ins, *, collected_by: str = "", collected: datetime | None = None, for_team: bool = False
    ) -> datetime | None:
        """Say that the patient gave his authorisation. When it ends, as the server decided (TD0.3).

        ``collected_by`` is the national id of who asked the patient, the caller himself if empty; ``collected`` is
        when, now if None. ``for_team``: the caller's facility is authorised; a clerk declares nothing else.
        """
        from dmp_tui.dmp.consents import Consent, ConsentKind
        from dmp_tui.dmp.fhir.consents import from_consent, to_consent

        who = self._professional
        if who is None:
            raise ClientError(ClientProblem.SESSION_ENDED)
        patient_id = await self._patient_id(ins)
        team = for_team or who.role is Role.CPE_CLERK
        actor, name = (who.facility, who.facility_name) if team else (who.id, who.name)
        consent = Consent(
            *("", patient_id, ConsentKind.PERMIT, actor, name, self.now(), None, collected_by or who.id, ""),
            actor_is_organisation=team,
            collected=collected,
        )
        resource = to_consent(consent, f"{self._conversation.base_url}/fhir")
        answer = await self._post("/fhir/Consent", ins, {k: v for k, v in resource.items() if k not in {"id", "meta"}})
        return from_consent(answer.json()).end if answer.content else None

    async def withdraw_authorisation(self, consent: "Consent") -> None:
        """The caller's own authorisation ends."""
        ended = [{"op": "replace", "path": "/status", "value": "inactive"}]
        await self._patch(f"/fhir/Consent/{quote(consent.id, safe='')}", self._patients.get(consent.patient_id), ended)

    async def declare_treating_doctor(self, patient_id: str) -> None:
        """The caller is the patient's treating doctor, as the patient says (TD0.3)."""
        await self._operation(patient_id, "$declare-treating-doctor")

    async def resign_treating_doctor(self, patient_id: str) -> None:
        """The caller is the patient's treating doctor no more (TD0.3)."""
        await self._operation(patient_id, "$resign-treating-doctor")

    # --- what the patient declares and wants --------------------------------------------------------------------------

    async def change_admin(self, patient_id: str, before: AdminData, after: AdminData) -> AdminData:
        """Correct address, telephones, contacts (TD1.3b); REFUSED ``stale`` where the record changed meanwhile."""
        from dmp_tui.dmp.fhir.record_changes import admin_patch

        operations = admin_patch(before.declared, after.declared)
        return await self._changed(patient_id, before, operations)

    async def change_emergency(self, patient_id: str, before: AdminData, wanted: "EmergencyConsents") -> AdminData:
        """Record what the patient wants in emergencies (TD1.3b): the three consents, as he said them."""
        from dmp_tui.dmp.fhir.record_changes import emergency_patch

        return await self._changed(patient_id, before, emergency_patch(wanted, known=before.emergency is not None))

    async def _changed(self, patient_id: str, before: AdminData, operations: list[dict[str, Any]]) -> AdminData:
        if not operations:
            return before
        ins = self._patients.get(patient_id)
        answer = await self._patch(_of(patient_id), ins, operations, before.version)
        return _admin_data(answer.json())

    async def patient_access(self, patient_id: str, *, representative: str = "") -> PatientAccess:
        """Open the patient's own access (TD1.5a), or that of a minor's legal representative, by his name: a code that
        serves once. It is kept nowhere."""
        from dmp_tui.dmp.fhir.lenient import many, text

        holder = [{"name": "holder", "valueCode": "representative"}, {"name": "name", "valueString": representative}]
        answer = await self._operation(patient_id, "$patient-access", *(holder if representative else ()))
        parts = {text(part, "name"): part for part in many(answer, "parameter")}
        code = text(parts.get("code", {}), "valueString")
        if not code:
            raise ClientError(ClientProblem.BAD_ANSWER, "code")
        expires = _moment(text(parts.get("expires", {}), "valueInstant"))
        return PatientAccess(code, text(parts.get("login", {}), "valueString"), expires)

    # --- the trail ----------------------------------------------------------------------------------------------------

    async def trail(
        self, patient_id: str, page: str = "", *, modes: Collection[Mode] = (), actor: str = ""
    ) -> TrailPage:
        """Who did what to this record, newest first, as far as the caller may see it (R1111-43); a page of it.

        ``page`` is ``TrailPage.next`` of the page before. ``modes``: acts in these access modes alone; ``actor``: of
        this national id alone.
        """
        from dmp_tui.dmp.fhir.audit import PURPOSES, read_audit_event

        ins = self._patients.get(patient_id)
        asked = {"patient": patient_id}
        if modes:
            asked["purpose-of-use"] = ",".join(PURPOSES[mode] for mode in sorted(modes))
        if actor:
            asked["agent.identifier"] = actor
        path, params = (page, None) if page else ("/fhir/AuditEvent", asked)
        bundle = (await self._get(path, ins, params)).json()
        found = [r for r in resources(bundle) if r.get("resourceType") == "AuditEvent"]
        return TrailPage(tuple(map(read_audit_event, found)), self._next(bundle))

    async def _patient_id(self, ins: Ins) -> str:
        known = next((patient_id for patient_id, whose in self._patients.items() if whose == ins), "")
        if known:
            return known
        status = await self.find_patient(ins)
        if status is None:
            raise ClientError(ClientProblem.NOT_FOUND)
        return status.id


def _of(patient_id: str) -> str:
    return f"/fhir/Patient/{quote(patient_id, safe='')}"


def _admin_data(resource: Mapping[str, Any]) -> AdminData:
    from dmp_tui.dmp.fhir.lenient import one, text
    from dmp_tui.dmp.fhir.patients import from_administrative

    declared = from_administrative(resource)
    return AdminData(
        declared.address,
        declared.phones,
        declared.contacts,
        declared.emergency,
        _moment(declared.created),
        declared.email,
        text(one(resource, "meta"), "versionId"),
    )


def _moment(date: str) -> datetime | None:
    """A FHIR date or instant as a moment; None where there is none, or only a year."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
