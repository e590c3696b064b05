"""Medicines that weigh in an emergency, and the names that French records give them.

A small table of international names, ATC prefixes and brands, written from public knowledge of the French market. It
serves to mark and to warn, never to dismiss: what it does not know is shown all the same, without a mark.
"""

from collections.abc import Iterable
from functools import cache

from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.identity import fold

ATC = "http://www.whocc.no/atc"
_ATC_SYSTEMS = frozenset({ATC, "urn:oid:2.16.840.1.113883.6.73", "http://whocc.no/atc", "https://www.whocc.no/atc"})

ANTICOAGULANTS = frozenset({"avk", "doac", "heparin", "anticoagulant"})
"""Codes of ``Line.critical`` that mean "this patient bleeds"."""

_BY_ATC = (
    ("B01AA", "avk"),
    ("B01AB", "heparin"),
    ("B01AE07", "doac"),
    ("B01AF", "doac"),
    ("B01AE", "anticoagulant"),
    ("B01AX05", "anticoagulant"),
    ("B01AC", "antiplatelet"),
    ("N02BA", "antiplatelet"),
    ("A10A", "insulin"),
    ("A10BB", "sulfonylurea"),
    ("N03A", "antiepileptic"),
    ("L01BA01", "methotrexate"),
    ("L04AX03", "methotrexate"),
    ("L04A", "immunosuppressant"),
    ("L01", "anticancer"),
    ("N02A", "opioid"),
    ("R05DA", "opioid"),
    ("N07BC", "opioid"),
    ("C01AA", "digoxin"),
    ("C01B", "antiarrhythmic"),
    ("C07", "betablocker"),
    ("H02A", "corticoid"),
    ("N05AN", "lithium"),
    ("N05AH02", "clozapine"),
    ("N06AF", "maoi"),
)
"""ATC prefix to code, the first that fits wins."""

_LOCAL_USE = ("A01", "A07", "C05", "D", "G01", "M02", "R01", "R03", "S")
"""ATC prefixes of what acts where it is put: its substance's name alone makes it no critical treatment."""

_ORDER = ("avk", "doac", "heparin", "anticoagulant", "antiplatelet", "insulin", "sulfonylurea")

_SNOMED = frozenset({"http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"})
_BY_SNOMED = {
    "387517004": "paracetamol",
    "293584003": "paracetamol",
    "372687004": "amoxicilline",
    "294505008": "amoxicilline",
    "387458008": "aspirine",
    "293586001": "aspirine",
    "387207008": "ibuprofene",
    "387494007": "codeine",
    "373529000": "morphine",
    "372756006": "warfarine",
    "386952008": "clopidogrel",
    "372877000": "heparine",
    "764146007": "penicillines",
    "373270004": "penicillines",
    "6369005": "penicillines",
    "91936005": "penicillines",
    "387406002": "sulfamides",
    "91939003": "sulfamides",
}
"""SNOMED CT substances and allergies to them, by a name of the tables: many records give a code without words."""

