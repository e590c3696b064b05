"""The screens of an open record that a letter opens: one table for keys, foot, help and palette.

A new screen is a row here. Screens are imported when they are first shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dmp_tui.i18n import _

if TYPE_CHECKING:
    from dmp_tui.screens.record import OpenRecord
    from dmp_tui.screens.record_screen import RecordScreen


@dataclass(frozen=True, slots=True)
class Place:
    """A screen that a letter opens. ``go.<where>`` is the id of its binding."""

    where: str
    key: str
    foot: str
    """Its word on the row of keys; empty where only the help and the palette name it."""
    title: str
    what: str
    """What stands there, for the help and the palette."""
    make: "Callable[[OpenRecord, date], RecordScreen]"


def _treatments(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.treatments import TreatmentsScreen

    return TreatmentsScreen(record, today)


def _labs(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.labs import LabsScreen

    return LabsScreen(record, today)


def _prevention(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.prevention import PreventionScreen

    return PreventionScreen(record, today)


def _reimbursements(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.reimbursements import ReimbursementsScreen

    return ReimbursementsScreen(record, today)


def _documents(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.documents import DocumentsScreen

    return DocumentsScreen(record, today)


def _contacts(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.contacts import ContactsScreen

    return ContactsScreen(record, today)


def _exams(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.exams import ExamsScreen

    return ExamsScreen(record, today)


def _deposit(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.deposit import DepositScreen

    return DepositScreen(record, today)


def _consents(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.consents import ConsentsScreen

    return ConsentsScreen(record, today)


def _give(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.give import GiveScreen

    return GiveScreen(record, today)


def _trail(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.trail import TrailScreen

    return TrailScreen(record, today)


PLACES = (
    Place("documents", "d", _("Docs"), _("Documents"), _("liste et lecture"), _documents),
    Place("treatments", "t", _("Trait"), _("Traitements"), _("en cours, prévus, arrêtés, leurs doses"), _treatments),
    Place("biology", "b", _("Bio"), _("Biologie"), _("dernières valeurs, évolution, constantes"), _labs),
    Place("prevention", "v", _("Prév"), _("Prévention"), _("vaccins, ce qui est à faire ; dépistages"), _prevention),
    Place("contacts", "c", _("Cont"), _("Contacts et volontés"), _("qui appeler, directives"), _contacts),
    Place("already-done", "x", _("Fait?"), _("Déjà fait ?"), _("un examen, un vaccin : quand, où, résultat"), _exams),
    Place("give", "g", _("Donner?"), _("Puis-je donner ?"), _("un à cinq médicaments, saignement, tétanos"), _give),
    Place("deposit", "a", _("Dépôt"), _("Déposer"), _("une note ou un fichier dans ce dossier"), _deposit),
    Place("consents", "p", "", _("Consentements et dossier"), _("autorisations, volontés, fermeture"), _consents),
    Place("trail", "j", "", _("Journal"), _("qui a lu ce dossier, quand, pourquoi"), _trail),
    Place("reimbursements", "r", "", _("Remboursements"), _("données de l'assurance maladie"), _reimbursements),
)
"""In the order of the row of keys. The sheet itself is home, and no row of it."""
