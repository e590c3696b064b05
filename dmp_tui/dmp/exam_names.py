"""What French clinicians call an examination, a part of the body or a vaccine, and by which words a record tells it.

Our own table, of usual French words, abbreviations and brand names; LOINC codes of the analytes that an emergency asks
for. A word may begin or end with ``*``: any letters.
"""

from dataclasses import dataclass
from functools import cache

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.critical import stems

# What is typed | what else tells it in a text | LOINC codes. The first name is how we call it.
_EXAMS = """
scanner, scan, tdm, ct, ct scan, scanographie, tap, coroscanner, uroscanner, angioscanner | *scanner*, tomodensito*, \
scanographi*, computed tomography |
IRM, irm, mri, remnographie, angio irm, bili irm | *irm, resonance magnetique, magnetic resonance |
radiographie, radio, rx, cliché, rp, asp, panoramique dentaire | radiograph*, radios, abdomen sans preparation, face \
profil |
échographie, écho, ett, eto, us, ultrasons | echo*, *echographi*, ultrason* |
doppler, doppler tsa, écho doppler, edtsa | *doppler* |
scintigraphie, scinti | scintigraph*, *scintigraph* |
TEP, tep, pet, pet scan, tep scan, petscan | tep*, petscan*, emission de position* |
mammographie, mammo | mammograph*, mammo |
ostéodensitométrie, dmo, densitométrie | osteodensitometr*, densitometr*, absorptiometr* |
électrocardiogramme, ecg, ekg | electrocardio*, ecg* |
holter, holter ecg, mapa | holter*, mapa |
épreuve d'effort, test d'effort, ergométrie | epreuve d effort, test d effort, ergometri* |
coronarographie, coro | coronarograph*, coro, angiographi* coronar*, angioplasti* coronar*, *coroscanner* |
électroencéphalogramme, eeg | electroencephalo*, eeg |
électromyogramme, emg | electromyo*, emg |
EFR, efr, spirométrie, explorations fonctionnelles respiratoires | efr, spirometr*, fonctionnell* respiratoir*, \
plethysmo* |
polysomnographie, polygraphie | polysomno*, polygraphi* ventilat* |
coloscopie, colo, coloscopies | *coloscopi*, colonoscop* |
fibroscopie gastrique, fogd, fibro, gastroscopie, endoscopie haute | fogd, gastroscop*, oeso gastro duodenal*, \
oesogastroduodenal*, endoscopi* digestiv* haut*, fibroscopi* gastriqu*, fibroscopi* oeso* |
bronchoscopie, fibroscopie bronchique, lba | bronchoscop*, fibroscopi* bronchi*, lavage broncho* |
cystoscopie, fibroscopie vésicale | cystoscop*, fibroscopi* vesical* |
ponction lombaire, pl | ponction lombair*, lcr, liquide cephalorachidien, liquide cerebro spinal |
myélogramme, ponction médullaire | myelogram*, osteomedullair* |
biopsie, anapath, anatomopathologie | biops*, anatomopath*, anapath*, histolog* |
frottis, fcu, frottis cervical | frottis, cytolog* cervic*, cytolog* uterin*, hpv hr |
fond d'oeil, fo, rétinographie | fond d oeil, retinograph*, angiographi* retin* |
audiogramme, audiométrie | audiogram*, audiometr* |
ECBU, ecbu, examen des urines | ecbu, cytobacteriologi* urin*, bacteriologi* urin*, uroculture |
hémoculture, hémocs | hemocultur* |
coproculture | coprocultur* |
test FIT, hémoccult, test colorectal, fit | hemoccult, fit, immunologiqu* fecal*, sang dans les sell* |
INR, inr | | 6301-6 34714-6 38875-1 46418-0
TP, tp, taux de prothrombine, prothrombine | taux de prothrombin*, temps de quick | 5894-1
TCA, tca, céphaline | cephalin* | 14979-9 3173-2
hémostase, coag, coagulation, bilan de coagulation, bilan d'hémostase | inr, tp, tca, prothrombin*, fibrinogen*, \
hemostas*, coagulation | 6301-6 34714-6 5894-1 14979-9 3173-2 3255-7
fibrinogène | fibrinogen* | 3255-7
D-dimères, ddimères, dimères, ddi | d dimer*, ddimer* | 48065-7 48066-5 48058-2
NFS, nfs, numération, hémogramme, fns | hemoglobin*, leucocyt*, plaquett*, hematocrit*, vgm, neutrophil*, \
numeration*, globul* | 718-7 20509-6 6690-2 26464-8 777-3 26515-7 4544-3 20570-8
hémoglobine, hb, hgb | hemoglobin*, haemoglobin*, nfs, hemogramm*, numeration globulair* | 718-7 20509-6
plaquettes, plq | plaquett*, platelet*, nfs, hemogramm*, thrombocyt* | 777-3 26515-7
leucocytes, gb, globules blancs | leucocyt*, leukocyt*, white blood, nfs, hemogramm* | 6690-2 26464-8
ionogramme, iono, ionogramme sanguin, bilan ionique | ionogram*, sodium, natremi*, potassium, kaliemi*, chlor*, \
bicarbonat* | 2951-2 2823-3 6298-4 2075-0 1963-8 2028-9
potassium, kaliémie, k | potassium*, kaliemi*, ionogram* | 2823-3 6298-4
sodium, natrémie, na | sodium*, natremi*, ionogram* | 2951-2
calcium, calcémie, ca | calcium*, calcemi* | 2000-8 17861-6
magnésium, magnésémie, mg | magnesium*, magnesemi* | 19123-9 2601-3
créatinine, créat, créatininémie | creatinin*, creat | 14682-9 2160-0
DFG, dfg, clairance, mdrd, ckd epi, filtration glomérulaire, egfr | dfg*, filtration glomerulair*, clairanc*, gfr, \
egfr | 62238-1 33914-3 48642-3 48643-1 69405-9 98979-8 77147-7
fonction rénale, bilan rénal | creatinin*, uree, dfg*, filtration glomerulair* | 14682-9 2160-0 62238-1 33914-3 \
69405-9 98979-8 22664-7 3091-6
urée, azotémie | uree, azotemi* | 22664-7 3091-6
glycémie, glucose, dextro, gly | glycemi*, glucos*, dextro | 2345-7 14749-6 15074-8 2339-0 14743-9 41653-7 32016-8
HbA1c, hba1c, hémoglobine glyquée | hba1c, glyque*, glycosyle*, glycated | 4548-4 17856-6 59261-8
troponine, tropo, tnt, tni | troponin* | 6598-7 10839-9 49563-0 67151-1 89579-7
BNP, bnp, nt probnp, probnp | *bnp, natriuretiqu* | 33762-6 83107-3 30934-4 42637-9
CRP, crp, protéine c réactive | c reactiv* | 1988-5 30522-7
procalcitonine, pct | procalcitonin* | 33959-8 75241-0
lactates, lactate, acide lactique | lactat*, lactiqu* | 2524-7 32693-4 59032-3
gaz du sang, gds, gazométrie | gaz du sang, gazometri*, ph, pco2, po2, bicarbonat* | 2744-1 11558-4 2019-8 2703-7 \
11557-6 11556-8
bilan hépatique, bh, transaminases, asat, alat, sgot, sgpt | asat, alat, transaminas*, sgot, sgpt, gamma gt, ggt, \
phosphatas* alcalin*, bilirubin* | 1920-8 1742-6 2324-2 6768-6 1975-2 14631-6
lipase | lipas* | 3040-3
bilan lipidique, cholestérol, eal | cholesterol*, ldl, hdl, triglycerid*, lipidiqu* | 2093-3 14647-2 2085-9 13457-7 \
2571-8
TSH, tsh, bilan thyroïdien | thyreostimulin*, tsh* | 3016-3 11580-8
ferritine, bilan martial, fer | ferritin*, transferrin*, martial* | 2276-4 20567-4
groupe sanguin, groupe, abo, rhésus, rai, carte de groupe | groupe abo, rhesus, groupe sanguin*, agglutinin* \
irregulier* | 882-1 883-9 10331-7 890-4
bêta HCG, hcg, bhcg, test de grossesse | hcg, gonadotrophin*, test* de grossess* | 19080-1 21198-7 2106-3
PSA, psa | antigen* specifiqu* de la prostat*, antigen* prostatiqu* | 2857-1
VIH, vih, hiv, sérologie vih | vih*, hiv* | 56888-1 75622-1
sérologie, séro | serolog*, anticorp* |
hépatite B, vhb, ag hbs | hepatit* b, hbs, vhb |
hépatite C, vhc | hepatit* c, vhc | 16128-1
alcoolémie, éthanol | alcoolemi*, ethanol* | 5640-8 5643-2
digoxinémie, digoxine | digoxin* | 10535-3
lithiémie, lithium | lithiemi*, lithium | 14334-7 3719-2
test PCR covid, pcr covid, tag, antigénique | sars cov*, covid* |
vaccin, vaccination, vaccins, rappel | vaccin*, immunis* |
tétanos, vat, dt, dtp, dtpolio, dtcp, antitétanique | tetan*, antitetan*, dt, dtp*, dtcp*, dtca*, revaxis, repevax, \
boostrix*, infanrix*, tetravac*, pentavac, hexyon, vaxelis, tetanique |
diphtérie, dt, dtp, dtpolio, dtcp | diphter*, dt, dtp*, dtcp*, dtca*, revaxis, repevax, boostrix*, infanrix*, \
tetravac*, pentavac, hexyon, vaxelis |
polio, poliomyélite, dtp, dtpolio, dtcp | polio*, dtp*, dtcp*, imovax polio, revaxis, repevax, boostrixtetra, \
infanrix*, tetravac*, pentavac, hexyon, vaxelis |
coqueluche, dtcp | coqueluch*, pertussis, dtcp*, dtca*, repevax, boostrix*, infanrix*, tetravac*, pentavac, hexyon, \
vaxelis |
grippe, influenza | gripp*, influenza*, vaxigrip*, influvac*, fluarix*, efluelda*, flucelvax* |
covid, covid19, sars cov 2 | covid*, sars cov*, comirnaty*, spikevax*, vaxzevria*, nuvaxovid* |
pneumocoque, prévenar, pneumovax | pneumocoqu*, pneumococc*, prevenar*, pneumovax*, vaxneuvance* |
hépatite B vaccin, engerix, hbvaxpro | engerix*, hbvaxpro*, twinrix*, hexyon, vaxelis, infanrix hexa, infanrixhexa |
rougeole, ror, oreillons, rubéole | rougeol*, rubeol*, oreillon*, ror, priorix*, mmr* |
méningocoque | meningocoqu*, menveo, nimenrix, bexsero, neisvac, menquadfi, trumenba |
papillomavirus, hpv, gardasil | papilloma*, hpv*, gardasil*, cervarix |
zona, shingrix | zona*, shingrix*, zostavax* |
BCG, bcg | bcg* |
fièvre jaune, stamaril | fievr* jaun*, stamaril* |
"""

