"""The secret session of a minor: its trace is hidden from his legal representatives, from its beginning on."""

from datetime import date
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.identity import Identity
from dmp_tui.dmp.minors import age_of
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.messages import SecretChosen
from dmp_tui.screens.record import OpenRecord, banner_rows, identity_rows
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import wrap


class MinorScreen(PageScreen):
    """Before the record of an adolescent is opened: nothing of it was asked for yet, so nothing is traced yet."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose(False)", show=False, id="minor.open"),
        Binding("k", "choose(True)", show=False, id="minor.secret"),
    ]

    def __init__(self, identity: Identity, today: date) -> None:
        self.identity = identity
        self.today = today
        super().__init__()
        self.board.can_focus = False

    def keys(self) -> str:
        """The two ways on."""
        return " " + _("Entrée ouvrir  k connexion secrète  Échap renoncer")

    def banner_rows(self, width: int) -> list[Row]:
        """Who it is."""
        return identity_rows(self.identity, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The question, and what each answer does."""
        age = age_of(self.identity, self.today)
        rows: list[Row] = [(title(_("PATIENT MINEUR ({age} ans)").format(age=age), width),)]
        told = (
            _("Entrée : ouvrir le dossier. Ses représentants légaux pourront voir que vous l'avez lu."),
            _(
                "k : connexion secrète. Le mineur demande le secret pour ces soins (CSP L1111-5, L1111-5-1, L2212-4, "
                "L2212-7, L6211-3-1) : ses représentants légaux ne verront rien de cette session. Le patient et son "
                "médecin traitant la voient."
            ),
        )
        for sentence in told:
            rows += [text_row(line, width) for line in wrap(sentence, width, "    ")]
        return rows

    def action_choose(self, secret: bool) -> None:
        """Open, in secret or not."""
        self.post_message(SecretChosen(self.identity, secret))


class SecretScreen(PageScreen):
    """The same in an open record: on from now, or off again."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", show=False, id="secret.turn")]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.record = record
        self.today = today
        super().__init__()
        self.board.can_focus = False

    def keys(self) -> str:
        """How to turn it on or off."""
        return (
            " " + (_("Entrée finir le secret") if self.record.secret else _("Entrée passer en secret")) + _("  Échap")
        )

    def show_record(self, record: OpenRecord) -> None:
        """The same record: its card was pulled, say."""
        self.record = record
        self.lay_out()

    def banner_rows(self, width: int) -> list[Row]:
        """Whose record, and how it is read."""
        return banner_rows(self.record, width, self.today, allergies=False)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What it does, and what it cannot undo."""
        rows: list[Row] = [(title(_("CONNEXION SECRÈTE"), width),)]
        if self.record.secret:
            told = [_("Elle est en cours. La finir : ce qui suit sera visible des représentants légaux.")]
        else:
            told = [
                _("Le mineur demande le secret pour ces soins (CSP L1111-5, L1111-5-1, L2212-4, L2212-7, L6211-3-1)."),
                _("Ses représentants légaux ne verront rien de ce que vous faites à partir de maintenant."),
                _("Ce que vous avez déjà fait dans ce dossier leur reste visible."),
                _("Les documents que vous déposez leur sont cachés aussi."),
            ]
        for sentence in told:
            rows += [text_row(line, width, STRONG if sentence is told[0] else PLAIN) for line in wrap(sentence, width)]
        return rows

    def action_choose(self) -> None:
        """Turn it."""
        self.post_message(SecretChosen(self.record.identity, not self.record.secret))
