"""Codes and measures that several histories use."""

from dmp_tui.demo.clinical import Measure, Reaction, snomed

AMOXICILLIN = snomed("372687004", "Amoxicilline")
PENICILLINS = snomed("764146007", "Pénicillines")
LATEX = snomed("111088007", "Latex")
IODINATED = snomed("426722004", "Produits de contraste iodés")
PEANUT = snomed("762952008", "Arachide")
ASPIRIN = snomed("387458008", "Acide acétylsalicylique")
CODEINE = snomed("387494007", "Codéine")
IBUPROFEN = snomed("387207008", "Ibuprofène")

_URTICARIA = snomed("126485001", "urticaire")
_ANAPHYLAXIS = snomed("39579001", "anaphylaxie")
_ANGIOEDEMA = snomed("41291007", "angiœdème")
_BRONCHOSPASM = snomed("4386001", "bronchospasme")
_VOMITING = snomed("422400008", "vomissement")


def urticaria(severity: str = "moderate") -> Reaction:
    """Urticaria."""
    return Reaction("Urticaire", _URTICARIA, severity)


def anaphylaxis(label: str = "Choc anaphylactique", severity: str = "severe") -> Reaction:
    """Anaphylaxis."""
    return Reaction(label, _ANAPHYLAXIS, severity)


def angioedema(severity: str = "severe") -> Reaction:
    """Angioedema."""
    return Reaction("Œdème de Quincke", _ANGIOEDEMA, severity)


def bronchospasm(severity: str = "severe") -> Reaction:
    """Bronchospasm."""
    return Reaction("Bronchospasme", _BRONCHOSPASM, severity)


def vomiting(severity: str = "mild") -> Reaction:
    """Vomiting."""
    return Reaction("Vomissements", _VOMITING, severity)


def _flag(value: str, low: str, high: str) -> str:
    number = float(value)
    if low and number < float(low):
        return "L"
    return "H" if high and number > float(high) else "N"


def _measure(name: tuple[str, str], value: str, unit: str, on: str, limits: tuple[str, str] = ("", "")) -> Measure:
    label, loinc = name
    flag = _flag(value, *limits) if any(limits) else ""
    return Measure(label, loinc, value, unit, *limits, flag, on)


def inr(value: str, on: str = "") -> Measure:
    """INR, against the target of an atrial fibrillation (2 to 3)."""
    return _measure(("INR", "6301-6"), value, "{INR}", on, ("2.0", "3.0"))


def creatinine(value: str, on: str = "") -> Measure:
    """Creatinine in serum, µmol/L."""
    return _measure(("Créatinine", "14682-9"), value, "umol/L", on, ("45", "104"))


def egfr(value: str, on: str = "") -> Measure:
    """Glomerular filtration rate (CKD-EPI), mL/min/1.73 m2."""
    return _measure(("DFG (CKD-EPI)", "62238-1"), value, "mL/min/{1.73_m2}", on, ("60", ""))


def potassium(value: str, on: str = "") -> Measure:
    """Potassium in serum, mmol/L."""
    return _measure(("Potassium", "2823-3"), value, "mmol/L", on, ("3.5", "5.1"))


def sodium(value: str, on: str = "") -> Measure:
    """Sodium in serum, mmol/L."""
    return _measure(("Sodium", "2951-2"), value, "mmol/L", on, ("136", "145"))


def haemoglobin(value: str, on: str = "") -> Measure:
    """Haemoglobin, g/dL."""
    return _measure(("Hémoglobine", "718-7"), value, "g/dL", on, ("12.0", "16.0"))


def platelets(value: str, on: str = "") -> Measure:
    """Platelets, G/L."""
    return _measure(("Plaquettes", "777-3"), value, "10*9/L", on, ("150", "400"))


def crp(value: str, on: str = "") -> Measure:
    """C-reactive protein, mg/L."""
    return _measure(("CRP", "1988-5"), value, "mg/L", on, ("", "5"))


def hba1c(value: str, on: str = "") -> Measure:
    """Glycated haemoglobin, %."""
    return _measure(("HbA1c", "4548-4"), value, "%", on, ("4.0", "6.0"))


def nt_probnp(value: str, on: str = "") -> Measure:
    """NT-proBNP, ng/L."""
    return _measure(("NT-proBNP", "33762-6"), value, "ng/L", on, ("", "450"))


def weight(value: str, on: str = "") -> Measure:
    """Body weight, kg."""
    return _measure(("Poids", "29463-7"), value, "kg", on)


def height(value: str, on: str = "") -> Measure:
    """Body height, cm."""
    return _measure(("Taille", "8302-2"), value, "cm", on)


def systolic(value: str, on: str = "") -> Measure:
    """Systolic pressure, mm[Hg]."""
    return _measure(("PA systolique", "8480-6"), value, "mm[Hg]", on)


def heart_rate(value: str, on: str = "") -> Measure:
    """Heart rate, /min."""
    return _measure(("Fréquence cardiaque", "8867-4"), value, "/min", on)
