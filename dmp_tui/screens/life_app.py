"""The half of the app that knows the record as such: who may read it, what the patient wants, closing it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.note_app import NoteApp

if TYPE_CHECKING:
    from dmp_tui.screens import messages
    from dmp_tui.screens.acts import Act, GiveAccess, Standing
    from dmp_tui.screens.life_forms import ActPage
    from dmp_tui.screens.record import OpenRecord
    from dmp_tui.screens.trail import TrailFilter


class LifeApp(NoteApp):
    """Acts on the open record, each asked for by a form."""

    # --- how it stands

    def on_read_standing(self, message: "messages.ReadStanding") -> None:
        """A screen shows who is authorised."""
        message.stop()
        if self.record is not None:
            self.run_worker(self.told(self._read_standing(self.record)), group="standing", exclusive=True)

    async def _read_standing(self, record: "OpenRecord") -> "Standing | None":
        """How it stands now, on every screen that shows it; None where another record is open meanwhile."""
        from dmp_tui.screens.acts import read_standing

        standing = await self.ask(lambda client: read_standing(client, record))
        now = self.record
        if now is None or now.identity != record.identity:
            return None
        status = standing.status
        changed = replace(
            now,
            standing=standing,
            status=status.status,
            treating=status.is_treating_doctor,
            treating_doctor=status.treating_doctor_name,
            treating_doctor_phone=status.treating_doctor_phone,
        )
        if standing.declared is not None:
            declared = standing.declared
            changed = replace(changed, contacts=declared.contacts, phones=declared.phones, address=declared.address)
        self.update_record(changed)
        return standing

    # --- who did what

    def on_read_trail(self, message: "messages.ReadTrail") -> None:
        """A screen shows the trail."""
        message.stop()
        if self.record is not None:
            work = self._read_trail(self.record, message.filter, message.page)
            self.run_worker(work, group="standing", exclusive=False)

    async def _read_trail(self, record: "OpenRecord", wanted: "TrailFilter", page: str) -> None:
        from dmp_tui.screens.trail import TrailScreen

        done = await self.told(self._show_trail(record, wanted, page))
        if not done and isinstance(self.screen, TrailScreen):
            self.screen.failed()

    async def _show_trail(self, record: "OpenRecord", wanted: "TrailFilter", page: str) -> None:
        from dmp_tui.dmp.professions import Mode
        from dmp_tui.screens.trail import TrailScreen

        modes = (Mode.BREAK_GLASS, Mode.CENTRE_15) if wanted.emergency else ()
        found = await self.ask(lambda client: client.trail(record.patient_id, page, modes=modes, actor=wanted.actor))
        for screen in self.screen_stack:
            if isinstance(screen, TrailScreen) and screen.record.identity == record.identity:
                screen.show_page(wanted, found, first=not page)

    # --- forms

    def on_act_chosen(self, message: "messages.ActChosen") -> None:
        """Show its form, over the screen in view."""
        message.stop()
        if self.record is None or self.record.standing is None:
            return
        if message.where == "admin":
            from dmp_tui.screens.admin import AdminScreen

            self.push_screen(AdminScreen(self.record, self.today()))
            return
        form = self._form_of(message.where, self.record, self.record.standing)
        if form is not None:
            self.push_screen(form)

    def _form_of(self, where: str, record: "OpenRecord", standing: "Standing") -> "ActPage | None":
        from dmp_tui.screens.acts import Resign, Treat, Withdraw
        from dmp_tui.screens.life_forms import AuthoriseForm, CloseForm, ConfirmForm, WishesForm

        today = self.today()
        declared, who = standing.declared, record.caller
        mine = standing.own(who) if who is not None else ()
        match where:
            case "authorise":
                return AuthoriseForm(record, today)
            case "withdraw" if mine:
                told = (
                    _("Vous ne pourrez plus lire ce dossier, sauf nouvelle autorisation du patient."),
                    _("Ce que vous y avez déposé y reste."),
                )
                return ConfirmForm(record, today, Withdraw(), _("RETIRER MON AUTORISATION"), *told)
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
            case "access":
                from dmp_tui.screens.access_code import AccessForm

                return AccessForm(record, today)
            case "close":
                return CloseForm(record, today)
        return None

    def on_change_document_state(self, message: "messages.ChangeDocumentState") -> None:
        """Show what can be done with a document, over the screen in view."""
        from dmp_tui.screens.document_state import DocumentStateScreen

        message.stop()
        if self.record is None:
            return
        entry = next((e for e in self.record.documents or () if e.id == message.document_id), None)
        if entry is not None:
            self.push_screen(DocumentStateScreen(self.record, self.today(), entry, self.server_now()))

    # --- acts

    def on_act_asked(self, message: "messages.ActAsked") -> None:
        """A form was confirmed."""
        message.stop()
        if self.record is not None:
            self.run_worker(self._act(self.record, self.record.standing, message.act), group="act")

    async def _act(self, record: "OpenRecord", standing: "Standing | None", act: "Act") -> None:
        from dmp_tui.screens.acts import GiveAccess
        from dmp_tui.screens.life_forms import ActPage

        work = self._access(record, act) if isinstance(act, GiveAccess) else self._carried_out(record, standing, act)
        done = await self.told(work)
        if not done:
            for screen in self.screen_stack:
                if isinstance(screen, ActPage):
                    screen.failed()

    async def _carried_out(self, record: "OpenRecord", standing: "Standing | None", act: "Act") -> None:
        """Do it, go back to where it was asked for, and show how the record stands now."""
        from dmp_tui.dmp.consents import AuthorisationState as State
        from dmp_tui.dmp.professions import Mode
        from dmp_tui.screens.acts import ChangeDocument, Close, carry_out

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
        if isinstance(act, ChangeDocument):
            await self._read_again(self.record)
            return
        now = await self._read_standing(self.record)
        if now is not None and self.record.mode is Mode.NORMAL and now.status.authorisation is not State.VALID:
            # What is shown was read by a right that is no more.
            self.close_record()
            self.tell(sentence + " " + _("Le dossier est fermé à l'écran."))

    async def _access(self, record: "OpenRecord", act: "GiveAccess") -> None:
        """Ask for the patient's code, and show it: it goes from the answer to the screen, and nowhere else."""
        from dmp_tui.screens.access_code import AccessCodeScreen

        access = await self.ask(
            lambda client: client.patient_access(record.patient_id, representative=act.representative)
        )
        if self.record is None or self.record.identity != record.identity:
            return
        self._leave_forms()
        self.push_screen(AccessCodeScreen(self.record, self.today(), access))

    def _leave_forms(self) -> None:
        from dmp_tui.screens.life_forms import ActPage

        with self.batch_update():
            while isinstance(self.screen, ActPage):
                self.pop_screen()
