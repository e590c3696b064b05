"""What stands on the lock screen once it is loaded."""

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.widget import Widget

from dmp_tui.cards.sentences import kind_label, problem_sentence, unsupported_sentence
from dmp_tui.i18n import _, n_
from dmp_tui.screens.base import SMALLEST, small_terminal_rows
from dmp_tui.screens.lock import Desk, first_line
from dmp_tui.screens.messages import PinTyped
from dmp_tui.screens.words import clock_time
from dmp_tui.widgets.bars import Banner, Foot
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


class LockBody(Widget):
    """Readers, cards, server; the PIN once a CPS was read."""

    def __init__(self) -> None:
        super().__init__()
        self.styles.height = "1fr"
        self.top = Banner()
        self.pin = Field(_("Code PIN :"), masked=True, digits=True, limit=12)
        self.gap = Banner()
        self.gap.styles.height = "1fr"
        self.foot = Foot(" " + _("? Aide  ^P Commandes  ^Q Quitter"))

    def compose(self) -> ComposeResult:
        """Text, PIN, foot."""
        yield self.top
        yield self.pin
        yield self.gap
        yield self.foot

    def show(self, desk: Desk, message: tuple[str, Style]) -> None:
        """Lay out the desk."""
        width, height = self.app.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.pin.display = bool(desk.holder) and not small
        self.foot.display = not small
        self.top.show(small_terminal_rows(width, height) if small else desk_rows(desk, width))
        if self.pin.display and self.screen.focused is None:
            self.pin.focus()
        self.foot.say(*message)

    @on(events.DescendantBlur)
    def keep_focus(self) -> None:
        """Give the PIN the keyboard back: cards swapped before the field was seen hidden take it a moment later.

        Without the app's own focus (another window has it) Textual gives it back by itself.
        """
        if self.pin.display and self.app.app_focus:
            self.pin.focus()

    @on(Field.Submitted)
    def hand_over(self, message: Field.Submitted) -> None:
        """Hand the PIN over, once, and keep nothing of it here."""
        message.stop()
        pin = message.value
        self.pin.value = ""
        self.post_message(PinTyped(pin))


def desk_rows(desk: Desk, width: int) -> list[Row]:
    """Readers and cards, the server, the CPS that was read."""
    rows: list[Row] = [text_row(first_line(), width), (title(_("LECTEURS"), width),)]
    for reader, kind in desk.cards:
        words = kind_label(kind) if kind is not None else _("vide")
        rows += [text_row(line, width) for line in wrap(f"{reader} : {words}", width, "  ")]
        if kind is not None and not (kind.cps and desk.by_module) and (sentence := unsupported_sentence(kind)):
            rows += [text_row(line, width, ALARM) for line in wrap(f"  ! {sentence}", width, "    ")]
    if desk.problem is not None:
        rows += [text_row(line, width, ALARM) for line in wrap("! " + problem_sentence(desk.problem), width, "  ")]
    elif not desk.cards:
        rows.append(text_row(_("Recherche des lecteurs."), width))
    rows.append((title(_("SERVEUR"), width),))
    state = f"{desk.server} {desk.server_state}".strip()
    rows += [text_row(line, width) for line in wrap(state, width, "  ")]
    rows.append((title(_("CONNEXION"), width),))
    if desk.vitale_until is not None:
        sentence = _("Carte Vitale lue, gardée jusqu'à {time}.")
        rows.append(text_row(sentence.format(time=clock_time(desk.vitale_until)), width, STRONG))
    if not desk.holder:
        rows.append(text_row(_("Insérez votre carte CPS."), width, STRONG))
        return rows
    rows.append(text_row(_("Carte CPS de {name}").format(name=visible(desk.holder)), width, STRONG))
    if desk.test_card:
        rows.append(text_row(_("! Carte de TEST : un serveur de production la refuse."), width))
    rows.append(_tries_row(desk.tries_left, width))
    return rows


def _tries_row(tries: int | None, width: int) -> Row:
    if tries is None:
        return text_row(_("Tapez le code PIN, puis Entrée."), width)
    if tries == 0:
        return text_row(_("! Carte bloquée : débloquez-la avec son code PUK, ou appelez l'ANS."), width, ALARM)
    sentence = n_(
        "Tapez le code PIN, puis Entrée. Il reste {count} essai avant le blocage.",
        "Tapez le code PIN, puis Entrée. Il reste {count} essais avant le blocage.",
        tries,
    )
    return text_row(sentence.format(count=tries), width, ALARM if tries == 1 else PLAIN)
