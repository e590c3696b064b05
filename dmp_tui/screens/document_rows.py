"""A document in the list: its row, what sets it apart in words, and the words by which it is found."""

from collections.abc import Mapping

from rich.cells import cell_len

from dmp_tui.dmp.codes import CLASSES, TYPES
from dmp_tui.dmp.consultation import IDENTITY_WARNINGS, PARTLY_READ, Links, is_unread, names_another
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.identity import fold
from dmp_tui.i18n import _, n_
from dmp_tui.screens.coded import document_type, specialty
from dmp_tui.screens.dates import day
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell, Row, text_row
from dmp_tui.widgets.text import cut, fit, two_ends, visible, wrap

_AUTHOR = 16
"""Cells that an author keeps beside a long title."""
_FLAGS = 34
"""Cells of flags beside the title; where they take more they have a row of their own, and are never cut."""
_INDENT = 13


def document_rows(entry: DocumentEntry, links: Links, width: int, *, new: bool, depth: int = 0) -> list[Row]:
    """``* 12/02/2026 VSM         Synthèse médicale          Dr ROUX Anne  archivé``; Enter opens it by its id."""
    sign = "*" if new else "└" if depth else " "
    indent = "  " * min(depth - 1, 4) if depth else ""
    left = f"{indent}{sign} {day(entry.date)[:10] or _('date ?'):<10} {fit(document_type(entry.type), 11)} "
    left += visible(entry.title)
    flags = document_flags(entry, links)
    style = ALARM if names_another(entry) else STRONG if entry.warnings or new else PLAIN
    own_row = cell_len(flags) > _FLAGS
    room = width - (0 if own_row or not flags else cell_len(flags) + 2)
    author = cut(author_name(entry), max(room - cell_len(left) - 2, _AUTHOR))
    right = "  ".join(part for part in (author, "" if own_row else flags) if part)
    rows: list[Row] = [(Cell(0, width, two_ends(left, right, width), style, entry.id),)]
    if own_row:
        indent = " " * _INDENT
        rows += [text_row(line, width, style) for line in wrap(indent + flags, width, indent)]
    return rows


def author_name(entry: DocumentEntry) -> str:
    """The first author; the structure where no person is named."""
    return next((visible(a.name or a.organisation_name) for a in entry.authors if a.name or a.organisation_name), "")


def author_words(entry: DocumentEntry) -> str:
    """All authors, each with specialty and structure."""
    people = (
        " - ".join(part for part in (a.name, specialty(a.specialty) or a.role, a.organisation_name) if part)
        for a in entry.authors
    )
    return ", ".join(person for person in people if person)


def document_flags(entry: DocumentEntry, links: Links) -> str:
    """What sets a document apart, in words: of another identity, masked, archived, replaced, not read whole."""
    flags = [f"! {_identity_flag(code)}" for code in entry.warnings if code in IDENTITY_WARNINGS]
    if entry.masked:
        flags.append(_("MASQUÉ"))
    if Confidentiality.HIDDEN_FROM_PATIENT in entry.confidentiality:
        flags.append(_("invisible au patient"))
    if Confidentiality.HIDDEN_FROM_REPRESENTATIVES in entry.confidentiality:
        flags.append(_("invisible aux représentants"))
    if entry.archived:
        flags.append(_("archivé"))
    if links.newer:
        newer = links.newer[0]
        flags.append(
            _("remplacé le {date} par {document}").format(date=day(newer.date)[:10], document=document_type(newer.type))
        )
    elif entry.status is DocumentStatus.SUPERSEDED:
        flags.append(_("remplacé"))
    if entry.status is DocumentStatus.ENTERED_IN_ERROR:
        flags.append(_("supprimé"))
    if links.older:
        count = len(links.older)
        flags.append(n_("en remplace {count}", "en remplace {count}", count).format(count=count))
    flags.append(reading_flag(entry))
    others = [code for code in entry.warnings if code not in IDENTITY_WARNINGS and code != PARTLY_READ]
    if others:
        count = len(others)
        flags.append("! " + n_("{count} avertissement", "{count} avertissements", count).format(count=count))
    return ", ".join(flag for flag in flags if flag)


def reading_flag(entry: DocumentEntry) -> str:
    """How far its content stands on the sheet, where that is not whole."""
    if entry.readable == "entries":
        return _("lu en partie") if PARTLY_READ in entry.warnings else ""
    return {
        "narrative": _("texte seul"),
        "attachment": _("fichier joint"),
        "nothing": _("! illisible"),
    }.get(entry.readable, "")


def _identity_flag(code: str) -> str:
    return {
        "name-differs": _("AUTRE NOM"),
        "birth-date-differs": _("AUTRE NAISSANCE"),
        "sex-differs": _("AUTRE SEXE"),
        "ins-differs": _("AUTRE INS"),
        "other-person": _("AUTRE PERSONNE ?"),
    }[code]


def groups(entry: DocumentEntry) -> tuple[str, ...]:
    """The rows of the list of types that a document belongs to: its type, and what else one may look for."""
    found = [document_type(entry.type)]
    if entry.archived:
        found.append(_("archivés"))
    if entry.masked:
        found.append(_("masqués"))
    if entry.status is DocumentStatus.SUPERSEDED:
        found.append(_("remplacés"))
    if entry.readable and is_unread(entry):
        found.append(_("texte ou fichier seul, ou lus en partie"))
    if names_another(entry):
        found.append(_("d'une autre identité ?"))
    return tuple(found)


def found_by(entry: DocumentEntry, links: Mapping[str, Links]) -> str:
    """The folded words by which a document is found: type, class, title, authors, specialties, flags."""
    name, class_ = TYPES.get(entry.type.code, (entry.type.display, ""))
    parts = [
        document_type(entry.type),
        name,
        CLASSES.get(class_, entry.class_.display),
        entry.title,
        author_words(entry),
        document_flags(entry, links.get(entry.id, Links())),
        *(event.display for event in entry.events),
        entry.description,
        entry.facility_type.display if entry.facility_type else "",
        entry.practice_setting.display if entry.practice_setting else "",
    ]
    return fold(" ".join(part for part in parts if part))
