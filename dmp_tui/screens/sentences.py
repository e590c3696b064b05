"""Every problem that a card, an identity, a document or a PDF can have, in one sentence: what is wrong, what to do."""

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.events import CardKind
from dmp_tui.config import ConfigError, ConfigProblem
from dmp_tui.dmp.entries import DocumentProblem
from dmp_tui.dmp.identity import IdentityProblem
from dmp_tui.i18n import _, n_
from dmp_tui.screens.pdf import PdfProblem


def card_sentence(problem: CardProblem) -> str:
    """What a card's or a reader's problem means at the desk."""
    return {
        CardProblem.REMOVED: _("La carte a été retirée pendant la lecture : remettez-la et attendez."),
        CardProblem.NO_CARD: _("Le lecteur est vide : insérez une carte."),
        CardProblem.NO_READER: _("Aucun lecteur de cartes : branchez-en un."),
        CardProblem.NO_SERVICE: _("Le service des cartes (pcscd) ne tourne pas : prévenez l'administrateur du poste."),
        CardProblem.NO_DRIVER: _(
            "Le module des cartes à puce n'est pas installé (dmp-tui[cards]) : prévenez l'administrateur du poste."
        ),
        CardProblem.NO_HOTPLUG: _("Un lecteur branché maintenant ne sera vu qu'après quelques secondes : patientez."),
        CardProblem.IN_USE: _("La carte est prise par un autre logiciel : fermez-le, puis remettez la carte."),
        CardProblem.UNREADABLE: _("Carte illisible : retirez-la, essuyez la puce, remettez-la dans le bon sens."),
        CardProblem.WRONG_KIND: _("Ce n'est pas la carte attendue : insérez une carte CPS ou Vitale."),
        CardProblem.PIN_FORMAT: _("Le code PIN a 4 chiffres : retapez-le (aucun essai n'a été compté)."),
        CardProblem.PIN_WRONG: _("Code PIN faux : retapez-le."),
        CardProblem.PIN_BLOCKED: _(
            "Carte CPS bloquée après trop de codes faux : débloquez-la avec son code PUK, ou appelez l'ANS."
        ),
        CardProblem.PIN_NEEDED: _("La carte a oublié le code PIN : retapez-le."),
        CardProblem.EXPIRED: _("Carte CPS expirée : utilisez une carte en cours de validité."),
        CardProblem.NOT_YET_VALID: _(
            "Carte CPS pas encore valide : vérifiez la date du poste, sinon attendez le début de sa validité."
        ),
        CardProblem.REFUSED: _("La carte refuse de signer : remettez-la ; si cela dure, elle est hors service."),
        CardProblem.CACHE_WRITABLE: _(
            "Le module PKCS#11 écrirait des fichiers de la carte en clair : l'administrateur doit protéger son cache."
        ),
    }[problem]


def card_error_sentence(error: CardError) -> str:
    """The sentence of a card's error, with the tries that are left where the card says so."""
    sentence = card_sentence(error.problem)
    if error.problem is CardProblem.PIN_WRONG and error.tries_left is not None:
        left = n_(
            "Il reste {count} essai avant le blocage de la carte.",
            "Il reste {count} essais avant le blocage de la carte.",
            error.tries_left,
        )
        return f"{sentence} {left.format(count=error.tries_left)}"
    return sentence


def card_kind(kind: CardKind) -> str:
    """The name of a card on the desk."""
    return {
        CardKind.VITALE2: _("carte Vitale"),
        CardKind.VITALE1: _("carte Vitale 1"),
        CardKind.CPS3: _("carte CPS"),
        CardKind.CPS2TER: _("carte CPS2ter"),
        CardKind.CPS4: _("carte CPS4"),
        CardKind.BANK: _("carte bancaire"),
        CardKind.UNKNOWN: _("carte inconnue"),
    }[kind]


def unusable_card_sentence(kind: CardKind) -> str:
    """What to do with a card that we cannot use; empty for one that we can."""
    return {
        CardKind.VITALE2: "",
        CardKind.VITALE1: _("Carte Vitale de première génération, illisible ici : scannez ou saisissez l'INS (/)."),
        CardKind.CPS3: "",
        CardKind.CPS2TER: _("Carte CPS2ter : elle demande le module PKCS#11 de l'ANS (réglage pkcs11_module)."),
        CardKind.CPS4: _("Carte CPS4 : elle demande le module PKCS#11 de l'ANS (réglage pkcs11_module)."),
        CardKind.BANK: _("C'est une carte bancaire : insérez une carte CPS ou Vitale."),
        CardKind.UNKNOWN: _("Carte inconnue : insérez une carte CPS ou Vitale, dans le bon sens."),
    }[kind]


