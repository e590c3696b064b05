"""What an emergency asks beside "may I give it?", as rows: who bleeds, tetanus for a wound, insulin and glucose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dmp_tui.dmp.identity import BirthDate, fold
from dmp_tui.dmp.safety.flags import (
    GLUCOSE_SOURCE,
    IMMUNOGLOBULIN_IU,
    Flag,
    Glucose,
    Immunity,
    Tetanus,
    Wound,
    bleeding_flags,
    glucose,
    tetanus,
)
from dmp_tui.dmp.safety.known import Known
from dmp_tui.dmp.safety.model import Medicine
from dmp_tui.dmp.safety.rules import subjects_of
from dmp_tui.dmp.sheet.model import Origin, Sheet
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.dates import day
from dmp_tui.screens.prescription import short_name
from dmp_tui.widgets.line import ALARM, STRONG, Row, text_row, title
from dmp_tui.widgets.text import cut, visible, wrap

_WOUND = ("TETANOS", "TETANUS", "PLAIE", "WOUND")
_BLEED = ("SAIGNE", "HEMORRAGI", "BLEED")
_SUGAR = ("GLYCEMIE", "HYPOGLYCEMIE", "INSULINE", "GLUCOSE", "INSULIN")
_LETTERS = 3
_BLEEDERS = frozenset({"anticoagulants", "thrombolytics", "antiplatelets", "nsaids"})


@dataclass(frozen=True, slots=True)
class OfFlag:
    """What Enter opens: the document of a flag. ``place`` tells rows apart."""

    place: str
    document: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told beside the drugs, reckoned once a record."""

    bleeding: tuple[Flag, ...]
    sugar: Glucose | None
    clean: Tetanus
    dirty: Tetanus


def beside(sheet: Sheet, known: Known, birth: BirthDate | None, today: date) -> Beside:
    """All of it, from what is known."""
    clean, dirty = (tetanus(sheet, birth, today, wound) for wound in (Wound.CLEAN, Wound.DIRTY))
    return Beside(bleeding_flags(known), glucose(known), clean, dirty)


def bleeding_rows(held: Beside, width: int) -> list[Row]:
    """``! SAIGNEMENT : COUMADINE (anticoagulant), INR 4,8``, on two rows at most; nothing of who has no such flag."""
    if not held.bleeding:
        return []
    said = ", ".join(_flag_text(flag) for flag in held.bleeding)
    first, *more = wrap(_("! SAIGNEMENT : {what}").format(what=said), width, "  ")
    rest = [cut(" ".join([more[0], *(part.strip() for part in more[1:])]), width)] if more else []
    return [text_row(part, width, ALARM) for part in (first, *rest)]


def asked_for(typed: str) -> frozenset[str]:
    """Which blocks the words that are being typed mean: ``tetanus``, ``bleeding``, ``glucose``."""
    folded = fold(typed).strip()
    if len(folded) < _LETTERS:
        return frozenset()
    blocks = {"tetanus": _WOUND, "bleeding": _BLEED, "glucose": _SUGAR}
    named = {name for name, words in blocks.items() if any(w.startswith(folded) or folded.startswith(w) for w in words)}
    return frozenset(named)


def concerned(proposed: Sequence[Medicine]) -> frozenset[str]:
    """Which blocks belong to what is proposed: a medicine that makes bleed, one that lowers the sugar."""
    held = {subject for medicine in proposed for own in medicine.substances for subject in subjects_of(own)}
    return frozenset(
        {*(["bleeding"] if held & _BLEEDERS else []), *(["glucose"] if "glucose-lowering" in held else [])}
    )


def beside_rows(held: Beside, blocks: frozenset[str], width: int) -> list[Row]:
    """The blocks that were asked for, each point with its source; Enter opens the document it comes from."""
    rows: list[Row] = []
    if "tetanus" in blocks:
        rows += _tetanus_rows(held, width)
    if "bleeding" in blocks:
        rows += _flag_rows(held.bleeding, width)
    if "glucose" in blocks:
        rows += _glucose_rows(held.sugar, width)
    return rows


EVERY = frozenset({"tetanus", "bleeding", "glucose"})


def flag_words(code: str) -> str:
    """Why something makes bleed, in a word."""
    return {
        "anticoagulants": _("anticoagulant"),
        "thrombolytics": _("thrombolytique"),
        "antiplatelets": _("antiagrégant"),
        "nsaids": _("AINS"),
        "bleeding-disorder": _("trouble de l'hémostase"),
        "cirrhosis": _("cirrhose"),
        "ulcer": _("ulcère"),
        "stroke-haemorrhagic": _("AVC hémorragique"),
        "platelets": _("plaquettes"),
        "inr": "INR",
    }.get(code, code)


