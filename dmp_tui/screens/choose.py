"""Several people on one Vitale card: the user says who is the patient. Nothing is opened by itself."""

from datetime import date
from typing import ClassVar

from textual import events, on

from dmp_tui.cards.vitale import Beneficiary
from dmp_tui.dmp.identity import ownership_doubts
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.messages import BeneficiaryChosen
from dmp_tui.screens.words import doubt, traits_line
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import Cell, Row, text_row, title
from dmp_tui.widgets.text import wrap


class ChooseScreen(PageScreen):
    """A digit chooses one of nine; above nine, the cursor and Enter."""

    HOLDS: ClassVar[bool] = True

    def __init__(self, beneficiaries: tuple[Beneficiary, ...], today: date) -> None:
        self.beneficiaries = beneficiaries
        self.today = today
        super().__init__()

    def keys(self) -> str:
        """How to choose."""
        if len(self.beneficiaries) > 9:
            return " " + _("Flèches et Entrée : choisir le patient  Échap annuler")
        return " " + _("1-{last} ou Entrée : choisir le patient  Échap annuler").format(last=len(self.beneficiaries))

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """One person a row, with what is doubtful about the number."""
        sentence = _("Plusieurs bénéficiaires sur cette carte : qui est le patient ?")
        rows: list[Row] = [(title(_("CARTE VITALE"), width),), *(text_row(t, width) for t in wrap(sentence, width))]
        nirs = [person.nir for person in self.beneficiaries]
        for index, person in enumerate(self.beneficiaries):
            number = f"{index + 1:>2} "
            rows.append(text_row(number + traits_line(person.traits, self.today), width, key=index))
            doubts = ownership_doubts(person.nir, person.traits, nirs)
            if doubts:
                why = ", ".join(doubt(reason) for reason in doubts)
                text = _("NIR de l'assuré ({why}) : il faudra saisir ou scanner l'INS").format(why=why)
                if person.nir_unread:
                    text = _("NIR illisible sur la carte : il faudra saisir ou scanner l'INS")
                rows += [(Cell(3, width - 3, line),) for line in wrap(text, width - 3)]
        return rows

    def on_key(self, event: events.Key) -> None:
        """A digit chooses."""
        character = event.character or ""
        if character.isascii() and character.isdigit() and len(self.beneficiaries) <= 9:
            index = int(character) - 1
            if 0 <= index < len(self.beneficiaries):
                event.stop()
                self._say_chosen(index)

    @on(Board.Opened)
    def choose(self, message: Board.Opened) -> None:
        """Enter chooses."""
        message.stop()
        if isinstance(message.key, int):
            self._say_chosen(message.key)

    def _say_chosen(self, index: int) -> None:
        nirs = tuple(person.nir for person in self.beneficiaries)
        self.post_message(BeneficiaryChosen(self.beneficiaries[index], nirs))
