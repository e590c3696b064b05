"""Patients of a great age: forty documents, and the will of a patient near her end."""

from dmp_tui.demo import products as p
from dmp_tui.demo.clinical import (
    Allergy,
    Device,
    Directive,
    Document,
    Problem,
    Procedure,
    Section,
    Vaccine,
    Words,
    drug,
)
from dmp_tui.demo.histories import codes as c

_DUVAL_DRUGS = (
    drug(p.LASILIX, "1 comprimé le matin", "2016-04", reason="Insuffisance cardiaque"),
    drug(p.ALDACTONE, "1 comprimé le matin", "2018-10"),
    drug(p.CARDENSIEL, "1 comprimé le matin", "2016-04"),
    drug(p.KARDEGIC, "1 sachet par jour", "2010-01"),
    drug(p.LEVOTHYROX, "1 comprimé à jeun", "2004-05"),
    drug(p.ARICEPT, "1 comprimé le soir", "2020-03", reason="Maladie d'Alzheimer"),
    drug(p.SEROPLEX, "1 comprimé le matin", "2021-02"),
    drug(p.FORLAX, "1 sachet le matin", "2019-01"),
)
_DUVAL_PROBLEMS = (
    Problem("Insuffisance cardiaque", "I50.9", "2016"),
    Problem("Maladie d'Alzheimer", "G30.9", "2020"),
    Problem("Hypothyroïdie", "E03.9", "2004"),
    Problem("Insuffisance rénale chronique", "N18.9", "2019"),
    Problem("Chutes à répétition", "R29.6", "2021"),
)
_DUVAL_ALLERGY = Allergy("Aspirine", c.ASPIRIN, "1987", criticality="low", reactions=(c.urticaria("mild"),))

_LABS = {
    "-1m": ("1.9", "38", "5.6", "10.4"), "-3m": ("1.7", "41", "5.1", "10.8"), "-5m": ("2.2", "36", "5.4", "10.5"),
    "-7m": ("1.6", "43", "4.8", "11.0"), "-9m": ("1.5", "44", "4.7", "11.2"), "-11m": ("1.8", "40", "5.0", "10.9"),
    "-14m": ("1.4", "46", "4.6", "11.3"), "-17m": ("1.5", "45", "4.5", "11.6"), "-20m": ("1.6", "43", "4.9", "11.1"),
    "-24m": ("1.3", "48", "4.4", "11.8"), "-28m": ("1.4", "47", "4.5", "11.7"), "-32m": ("1.2", "50", "4.3", "12.0"),
}  # fmt: skip
"""By date: NT-proBNP (µg/L), glomerular filtration rate, potassium, haemoglobin."""


def _laboratory(number: int, on: str, values: tuple[str, str, str, str]) -> Document:
    peptide, filtration, potassium, haemoglobin = values
    creatinine = str(round(4200 / float(filtration)))
    chemistry = (
        c.creatinine(creatinine),
        c.egfr(filtration),
        c.potassium(potassium),
        c.sodium("138"),
        c.nt_probnp(str(round(float(peptide) * 1000))),
    )
    sections = (Section("18719-5", chemistry), Section("18723-7", (c.haemoglobin(haemoglobin),)))
    return Document(f"biologie-{number}", "laboratory", on, "vasseur", sections)


def _renewal(number: int, on: str) -> Document:
    return Document(f"renouvellement-{number}", "prescription", on, "durand", (Section("57828-6", _DUVAL_DRUGS),))


def _fall(number: int, on: str, words: str) -> Document:
    sections = (Section("42349-1", (Words(words),)), Section("8716-3", (c.systolic("104"), c.heart_rate("60"))))
    return Document(f"chute-{number}", "emergency", on, "simon", sections)


def _image(number: int, on: str, what: str, finding: str) -> Document:
    page = ("CHU de Valfontaine - Imagerie", "", what, "Patiente : DUVAL Marguerite, née le 06/02/1931", "", finding)
    return Document(f"imagerie-{number}", "imaging", on, "picard", title=what, page=page)