_REGIONS = """
cérébral, cérébrale, cérébraux, crâne, cerveau, tête, encéphale, crânien | cerebr*, cran*, encephal*, \
intracran*, tete, brain, \
head |
coeur, cardiaque, ett, eto, transthoracique | coeur, cardia*, *cardiograph*, transthorac*, transoesophag*, ett, eto, \
heart |
thorax, thoracique, poumon, pulmonaire, poumons, rp, tap | thora*, pulmon*, poumon*, chest, lung, face profil poumon |
abdomen, abdominal, abdo, ventre, asp, tap | abdom*, tap, thoraco abdomino*, uroscanner*, enteroscanner* |
pelvis, pelvien, bassin, pelvienne, tap | pelvi*, bassin*, tap, *pelvien* |
rein, rénal, reins, rénale, urinaire, uroscanner, voies urinaires | renal*, rein*, urinair*, uroscanner*, urolog*, \
vesico* |
foie, hépatique, hépato biliaire, vésicule | hepat*, foie, biliair*, vesicul*, bili irm |
pancréas | pancrea* |
rachis, colonne, dos, vertébral | rachi*, vertebr*, colonne, lombair*, dorsal*, cervical*, lombosacr* |
lombaire, lombaires | lombair*, lombosacr* |
cervical, cervicale, cou | cervical*, cou |
hanche, hanches, fémur | hanch*, coxo*, femur*, femoral* |
genou, genoux | genou* |
épaule, épaules | epaul*, scapul* |
cheville, pied, pieds | chevill*, pied*, tarse* |
poignet, main, mains | poignet*, main*, carp* |
coronaire, coronaires, coroscanner | coronair*, coronar*, coroscanner* |
carotide, carotides, carotidien, tsa, troncs supra aortiques, edtsa, doppler tsa | carotid*, tsa, supra aortiqu*, \
edtsa |
membres inférieurs, veineux, tvp, jambe, jambes, mollet | membr* inferieur*, veineu*, jamb*, phleb* |
aorte, aortique | aort* |
sein, seins, mammaire | sein*, mammair*, mammo*, breast |
thyroïde, thyroïdien, thyroïdienne | thyroid* |
prostate, prostatique | prosta* |
utérus, ovaire, gynéco, gynécologique, endovaginale | uter*, ovair*, gyneco*, endovagin* |
obstétricale, grossesse, foetale, trimestre | obstetric*, foetal*, grossess*, trimestr*, morphologiqu* |
testicule, scrotal, testicules | testicul*, scrot* |
angio, angioscanner, angio irm | angio* |
sinus, dentaire, dents, panoramique dentaire | sinus*, dent*, panoramiqu* |
osseuse, os, osseux | oss* |
"""


