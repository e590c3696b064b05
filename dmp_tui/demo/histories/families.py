"""The pregnant woman, the children and their mother."""

from dmp_tui.demo import products as p
from dmp_tui.demo.clinical import (
    NO_KNOWN_ALLERGY,
    Allergy,
    Document,
    Measure,
    Pregnancy,
    Problem,
    Procedure,
    Section,
    Vaccine,
    Words,
    drug,
)
from dmp_tui.demo.histories import codes as c

_BLOOD_GROUP = Measure("Groupe ABO et rhésus", "882-1", "O négatif", "")

BENALI = (
    Document(
        "synthese", "summary", "-20d", "meunier",
        (
            Section("11450-4", (Problem("Diabète gestationnel", "O24.4", "-2m"),)),
            Section("47519-4", (Procedure("Césarienne", "2023-02-11"),)),
            Section("10162-6", (Pregnancy("Grossesse en cours, 2e geste, 1 enfant", "+3m"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
            Section("10160-0", (drug(p.TARDYFERON, "1 comprimé par jour", "-3m"),
                                drug(p.SPECIAFOLDINE, "1 comprimé par jour", "-7m", until="-4m"))),
            Section("8716-3", (c.weight("74"), c.height("163"))),
        ),
        title="Synthèse de grossesse",
    ),
    Document(
        "groupe", "laboratory", "-6m", "vasseur",
        (Section("18723-7", (_BLOOD_GROUP, c.haemoglobin("12.4"), c.platelets("231"))),),
        title="Groupe sanguin, numération",
    ),
    Document(
        "biologie", "laboratory", "-18d", "vasseur",
        (Section("18723-7", (c.haemoglobin("10.6"), c.platelets("198"))),
         Section("18719-5", (c.creatinine("48"), c.hba1c("5.6")))),
    ),
    Document(
        "ordonnance", "prescription", "-18d", "faure",
        (Section("57828-6", (drug(p.TARDYFERON, "2 comprimés par jour", "-18d", until="+2m"),)),),
    ),
    Document(
        "echographie", "imaging", "-1m", "meunier",
        page=("CHU de Valfontaine - Maternité", "", "Echographie obstétricale du deuxième trimestre",
              "Patiente : BENALI Samira, née le 03/06/1994", "",
              "Biométrie conforme au terme. Placenta postérieur non recouvrant. Présentation céphalique."),
        title="Echographie obstétricale",
    ),
)  # fmt: skip

MOREAU = (
    Document(
        "synthese", "summary", "-2m", "brunet",
        (
            Section("11450-4", (Problem("Asthme allergique", "J45.0", "2022"),)),
            Section("48765-2", (Allergy("Arachide", c.PEANUT, "2021-10", kind="food", criticality="high",
                                        reactions=(c.anaphylaxis(), c.vomiting())),)),
            Section("10160-0", (
                drug(p.FLIXOTIDE, "1 bouffée matin et soir avec chambre d'inhalation", "2022-11"),
                drug(p.VENTOLINE, "2 à 4 bouffées si gêne", "2022-11"),
                drug(p.ANAPEN_CHILD, "1 injection intramusculaire si anaphylaxie", "2021-10"),
            )),
            Section("8716-3", (c.weight("22.5"), c.height("118"))),
        ),
        title="Synthèse pédiatrique",
    ),
    Document(
        "vaccins", "vaccines", "-2m", "brunet",
        (Section("11369-6", (
            Vaccine("HEXYON", "2019-11-12", *p.HEXYON[1:], rank="1"),
            Vaccine("HEXYON", "2020-01-14", *p.HEXYON[1:], rank="2"),
            Vaccine("HEXYON", "2020-08-20", *p.HEXYON[1:], rank="3"),
            Vaccine("PREVENAR 13", "2020-08-20", *p.PREVENAR[1:]),
            Vaccine("M-M-RVAXPRO", "2020-09-15", *p.MMRVAXPRO[1:], rank="1"),
            Vaccine("M-M-RVAXPRO", "2021-03-02", *p.MMRVAXPRO[1:], rank="2"),
            Vaccine("NEISVAC", "2020-09-15", *p.NEISVAC[1:]),
        )),),
    ),
    Document(
        "urgences", "emergency", "-4m", "simon",
        (
            Section("42349-1", (Words("Crise d'asthme modérée, trois nébulisations, retour à domicile."),)),
            Section("8716-3", (c.weight("22"), c.heart_rate("132"))),
        ),
    ),
)  # fmt: skip

MOREAU_SOPHIE = (
    Document(
        "synthese", "summary", "-9m", "durand",
        (
            Section("11450-4", (Problem("Migraine avec aura", "G43.1", "2008"),)),
            Section("48765-2", (Allergy("Codéine", c.CODEINE, "2016", criticality="low", reactions=(c.vomiting(),)),)),
        ),
    ),
)  # fmt: skip

PETIT = (
    Document(
        "synthese", "summary", "-6m", "durand",
        (
            Section("11450-4", (Problem("Appendicectomie", "Z90.4", "2021"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
        ),
    ),
    Document("depistage", "visit", "-20d", "faure",
             (Section("42349-1", (Words("Consultation demandée par la patiente, qui souhaite le secret."),)),),
             confidentiality=("INVISIBLE_REPRESENTANTS_LEGAUX",)),
)  # fmt: skip

MOREAU_JADE = (
    Document(
        "synthese", "summary", "-5m", "brunet",
        (
            Section("11450-4", (Problem("Convulsions fébriles simples", "R56.0", "2023-12"),)),
            Section("48765-2", (NO_KNOWN_ALLERGY,)),
            Section("8716-3", (c.weight("15.2"), c.height("98"))),
        ),
        title="Synthèse pédiatrique",
    ),
)  # fmt: skip