# --- bleeding


def _flag_text(flag: Flag) -> str:
    """``COUMADINE 2 mg (anticoagulant)``, ``INR 4,8``."""
    if flag.code in {"inr", "platelets"}:
        return f"{flag_words(flag.code)} {visible(flag.label).replace('.', ',')}"
    return f"{short_name(flag.label)} ({flag_words(flag.code)})"


def _flag_rows(flags: Sequence[Flag], width: int) -> list[Row]:
    rows: list[Row] = [(title(_("RISQUE DE SAIGNEMENT"), width, right=str(len(flags))),)]
    if not flags:
        return [*rows, *_said(_("Rien trouvé dans ce qui est connu."), width)]
    for index, flag in enumerate(flags):
        when = f" ({day(flag.date)[:10]})" if flag.date else ""
        head = f"! {_flag_text(flag)}{when}"
        rows.append(text_row(head, width, STRONG, _key(f"bleeding{index}", flag.origins)))
        rows += _said(_source(flag.source, flag.origins), width)
    return rows


# --- tetanus


def _tetanus_rows(held: Beside, width: int) -> list[Row]:
    rows: list[Row] = [(title(_("PLAIE : TÉTANOS"), width),)]
    last = held.clean.last
    key = _key("tetanus", (last.origin,) if last is not None else ())
    first, *more = wrap(_immunity_words(held.clean), width, "  ")
    rows.append(text_row(first, width, STRONG, key))
    rows += [text_row(part, width, STRONG) for part in more]
    for name, told in (
        (_("Plaie mineure et propre"), held.clean),
        (_("Plaie majeure, pénétrante, souillée ou vue tard"), held.dirty),
    ):
        rows += [text_row(part, width) for part in wrap(f"{name} : {_to_give(told)}", width, "  ")]
    return rows + _said(_source(held.clean.source, (last.origin,) if last is not None else ()), width)


def _immunity_words(told: Tetanus) -> str:
    last = ""
    if told.last is not None:
        when = day(told.last.date)[:10] or _("date ?")
        last = _("dernier vaccin trouvé : {label}, {date}").format(label=visible(told.last.label), date=when)
    said = {
        Immunity.UP_TO_DATE: _("À jour, prochain rappel {date}").format(date=day(told.next)[:10] or "?"),
        Immunity.NOT_UP_TO_DATE: _("! PAS À JOUR"),
        Immunity.NOT_FOUND: _("! AUCUN VACCIN TROUVÉ dans ce dossier : comme non à jour, sauf preuve"),
        Immunity.UNKNOWN: _("! NON CONNU : âge inconnu ou vaccins illisibles"),
    }[told.immunity]
    return f"{said} · {last}" if last else said


def _to_give(told: Tetanus) -> str:
    if told.vaccine is None:
        return _("à décider, le dossier ne le dit pas")
    if not told.vaccine:
        return _("rien à faire")
    if told.immunoglobulin:
        return _("une dose de vaccin et, dans l'autre bras, immunoglobulines {count} UI").format(
            count=IMMUNOGLOBULIN_IU
        )
    return _("une dose de vaccin")


# --- glucose


def _glucose_rows(told: Glucose | None, width: int) -> list[Row]:
    rows: list[Row] = [(title(_("INSULINE, SULFAMIDE : DERNIÈRE GLYCÉMIE"), width),)]
    if told is None:
        words = _("Ni insuline ni sulfamide hypoglycémiant trouvé dans ce qui est connu.")
        return [*rows, *_said(words, width), *_said(_source(GLUCOSE_SOURCE, ()), width)]
    taken = ", ".join(visible(label) for label in told.treatments)
    if told.last is None:
        value = _("aucune glycémie dans le dossier")
    else:
        value = f"{visible(told.last.text)} {visible(told.last.unit)} ({day(told.last.date)[:10]})".replace(".", ",")
    first, *more = wrap(f"! {taken} : {value}", width, "  ")
    rows.append(text_row(first, width, STRONG, _key("glucose", told.origins)))
    rows += [text_row(part, width, STRONG) for part in more]
    return rows + _said(_source(told.source, told.origins), width)


# --- what they share


def _key(place: str, origins: Sequence[Origin]) -> OfFlag:
    return OfFlag(place, next((origin.document for origin in origins if origin.document), ""))


def _source(source: str, origins: Sequence[Origin]) -> str:
    said = _("Source : {source}").format(source=source)
    first = next((origin for origin in origins if origin.document), None)
    if first is None:
        return said
    return said + ". " + _("Entrée : {document}").format(document=document_name(first))


def _said(text: str, width: int) -> list[Row]:
    return [text_row(part, width) for part in wrap(f"    {text}", width, "    ")]
