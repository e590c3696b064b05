"""Columns of CI-SIS narrative tables, told by their headers."""

import re

from dmp_tui.dmp.cda.narrative import Row, is_blank, one_line
from dmp_tui.dmp.entries import Kind

_NAME_HEADERS = {
    Kind.ALLERGY: re.compile(r"AGENT|ALLERGENE|SUBSTANCE|ALLERGIE"),
    Kind.ADVERSE_EFFECT: re.compile(r"MEDICAMENT|AGENT|SUBSTANCE|EFFET"),
    Kind.TREATMENT: re.compile(r"MEDICAMENT|PRODUIT|TRAITEMENT|SPECIALITE|LIBELLE|DENOMINATION"),
    Kind.PROBLEM: re.compile(r"PROBLEME|PATHOLOGIE|ANTECEDENT|DIAGNOSTIC|MALADIE|LIBELLE"),
    Kind.PROCEDURE: re.compile(r"ACTE|ANTECEDENT|INTERVENTION|LIBELLE|CHIRURGI"),
    Kind.DEVICE: re.compile(r"DISPOSITIF|TYPE DE DM|CATEGORIE|LIBELLE|IMPLANT"),
    Kind.VACCINATION: re.compile(r"VACCIN\b|LIBELLE|NOM"),
}
_NOT_A_NAME = re.compile(r"DATE|TYPE D (?:ALLERGIE|OBSERVATION)|VOIE|DUREE|DEBUT|FIN\b")


_VALUE_HEADERS = re.compile(r"RESULTAT|VALEUR|PRECISION|CHOIX|REPONSE|MESURE|OBSERVATION|EFFECTUE|DESCRIPTION")
ANSWER_HEADERS = re.compile(_VALUE_HEADERS.pattern + r"|STATUT|OUI|COMMENTAIRE|DETAIL")
"""Headers above answers that add nothing to the question."""
REFERENCE_HEADERS = re.compile(r"\bREFERENCES?\b|NORME|NORMALE|USUELLE")
_OTHER_HEADERS = re.compile(r"DATE|COMMENTAIRE|REFERENCE|INTERPRETATION|ANTERIEUR|UNITE|HEURE|METHODE|EN RAPPORT")
EARLIER_HEADERS = re.compile(r"ANTERI(?:EU|ORIT)|PRECEDENT")
DATE_CELL = re.compile(r"[\d/.:\- hàau]+|NON RENSEIGNEE?", re.IGNORECASE)


def name_column(row: Row, kind: Kind) -> int | None:
    """The column that names what the row is about; None where no header says."""
    pattern = _NAME_HEADERS.get(kind)
    for column, cell in enumerate(row.cells):
        header = row.heading(column)
        if pattern and not _says_when(cell) and pattern.search(header) and not _NOT_A_NAME.search(header):
            return column
    return None


def _says_when(cell: str) -> bool:
    return is_blank(cell) or bool(DATE_CELL.fullmatch(cell))


def first_cell(row: Row | None) -> str:
    """The first cell that says something other than a date."""
    return (
        next((one_line(cell) for cell in row.cells if not is_blank(cell) and not DATE_CELL.fullmatch(cell)), "")
        if row
        else ""
    )


def value_cell(row: Row, label_column: int) -> str:
    """The cell that holds the value: under a header that says so, else the next one."""
    after = range(label_column + 1, len(row.cells))
    for column in after:
        header = row.heading(column)
        if (
            _VALUE_HEADERS.search(header)
            and not REFERENCE_HEADERS.search(header)
            and header != row.heading(label_column)
        ):
            return "" if is_blank(row.cells[column]) else one_line(row.cells[column])
    for column in after:
        if _OTHER_HEADERS.search(row.heading(column)):
            continue
        return "" if is_blank(row.cells[column]) else one_line(row.cells[column])
    return ""
