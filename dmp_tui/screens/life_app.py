"""The half of the app that knows the record as such: who may read it, what the patient wants, closing it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.note_app import NoteApp

if TYPE_CHECKING:
    from dmp_tui.screens import messages
    from dmp_tui.screens.acts import Act, Standing
    from dmp_tui.screens.life_forms import ActPage
    from dmp_tui.screens.record import OpenRecord


class LifeApp(NoteApp):
    """Acts on the open record, each asked for by a form."""

    # --- how it stands

    def on_read_standing(self, message: "messages.ReadStanding") -> None:
        """A screen shows who is authorised."""
        message.stop()
        if self.record is not None:
            self.run_worker(self.told(self._read_standing(self.record)), group="standing", exclusive=True)

    async def _read_standing(self, record: "OpenRecord") -> None:
        from dmp_tui.screens.acts import read_standing

        standing = await self.ask(lambda client: read_standing(client, record))
        now = self.record
        if now is None or now.identity != record.identity:
            return
        status = standing.status
        changed = replace(
            now,
            standing=standing,
            status=status.status,
            treating_doctor=status.treating_doctor_name,
            treating_doctor_phone=status.treating_doctor_phone,
        )
        if standing.declared is not None:
            declared = standing.declared
            changed = replace(changed, contacts=declared.contacts, phones=declared.phones, address=declared.address)
        self.update_record(changed)

    # --- forms

    def on_act_chosen(self, message: "messages.ActChosen") -> None:
        """Show its form, over the screen in view."""
        message.stop()
        if self.record is None or self.record.standing is None:
            return
        form = self._form_of(message.where, self.record, self.record.standing)
        if form is not None:
            self.push_screen(form)

    def _form_of(self, where: str, record: "OpenRecord", standing: "Standing") -> "ActPage | None":
        from dmp_tui.screens.acts import Resign, Treat, Withdraw
        from dmp_tui.screens.life_forms import AuthoriseForm, CloseForm, ConfirmForm, WishesForm

        today = self.today()
        declared, who = standing.declared, record.caller
        mine = standing.own(who) if who is not None else None
        match where:
            case "authorise":
                return AuthoriseForm(record, today)
            case "withdraw" if mine is not None:
                told = (
                    _("Vous ne pourrez plus lire ce dossier, sauf nouvelle autorisation du patient."),
                    _("Ce que vous y avez déposé y reste."),
                )
                return ConfirmForm(record, today, Withdraw(mine), _("RETIRER MON AUTORISATION"), *told)
            case "treat":
                told = (
                    _("Le patient vous déclare son médecin traitant ; celui qui l'était ne l'est plus au DMP."),
                    _("Vous lirez aussi les documents masqués, et tous les accès à ce dossier."),
                )
                return ConfirmForm(record, today, Treat(), _("ME DÉCLARER MÉDECIN TRAITANT"), *told)
            case "resign":
                heading = _("NE PLUS ÊTRE MÉDECIN TRAITANT")
                lost = _("Vous ne lirez plus ce dossier à ce titre : il faudra l'autorisation du patient.")
                return ConfirmForm(record, today, Resign(), heading, lost)
            case "wishes" if declared is not None:
                from dmp_tui.dmp.rights import UNSAID

                return WishesForm(record, today, declared.emergency or UNSAID)
            case "close":
                return CloseForm(record, today)
        return None

    # --- acts

    def on_act_asked(self, message: "messages.ActAsked") -> None:
        """A form was confirmed."""
        message.stop()
        if self.record is not None and self.record.standing is not None:
            self.run_worker(self._act(self.record, self.record.standing, message.act), group="act")

    async def _act(self, record: "OpenRecord", standing: "Standing", act: "Act") -> None:
        from dmp_tui.screens.life_forms import ActPage

        done = await self.told(self._carried_out(record, standing, act))
        if not done:
            for screen in self.screen_stack:
                if isinstance(screen, ActPage):
                    screen.failed()

    async def _carried_out(self, record: "OpenRecord", standing: "Standing", act: "Act") -> None:
        """Do it, go back to where it was asked for, and show how the record stands now."""
        from dmp_tui.screens.acts import Close, carry_out

        self._on_the_way += 1
        try:
            sentence = await self.ask(lambda client: carry_out(client, record, standing, act))
        finally:
            self._on_the_way -= 1
        if self.record is None or self.record.identity != record.identity:
            return
        if isinstance(act, Close):
            self.close_record()
            self.tell(sentence)
            return
        self._leave_forms()
        self.tell(sentence)
        await self._read_standing(self.record)

    def _leave_forms(self) -> None:
        from dmp_tui.screens.life_forms import ActPage

        with self.batch_update():
            while isinstance(self.screen, ActPage):
                self.pop_screen()
