"""The answer to "may I give it?" as rows: the drugs and the verdict that stay in view, the reasons, what is not known.

A level is a word and a sign, never a colour alone: ``!!!`` contraindicated, ``!!`` discouraged, ``!`` precaution, ``i``
to be considered, ``-`` nothing found in what is known; in brackets where it holds only on a condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rich.style import Style

from dmp_tui.asking.telling import medicine_words
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
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.model import Answer, Limit, LimitKind, Medicine, Reason, Verdict
from dmp_tui.dmp.sheet.model import Check
from dmp_tui.i18n import _, n_
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.weighed import weighed_words
from dmp_tui.screens.words import check_label, check_words, named
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap

_INDENT = "    "
_FIRST = (
    LimitKind.EMPTY_RECORD,
    LimitKind.UNREAD_DOCUMENTS,
    LimitKind.UNREADABLE,
    LimitKind.ALLERGIES_NOT_STATED,
    LimitKind.UNKNOWN_ALLERGY,
    LimitKind.UNKNOWN_TREATMENT,
    LimitKind.TREATMENTS_NOT_STATED,
    LimitKind.AGE,
    LimitKind.KIDNEY,
    LimitKind.KIDNEY_OLD,
    LimitKind.PREGNANCY,
)
"""What is not known of the patient comes before what no rule of ours looks at."""


@dataclass(frozen=True, slots=True)
class OfCandidate:
    """A medicine that what is typed may mean; Enter adds it."""

    index: int


@dataclass(frozen=True, slots=True)
class OfReason:
    """A reason; Enter opens its first document."""

    index: int


@dataclass(frozen=True, slots=True)
class OfLimit:
    """Something not known; Enter opens its first document, where it has one."""

    index: int


@dataclass(frozen=True, slots=True)
class OfPair:
    """Two treatments of the sheet; Enter opens the newest document that tells of them."""

    index: int
    document: str


def sign(verdict: Verdict, *, holds: bool = True) -> str:
    """The sign of a level; in brackets where it holds only on a condition."""
    own = {
        Verdict.CONTRAINDICATED: "!!!",
        Verdict.DISCOURAGED: "!!",
        Verdict.PRECAUTION: "!",
        Verdict.TO_CONSIDER: "i",
        Verdict.NOTHING_FOUND: "-",
    }[verdict]
    return own if holds else f"({own})"


def style_of(verdict: Verdict) -> Style:
    """How a level is written; the sign and the words say the same."""
    return {Verdict.CONTRAINDICATED: ALARM, Verdict.DISCOURAGED: ALARM, Verdict.PRECAUTION: STRONG}.get(verdict, PLAIN)


def in_order(limits: Sequence[Limit]) -> list[Limit]:
    """What is not known, what weighs most first."""
    return sorted(limits, key=lambda one: _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST))


# --- what stays in view


def head_rows(answer: Answer | None, tried: Medicine | None, base: Base, width: int, today: date) -> list[Row]:
    """The base, the drugs, the verdict and the count of what is not known. ``tried``: weighed, but not added yet."""
    asked = Answer((), Verdict.NOTHING_FOUND, Verdict.NOTHING_FOUND, editions=base.editions, whole=base.whole)
    of = answer or asked
    edition = edition_words(of)
    if old_editions(of, today):
        edition = _("{editions} ! base ancienne").format(editions=edition)
    rows: list[Row] = [(title(_("PUIS-JE DONNER ?"), width, right=visible(edition)),)]
    if answer is None:
        return rows
    rows += [text_row(part, width, STRONG) for part in wrap(_drugs(answer, tried), width, "  ")]
    worst = answer.verdict
    words = f"{sign(worst)} {answer_words(answer).upper()}"
    count = len([r for r in answer.reasons if r.level is not Verdict.NOTHING_FOUND])
    if count:
        words += " · " + n_("{count} raison", "{count} raisons", count).format(count=count)
    rows += [text_row(part, width, style_of(worst)) for part in wrap(words, width, "  ")]
    return [*rows, text_row(_unknown(answer.limits), width)]


def _drugs(answer: Answer, tried: Medicine | None) -> str:
    parts = [f"{sign(answer.of(one))} {medicine_words(one)}" for one in answer.proposed]
    if tried is not None:
        parts[-1] += " " + _("(Entrée ajoute)")
    return "  +  ".join(parts)


def _unknown(limits: Sequence[Limit]) -> str:
    """``Non connu, non évalué : 7 (Fin) · aucun document ne parle d'allergies · ...``, as much as fits."""
    said = _("Non connu ou non évalué : {count} (touche Fin)").format(count=len(limits))
    return visible(" · ".join([said, *(limit_words(one) for one in in_order(limits))]))


# --- candidates


