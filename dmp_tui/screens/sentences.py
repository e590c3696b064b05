"""Every problem that an identity, a document, a PDF or the settings can have, in one sentence: what is wrong, what to
do. Cards have theirs in ``dmp_tui.cards.sentences``, the server in ``dmp_tui.screens.refusals``."""

from dmp_tui.config import ConfigError, ConfigProblem
from dmp_tui.dmp.entries import DocumentProblem
from dmp_tui.dmp.files import LARGEST_FILE, FileError, FileProblem
from dmp_tui.dmp.identity import IdentityProblem
from dmp_tui.i18n import _
from dmp_tui.screens.dropped import PathProblem
from dmp_tui.screens.pdf import PdfProblem
from dmp_tui.screens.printing import PrintProblem
from dmp_tui.screens.saving import SaveProblem


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
        DocumentProblem.NOT_FHIR_DOCUMENT: _("Document illisible : ce n'est pas un document FHIR."),
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


def save_sentence(problem: SaveProblem) -> str:
    """Why a file was not written."""
    return {
        SaveProblem.EXISTS: _("Ce fichier existe déjà, il n'est pas remplacé : un autre nom est proposé."),
        SaveProblem.NO_FOLDER: _("Ce dossier n'existe pas : donnez-en un autre, rien n'est enregistré."),
        SaveProblem.NOT_ALLOWED: _("Vous n'avez pas le droit d'écrire là : donnez un autre dossier, rien n'est écrit."),
        SaveProblem.FULL: _("Disque plein : libérez de la place ou donnez un autre dossier, rien n'est enregistré."),
        SaveProblem.BAD_NAME: _("Ce n'est pas un nom de fichier possible : donnez-en un autre."),
        SaveProblem.FAILED: _("L'écriture a échoué : essayez un autre dossier, rien n'est enregistré."),
    }[problem]


def print_sentence(problem: PrintProblem) -> str:
    """Why nothing was printed."""
    return {
        PrintProblem.NO_PRINTER: _("Ce poste n'a pas d'imprimante (lp) : w l'écrit dans un fichier."),
        PrintProblem.FAILED: _("L'impression a échoué : vérifiez l'imprimante, ou w pour un fichier."),
    }[problem]


def path_sentence(problem: PathProblem) -> str:
    """Why a folder or a file of this workstation cannot be read."""
    return {
        PathProblem.ABSENT: _("Ce fichier ou ce dossier n'existe pas : vérifiez le chemin."),
        PathProblem.NOT_ALLOWED: _("Vous n'avez pas le droit de lire là : demandez-le, ou copiez le fichier ailleurs."),
        PathProblem.NOT_A_FILE: _("Ce n'est pas un fichier : donnez le chemin du document lui-même."),
        PathProblem.FAILED: _("La lecture a échoué : vérifiez le disque ou le réseau, puis réessayez."),
    }[problem]


def file_sentence(error: FileError) -> str:
    """Why a file cannot be deposited; nothing was sent."""
    if error.document is not None:
        return _("Non déposé : {why}").format(why=document_sentence(error.document))
    return {
        FileProblem.EMPTY: _("Fichier vide : rien n'est déposé, demandez-le de nouveau."),
        FileProblem.TOO_LARGE: _("Fichier trop gros ({limit} Mo au plus) : rien n'est déposé.").format(
            limit=LARGEST_FILE // 1_000_000
        ),
        FileProblem.UNKNOWN: _("Fichier refusé : ni PDF, ni CDA, ni document FHIR, ni texte UTF-8, ni image."),
        FileProblem.UNREADABLE: _("Fichier illisible : rien n'est déposé, demandez-le de nouveau."),
    }[error.problem]


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