# One line a substance: international name, critical code ("" if none), ATC codes, then other names and brands. Those
# without a code are there because allergies and treatments must find each other under brand names.
_TABLE = """
warfarine | avk | B01AA03 | warfarin, coumadine
acenocoumarol | avk | B01AA07 | acenocoumarol, sintrom, minisintrom
fluindione | avk | B01AA12 | previscan
dabigatran | doac | B01AE07 | pradaxa
rivaroxaban | doac | B01AF01 | xarelto
apixaban | doac | B01AF02 | eliquis
edoxaban | doac | B01AF03 | lixiana
enoxaparine | heparin | B01AB05 | enoxaparin, lovenox, inhixa, crusia
tinzaparine | heparin | B01AB10 | tinzaparin, innohep
dalteparine | heparin | B01AB04 | dalteparin, fragmine
nadroparine | heparin | B01AB06 | fraxiparine, fraxodi
heparine | heparin | B01AB01 | heparin, calciparine
fondaparinux | anticoagulant | B01AX05 | arixtra
clopidogrel | antiplatelet | B01AC04 | plavix, duoplavin
prasugrel | antiplatelet | B01AC22 | efient
ticagrelor | antiplatelet | B01AC24 | brilique
acide acetylsalicylique | antiplatelet | B01AC06 N02BA01 | aspirine, kardegic, aspegic, duoplavin, acetylsalicylique
dipyridamole | antiplatelet | B01AC07 | persantine
insuline asparte | insulin | A10AB05 | novorapid, fiasp
insuline asparte biphasique | insulin | A10AD05 | novomix
insuline lispro | insulin | A10AB04 | humalog, liprolog, lyumjev
insuline lispro biphasique | insulin | A10AD04 | humalog mix
insuline glulisine | insulin | A10AB06 | apidra
insuline glargine | insulin | A10AE04 | lantus, abasaglar, toujeo, semglee
insuline detemir | insulin | A10AE05 | levemir
insuline degludec | insulin | A10AE06 | tresiba
insuline degludec liraglutide | insulin | A10AE56 | xultophy
insuline humaine | insulin | A10AB01 A10AC01 | actrapid, insulatard, umuline, insuman
gliclazide | sulfonylurea | A10BB09 | diamicron
glimepiride | sulfonylurea | A10BB12 | amarel
glibenclamide | sulfonylurea | A10BB01 | daonil
valproate | antiepileptic | N03AG01 | depakine, depakote, micropakine, valproique, valpromide, depamide
carbamazepine | antiepileptic | N03AF01 | tegretol
oxcarbazepine | antiepileptic | N03AF02 | trileptal
lamotrigine | antiepileptic | N03AX09 | lamictal
levetiracetam | antiepileptic | N03AX14 | keppra
topiramate | antiepileptic | N03AX11 | epitomax
phenytoine | antiepileptic | N03AB02 | phenytoin, dihydan
phenobarbital | antiepileptic | N03AA02 | gardenal
lacosamide | antiepileptic | N03AX18 | vimpat
pregabaline | antiepileptic | N03AX16 | pregabalin, lyrica
gabapentine | antiepileptic | N03AX12 | gabapentin, neurontin
clonazepam | antiepileptic | N03AE01 | rivotril
methotrexate | methotrexate | L01BA01 L04AX03 | imeth, novatrex, metoject, nordimet
ciclosporine | immunosuppressant | L04AD01 | cyclosporine, ciclosporin, neoral, sandimmun
tacrolimus | immunosuppressant | L04AD02 | prograf, advagraf, envarsus
mycophenolate | immunosuppressant | L04AA06 | cellcept, myfortic, mycophenolique
azathioprine | immunosuppressant | L04AX01 | imurel
everolimus | immunosuppressant | L04AA18 | certican
sirolimus | immunosuppressant | L04AA10 | rapamune
adalimumab | immunosuppressant | L04AB04 | humira, amgevita, imraldi, hyrimoz
etanercept | immunosuppressant | L04AB01 | enbrel, benepali
infliximab | immunosuppressant | L04AB02 | remicade, remsima, inflectra
morphine | opioid | N02AA01 | skenan, actiskenan, moscontin, oramorph
oxycodone | opioid | N02AA05 | oxycontin, oxynorm, oxynormoro
fentanyl | opioid | N02AB03 | durogesic, abstral, actiq, effentora, instanyl, matrifen
hydromorphone | opioid | N02AA03 | sophidone
tramadol | opioid | N02AX02 | topalgic, contramal, ixprim, zaldiar, zamudol
codeine | opioid | R05DA04 N02AA59 | codoliprane, dafalgan codeine, klipal, codeine
buprenorphine | opioid | N07BC01 N02AE01 | subutex, temgesic, suboxone, orobupre
methadone | opioid | N07BC02 | methadone
digoxine | digoxin | C01AA05 | digoxin, hemigoxine
amiodarone | antiarrhythmic | C01BD01 | cordarone
flecainide | antiarrhythmic | C01BC04 | flecaine
propafenone | antiarrhythmic | C01BC03 | rythmol
disopyramide | antiarrhythmic | C01BA03 | rythmodan, isorythm
bisoprolol | betablocker | C07AB07 | cardensiel, detensiel, bisoce, cardiocor
atenolol | betablocker | C07AB03 | tenormine
metoprolol | betablocker | C07AB02 | lopressor, seloken, selozok
nebivolol | betablocker | C07AB12 | nebilox, temerit
propranolol | betablocker | C07AA05 | avlocardyl
sotalol | betablocker | C07AA07 | sotalex
carvedilol | betablocker | C07AG02 | kredex
acebutolol | betablocker | C07AB04 | sectral
prednisone | corticoid | H02AB07 | cortancyl
prednisolone | corticoid | H02AB06 | solupred
methylprednisolone | corticoid | H02AB04 | medrol, solumedrol
hydrocortisone | corticoid | H02AB09 | hydrocortisone
dexamethasone | corticoid | H02AB02 | neofordex, dectancyl
betamethasone | corticoid | H02AB01 | celestene, betnesol
lithium | lithium | N05AN01 | teralithe
clozapine | clozapine | N05AH02 | leponex
paracetamol | | N02BE01 N02BE51 | acetaminophen, doliprane, efferalgan, dafalgan, codoliprane, klipal, ixprim, zaldiar
ibuprofene | | M01AE01 | ibuprofen, advil, nurofen, nureflex, spedifen, antarene
ketoprofene | | M01AE03 | ketoprofen, profenid, biprofenid, ketum
diclofenac | | M01AB05 | voltarene, flector
naproxene | | M01AE02 | naproxen, apranax, naprosyne
amoxicilline | | J01CA04 J01CR02 | amoxicillin, clamoxyl, augmentin, amodex
acide clavulanique | | J01CR02 | clavulanique, augmentin
piperacilline | | J01CA12 J01CR05 | piperacillin, tazocilline
oxacilline | | J01CF04 | bristopen
cloxacilline | | J01CF02 | orbenine
phenoxymethylpenicilline | | J01CE02 | oracilline
benzylpenicilline | | J01CE01 J01CE08 | extencilline, penicilline g
ceftriaxone | | J01DD04 | rocephine
cefixime | | J01DD08 | oroken
cefpodoxime | | J01DD13 | orelox
cefuroxime | | J01DC02 | zinnat
sulfamethoxazole | | J01EE01 | bactrim, cotrimoxazole
clarithromycine | | J01FA09 | clarithromycin, zeclar
azithromycine | | J01FA10 | azithromycin, zithromax
pristinamycine | | J01FG01 | pyostacine
ofloxacine | | J01MA01 | oflocet
levofloxacine | | J01MA12 | tavanic
ciprofloxacine | | J01MA02 | ciflox
vancomycine | | J01XA01 A07AA09 | vancomycin, vancocine
"""

