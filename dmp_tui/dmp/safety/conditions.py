"""Whether the condition of a thesaurus' level is met, by what is known: yes, no, or nobody knows.

The thesaurus is prose. What is read here is only what can be read without doubt: names of medicines, age, kidneys,
routes and the doses of a box of aspirin. All else is "nobody knows", and is shown with its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Grade, Interaction, Substance
from dmp_tui.dmp.safety.known import Known
from dmp_tui.dmp.safety.model import Medicine


@dataclass(frozen=True, slots=True)
class Side:
    """One of two medicines that meet: the substance that does, and the box that it is in."""

    substance: Substance
    medicine: Medicine

    @property
    def strength(self) -> str:
        """Of this substance in this box, as written."""
        for own, strength in zip(self.medicine.substances, self.medicine.strengths, strict=False):
            if own == self.substance:
                return strength
        return ""


def decided(interaction: Interaction, one: Side, other: Side, known: Known) -> tuple[tuple[Grade, bool | None], ...]:
    """Each level of a pair, and whether it holds; "with the others" holds where no other level names this pair."""
    met = [_met(grade.condition, (one, other), known) for grade in interaction.grades]
    complements = [bool(_OTHERS.search(fold(grade.condition))) for grade in interaction.grades]
    named = [found for found, rest in zip(met, complements, strict=True) if not rest]
    for at, rest in enumerate(complements):
        if rest and met[at] is None:
            met[at] = False if True in named else (None if None in named or not named else True)
    return tuple(zip(interaction.grades, met, strict=True))


_OTHERS = re.compile(r"\bAVEC LES AUTRES\b|\bAUTRES CLASSES\b")
_PIECES = re.compile(
    r"(?:^|[\n\r.;:])\s*[-–•]\s+|\s+[-–•]\s+(?=avec\b|pour\b|en cas\b|chez\b|des doses\b|entre\b)", re.IGNORECASE
)
_ALWAYS = re.compile(
    r"^(?:SI L ?ASSOCIATION|POUR TOUS LES MEDICAMENTS|AINSI QUE PENDANT LES|ET PENDANT LES|SURVEILLANCE\b"
    r"|.*\bEST AU MIN\w+ DECONSEILLEE)"
)
"""Words that are how to go about it, or a minimum, and no condition."""
_NAMES_ONLY = re.compile(r"^(?:AVEC|POUR|ENTRE)\b")
_IF = re.compile(
    r"\b(?:EN CAS|SI|LORSQU\w*|CHEZ|DOSES?|SUPERIEUR\w*|INFERIEUR\w*|IV|PER OS|VOIE|FORMES?|SAUF|HORMIS|UTILISE\w*)\b"
)
_SMALL = frozenset(
    [
        "AVEC",
        "POUR",
        "ENTRE",
        "ET",
        "OU",
        "LE",
        "LA",
        "LES",
        "L",
        "D",
        "DE",
        "DU",
        "DES",
        "UN",
        "UNE",
        "CERTAINS",
        "AINSI",
        "QUE",
        "SELS",
        "MEDICAMENTS",
        "AUTRES",
    ]
)


def _met(condition: str, sides: tuple[Side, Side], known: Known) -> bool | None:
    text = " ".join(condition.split()).strip(" :")
    if not text or _ALWAYS.match(fold(text)):
        return True
    parts = (" ".join(part.split()).strip(" :,") for part in _PIECES.split(condition.strip(" :\n")))
    pieces = [part for part in parts if part]
    lead, rest = _lead(pieces)
    found = [_piece(f"{lead} {piece}".strip(), sides, known) for piece in rest]
    if True in found:
        return True
    return False if found and all(one is False for one in found) else None


def _lead(pieces: Sequence[str]) -> tuple[str, Sequence[str]]:
    """``avec :`` before a list is each item's own; a whole piece leads nothing."""
    if len(pieces) > 1 and fold(pieces[0]) in {"AVEC", "POUR", ""}:
        return (pieces[0], pieces[1:])
    return ("", pieces)


def _piece(text: str, sides: tuple[Side, Side], known: Known) -> bool | None:
    folded = fold(text)
    for judge in (_by_age, _by_kidney, _by_aspirin, _by_route):
        judged = judge(text, folded, sides, known)
        if judged is not None:
            return judged
    return _by_name(folded, sides)


def _by_age(_text: str, folded: str, _sides: tuple[Side, Side], known: Known) -> bool | None:
    if known.age is None or 65 <= known.age < 75:
        return None
    old = known.age >= 75
    if re.search(r"\bNON AGES?\b", folded):
        return not old
    return old if re.fullmatch(r"(?:CHEZ )?(?:LES |LE )?(?:PATIENTS?|SUJETS?) AGES?", folded) else None


