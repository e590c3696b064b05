"""``PATCH /fhir/Patient/<id>`` (TD1.3b): address, telephones, contacts, what the patient wants in emergencies.

Nothing of the identity changes here.
"""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import EmergencyConsents, Record
from dmp_tui.dmp.fhir.patients import EMERGENCY, from_administrative, to_administrative
from dmp_tui.dmp.mail import is_email
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.rights import Decision, Operation, Refusal
from dmp_tui.server.access import Refused, access_to
from dmp_tui.server.bodies import PATCH_TYPES, SMALL, check_type, parse_json, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.intake import validate
from dmp_tui.server.outcomes import FhirError, Said, broken_rule, fhir_response, not_found
from dmp_tui.server.patches import patched
from dmp_tui.server.services import Services
from dmp_tui.store.transaction import Transaction

CHANGE = "change_admin_data"
_MAY_CHANGE = frozenset({"address", "telecom", "contact"})


async def patch(services: Services, caller: Caller, request: Request) -> Response:
    """Who may read administrative data may correct them; the identity stays INSi's and the site's.

    The three emergency consents are the patient's word: they are taken down in normal mode only.
    """
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    record = services.store.patient(request.path_params["id"])
    access = access_to(services.store, caller, record, services.settings, services.clock)
    access.require(Operation.READ_ADMIN_DATA)
    if record is None:
        raise not_found()
    before = to_administrative(record)
    after = patched(before, operations)
    check_change(before, after)
    await services.workers.run(validate, after)
    if_match = request.headers.get("if-match", "").removeprefix("W/").strip('"')

    def write(transaction: Transaction) -> Record:
        present = transaction.patient(record.id)
        asked = access_to(transaction, caller, present, services.settings, services.clock)
        decision = asked.require(Operation.READ_ADMIN_DATA)
        if present is None:
            raise not_found()
        if present.version != record.version or (if_match and if_match != str(present.version)):
            raise stale_record()
        said_now = from_administrative(after)
        check_email(said_now.email)
        emergency = said_now.emergency or present.emergency
        if emergency != present.emergency and caller.mode is not Mode.NORMAL:
            refusal = Decision(False, "CSP R1111-48 (TD1.3b)", Refusal.MODE)
            raise Refused(asked.event(CHANGE, refusal), refusal)
        transaction.trace(asked.event(CHANGE, decision, detail=wishes(present.emergency, emergency)))
        return transaction.put_patient(
            replace(
                present,
                address=said_now.address,
                phones=said_now.phones,
                contacts=said_now.contacts,
                emergency=emergency,
                email=said_now.email,
            )
        )

    stored = await services.store.write(write)
    return fhir_response(to_administrative(stored), headers={"ETag": f'W/"{stored.version}"'})


def stale_record() -> FhirError:
    """412: a change of another version of the record than the one that stands."""
    said = Said("Le dossier a changé entre-temps : relisez-le.", "The record has changed: read it again.")
    return FhirError(412, "conflict", "stale", said)


def check_email(text: str) -> None:
    """Refuses what is no address that can be written to.

    Raises:
        FhirError: 422.
    """
    if text and not is_email(text):
        raise broken_rule("email", "L'adresse de messagerie n'en est pas une.", "The e-mail address is none.")


def check_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Only what may change has changed.

    Raises:
        FhirError: 405.
    """
    kept = [_kept(resource) for resource in (before, after)]
    if kept[0] != kept[1]:
        said = Said(
            "Seuls l'adresse, les téléphones, les contacts et les consentements d'urgence se modifient.",
            "Only address, telephones, contacts and the emergency consents may be changed.",
        )
        raise FhirError(405, "not-supported", "immutable", said, headers={"Allow": "GET, PATCH"})
    if from_administrative(after).emergency is None:
        raise broken_rule(
            "emergency",
            "Les trois consentements d'urgence (BTG, ETREAT, MASKED) se disent ensemble, par vrai ou faux.",
            "The three emergency consents (BTG, ETREAT, MASKED) are stated together, as true or false.",
        )


def _kept(resource: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in resource.items() if k not in _MAY_CHANGE}
    extensions = kept.get("extension")
    if isinstance(extensions, list):
        kept["extension"] = [e for e in extensions if not (isinstance(e, dict) and e.get("url") == EMERGENCY)]
    return kept


def wishes(before: EmergencyConsents, after: EmergencyConsents) -> str:
    """What the patient wants in emergencies from now on, for the trail; empty where he changed nothing."""
    if before == after:
        return ""
    said = (("btg", after.btg), ("etreat", after.etreat), ("masked", after.masked))
    return "emergency " + " ".join(f"{name}={'yes' if given else 'no'}" for name, given in said)
