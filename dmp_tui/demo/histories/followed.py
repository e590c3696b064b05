"""What accumulates beside an illness: values over months, vaccinations, screenings, reimbursements, letters, images.

These documents stand beside those of the other histories, so that every screen of a record has something true to show.
"""

from dmp_tui.demo import products as p
from dmp_tui.demo.clinical import Device, Document, Drug, Measure, Procedure, Section, Vaccine, Words, drug
from dmp_tui.demo.histories import codes as c

_FLU = "VAXIGRIPTETRA (grippe saisonnière)"
_INFLUENZA = ("", "J07BB02")
"""No CIS: influenza vaccines change every year."""


def _values(name: str, on: str, *measures: Measure) -> Document:
    return Document(name, "laboratory", on, "vasseur", (Section("18719-5", measures),))


def _image(name: str, on: str, title: str, patient: str, *findings: str) -> Document:
    page = ("CHU de Valfontaine - Service d'imagerie", "", title, f"Patient : {patient}", "", *findings)
    return Document(name, "imaging", on, "picard", title=title, page=page)


def _paid(product: tuple[str, str, str, str], since: str, until: str = "") -> Drug:
    """A medicine as the insurance knows it: no dose, no route."""
    label, cis, atc, substance = product
    return Drug(label, "", since, until, "", cis, atc, substance, route="")


GARNIER = (
    Document("inr-6", "laboratory", "-8m", "vasseur", (Section("18720-3", (c.inr("2.2"),)),)),
    Document("inr-7", "laboratory", "-11m", "vasseur", (Section("18720-3", (c.inr("1.8"),)),)),
    _values("rein-1", "-5m", c.creatinine("92"), c.egfr("67"), c.potassium("4.3")),
    _values("rein-2", "-11m", c.creatinine("88"), c.egfr("71"), c.potassium("4.4")),
    _values("rein-3", "-17m", c.creatinine("85"), c.egfr("74"), c.potassium("4.8")),
    Document(
        "biologie-partielle", "laboratory", "-10d", "vasseur", (Section("18723-7", (c.haemoglobin("11.0"),)),),
        title="Compte rendu partiel d'examens biologiques",
    ),
    Document(
        "vaccins", "vaccines", "-10m", "durand",
        (Section("11369-6", (
            Vaccine("REVAXIS (diphtérie, tétanos, poliomyélite)", "2013-03-19", *p.REVAXIS[1:]),
            Vaccine("PREVENAR 13", "2022-01-11", *p.PREVENAR[1:]),
            Vaccine("PNEUMOVAX", "2022-04-05", *p.PNEUMOVAX[1:]),
            Vaccine(_FLU, "-13m", *_INFLUENZA),
        )),),
    ),
    Document(
        "sortie-infarctus", "discharge", "2021-12-02", "renard",
        (Section("42349-1", (Words("Infarctus inférieur, angioplastie de la coronaire droite, stent actif."),)),
         Section("18610-6", (drug(p.KARDEGIC, "1 sachet par jour", "2010-06", until="2021-12-02",
                                  reason="Remplacé par le clopidogrel"),
                             drug(p.AMLOR, "1 gélule le matin", "2001-04", until="2021-12-02"))),
         Section("10183-2", (drug(p.PLAVIX, "1 comprimé par jour", "2021-11"),))),
    ),
    Document(
        "ordonnance-coloscopie", "prescription", "-6d", "durand",
        (Section("57828-6", (drug(p.FORLAX, "2 sachets la veille de la coloscopie", "+12d", until="+13d"),)),),
        title="Préparation d'une coloscopie",
    ),
    Document(
        "courrier-cardiologue", "visit", "-2m", "renard", title="Courrier au médecin traitant",
        page=("CHU de Valfontaine - Cardiologie", "", "Cher confrère,", "",
              "Je vois ce jour M. Henri GARNIER, né le 20/11/1949, sous AVK et clopidogrel.",
              "L'INR est instable depuis trois mois. Je propose un contrôle hebdomadaire",
              "et d'arrêter le clopidogrel, cinq ans après la pose du stent.", "",
              "Merci de me le réadresser si l'INR dépasse 5 ou au moindre saignement."),
    ),
    _image("scanner-cerebral", "-15m", "Scanner cérébral sans injection", "GARNIER Henri, né le 20/11/1949",
           "Chute avec traumatisme crânien sous AVK.", "Pas de saignement intracrânien. Pas de fracture.",
           "Leucopathie vasculaire modérée."),
    _image("radio-thorax", "-9d", "Radiographie du thorax de face", "GARNIER Henri, né le 20/11/1949",
           "Cardiomégalie modérée. Pas d'épanchement pleural. Pas de foyer."),
    Document(
        "remboursements", "reimbursements", "-3d", "insurance",
        (
            Section("55112-7", (Words("Ce relevé dit ce qui a été remboursé, non ce qui a été pris ou fait."),)),
            Section("10160-0", (
                _paid(p.COUMADINE_2, "-20d"),
                _paid(p.PLAVIX, "-20d"),
                _paid(p.CLAMOXYL, "-12d", "-6d"),
                _paid(p.DOLIPRANE, "-2m"),
            ), title="Médicaments"),
            Section("11369-6", (Vaccine(_FLU, "-13m", *_INFLUENZA),)),
            Section("46264-8", (Device("Bas de compression, classe 2", "-7m"), Device("Canne simple", "-14m"))),
            Section("47519-4", (Procedure("Hospitalisation, CHU de Valfontaine, cardiologie", "2021-11-18"),),
                    title="Hospitalisations"),
            Section("47519-4", (Procedure("Consultation, cardiologie", "-2m"),
                                Procedure("Consultation, médecine générale", "-4m"),
                                Procedure("Scanner du crâne sans injection", "-15m")),
                    title="Soins et radiologie"),
        ),
    ),
)  # fmt: skip