DUVAL = (
    Document(
        "dlu", "dlu", "-25d", "masson",
        (
            Section("11450-4", _DUVAL_PROBLEMS),
            Section("47519-4", (Procedure("Pose d'un stimulateur cardiaque double chambre", "2017-05-22"),)),
            Section("46264-8", (Device("Stimulateur cardiaque double chambre", "2017-05-22"),)),
            Section("48765-2", (_DUVAL_ALLERGY,)),
            Section("10160-0", _DUVAL_DRUGS),
            Section("8716-3", (c.weight("47.5"),)),
            Section("47420-5", (Words("GIR 2. Marche avec déambulateur et une aide. Appareils auditifs."),)),
        ),
    ),
    Document(
        "dlu-ancien", "dlu", "-13m", "masson",
        (Section("11450-4", _DUVAL_PROBLEMS[:4]), Section("48765-2", (_DUVAL_ALLERGY,)),
         Section("10160-0", _DUVAL_DRUGS[:6]), Section("8716-3", (c.weight("51"),))),
        archived=True,
    ),
    Document(
        "vsm", "summary", "-7m", "durand",
        (Section("11450-4", _DUVAL_PROBLEMS[:4]), Section("48765-2", (_DUVAL_ALLERGY,)),
         Section("10160-0", (*_DUVAL_DRUGS[:5], drug(p.IMOVANE, "1 comprimé au coucher", "2022-09")))),
    ),
    Document(
        "sejour-coeur", "discharge", "-16m", "renard",
        (Section("42349-1", (Words("Décompensation cardiaque sur écart de régime."),)),
         Section("48765-2", (_DUVAL_ALLERGY,)),
         Section("18610-6", (drug(p.IMOVANE, "1 comprimé au coucher", "2022-09", until="-16m"),)),
         Section("10183-2", _DUVAL_DRUGS[:5])),
    ),
    Document(
        "sejour-hanche", "discharge", "-4y", "marchand",
        (Section("42349-1", (Words("Fracture du col fémoral droit après une chute."),)),
         Section("47519-4", (Procedure("Prothèse intermédiaire de hanche droite", "-4y"),)),
         Section("46264-8", (Device("Prothèse de hanche droite", "-4y"),))),
    ),
    Document(
        "stimulateur", "operation", "2017-05-22", "renard",
        (Section("47519-4", (Procedure("Pose d'un stimulateur cardiaque double chambre", "2017-05-22"),)),
         Section("46264-8", (Device("Stimulateur cardiaque double chambre", "2017-05-22"),))),
    ),
    *(_laboratory(n, on, values) for n, (on, values) in enumerate(_LABS.items(), 1)),
    *(_renewal(n, on) for n, on in enumerate(("-2m", "-5m", "-8m", "-11m", "-14m", "-17m", "-20m", "-23m"), 1)),
    _fall(1, "-2m", "Chute mécanique dans la chambre, plaie du cuir chevelu suturée, scanner normal."),
    _fall(2, "-9m", "Chute au lever, hypotension orthostatique."),
    _fall(3, "-18m", "Chute sans témoin, station au sol de trois heures."),
    _image(1, "-2m", "Scanner cérébral sans injection", "Pas de saignement. Atrophie cortico-sous-corticale."),
    _image(2, "-16m", "Radiographie du thorax", "Cardiomégalie, épanchement pleural bilatéral minime."),
    _image(3, "-4y", "Radiographie du bassin", "Fracture cervicale vraie du fémur droit."),
    _image(4, "-30m", "Echocardiographie", "FEVG 35 %, insuffisance mitrale modérée."),
    Document("cardiologie-1", "visit", "-6m", "renard",
             (Section("42349-1", (Words("Contrôle du stimulateur : batterie correcte, seuils stables."),)),)),
    Document("cardiologie-2", "visit", "-18m", "renard",
             (Section("42349-1", (Words("Contrôle du stimulateur : batterie correcte."),)),)),
    Document("kinesitherapie", "visit", "-3m", "masson",
             (Section("42349-1", (Words("Rééducation à la marche, transferts avec une aide."),)),)),
    Document("geriatrie", "visit", "-12m", "masson",
             (Section("42349-1", (Words("MMS 14/30. Troubles du comportement au crépuscule."),)),)),
    Document("dentaire", "visit", "-20m", "durand",
             (Section("42349-1", (Words("Avis avant extraction dentaire, aspirine maintenue."),)),)),
    Document("anesthesie", "stay", "-4y", "marchand",
             (Section("42349-1", (Words("Rachianesthésie sans incident. Confusion post-opératoire."),)),)),
    Document("vaccins", "vaccines", "-11m", "durand",
             (Section("11369-6", (Vaccine("REVAXIS (diphtérie, tétanos, poliomyélite)", "2016-10-04", *p.REVAXIS[1:]),
                                  Vaccine("PNEUMOVAX", "2018-11-06", *p.PNEUMOVAX[1:]))),)),
)  # fmt: skip

BERNARD = (
    Document(
        "directives", "directives", "-14m", "durand",
        (Section("42348-3", (
            Directive("Réanimation cardiaque et respiratoire", "Je ne veux pas être réanimée.", "-14m", agreed=False),
            Directive("Assistance respiratoire", "Pas de ventilation invasive.", "-14m", "75787-2", agreed=False),
            Directive("Sédation profonde et continue", "Je la demande si je souffre.", "-14m", agreed=True),
            Words("Personne de confiance : ma fille Claire BERNARD, 06 99 00 00 11."),
        )),),
    ),
    Document(
        "sejour", "discharge", "-2m", "masson",
        (
            Section("42349-1", (Words("Adénocarcinome pancréatique métastatique, soins palliatifs."),)),
            Section("11450-4", (Problem("Cancer du pancréas métastatique", "C25.9", "-16m"),)),
            Section("48765-2", (Allergy("Codéine", c.CODEINE, "2009", reactions=(c.vomiting("moderate"),)),)),
            Section("10183-2", (drug(p.DOLIPRANE, "1 comprimé 3 fois par jour", "-2m"),
                                drug(p.FORLAX, "2 sachets par jour", "-2m"))),
            Section("44944-7", (Words("Pas de réanimation : voir les directives anticipées du dossier."),)),
        ),
    ),
    Document(
        "vsm", "summary", "-9m", "durand",
        (Section("11450-4", (Problem("Cancer du pancréas", "C25.9", "-16m"), Problem("Hypertension", "I10", "1999"))),
         Section("10160-0", (drug(p.AMLOR, "1 gélule le matin", "1999-03"),))),
    ),
)  # fmt: skip
