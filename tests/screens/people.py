"""Invented people and sheets, as values: what the screens are shown in tests."""

from datetime import UTC, date, datetime

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Kind, Mark, Person, Reaction, Status, Subject
from dmp_tui.dmp.identity import (
    OID_NIR_TEST,
    BirthDate,
    Identity,
    IdentityStatus,
    Ins,
    Origin,
    Sex,
    Traits,
    nir_key,
    parse_birth_date,
)
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Presence, Sheet, Source, Topic
from dmp_tui.dmp.sheet.model import Origin as Document
from dmp_tui.screens.record import OpenRecord

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
TODAY = date(2026, 11, 22)
LOINC = "http://loinc.org"


def born(text: str) -> BirthDate:
    return parse_birth_date(text)


CLAIRE = Traits("MARTINEAU", "Claire", born("28-03-1979"), Sex.F)
VSM = Document("d1", Coding(LOINC, "60591-5", "Synthèse"), "Synthèse médicale", "2026-02-12", "Dr ROUX Anne")
LDL = Document("d2", Coding(LOINC, "18842-5", "Lettre de sortie"), "Lettre de liaison", "2019-12-03", "Dr PETIT Luc")


def identity(traits: Traits = CLAIRE, nir: str = "2790351215189") -> Identity:
    return Identity(Ins(nir + nir_key(nir), OID_NIR_TEST), traits, IdentityStatus.PROV, Origin.CARD)


def source(origin: Document, label: str, **more: object) -> Source:
    return Source(origin, label, Assertion.STATED, Status.ACTIVE, **more)  # type: ignore[arg-type]  # a test's short hand


def line(kind: Kind, label: str, *origins: Document, **more: object) -> Line:
    more.setdefault("assertion", Assertion.STATED)
    more.setdefault("status", Status.ACTIVE)
    sources = tuple(source(origin, label) for origin in origins or (VSM,))
    return Line(kind, label.lower(), label, sources=sources, **more)  # type: ignore[arg-type]  # a test's short hand


def topic(kind: Kind, *lines: Line) -> Topic:
    return Topic(kind, Presence.STATED, lines)


PARACETAMOL = line(
    Kind.ALLERGY,
    "PARACETAMOL",
    VSM,
    VSM,
    LDL,
    noted="2021-12",
    criticality=Criticality.HIGH,
    reactions=(Reaction("bronchospasme", Criticality.HIGH), Reaction("prurit", Criticality.LOW)),
    contradictions=(Contradiction(Disagreement.DENIED, LDL, "pas d'allergie médicamenteuse"),),
    marks=frozenset({Mark.CONTRADICTED}),
)

SHEET = Sheet(
    "p1",
    "2026-11-21T10:00:00Z",
    (
        topic(
            Kind.ALLERGY,
            PARACETAMOL,
            line(Kind.ALLERGY, "crustacés", VSM, status=Status.ENDED, end="2019-07"),
        ),
        topic(
            Kind.TREATMENT,
            line(Kind.TREATMENT, "COUMADINE 2 mg", dose="1/j soir", critical="avk", start="2022-02-15"),
            line(Kind.TREATMENT, "PLAVIX 75 mg", dose="1/j", critical="antiplatelet", start="2019"),
            line(Kind.TREATMENT, "BISOPROLOL 2,5 mg", dose="1 comprimé le matin à jeun", start="2020"),
            line(Kind.TREATMENT, "AMOXICILLINE", status=Status.ENDED, end="2024-05-02"),
        ),
        topic(
            Kind.PROBLEM,
            line(Kind.PROBLEM, "Fibrillation auriculaire", start="2019"),
            line(Kind.PROBLEM, "Hypertension artérielle", start="2012"),
        ),
        topic(Kind.PROCEDURE, line(Kind.PROCEDURE, "Appendicectomie", start="1998", status=Status.ENDED)),
        topic(Kind.DEVICE, line(Kind.DEVICE, "Stimulateur cardiaque", start="2021-06")),
        topic(
            Kind.RESULT,
            line(Kind.RESULT, "INR", value="2.8", interpretation="H", noted="2026-11-12"),
            line(Kind.RESULT, "créat.", value="88", unit="µmol/L", noted="2026-11-12"),
            line(Kind.RESULT, "Hb", value="12.1", unit="g/dL", noted="2026-11-12"),
        ),
        topic(Kind.VACCINATION, line(Kind.VACCINATION, "tétanos", start="2016-05")),
        topic(
            Kind.CONTACT,
            line(
                Kind.CONTACT,
                "MARTINEAU Paul",
                person=Person("MARTINEAU Paul", "conjoint", ("06 12 34 56 78",), kind="C"),
            ),
        ),
        topic(Kind.SOCIAL, line(Kind.SOCIAL, "tabac sevré")),
        Topic(Kind.PREGNANCY, Presence.NONE_STATED, said_by=(VSM,)),
    ),
    checks=(
        Check("contradiction", "PARACETAMOL", ("paracetamol",), (LDL,)),
        Check("association", "COUMADINE 2 mg + PLAVIX 75 mg"),
    ),
    documents=12,
)


def record(sheet: Sheet = SHEET, traits: Traits = CLAIRE, **more: object) -> OpenRecord:
    more.setdefault("subject", Subject(traits=traits))
    return OpenRecord(
        identity(traits),
        "p1",
        sheet,
        NOW,
        "Dr LIBRE Max",
        facility="urgences",
        treating_doctor="Dr DURAND",
        treating_doctor_phone="01 23 45 67 89",
        **more,  # type: ignore[arg-type]  # a test's short hand
    )
