"""A small base of medicines, written from public facts, that answers as the real one does."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Component, Edition, Found, Grade, Interaction, Level, Speciality, Substance

CI, AD, PE, APEC = Level.CONTRAINDICATED, Level.DISCOURAGED, Level.PRECAUTION, Level.TO_CONSIDER

# key | ATC | classes of the thesaurus | brands and synonyms
_SUBSTANCES = """
amoxicilline | J01CA04 | penicillines | clamoxyl
acide clavulanique | J01CR02 | |
piperacilline | J01CA12 | penicillines | tazocilline
oxacilline | J01CF04 | penicillines | bristopen
cefazoline | J01DB04 | |
cefalexine | J01DB01 | |
ceftriaxone | J01DD04 | | rocephine
cefotaxime | J01DD01 | |
ceftazidime | J01DD02 | |
meropenem | J01DH02 | |
aztreonam | J01DF01 | | azactam
clarithromycine | J01FA09 | macrolides, inhibiteurs puissants du CYP3A4, torsades de pointes | zeclar
azithromycine | J01FA10 | macrolides | zithromax
levofloxacine | J01MA12 | fluoroquinolones | tavanic
gentamicine | J01GB03 | aminosides |
doxycycline | J01AA02 | cyclines |
vancomycine | J01XA01 | |
sulfamethoxazole | J01EC01 | sulfamides antibacteriens | bactrim
linezolide | J01XX08 | IMAO-A reversibles | zyvoxid
paracetamol | N02BE01 | | doliprane
ibuprofene | M01AE01 | anti-inflammatoires non steroidiens | advil
ketoprofene | M01AE03 | anti-inflammatoires non steroidiens | profenid
celecoxib | M01AH01 | anti-inflammatoires non steroidiens |
acide acetylsalicylique | N02BA01 B01AC06 | antiagregants plaquettaires | aspirine, aspegic
morphine | N02AA01 | analgesiques morphiniques de palier III |
codeine | R05DA04 | analgesiques morphiniques de palier II |
tramadol | N02AX02 | analgesiques morphiniques de palier II, syndrome serotoninergique | topalgic
nefopam | N02BG06 | medicaments atropiniques | acupan
sufentanil | N01AH03 | analgesiques morphiniques de palier III |
fentanyl | N01AH01 | analgesiques morphiniques de palier III |
suxamethonium | M03AB01 | curares | celocurine
rocuronium | M03AC09 | curares | esmeron
etomidate | N01AX07 | |
ketamine | N01AX03 | |
propofol | N01AX10 | | diprivan
thiopental | N01AF03 | barbituriques |
sevoflurane | N01AB08 | anesthesiques volatils halogenes |
midazolam | N05CD08 | benzodiazepines et apparentes | hypnovel
diazepam | N05BA01 | benzodiazepines et apparentes | valium
lidocaine | N01BB02 | | xylocaine
procaine | N01BA02 | |
warfarine | B01AA03 | anticoagulants oraux, antivitamines K | coumadine
apixaban | B01AF02 | anticoagulants oraux | eliquis
dabigatran | B01AE07 | anticoagulants oraux | pradaxa
enoxaparine | B01AB05 | heparines | lovenox
clopidogrel | B01AC04 | antiagregants plaquettaires | plavix
prasugrel | B01AC22 | antiagregants plaquettaires |
alteplase | B01AD02 | thrombolytiques | actilyse
amiodarone | C01BD01 | torsades de pointes, bradycardisants | cordarone
sotalol | C07AA07 | torsades de pointes, bradycardisants | sotalex
flecainide | C01BC04 | |
adenosine | C01EB10 | | krenosin
diltiazem | C08DB01 | bradycardisants | tildiem
verapamil | C08DA01 | bradycardisants | isoptine
esmolol | C07AB09 | |
bisoprolol | C07AB07 | beta-bloquants |
propranolol | C07AA05 | beta-bloquants non cardio-selectifs | avlocardyl
digoxine | C01AA05 | |
calcium | A12AA03 | |
adrenaline | C01CA24 | sympathomimetiques alpha et beta |
trinitrine | C01DA02 | derives nitres | natispray
sildenafil | G04BE03 | inhibiteurs de la phosphodiesterase de type 5 | viagra
ramipril | C09AA05 | inhibiteurs de l'enzyme de conversion |
spironolactone | C03DA01 | diuretiques epargneurs de potassium | aldactone
furosemide | C03CA01 | diuretiques de l'anse | lasilix
potassium | A12BA01 | potassium | diffu k
nimodipine | C08CA06 | antagonistes des canaux calciques |
amlodipine | C08CA01 | antagonistes des canaux calciques |
carbamazepine | N03AF01 | anticonvulsivants inducteurs enzymatiques | tegretol
valproate | N03AG01 | | depakine
methotrexate | L01BA01 | |
metformine | A10BA02 | | glucophage
gliclazide | A10BB09 | sulfamides hypoglycemiants | diamicron
insuline asparte | A10AB05 | insuline | novorapid
iproniazide | N06AF05 | IMAO irreversibles | marsilid
pethidine | N02AB02 | analgesiques morphiniques de palier III |
fluoxetine | N06AB03 | inhibiteurs selectifs de la recapture de la serotonine | prozac
citalopram | N06AB04 | torsades de pointes |
amitriptyline | N06AA09 | antidepresseurs imipraminiques, medicaments atropiniques | laroxyl
haloperidol | N05AD01 | neuroleptiques, torsades de pointes | haldol
methadone | N07BC02 | torsades de pointes |
ondansetron | A04AA01 | torsades de pointes | zophren
metoclopramide | A03FA01 | neuroleptiques | primperan
iohexol | V08AB02 | produits de contraste iodes | omnipaque
povidone iodee | D08AG02 | | betadine
gelatine | B05AA06 | | gelofusine
naloxone | V03AB15 | | narcan
flumazenil | V03AB25 | | anexate
dipyridamole | B01AC07 | |
sumatriptan | N02CC01 | |
lithium | N05AN01 | |
acide tranexamique | B02AA02 | | exacyl
hydroxyzine | N05BB01 | torsades de pointes | atarax
"""

_PAIRS: tuple[tuple[str, str, tuple[Grade, ...], str], ...] = (
    ("anticoagulants oraux", "anti-inflammatoires non steroidiens", (Grade(AD),), "Risque hémorragique accru."),
    (
        "acide acetylsalicylique",
        "anticoagulants oraux",
        (
            Grade(CI, "avec des doses anti-inflammatoires d'acide acétylsalicylique (>=1g par prise)"),
            Grade(AD, "avec des doses antalgiques (>=500 mg par prise) en l'absence d'antécédent d'ulcère"),
            Grade(APEC, "avec des doses antiagrégantes (de 50 mg à 375 mg par jour)"),
        ),
        "Risque hémorragique accru.",
    ),
    ("heparines", "anti-inflammatoires non steroidiens", (Grade(AD),), "Risque hémorragique accru."),
    ("antiagregants plaquettaires", "anticoagulants oraux", (Grade(APEC),), "Risque hémorragique accru."),
    ("IMAO irreversibles", "pethidine", (Grade(CI),), "Syndrome sérotoninergique."),
    ("IMAO irreversibles", "tramadol", (Grade(AD),), "Syndrome sérotoninergique."),
    ("IMAO irreversibles", "inhibiteurs selectifs de la recapture de la serotonine", (Grade(CI),), "Sérotonine."),
    ("derives nitres", "inhibiteurs de la phosphodiesterase de type 5", (Grade(CI),), "Hypotension majeure."),
    (
        "antagonistes des canaux calciques",
        "anticonvulsivants inducteurs enzymatiques",
        (Grade(AD, "avec la nimodipine"), Grade(PE, "", "Surveillance clinique.")),
        "Baisse des concentrations.",
    ),
    (
        "esmolol",
        "verapamil",
        (
            Grade(AD, "en cas d'altération de la fonction ventriculaire gauche."),
            Grade(PE, "si la fonction ventriculaire gauche est normale. Surveillance clinique et ECG."),
        ),
        "Troubles de l'automatisme.",
    ),
    (
        "calcium",
        "digoxine",
        (
            Grade(CI, "avec les sels de calcium IV, hormis supplémentation parentérale."),
            Grade(PE, "avec les sels de calcium par voie orale."),
        ),
        "Troubles du rythme.",
    ),
    (
        "amiodarone",
        "diltiazem",
        (Grade(AD, "avec :\n- le diltiazem IV"), Grade(PE, "avec :\n- le diltiazem per os\nSurveillance")),
        "Bradycardie.",
    ),
    (
        "torsades de pointes",
        "neuroleptiques",
        (
            Grade(CI, "- avec le citalopram, la dompéridone, l'escitalopram, l'hydroxyzine et la pipéraquine."),
            Grade(AD, "- avec les autres médicaments susceptibles de donner des torsades de pointes."),
        ),
        "Torsades de pointes.",
    ),
    ("amiodarone", "sotalol", (Grade(CI),), "Torsades de pointes."),
    ("inhibiteurs de l'enzyme de conversion", "potassium", (Grade(AD),), "Hyperkaliémie."),
    ("amiodarone", "antivitamines K", (Grade(PE, "", "Contrôle de l'INR."),), "Risque hémorragique accru."),
    ("beta-bloquants", "verapamil", (Grade(AD),), "Troubles de la conduction."),
    ("analgesiques morphiniques de palier III", "benzodiazepines et apparentes", (Grade(APEC),), "Sédation."),
    ("methotrexate", "sulfamethoxazole", (Grade(CI),), "Toxicité hématologique."),
    ("lithium", "anti-inflammatoires non steroidiens", (Grade(AD),), "Lithiémie augmentée."),
    ("linezolide", "inhibiteurs selectifs de la recapture de la serotonine", (Grade(AD),), "Sérotonine."),
    ("amiodarone", "ondansetron", (Grade(CI),), "Torsades de pointes."),
)

_SPECIALITIES = """
60000001 | KARDEGIC 75 mg, poudre pour solution buvable | orale | acide acetylsalicylique 75 mg
60000002 | ASPEGIC 1000 mg, poudre | orale | acide acetylsalicylique 1000 mg
60000003 | AUGMENTIN 1 g/125 mg, poudre | orale | amoxicilline 1 g + acide clavulanique 125 mg
60000004 | TILDIEM 25 mg, poudre injectable | intraveineuse | diltiazem 25 mg
60000005 | TILDIEM 60 mg, comprimé | orale | diltiazem 60 mg
60000006 | CALCIUM INJECTABLE 10 % | intraveineuse | calcium 10 %
60000007 | DUOPLAVIN 75 mg/75 mg, comprimé | orale | clopidogrel 75 mg + acide acetylsalicylique 75 mg
60000008 | CALCIUM 500 mg, comprimé | orale | calcium 500 mg
"""


def _substances() -> dict[str, Substance]:
    found = {}
    for row in _SUBSTANCES.strip().splitlines():
        key, atc, classes, names = (cell.strip() for cell in row.split("|"))
        split = [tuple(name.strip() for name in cell.split(",") if name.strip()) for cell in (classes, names)]
        found[fold(key)] = Substance(fold(key), key, tuple(atc.split()), split[0], split[1])
    return found


@dataclass(frozen=True)
class SmallBase:
    """Finds by whole names, else by likeness."""

    editions: tuple[Edition, ...] = ()
    whole: bool = True
    substances: dict[str, Substance] = field(default_factory=_substances)
    pairs: tuple[tuple[str, str, tuple[Grade, ...], str], ...] = _PAIRS

    def specialities(self) -> tuple[Speciality, ...]:
        found = []
        for row in _SPECIALITIES.strip().splitlines():
            cis, name, route, parts = (cell.strip() for cell in row.split("|"))
            components = []
            for part in parts.split(" + "):
                own = next(s for key, s in self.substances.items() if fold(part).startswith(key))
                components.append(Component(own, part[len(own.key) :].strip()))
            found.append(Speciality(cis, name, "", (route,), tuple(components)))
        return tuple(found)

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        folded = fold(typed)
        names: list[tuple[str, Substance | Speciality]] = []
        for box in self.specialities():
            names += [(box.name, box), (box.name.split(" ")[0], box), (" ".join(box.name.split(" ")[:3]), box)]
        for own in self.substances.values():
            names = [*((name, own) for name in (own.name, *own.synonyms, *own.atc)), *names]
        sure = [Found(own, name, guess=False, score=100) for name, own in names if fold(name).strip() == folded]
        if sure:
            return tuple(sure[:limit])
        rated = [(100 * SequenceMatcher(None, fold(name), folded).ratio(), name, own) for name, own in names]
        rated.sort(key=lambda one: -one[0])
        return tuple(Found(own, name, guess=True, score=score) for score, name, own in rated[:limit] if score > 70)

    def substance(self, key: str) -> Substance | None:
        folded = fold(key)
        named = (s for s in self.substances.values() if folded in {fold(name) for name in s.synonyms})
        return self.substances.get(folded) or next(named, None)

    def speciality(self, code: str) -> Speciality | None:
        return next((box for box in self.specialities() if box.cis == code), None)

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        names = [{fold(name) for name in (s.key, *s.classes)} for s in (one, other)]
        return tuple(
            Interaction(a, b, a.upper(), b.upper(), grades, mechanism, source="ANSM 10/2020")
            for a, b, grades, mechanism in self.pairs
            if (fold(a) in names[0] and fold(b) in names[1]) or (fold(a) in names[1] and fold(b) in names[0])
        )


BASE = SmallBase()


def small_base() -> SmallBase:
    """What a server's worker is handed: a function of a module crosses processes."""
    return BASE


def small_edition() -> str:
    return "small"
