"""An answer as text for a person, and as JSON for a program."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from dmp_tui.asking.words import (
    answer_words,
    caveat_words,
    condition_words,
    edition_words,
    evidence_words,
    kind_words,
    limit_words,
    old_editions,
    other_words,
    phrase,
    reason_words,
    verdict_words,
)
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.safety.model import Answer, Limit, Medicine, Reason, ReasonKind
from dmp_tui.i18n import _


def text_of(answer: Answer, today: date, heading: Sequence[str] = ()) -> str:
    """The verdict first, whom it concerns (``heading``), then each reason with its source, then what is not known."""
    return "\n".join(_lines(answer, today, heading))


def _lines(answer: Answer, today: date, heading: Sequence[str]) -> Iterator[str]:
    yield " + ".join(medicine_words(one) for one in answer.proposed)
    yield answer_words(answer).upper()
    yield from heading
    for reason in answer.reasons:
        yield ""
        yield from _reason_lines(reason)
    yield ""
    yield _("Ce qui n'est pas connu :")
    yield from (f"  - {limit_words(limit)}" for limit in answer.limits)
    yield from (f"  - {said}" for said in old_editions(answer, today))
    yield _("Base : {editions}").format(editions=edition_words(answer))


def medicine_words(medicine: Medicine) -> str:
    """What was typed, and what it was taken for where that is another name or a guess."""
    names = " + ".join(own.name for own in medicine.substances)
    if medicine.guess:
        return _("{label} (deviné : {name})").format(label=medicine.label, name=medicine.matched or names)
    return medicine.label if fold(medicine.label) == fold(names) else f"{medicine.label} ({names})"


def _reason_lines(reason: Reason) -> Iterator[str]:
    level = verdict_words(reason.level) if reason.level.rank < 4 else _("pour information")
    who = " / ".join(part for part in (reason.subject, other_words(reason)) if part)
    # The thesaurus may hold one pair twice, by several classes: each says by which.
    classes = " + ".join(reason.substances[2:]) if reason.kind is ReasonKind.INTERACTION else ""
    yield f"{level.capitalize()} - {kind_words(reason.kind)} : {who}{f' ({classes})' if classes else ''}"
    for said in (condition_words(reason), reason_words(reason), phrase(reason.conduct)):
        if said:
            yield f"  {said}"
    marks = [caveat_words(caveat) for caveat in sorted(reason.caveats)]
    if marks:
        yield f"  ({', '.join(marks)})"
    written = next((origin for origin in reason.origins if origin.document), None)
    if written is not None:
        yield "  " + _("Document : {title} ({date})").format(title=written.title, date=written.date[:10])
    yield "  " + _("Source : {source} [{evidence}]").format(
        source=reason.source, evidence=evidence_words(reason.evidence)
    )


def json_of(answer: Answer, today: date) -> dict[str, Any]:
    """One object. Codes are those of ``dmp/safety``; ``text`` fields are sentences in the user's language."""
    return {
        "verdict": answer.verdict.value,
        "at_worst": answer.at_worst.value,
        "text": answer_words(answer),
        "drugs": [_drug(answer, one) for one in answer.proposed],
        "reasons": [_reason(reason) for reason in answer.reasons],
        "limits": [_limit(limit) for limit in answer.limits],
        "base": {
            "whole": answer.whole,
            "editions": [{"source": e.source, "month": e.month, "imported": e.imported} for e in answer.editions],
            "warnings": list(old_editions(answer, today)),
        },
    }


def _drug(answer: Answer, medicine: Medicine) -> dict[str, Any]:
    return {
        "typed": medicine.label,
        "name": medicine.name,
        "substances": [own.name for own in medicine.substances],
        "guess": medicine.guess,
        "verdict": answer.of(medicine).value,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind.value,
        "level": reason.level.value,
        "holds": reason.holds,
        "subject": reason.subject,
        "other": reason.other,
        "substances": list(reason.substances),
        "text": reason_words(reason),
        "condition": condition_words(reason),
        "conduct": phrase(reason.conduct),
        "evidence": reason.evidence.value,
        "caveats": sorted(caveat.value for caveat in reason.caveats),
        "source": reason.source,
        "date": reason.date,
        "documents": [origin.document for origin in reason.origins if origin.document],
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {"kind": limit.kind.value, "detail": limit.detail, "text": limit_words(limit)}