def identity_sentence(problem: IdentityProblem) -> str:
    """What is wrong with a typed or scanned identity."""
    return {
        IdentityProblem.EMPTY: _("Rien n'a été saisi : tapez ou scannez l'INS."),
        IdentityProblem.BAD_LENGTH: _("Un INS a 15 chiffres (13 sans la clé) : vérifiez la saisie."),
        IdentityProblem.BAD_CHARACTERS: _("Ce n'est pas un INS : il commence par 1 à 8 et n'a que des chiffres."),
        IdentityProblem.UNKNOWN_OID: _("L'autorité de cet INS est inconnue : vérifiez l'étiquette."),
        IdentityProblem.NOT_A_DATAMATRIX: _("Ce code n'est pas un datamatrix INS : scannez celui de l'identité."),
        IdentityProblem.TRUNCATED_DATAMATRIX: _("Datamatrix incomplet : scannez-le encore, ou saisissez l'INS (/)."),
        IdentityProblem.AMBIGUOUS_DATAMATRIX: _(
            "Datamatrix ambigu, le lecteur perd les séparateurs : saisissez l'INS (/) et vérifiez l'identité."
        ),
        IdentityProblem.BAD_BIRTH_DATE: _("La date de naissance n'est pas une date : scannez de nouveau ou saisissez."),
    }[problem]


def document_sentence(problem: DocumentProblem) -> str:
    """Why a document cannot be read."""
    return {
        DocumentProblem.EMPTY: _("Document vide : demandez-le de nouveau à son auteur."),
        DocumentProblem.NOT_XML: _("Document illisible (XML mal formé) : demandez-le de nouveau à son auteur."),
        DocumentProblem.NOT_CDA: _("Document illisible (XML, mais pas un CDA) : demandez-le à son auteur."),
        DocumentProblem.NOT_JSON: _("Document illisible (JSON mal formé) : demandez-le de nouveau à son auteur."),
        DocumentProblem.NOT_FHIR_DOCUMENT: _("Document illisible (JSON, mais pas un document FHIR)."),
        DocumentProblem.FORBIDDEN_XML: _("Document refusé : il contient une construction XML dangereuse."),
        DocumentProblem.TOO_DEEP: _("Document refusé : il est imbriqué au-delà du raisonnable."),
        DocumentProblem.TOO_LARGE: _("Document trop gros pour être montré ici."),
        DocumentProblem.BAD_BASE64: _("Pièce jointe illisible : demandez le document de nouveau à son auteur."),
        DocumentProblem.MISSING_HEADER: _("Document illisible (en-tête incomplet) : demandez-le à son auteur."),
    }[problem]


def pdf_sentence(problem: PdfProblem) -> str:
    """Why a PDF shows no text; empty where it does."""
    return {
        PdfProblem.NONE: "",
        PdfProblem.NO_TEXT: _("PDF sans texte (une image, sans doute) : ouvrez-le dans un lecteur de PDF."),
        PdfProblem.ENCRYPTED: _("PDF protégé par un mot de passe : demandez-le à son auteur."),
        PdfProblem.UNREADABLE: _("PDF illisible : demandez-le de nouveau à son auteur."),
        PdfProblem.TOO_LONG: _("PDF trop long à lire : ouvrez-le dans un lecteur de PDF."),
    }[problem]


def config_sentence(error: ConfigError) -> str:
    """What is wrong with the settings, and where."""
    place = f"{error.source}:{error.line}" if error.line else error.source
    what = {
        ConfigProblem.UNREADABLE: _("le fichier ne peut pas être lu"),
        ConfigProblem.NOT_TOML: _("ce n'est pas du TOML"),
        ConfigProblem.UNKNOWN_KEY: _("le réglage « {key} » n'existe pas"),
        ConfigProblem.WRONG_TYPE: _("le réglage « {key} » n'est pas du bon type"),
        ConfigProblem.NOT_A_URL: _("« {key} » doit être une adresse https://hôte[:port]"),
        ConfigProblem.UNKNOWN_OID: _("« {key} » n'est pas l'OID d'un INS"),
        ConfigProblem.OUT_OF_RANGE: _("« {key} » doit être entre 1 et 60"),
        ConfigProblem.NO_SUCH_FILE: _("« {key} » nomme un fichier qui n'existe pas"),
    }[error.problem].format(key=error.key)
    return _("dmp-tui : réglages, {place} : {what}.").format(place=place, what=what)
