"""Whether the condition of a thesaurus' level is met, by what is known: yes, no, or nobody knows.

The thesaurus is prose. What is read here is only what can be read without doubt: names of medicines, age, kidneys,
routes and the doses of a box of aspirin. All else is "nobody knows", and is shown with its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dmp_tui.dmp.medicines.model import Grade, Interaction, Level, Substance
from dmp_tui.dmp.safety.known import Known
from dmp_tui.dmp.safety.model import Medicine
from dmp_tui.dmp.safety.naming import folded_name


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
    sides = (one, other)
    grades = _unfolded(interaction.grades)
    conditions = [_without_conduct(grade.condition) for grade in grades]
    met = [_met(text, sides, known) for text in conditions]
    complements = [bool(_OTHERS.search(folded_name(text))) for text in conditions]
    named = [found for found, rest in zip(met, complements, strict=True) if not rest]
    for at, rest in enumerate(complements):
        if rest and met[at] is None:
            met[at] = False if True in named else (None if None in named or not named else True)
    for at, text in enumerate(conditions):
        if _WHATEVER in folded_name(text):
            # The level beside it lists its substances and classes whole: who is not among them is not of it.
            met = [found if place == at else bool(found) for place, found in enumerate(met)]
            met[at] = _torsades(sides, exception=any(found for place, found in enumerate(met) if place != at))
        elif text and met[at] and _ALWAYS.match(folded_name(text)) and _milder_names_it(at, conditions, met, sides):
            met[at] = None
    if len(grades) == 1 and met[0] is None and is_conduct(grades[0].condition, lone=True):
        met[0] = True
    return tuple(zip(grades, met, strict=True))


_OPENS = re.compile(r"(?:AVEC|POUR|EN CAS|CHEZ|SI|LORSQU\w*|DANS|SAUF|PENDANT|EN DEHORS|EN L ABSENCE|ENTRE)\b")
"""How a condition begins; a lone level with other words tells what to do, not when it holds."""


def _unfolded(grades: tuple[Grade, ...]) -> tuple[Grade, ...]:
    """Two levels where the thesaurus writes a contraindication for some inside a lone "association déconseillée"."""
    if len(grades) != 1 or grades[0].level is not Level.DISCOURAGED:
        return grades
    some = re.match(r"\s*Contre-indication\s*:\s*(.+)", grades[0].condition, re.DOTALL)
    if some is None:
        return grades
    worst, _below, rest = some[1].partition("Association déconseillée")
    others = rest.strip(" :\n") or "avec les autres médicaments"
    return (Grade(Level.CONTRAINDICATED, worst), Grade(Level.DISCOURAGED, others, grades[0].conduct))


_TELLS = re.compile(
    r"\b(?:SURVEILL\w+|CONTROL\w+|DOSAGES?|UTILIS(?:ER|ATION)|ADAPT\w+|LIMIT\w+|ARRETER|INTERROMPRE|MAINTENIR|RENFORCER"
    r"|NE (?:PAS|DONNER)|IL (?:FAUT|EST PREFERABLE|CONVIENT)|DEVRAIT|DANS L ATTENTE)\b"
)
"""Words that tell what to do. A lone level with such words holds, however it begins ("Chez le patient parkinsonien,
utiliser les doses minimales", "En cas d'association, contrôle strict"): the thesaurus gives the pair no other.
"""


def is_conduct(condition: str, *, lone: bool = False) -> bool:
    """Whether the words of a condition tell what to do rather than when: they are shown with the level that holds."""
    folded = folded_name(condition.strip(" :\n"))
    if not folded:
        return False
    return bool(_ALWAYS.match(folded)) or not _OPENS.match(folded) or (lone and bool(_TELLS.search(folded)))


def _milder_names_it(at: int, conditions: Sequence[str], met: Sequence[bool | None], sides: tuple[Side, Side]) -> bool:
    """Whether a milder level, not decided, names one of the pair: then the general one is not certain either."""
    return any(
        met[place] is None and any(_is_named(side.substance, folded_name(conditions[place])) for side in sides)
        for place in range(at + 1, len(conditions))
    )


_WHATEVER = "QUEL QUE SOIT LE TORSADOGENE"
_WORST = frozenset({"CITALOPRAM", "ESCITALOPRAM", "HYDROXYZINE", "DOMPERIDONE", "PIPERAQUINE"})


def _torsades(sides: tuple[Side, Side], *, exception: bool) -> bool | None:
    """The general row of torsades: contraindicated, but for the level beside it, and two substances by vein only."""
    keys = {folded_name(side.substance.key) for side in sides}
    if keys & _WORST:
        return True
    for side in sides:
        if folded_name(side.substance.key) in {"ERYTHROMYCINE", "VINCAMINE"}:
            routes = folded_name(" ".join(side.medicine.routes))
            if "VEINEUSE" not in routes:
                return False if "ORALE" in routes else None
    return not exception


_CONDUCT = re.compile(
    r"\s(?:Si l[’']association|Si cela est|Si possible|si l[’']association|Surveillance|Débuter|Utiliser|Par mesure|"
    r"Nécessité|Association nécessitant|Adaptation|Contrôle|Par mesure)\b.*",
    re.DOTALL,
)


def _without_conduct(condition: str) -> str:
    """The condition, without the conduct that some rows write after it."""
    whole = condition.strip(" :\n")
    return cut if folded_name(cut := _CONDUCT.sub("", whole)) else whole


_OTHERS = re.compile(r"\bAVEC LES AUTRES\b|\bAUTRES CLASSES\b")
_PIECES = re.compile(
    r"(?:^|[\n\r.;:])\s*[-–•]\s+|\s+[-–•]\s+(?=avec\b|pour\b|en cas\b|chez\b|des doses\b|entre\b)", re.IGNORECASE
)
_ALWAYS = re.compile(
    r"^(?:SI L ?ASSOCIATION\b|CONTRE INDIQUEE? SAUF|POUR TOUS LES MEDICAMENTS|AINSI QUE PENDANT LES"
    r"|ET PENDANT LES|SURVEILLANCE\b|.*\bEST AU MIN\w+ DECONSEILLEE)"
)
"""Words that are how to go about it, or a minimum, and no condition."""
_NAMES_ONLY = re.compile(r"^(?:AVEC|POUR|ENTRE)\b")
_IF = re.compile(
    r"\b(?:EN CAS|SI|LORSQU\w*|CHEZ|DOSES?|SUPERIEUR\w*|INFERIEUR\w*|IV|PER OS|VOIE|FORMES?|SAUF|HORMIS|UTILISE\w*)\b"
)
_SMALL = frozenset(
    {"AVEC", "POUR", "ENTRE", "ET", "OU", "LE", "LA", "LES", "L", "D", "DE", "DU", "DES", "UN", "UNE"}
    | {"CERTAINS", "AINSI", "QUE", "SELS", "MEDICAMENTS"}
)


def _met(condition: str, sides: tuple[Side, Side], known: Known) -> bool | None:
    text = " ".join(condition.split()).strip(" :")
    if not text or _ALWAYS.match(folded_name(text)):
        return True
    parts = (" ".join(part.split()).strip(" :,") for part in _PIECES.split(condition.strip(" :\n")))
    pieces = [part for part in parts if part]
    lead, rest = _lead(pieces)
    found = [_piece(f"{lead} {piece}".strip(), sides, known) for piece in rest]
    if True in found:
        return True
    return False if found and all(one is False for one in found) else None


_LEADS = frozenset({"AVEC", "POUR", "", "LA CONTRE INDICATION S APPLIQUE", "A PRENDRE EN COMPTE", "CONTRE INDICATION"})


def _lead(pieces: Sequence[str]) -> tuple[str, Sequence[str]]:
    """``avec :`` before a list is each item's own; a whole piece leads nothing."""
    if len(pieces) > 1 and folded_name(pieces[0]) in _LEADS:
        return (pieces[0] if folded_name(pieces[0]) in {"AVEC", "POUR"} else "", pieces[1:])
    return ("", pieces)


_ENUMERATED = re.compile(r"^(?:avec|pour) les [^()]*\(([^()…]*)\)\.?$", re.IGNORECASE)


def _piece(text: str, sides: tuple[Side, Side], known: Known) -> bool | None:
    listed = _ENUMERATED.match(text)
    if listed and "sauf" not in listed[1].lower() and "," in listed[1]:
        return any(_is_named(side.substance, folded_name(listed[1])) for side in sides)
    folded = folded_name(text)
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
    aspirin = next((side for side in sides if "ACETYLSALICYL" in folded_name(side.substance.key)), None)
    mg = _mg(aspirin.strength) if aspirin else None
    if mg is None or "DOSES" not in folded or "METHOTREXATE" in folded:
        return None
    thins = "ANTIAGREGANTES" in folded and "ANTALGIQUES" not in folded and "ANTI INFLAMMATOIRES" not in folded
    rest = re.search(r"\bEN CAS D|\bEN L ABSENCE", folded)
    if thins:
        return False if mg >= 500 else (True if mg <= 160 and not rest else None)
    if "ANTALGIQUES" in folded or "ANTI INFLAMMATOIRES" in folded:
        # The thesaurus' own figures: a dose of 500 mg and more relieves pain, one of 1 g and more inflammation.
        least = 500 if "ANTALGIQUES" in folded else 1000
        return False if mg <= 160 else (True if mg >= least and not rest else None)
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
        routes = folded_name(" ".join(side.medicine.routes))
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
        return _between(folded, sides)
    if folded.startswith("POUR CONNAITRE "):
        return None
    if folded.startswith("SAUF AVEC "):
        return not any(named)
    if not _NAMES_ONLY.match(folded):
        return True if all(named) and "EST CONTRE INDIQUE" in folded else None
    if _OTHERS.search(folded):
        return False if any(named) and "SAUF" in folded else None
    of_doses = re.match(r"POUR DES DOSES D (?:E )?(\w{5,})|POUR DES DOSES DE (\w{5,})", folded)
    if of_doses and not any(named):
        return False
    if any(named) or any(_in_class(side.substance, folded) for side in sides):
        return None if _IF.search(folded) else True
    return _not_named(folded, sides)


def _not_named(folded: str, sides: tuple[Side, Side]) -> bool | None:
    """No, where the words before any "if" list substances, or classes that the base files completely."""
    if "AINSI QU EN CAS" in folded or "ETC" in folded.split():
        return None
    match = _IF.search(folded)
    head = folded[: match.start()] if match else folded
    words = [word for word in head.split() if word not in _SMALL]
    if not words:
        return None
    if all(word in _WHOLE_CLASSES for word in words):
        return False if any(side.substance.classes for side in sides) else None
    return None if _CLASS_WORDS.search(head) else False


def _between(folded: str, sides: tuple[Side, Side]) -> bool | None:
    """``entre A et B``: yes where one side is A and the other B; no where none is A."""
    first, _et, second = folded.removeprefix("ENTRE ").partition(" ET ")
    for one, other in (sides, sides[::-1]):
        if _is_named(one.substance, first) or _in_class(one.substance, first):
            if _is_named(other.substance, second) or _in_class(other.substance, second):
                return True
            words = [word for word in second.split() if word not in _SMALL]
            known = all(word in _WHOLE_CLASSES or not _CLASS_WORDS.search(word) for word in words)
            return False if known and other.substance.classes else None
    return False


_ALIASES = {"OPIACES": "MORPHIN", "IEC": "ENZYME DE CONVERSION", "STATINES": "HMG COA REDUCTASE"}
"""Words of conditions for classes that the thesaurus calls otherwise."""
_WHOLE_CLASSES = frozenset({"MACROLIDES", "NEUROLEPTIQUES", "BARBITURIQUES", "OPIACES", "IEC", "STATINES"})
"""Class words that the base's own classes answer for: who is filed under none of them is none."""
_CLASS_WORDS = re.compile(
    r"\b(?:\w+IQUES|INHIBITEURS|INDUCTEURS|\w+IDES|AZOLES|OPIACES|ANTI\w+S|STATINES|SUBSTANCES|PATIENTS?|SUJETS?|IEC"
    r"|ITK|CONNAITRE|TITRATION|PHASE)\b"
)


def _is_named(substance: Substance, folded: str) -> bool:
    padded = f" {folded} "
    return any(
        f" {folded_name(name)} " in padded for name in (substance.key, substance.name, *substance.synonyms) if name
    )


def _in_class(substance: Substance, folded: str) -> bool:
    """Whether words name one of a substance's classes: its whole name, or one word that is a class by itself."""
    padded = f" {folded} "
    classes = [folded_name(re.sub(r"\(.*?\)", "", name)) for name in substance.classes]
    # "anticonvulsivants inducteurs enzymatiques" are not all "inducteurs enzymatiques".
    if any(name and re.search(rf"(?<!ANTICONVULSIVANTS) {re.escape(name)} ", padded) for name in classes):
        return True
    if " AZOLES " in padded and folded_name(substance.key).endswith("CONAZOLE"):
        return True
    words = [word for word in _WHOLE_CLASSES if f" {word} " in padded]
    return any(_ALIASES.get(word, word) in name for word in words for name in classes)