_STOP = frozenset(
    [
        "A",
        "AU",
        "AUX",
        "DE",
        "DES",
        "DU",
        "D",
        "EN",
        "ET",
        "L",
        "LA",
        "LE",
        "LES",
        "POUR",
        "SANS",
        "AVEC",
        "UN",
        "UNE",
        "DERNIER",
        "DERNIERE",
    ]
)


@dataclass(frozen=True, slots=True)
class Concept:
    """An examination, a vaccine or a part of the body. ``patterns`` are words of a text, stemmed, with ``*``."""

    name: str
    patterns: tuple[tuple[str, ...], ...]
    codes: frozenset[str] = frozenset()
    region: bool = False


def terms(text: str) -> tuple[str, ...]:
    """The stemmed words of a text, without those that tell nothing of an examination."""
    return tuple(word for word in stems(text) if word not in _STOP)


@cache
def concepts() -> tuple[Concept, ...]:
    """Everything we know by name."""
    return tuple(
        _concept(row, region=region) for table, region in ((_EXAMS, False), (_REGIONS, True)) for row in _rows(table)
    )


@cache
def by_name() -> dict[tuple[str, ...], tuple[Concept, ...]]:
    """What a name that is typed means, stemmed: all of these at once (ETT: an ultrasound, of the heart)."""
    known: dict[tuple[str, ...], tuple[Concept, ...]] = {}
    rows = (*_rows(_EXAMS), *_rows(_REGIONS))
    for row, concept in zip(rows, concepts(), strict=True):
        for name in row.split("|")[0].split(","):
            key = terms(name)
            if concept not in known.get(key, ()):
                known[key] = (*known.get(key, ()), concept)
    return known


def _rows(table: str) -> list[str]:
    return table.strip().splitlines()


def _concept(row: str, *, region: bool) -> Concept:
    names, others, codes = row.split("|")
    phrases = [*names.split(","), *others.split(",")]
    patterns = tuple(dict.fromkeys(_pattern(phrase) for phrase in phrases if phrase.strip()))
    return Concept(names.split(",")[0].strip(), patterns, frozenset(codes.split()), region)


def _pattern(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase; a word with ``*`` is folded only."""
    words: list[str] = []
    for word in phrase.split():
        if "*" in word:
            lead, tail = ("*" if word.startswith("*") else ""), ("*" if word.endswith("*") else "")
            words.append(f"{lead}{fold(word)}{tail}")
        else:
            words += terms(word)
    return tuple(words)