def candidate_rows(found: Sequence[Medicine], typed: str, width: int) -> list[Row]:
    """One a row, the first under the cursor; that nothing has this name, where nothing has."""
    if not found:
        words = _("Médicament inconnu : {name}. Aucun verdict pour lui.").format(name=visible(typed.strip()))
        return [text_row(part, width, ALARM) for part in wrap(words, width, "  ")]
    return [
        text_row(f"{'? ' if one.guess else '+ '}{visible(_candidate(one))}", width, PLAIN, OfCandidate(index))
        for index, one in enumerate(found)
    ]


def _candidate(one: Medicine) -> str:
    """What would be added: a box by its whole name, anything else as it will stand; then the name that matched."""
    said = medicine_words(replace(one, guess=False, label=one.name if any(one.strengths) else one.label))
    if one.matched and fold(one.matched) not in fold(said):
        said = f"{one.matched} : {said}"
    return _("{name} : deviné, à vérifier").format(name=said) if one.guess else said


# --- reasons, limits


def reason_rows(answer: Answer, width: int) -> list[Row]:
    """Each reason: level, what met what, why, what to do, how sure and from where.

    What holds first, worst first: it makes the verdict. Then what needs a condition that nobody knows, then hearsay.
    """
    rows: list[Row] = []
    conditional = False
    for index, reason in sorted(enumerate(answer.reasons), key=_place):
        if not reason.holds and not conditional:
            conditional = True
            rows.append((title(_("SELON UNE CONDITION À VÉRIFIER"), width),))
        first, *more = wrap(_reason_head(reason), width, _INDENT)
        style = style_of(reason.level) if reason.holds else PLAIN
        rows.append(text_row(first, width, style, OfReason(index)))
        rows += [text_row(part, width, style) for part in more]
        rows += [text_row(part, width) for part in wrap(_INDENT + _reason_why(reason), width, _INDENT)]
    return rows


def _place(numbered: tuple[int, Reason]) -> tuple[bool, int]:
    index, reason = numbered
    return not reason.holds, index


def _reason_head(reason: Reason) -> str:
    who = " / ".join(part for part in (reason.subject, other_words(reason)) if part)
    if reason.level is Verdict.NOTHING_FOUND:
        return f"{sign(reason.level)} {_('Pour information')} · {kind_words(reason.kind)} : {who}"
    level = verdict_words(reason.level)
    level = level.upper() if reason.holds else level.capitalize()
    condition = condition_words(reason)
    said = f"{sign(reason.level, holds=reason.holds)} {level}"
    return f"{said}{' ' + condition if condition else ''} · {kind_words(reason.kind)} : {who}"


def _reason_why(reason: Reason) -> str:
    marks = ", ".join(caveat_words(caveat) for caveat in sorted(reason.caveats))
    source = _("Source : {source} [{evidence}]").format(source=reason.source, evidence=evidence_words(reason.evidence))
    held = [origin for origin in reason.origins if origin.document]
    opens = ""
    if held:
        more = f" +{len(held) - 1}" if len(held) > 1 else ""
        opens = _("Entrée : {document}").format(document=document_name(held[0]) + more)
    parts = (reason_words(reason), phrase(reason.conduct), f"({marks})" if marks else "", source, opens)
    return " ".join(part.strip() + ("" if part.strip()[-1] in ".)]!?" else ".") for part in parts if part.strip())


def limit_rows(answer: Answer, width: int, today: date) -> list[Row]:
    """All that the answer does not rest on, and that its base is old."""
    rows: list[Row] = [(title(_("NON CONNU OU NON ÉVALUÉ"), width, right=str(len(answer.limits))),)]
    rows += [text_row(f"! {visible(said)}", width) for said in old_editions(answer, today)]
    for index, limit in enumerate(in_order(answer.limits)):
        first, *more = wrap(f"? {limit_words(limit)}", width, "  ")
        rows.append(text_row(first, width, PLAIN, OfLimit(index)))
        rows += [text_row(part, width) for part in more]
    return rows


def among_rows(checks: Sequence[Check], width: int, today: date) -> list[Row]:
    """What the sheet's treatments are to each other: the pair and its level, then why and by which source."""
    if not checks:
        return []
    rows: list[Row] = [(title(_("TRAITEMENTS DE LA FICHE ENTRE EUX"), width, right=str(len(checks))),)]
    for index, check in enumerate(checks):
        first, *more = wrap(f"! {named(check_label(check), check_words(check))}", width, "  ")
        document = next((origin.document for origin in check.origins if origin.document), "")
        rows.append(text_row(first, width, STRONG, OfPair(index, document)))
        why = f"    {weighed_words(check.weighed, today)}" if check.weighed is not None else ""
        rows += [text_row(part, width) for part in (*more, *(wrap(why, width, "    ") if why else ()))]
    return rows
