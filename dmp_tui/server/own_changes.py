"""What a holder changes of his own record: blocks, authorisations, masks, his own documents, what he declares."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.codes import FACILITY_SYSTEM, class_of
from dmp_tui.dmp.consents import Consent, ConsentKind, Record, RecordStatus, settled
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.consents import Asked, from_consent, to_consent
from dmp_tui.dmp.fhir.documents import MIME_TYPE_SUFFICIENT, to_document_reference
from dmp_tui.dmp.fhir.lenient import many, text
from dmp_tui.dmp.fhir.patients import from_administrative, to_administrative
from dmp_tui.dmp.holder import OWN_MEDIA, OWN_TYPES, HolderAct
from dmp_tui.dmp.professions import Role
from dmp_tui.dmp.rights import Operation
from dmp_tui.server import administrative, documents
from dmp_tui.server.bodies import JSON_TYPES, PATCH_TYPES, SMALL, check_type, parse_json, parse_resource, read_body
from dmp_tui.server.caller import PatientCaller
from dmp_tui.server.changes import NewDocument, Plan, carry_out_planned, check_if_match
from dmp_tui.server.deposit import instant
from dmp_tui.server.identities import warnings_of_record
from dmp_tui.server.intake import Incoming, read_reference, read_resource, validate
from dmp_tui.server.outcomes import FhirError, Said, broken_rule, conflict, fhir_response, not_found
from dmp_tui.server.own import Own, named, not_for_patients, own_record, referred
from dmp_tui.server.own_reading import admin_response, own_document
from dmp_tui.server.patches import changed, operations_of, patched
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import as_seen
from dmp_tui.store.transaction import Transaction

_ACTS: Mapping[Operation, HolderAct] = {
    Operation.MASK: HolderAct.MASK,
    Operation.UNMASK: HolderAct.UNMASK,
    Operation.ARCHIVE: HolderAct.ARCHIVE,
    Operation.UNARCHIVE: HolderAct.UNARCHIVE,
    Operation.DELETE: HolderAct.DELETE,
}
_BY_PATIENT = Coding(FACILITY_SYSTEM, "EXP_PATIENT", "Expression personnelle du patient")
_PDF = b"%PDF-"


# --- who may read -----------------------------------------------------------------------------------------------------


async def block(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``POST /fhir/Consent`` with provision ``deny``: a professional, or a facility, is blocked from now on."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings, SMALL)
    asked = from_consent(await services.workers.run(read_resource, body, "Consent"))
    own = referred(services, caller, asked.patient)
    name = _name_of_blocked(services, own, asked)

    def write(transaction: Transaction) -> tuple[Consent, bool]:
        now = own_record(services, caller, transaction)
        decision = now.require(HolderAct.BLOCK)
        held = [c for c in transaction.consents(now.record.id) if c.active and c.actor == asked.actor]
        standing = next((c for c in held if c.kind is ConsentKind.BLOCK and c.end is None), None)
        transaction.trace(now.event(HolderAct.BLOCK, decision, detail=f"professional={asked.actor}"))
        if standing is not None:
            return standing, False
        consent = Consent(
            *(str(uuid.uuid4()), now.record.id, ConsentKind.BLOCK, asked.actor, name, now.now, None),
            *(caller.actor, caller.name),
            actor_is_organisation=asked.actor_is_organisation,
        )
        return transaction.put_consent(consent), True

    stored, new = await services.store.write(write)
    headers = {"Location": f"{services.base_url}/Consent/{stored.id}", "ETag": f'W/"{stored.version}"'}
    return fhir_response(to_consent(stored, services.base_url), 201 if new else 200, headers)


def _name_of_blocked(services: Services, own: Own, asked: Asked) -> str:
    """The name of who is to be blocked, by this server's directory or by what this record says of him.

    Raises:
        FhirError: 422. A patient blocks; who may read is declared by the professional whom he told so.
    """
    if asked.kind is not ConsentKind.BLOCK or not asked.active or asked.end is not None:
        raise broken_rule(
            "consent-kind",
            "Le patient bloque (deny, active, sans fin) : une autorisation se déclare par le professionnel à qui il la "
            "donne.",
            "A patient blocks (deny, active, without end): an authorisation is declared by the professional to whom he "
            "gives it.",
        )
    professional = services.store.professional(asked.actor)
    if professional is not None and not asked.actor_is_organisation:
        return professional.name
    known = next((c.actor_name for c in services.store.consents(own.record.id) if c.actor == asked.actor), "")
    if not known:
        raise broken_rule(
            "actor", "Ce professionnel n'est pas connu de ce serveur.", "This server knows no such professional."
        )
    return known


async def end_consent(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``PATCH /fhir/Consent/<id>`` with ``status`` ``inactive``: an authorisation is revoked, or a block lifted."""
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    if operations != [{"op": "replace", "path": "/status", "value": "inactive"}]:
        said = Said(
            "Seul le statut se modifie : JSON Patch, replace /status inactive.",
            "Only the status may change: JSON Patch, replace /status inactive.",
        )
        raise FhirError(405, "not-supported", "immutable", said, headers={"Allow": "PATCH"})

    def write(transaction: Transaction) -> Consent:
        own = own_record(services, caller, transaction)
        consent = transaction.consent(request.path_params["id"])
        if consent is None or consent.patient_id != own.record.id:
            raise not_found()
        decision = own.require(HolderAct.END_CONSENT)
        transaction.trace(own.event(HolderAct.END_CONSENT, decision, detail=f"professional={consent.actor}"))
        return transaction.put_consent(replace(consent, active=False))

    stored = await services.store.write(write)
    return fhir_response(to_consent(stored, services.base_url), headers={"ETag": f'W/"{stored.version}"'})


