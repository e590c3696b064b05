"""A document's state, and changing it: masked, hidden, archived, deleted, each with what it means and to whom."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.consents import AuthorisationState, RecordStatus
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.rights import UNSAID, Operation, Question, Refusal, decide, state_of
from dmp_tui.i18n import _
from dmp_tui.screens.acts import ChangeDocument
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.dates import day
from dmp_tui.screens.document_rows import author_name
from dmp_tui.screens.life_forms import ActPage, ConfirmForm
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.words import named
from dmp_tui.widgets.line import STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


@dataclass(frozen=True, slots=True)
class Change:
    """A change of state that makes sense for a document as it is."""

    operation: Operation
    label: str
    means: str
    """Who sees what afterwards, and how it is undone."""
    act: ChangeDocument
    why_not: str = ""


def changes(record: OpenRecord, entry: DocumentEntry, now: datetime) -> list[Change]:
    """All changes that make sense, those first that may be done; the others say why not, and who can."""
    found = [
        Change(each.operation, each.label, each.means, each.act, why_not(record, entry, each.operation, now))
        for each in _possible(entry, still_seen=record.treating or record.professional_id in state_of(entry).makers)
    ]
    return sorted(found, key=lambda change: bool(change.why_not))


def _possible(entry: DocumentEntry, *, still_seen: bool) -> list[Change]:
    if entry.status is DocumentStatus.ENTERED_IN_ERROR:
        return []
    levels = entry.confidentiality
    gone = _("Document masqué aux soignants.") if still_seen else _("Document masqué : vous ne le voyez plus.")
    masked, hidden = Confidentiality.MASKED, Confidentiality.HIDDEN_FROM_PATIENT
    found = []
    if entry.masked:
        found.append(
            Change(
                Operation.UNMASK,
                _("Démasquer"),
                _("Tous les soignants autorisés le liront de nouveau."),
                ChangeDocument(entry, _("Document démasqué."), levels=levels - {masked}),
            )
        )
    else:
        found.append(
            Change(
                Operation.MASK,
                _("Masquer aux soignants"),
                _(
                    "À la demande du patient. Le verront encore : le patient, son auteur, le médecin traitant ; en "
                    "urgence, seulement si le patient l'a permis. Rien ne dira aux autres qu'il existe. Réversible."
                ),
                ChangeDocument(entry, gone, levels=levels | {masked}),
            )
        )
    if hidden in levels:
        found.append(
            Change(
                Operation.MAKE_VISIBLE_TO_PATIENT,
                _("Rendre visible au patient"),
                _("Le patient le lira dans son espace : annoncez-le-lui d'abord. Irréversible."),
                ChangeDocument(entry, _("Document visible par le patient."), levels=levels - {hidden}),
            )
        )
    if entry.archived:
        found.append(
            Change(
                Operation.UNARCHIVE,
                _("Désarchiver"),
                _("Il revient parmi les documents courants."),
                ChangeDocument(entry, _("Document désarchivé."), archived=False),
            )
        )
    else:
        found.append(
            Change(
                Operation.ARCHIVE,
                _("Archiver"),
                _("Il reste au dossier, lisible, rangé parmi les archivés. Réversible."),
                ChangeDocument(entry, _("Document archivé."), archived=True),
            )
        )
    found.append(
        Change(
            Operation.DELETE,
            _("Supprimer"),
            _("Déposé par erreur. Ce qu'il disait quitte la fiche ; la trace reste. Irréversible."),
            ChangeDocument(entry, _("Document supprimé."), deleted=True),
        )
    )
    return found


def why_not(record: OpenRecord, entry: DocumentEntry, operation: Operation, now: datetime) -> str:
    """Why the caller may not do it, and who can; empty where he may, as far as the rules tell before the server."""
    if record.caller is None:
        return ""
    declared = record.standing.declared if record.standing else None
    wishes = declared.emergency if declared is not None and declared.emergency is not None else UNSAID
    emergency = record.mode is not Mode.NORMAL
    decision = decide(
        Question(
            operation,
            record.caller,
            record.mode,
            now,
            RecordStatus.ACTIVE,
            # The record is open: what opened it in normal mode is a valid authorisation.
            AuthorisationState.NONE if emergency else AuthorisationState.VALID,
            record.caller.id if record.treating else "",
            emergency=wishes,
            document=state_of(entry),
        )
    )
    return "" if decision.allowed else _instead(decision.refusal or Refusal.ROLE, record.mode)


def _instead(refusal: Refusal, mode: Mode) -> str:
    if mode is not Mode.NORMAL and refusal in {Refusal.ROLE, Refusal.MODE}:
        return _("pas dans cet accès d'urgence : en accès normal, avec l'accord du patient")
    return {
        Refusal.NOT_THE_AUTHOR: _("réservé à son auteur, au médecin traitant et au patient : demandez-le-leur"),
        Refusal.NOT_THE_STRUCTURE: _("réservé à l'établissement qui l'a déposé, et au patient"),
        Refusal.PATIENTS_OWN: _("ajouté par le patient : lui ou son médecin traitant le peuvent"),
        Refusal.OPPOSED: _("le patient s'oppose à cet accès d'urgence"),
    }.get(refusal, _("votre profession ne le permet pas : demandez à l'auteur, au médecin traitant ou au patient"))


class DocumentStateScreen(ActPage):
    """A digit chooses a change; its meaning is shown, and Enter does it. Deleting asks for a whole word."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"choose({n})", show=False, id=f"document.change-{n}") for n in range(1, 10)),
        Binding("enter", "confirm", show=False, id="document.confirm"),
    ]

    def __init__(self, record: OpenRecord, today: date, entry: DocumentEntry, now: datetime) -> None:
        self.record = record
        self.today = today
        self.entry = entry
        self.found = changes(record, entry, now)
        self.possible = [change for change in self.found if not change.why_not]
        self.chosen: Change | None = None
        super().__init__()
        self.board.can_focus = False

    def keys(self) -> str:
        """How to choose, how to confirm, how to leave."""
        if self.chosen is not None:
            return " " + _("Entrée confirmer  Échap renoncer")
        last = len(self.possible)
        return " " + (_("1-{last} choisir  Échap retour").format(last=last) if last else _("Échap retour"))

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Which document, then what can be done, or the change that was chosen."""
        entry = self.entry
        facts = [document_type(entry.type), _("du {day}").format(day=day(entry.date)[:10]), author_name(entry)]
        rows: list[Row] = [(title(_("ÉTAT DU DOCUMENT"), width),)]
        rows += [text_row(line, width, STRONG) for line in wrap(visible(entry.title), width, "  ")]
        rows += _lines(" · ".join(fact for fact in facts if fact), width)
        rows += _lines(state_words(entry), width)
        if self.chosen is not None:
            rows.append((title(f"{self.chosen.label.upper()} ?", width),))
            rows += _lines(self.chosen.means, width)
            rows += [(), text_row(_("Entrée : oui · Échap : non"), width, STRONG)]
            return rows
        rows.append((title(_("CE QUE VOUS POUVEZ FAIRE"), width),))
        for number, change in enumerate(self.possible, 1):
            rows.append(text_row(f" {number} {change.label}", width, STRONG))
        for reason in dict.fromkeys(change.why_not for change in self.found if change.why_not):
            labels = ", ".join(change.label for change in self.found if change.why_not == reason)
            rows += [text_row(line, width) for line in wrap(f" - {named(labels, reason)}", width, "   ")]
        if self.found:
            # The official table has a row for showing, none for hiding: it is said with the deposit (TD3.3).
            hiding = _("Cacher au patient ou aux représentants légaux")
            reason = _("se décide au dépôt (i, r), pas après ; son auteur peut le supprimer et le redéposer")
            rows += [text_row(line, width) for line in wrap(f" - {named(hiding, reason)}", width, "   ")]
        else:
            rows += _lines(_("Il est supprimé : son état ne change plus."), width)
        return rows

    def action_choose(self, number: int) -> None:
        """Show what it means; deleting has a page of its own."""
        if self.waiting or self.chosen is not None or number > len(self.possible):
            return
        change = self.possible[number - 1]
        if change.operation is Operation.DELETE:
            heading = _("SUPPRIMER {title}").format(title=visible(self.entry.title))
            self.app.push_screen(ConfirmForm(self.record, self.today, change.act, heading, change.means))
            return
        self._show(change)

    def _show(self, change: Change | None) -> None:
        self.chosen = change
        self.foot.show_keys(self.keys())
        self.say("")
        self.lay_out()

    def action_confirm(self) -> None:
        """Do it."""
        if self.chosen is not None:
            self.ask_for(self.chosen.act)

    def action_go(self, where: str) -> None:
        """Escape gives up the change first."""
        if where == "back" and self.chosen is not None and not self.waiting:
            self._show(None)
        else:
            super().action_go(where)


def state_words(entry: DocumentEntry) -> str:
    """What holds of a document now."""
    levels = entry.confidentiality
    words = [
        _("MASQUÉ aux soignants") if entry.masked else _("visible des soignants autorisés"),
        _("caché au patient") if Confidentiality.HIDDEN_FROM_PATIENT in levels else _("visible du patient"),
    ]
    if Confidentiality.HIDDEN_FROM_REPRESENTATIVES in levels:
        words.append(_("caché aux représentants légaux"))
    if entry.archived:
        words.append(_("archivé"))
    if entry.status is DocumentStatus.SUPERSEDED:
        words.append(_("remplacé"))
    if entry.status is DocumentStatus.ENTERED_IN_ERROR:
        words.append(_("supprimé"))
    return _("État : {words}").format(words=", ".join(words))


def _lines(text: str, width: int) -> list[Row]:
    return [text_row(line, width) for line in wrap(text, width, "  ")]
