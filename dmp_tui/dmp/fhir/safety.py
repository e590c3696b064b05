"""An answer to "may I give it?" on the wire: a Parameters whose reasons are DetectedIssue resources."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_tui.dmp.fhir import marks
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.safety.model import Answer, Limit, Medicine, Reason, Verdict
from dmp_tui.dmp.sheet.model import Origin

SAFETY = f"{marks.BASE}safety"
REASONS = f"{marks.BASE.replace('StructureDefinition', 'CodeSystem')}safety-reason"
EVIDENCE = f"{marks.BASE.replace('StructureDefinition', 'CodeSystem')}safety-evidence"
_SEVERITY = {
    Verdict.CONTRAINDICATED: "high",
    Verdict.DISCOURAGED: "high",
    Verdict.PRECAUTION: "moderate",
    Verdict.TO_CONSIDER: "low",
}
"""FHIR has three severities for the thesaurus' four levels; the level itself stands in the extension."""


@dataclass(frozen=True, slots=True)
class Words:
    """What says codes in words: ``dmp/`` speaks none."""

    answer: Callable[[Answer], str]
    reason: Callable[[Reason], str]
    condition: Callable[[Reason], str]
    kind: Callable[[Reason], str]
    limit: Callable[[Limit], str]
    base: Callable[[Answer], str]
    warnings: Callable[[Answer], tuple[str, ...]]


def write_answer(answer: Answer, patient: str, instant: str, words: Words) -> Json:
    """The Parameters. ``patient`` is the FHIR id of the record, ``instant`` when it was asked."""
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "verdict", "valueCode": answer.verdict.value},
            {"name": "at-worst", "valueCode": answer.at_worst.value},
            {"name": "text", "valueString": words.answer(answer)},
            *(_medication(answer, one) for one in answer.proposed),
            *({"name": "issue", "resource": _issue(reason, patient, instant, words)} for reason in answer.reasons),
            *(_limit(limit, words) for limit in answer.limits),
            _base(answer, words),
        ],
    }


def _medication(answer: Answer, one: Medicine) -> Json:
    return {
        "name": "medication",
        "part": [
            {"name": "asked", "valueString": one.label},
            {"name": "name", "valueString": one.name},
            *({"name": "substance", "valueString": own.name} for own in one.substances),
            {"name": "guess", "valueBoolean": one.guess},
            {"name": "verdict", "valueCode": answer.of(one).value},
        ],
    }


def _issue(reason: Reason, patient: str, instant: str, words: Words) -> Json:
    documents = _documents(reason.origins)
    detail = " ".join(part for part in (words.reason(reason), words.condition(reason)) if part)
    evidence: Json = {"code": [{"coding": [{"system": EVIDENCE, "code": reason.evidence.value}]}]}
    issue: Json = {
        "resourceType": "DetectedIssue",
        "extension": [marks.nested(SAFETY, _parts(reason))],
        "status": "final",
        "code": {"coding": [{"system": REASONS, "code": reason.kind.value}], "text": words.kind(reason)},
        "patient": {"reference": f"Patient/{patient}"},
        "identifiedDateTime": instant,
        "implicated": [{"display": name} for name in reason.substances if name.strip()],
        "evidence": [{**evidence, "detail": documents} if documents else evidence],
        "detail": detail.strip(),
        "mitigation": [{"action": {"text": reason.conduct}}] if reason.conduct else [],
    }
    if reason.level in _SEVERITY:
        issue["severity"] = _SEVERITY[reason.level]
    return {name: value for name, value in issue.items() if value}


def _parts(reason: Reason) -> list[Json]:
    return [
        *marks.code_part("level", reason.level.value),
        {"url": "holds", "valueBoolean": reason.holds},
        *marks.text_part("condition", reason.condition),
        {"url": "subject", "valueString": reason.subject},
        *marks.text_part("other", reason.other),
        *(marks.text_part("substance", name)[0] for name in reason.substances if name.strip()),
        {"url": "source", "valueString": reason.source},
        *marks.text_part("date", reason.date),
        *(marks.code_part("caveat", caveat.value)[0] for caveat in sorted(reason.caveats)),
    ]


def _limit(limit: Limit, words: Words) -> Json:
    return {
        "name": "limit",
        "part": [
            {"name": "kind", "valueCode": limit.kind.value},
            *([{"name": "detail", "valueString": limit.detail}] if limit.detail.strip() else []),
            {"name": "text", "valueString": words.limit(limit)},
            *({"name": "document", "valueReference": one} for one in _documents(limit.origins)),
        ],
    }


def _base(answer: Answer, words: Words) -> Json:
    return {
        "name": "base",
        "part": [
            {"name": "whole", "valueBoolean": answer.whole},
            *({"name": "edition", "valueString": f"{e.source} {e.month}".strip()} for e in answer.editions),
            {"name": "text", "valueString": words.base(answer)},
            *({"name": "warning", "valueString": text} for text in words.warnings(answer)),
        ],
    }


def _documents(origins: tuple[Origin, ...]) -> list[Json]:
    return [{"reference": f"DocumentReference/{one.document}"} for one in origins if one.document]
