"""The keys, on one screen."""

from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.places import PLACES
from dmp_tui.screens.record import OpenRecord, unusual_rows
from dmp_tui.screens.words import named
from dmp_tui.widgets.line import STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import wrap


class HelpScreen(PageScreen):
    """What the keys do and what the signs mean. Shows nothing of a record."""

    def __init__(self, record: OpenRecord | None = None, *, officer: bool = False) -> None:
        self.record = record
        """The one below, of which only the access mode is shown."""
        self.officer = officer
        """A privacy officer asks: his keys, and no record's."""
        super().__init__()

    def keys(self) -> str:
        """How to leave."""
        return " " + _("Échap Retour")

    def banner_rows(self, width: int) -> list[Row]:
        """The access mode of the record below, where it is not the usual one."""
        return unusual_rows(self.record, width)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Keys, then signs."""
        rows: list[Row] = [(title(_("TOUCHES"), width),)]
        for key, words in _officer_keys() if self.officer else _keys():
            lines = wrap(words, width - 16)
            rows.append((Cell(0, 15, key, STRONG), Cell(16, width - 16, lines[0])))
            rows += [(Cell(16, width - 16, line),) for line in lines[1:]]
        signs = [] if self.officer else _signs()
        rows += [(title(_("SIGNES"), width),)] if signs else []
        for sign in signs:
            rows += [text_row(line, width) for line in wrap(sign, width, "  ")]
        return rows


def _keys() -> list[tuple[str, str]]:
    return [
        ("s", _("synthèse : la fiche d'urgence du dossier ouvert")),
        *((place.key, named(place.title, place.what)) for place in PLACES),
        (_("Flèches"), _("se déplacer ; Page préc., Page suiv., Début, Fin")),
        (_("Entrée"), _("ouvrir la ligne : ses sources, puis le document")),
        (_("Échap"), _("revenir")),
        (_("f n l ^F"), _("documents : tout montrer, les nouveaux, par type, par mots ou date")),
        (_("f l [ ] y w"), _("lecture : chercher, sections, copier, enregistrer ; < > document précédent, suivant")),
        ("/", _("chercher un dossier par l'INS ; un lecteur de datamatrix marche sur tous les écrans")),
        ("!", _("bris de glace (régulateurs : centre 15) : lire le dossier en urgence, avec un motif, tracé")),
        ("e", _("documents, lecture : masquer, rendre visible, archiver, supprimer")),
        ("k", _("patient mineur : connexion secrète")),
        ("a", _("sans autorisation : déclarer le consentement du patient")),
        ("F2", _("ouvrir la carte Vitale ou le datamatrix lu pendant un formulaire")),
        ("Ctrl+L", _("verrouiller ; retirer la carte CPS verrouille aussi")),
        ("Ctrl+P", _("toutes les commandes")),
        ("? F1", _("cette aide")),
        ("Ctrl+Q", _("quitter")),
    ]


def _officer_keys() -> list[tuple[str, str]]:
    return [
        (_("Flèches"), _("se déplacer ; Page préc., Page suiv., Début, Fin")),
        (_("Entrée"), _("l'accès entier, avec ses avis")),
        ("v", _("par avis : à examiner, non justifiés, justifiés, tous")),
        ("m", _("par mode : bris de glace, centre 15, les deux")),
        ("p", _("les accès de la personne sous le curseur ; de nouveau : de tous")),
        ("d", _("entre deux jours")),
        ("x", _("tous les accès")),
        ("r", _("relire le registre")),
        ("e", _("exporter ce qui est affiché (CSV), pour le rapport")),
        ("j n o", _("sur un accès : justifié, non justifié, à revoir")),
        (_("Échap"), _("revenir")),
        ("Ctrl+L", _("verrouiller ; retirer la carte CPS verrouille aussi")),
        ("? F1", _("cette aide")),
        ("Ctrl+Q", _("quitter")),
    ]


def _signs() -> list[str]:
    return [
        _("! : pèse en urgence, hors norme ou à vérifier. !! : critique. ↑ ↓ : au-dessus, au-dessous de la norme."),
        _("(13/11) : le jour des valeurs qui suivent ; (11/2024), un mois et une année : valeurs anciennes."),
        _("GRAVE, MORTELLE : la gravité, la pire réaction d'abord. VSM 03/2026 +2 : la source, et 2 autres."),
        _("CONTREDIT ou ≠ : des documents se contredisent ; Entrée montre qui dit quoi."),
        _("« non renseigné » : aucun document n'en parle. « aucun déclaré » : un document dit qu'il n'y en a pas."),
        _("« illisible » : quelque chose est écrit et n'a pas pu être lu ; les documents restent ouverts."),
        _("* : nouveau depuis votre dernier passage dans ce dossier."),
        _("o problème en cours, - antécédent ou acte. … : texte coupé, Entrée le montre entier."),
        _("+3 (Entrée) : trois lignes de plus dans cette rubrique."),
    ]
