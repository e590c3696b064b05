"""Small FHIR documents of other vendors, to be read."""

import json
from typing import Any

from dmp_tui.dmp.entries import Entry, Kind, Reading
from dmp_tui.dmp.fhir.reading import read_fhir_document

Json = dict[str, Any]
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"


def concept(code: str, system: str = SNOMED, display: str = "", text: str = "") -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": text}


def section(code: str, *references: str, title: str = "Section", **more: Any) -> Json:
    return {"title": title, "code": concept(code, LOINC), "entry": [{"reference": r} for r in references], **more}


def narrative(text: str) -> Json:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'}


def document(*resources: Json, sections: list[Json] | None = None, **composition: Any) -> Json:
    first = {
        "resourceType": "Composition",
        "id": "c",
        "type": concept("60591-5", LOINC),
        "date": "2024-01-02",
        "title": "Summary",
        "subject": {"reference": "Patient/p"},
        "section": sections or [],
        **composition,
    }
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "Doe", "given": ["Jane"]}]}
    bodies = [first, patient, *resources]
    return {"resourceType": "Bundle", "type": "document", "entry": [{"resource": body} for body in bodies]}


def read(bundle: Json) -> Reading:
    return read_fhir_document(json.dumps(bundle).encode())


def only(bundle: Json, kind: Kind | None = None) -> Entry:
    (entry,) = [e for e in read(bundle).entries if kind is None or e.kind is kind]
    return entry


def one(resource: Json, code: str = "", **more: Any) -> Entry:
    """The one entry of a resource, in a section of this code or in none."""
    body = {"id": "x", **resource}
    sections = [section(code, f"{body['resourceType']}/x", **more)] if code else []
    return only(document(body, sections=sections))


def status(code: str) -> Json:
    return {"coding": [{"code": code}]}


LATEX = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "Latex"}}
