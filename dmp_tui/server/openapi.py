"""The API in OpenAPI 3.1, for programs that make clients or tests of it: ``GET /openapi.json``.

What the resources hold is FHIR's to say (``/fhir/metadata``); this says which calls there are, what each takes, and
every status that it may answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dmp_tui import __version__
from dmp_tui.server import lists, register, search, trail_search

Json = dict[str, Any]
_FHIR = "application/fhir+json"
_JSON_PATCH = "application/json-patch+json"
_FORM = "application/x-www-form-urlencoded"
REFUSALS = {
    "400": "Malformed",
    "401": "No token, or one that is not good any more",
    "403": "Not allowed: the rule is named",
    "404": "Absent, or not to be seen",
    "405": "Not to be changed, or no such method",
    "406": "Only JSON is answered",
    "409": "In conflict with what exists",
    "412": "Another version than If-Match names, or several matches",
    "413": "Too large",
    "415": "Another content type",
    "422": "Breaks a rule: it is named",
    "429": "Too many requests",
    "501": "Not done here",
    "503": "Cannot be kept or traced now: try again",
}
"""Statuses that any call may answer with an OperationOutcome."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it is, the resource that it answers, what it takes."""

    summary: str
    answers: str
    """A resource type; ``*`` for a document's own bytes."""
    query: tuple[str, ...] = ()
    body: str = ""
    """The resource type of its body."""
    patch: bool = False
    form: bool = False
    """Its parameters come as a form."""
    success: tuple[str, ...] = ("200",)
    conditional: str = ""
    """``If-Match``, ``If-None-Match`` or ``If-None-Exist``, where it honours it."""


_PAGES = ("_count", "_offset", "_sort", "_summary")
_DOCUMENTS = (*search.SEARCHED, *_PAGES)
_LISTS = (*lists.SEARCHED, *_PAGES)
CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/fhir/Patient"): Call("Existence and state of a record (TD0.2)", "Bundle", ("identifier",)),
    ("POST", "/fhir/Patient"): Call("Open a record (TD1.1)", "Patient", body="Patient", success=("201",)),
    ("POST", "/fhir/Patient/$match"): Call("Search by traits (TD0.5, ITI-119)", "Bundle", body="Parameters"),
    ("GET", "/fhir/Patient/$authorised"): Call("The caller's records (TD0.4)", "Bundle", ("since", "date-type")),
    ("GET", "/fhir/Patient/$summary"): Call(
        "The emergency sheet, by INS", "Bundle", ("identifier",), success=("200", "304"), conditional="If-None-Match"
    ),
    ("GET", "/fhir/Patient/{id}/$summary"): Call(
        "The emergency sheet", "Bundle", success=("200", "304"), conditional="If-None-Match"
    ),
    ("GET", "/fhir/Patient/{id}"): Call("Administrative data (TD1.3a)", "Patient"),
    ("PATCH", "/fhir/Patient/{id}"): Call(
        "Change administrative data (TD1.3b)", "Patient", patch=True, conditional="If-Match"
    ),
    ("POST", "/fhir/Patient/{id}/$web-access"): Call("A page of the DMP, once (TD0.9)", "Parameters"),
    ("POST", "/fhir/Patient/{id}/$patient-access"): Call(
        "Give the code of the patient's own access (TD1.5a)", "Parameters"
    ),
    ("POST", "/fhir/Patient/{id}/$administrator"): Call(
        "The patient lets a professional see what is masked, or no more (his own token)", "Patient", body="Parameters"
    ),
    ("POST", "/fhir/Patient/{id}/$close"): Call("Close a record (TD1.4)", "Patient", body="Parameters"),
    ("POST", "/fhir/Patient/{id}/$reopen"): Call("Open a closed record again", "Patient"),
    ("POST", "/fhir/Patient/{id}/$check"): Call("May it be given? (medicines)", "Parameters", body="Parameters"),
    ("POST", "/fhir/Patient/{id}/$declare-treating-doctor"): Call("Become the treating doctor (TD0.3)", "Patient"),
    ("POST", "/fhir/Patient/{id}/$resign-treating-doctor"): Call("Resign as treating doctor (TD0.3)", "Patient"),
    ("GET", "/fhir/DocumentReference"): Call("Find documents (ITI-67)", "Bundle", _DOCUMENTS),
    ("POST", "/fhir/DocumentReference"): Call(
        "Deposit a document (ITI-105)",
        "DocumentReference",
        body="DocumentReference",
        success=("200", "201"),
        conditional="If-None-Exist",
    ),
    ("POST", "/fhir/DocumentReference/_search"): Call("Find documents (ITI-67)", "Bundle", _DOCUMENTS, form=True),
    ("PATCH", "/fhir/DocumentReference"): Call(
        "Change metadata, by identifier (TD3.3)",
        "DocumentReference",
        ("identifier", "patient.identifier"),
        patch=True,
        conditional="If-Match",
    ),
    ("GET", "/fhir/DocumentReference/{id}"): Call("Metadata of a document", "DocumentReference"),
    ("PATCH", "/fhir/DocumentReference/{id}"): Call(
        "Change metadata (TD3.3)", "DocumentReference", patch=True, conditional="If-Match"
    ),
    ("GET", "/fhir/List"): Call("Find submission sets and folders (ITI-66)", "Bundle", _LISTS),
    ("POST", "/fhir/List/_search"): Call("Find submission sets and folders (ITI-66)", "Bundle", _LISTS, form=True),
    ("GET", "/fhir/List/{id}"): Call("A submission set or a folder", "List"),
    ("GET", "/fhir/Binary/{id}"): Call(
        "The bytes of a document (ITI-68)", "*", success=("200", "304"), conditional="If-None-Match"
    ),
    ("POST", "/fhir/Consent"): Call("Declare an authorisation (TD0.3)", "Consent", body="Consent", success=("201",)),
    ("GET", "/fhir/Consent"): Call("Who is authorised or blocked (TD1.6)", "Bundle", ("patient",)),
    ("PATCH", "/fhir/Consent/{id}"): Call(
        "Withdraw one's authorisation (TD0.3)", "Consent", patch=True, conditional="If-Match"
    ),
    ("GET", "/fhir/AuditEvent"): Call(
        "The trail of a record (R1111-43; ITI-81)", "Bundle", (*trail_search.SEARCHED, "_count", "_sort", "_cursor")
    ),
    ("GET", "/fhir/AuditEvent/{id}"): Call("One event of the trail", "AuditEvent"),
    ("GET", "/fhir/AuditEvent/$emergency-register"): Call(
        "The register of emergency accesses, for privacy officers", "Bundle", register.FILTERS
    ),
    ("POST", "/fhir/AuditEvent/{id}/$review"): Call("A privacy officer's verdict", "AuditEvent", body="Parameters"),
    ("GET", "/fhir/Communication"): Call(
        "Notices of emergency accesses, for the treating doctor (R1111-48)", "Bundle", ("patient", "_count", "_cursor")
    ),
    ("POST", "/fhir"): Call("Deposit documents together (ITI-65)", "Bundle", body="Bundle"),
}
"""Every call that needs a login, by method and path."""


