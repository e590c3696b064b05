"""Whom to call: contacts, the treating doctor, the patient's own address and telephone as declared in the record."""

from textual import on

from dmp_tui.dmp.entries import Kind
from dmp_tui.i18n import _
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.messages import ReadAdminData
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_layout import section_rows
from dmp_tui.screens.sources import SourcesScreen
from dmp_tui.screens.words import contact_kind, phone
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import STRONG, Row, text_row, title
from dmp_tui.widgets.text import two_ends, visible, wrap


class ContactsScreen(RecordScreen):
    """Telephone numbers first: that is what this screen is opened for."""

    def on_mount(self) -> None:
        """Ask for what the record declares."""
        self.post_message(ReadAdminData())

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The record's declared contacts, those of its documents, the doctor, the patient's own numbers, directives."""
        record = self.record
        rows: list[Row] = []
        if record.contacts:
            rows.append((title(_("DÉCLARÉS AU DOSSIER"), width),))
            for contact in record.contacts:
                who = ", ".join(p for p in (contact.name, contact.relation, contact_kind(contact.kind)) if p)
                number = phone(contact.phone) or _("sans téléphone")
                rows.append(text_row(two_ends(visible(who), number, width), width, STRONG))
        rows += section_rows(record.sheet, (Kind.CONTACT,), width, self.today)
        rows.append((title(_("MÉDECIN TRAITANT"), width),))
        if record.treating_doctor:
            number = phone(record.treating_doctor_phone) or _("sans téléphone")
            rows.append(text_row(two_ends(visible(record.treating_doctor), number, width), width, STRONG))
        else:
            rows.append(text_row(_("non déclaré"), width))
        rows += self._patient_rows(width)
        rows += section_rows(record.sheet, (Kind.DIRECTIVE,), width, self.today)
        return rows

    def _patient_rows(self, width: int) -> list[Row]:
        record = self.record
        rows: list[Row] = [(title(_("LE PATIENT, COMME DÉCLARÉ AU DOSSIER (ne l'identifie pas)"), width),)]
        phones = record.phones or record.subject.phones
        address = record.address or record.subject.address
        words = (
            _("Téléphone : {phones}").format(
                phones=", ".join(phone(number) for number in phones) or _("non renseigné")
            ),
            _("Adresse : {address}").format(address=address or _("non renseignée")),
        )
        for text in words:
            rows += [text_row(line, width) for line in wrap(text, width, "  ")]
        return rows

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Sources of a contact or a directive."""
        message.stop()
        if isinstance(message.key, OfLine):
            for line in self.record.sheet.topic(message.key.kind).lines:
                if line.key == message.key.key:
                    self.app.push_screen(SourcesScreen(self.record, self.today, line))
