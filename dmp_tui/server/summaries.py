"""``$summary``: the merged sheet as an IPS document, stored bytes for nearly everyone."""

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import settled
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.access import Access, access_to
from dmp_tui.server.caller import Caller
from dmp_tui.server.changes import rebuild
from dmp_tui.server.outcomes import MEDIA_TYPE, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import StoredSheet, own_sheet, plain, unpack
from dmp_tui.server.subjects import ins_of_token


async def summary(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/Patient/<id>/$summary`` and ``GET /fhir/Patient/$summary?identifier=``.

    Reading the sheet is reading documents: the search of metadata and the reading of unmasked ones have to be allowed.
    """
    store = services.store
    if "id" in request.path_params:
        record = store.patient(request.path_params["id"])
    elif (token := parameters(request, "identifier").get("identifier")) is not None:
        record = store.patient_by_ins(ins_of_token(token))
    else:
        raise malformed("Paramètre obligatoire : identifier.", "Mandatory parameter: identifier.", "identifier")
    access = access_to(store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.READ_UNMASKED)
    access.require(Operation.SEARCH_METADATA)
    if record is None:
        raise not_found()
    stored = await sheet_for(services, access)
    event = access.event(Operation.READ_UNMASKED, decision, detail="summary")
    await store.trace(event)
    return sent(stored, request)


def sent(stored: StoredSheet, request: Request) -> Response:
    """A sheet, as gzip where the client takes it; 304 where he holds it."""
    etag = f'W/"{stored.etag}"'  # weak: the same sheet in either encoding
    headers = {"ETag": etag, "Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    known = request.headers.get("if-none-match", "")
    if f'"{stored.etag}"' in known or known.strip() == "*":
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(stored.content, 200, {**headers, "Content-Encoding": "gzip"}, MEDIA_TYPE)
    return Response(plain(stored), 200, headers, MEDIA_TYPE)


def _takes_gzip(accept: str) -> bool:
    """Whether ``Accept-Encoding`` names gzip, and not with a weight of zero."""
    for coding in accept.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or weight.strip("0.") != ""
    return False


async def sheet_for(services: Services, access: Access) -> StoredSheet:
    """The variant that this caller may see; made for him where he made masked documents, or may not consult a type."""
    record = access.record
    if record is None:
        raise not_found()
    whole = _sees_all_masked(access)
    sheet = _stored(services, record.id, whole=whole)
    if sheet is None:
        await rebuild(services, record)
        sheet = _stored(services, record.id, whole=whole)
        if sheet is None:
            raise not_found()
    professional = access.caller.professional
    made_masked = access.caller.mode is Mode.NORMAL and not whole and professional.id in sheet.masked_makers
    if not made_masked and not services.settings.habilitations.refused(professional.profession, sheet.types):
        return sheet
    documents = services.store.documents(record.id, access.eyes)
    visible = [d for d in documents if access.ask(Operation.SEARCH_METADATA, d).allowed]
    statements = services.store.encoded_entries(record.id, access.eyes)
    return await services.workers.run(own_sheet, record, visible, statements, services.weighing())


def _stored(services: Services, patient_id: str, *, whole: bool) -> StoredSheet | None:
    """The stored variant; the one with masked documents is empty where there are none, and the open one is it."""
    store = services.store
    found = (store.summary(patient_id, masked=True) if whole else None) or store.summary(patient_id, masked=False)
    return unpack(found, services.weighing()) if found else None


def _sees_all_masked(access: Access) -> bool:
    """The treating doctor; in an emergency mode anyone, where the patient allowed it (R1111-49, y7)."""
    if access.record is None:
        return False
    if access.caller.mode is Mode.NORMAL:
        return access.authorisation.treating or access.administrator
    return settled(access.record.emergency).masked
