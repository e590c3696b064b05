"""Invented records and documents for the store's tests."""

from dataclasses import replace
from datetime import UTC, datetime

from dmp_tui.dmp.consents import Consent, ConsentKind, Contact, Record, RecordStatus
from dmp_tui.dmp.documents import Author, DocumentEntry
from dmp_tui.dmp.entries import Coding, Entry, Kind, Mark, Person, Reaction
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins, Sex, Traits, nir_key, parse_birth_date
from dmp_tui.store import ALLOWED, TrailEvent

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CANARY = "Zanzibarelle"
"""A word that stands in every kind of data and must never be readable in a file."""


def ins(number: int) -> Ins:
    """An INS of the test range; each number gives another."""
    nir = f"27903512{number:05d}"
    return Ins(nir + nir_key(nir), OID_NIR_TEST)


def record(number: int = 1, family: str = CANARY, given: str = "Odette") -> Record:
    """A record; each number gives another patient."""
    return Record(
        f"patient-{number}",
        ins(number),
        Traits(family, given, parse_birth_date("28/03/1979"), Sex.F, "51215"),
        RecordStatus.ACTIVE,
        NOW,
        address=f"1 rue {CANARY}, Valfontaine",
        phones=("01 99 00 00 01",),
        contacts=(Contact(f"{CANARY} Paul", "conjoint", "06 39 98 00 01"),),
        treating_doctor="899700000001",
        treating_doctor_name="Dr DURAND Alix",
    )


def document(number: int = 1, patient: str = "patient-1") -> DocumentEntry:
    """Metadata of a document; each number gives another."""
    author = Author("899700000001", "Dr DURAND Alix", "1990000011", "CHU de Valfontaine")
    return DocumentEntry(
        f"document-{number}",
        patient,
        f"1.2.250.1.999.{number}",
        Coding("http://loinc.org", "34133-9", "Synthèse"),
        Coding("urn:oid:1.2.250.1.213.1.1.4.1", "11"),
        f"Synthèse {CANARY}",
        "2026-02-01T10:00:00+01:00",
        f"2026-02-01T10:00:{number:02d}+01:00",
        "text/xml",
        4,
        "hash",
        Coding("urn:oid:1.2.250.1.213.1.1.4.2", "urn:ihe"),
        (author,),
        author,
    )


def allergy() -> Entry:
    """A statement that uses nested, optional and set-valued fields."""
    return Entry(
        Kind.ALLERGY,
        f"{CANARY} (allergie)",
        codes=(Coding("http://snomed.info/sct", "387517004", "Paracétamol"),),
        reactions=(Reaction("bronchospasme"),),
        person=Person("Dr DURAND Alix", phones=("01",)),
        marks=frozenset({Mark.CRITICAL, Mark.GUESS}),
    )


def consent(number: int = 1, patient: str = "patient-1", actor: str = "899700000001") -> Consent:
    """An authorisation of one professional."""
    end = NOW.replace(year=2027)
    return Consent(
        f"consent-{number}", patient, ConsentKind.PERMIT, actor, "Dr DURAND Alix", NOW, end, actor, "Dr DURAND Alix"
    )


READ = TrailEvent(
    "899700000001",
    f"Dr {CANARY}",
    "doctor",
    "bris_de_glace",
    "read_summary",
    ALLOWED,
    "CSP L1111-17",
    "patient-1",
    "document-1",
    "incapacity",
    f"{CANARY} inconsciente",
    "session-1",
    "",
    "détail",
)


def event(number: int) -> TrailEvent:
    """A trail event that says its number."""
    return replace(READ, detail=str(number))
