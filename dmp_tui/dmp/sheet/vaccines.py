"""Against what a vaccination protects, by its words, its brand or its ATC code; and when it was really given."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.critical import atc_codes
from dmp_tui.dmp.sheet.dates import day, moment
from dmp_tui.dmp.sheet.model import Line, Origin, Sheet, Source

# valence | words that name it | brands that hold it | beginnings of ATC codes
_TABLE = """
tetanus | TETANOS; TETANIQUE; ANTITETANIQUE; TETANUS; DTP; DT; DTPOLIO; DTCAP; DTCP; DTCAPOLIO; DTPCA; DT POLIO | REVAXIS REPEVAX BOOSTRIX BOOSTRIXTETRA INFANRIX INFANRIXHEXA INFANRIXTETRA INFANRIXQUINTA HEXYON VAXELIS TETRAVAC PENTAVAC TETAVAX | J07AM01 J07AM51 J07AM52 J07CA J07AJ51 J07AJ52
diphtheria | DIPHTERIE; DIPHTERIQUE; ANTIDIPHTERIQUE; DIPHTHERIA; DTP; DT; DTPOLIO; DTCAP; DTCP; DTCAPOLIO; DTPCA; DT POLIO | REVAXIS REPEVAX BOOSTRIX BOOSTRIXTETRA INFANRIX INFANRIXHEXA INFANRIXTETRA INFANRIXQUINTA HEXYON VAXELIS TETRAVAC PENTAVAC | J07AM51 J07AM52 J07CA J07AJ51 J07AJ52
polio | POLIO; ANTIPOLIO; ANTIPOLIOMYELITIQUE; POLIOMYELITE; POLIOMYELITIQUE; DTP; DTPOLIO; DTCAP; DTCP; DTCAPOLIO; DTPCA | REVAXIS REPEVAX BOOSTRIXTETRA INFANRIX INFANRIXHEXA INFANRIXTETRA INFANRIXQUINTA HEXYON VAXELIS TETRAVAC PENTAVAC IMOVAX | J07BF J07CA
pertussis | COQUELUCHE; COQUELUCHEUX; ANTICOQUELUCHEUX; PERTUSSIS; DTCAP; DTCP; DTCAPOLIO; DTPCA; DTCA | REPEVAX BOOSTRIX BOOSTRIXTETRA INFANRIX INFANRIXHEXA INFANRIXTETRA INFANRIXQUINTA HEXYON VAXELIS TETRAVAC PENTAVAC | J07AJ J07CA02 J07CA06 J07CA09 J07CA11 J07CA12
hib | HAEMOPHILUS; HIB | INFANRIXHEXA INFANRIXQUINTA HEXYON VAXELIS PENTAVAC ACTHIB | J07AG J07CA06 J07CA09 J07CA11
hepatitis-b | HEPATITE B; HEPATITIS B; VHB; HEPATITE A ET B | ENGERIX HBVAXPRO GENHEVAC FENDRIX HEPLISAV TWINRIX INFANRIXHEXA HEXYON VAXELIS | J07BC01 J07BC20 J07CA09 J07CA11
measles | ROUGEOLE; ROR; MEASLES; MMR | PRIORIX MMRVAXPRO PROQUAD ROUVAX | J07BD
hpv | HPV; PAPILLOMAVIRUS; PAPILLOMA | GARDASIL CERVARIX | J07BM
pneumococcus | PNEUMOCOQUE; PNEUMOCOCCIQUE; ANTIPNEUMOCOCCIQUE; PNEUMOCOCCAL | PREVENAR VAXNEUVANCE PNEUMOVAX CAPVAXIVE SYNFLORIX APEXXNAR | J07AL
meningococcus-acwy | ACWY; ACYW; ACWY135; ACYW135; A C W135 Y; A C Y W135; A C W Y | NIMENRIX MENVEO MENQUADFI MENACTRA | J07AH04 J07AH08
meningococcus-b | MENINGOCOQUE B; MENINGOCOCCIQUE B; MENINGOCOQUE DU GROUPE B; MENINGOCOCCIQUE DU GROUPE B | BEXSERO TRUMENBA | J07AH06 J07AH09
zoster | ZONA; ZOSTER | SHINGRIX ZOSTAVAX | J07BK02 J07BK03
influenza | GRIPPE; GRIPPAL; ANTIGRIPPAL; INFLUENZA | VAXIGRIP VAXIGRIPTETRA INFLUVAC FLUARIX EFLUELDA FLUAD FLUENZ FLUCELVAX AGRIPPAL IMMUGRIP | J07BB
covid | COVID; COVID 19; SARS COV 2; SARS COV2; CORONAVIRUS | COMIRNATY SPIKEVAX NUVAXOVID BIMERVAX VAXZEVRIA JCOVDEN VIDPREVTYN | J07BN J07BX03
rsv | VRS; RSV; SYNCYTIAL | ABRYSVO AREXVY MRESVIA | J07BX05
rotavirus | ROTAVIRUS | ROTARIX ROTATEQ | J07BH
yellow-fever | FIEVRE JAUNE; YELLOW FEVER; AMARILE | STAMARIL | J07BL01
"""  # noqa: E501 - a row is one valence


@dataclass(frozen=True, slots=True)
class _Valence:
    code: str
    words: tuple[tuple[str, ...], ...]
    brands: frozenset[str]
    atc: tuple[str, ...]


@cache
def _valences() -> tuple[_Valence, ...]:
    found = []
    for row in _TABLE.strip().splitlines():
        code, words, brands, atc = (part.strip() for part in row.split("|"))
        phrases = tuple(tuple(phrase.split()) for phrase in words.split(";"))
        found.append(_Valence(code, phrases, frozenset(brands.split()), tuple(atc.split())))
    return tuple(found)


VALENCES = tuple(valence.code for valence in _valences())
"""In the order in which they are shown: tetanus first."""


def valences_of(line: Line) -> frozenset[str]:
    """Against what a vaccination is, as codes of ``VALENCES``; empty where its words are of none that we know."""
    texts = (line.label, *(source.label for source in line.sources), *(c.display for c in line.codes))
    atc = atc_codes(line.codes)
    words = [_words(text) for text in dict.fromkeys(texts) if text]
    return frozenset(
        valence.code
        for valence in _valences()
        if any(code.startswith(valence.atc) for code in atc) or any(_named(valence, own) for own in words)
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"[^A-Z0-9]+", " ", fold(text)).split())


def _named(valence: _Valence, words: tuple[str, ...]) -> bool:
    joined = {f"{one}{two}" for one, two in pairwise(words)}
    if valence.brands & (set(words) | joined):
        return True
    return any(
        words[at : at + len(phrase)] == phrase for phrase in valence.words for at in range(len(words) - len(phrase) + 1)
    )


@dataclass(frozen=True, slots=True)
class Injection:
    """A vaccine that a document says was given."""

    date: str
    """FHIR date, empty where it is not known."""
    label: str
    origin: Origin
    line: Line


def injections(sheet: Sheet) -> dict[str, tuple[Injection, ...]]:
    """By valence, the injections that documents tell, newest first; one a day, and those without a date last.

    Prescribed, dispensed, reimbursed, planned or refused is not given.
    """
    found: dict[str, dict[str, Injection]] = {code: {} for code in VALENCES}
    for line in sheet.topic(Kind.VACCINATION).lines:
        if line.assertion is not Assertion.STATED:
            continue
        given = [_injection(line, source) for source in line.sources if was_given(source)]
        for code in valences_of(line):
            for one in given:
                found[code].setdefault(day(one.date), one)
    return {code: tuple(sorted(own.values(), key=_age, reverse=True)) for code, own in found.items()}


def was_given(source: Source) -> bool:
    """Whether a source tells of an injection."""
    told = source.assertion is Assertion.STATED and source.status is not Status.PLANNED
    return told and not source.marks & {Mark.PRESCRIBED, Mark.REIMBURSED}


def _injection(line: Line, source: Source) -> Injection:
    return Injection(source.start or source.noted, source.label, source.origin, line)


def _age(one: Injection) -> tuple[object, ...]:
    return (moment(one.date), one.label)


def other_lines(sheet: Sheet) -> tuple[Line, ...]:
    """Vaccinations of no valence that we know: shown by their own words."""
    return tuple(line for line in sheet.topic(Kind.VACCINATION).lines if not valences_of(line))


def dated(given: Iterable[Injection]) -> list[str]:
    """The days of injections, newest first; without those that are not known."""
    return [one.date for one in given if moment(one.date)[0]]
