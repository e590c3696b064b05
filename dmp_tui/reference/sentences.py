"""What is wrong with an official table or a reference file, in one sentence that says what to do."""

from dmp_tui.dmp.medicines.tables import TableError, TableProblem
from dmp_tui.i18n import _
from dmp_tui.reference.schema import ReferenceFault, ReferenceProblem


def table_sentence(error: TableError) -> str:
    """One sentence for a table; the base that was there stays, and that is said."""
    file, line, column = error.file, error.line, error.column
    sentences = {
        TableProblem.NO_FILE: _("Il manque {file} dans ce dossier : il faut les cinq tables de la BDPM."),
        TableProblem.SEVERAL_FILES: _("{file} et {detail} : une seule édition à la fois, retirez l'autre."),
        TableProblem.UNREADABLE: _("{file} ne peut pas être lu ({detail}) : vérifiez le chemin et les droits."),
        TableProblem.NOT_TEXT: _("{file} n'est pas un texte : téléchargez-le à nouveau."),
        TableProblem.TOO_LARGE: _("{file} dépasse 256 Mo : ce n'est pas une table officielle."),
        TableProblem.EMPTY: _("{file} est vide : téléchargez-le à nouveau."),
        TableProblem.COLUMNS: _("{file}, ligne {line} : colonnes manquantes ({detail}) ; une autre présentation ?"),
        TableProblem.VALUE: _(
            "{file}, ligne {line} : « {column} » n'a pas la forme attendue ; une autre présentation ?"
        ),
        TableProblem.UNKNOWN_CODE: _(
            "{file}, ligne {line} : code CIS inconnu ({detail} lignes) ; les tables ne sont pas d'une même édition."
        ),
        TableProblem.NOT_JSON: _(
            "{file}, ligne {line} : ce n'est pas le thésaurus en JSON (une liste d'interactions)."
        ),
    }
    told = sentences[error.problem].format(file=file, line=line, column=column, detail=error.detail or column)
    kept = _("Rien n'a été importé : la base précédente reste en service.")
    return f"{told} {kept}"


def reference_sentence(error: ReferenceFault) -> str:
    """One sentence for a reference file."""
    sentences = {
        ReferenceProblem.DAMAGED: _("{file} est abîmé : supprimez-le, puis importez à nouveau."),
        ReferenceProblem.OTHER_VERSION: _("{file} est d'une autre version de dmp-tui : importez à nouveau."),
        ReferenceProblem.UNREADABLE: _("{file} ne peut pas être utilisé : vérifiez le chemin et les droits."),
        ReferenceProblem.NO_ROOM: _("Le disque est plein : rien n'a été importé, la base précédente reste en service."),
        ReferenceProblem.BUSY: _("Un autre import est en cours : attendez sa fin, puis recommencez."),
    }
    return sentences[error.problem].format(file=error.file)
