"""What a patient's own space says, in plain words."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from dmp_tui.dmp.consents import ConsentKind, EmergencyConsents
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.sheet.model import Sheet
from dmp_tui.i18n import _
from dmp_tui.screens.own_pages import Item
from dmp_tui.screens.trail_words import act_words, role_words
from dmp_tui.screens.words import day_and_time, kind_title
from dmp_tui.widgets.text import visible

if TYPE_CHECKING:
    from dmp_tui.client.answers import AdminData, TrailPage
    from dmp_tui.client.errors import ClientError
    from dmp_tui.dmp.consents import Consent


def trouble(error: "ClientError") -> str:
    """One clear sentence for what went wrong."""
    words = {
        "unreachable": _("Le serveur ne répond pas. Vérifiez votre connexion, puis recommencez."),
        "untrusted": _("Ce serveur n'est pas le bon. N'entrez rien et prévenez votre hôpital."),
        "session-ended": _("Votre connexion est finie. Connectez-vous de nouveau."),
        "too-many": _("Trop d'essais. Attendez un quart d'heure, puis recommencez."),
        "not-found": _("Cela n'existe pas, ou plus."),
        "unavailable": _("Le serveur ne peut rien faire pour l'instant. Réessayez plus tard."),
    }
    return words.get(error.problem.value) or visible(error.said) or _("Cela n'a pas marché. Recommencez.")


def sheet_words(sheet: Sheet) -> list[str]:
    """The lines of his sheet, by topic: what would be read of him in an emergency."""
    told = []
    for topic in sheet.topics:
        if topic.lines:
            told.append(f"{kind_title(topic.kind)} :")
            told += [f"- {line.label}" for line in topic.lines]
    return told or [_("Votre fiche ne contient rien pour l'instant.")]


def document_item(document: DocumentEntry) -> Item:
    """A document in a list."""
    hidden = _("  CACHÉ aux professionnels") if document.masked else ""
    return Item(document.id, document.title or document.type.display, f"{_day(document.date)}{hidden}")


def trace_items(page: "TrailPage", documents: tuple[DocumentEntry, ...]) -> list[Item]:
    """Who did what, newest first."""
    known = {document.id: document for document in documents}
    items = []
    for entry in page.entries:
        who = f"{entry.actor_name or entry.actor}, {role_words(entry.role)}"
        when = day_and_time(entry.at) if entry.at else ""
        urgent = "" if entry.mode is Mode.NORMAL else _("EN URGENCE  ")
        refused = "" if entry.allowed else _("REFUSÉ  ")
        why = f" ({visible(entry.reason)})" if entry.reason else ""
        items.append(Item(entry.actor, f"{when}  {who}", f"{urgent}{refused}{act_words(entry, known)}{why}"))
    return items


def consent_item(consent: "Consent") -> Item:
    """Who may read, or who is blocked."""
    if consent.kind is ConsentKind.BLOCK:
        return Item(consent.id, consent.actor_name or consent.actor, _("BLOQUÉ : ne peut pas lire votre dossier"))
    until = _("jusqu'au {day}").format(day=_day(consent.end.isoformat())) if consent.end else _("sans date de fin")
    return Item(consent.id, consent.actor_name or consent.actor, _("peut lire votre dossier, ") + until)


def choice_items(choices: EmergencyConsents) -> list[Item]:
    """The three emergency consents as yes or no."""

    def said(*, yes: bool) -> str:
        return _("OUI") if yes else _("NON")

    return [
        Item("etreat", _("Le SAMU (centre 15) peut lire : {said}").format(said=said(yes=choices.etreat))),
        Item("btg", _("Un soignant peut lire en urgence : {said}").format(said=said(yes=choices.btg))),
        Item("masked", _("Ils voient aussi ce que j'ai caché : {said}").format(said=said(yes=choices.masked))),
    ]


def contact_words(admin: "AdminData") -> list[str]:
    """The people to call."""
    found = [f"{c.name}, {c.relation} : {c.phone}" for c in admin.contacts]
    return found or [_("Vous n'avez nommé personne.")]


def _day(moment: str) -> str:
    try:
        return f"{date.fromisoformat(moment[:10]):%d/%m/%Y}"
    except ValueError:
        return visible(moment)


def sent_at(moment: str) -> str:
    """When a message came."""
    try:
        return day_and_time(datetime.fromisoformat(moment))
    except ValueError:
        return visible(moment)
