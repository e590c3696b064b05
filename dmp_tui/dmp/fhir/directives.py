"""Wills and directives of a FHIR document (Consent), as entries: one an act, each with its own answer."""

from dataclasses import replace

from dmp_tui.dmp.entries import Coding, Entry, Kind
from dmp_tui.dmp.fhir.circumstances import course
from dmp_tui.dmp.fhir.elements import (
    codings,
    concept_text,
    date_of,
    first,
    is_same,
    notes,
    objects,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.statements import Place, base_entry
from dmp_tui.dmp.fhir.strict import Json


def is_directive(place: Place) -> bool:
    """Whether a Consent is about care: one to share data, or to take part in research, is no will of the patient's."""
    scopes = {c.code for c in codings(place.body.get("scope"))}
    return place.kind is Kind.DIRECTIVE or not scopes & {"patient-privacy", "research"}


def read_directive(place: Place) -> list[Entry]:
    """Consent: a directive or a will; where it is kept is part of its words."""
    body = place.body
    kinds = texts(body.get("category"))
    provisions = _provisions(body)
    provision = first(body.get("provision"))
    decision = string(body.get("decision")) or ("" if provisions else string(provision.get("type")))
    purposes = [c.display or c.code for c in codings(provision.get("purpose"))]
    source = first(body.get("sourceAttachment"))
    title = string(source.get("title")) or string(first(body.get("sourceReference")).get("display"))
    fallback = next((t for t in [*kinds, title, concept_text(body.get("scope"))] if t), "")
    entry = base_entry(place, Kind.DIRECTIVE, first(body.get("category")), fallback=fallback)
    start, end = date_of(body, "dateTime", "date")
    own = date_of(provision, "period")
    found = []
    for name, code, answer, period in provisions or [("", (), "", own)]:
        same = not name or is_same(name, entry.label)
        one = entry if same else replace(entry, label=name, codes=(*code, *entry.codes), code_label="")
        found.append(replace(one, value=answer, start=period[0] or own[0] or start, end=period[1] or own[1] or end))
    return [
        replace(
            one,
            status=course(body),
            noted=start,
            words=words(
                [kind for kind in kinds if kind != one.label],
                decision,
                purposes,
                concept_text(body.get("scope")),
                concept_text(body.get("policyRule")),
                concept_text(body.get("policyText")),
                title,
                [string(policy.get("uri")) for policy in objects(body.get("policy"))],
                string(source.get("url")),
                notes(body),
            ),
        )
        for one in found
    ]


_ANSWERS = {"deny": "refusé", "permit": "autorisé"}
_Provision = tuple[str, tuple[Coding, ...], str, tuple[str, str]]


def _provisions(body: Json) -> list[_Provision]:
    """``(what, codes, answer, period)`` of each act that a Consent speaks of: one may be refused, the next allowed."""
    found: list[_Provision] = []
    pending = objects(body.get("provision"))[::-1]
    while pending:
        part = pending.pop()
        pending += objects(part.get("provision"))[::-1]
        answer = _ANSWERS.get(string(part.get("type")), string(part.get("type")))
        found += [
            (text, codings(act), answer, date_of(part, "period"))
            for act in objects(part.get("code"))
            if (text := concept_text(act))
        ]
    return found
