"""``PATCH /fhir/Patient/<id>`` (TD1.3b): address, telephones, contacts, and nothing of the identity."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.fhir.patients import from_administrative, to_administrative
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.access import access_to
from dmp_tui.server.bodies import PATCH_TYPES, SMALL, check_type, parse_json, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.intake import validate
from dmp_tui.server.outcomes import FhirError, Said, fhir_response, not_found
from dmp_tui.server.patches import patched
from dmp_tui.server.services import Services
from dmp_tui.store.transaction import Transaction

CHANGE = "change_admin_data"
_MAY_CHANGE = frozenset({"address", "telecom", "contact"})


async def patch(services: Services, caller: Caller, request: Request) -> Response:
    """Who may read administrative data in normal mode may correct them; the identity stays INSi's and the site's."""
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    record = services.store.patient(request.path_params["id"])
    access = access_to(services.store, caller, record, services.settings, services.clock)
    access.require(Operation.READ_ADMIN_DATA)
    if record is None:
        raise not_found()
    before = to_administrative(record)
    after = patched(before, operations)
    _check(before, after)
    await services.workers.run(validate, after)
    if_match = request.headers.get("if-match", "").removeprefix("W/").strip('"')

    def write(transaction: Transaction) -> Record:
        present = transaction.patient(record.id)
        asked = access_to(transaction, caller, present, services.settings, services.clock)
        decision = asked.require(Operation.READ_ADMIN_DATA)
        if present is None:
            raise not_found()
        if present.version != record.version or (if_match and if_match != str(present.version)):
            said = Said("Le dossier a changé entre-temps : relisez-le.", "The record has changed: read it again.")
            raise FhirError(412, "conflict", "stale", said)
        said_now = from_administrative(after)
        transaction.trace(asked.event(CHANGE, decision))
        return transaction.put_patient(
            replace(present, address=said_now.address, phones=said_now.phones, contacts=said_now.contacts)
        )

    stored = await services.store.write(write)
    return fhir_response(to_administrative(stored), headers={"ETag": f'W/"{stored.version}"'})


def _check(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Only what may change has changed.

    Raises:
        FhirError: 405.
    """
    kept = [{k: v for k, v in resource.items() if k not in _MAY_CHANGE} for resource in (before, after)]
    if kept[0] != kept[1]:
        said = Said(
            "Seuls l'adresse, les téléphones et les contacts se modifient.",
            "Only address, telephones and contacts may be changed.",
        )
        raise FhirError(405, "not-supported", "immutable", said, headers={"Allow": "GET, PATCH"})