def describe(base_url: str) -> Json:
    """The OpenAPI document of a server; ``base_url`` is its own, without ``/fhir``."""
    paths: Json = {}
    for (method, path), call in CALLS.items():
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, call)
    paths["/fhir/metadata"] = {"get": _open("The CapabilityStatement", _resource("CapabilityStatement"))}
    paths["/health"] = {"get": _open("Whether the server answers", {"type": "object", "required": ["status"]})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "dmp-tui", "version": __version__, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "dpop": {
                    "type": "http",
                    "scheme": "dpop",
                    "description": "RFC 9449: a token of /auth/token and a fresh proof; see the integrator's handbook.",
                }
            },
            "responses": {status: _refusal(words) for status, words in REFUSALS.items()},
        },
    }


def _operation(method: str, path: str, call: Call) -> Json:
    described: Json = {
        "summary": call.summary,
        "security": [{"dpop": []}],
        "parameters": [*_parameters(path, call)],
        "responses": {
            **{status: _success(status, call) for status in call.success},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS},
        },
    }
    if body := _body(call):
        described["requestBody"] = {"required": True, "content": body}
    return described


def _parameters(path: str, call: Call) -> Iterable[Json]:
    text = {"type": "string"}
    if "{id}" in path:
        yield {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9.-]+$"},
        }
    if not call.form:
        yield from ({"name": name, "in": "query", "schema": text} for name in call.query)
    if call.conditional:
        yield {"name": call.conditional, "in": "header", "schema": text}


def _body(call: Call) -> Json:
    if call.patch:
        operation = {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
                "path": {"type": "string"},
                "from": {"type": "string"},
            },
        }
        return {
            _JSON_PATCH: {"schema": {"type": "array", "items": operation}},
            _FHIR: {"schema": _resource("Parameters")},
        }
    if call.form:
        fields = {name: {"type": "string"} for name in call.query}
        return {_FORM: {"schema": {"type": "object", "properties": fields}}}
    return {_FHIR: {"schema": _resource(call.body)}} if call.body else {}


def _resource(name: str) -> Json:
    return {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": name}}}


def _success(status: str, call: Call) -> Json:
    if status == "304":
        return {"description": "As it was"}
    if call.answers == "*":
        return {"description": "The document", "content": {"*/*": {}}}
    return {"description": call.answers, "content": {_FHIR: {"schema": _resource(call.answers)}}}


def _refusal(words: str) -> Json:
    return {"description": words, "content": {_FHIR: {"schema": _resource("OperationOutcome")}}}


def _open(summary: str, schema: Json) -> Json:
    kind = _FHIR if "properties" in schema else "application/json"
    return {
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": {kind: {"schema": schema}}},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in ("405", "406")},
        },
    }