LEROY = (
    Document(
        "mammographie", "imaging", "-31m", "picard",
        (Section("47519-4", (Procedure("Mammographie de dépistage", "-31m"),)),
         Section("55112-7", (Words("Deux lectures : ACR 2 des deux côtés. Prochaine dans deux ans."),))),
        title="Mammographie de dépistage",
    ),
    Document(
        "test-selles", "laboratory", "-8m", "vasseur",
        (Section("30954-2", (Measure("Test immunologique de recherche de sang dans les selles", "29771-3",
                                     "Négatif", ""),)),),
        title="Dépistage du cancer colorectal",
    ),
    Document(
        "hemocultures", "laboratory", "-6d", "vasseur",
        (Section("18725-2", (Measure("Hémocultures (deux paires)", "600-7", "Négatives après cinq jours", ""),
                             Measure("Examen cytobactériologique des urines", "630-4",
                                     "Escherichia coli 10^6 UFC/mL, résistant à l'amoxicilline, sensible au "
                                     "céfotaxime et à la fosfomycine", ""))),),
        title="Compte rendu de microbiologie",
    ),
)  # fmt: skip

BENALI = (
    Document(
        "vaccins", "vaccines", "-25d", "meunier",
        (Section("11369-6", (
            Vaccine("REPEVAX (diphtérie, tétanos, poliomyélite, coqueluche)", "2020-01-21", *p.REPEVAX[1:]),
            Vaccine("BOOSTRIXTETRA (diphtérie, tétanos, poliomyélite, coqueluche)", "-25d", *p.BOOSTRIXTETRA[1:]),
        )),),
    ),
)  # fmt: skip

MOREAU_JADE = (
    Document(
        "vaccins", "vaccines", "-5m", "brunet",
        (Section("11369-6", (
            *(Vaccine("HEXYON", on, *p.HEXYON[1:], rank=str(n)) for n, on in
              enumerate(("2022-05-18", "2022-07-20", "2023-02-15"), 1)),
            *(Vaccine("PREVENAR 13", on, *p.PREVENAR[1:], rank=str(n)) for n, on in
              enumerate(("2022-05-18", "2022-07-20", "2023-02-15"), 1)),
            Vaccine("NEISVAC", "2022-08-24", *p.NEISVAC[1:], rank="1"),
            Vaccine("NEISVAC", "2023-03-22", *p.NEISVAC[1:], rank="2"),
            Vaccine("M-M-RVAXPRO", "2023-03-22", *p.MMRVAXPRO[1:], rank="1"),
            Vaccine("M-M-RVAXPRO", "2023-09-13", *p.MMRVAXPRO[1:], rank="2"),
        )),),
    ),
)  # fmt: skip

HADDAD = (
    _values("biologie-1", "-4m", c.hba1c("8.9"), c.creatinine("131"), c.egfr("50"), c.potassium("4.7")),
    _values("biologie-2", "-8m", c.hba1c("9.6"), c.creatinine("126"), c.egfr("53"), c.potassium("5.2")),
    _values("biologie-3", "-13m", c.hba1c("8.8"), c.creatinine("117"), c.egfr("58"), c.potassium("4.8")),
    _values("biologie-4", "-19m", c.hba1c("8.1"), c.creatinine("109"), c.egfr("63"), c.potassium("4.5")),
    Document(
        "vaccins", "vaccines", "-3m", "durand",
        (Section("11369-6", (
            Vaccine("REVAXIS (diphtérie, tétanos, poliomyélite)", "2013-10-08", *p.REVAXIS[1:]),
            Vaccine("PNEUMOVAX", "2021-05-12", *p.PNEUMOVAX[1:]),
        )),),
    ),
)  # fmt: skip
