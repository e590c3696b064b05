"""A record that is closed: nobody reads it; who may open it again, does, with the patient."""

from datetime import date, datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.consents import kept_until
from dmp_tui.dmp.identity import Identity
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.dates import day
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.life_forms import YES
from dmp_tui.screens.messages import Go, ReopeningAsked
from dmp_tui.screens.record import identity_rows
from dmp_tui.screens.words import full_name
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


class ClosedScreen(PageScreen):
    """Since when, why, until when it can be opened again, and by whom."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "reopen", show=False, id="go.reopen")]

    def __init__(self, identity: Identity, today: date, closed: datetime | None, reason: str, why_not: str) -> None:
        self.identity = identity
        self.today = today
        self.closed = closed
        self.reason = reason
        self.why_not = why_not
        """Why this professional cannot open it again now."""
        super().__init__()

    def keys(self) -> str:
        """How to open it again, where it can be."""
        again = "" if self.why_not else _("o Rouvrir le DMP") + "  "
        return " " + again + _("Échap Continuer sans dossier")

    def banner_rows(self, width: int) -> list[Row]:
        """Whose."""
        return identity_rows(self.identity, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What is known of the closing, and what can be done."""
        since = _day(self.closed)
        told = [_("Le DMP de ce patient est fermé depuis le {day} : il ne peut pas être lu.").format(day=since)]
        if self.reason:
            told.append(_("Motif : {reason}").format(reason=visible(self.reason)))
        if self.closed is not None:
            told.append(
                _("Il est conservé, et peut être rouvert avant le {day}.").format(day=_day(kept_until(self.closed)))
            )
        told.append(self.why_not or _("o : le patient le demande ; le DMP est rouvert tel qu'il était."))
        rows: list[Row] = [(title(_("DMP FERMÉ"), width),)]
        for sentence in told:
            rows += [text_row(line, width, STRONG if sentence is told[0] else PLAIN) for line in wrap(sentence, width)]
        return rows

    def action_reopen(self) -> None:
        """On to the confirmation."""
        if not self.why_not:
            self.post_message(Go("reopen"))


class ReopenScreen(FormScreen):
    """Opened again by a whole word."""

    def __init__(self, identity: Identity, today: date) -> None:
        super().__init__(identity, today, [Field(_("Taper OUI pour rouvrir :"), limit=3)])

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What opening again means."""
        assert self.identity is not None  # noqa: S101 - a record is always somebody's; narrows the type
        name = full_name(self.identity.traits)
        rows: list[Row] = [(title(_("ROUVRIR LE DMP DE {name}").format(name=name), width),)]
        sentence = _(
            "Le patient, présent, demande que son DMP soit rouvert. Tout ce qu'il contenait est de nouveau lisible "
            "par ceux qu'il avait autorisés."
        )
        return rows + [text_row(line, width) for line in wrap(sentence, width)]

    def hand_over(self) -> None:
        """Open it, if the word is there."""
        assert self.identity is not None  # noqa: S101 - a record is always somebody's; narrows the type
        if self.fields[0].value.strip().upper() not in YES:
            self.say(_("Rien n'est rouvert : tapez OUI en entier, ou Échap pour renoncer."), ALARM)
        else:
            self.post_message(ReopeningAsked(self.identity))


def _day(moment: datetime | None) -> str:
    return day(moment.astimezone().date().isoformat()) if moment else "?"
