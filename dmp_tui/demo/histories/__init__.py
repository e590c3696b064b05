"""What the patients' records hold, by the patients' keys. A patient without an entry has an empty record."""

from dmp_tui.demo.clinical import Document
from dmp_tui.demo.histories import elderly, emergencies, families, followed, others

HISTORIES: dict[str, tuple[Document, ...]] = {
    "benali": (*families.BENALI, *followed.BENALI),
    "bernard": elderly.BERNARD,
    "dubois": emergencies.DUBOIS,
    "duval": elderly.DUVAL,
    "fontaine": others.FONTAINE,
    "garnier": (*emergencies.GARNIER, *followed.GARNIER),
    "haddad": (*emergencies.HADDAD, *followed.HADDAD),
    "kowalski": emergencies.KOWALSKI,
    "lambert": others.LAMBERT,
    "leroy": (*emergencies.LEROY, *followed.LEROY),
    "martin": others.MARTIN,
    "martin_bis": others.MARTIN_BIS,
    "moreau": families.MOREAU,
    "moreau_jade": (*families.MOREAU_JADE, *followed.MOREAU_JADE),
    "moreau_sophie": families.MOREAU_SOPHIE,
    "perrin": others.PERRIN,
    "petit": families.PETIT,
    "rossi": emergencies.ROSSI,
    "roussel": others.ROUSSEL,
    "schmitt": others.SCHMITT,
    "traore": others.TRAORE,
    "vidal": others.VIDAL,
}
