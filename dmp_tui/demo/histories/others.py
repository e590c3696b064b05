"""Patients whose record, more than their illness, is the point: masked, closed, opposed, mistaken, shared names."""

from dmp_tui.demo import products as p
from dmp_tui.demo.clinical import (
    NO_KNOWN_ALLERGY,
    Allergy,
    Document,
    Problem,
    Procedure,
    Section,
    Vaccine,
    Words,
    drug,
)
from dmp_tui.demo.histories import codes as c

_MASKED = ("MASQUE_PS",)

FONTAINE = (
    Document(
        "vsm", "summary", "-8m", "durand",
        (Section("11450-4", (Problem("Lombalgie chronique", "M54.5", "2015"),)),
         Section("48765-2", (Allergy("Ibuprofène", c.IBUPROFEN, "2017", reactions=(c.bronchospasm("moderate"),)),)),
         Section("10160-0", (drug(p.DOLIPRANE, "1 comprimé si douleur", "2015"),))),
    ),
    Document(
        "infectiologie", "visit", "-4m", "guerin",
        (Section("11450-4", (Problem("Infection à VIH, charge virale indétectable", "B24", "2016"),)),
         Section("10160-0", (drug(p.TRIUMEQ, "1 comprimé par jour", "2018-02"),))),
        confidentiality=_MASKED,
    ),
    Document(
        "psychiatrie", "psychiatry", "-19m", "boyer",
        (Section("11348-0", (Problem("Episode dépressif sévère", "F32.2", "-2y", "-20m"),)),
         Section("18610-6", (drug(p.SEROPLEX, "1 comprimé le matin", "-2y", until="-20m"),))),
        confidentiality=_MASKED,
    ),
    Document(
        "biologie", "laboratory", "-3m", "vasseur",
        (Section("18719-5", (c.creatinine("84"), c.egfr("96"))), Section("18723-7", (c.haemoglobin("14.8"),))),
    ),
)  # fmt: skip

ROUSSEL = (
    Document(
        "vsm", "summary", "-6m", "durand",
        (Section("11450-4", (Problem("Thyroïdite de Hashimoto", "E06.3", "2012"),)),
         Section("48765-2", (NO_KNOWN_ALLERGY,)),
         Section("10160-0", (drug(p.LEVOTHYROX, "1 comprimé à jeun", "2012-07"),))),
    ),
    Document(
        "psychiatrie", "psychiatry", "-1y", "boyer",
        (Section("11348-0", (Problem("Trouble anxieux", "F41.9", "2020"),)),),
        confidentiality=_MASKED,
    ),
)  # fmt: skip

VIDAL = (
    Document(
        "vsm", "summary", "-3y", "durand",
        (Section("11450-4", (Problem("Goutte", "M10.9", "2010"),)), Section("48765-2", (NO_KNOWN_ALLERGY,))),
    ),
)  # fmt: skip

LAMBERT = (
    Document(
        "vsm", "summary", "-5m", "durand",
        (Section("11450-4", (Problem("Sclérose en plaques", "G35", "2007"),)),
         Section("48765-2", (Allergy("Aspirine", c.ASPIRIN, "1999", reactions=(c.bronchospasm(),)),))),
    ),
)  # fmt: skip

MARTIN = (
    Document(
        "vsm", "summary", "-6m", "durand",
        (Section("11450-4", (Problem("Fibrillation auriculaire", "I48.9", "2020"),)),
         Section("48765-2", (NO_KNOWN_ALLERGY,)),
         Section("10160-0", (drug(p.XARELTO, "1 comprimé par jour au dîner", "2020-06"),
                             drug(p.CARDENSIEL, "1 comprimé le matin", "2020-06")))),
    ),
    Document("biologie", "laboratory", "-2m", "vasseur",
             (Section("18719-5", (c.creatinine("88"), c.egfr("79"))), Section("18723-7", (c.haemoglobin("14.1"),)))),
)  # fmt: skip

MARTIN_BIS = (
    Document(
        "vsm", "summary", "-10m", "marchand",
        (Section("11348-0", (Problem("Appendicite aiguë", "K35.8", "1975", "1975"),)),
         Section("47519-4", (Procedure("Appendicectomie", "1975"),)),
         Section("48765-2", (Allergy("Amoxicilline", c.AMOXICILLIN, "1990", reactions=(c.urticaria("mild"),)),))),
    ),
)  # fmt: skip

PERRIN = (
    Document(
        "vsm", "summary", "-7m", "durand",
        (Section("11450-4", (Problem("Maladie de Crohn", "K50.9", "2011"),)), Section("48765-2", (NO_KNOWN_ALLERGY,))),
    ),
)  # fmt: skip

SCHMITT = (
    Document(
        "vsm", "summary", "-4m", "durand",
        (Section("11450-4", (Problem("Maladie de Parkinson", "G20", "2018"),)),
         Section("48765-2", (NO_KNOWN_ALLERGY,)),
         Section("10160-0", (drug(p.MODOPAR, "1 gélule 4 fois par jour, à heures fixes", "2018-05"),))),
    ),
    Document("remplace", "visit", "-3m", "legrand",
             (Section("42349-1", (Words("Fluctuations motrices de fin de dose."),)),)),
    Document("remplacant", "visit", "-80d", "legrand",
             (Section("42349-1", (Words("Fluctuations motrices de fin de dose. Horaires de prise resserrés."),)),
              Section("10160-0", (drug(p.MODOPAR, "1 gélule 5 fois par jour, à heures fixes", "2018-05"),))),
             replaces="remplace"),
)  # fmt: skip

TRAORE = (
    Document(
        "urgences", "emergency", "-40d", "simon",
        (Section("42349-1", (Words("Crise vaso-occlusive : douleurs des membres, fièvre à 38,2."),)),
         Section("11450-4", (Problem("Drépanocytose homozygote", "D57.0", "2002"),)),
         Section("48765-2", (NO_KNOWN_ALLERGY,))),
    ),
    Document("biologie", "laboratory", "-40d", "vasseur",
             (Section("18723-7", (c.haemoglobin("7.4"), c.platelets("455"))), Section("18719-5", (c.crp("48"),)))),
    Document("vaccins", "vaccines", "-40d", "simon",
             (Section("11369-6", (Vaccine("PNEUMOVAX", "-2y", *p.PNEUMOVAX[1:]),
                                  Vaccine("ENGERIX B 20 µg", "-1y", *p.ENGERIX[1:]))),)),
)  # fmt: skip
