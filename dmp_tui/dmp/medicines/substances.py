"""The names of one substance: salts, hydrates, esters and inverted forms brought back to the name that is compared.

``CHLORHYDRATE DE TRAMADOL``, ``TRAMADOL (CHLORHYDRATE DE)`` and ``TRAMADOL BASE`` are tramadol. What the thesaurus
names itself (``sodium (oxybate de)``) stays whole. What cannot be brought back stays as it is written: nothing is
guessed.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dmp_tui.dmp.identity import fold

_HOMEOPATHIC = "HOMEOPATHIQUES"
_METALS = frozenset(
    [
        "SODIUM",
        "POTASSIUM",
        "CALCIUM",
        "MAGNESIUM",
        "LITHIUM",
        "ALUMINIUM",
        "ZINC",
        "FER",
        "CUIVRE",
        "MANGANESE",
        "BARYUM",
        "BISMUTH",
        "ARGENT",
        "AMMONIUM",
        "STRONTIUM",
        "SELENIUM",
        "COBALT",
        "CHROME",
    ]
)
_SIMPLE_ANIONS = frozenset(
    [
        "CHLORURE",
        "CARBONATE",
        "BICARBONATE",
        "HYDROGENOCARBONATE",
        "CITRATE",
        "GLUCONATE",
        "DIGLUCONATE",
        "SULFATE",
        "PHOSPHATE",
        "LACTATE",
        "ASPARTATE",
        "HYDROGENOASPARTATE",
        "ACETATE",
        "OXYDE",
        "HYDROXYDE",
        "GLUCOHEPTONATE",
        "PIDOLATE",
        "GLYCEROPHOSPHATE",
        "GLUCEPTATE",
        "ASCORBATE",
        "FUMARATE",
        "MALATE",
        "LEVULINATE",
        "HYDROGENOPHOSPHATE",
        "DIHYDROGENOPHOSPHATE",
        "TARTRATE",
        "IODURE",
        "BROMURE",
        "GLUTAMATE",
        "SUCCINATE",
    ]
)
"""Of these with a metal, the metal is what acts; of any other, the acid is (valproate, clavulanate)."""
_SALT = re.compile(
    r"^(?:[A-Z0-9]+ ){0,3}?(?:[A-Z]*(?:ATE|URE|YDE)|ACETONIDE|EPOLAMINE)(?: (?:[A-Z]*IQUE|ACIDE))? (?:DE|D) (.+)$"
)
_PLANT = re.compile(
    r"^(?:EXTRAIT|HUILE|ESSENCE|FEUILLE|RACINE|ECORCE|SOMMITE|FLEUR|FRUIT|GRAINE|RHIZOME|POUDRE|TEINTURE)\b.* (?:DE|D) "
    r"(?:L |LA )?([A-Z]+(?: [A-Z]+)?)(?: EXTRAIT.*)?$"
)
_TAIL = re.compile(
    r" (?:BASE|ANHYDRES?|(?:[A-Z]*HYDRAT(?:E|EE))|(?:MONO|DI|TRI|TETRA|HEMI)?(?:SODIQUE|POTASSIQUE|CALCIQUE|MAGNESIQUE)"
    r"|(?<!DE )(?:SODIUM|MAGNESIUM|POTASSIUM|CALCIUM)|ARGININE|ERBUMINE|TERT BUTYLAMINE|TROMETAMOL|TROMETAMINE"
    r"|MEGLUMINE|OLAMINE"
    r"|BENZATHINE|PROCAINE|LYSINE|AXETIL|PROXETIL|PIVOXIL|MEDOXOMIL|ETEXILATE|DISOPROXIL|DIPIVOXIL|MOFETIL"
    r"|CHLORHYDRATE|PHOSPHATE|ACETATE|SULFATE|MESILATE|MALEATE|FUMARATE|TARTRATE|CITRATE|BROMURE|SUCCINATE"
    r"|CRISTALLISEE?|MICRONISEE?|COLLOIDALE?|RACEMIQUE|SYNTHETIQUE|HUMAINE?|RECOMBINANTE?|FERREUX|LOURD|LEGER|ELEMENT"
    r"|BETADEX|BETACYCLODEXTRINE|POLACRILEX|HEMIPENTAHYDRATE|POUR (?:PREPARATIONS?|SOLUTIONS?) INJECTABLES?|DE LYSINE"
    r"|DE DIETHYLAMINE|DE BETADEX|ET DE DISODIUM|SOLUTION DE|FORME PULVERULENTE|[0-9]{3,5}|ACIDE)$"
)
_INVERTED = re.compile(r"^([^()]+?) *\( *([^()]*?)(?: +(?:DE|D['’])|(?: *\bd['’])) *\)(.*)$", re.IGNORECASE)
_ACID = re.compile(r"^([^()]+?) *\( *acide *\)(.*)$", re.IGNORECASE)
_PARENTHESES = re.compile(r"\([^()]*\)")
_CONCENTRATE = re.compile(r"^(?:CONCENTRAT|SOLUTION(?: CONCENTREE)?|SUSPENSION) (?:DE|D) ")


@dataclass(frozen=True, slots=True)
class Name:
    """A substance: the key that is compared, and the name to show."""

    key: str
    name: str


@cache
def synonyms() -> Mapping[str, str]:
    """Other names of substances, folded, and those that the thesaurus gives them (``data/synonyms.csv``)."""
    text = files("dmp_tui.dmp.medicines").joinpath("data/synonyms.csv").read_text("utf-8")
    return {fold(row["name"]): fold(row["substance"]) for row in csv.DictReader(text.splitlines())}


def straight(name: str) -> str:
    """``X (SEL DE)`` as ``SEL DE X``, ``X (acide)`` as ``ACIDE X``; folded."""
    if match := _INVERTED.match(name.strip()):
        return fold(f"{match[2]} DE {match[1]} {match[3]}")
    if match := _ACID.match(name.strip()):
        return fold(f"ACIDE {match[1]} {match[2]}")
    return fold(name)


def _is_inverted(name: str) -> bool:
    return bool(_INVERTED.match(name.strip()) or _ACID.match(name.strip()))


def _around(name: str) -> str:
    """``abciximab (c 7e3b fab)`` without what its parentheses say, ``botulique (toxine)`` the other way round."""
    if _is_inverted(name) or "(" not in name:
        return ""
    outer = fold(_PARENTHESES.sub(" ", name))
    return outer if any(letter.isdigit() for letter in name) else f"{fold(name[len(outer) :])} {outer}"


class Substances:
    """The substances that a thesaurus names, and how other names come back to them. Made once; asking is pure."""

    def __init__(self, names: Iterable[str]) -> None:
        shown: dict[str, str] = {}
        for name in names:
            for text in (fold(name), straight(name), _around(name)):
                if text:
                    shown.setdefault(text, name)
        self._shown: Mapping[str, str] = shown
        # The thesaurus itself names a few by their salt: they answer to the bare name where nobody else does.
        for name in dict.fromkeys(shown.values()):
            *_, bare = self._shorter(name, straight(name))
            shown.setdefault(bare, name)
        for synonym, own in synonyms().items():
            if own in shown:
                shown.setdefault(synonym, shown[own])

    def own(self, name: str) -> Name | None:
        """The thesaurus' substance of this very name."""
        for text in (fold(name), straight(name)):
            if text in self._shown:
                return self._named(text)
        return None

    def resolve(self, name: str) -> Name:
        """The substance that a table's name means; its own name where it is none of the thesaurus'."""
        whole = straight(name)
        if _HOMEOPATHIC in whole:
            return Name(whole, name.strip())
        last = whole
        for text in self._shorter(name, whole):
            if text in self._shown:
                return self._named(text)
            last = text
        return Name(last, name.strip().rstrip(" ,") if last == whole else last)

    def _named(self, text: str) -> Name:
        shown = self._shown[text]
        return Name(fold(shown), shown)

    def _shorter(self, name: str, whole: str) -> Iterable[str]:
        """Ever shorter readings of a name, each only where the former is nobody's."""
        yield whole
        text, last = (whole if _is_inverted(name) else fold(_PARENTHESES.sub(" ", name)) or whole), ""
        while text and text != last:
            yield text
            text, last = self._step(text), text

    def _step(self, text: str) -> str:
        if match := _CONCENTRATE.match(text):
            return text[match.end() :]
        if (match := _SALT.match(text)) and (bare := self._of_salt(text, match[1])) != text:
            return bare
        if (match := _PLANT.match(text)) and (part := self._known_end(match[1])):
            return part
        if match := _TAIL.search(text):
            bare = text[: match.start()]
            if bare in self._shown or text.split(maxsplit=1)[0] not in _METALS | _SIMPLE_ANIONS:
                return bare
        if text.startswith("BENZATHINE "):
            return text.removeprefix("BENZATHINE ")
        if text.endswith("ATE") and (acid := f"ACIDE {text[:-3]}IQUE") in self._shown:
            return acid
        return text

    def _known_end(self, text: str) -> str:
        words = text.split()
        return next((end for at in range(len(words)) if (end := " ".join(words[at:])) in self._shown), "")

    def _of_salt(self, text: str, rest: str) -> str:
        if text.startswith("PROTOXYDE "):
            return text
        head = text[: len(text) - len(rest)].split()
        if rest.split(maxsplit=1)[0] not in _METALS:
            return rest
        if head and head[0] in _SIMPLE_ANIONS:
            # A metal that the thesaurus does not name is not what acts: the salt stays whole.
            return rest if _TAIL.sub("", rest) in self._shown or rest in self._shown else text
        for word in head:
            acid = f"ACIDE {word[:-3]}IQUE"
            if word.endswith("ATE") and (acid in self._shown or word not in _SIMPLE_ANIONS):
                return acid
        return text
