"""Columns of CI-SIS narrative tables, told by their headers."""

import re

from dmp_tui.dmp.cda.narrative import Row, is_blank
from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.identity import fold

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


def name_column(row: Row, kind: Kind) -> int | None:
    """The column that names what the row is about; None where no header says."""
    pattern = _NAME_HEADERS.get(kind)
    for column, cell in enumerate(row.cells):
        header = fold(row.header(column))
        if pattern and not is_blank(cell) and pattern.search(header) and not _NOT_A_NAME.search(header):
            return column
    return None
