"""What ``dmp-tui check`` answers to what was typed: text or JSON, and an exit code."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dmp_tui.asking.telling import json_of, text_of
from dmp_tui.dmp.identity import BirthDate, Sex
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.answers import AT_ONCE, check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Medicine, Verdict
from dmp_tui.dmp.safety.proposed import UnknownDrug, propose
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.dmp.sheet.model import Sheet
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


@dataclass(frozen=True, slots=True)
class Patient:
    """Of whom it is asked: a sheet, with what an identity says beside it."""

    sheet: Sheet
    birth: BirthDate | None = None
    sex: Sex = Sex.U
    heading: tuple[str, ...] = ()
    """Lines of the text that say whom it concerns."""
    record: Mapping[str, object] | None = None
    """What the JSON says of the record that was read; never who the patient is."""


def of_typed(typed: Typed, today: date) -> Patient:
    """A patient of whom only what was typed is known."""
    return Patient(typed_sheet(typed, today), typed.birth(today), typed.sex)


def told(drugs: Sequence[str], typed: Typed, base: Base, today: date, *, as_json: bool = False) -> Told:
    """The answer for medicines as they were typed, of a patient as he was typed.

    0: nothing found in what is known. 1: a reason at least, if only on a condition. 64: none, or more than five. 65: a
    name that means no medicine, or might mean several: the nearest names, and no verdict.
    """
    medicines = proposed(drugs, base, as_json=as_json)
    if isinstance(medicines, Told):
        return medicines
    return answered(medicines, of_typed(typed, today), base, today, as_json=as_json)


def proposed(drugs: Sequence[str], base: Base, *, as_json: bool = False) -> tuple[Medicine, ...] | Told:
    """The medicines that were meant; else what is to be said instead of an answer."""
    names = tuple(dict.fromkeys(name.strip() for name in drugs if name.strip()))
    if not 1 <= len(names) <= AT_ONCE:
        return Told("", (_("Donnez un à {most} médicaments.").format(most=AT_ONCE),), USAGE)
    found, unknown = propose(names, base)
    if not unknown:
        return found
    said = {"verdict": None, "unknown": [{"typed": one.typed, "nearest": list(one.nearest)} for one in unknown]}
    out = json.dumps(said) if as_json else ""
    return Told(out, tuple(unknown_words(one) for one in unknown), UNKNOWN_DRUG)


def answered(
    medicines: Sequence[Medicine], patient: Patient, base: Base, today: date, *, as_json: bool = False
) -> Told:
    """The answer for medicines and a patient. JSON is ASCII: whatever a label holds, it does nothing to a terminal."""
    known = known_of(patient.sheet, base, today, birth=patient.birth, sex=patient.sex)
    answer = check(medicines, known, base)
    code = NOTHING_FOUND if answer.at_worst is Verdict.NOTHING_FOUND else FOUND
    if not as_json:
        return Told(text_of(answer, today, patient.heading), (), code)
    own = {} if patient.record is None else {"record": patient.record}
    return Told(json.dumps({**json_of(answer, today), **own}), (), code)


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
