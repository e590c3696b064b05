"""``POST /fhir/Patient/<id>/$patient-access`` (TD1.5a): the code by which a patient opens his own access, once."""

import secrets
import uuid
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.accounts import (
    ACTIVATION_LENGTH,
    ACTIVATION_LIFE,
    ALPHABET,
    Account,
    AccountState,
    HolderKind,
    grouped,
)
from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.fhir.lenient import many, text
from dmp_tui.dmp.holder import may_open_access
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.access import Refused, access_to
from dmp_tui.server.bodies import JSON_TYPES, SMALL, check_type, parse_resource, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import broken_rule, fhir_response, not_found
from dmp_tui.server.services import Services
from dmp_tui.store.transaction import Transaction

OPEN_ACCESS = "open_patient_access"


async def open_access(services: Services, caller: Caller, request: Request) -> Response:
    """Parameters ``holder`` (``patient``, the default, or ``representative``) and, of a representative, ``name``.

    The answer has ``code``, ``login``, ``expires`` and ``holder``. The code is kept as a keyed hash only; a new one
    makes an earlier one of the same holder worthless, and is also how a lost password or second factor is replaced.
    """
    holder, name = await _asked(services, request)
    record = services.store.patient(request.path_params["id"])
    code = "".join(secrets.choice(ALPHABET) for _ in range(ACTIVATION_LENGTH))

    def write(transaction: Transaction) -> Account:
        present = transaction.patient(record.id) if record else None
        access = access_to(transaction, caller, present, services.settings, services.clock)
        access.require(Operation.TEST_EXISTENCE)
        if present is None:
            raise not_found()
        professional = caller.professional
        decision = may_open_access(
            professional, caller.mode, access.authorisation, present, holder=holder, now=access.now
        )
        event = access.event(OPEN_ACCESS, decision, detail=f"holder={holder.value}")
        if not decision.allowed:
            raise Refused(event, decision)
        account = replace(
            _account(transaction, present, holder, name),
            activation=transaction.activation_key(code),
            activation_end=(access.now + ACTIVATION_LIFE).replace(microsecond=0),
        )
        transaction.trace(event)
        return transaction.put_account(account)

    account = await services.store.write(write)
    assert account.activation_end is not None  # noqa: S101 - it was just given; narrows the type
    parts = [
        {"name": "code", "valueString": grouped(code)},
        {"name": "login", "valueString": account.login},
        {"name": "expires", "valueInstant": account.activation_end.isoformat()},
        {"name": "holder", "valueCode": holder.value},
    ]
    return fhir_response({"resourceType": "Parameters", "parameter": parts})


async def _asked(services: Services, request: Request) -> tuple[HolderKind, str]:
    body = await read_body(request, services.settings, SMALL)
    if not body:
        return HolderKind.PATIENT, ""
    check_type(request, JSON_TYPES)
    parts = {text(p, "name"): p for p in many(parse_resource(body, "Parameters"), "parameter")}
    stated = parts.get("holder", {})
    kind = text(stated, "valueCode") or text(stated, "valueString") or HolderKind.PATIENT.value
    name = " ".join(text(parts.get("name", {}), "valueString").split())[:120]
    if kind not in set(HolderKind) or (kind == HolderKind.REPRESENTATIVE and not name):
        raise broken_rule(
            "holder",
            "L'accès est au patient (patient), ou à un représentant légal nommé (representative, name).",
            "The access is the patient's (patient), or a named legal representative's (representative, name).",
        )
    return HolderKind(kind), name


def _account(transaction: Transaction, record: Record, holder: HolderKind, name: str) -> Account:
    """The account of this holder, or a new one with a login of its own."""
    traits = record.traits
    shown = name if holder is HolderKind.REPRESENTATIVE else f"{traits.given} {traits.family}".strip()
    for account in transaction.accounts(record.id):
        if account.holder is holder and (holder is HolderKind.PATIENT or account.name == shown):
            return replace(account, name=shown)
    login = _new_login()
    while transaction.account_of_login(login) is not None:
        login = _new_login()
    return Account(str(uuid.uuid4()), record.id, login, holder, shown, AccountState.INVITED)


def _new_login() -> str:
    return str(secrets.randbelow(9 * 10**9) + 10**9)
