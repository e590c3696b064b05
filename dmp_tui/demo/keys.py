"""The keys of all cards, apart from who they belong to: a command line is checked before anything else is imported."""

CPS = ("simon", "lefevre", "durand", "mercier", "samson", "joly", "faure", "colin", "marchand", "blanc", "delorme")
VITALE = (
    "leroy",
    "garnier",
    "benali",
    "moreau",
    "moreau_sophie",
    "moreau_jade",
    "petit",
    "fontaine",
    "roussel",
    "vidal",
    "costa",
    "lambert",
    "duval",
    "martin",
    "martin_bis",
    "nguyen",
    "bernard",
    "haddad",
    "kowalski",
    "rossi",
    "dubois",
    "perrin",
    "schmitt",
    "traore",
)
PROBLEMS = ("expired", "not-yet-valid", "revoked", "foreign", "blocked", "bank", "vitale1", "unreadable")
