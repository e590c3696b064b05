"""Names and doses of medicines as short as a prescriber writes them. Words are shortened, figures never touched."""

import re

from dmp_tui.dmp.identity import fold
from dmp_tui.widgets.text import visible

_FORMS = (
    ("SOLUTION INJECTABLE", "inj."),
    ("SOLUTION POUR PERFUSION", "perf."),
    ("SUSPENSION INJECTABLE", "inj."),
    ("POUDRE POUR SOLUTION INJECTABLE", "inj."),
    ("INJECTABLE", "inj."),
    ("INJECTION", "inj."),
    ("DISPOSITIF TRANSDERMIQUE", "patch"),
    ("SUPPOSITOIRE", "suppo."),
    ("COLLYRE", "collyre"),
    ("INHALATION", "inh."),
    ("SUSPENSION POUR INHALATION", "inh."),
    ("POUDRE POUR INHALATION", "inh."),
    ("SOLUTION POUR INHALATION", "inh."),
    ("SOLUTION BUVABLE", "buv."),
    ("SOLUTION BUCCALE", "buccal"),
    ("CREME", "crème"),
    ("COMPRIME", ""),
    ("GELULE", ""),
    ("CAPSULE", ""),
    ("SACHET", ""),
    ("GRANULES", ""),
    ("POUDRE POUR SOLUTION BUVABLE", ""),
)
"""Beginnings of pharmaceutical forms; those swallowed whole need no word, the others tell the route."""

_DOSES = tuple(
    (re.compile(pattern, re.IGNORECASE), short)
    for pattern, short in (
        (r",?\s*\b(?:par )?voie orale\b", ""),
        (r"\b(?:par )?voie sous-cutanée\b|\bsous-cutanée?s?\b", "SC"),
        (r"\b(?:par )?voie intraveineuse\b|\bintraveineuses?\b", "IV"),
        (r"\b(?:par )?voie intramusculaire\b|\bintramusculaires?\b", "IM"),
        (r"\b(?:par )?voie inhalée\b", "inh."),
        (r"\bcomprimés?\b", "cp"),
        (r"\bgélules?\b", "gél."),
        (r"\bsachets?\b", "sach."),
        (r"\bbouffées?\b", "bouff."),
        (r"\bgouttes?\b", "gttes"),
        (r"\binjections?\b", "inj."),
        (r"\bampoules?\b", "amp."),
        (r"(\d+) fois (?:par|/) ?jour\b", r"\1x/j"),
        (r" par jour\b", "/j"),
        (r" par semaine\b", "/sem."),
        (r" par mois\b", "/mois"),
        (r"\btoutes les (\d+) heures\b", r"/\1 h"),
        (r",? pendant (\d+) jours?\b", r", \1 j"),
        (r"\ble (matin|midi|soir)\b", r"\1"),
        (r"\s+", " "),
    )
)


def short_name(label: str) -> str:
    """``COUMADINE 2 mg, comprimé`` without its form; a form that tells another route than the mouth stays, short."""
    name, comma, form = label.partition(", ")
    if not comma:
        return label
    folded = fold(form)
    for beginning, short in _FORMS:
        if folded.startswith(beginning):
            return f"{name} {short}".strip()
    return label


def short_names(label: str) -> str:
    """Several names, joined as the sheet's checks join them."""
    return " + ".join(" / ".join(short_name(each) for each in part.split(" / ")) for part in label.split(" + "))


def short_dose(dose: str) -> str:
    """``1 comprimé 3 fois par jour, Voie orale`` as ``1 cp 3x/j``."""
    words = visible(dose)
    for pattern, short in _DOSES:
        words = pattern.sub(short, words)
    return words.strip(" ,")
