"""Patients whose allergy, anticoagulant, insulin or epilepsy changes what is done in the first ten minutes."""

from dmp_tui.demo import products as p
from dmp_tui.demo.clinical import (
    NO_KNOWN_ALLERGY,
    Allergy,
    Document,
    Drug,
    Measure,
    Problem,
    Procedure,
    Section,
    Vaccine,
    Words,
    drug,
)
from dmp_tui.demo.histories import codes as c

LEROY = (
    Document(
        "vsm", "summary", "-14m", "durand",
        (
            Section("11450-4", (Problem("Hypertension artérielle", "I10", "2009"), Problem("Asthme", "J45.9", "1995"))),
            Section("47519-4", (Procedure("Cholécystectomie", "2011-06"),)),
            Section(
                "48765-2",
                (Allergy("Amoxicilline", c.AMOXICILLIN, "2014-03", reactions=(c.urticaria(),), criticality="low"),),
            ),
            Section("10160-0", (drug(p.AMLOR, "1 gélule le matin", "2009-05", reason="Hypertension artérielle"),
                                drug(p.VENTOLINE, "2 bouffées si gêne", "1995"))),
        ),
    ),
    Document(
        "urgences", "emergency", "-8m", "simon",
        (
            Section("42349-1", (Words("Malaise et gêne respiratoire vingt minutes après une prise d'amoxicilline."),)),
            Section(
                "48765-2",
                (Allergy("Amoxicilline", c.AMOXICILLIN, "-8m", criticality="high",
                         reactions=(c.anaphylaxis(), c.bronchospasm())),),
            ),
            Section("8716-3", (c.systolic("78"), c.heart_rate("128"))),
            Section("18776-5", (Words("Adrénaline 0,5 mg IM, évolution favorable. Surveillance 24 h. Allergologue."),)),
        ),
    ),
    Document(
        "liaison", "discharge", "-5m", "marchand",
        (
            Section("42349-1", (Words("Fracture du radius distal gauche, ostéosynthèse."),)),
            Section("47519-4", (Procedure("Ostéosynthèse du radius gauche", "-5m"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
            Section("10183-2", (drug(p.DOLIPRANE, "1 comprimé jusqu'à 3 fois par jour", "-5m", until="-4m"),)),
        ),
    ),
    Document(
        "ordonnance", "prescription", "-12d", "marchand",
        (Section("57828-6", (drug(p.AUGMENTIN, "1 sachet 3 fois par jour pendant 7 jours", "-12d", until="-5d"),
                             drug(p.DOLIPRANE, "1 comprimé si fièvre", "-12d", until="-5d"))),),
    ),
    Document(
        "biologie", "laboratory", "-11d", "vasseur",
        (Section("18719-5", (c.crp("86"), c.creatinine("71"), c.egfr("82"), c.potassium("4.1"))),
         Section("18723-7", (c.haemoglobin("13.2"), c.platelets("312")))),
    ),
    Document(
        "vaccins", "vaccines", "-14m", "durand",
        (Section("11369-6", (Vaccine("REVAXIS (diphtérie, tétanos, poliomyélite)", "2013-09-10", *p.REVAXIS[1:]),)),),
    ),
)  # fmt: skip


def _inr_report(name: str, on: str, value: str) -> Document:
    return Document(name, "laboratory", on, "vasseur", (Section("18720-3", (c.inr(value),)),))


GARNIER = (
    Document(
        "vsm", "summary", "-4m", "durand",
        (
            Section("11450-4", (Problem("Fibrillation auriculaire", "I48.9", "2019-02"),
                                Problem("Hypertension artérielle", "I10", "2001"))),
            Section("11348-0", (Problem("Infarctus du myocarde inférieur", "I25.2", "2021-11", "2021-12"),)),
            Section("47519-4", (Procedure("Angioplastie coronaire avec stent actif", "2021-11-18"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
            Section("10160-0", (
                drug(p.COUMADINE_2, "2 comprimés le soir", "2019-02", reason="Fibrillation auriculaire"),
                drug(p.PLAVIX, "1 comprimé par jour", "2021-11", reason="Stent coronaire"),
                drug(p.CARDENSIEL, "1 comprimé le matin", "2019-02"),
                drug(p.TRIATEC, "1 comprimé le matin", "2021-11"),
                drug(p.TAHOR, "1 comprimé le soir", "2021-11"),
            )),
        ),
    ),
    Document(
        "cardiologie", "visit", "-2m", "renard",
        (
            Section("42349-1", (Words("Suivi annuel de fibrillation auriculaire permanente et de cardiopathie."),)),
            Section("10160-0", (
                drug(p.COUMADINE_2, "1 comprimé et demi le soir", "2019-02", reason="Fibrillation auriculaire"),
                drug(p.PLAVIX, "1 comprimé par jour", "2021-11"),
                drug(p.CARDENSIEL, "1 comprimé le matin", "2019-02"),
            )),
            Section("8716-3", (c.systolic("138"), c.heart_rate("72"), c.weight("81"))),
            Section("18776-5", (Words("Arrêt du clopidogrel à discuter : association prolongée à un AVK."),)),
        ),
    ),
    _inr_report("inr-1", "-5m", "2.4"),
    _inr_report("inr-2", "-4m", "2.9"),
    _inr_report("inr-3", "-3m", "3.6"),
    _inr_report("inr-4", "-2m", "2.7"),
    _inr_report("inr-5", "-1m", "3.1"),
    Document(
        "biologie", "laboratory", "-9d", "vasseur",
        (Section("18720-3", (c.inr("4.8"),)),
         Section("18723-7", (c.haemoglobin("10.9"), c.platelets("214"))),
         Section("18719-5", (c.creatinine("104"), c.egfr("58"), c.potassium("4.6")))),
        replaces="biologie-partielle",
    ),
    Document(
        "echographie", "imaging", "-13m", "picard",
        page=("CHU de Valfontaine - Service d'imagerie", "", "Echocardiographie transthoracique",
              "Patient : GARNIER Henri, né le 20/11/1949", "",
              "FEVG 45 %. Akinésie inférieure. Oreillette gauche dilatée.", "Pas de thrombus visible."),
        title="Echocardiographie",
    ),
)  # fmt: skip

DUBOIS = (
    Document(
        "urgences", "emergency", "-3y", "marchand",
        (
            Section("42349-1", (Words("Choc anaphylactique après injection de pénicilline au cabinet dentaire."),)),
            Section("48765-2", (Allergy("Pénicilline", c.PENICILLINS, "-3y", criticality="high", reactions=(
                c.anaphylaxis("Choc anaphylactique avec arrêt cardiaque récupéré"), c.angioedema())),)),
            Section("18776-5", (Words("Réanimation 3 jours. Contre-indication définitive aux bêta-lactamines."),)),
        ),
    ),
    Document(
        "vsm", "summary", "-10m", "durand",
        (
            Section("48765-2", (Allergy("Pénicillines", c.PENICILLINS, "2023", criticality="high",
                                        reactions=(c.anaphylaxis(),)),)),
            Section("10160-0", (drug(p.EPIPEN, "1 injection intramusculaire en urgence", "-3y"),)),
        ),
    ),
)  # fmt: skip

ROSSI = (
    Document(
        "vsm", "summary", "-11m", "durand",
        (
            Section("11450-4", (Problem("Spina bifida opéré", "Q05.9", "1973"),
                                Problem("Vessie neurologique", "N31.9"))),
            Section("48765-2", (
                Allergy("Latex", c.LATEX, "1996", kind="substance", criticality="high",
                        reactions=(c.angioedema(), c.bronchospasm())),
                Allergy("Produit de contraste iodé", c.IODINATED, "2018-09", criticality="high",
                        reactions=(c.urticaria(),)),
            )),
        ),
    ),
    Document(
        "scanner", "imaging", "2018-09-14", "picard",
        page=("CHU de Valfontaine - Service d'imagerie", "", "Scanner abdominal avec injection",
              "Patiente : ROSSI Paola, née le 19/08/1973", "",
              "Urticaire étendue cinq minutes après l'injection de produit de contraste iodé.",
              "Examen interrompu. Bilan allergologique demandé."),
        title="Scanner abdominal (réaction à l'injection)",
    ),
    Document(
        "bloc", "operation", "-4y", "marchand",
        (
            Section("47519-4", (Procedure("Agrandissement vésical", "-4y"),)),
            Section("44944-7", (Words("Bloc sans latex : programmer en première position, matériel vérifié."),)),
        ),
    ),
)  # fmt: skip

HADDAD = (
    Document(
        "vsm", "summary", "-3m", "durand",
        (
            Section("11450-4", (Problem("Diabète de type 2 insulinotraité", "E11.9", "2008"),
                                Problem("Néphropathie diabétique", "E11.2", "2019"))),
            Section("11348-0", (Problem("Coma hypoglycémique", "E11.0", "-7m", "-7m"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
            Section("10160-0", (
                drug(p.LANTUS, "28 unités le soir", "2015-01"),
                drug(p.NOVORAPID, "8 unités avant chaque repas", "2019-06"),
                drug(p.GLUCOPHAGE, "1 comprimé matin et soir", "2008-04"),
                drug(p.GLUCAGEN, "1 injection en cas d'hypoglycémie sévère", "-7m"),
                drug(p.TRIATEC, "1 comprimé le matin", "2019-02"),
            )),
        ),
    ),
    Document(
        "urgences", "emergency", "-7m", "simon",
        (
            Section("42349-1", (Words("Coma hypoglycémique à domicile, glycémie capillaire 0,31 g/L."),)),
            Section("8716-3", (Measure("Glycémie capillaire", "41653-7", "31", "mg/dL", "70", "110", "LL"),
                               c.systolic("118"))),
            Section("18776-5", (Words("G30 intraveineux, réveil en trois minutes. Lantus réduite à 28 unités."),)),
        ),
    ),
    Document(
        "endocrinologie", "visit", "-6m", "carpentier",
        (
            Section("42349-1", (Words("Hypoglycémies nocturnes répétées, deux à trois par mois."),)),
            Section("10160-0", (drug(p.LANTUS, "26 unités le soir", "2015-01"),
                                drug(p.NOVORAPID, "8 unités avant chaque repas", "2019-06"))),
        ),
    ),
    Document(
        "biologie", "laboratory", "-20d", "vasseur",
        (Section("18719-5", (c.hba1c("8.4"), c.creatinine("138"), c.egfr("47"), c.potassium("4.9"))),),
    ),
)  # fmt: skip

KOWALSKI = (
    Document(
        "neurologie", "visit", "-5m", "legrand",
        (
            Section("42349-1", (Words("Epilepsie généralisée, dernière crise il y a six mois."),)),
            Section("11450-4", (Problem("Epilepsie généralisée idiopathique", "G40.3", "2014"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
            Section("10160-0", (
                drug(p.LAMICTAL, "1 comprimé matin et soir", "2021-03", reason="Epilepsie"),
                drug(p.KEPPRA, "1 comprimé matin et soir", "-5m", reason="Epilepsie"),
                drug(p.BUCCOLAM, "1 seringue buccale si crise de plus de 5 minutes", "2016"),
            )),
            Section("18610-6", (drug(p.DEPAKINE, "1 comprimé matin et soir", "2014-06", until="2021-03"),)),
        ),
    ),
    Document(
        "urgences", "emergency", "-6m", "simon",
        (
            Section("42349-1", (Words("Crise généralisée de dix minutes sur la voie publique, oubli de traitement."),)),
            Section("10160-0", (drug(p.LAMICTAL, "1 comprimé matin et soir", "2021-03"),
                                Drug("DEPAKINE (selon le frère)"))),
        ),
    ),
)  # fmt: skip
