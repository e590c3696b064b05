"""What words say where they deny: nothing at all, nothing known, not this one thing. French, English and neighbours.

A text denies only by words that are all known here: one that makes an exception, or names a thing, never says "none".
"""

import re

from dmp_tui.dmp.entries import Assertion
from dmp_tui.dmp.identity import fold

_LONGEST = 200
_PARTS = re.compile(r"[.;:,\n!?()]+")
_NEGATIONS = frozenset(
    {
        "NO", "NOT", "NIL", "NONE", "NKA", "NKDA", "NKFA", "DENIES", "AUCUN", "AUCUNE", "AUCUNS", "AUCUNES", "PAS",
        "SANS", "ABSENCE", "NEANT", "RIEN", "RAS", "KEIN", "KEINE", "KEINEN", "KEINER", "SIN", "NINGUN", "NINGUNA",
        "NINGUNO", "NIEGA", "GEEN", "NESSUN", "NESSUNA", "NESSUNO", "SEM", "NENHUM", "NENHUMA", "NEGA", "INGEN",
        "INGA",
    }
)  # fmt: skip
_ALONE = _NEGATIONS - {"NO", "NOT", "PAS", "SANS", "ABSENCE", "DENIES", "SIN", "SEM", "NIEGA", "NEGA"}
"""Those that say "nothing" without naming what ("none", "NKDA", "néant")."""
_EXCEPTIONS = frozenset(
    {
        "EXCEPT", "EXCEPTED", "EXCEPTION", "EXCEPTING", "BUT", "OTHER", "APART", "BESIDES", "ONLY", "SINCE", "LONGER",
        "UNTIL", "SAUF", "HORMIS", "EXCEPTE", "MAIS", "HORS", "AUTRE", "AUTRES", "DEHORS", "PART", "DEPUIS",
        "SEULEMENT",
        "SALVO", "EXCEPTO", "PERO", "SOLO", "AUSSER", "AUSGENOMMEN", "ABER", "NUR", "BEHALVE", "MAAR", "TRANNE", "MA",
        "MAS", "EXCETO", "UTOM", "MEN", "CEPENDANT", "HOWEVER", "AVOID", "EVITER",
    }
)  # fmt: skip
_NOUNS = re.compile(
    r"(?:ALL?ERG|INTOLERAN|HYPERSENS|MEDIC|MEDIK|ARZNEI|FARMA|GENEESM|TREATMENT|TRAITEMENT|TRATAM|BEHANDL|TERAPI"
    r"|PROBLEM|CONDITION|DISEAS|ILLNESS|DISORDER|DISABILIT|ANTECEDENT|ERKRANK|ENFERMED|MALADI|MALATTI|ZIEKT|DOENC"
    r"|DEVICE|DISPOSITI|IMPLANT|IMMUNI|VACCIN|VACUN|VACIN|IMPFUNG|PROCEDUR|PROCEDI|SURGER|SURGICAL|OPERATION|INTERVEN"
    r"|CIRUG|CIRURG|CHIRURG|REACTION|EFFET|INDESIRABL|ADVERSE)\w*|DRUGS?|FOODS?|SUBSTANCES?|ATCD|HISTORY"
)
_FILLERS = re.compile(
    r"KNOWN|CURRENT(?:LY)?|ACTIVE|RECORDED|REPORTED|DOCUMENTED|LISTED|PERTINENT|SIGNIFICANT|RELEVANT|PAST|PREVIOUS"
    r"|PATIENT|SUBJECT|S|HAS|HAVE|HAD|IS|ARE|THERE|ANY|OR|AND|OF|TO|FOR|AT|THIS|TIME|PRESENT|ON|IN|THE|A|HIS|HER|THEIR"
    r"|FOOD|ENVIRONMENTAL|ALIMENT\w*|ENVIRONNEMENT\w*|CHRONIC|PRESCRIBED|TAKEN|USE|OVER|COUNTER"
    r"|D|DE|DU|DES|L|LA|LE|LES|CONNUE?S?|SIGNALEE?S?|DECLAREE?S?|RAPPORTEE?S?|EN|COURS|OU|ET|ACTUEL(?:LE)?S?|JOUR|CE"
    r"|PARTICULIERE?S?|NOTABLES?|BEKANNT\w*|AKTUELL\w*|CONOCID\w*|CONHECID\w*|ACTUALE?S?|Y|E|O|NOT[AEIO]|BEKEND\w*"
    r"|HUIDIGE|KANDA|KENDTE|KJENTE?"
)
_NO_INFORMATION = re.compile(
    r"(?:THERE IS )?NO ?INFORMATION.*|(?:.* )?(?:NOT AVAILABLE|UNAVAILABLE|NOT ON FILE|NOT ASKED|NON RENSEIGNEE?S?)"
    r"|(?:PAS D|AUCUNE) INFORMATIONS?.*|KEINE ANGABEN?|GEEN GEGEVENS|SIN DATOS|SIN INFORMACION|SEM INFORMACAO"
)


def denial(text: str) -> Assertion | None:
    """What a short text denies, if it does nothing else.

    NONE ("no known allergies"), NO_DATA ("not asked"), NEGATED ("no latex allergy": that one thing); else None.
    """
    if len(text) > _LONGEST:
        return None
    if _NO_INFORMATION.fullmatch(fold(text)):
        return Assertion.NO_DATA
    said = [_part_denies(words) for part in _PARTS.split(text) if (words := fold(part).split())]
    if not said or said[0] is None or "states" in said:
        return None
    return Assertion.NEGATED if Assertion.NEGATED in said else Assertion.NONE


def _part_denies(words: list[str]) -> Assertion | str | None:
    """NONE or NEGATED; None for words that add nothing, ``states`` for those that may name a thing."""
    if not _EXCEPTIONS.isdisjoint(words):
        return "states"
    rest = [w for w in words if w not in _NEGATIONS and not _NOUNS.fullmatch(w) and not _FILLERS.fullmatch(w)]
    named = any(_NOUNS.fullmatch(word) for word in words)
    if rest:
        return Assertion.NEGATED if named and words[0] in _NEGATIONS else "states"
    if _NEGATIONS.isdisjoint(words):
        return None
    return Assertion.NONE if named or not _ALONE.isdisjoint(words) else "states"


def spoken_absence(text: str) -> Assertion | None:
    """NONE or NO_DATA where a short text says that and nothing else."""
    found = denial(text)
    return None if found is Assertion.NEGATED else found