def _by_kidney(_text: str, folded: str, _sides: tuple[Side, Side], known: Known) -> bool | None:
    rate = _rate(known)
    if rate is None:
        return None
    if re.fullmatch(r"(?:EN CAS DE )?FONCTION RENALE NORMALE(?: SURVEILLANCE.*)?", folded):
        return True if rate >= 90 else (False if rate < 60 else None)
    if re.fullmatch(r"(?:EN CAS DE )?FONCTION RENALE FAIBLE A MODEREE", folded):
        return True if rate < 60 else (False if rate >= 90 else None)
    if folded.startswith("CHEZ LES PATIENTS INSUFFISANTS RENAUX"):
        return True if rate < 60 else None
    return None


def _rate(known: Known) -> float | None:
    if known.kidney.computed is not None:
        return float(known.kidney.computed.value)
    own = known.kidney.laboratory
    return float(own.number) if own is not None and own.number is not None and not own.sign else None


def _by_aspirin(_text: str, folded: str, sides: tuple[Side, Side], _known: Known) -> bool | None:
    """Doses of aspirin, by the strength of its box: 75 to 160 mg are given to thin blood, 500 mg and more are not."""
    aspirin = next((side for side in sides if "ACETYLSALICYL" in fold(side.substance.key)), None)
    mg = _mg(aspirin.strength) if aspirin else None
    if mg is None or "DOSES" not in folded or "METHOTREXATE" in folded:
        return None
    thins = "ANTIAGREGANTES" in folded and "ANTALGIQUES" not in folded and "ANTI INFLAMMATOIRES" not in folded
    rest = re.search(r"\bEN CAS D|\bEN L ABSENCE", folded)
    if thins:
        return False if mg >= 500 else (True if mg <= 160 and not rest else None)
    if "ANTALGIQUES" in folded or "ANTI INFLAMMATOIRES" in folded:
        return False if mg <= 160 else None
    return None


def _mg(strength: str) -> float | None:
    match = re.match(
        r"\s*(\d+(?:[.,]\d+)?)\s*(mg|g)\b", strength.replace("\u202f", "").replace("\xa0", " "), re.IGNORECASE
    )
    if not match:
        return None
    value = float(match[1].replace(",", "."))
    return value * 1000 if match[2].lower() == "g" else value


def _by_route(text: str, folded: str, sides: tuple[Side, Side], _known: Known) -> bool | None:
    """``le diltiazem IV``, ``le diltiazem per os``: by the routes of the box that is named."""
    vein = re.search(r"\b(?:IV|INTRAVEINEUSE|INJECTABLE)\b", folded)
    mouth = re.search(r"\bPER OS\b|\bVOIE ORALE\b", folded)
    if bool(vein) == bool(mouth) or "HORMIS" in folded:
        return None
    del text
    for side in sides:
        routes = fold(" ".join(side.medicine.routes))
        if not routes or not _is_named(side.substance, folded):
            continue
        injected, oral = "VEINEUSE" in routes, "ORALE" in routes
        if injected != oral:
            return injected if vein else oral
    return None


def _by_name(folded: str, sides: tuple[Side, Side]) -> bool | None:
    """``avec la nimodipine``: whether the pair holds it. Words that say more than names leave it open."""
    named = [_is_named(side.substance, folded) for side in sides]
    if folded.startswith("ENTRE "):
        first = folded.removeprefix("ENTRE ").split(" ET ")[0].strip()
        first = re.sub(r"^(?:L |LE |LA |LES )", "", first)
        either = [_is_named(side.substance, first) or _in_class(side.substance, first) for side in sides]
        if not any(either):
            return False
        return True if all(named) else None
    if not _NAMES_ONLY.match(folded) and not any(named):
        return None
    if _OTHERS.search(folded):
        return None
    if any(named):
        return None if _IF.search(folded) else True
    classes = [word for word in folded.split() if word not in _SMALL]
    if any(_in_class(side.substance, word) for side in sides for word in classes if len(word) > 5):
        return None if _IF.search(folded) else True
    if _IF.search(folded) or not _only_names(folded):
        return None
    return False


_CLASS_WORDS = re.compile(
    r"\b(?:\w+IQUES|INHIBITEURS|INDUCTEURS|MACROLIDES|AZOLES|OPIACES|BARBITURIQUES|NEUROLEPTIQUES|ANTI\w+S|STATINES"
    r"|SUBSTANCES|IEC|ITK)\b"
)


def _only_names(folded: str) -> bool:
    """Whether it lists substances and no class, of which this pair might be one unknown to the base."""
    return not _CLASS_WORDS.search(folded)


def _is_named(substance: Substance, folded: str) -> bool:
    padded = f" {folded} "
    return any(f" {fold(name)} " in padded for name in (substance.key, substance.name, *substance.synonyms) if name)


def _in_class(substance: Substance, word: str) -> bool:
    """Whether a class word (``MACROLIDES``) is one of the substance's classes, plural or not."""
    stem = word.rstrip("SX")
    return len(stem) > 4 and any(stem in fold(name) for name in substance.classes)