async def administrator(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$administrator``: Parameters ``professional`` (national id), ``active`` (boolean).

    The professional sees masked documents as the treating doctor does; an authorisation is still his to declare.
    """
    own = named(services, caller, request.path_params["id"])
    check_type(request, JSON_TYPES)
    parts = parse_resource(await read_body(request, services.settings, SMALL), "Parameters")
    stated = {text(p, "name"): p for p in many(parts, "parameter")}
    id_, active = text(stated.get("professional", {}), "valueString"), stated.get("active", {}).get("valueBoolean")
    professional = services.store.professional(id_)
    known = professional is not None and professional.role in {Role.DOCTOR, Role.NON_DOCTOR}
    if not isinstance(active, bool) or not (known or (id_ in own.record.administrators and not active)):
        raise broken_rule(
            "professional",
            "Nommez un professionnel de santé connu de ce serveur (professional) et dites oui ou non (active).",
            "Name a health professional whom this server knows (professional), and say yes or no (active).",
        )

    def write(transaction: Transaction) -> Own:
        now = own_record(services, caller, transaction)
        decision = now.require(HolderAct.NAME_ADMINISTRATOR)
        others = tuple(one for one in now.record.administrators if one != id_)
        detail = f"professional={id_} {'named' if active else 'removed'}"
        transaction.trace(now.event(HolderAct.NAME_ADMINISTRATOR, decision, detail=detail))
        administrators = (*others, id_) if active else others
        return replace(now, record=transaction.put_patient(replace(now.record, administrators=administrators)))

    return admin_response(services, await services.store.write(write))


# --- what he declares -------------------------------------------------------------------------------------------------


async def patch_admin(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``PATCH /fhir/Patient/<id>``: address, telephones, contacts, e-mail, the three emergency consents."""
    own = named(services, caller, request.path_params["id"])
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    own.require(HolderAct.CHANGE_DECLARED)
    before = to_administrative(own.record)
    after = patched(before, operations)
    administrative.check_change(before, after)
    await services.workers.run(validate, after)
    said = from_administrative(after)
    administrative.check_email(said.email)
    if_match = request.headers.get("if-match", "").removeprefix("W/").strip('"')

    def write(transaction: Transaction) -> Own:
        now = own_record(services, caller, transaction)
        present = now.record
        decision = now.require(HolderAct.CHANGE_DECLARED)
        if present.version != own.record.version or (if_match and if_match != str(present.version)):
            raise administrative.stale_record()
        emergency = settled(said.emergency or present.emergency)
        detail = administrative.wishes(present.emergency, emergency)
        transaction.trace(now.event(HolderAct.CHANGE_DECLARED, decision, detail=detail))
        stated = replace(
            present,
            address=said.address,
            phones=said.phones,
            contacts=said.contacts,
            emergency=emergency,
            email=said.email,
        )
        return replace(now, record=transaction.put_patient(stated))

    return admin_response(services, await services.store.write(write))


async def close(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$close``: nobody reads it from now on; it is kept ten years."""
    named(services, caller, request.path_params["id"])
    check_type(request, JSON_TYPES)
    parts = parse_resource(await read_body(request, services.settings, SMALL), "Parameters")
    stated = next((text(p, "valueString") for p in many(parts, "parameter") if p.get("name") == "reason"), "")
    reason = stated.strip()[:500] or "à la demande du patient"

    def write(transaction: Transaction) -> Own:
        own = own_record(services, caller, transaction)
        if own.record.status is RecordStatus.CLOSED:
            raise conflict("status", "Ce dossier est déjà dans cet état.", "This record is in that state already.")
        decision = own.require(HolderAct.CLOSE)
        transaction.trace(own.event(HolderAct.CLOSE, decision))
        closed = replace(own.record, status=RecordStatus.CLOSED, closed=own.now, closing_reason=reason)
        return replace(own, record=transaction.put_patient(closed))

    return admin_response(services, await services.store.write(write))


# --- documents --------------------------------------------------------------------------------------------------------


async def patch_document(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``PATCH /fhir/DocumentReference/<id>``: mask, unmask; archive and delete what he added himself."""
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    if_match = request.headers.get("if-match", "")
    own, found = own_document(services, caller, request.path_params["id"])

    def plan(record: Record, held: Sequence[DocumentEntry]) -> Plan:
        now = replace(own, record=record, now=services.clock())
        document = next((d for d in held if d.id == found.id), None)
        seen = next((d for d in as_seen([d for d in held if now.sees(d)]) if d.id == found.id), None)
        if document is None or seen is None:
            raise not_found()
        check_if_match(if_match, seen)
        before = to_document_reference(seen, record, services.base_url)
        after = changed(seen, before, documents.patched_by(before, operations))
        asked = operations_of(seen, after)
        if any(operation not in _ACTS for operation in asked):
            raise not_for_patients()
        acts = [_ACTS[operation] for operation in asked]
        events = tuple(now.event(act, now.require(act, seen), document) for act in acts)
        if not events:
            nothing = now.event("patch", now.require(HolderAct.READ_DOCUMENTS, seen), document)
            return Plan([(document, False)], events=(nothing,))
        status = document.status if after.status is seen.status else after.status
        kept = replace(document, status=status, archived=after.archived, confidentiality=after.confidentiality)
        return Plan([(kept, False)], updated=(kept,), events=events)

    planned = await carry_out_planned(services, own.record, plan)
    return documents.answer_of(services, planned.answer[0][0])


async def add_document(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``POST /fhir/DocumentReference``: a document of his own, PDF or text, of a patient's type; its author is he."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings)
    incoming = await services.workers.run(read_reference, body, "")
    own = referred(services, caller, incoming.subject)
    own.require(HolderAct.ADD_DOCUMENT)
    _check_own(incoming)

    def plan(record: Record, held: Sequence[DocumentEntry]) -> Plan:
        now = replace(own, record=record, now=services.clock())
        decision = now.require(HolderAct.ADD_DOCUMENT)
        entry = _completed(incoming, now)
        same = next((d for d in held if now.sees(d) and d.unique_id == entry.unique_id), None)
        if same is not None and same.hash != entry.hash:
            raise conflict(
                "unique-id",
                "Un autre document de ce dossier porte déjà cet identifiant unique.",
                "Another document of this record holds this unique id already.",
            )
        if same is not None:
            again = now.event(HolderAct.ADD_DOCUMENT, decision, same, "unchanged")
            return Plan([(same, False)], events=(again,))
        new = NewDocument(entry, incoming.content, ())
        return Plan([(entry, True)], new=(new,), events=(now.event(HolderAct.ADD_DOCUMENT, decision, entry),))

    planned = await carry_out_planned(services, own.record, plan)
    document, is_new = planned.answer[0]
    return documents.answer_of(services, document, 201 if is_new else 200)


def _check_own(incoming: Incoming) -> None:
    """Raises: FhirError 422, it is nothing that a patient adds."""
    entry = incoming.entry
    if entry.type.code not in OWN_TYPES:
        raise broken_rule(
            "type",
            "Un patient ajoute ses propres documents : types EXPPAT_1 à 3, DOCPAT01 à 09.",
            "A patient adds documents of his own: types EXPPAT_1 to 3, DOCPAT01 to 09.",
        )
    if entry.media_type not in OWN_MEDIA or (entry.media_type != "text/plain") is not _is_pdf(incoming.content):
        raise broken_rule("media-type", "Un PDF ou un texte est attendu.", "A PDF or a text is expected.")
    if entry.relations:
        raise broken_rule("relations", "Un ajout du patient ne remplace rien.", "What a patient adds replaces nothing.")


def _is_pdf(content: bytes) -> bool:
    return content.startswith(_PDF)


def _completed(incoming: Incoming, own: Own) -> DocumentEntry:
    """The metadata to be kept: type, title, date and description as he said them, all else is ours."""
    entry, id_, now = incoming.entry, str(uuid.uuid4()), instant(own.now)
    author = Author(own.caller.actor, own.caller.name)
    masked = entry.confidentiality & {Confidentiality.NORMAL, Confidentiality.MASKED}
    return replace(
        entry,
        id=id_,
        logical_id=str(uuid.uuid4()),
        patient_id=own.record.id,
        unique_id=entry.unique_id or f"urn:uuid:{id_}",
        class_=class_of(entry.type.code),
        format=MIME_TYPE_SUFFICIENT,
        title=entry.title or entry.type.display or entry.type.code,
        date=entry.date or now,
        submitted=now,
        authors=(author,),
        submitter=author,
        facility_type=_BY_PATIENT,
        status=DocumentStatus.CURRENT,
        archived=False,
        confidentiality=masked or frozenset({Confidentiality.NORMAL}),
        version=1,
        warnings=warnings_of_record(own.record),
        authenticator=None,
    )
