"""What French words say: nothing known, nothing at all, not this; and whether a code's words name the same thing."""

import re
from collections.abc import Iterable

from dmp_tui.dmp.entries import Assertion, Criticality, Status
from dmp_tui.dmp.identity import fold

_NEGATIONS = frozenset(
    {
        "AUCUN", "AUCUNE", "AUCUNS", "AUCUNES", "PAS", "SANS", "ABSENCE", "NEANT", "NON", "RAS", "RIEN", "NIL",
        "NO", "NONE", "NKDA", "NI",
    }
)  # fmt: skip
_DENYING = _NEGATIONS | {
    "ABSENT", "ABSENTE", "NEGATIF", "NEGATIVE", "ELIMINE", "ELIMINEE", "ECARTE", "ECARTEE", "EXCLU", "EXCLUE",
    "REFUTE", "REFUTEE", "INFIRME", "INFIRMEE", "JAMAIS", "FAUX", "REFUSE", "REFUSEE",
}  # fmt: skip
_EXCEPTIONS = frozenset(
    {
        "SAUF", "HORMIS", "EXCEPTE", "EXCEPTES", "EXCEPTION", "MAIS", "DEHORS", "PART", "HORS", "AUTRE", "AUTRES",
        "EXCEPT", "CEPENDANT",
    }
)  # fmt: skip
_UNKNOWN = re.compile(
    r"INCONNUE?S?|RENSEIGNEE?S?|COMMUNIQUEE?S?|PRECISEE?S?|RECHERCHEE?S?|EVALUEE?S?|DISPONIBLES?|INFORMATIONS?|DONNEES?"
    r"|RENSEIGNEMENTS?|SAIT|DEMANDEE?S?|RECUEILLIE?S?|INTERROGEE?S?|UNKNOWN|INDETERMINEE?S?|SAISIE?S?|OBJET|APPLICABLES?"
)
_FILLER = re.compile(
    r"DE?|DU|DES|L|LE|LA|LES|A|AUX?|CE|JOUR|PENDANT|DURANT|SEJOUR|CONNUE?S?|KNOWN|IDENTIFIEE?S?|SIGNALEE?S?|SIGNALER|NOTEE?S?"
    r"|RETROUVEE?S?|DECLAREE?S?|RAPPORTEE?S?|DOCUMENTEE?S?|PARTICULIERE?S?|NOTABLES?|SIGNIFICATI(?:F|VE)S?|EN|COURS|LONG"
    r"|OU|ET|PATIENTE?|PAR|SUR|POUR|HABITUEL(?:LE)?S?|ACTUEL(?:LE)?S?|ACTUELLEMENT|CHEZ|N|Y|IL|EST|ONT|FOND|PRESENTE?S?"
    r"|DANS|PERIODE|DEPUIS|ACTI(?:F|VE)S?|LORS|HOSPITALISATION|SORTIE|ADMISSION|ENTREE|IDENTIFIABLE|NE|CETTE|SON|SA|SES|MIS|EVIDENCE|TYPE|PREND"
)
_NOUNS = re.compile(
    r"ALLERG\w*|INTOLERANC\w*|HYPERSENSIBILIT\w*|TRAITEMENTS?|MEDIC\w*|ALIMENT\w*|ANTECEDENTS?|ATCD|PATHOLOGI\w*|PROBLEM\w*"
    r"|MALADI\w*|EFFETS?|INDESIRABLES?|REACTIONS?|DISPOSITIFS?|IMPLANTS?|PROTHESES?|INTERVENTIONS?|CHIRURGI\w*|ACTES?|VACCIN\w*"
    r"|GROSSESSES?|DIRECTIVES?|ANTICIPEES?|STATUT|IDIOSYNCRASI\w*|FAMILIA\w*|RISQUES?|FACTEURS?|VIGILANCE|POINTS?|ALERTES?"
    r"|REMBOURSEMENTS?|PROFESSIONNEL\w*|EVENEMENTS?|RESULTATS?|DRUGS?|PROBLEMS?|HISTORY"
)
_NOT_KNOWN = re.compile(r"\b(?:NON|PAS) CONNUE?S?\b")
_LONGEST_DENIAL = 400
_SENTENCES = re.compile(r"[.;\n!?]+")


