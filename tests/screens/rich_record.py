"""An invented record that has something for every screen."""

from datetime import UTC, datetime

from dmp_tui.dmp.consents import Contact
from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind, Mark, Person, Status
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin
from dmp_tui.dmp.sheet.news import with_news
from dmp_tui.screens.record import OpenRecord
from tests.screens.people import record

LOINC = "http://loinc.org"


def document(name: str, code: str, title: str, date: str, author: str) -> Origin:
    return Origin(name, Coding(LOINC, code), title, date, author, submitted=f"{date}T11:00:00Z")


VSM = document("d1", "60591-5", "Synthèse médicale", "2026-02-12", "Dr ROUX Anne")
LDL = document("d2", "11490-0", "Lettre de liaison", "2026-05-20", "Dr PETIT Luc")
BIO = document("d3", "11502-2", "Biologie", "2026-11-13", "Laboratoire du Parc")
OLD = document("d4", "11502-2", "Biologie", "2026-08-02", "Laboratoire du Parc")
VAC = document("d5", "11369-6", "Historique de vaccination", "2026-01-05", "Dr ROUX Anne")
HR = document("d6", "REMB", "Remboursements", "2026-10-01", "Assurance maladie")
PAID = frozenset({Mark.REIMBURSED})
LAST_ACCESS = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
CONTACTS = (Contact("MARTINEAU Paul", "époux", "06 99 00 00 03", "TRUSTED"), Contact("MARTINEAU Zoé", "fille", ""))


def result(label: str, code: str, value: str, **more: str) -> Entry:
    codes = (Coding(LOINC, code),) if code else ()
    return Entry(Kind.RESULT, label, codes=codes, value=value, **more)  # type: ignore[arg-type]  # strings only


def treatment(label: str, **more: object) -> Entry:
    return Entry(Kind.TREATMENT, label, **more)  # type: ignore[arg-type]  # a test's short hand


STATEMENTS = [
    (VSM, Entry(Kind.ALLERGY, "Pénicilline")),
    (VSM, treatment("COUMADINE 2 mg, comprimé", dose="1 comprimé le soir", start="2019-02", section="10160-0")),
    (LDL, treatment("COUMADINE 2 mg, comprimé", dose="2 comprimés le soir", start="2019-02", section="10160-0")),
    (VSM, treatment("TAHOR 20 mg, comprimé pelliculé", dose="1 le soir", start="2021", section="10160-0")),
    (LDL, treatment("PLAVIX 75 mg", status=Status.ENDED, end="2026-05-20")),
    (LDL, treatment("Ramipril 5 mg, à reprendre à distance", status=Status.PLANNED, start="2026-12-01")),
    (HR, treatment("DOLIPRANE 1 g", start="2026-09-12", marks=PAID)),
    (VSM, treatment("Aspirine", assertion=Assertion.NEGATED)),
    (OLD, result("INR", "6301-6", "2.4", noted="2026-08-02", reference="2.0 - 3.0")),
    (BIO, result("INR", "6301-6", "4.8", noted="2026-11-13", reference="2.0 - 3.0", interpretation="HH")),
    (BIO, result("Créatinine", "14682-9", "104", unit="umol/L", noted="2026-11-13", reference="45 - 84")),
    (
        BIO,
        result("Potassium", "2823-3", "4.6", unit="mmol/L", noted="2026-11-13T07:40:00+01:00", reference="3.5 - 5.1"),
    ),
    (BIO, result("Hémoculture", "", "Escherichia coli, résistant à l'amoxicilline, sensible au céfotaxime")),
    (VSM, Entry(Kind.VITAL, "Poids", codes=(Coding(LOINC, "29463-7"),), value="58", unit="kg", noted="2026-02-12")),
    (VAC, Entry(Kind.VACCINATION, "REVAXIS", start="2016-05-10")),
    (VAC, Entry(Kind.VACCINATION, "PRIORIX", start="1983-06-01")),
    (VAC, Entry(Kind.VACCINATION, "Fièvre jaune (STAMARIL)", start="2011-03-04")),
    (VAC, Entry(Kind.VACCINATION, "Vaccin contre la typhoïde", start="2011-03-04")),
    (VAC, Entry(Kind.VACCINATION, "VAXIGRIP", start="2026-10-01", marks=frozenset({Mark.PRESCRIBED}))),
    (LDL, Entry(Kind.PROCEDURE, "Frottis cervico-utérin", start="2018-04-02")),
    (HR, Entry(Kind.PROCEDURE, "Scanner cérébral", start="2026-07-03", marks=PAID)),
    (VSM, Entry(Kind.CONTACT, "Paul MARTINEAU", person=Person("Paul MARTINEAU", "conjoint", ("01 99 00 00 02",)))),
    (VSM, Entry(Kind.DIRECTIVE, "Réanimation", value="pas d'acharnement", noted="2023-05-01")),
]


def rich() -> OpenRecord:
    """The record, read once before in September."""
    return record(with_news(merge(STATEMENTS), LAST_ACCESS), last_access=LAST_ACCESS, contacts=CONTACTS)
