"""What ``dmp-tui check`` answers to what was typed: text or JSON, and an exit code."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dmp_tui.asking.telling import json_of, text_of
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.answers import AT_ONCE, check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Verdict
from dmp_tui.dmp.safety.proposed import UnknownDrug, propose
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.i18n import _

NOTHING_FOUND = 0
FOUND = 1
USAGE = 64
UNKNOWN_DRUG = 65


@dataclass(frozen=True, slots=True)
class Told:
    """What goes to standard output, what to the error output, and the exit code."""

    out: str
    errors: tuple[str, ...] = ()
    code: int = NOTHING_FOUND


def told(drugs: Sequence[str], typed: Typed, base: Base, today: date, *, as_json: bool = False) -> Told:
    """The answer for medicines as they were typed.

    0: nothing found in what is known. 1: a reason at least, if only on a condition. 64: none, or more than five. 65: a
    name that means no medicine, or might mean several: the nearest names, and no verdict.
    """
    names = tuple(dict.fromkeys(name.strip() for name in drugs if name.strip()))
    if not 1 <= len(names) <= AT_ONCE:
        return Told("", (_("Donnez un à {most} médicaments.").format(most=AT_ONCE),), USAGE)
    proposed, unknown = propose(names, base)
    if unknown:
        found = {"verdict": None, "unknown": [{"typed": one.typed, "nearest": list(one.nearest)} for one in unknown]}
        out = json.dumps(found, ensure_ascii=False) if as_json else ""
        return Told(out, tuple(unknown_words(one) for one in unknown), UNKNOWN_DRUG)
    known = known_of(typed_sheet(typed, today), base, today, birth=typed.birth(today), sex=typed.sex)
    answer = check(proposed, known, base)
    out = json.dumps(json_of(answer, today), ensure_ascii=False) if as_json else text_of(answer, today)
    return Told(out, (), NOTHING_FOUND if answer.at_worst is Verdict.NOTHING_FOUND else FOUND)


def unknown_words(one: UnknownDrug) -> str:
    """That a name means nothing, and the nearest ones."""
    if not one.nearest:
        return _("Médicament inconnu : {name}. Aucun verdict.").format(name=one.typed)
    names = ", ".join(one.nearest)
    return _("Médicament inconnu : {name}. Aucun verdict. Proches : {nearest}.").format(name=one.typed, nearest=names)


def split(texts: Sequence[str]) -> tuple[str, ...]:
    """``a,b`` and several options alike; a comma between figures (``2,5 mg``) is a decimal one."""
    parts = (part.strip() for text in texts for part in re.split(r",(?!\d)|(?<!\d),", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def typed_of(given: Mapping[str, object]) -> Typed:
    """The options of the command as what is known of a patient."""

    def number(name: str) -> float | None:
        value = given.get(name)
        return float(value) if isinstance(value, int | float) else None

    def whole(name: str) -> int | None:
        value = given.get(name)
        return value if isinstance(value, int) else None

    def texts(name: str) -> tuple[str, ...]:
        value = given.get(name)
        return split([str(text) for text in value]) if isinstance(value, tuple) else ()

    return Typed(
        texts("taken"),
        texts("allergies"),
        texts("problems"),
        whole("age"),
        Sex(str(given.get("sex") or "U")),
        creatinine=number("creatinine"),
        dfg=number("dfg"),
        weight=number("weight"),
        potassium=number("potassium"),
        glucose=number("glucose"),
        pregnant=bool(given.get("pregnant")),
        weeks=whole("weeks"),
        breast_feeding=bool(given.get("breast_feeding")),
    )
