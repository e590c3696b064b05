"""What a line measures: analytes by LOINC code or by name, in the order in which an emergency asks for them."""

from dataclasses import dataclass
from functools import cache

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.model import Line

# One line an analyte, in the order of an emergency: short name | unit that goes without saying | LOINC | other names.
_TABLE = """
INR | | 6301-6 34714-6 38875-1 | INR
K | mmol/L | 2823-3 6298-4 | potassium, kaliémie
créat | µmol/L | 14682-9 2160-0 59826-8 38483-4 77140-2 | créatinine, créatininémie
DFG | mL/min | 62238-1 33914-3 48642-3 48643-1 69405-9 98979-8 77147-7 | DFG, DFG (CKD-EPI), eGFR
Hb | g/dL | 718-7 20509-6 | hémoglobine, hemoglobin
plaq. | G/L | 777-3 26515-7 | plaquettes, platelets
glyc. | | 2345-7 14749-6 15074-8 2339-0 14743-9 41653-7 32016-8 | glycémie, glycémie capillaire, glucose
tropo | ng/L | 6598-7 10839-9 49563-0 67151-1 89579-7 | troponine, troponine T, troponine I
lactates | mmol/L | 2524-7 32693-4 59032-3 | lactates, lactate
pH | | 2744-1 11558-4 | pH
CRP | mg/L | 1988-5 30522-7 | CRP
NT-proBNP | ng/L | 33762-6 83107-3 | NT-proBNP
BNP | ng/L | 30934-4 42637-9 | BNP
D-dim. | | 48065-7 48066-5 48058-2 | D-dimères
Na | mmol/L | 2951-2 | sodium, natrémie
Ca | mmol/L | 2000-8 17861-6 | calcium, calcémie
TP | | 5894-1 | TP
fibri. | g/L | 3255-7 | fibrinogène
anti-Xa | | 3271-6 | anti-Xa
leuco. | G/L | 6690-2 26464-8 | leucocytes
HbA1c | | 4548-4 17856-6 59261-8 | HbA1c
groupe | | 882-1 883-9 | groupe ABO et rhésus, groupe sanguin
digox. | | 10535-3 | digoxinémie
lithium | | 14334-7 3719-2 | lithiémie
ASAT | UI/L | 1920-8 | ASAT
ALAT | UI/L | 1742-6 | ALAT
lipase | UI/L | 3040-3 | lipase
poids | | 29463-7 3141-9 | poids, poids corporel
taille | | 8302-2 | taille
PAS | mmHg | 8480-6 | PA systolique, pression artérielle systolique
PAD | mmHg | 8462-4 | PA diastolique, pression artérielle diastolique
FC | /min | 8867-4 | fréquence cardiaque
SpO2 | | 2708-6 59408-5 | SpO2, saturation
T° | °C | 8310-5 | température
FR | /min | 9279-1 | fréquence respiratoire
"""


@dataclass(frozen=True, slots=True)
class Analyte:
    """What an analyte is called, its place in an emergency, and the unit that goes without saying."""

    short: str
    rank: int
    unit: str


@cache
def _known() -> dict[str, Analyte]:
    """By LOINC code, and by folded name."""
    known: dict[str, Analyte] = {}
    for rank, row in enumerate(_TABLE.strip().splitlines()):
        short, unit, codes, names = (part.strip() for part in row.split("|"))
        analyte = Analyte(short, rank, unit)
        for key in (*codes.split(), *(fold(name) for name in names.split(","))):
            known[key] = analyte
    return known


def analyte(line: Line) -> Analyte | None:
    """What a line measures, by its LOINC code, else by its whole name; None where we do not know it."""
    codes = (coding.code for coding in line.codes if "loinc" in coding.system)
    return next((a for key in (*codes, fold(line.label)) if (a := _known().get(key)) is not None), None)


def rank_of(found: Analyte | None) -> int:
    """Place of an analyte in an emergency, 0 first; what is not in the table comes last."""
    return found.rank if found else len(_known())