_FAMILIES = {
    "PENICILLIN": ("J01C",),
    "BETALACTAMIN": ("J01C", "J01D"),
    "BETALACTAM": ("J01C", "J01D"),
    "CEPHALOSPORIN": ("J01D",),
    "SULFAMID": ("J01E",),
    "MACROLID": ("J01FA",),
    "QUINOLON": ("J01M",),
    "FLUOROQUINOLON": ("J01M",),
    "AIN": ("M01A",),
    "NSAID": ("M01A",),
    "OPIOID": ("N02A",),
    "OPIACE": ("N02A",),
    "HEPARIN": ("B01AB",),
    "INSULIN": ("A10A",),
}
"""Families that allergies are named by (stemmed), with the ATC prefixes they cover."""


def stem(word: str) -> str:
    """A folded word without its plural and final E: ``crustacés`` and ``crustacé`` are one, French and English too."""
    if len(word) > 3 and (word[-1] == "S" or word[-2:] == "UX"):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] == "E" else word


def stems(text: str) -> tuple[str, ...]:
    """The words of a text, folded and stemmed, in their order."""
    return tuple(stem(word) for word in fold(text).split())


@cache
def _table() -> tuple[dict[str, tuple[str, str]], dict[tuple[str, ...], tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """``ATC -> (name, code)``, ``stemmed name -> substances``, ``substance -> ATC codes``."""
    by_atc: dict[str, tuple[str, str]] = {}
    by_name: dict[tuple[str, ...], tuple[str, ...]] = {}
    codes: dict[str, tuple[str, ...]] = {}
    for row in _TABLE.strip().splitlines():
        name, critical, atc, others = (cell.strip() for cell in row.split("|"))
        codes[name] = tuple(atc.split())
        for code in atc.split():
            by_atc.setdefault(code, (name, critical))
        for other in (name, *others.split(",")):
            words = stems(other)
            if name not in by_name.get(words, ()):
                by_name[words] = (*by_name.get(words, ()), name)
    return by_atc, by_name, codes


def atc_codes(codes: Iterable[Coding]) -> tuple[str, ...]:
    """The ATC codes among ``codes``, upper case, in their order."""
    return tuple(c.code.strip().upper() for c in codes if c.system in _ATC_SYSTEMS and c.code.strip())


def named_substances(label: str) -> frozenset[str]:
    """International names of the substances that a label names, by themselves or by a brand; empty if none is known."""
    words = stems(label)
    names = _table()[1]
    return frozenset(
        substance
        for size in (1, 2, 3)
        for at in range(len(words) - size + 1)
        for substance in names.get(words[at : at + size], ())
    )


def substances(codes: Iterable[Coding], labels: Iterable[str]) -> frozenset[str]:
    """International names of what a treatment contains, from its ATC codes, else from its labels."""
    by_atc = _table()[0]
    codes = tuple(codes)
    known = frozenset(by_atc[code][0] for code in atc_codes(codes) if code in by_atc)
    known |= frozenset(name for word in snomed_names(codes) for name in named_substances(word))
    named: frozenset[str] = frozenset().union(*(named_substances(label) for label in labels))
    return known | named


def snomed_names(codes: Iterable[Coding]) -> tuple[str, ...]:
    """Names that the tables know for the SNOMED CT codes among ``codes``."""
    return tuple(_BY_SNOMED[c.code] for c in codes if c.system in _SNOMED and c.code in _BY_SNOMED)


def critical_rank(code: str) -> int:
    """0 for what makes a patient bleed first, then what lowers his sugar, then the others; last what has no code."""
    return _ORDER.index(code) if code in _ORDER else len(_ORDER) + (not code)


def critical_code(codes: Iterable[Coding], labels: Iterable[str]) -> str:
    """Why a treatment weighs in an emergency (``avk``, ``insulin``...), by ATC code, else by name; else empty."""
    known = sorted(atc_codes(codes))
    for code in known:
        for prefix, critical in _BY_ATC:
            if code.startswith(prefix):
                return critical
    if known and all(code.startswith(_LOCAL_USE) for code in known):
        return ""
    found = {critical_of_substance(name) for label in labels for name in named_substances(label)} - {""}
    for _, critical in _BY_ATC:
        if critical in found:
            return critical
    return ""


def critical_of_substance(name: str) -> str:
    """The code of a substance of the table; empty if it has none."""
    by_atc, _, codes = _table()
    return next((by_atc[code][1] for code in codes.get(name, ()) if by_atc[code][0] == name), "")


def atc_of_substance(name: str) -> tuple[str, ...]:
    """ATC codes of a substance of the table; empty if unknown."""
    return _table()[2].get(name, ())


def families(label: str) -> tuple[str, ...]:
    """ATC prefixes of the families that a label names ("allergie aux pénicillines")."""
    return tuple(prefix for word in stems(label) for prefix in _FAMILIES.get(word, ()))
