"""What the server's commands say when something is wrong: one sentence, and what to do."""

from dmp_tui.i18n import _
from dmp_tui.server.professionals import COLUMNS, CsvError, CsvProblem
from dmp_tui.store import StoreError, StoreProblem
from dmp_tui.store.trail import Report, TrailProblem


def store_sentence(error: StoreError) -> str:
    """One sentence for a store's trouble."""
    sentences = {
        StoreProblem.KEK_MISSING: _(
            "La clé de chiffrement est introuvable : vérifiez le chemin « kek » de server.toml et son support."
        ),
        StoreProblem.KEK_EXPOSED: _(
            "La clé de chiffrement n'est pas protégée : elle doit être un fichier ordinaire de ce compte, de mode 0600."
        ),
        StoreProblem.KEK_INSIDE: _(
            "La clé de chiffrement est dans le dossier des données : placez-la dans un autre dossier (option --keys)."
        ),
        StoreProblem.KEK_SHAPE: _(
            "Le fichier de clé de chiffrement n'a pas la taille d'une clé : restaurez-le depuis la sauvegarde des clés."
        ),
        StoreProblem.WRONG_KEY: _(
            "La clé de chiffrement n'ouvre pas ces données (clé d'un autre dossier, ou fichier abîmé) : "
            "vérifiez le chemin « kek » ou restaurez une sauvegarde."
        ),
        StoreProblem.DAMAGED: _(
            "Les données sont abîmées : arrêtez le serveur, gardez une copie du dossier et restaurez une sauvegarde."
        ),
        StoreProblem.ABSENT: _(
            "Ce dossier ne contient pas de données dmp-tui : créez-les avec « dmp-tui admin init »."
        ),
        StoreProblem.EXISTS: _("Ce dossier contient déjà des données ou des clés : choisissez-en un autre."),
        StoreProblem.NEWER: _(
            "Ces données ont été écrites par une version plus récente de dmp-tui : mettez ce serveur à jour."
        ),
        StoreProblem.FULL: _("Le disque est plein : rien n'a été écrit, libérez de la place puis recommencez."),
        StoreProblem.IO: _(
            "Le disque refuse la lecture ou l'écriture : vérifiez les droits du dossier et l'état du disque."
        ),
        StoreProblem.BUSY: _("Un autre programme tient ces données : attendez qu'il finisse, puis recommencez."),
        StoreProblem.DEMONSTRATION: _(
            "Cette autorité est de test ou de démonstration : elle est refusée sur des données de production."
        ),
        StoreProblem.NOT_A_CERTIFICATE: _(
            "Ce fichier n'est pas le certificat d'une autorité : donnez un certificat d'AC au format PEM ou DER."
        ),
        StoreProblem.NOT_A_CRL: _(
            "Ce fichier n'est pas une liste de révocation : donnez une CRL au format PEM ou DER."
        ),
    }
    return sentences.get(error.problem) or _(
        "Les données n'ont pas pu être utilisées ({problem}) : consultez le journal du serveur."
    ).format(problem=error.problem.value)


def csv_sentence(error: CsvError) -> str:
    """One sentence for a faulty line of the professionals' file. The line's own text is not repeated."""
    sentences = {
        CsvProblem.NOT_UTF8: _("le fichier n'est pas en UTF-8 : enregistrez-le en « CSV UTF-8 »"),
        CsvProblem.HEADER: _("l'en-tête doit être : {columns}").format(columns=",".join(COLUMNS)),
        CsvProblem.CELLS: _("le nombre de cellules n'est pas celui de l'en-tête"),
        CsvProblem.EMPTY: _("la cellule est vide"),
        CsvProblem.NATIONAL_ID: _("l'identifiant national n'en est pas un"),
        CsvProblem.TWICE: _("cet identifiant est déjà sur une ligne précédente"),
        CsvProblem.PROFESSION: _("la profession n'est ni un code à deux chiffres ni un libellé connu"),
        CsvProblem.YES_OR_NO: _("répondez par oui ou non"),
        CsvProblem.NOT_A_DOCTOR: _("un médecin du travail doit avoir la profession 10 (médecin)"),
        CsvProblem.OFFICER: _("un délégué à la protection des données n'est ni médecin du travail ni régulateur"),
        CsvProblem.EMAIL: _("l'adresse de messagerie n'en est pas une"),
        CsvProblem.TEXT: _("le texte est trop long ou contient des caractères de contrôle"),
        CsvProblem.NOBODY: _("aucun professionnel dans ce fichier"),
    }
    place = _("Ligne {line}").format(line=error.line)
    if error.column:
        place = _("Ligne {line}, colonne {column}").format(line=error.line, column=error.column)
    return _("{place} : {fault}. Rien n'a été importé.").format(place=place, fault=sentences[error.problem])


def report_sentence(report: Report) -> str:
    """What verifying the trail found, in one sentence."""
    if report.problem is None:
        return _(
            "Trace intègre : {rows} lignes, signées jusqu'à la ligne {signed}, {unsigned} non encore signées."
        ).format(rows=report.rows, signed=report.signed, unsigned=report.unsigned)
    sentences = {
        TrailProblem.EDITED: _("la ligne {seq} a été modifiée"),
        TrailProblem.MISSING: _("des lignes ont été supprimées à partir de la ligne {seq}"),
        TrailProblem.REORDERED: _("l'ordre des lignes a été changé à la ligne {seq}"),
        TrailProblem.REWRITTEN: _("la trace a été réécrite à partir de la ligne {seq}"),
        TrailProblem.TRUNCATED: _("la fin de la trace a été supprimée à partir de la ligne {seq}"),
        TrailProblem.BAD_HEAD: _("la signature faite à la ligne {seq} n'est pas celle de ce serveur"),
        TrailProblem.HEAD_REMOVED: _("la signature faite à la ligne {seq} a été supprimée"),
        TrailProblem.UNREADABLE: _("la ligne {seq} est illisible"),
        TrailProblem.COPY: _("la copie a été modifiée ou coupée après la ligne {seq}"),
        TrailProblem.OTHER_KEY: _("la copie n'est pas de ce serveur, ou sa première ligne a été modifiée"),
        TrailProblem.UNSIGNED: _("des signatures manquent à partir de la ligne {seq}"),
    }
    fault = sentences[report.problem].format(seq=report.seq)
    if report.line:
        fault += _(" (ligne {line} du fichier)").format(line=report.line)
    return _("TRACE ALTÉRÉE : {fault}. Gardez une copie du dossier et prévenez le responsable de la sécurité.").format(
        fault=fault
    )
