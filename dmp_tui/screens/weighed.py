"""What a base of medicines says of two lines of the sheet: short for the sheet, whole for the point to check."""

from datetime import date

from dmp_tui.asking.words import caveat_words, editions_words, old_of, phrase, verdict_words
from dmp_tui.dmp.medicines.model import Edition
from dmp_tui.dmp.safety.model import Caveat, Verdict
from dmp_tui.dmp.sheet.model import Check, Weighed
from dmp_tui.i18n import _, language
from dmp_tui.widgets.text import visible

_LEVELS = frozenset(verdict.value for verdict in Verdict)
_CAVEATS = frozenset(caveat.value for caveat in Caveat)
_GUESSES = frozenset({Caveat.GUESS_LINE.value, Caveat.GUESS_DRUG.value})


def weighed_level(check: Check) -> str:
    """``déconseillé``, with what was guessed; empty of what nobody weighed. A code of nobody's is shown as it is."""
    if check.weighed is None:
        return ""
    level = check.weighed.level
    said = verdict_words(Verdict(level)) if level in _LEVELS else visible(level)
    return _("{what} (nom deviné)").format(what=said) if _GUESSES & set(check.weighed.caveats) else said


def weighed_text(weighed: Weighed) -> str:
    """Why, in the reader's language where the rule speaks it, as a part of a longer sentence."""
    return visible(weighed.english if language() == "en" and weighed.english else weighed.text).rstrip(".")


def weighed_words(weighed: Weighed, today: date) -> str:
    """Why, what to do, what to know of it, whose word it is, and by which base, which may be old."""
    marks = ", ".join(caveat_words(Caveat(code)) if code in _CAVEATS else visible(code) for code in weighed.caveats)
    editions = [_edition(text) for text in weighed.editions]
    source = _("Source : {source}").format(source=visible(weighed.source))
    base = _("Base : {editions}").format(editions=editions_words(editions))
    if old_of(editions, today):
        base = _("{editions} ! base ancienne").format(editions=base)
    parts = (
        weighed_text(weighed),
        visible(phrase(weighed.conduct)).rstrip("."),
        f"({marks})" if marks else "",
        source,
        base,
    )
    return ". ".join(part for part in parts if part) + "."


def _edition(text: str) -> Edition:
    source, _blank, month = visible(text).partition(" ")
    return Edition(source, month)