def denial(text: str) -> Assertion | None:
    """What a text denies, if it does nothing else.

    NONE ("aucune allergie connue", "néant"), NO_DATA ("non renseigné", "aucune information"), NEGATED ("pas d'allergie
    à la pénicilline": that one thing); None for every text that states something or makes an exception.
    """
    if len(text) > _LONGEST_DENIAL:
        return None
    said = [_sentence_denies(sentence) for sentence in (fold(part) for part in _SENTENCES.split(text)) if sentence]
    if not said or None in said:
        return None
    for assertion in (Assertion.NEGATED, Assertion.NONE):
        if assertion in said:
            return assertion
    return Assertion.NO_DATA


def _sentence_denies(sentence: str) -> Assertion | None:
    words = sentence.split()
    if _EXCEPTIONS.intersection(words):
        return None
    negated = bool(_NEGATIONS.intersection(words))
    unknown = bool(_NOT_KNOWN.search(sentence)) or any(_UNKNOWN.fullmatch(word) for word in words)
    rest = [
        w
        for w in words
        if not (w in _NEGATIONS or _UNKNOWN.fullmatch(w) or _FILLER.fullmatch(w) or _NOUNS.fullmatch(w))
    ]
    if rest:
        return Assertion.NEGATED if negated and not unknown and words[0] in _NEGATIONS else None
    if unknown:
        return Assertion.NO_DATA
    return Assertion.NONE if negated else None


def denies(text: str) -> bool:
    """Whether a text holds any word of negation: what a coded negation has to stand beside."""
    return bool(_DENYING.intersection(fold(text).split()))


# --- the same thing? --------------------------------------------------------------------------------------------------

_COMMON = frozenset(
    {
        "AVEC", "SANS", "POUR", "DANS", "PAR", "SUR", "DES", "LES", "AUX", "UNE", "AUTRE", "AUTRES", "TYPE", "TEXTE",
        "LIBRE", "VACCIN", "SUSPENSION", "INJECTABLE", "SOLUTION", "POUDRE", "COMPRIME", "COMPRIMES", "PELLICULE",
        "GELULE", "SERINGUE", "PREREMPLIE", "FLACON", "BOITE", "SACHET", "PREPARATION", "ALLERGIE", "MALADIE",
        "NUMERIQUE", "PRECISION", "CIM", "CISP", "DRC", "THE", "AND",
    }
)  # fmt: skip
_SYNONYMS = {
    "ASPIRINE": "ACETYLSALICYLIQUE", "ASPIRIN": "ACETYLSALICYLIQUE", "ACETYLSALICYLIC": "ACETYLSALICYLIQUE",
    "ACETAMINOPHENE": "PARACETAMOL", "ACETAMINOPHEN": "PARACETAMOL", "EPINEPHRINE": "ADRENALINE",
    "NOREPINEPHRINE": "NORADRENALINE", "PENICILLINE": "BENZYLPENICILLINE", "ALBUTEROL": "SALBUTAMOL",
    "SUXAMETHONIUM": "SUCCINYLCHOLINE", "PETHIDINE": "MEPERIDINE", "TRINITRINE": "NITROGLYCERINE",
}  # fmt: skip
"""Names of one substance that share no stem, in French, English and as international names."""
_SIDE = re.compile(r"\b(GAUCHE|DROIT)E?\b")
_TYPE = re.compile(r"\bTYPE (\d|I{1,3})\b")
_LONGEST_NAME = 400
_CODE_IN_WORDS = re.compile(r"[(\[][^()\[\]]{0,40}\s?:\s?[^()\[\]]{0,40}[)\]]")


def without_code(label: str) -> str:
    """A label without the code that its author wrote into it ("Epilepsie (DRC : 114)")."""
    return _CODE_IN_WORDS.sub(" ", label)


