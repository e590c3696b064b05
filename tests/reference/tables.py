"""Small official tables, in their published layout, of invented boxes: enough for every rule of reading them."""

import json
from pathlib import Path

GONE = "Autorisation abrogée\tProcédure nationale\tNon commercialisée"
ACTIVE = "Autorisation active\tProcédure nationale\tCommercialisée"

SPECIALITIES = f"""\
60000001\tKARDEGIC 75 mg, poudre pour solution buvable\tpoudre\torale\t{ACTIVE}\t12/03/1998\t\t\t LABO\tNon
60000002\tAUGMENTIN 1 g/125 mg ADULTES, poudre\tpoudre\torale\t{ACTIVE}\t07/07/1997\t\t\t LABO\tNon
60000003\tTOPALGIC 100 mg/2 ml, solution\tsolution\tintraveineuse;sous-cutanée\t{ACTIVE}\t01/11/2019\t\t\t LABO\tNon
60000004\tCOUMADINE 2 mg, comprimé\tcomprimé\torale\t{ACTIVE}\t01/01/2000\t\t\t LABO\tNon
60000005\tINSULINE LENTE, suspension\tsuspension\tsous-cutanée\t{GONE}\t01/01/2000\t\t\t LABO\tNon
"""
COMPOSITIONS = """\
60000001\tpoudre\t1\tACÉTYLSALICYLIQUE (ACIDE)\t75 mg\tun sachet\tSA\t1\t
60000002\tpoudre\t2\tAMOXICILLINE TRIHYDRATÉE\t1,1 g\tun sachet\tSA\t1\t
60000002\tpoudre\t3\tAMOXICILLINE ANHYDRE\t1 g\tun sachet\tFT\t1\t
60000002\tpoudre\t4\tCLAVULANATE DE POTASSIUM\t149 mg\tun sachet\tSA\t2\t
60000002\tpoudre\t5\tACIDE CLAVULANIQUE\t125 mg\tun sachet\tFT\t2\t
60000003\tsolution\t6\tCHLORHYDRATE DE TRAMADOL\t100 mg\tune ampoule\tSA\t1\t
60000004\tcomprimé\t7\tWARFARINE SODIQUE\t2 mg\tun comprimé\tSA\t1\t
60000005\tsuspension\t8\tINSULINE LENTE\t100 UI\t1 ml\tSA\t1\t
"""
PRESENTATIONS = """\
60000001\t3474419\tboîte\tPrésentation active\tDécl. de commercialisation\t16/03/2011\t3400934744198\toui\t65%\t\t\t\t
60000004\t3000001\tboîte\tPrésentation active\tDécl. de commercialisation\t28/11/2019\t\toui\t65%\t\t\t\t
"""
GENERICS = "1\tTRAMADOL 100 mg - TOPALGIC 100 mg\t60000003\t0\t1\t\n2\tUN RETRAIT\t69999999\t0\t1\t\n"
CONDITIONS = "60000004\tliste I\n60000003\tliste I\n"

TABLES = {
    "CIS_bdpm": SPECIALITIES,
    "CIS_COMPO_bdpm": COMPOSITIONS,
    "CIS_CIP_bdpm": PRESENTATIONS,
    "CIS_GENER_bdpm": GENERICS,
    "CIS_CPD_bdpm": CONDITIONS,
}

INDEX = [
    {"substance": "acide acétylsalicylique", "drug_classes": ["antiagrégants plaquettaires"]},
    {"substance": "amoxicilline", "drug_classes": ["pénicillines"]},
    {"substance": "tramadol", "drug_classes": ["analgésiques morphiniques de palier II"]},
    {"substance": "warfarine", "drug_classes": ["anticoagulants oraux", "antivitamines K"]},
    {"substance": "insuline", "drug_classes": ["hypoglycémiants"]},
]


def pair(one: str, other: str, *levels: tuple[str, str], between: str = "") -> dict[str, object]:
    """A row of the thesaurus."""
    return {
        "main_drug": one,
        "between_main_and_plus_drug": between,
        "plus_drug": other,
        "severity_levels": [{"level": level, "info": info} for level, info in levels],
        "interaction_mechanism": "Risque.",
        "description": "",
    }


THESAURUS = [
    pair(
        "ACIDE ACETYLSALICYLIQUE",
        "ANTICOAGULANTS ORAUX",
        ("CONTRE-INDICATION", "avec des doses anti-inflammatoires"),
        ("A prendre en compte", "avec des doses antiagrégantes"),
    ),
    pair(
        "ANTICOAGULANTS ORAUX",
        "ACIDE ACETYLSALICYLIQUE",
        ("CONTRE-INDICATION", "avec des doses anti-inflammatoires"),
        ("A prendre en compte", "avec des doses antiagrégantes"),
        between="(acenocoumarol, warfarine)",
    ),
    pair("TRAMADOL", "WARFARINE", ("Précaution d'emploi", "")),
    pair("HYPOGLYCEMIANTS", "TRAMADOL", ("Il convient de prendre en compte", "")),
    pair("PAMPLEMOUSSE", "WARFARINE", ("A prendre en compte", "")),
]


def bdpm_in(directory: Path, **other: str) -> Path:
    """A directory with the five tables, as Windows writes them; ``other`` replaces some, by the table's name."""
    directory.mkdir(parents=True, exist_ok=True)
    for table, text in (TABLES | other).items():
        (directory / f"{table}.txt").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    return directory


def thesaurus_in(directory: Path, rows: list[dict[str, object]] | None = None, *, index: bool = True) -> Path:
    """The thesaurus' file, with its index beside it."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "thesaurus_2020-10.json"
    file.write_text(json.dumps(THESAURUS if rows is None else rows), "utf-8")
    if index:
        (directory / "index_2020-10.json").write_text(json.dumps(INDEX), "utf-8")
    return file
