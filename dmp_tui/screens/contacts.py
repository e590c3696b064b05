"""Whom to call and what the patient wants: contacts, treating doctor, directives, the patient's own telephone."""

from textual import on

from dmp_tui.dmp.documents import DocumentStatus
from dmp_tui.dmp.entries import Kind, Mark
from dmp_tui.dmp.sheet.lines import newest_origins
from dmp_tui.dmp.sheet.people import Reachable, is_treating_doctor, people
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.dates import day
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.messages import ListDocuments, ReadAdminData, ReadDocument
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_layout import section_rows
from dmp_tui.screens.words import contact_kind, phone
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import two_ends, visible, wrap

_ADULT = 18
_WILL = frozenset({"EXPPAT_1", "EXPPAT_3"})
"""Types of documents (TRE_A05) in which a patient says what he wants."""


class ContactsScreen(RecordScreen):
    """Telephone numbers first: that is what this screen is opened for."""

    def on_mount(self) -> None:
        """Ask for what the record declares, and for documents of the patient's will."""
        self.say(_("Entrée : sources · Échap : retour"))
        self.post_message(ReadAdminData())
        self.post_message(ListDocuments())

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """People to call, the doctor, directives, the patient's own numbers."""
        record = self.record
        held = people(record.contacts, record.sheet)
        doctors = [one for one in held if is_treating_doctor(one, record.treating_doctor)]
        others = [one for one in held if one not in doctors]
        rows: list[Row] = [(title(_("À PRÉVENIR"), width),)]
        for one in others:
            rows += self._person_rows(one, width)
        if not others:
            rows.append(text_row(_("non renseigné : ni le dossier ni un document ne nomme personne"), width))
        rows.append((title(_("MÉDECIN TRAITANT"), width),))
        if record.treating_doctor:
            number = phone(record.treating_doctor_phone) or _("sans téléphone")
            rows.append(text_row(two_ends(visible(record.treating_doctor), number, width), width, STRONG))
        elif not doctors:
            rows.append(text_row(_("non déclaré"), width))
        known = {phone(record.treating_doctor_phone)} if record.treating_doctor else set()
        for one in doctors:
            if not record.treating_doctor or {phone(number) for number in one.phones} - known:
                rows += self._person_rows(one, width)
        rows += self._will_rows(width)
        rows += self._patient_rows(width)
        return rows

    def _person_rows(self, one: Reachable, width: int) -> list[Row]:
        """``Odette GARNIER (épouse, personne de confiance)   06 ..``; every further number and the address below."""
        told = [*(visible(role) for role in one.roles), *(contact_kind(kind) for kind in one.kinds)]
        origins = newest_origins(source.origin for line in one.lines for source in line.sources)
        documents = document_name(origins[0]) + (f" +{len(origins) - 1}" if len(origins) > 1 else "") if origins else ""
        sources = " · ".join(part for part in (_("dossier") if one.declared else "", documents) if part)
        who = visible(one.name) + (f" ({', '.join(told)})" if told else "")
        new = "* " if any(Mark.NEW in line.marks for line in one.lines) else ""
        first, *more = [phone(number) for number in one.phones] or [_("sans téléphone")]
        key = OfLine(Kind.CONTACT, one.lines[0].key) if one.lines else None
        rows = [text_row(two_ends(new + who, first, width), width, STRONG, key)]
        rows += [text_row(f"{number:>{width}}", width, STRONG) for number in more]
        below = "  ".join(part for part in (visible(one.address), sources) if part)
        rows += [text_row(part, width) for part in wrap(f"    {below}", width, "    ") if below]
        return rows

    def _will_rows(self, width: int) -> list[Row]:
        """Directives in the patient's words, then the documents that hold them; a minor can write none."""
        rows = section_rows(self.record.sheet, (Kind.DIRECTIVE,), width, self.today)
        rows[0] = (title(_("DIRECTIVES ET VOLONTÉS"), width),)
        birth = self.record.identity.traits.birth
        age = birth.age(self.today) if birth else None
        if age is not None and age < _ADULT:
            sentence = _("Patient mineur : on n'écrit de directives anticipées qu'à partir de 18 ans (CSP L1111-11).")
            rows += [text_row(part, width) for part in wrap(sentence, width)]
        for entry in self.record.documents or ():
            if entry.type.code in _WILL and entry.status is DocumentStatus.CURRENT:
                text = f"{day(entry.date)[:10]:<10}  {visible(entry.title)}"
                rows.append(text_row(text, width, PLAIN, entry.id))
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
        """Sources of a contact or a directive, or a document."""
        message.stop()
        if isinstance(message.key, OfLine):
            self.open_line(message.key)
        elif isinstance(message.key, str):
            self.post_message(ReadDocument(message.key))