def key(text: str) -> str:
    """What two texts share that differ only in case, accents, spaces and punctuation."""
    return fold(text).replace(" ", "")


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same but for case, accents, spaces and punctuation."""
    return one == other or key(one) == key(other)


def name_the_same(label: str, displays: Iterable[str]) -> bool:
    """Whether at least one display may name what ``label`` names. Only a clear difference counts as one."""
    own = fold(without_code(label)[:_LONGEST_NAME])
    telling = _telling(own)
    if not telling:
        return True
    known = [(text, words) for d in displays if (words := _telling(text := fold(d[:_LONGEST_NAME])))]
    return not known or any(_may_be_the_same(own, telling, text, words) for text, words in known)


def _may_be_the_same(one: str, ours: set[str], other: str, theirs: set[str]) -> bool:
    if _contrary(one, other):
        return False
    shared = bool(ours & theirs) or any(_akin(word, another) for word in ours for another in theirs)
    return shared or _abbreviates(one, other) or _abbreviates(other, one)


def _telling(folded: str) -> set[str]:
    """The words of a folded text that name something, at most thirty."""
    words = [word for word in folded.split() if len(word) > 2 and word not in _COMMON and not word.isdigit()]
    return {_SYNONYMS.get(word, word) for word in words[:30]}


def _akin(one: str, other: str) -> bool:
    """Words of one stem (grippe, grippal), not of one prefix (hypertension, hyperthyroïdie)."""
    if one == other:
        return True
    shared = next(
        (i for i, (ours, theirs) in enumerate(zip(one, other, strict=False)) if ours != theirs),
        min(len(one), len(other)),
    )
    return shared >= max(4, 0.6 * min(len(one), len(other)))


def _contrary(one: str, other: str) -> bool:
    """Left against right, type 1 against type 2."""
    for pattern in (_SIDE, _TYPE):
        ours, theirs = set(pattern.findall(one)), set(pattern.findall(other))
        if ours and theirs and not ours & theirs:
            return True
    return False


def _abbreviates(short: str, full: str) -> bool:
    """HTA for "hypertension artérielle": its letters in order, the first one first."""
    letters = short.replace(" ", "")
    if not 2 <= len(letters) <= 5 or letters[0] != full[:1]:
        return False
    rest = iter(full)
    return all(letter in rest for letter in letters)


# --- yes, no, how bad, over? ------------------------------------------------------------------------------------------

_LONGEST_ANSWER = 60
_YES = frozenset({"OUI", "AUTORISE", "PRESENT", "PRESENTE", "EFFECTUE", "FAIT", "VRAI", "POSITIF", "YES"})
_NO = frozenset(
    {
        "NON", "NON AUTORISE", "ABSENT", "ABSENTE", "AUCUN", "AUCUNE", "NON EFFECTUE", "NON FAIT", "FAUX", "NEGATIF",
        "NO", "REFUSE", "JAMAIS",
    }
)  # fmt: skip


def yes_or_no(text: str) -> bool | None:
    """What a short answer says; None if it is no such answer. ``10/07/2018, Oui`` is yes."""
    if len(text) > _LONGEST_ANSWER:
        return None
    answer = " ".join(word for word in fold(text).split() if not word.isdigit())
    return True if answer in _YES else False if answer in _NO else None


_GRADES = (
    (Criticality.FATAL, ("FATAL", "MORTEL", "DECES")),
    (Criticality.MODERATE, ("MODERE A", "LEGER A MODERE", "MODERE", "MOYEN")),
    (Criticality.LOW, ("NON GRAVE", "PEU GRAVE", "LEGER", "BENIN", "MINEUR", "BAS", "FAIBLE", "MILD")),
    (Criticality.HIGH, ("SEVERE", "GRAVE", "ELEVE", "HAUT", "MAJEUR", "VITAL", "CRITIQUE")),
)


def grade(text: str) -> Criticality:
    """The severity that words state, UNKNOWN if none."""
    said = fold(text)
    if "MODERE A SEVERE" in said:
        return Criticality.HIGH
    for criticality, words in _GRADES:
        if any(re.search(rf"\b{word}", said) for word in words):
            return criticality
    return Criticality.UNKNOWN


_ENDED = ("INACTIF", "INACTIVE", "RESOLU", "GUERI", "TERMINE", "ARRETE", "RESOLVED")
_ACTIVE = ("ACTIF", "ACTIVE", "INTERMITTENT", "RECURRENT", "RECURRENCE", "RECIDIV", "CHRONIQUE", "EN COURS", "RELAPSE")


def course(text: str) -> Status:
    """The course that a status in words or a FHIR status code states, UNKNOWN if neither."""
    if not text:
        return Status.UNKNOWN
    said = fold(text)
    if any(word in said for word in _ENDED):
        return Status.ENDED
    return Status.ACTIVE if any(word in said for word in _ACTIVE) else Status.UNKNOWN
