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


def _documents(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.documents import DocumentsScreen

    return DocumentsScreen(record, today)


def _contacts(record: "OpenRecord", today: date) -> "RecordScreen":
    from dmp_tui.screens.contacts import ContactsScreen

    return ContactsScreen(record, today)


PLACES = (
    Place("documents", "d", _("Docs"), _("Documents"), _("liste et lecture"), _documents),
    Place("contacts", "c", _("Contacts"), _("Contacts"), _("qui appeler"), _contacts),
)
"""In the order of the row of keys. The sheet itself is home, and no row of it."""
