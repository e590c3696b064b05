"""The register of emergency accesses: ``GET /fhir/AuditEvent/$emergency-register`` and ``.../$review``.

For privacy officers alone. An entry is an AuditEvent that names no patient: a record's reference stands for it.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.fhir.lenient import many, text
from dmp_tui.dmp.fhir.register import PURPOSES, to_counts, to_entry
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import (
    READ_REGISTER,
    REVIEWED,
    Emergency,
    ReviewProblem,
    Verdict,
    reads_register,
    review_problem,
)
from dmp_tui.dmp.rights import Decision, Obligation, Refusal
from dmp_tui.server.access import Access, Refused, access_to
from dmp_tui.server.bodies import JSON_TYPES, SMALL, check_type, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.intake import read_resource
from dmp_tui.server.outcomes import FhirError, broken_rule, fhir_response, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.search import interval
from dmp_tui.server.services import Services
from dmp_tui.store.register_reads import Position, RegisterQuery
from dmp_tui.store.transaction import Transaction

Json = dict[str, Any]

FILTERS = ("verdict", "agent", "mode", "since", "until", "_count", "_cursor")
MOST = 200
_RULE = "register of emergency accesses: privacy officers only"
_MODES = {code: mode for mode, code in PURPOSES.items()}


async def read(services: Services, caller: Caller, request: Request) -> Response:
    """A page of the register: what is to be reviewed first, then newest first."""
    access = _officer(services, caller, READ_REGISTER)
    asked = parameters(request, *FILTERS)
    query, count = _query(asked), min(_whole(asked.get("_count", str(MOST))), MOST)
    await services.store.trace(access.event(READ_REGISTER, _allowed()))
    found = services.store.emergencies(query, count + 1, _position(asked["_cursor"]) if "_cursor" in asked else None)
    links = [{"relation": "self", "url": _link(services, asked)}]
    if count and len(found) > count:
        last = found[count - 1]
        cursor = f"{int(last.verdict is Verdict.TO_REVIEW)}-{last.seq}"
        links.append({"relation": "next", "url": _link(services, asked | {"_cursor": cursor})})
    counts = services.store.count_emergencies(query)
    return fhir_response(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "meta": {"extension": [to_counts(counts)]},
            "total": sum(counts.values()),
            "link": links,
            "entry": [
                {
                    "fullUrl": f"{services.base_url}/AuditEvent/{one.seq}",
                    "resource": to_entry(one),
                    "search": {"mode": "match"},
                }
                for one in found[:count]
            ],
        }
    )


async def review(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/AuditEvent/<id>/$review``: a verdict and a comment. It is added, and changes no earlier one."""
    _officer(services, caller, REVIEWED)
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings, SMALL)
    resource = await services.workers.run(read_resource, body, "Parameters")
    said = {text(part, "name"): part for part in many(resource, "parameter")}
    try:
        verdict = Verdict(text(said.get("verdict", {}), "valueCode"))
    except ValueError:
        raise malformed(
            "Paramètre verdict : to-review, justified ou not-justified.",
            "Parameter verdict: to-review, justified or not-justified.",
            "verdict",
        ) from None
    comment = text(said.get("comment", {}), "valueString").strip()
    id_ = request.path_params["id"]
    seq = int(id_) if id_.isdecimal() and id_.isascii() and len(id_) < 16 else 0

    def write(transaction: Transaction) -> Emergency:
        access = _officer(services, caller, REVIEWED)
        entry = transaction.emergency(seq)
        if entry is None:
            raise not_found()
        if problem := review_problem(entry, caller.professional.id, verdict, comment):
            raise _not_taken(problem)
        event = access.event(REVIEWED, _allowed(), detail=f"access={seq} verdict={verdict.value}")
        transaction.put_review(seq, verdict, event, comment)
        reviewed = transaction.emergency(seq)
        if reviewed is None:
            raise not_found()
        return reviewed

    return fhir_response(to_entry(await services.store.write(write)))


def _officer(services: Services, caller: Caller, operation: str) -> Access:
    """The caller before no record, if he is an officer in normal mode.

    Raises:
        Refused: he is not; it is traced.
    """
    access = access_to(services.store, caller, None, services.settings, services.clock)
    if not reads_register(caller.professional) or caller.mode is not Mode.NORMAL:
        decision = Decision(False, _RULE, Refusal.ROLE)
        raise Refused(access.event(operation, decision), decision)
    return access


def _allowed() -> Decision:
    return Decision(True, _RULE, None, frozenset({Obligation.TRACE}))


def _not_taken(problem: ReviewProblem) -> FhirError:
    said = {
        ReviewProblem.OWN: (
            "Un autre délégué examine votre accès.",
            "Another officer has to review your access.",
        ),
        ReviewProblem.COMMENT: (
            "Un commentaire est nécessaire (1 000 caractères au plus).",
            "A comment is required (1,000 characters at most).",
        ),
        ReviewProblem.SAME: ("Cet avis est déjà enregistré.", "This verdict stands already."),
    }
    return broken_rule(problem.value, *said[problem])


def _query(asked: dict[str, str]) -> RegisterQuery:
    verdict, mode = None, None
    with suppress(ValueError):
        verdict = Verdict(asked["verdict"]) if "verdict" in asked else None
    if "mode" in asked:
        mode = _MODES.get(asked["mode"])
    since, until = interval(asked.get("since", "")), interval(asked.get("until", ""))
    read = {"verdict": verdict, "mode": mode, "since": since, "until": until}
    if any(name in asked and value is None for name, value in read.items()) or asked.get("agent") == "":
        raise _bad()
    return RegisterQuery(verdict, asked.get("agent"), mode, since and since[0], until and until[1])


def _bad() -> FhirError:
    return malformed(
        "Registre : verdict, agent, mode (BTG, ETREAT), since et until (dates), _count.",
        "Register: verdict, agent, mode (BTG, ETREAT), since and until (dates), _count.",
        "parameter",
    )


def _whole(text_: str) -> int:
    if not text_.isdecimal() or not text_.isascii() or len(text_) > 15:
        raise _bad()
    return int(text_)


def _position(cursor: str) -> Position:
    pending, dash, seq = cursor.partition("-")
    if not dash or pending not in {"0", "1"}:
        raise _bad()
    return int(pending), _whole(seq)


def _link(services: Services, asked: dict[str, str]) -> str:
    return f"{services.base_url}/AuditEvent/$emergency-register?{urlencode(asked)}"
