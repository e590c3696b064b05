"""What the record declares besides the identity, and correcting it: telephones, address, contacts, representatives."""

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from textual import on

from dmp_tui.dmp.consents import Contact
from dmp_tui.dmp.minors import age_of, is_minor
from dmp_tui.i18n import _
from dmp_tui.screens.acts import Correct
from dmp_tui.screens.life_forms import ActForm
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.words import contact_kind, phone
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import two_ends, visible, wrap

if TYPE_CHECKING:
    from dmp_tui.client import AdminData

KINDS = ("EMERGENCY", "TRUSTED", "CAREGIVER", "REPRESENTATIVE")
"""Of contacts, by the digit that chooses them."""
T = TypeVar("T")
_PHONE = re.compile(r"\+?[0-9][0-9 .()-]{3,24}")


class AdminScreen(RecordScreen):
    """A list; Enter corrects, and an emptied line is taken away."""

    def on_mount(self) -> None:
        """Say how to correct."""
        self.say(_("Entrée : corriger (vider retire) · Échap : retour"))

    @property
    def declared(self) -> "AdminData | None":
        """As it was read last."""
        return self.record.standing.declared if self.record.standing else None

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Telephones, address, people; for a minor, that nobody represents him."""
        declared = self.declared
        if declared is None:
            return [text_row(_("Données administratives demandées au serveur."), width)]
        rows: list[Row] = [(title(_("LE PATIENT, COMME DÉCLARÉ AU DOSSIER (ne l'identifie pas)"), width),)]
        for index, number in enumerate(declared.phones):
            rows.append(text_row(_("Téléphone : {number}").format(number=phone(number)), width, key=("phone", index)))
        rows.append(text_row(_("+ un téléphone"), width, key=("phone", -1)))
        address = visible(declared.address) or _("non renseignée")
        first, *more = wrap(_("Adresse : {address}").format(address=address), width, "  ")
        rows += [text_row(first, width, key=("address", 0)), *(text_row(line, width) for line in more)]
        email = visible(declared.email) or _("aucune, donc aucun avis par messagerie")
        rows.append(text_row(_("Messagerie : {email}").format(email=email), width, key=("email", 0)))
        rows.append((title(_("À PRÉVENIR, REPRÉSENTANTS LÉGAUX"), width),))
        rows += self._minor_rows(declared, width)
        for index, contact in enumerate(declared.contacts):
            who = f"{visible(contact.name)} ({', '.join(_told(contact))})"
            text = two_ends(who, phone(contact.phone) or _("sans téléphone"), width)
            rows.append(text_row(text, width, PLAIN, ("contact", index)))
        rows.append(text_row(_("+ une personne"), width, key=("contact", -1)))
        return rows

    def _minor_rows(self, declared: "AdminData", width: int) -> list[Row]:
        age = age_of(self.record.identity, self.today)
        if not is_minor(age):
            return []
        words, style = _("Patient mineur ({age} ans).").format(age=age), STRONG
        if not any(contact.kind == "REPRESENTATIVE" for contact in declared.contacts):
            words += " " + _("Aucun représentant légal n'est déclaré : ajoutez-le (type 4).")
            style = ALARM
        return [text_row(line, width, style) for line in wrap(words, width)]

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Correct the line under the cursor."""
        message.stop()
        declared = self.declared
        if declared is None or not isinstance(message.key, tuple):
            return
        what, index = message.key
        if what == "contact":
            self.app.push_screen(ContactForm(self.record, self.today, declared, int(index)))
        else:
            self.app.push_screen(LineForm(self.record, self.today, declared, str(what), int(index)))


class LineForm(ActForm):
    """A telephone, the address, or the e-mail address."""

    def __init__(self, record: OpenRecord, today: date, declared: "AdminData", what: str, index: int) -> None:
        self.declared = declared
        self.what = what
        self.index = index
        labels = {"phone": _("Téléphone :"), "address": _("Adresse :"), "email": _("Adresse de messagerie :")}
        field = Field(labels[what], limit=30 if what == "phone" else 200)
        if what != "phone":
            field.value = declared.address if what == "address" else declared.email
        elif index >= 0:
            field.value = declared.phones[index]
        super().__init__(record, today, [field])

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What it is for."""
        told = _("Pour appeler le patient ou lui écrire. Vide : retiré du dossier.")
        notices = (
            _("Le patient y est averti des accès à son dossier, sans nom ni contenu.") if self.what == "email" else ""
        )
        return self.sentences(_("CORRIGER"), width, told, notices)

    def hand_over(self) -> None:
        """Send it, if it can be one."""
        text = " ".join(self.fields[0].value.split())
        if self.what == "phone" and text and not _PHONE.fullmatch(text):
            self.say(_("Ce n'est pas un numéro de téléphone : des chiffres, comme 06 12 34 56 78."), ALARM)
        elif self.what == "phone":
            phones = _with(self.declared.phones, self.index, text or None)
            self.ask_for(Correct(replace(self.declared, phones=phones)))
        elif self.what == "email":
            self.ask_for(Correct(replace(self.declared, email=text)))
        else:
            self.ask_for(Correct(replace(self.declared, address=text)))


class ContactForm(ActForm):
    """Someone to call, or who decides for a minor."""

    def __init__(self, record: OpenRecord, today: date, declared: "AdminData", index: int) -> None:
        self.declared = declared
        self.index = index
        known = declared.contacts[index] if index >= 0 else Contact("", "", "")
        fields = [
            Field(_("Nom et prénom :"), limit=80),
            Field(_("Lien (père, épouse...) :"), limit=40),
            Field(_("Téléphone :"), limit=30),
            Field(_("Type (1 à {last}) :").format(last=len(KINDS)), digits=True, limit=1),
        ]
        kind = str(KINDS.index(known.kind) + 1) if known.kind in KINDS else "1"
        for field, value in zip(fields, (known.name, known.relation, known.phone, kind), strict=True):
            field.value = value
        super().__init__(record, today, fields)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The types, by their digit."""
        told = (f"{number} : {words}" for number, words in enumerate(kind_words(), 1))
        emptied = _("Nom vide : la personne est retirée du dossier.") if self.index >= 0 else ""
        return self.sentences(_("PERSONNE À PRÉVENIR OU REPRÉSENTANT"), width, *told, emptied)

    def hand_over(self) -> None:
        """Check the four, and send."""
        name, relation, number, kind = (" ".join(field.value.split()) for field in self.fields)
        if not name and self.index < 0:
            self.fields[0].focus()
            self.say(_("Donnez le nom de la personne."), ALARM)
        elif number and not _PHONE.fullmatch(number):
            self.fields[2].focus()
            self.say(_("Ce n'est pas un numéro de téléphone : des chiffres, comme 06 12 34 56 78."), ALARM)
        elif not kind or not 1 <= int(kind) <= len(KINDS):
            self.fields[3].focus()
            self.say(_("Choisissez le type : 1 à {last}.").format(last=len(KINDS)), ALARM)
        else:
            contact = Contact(name, relation, number, KINDS[int(kind) - 1]) if name else None
            contacts = _with(self.declared.contacts, self.index, contact)
            self.ask_for(Correct(replace(self.declared, contacts=contacts)))


def kind_words() -> tuple[str, ...]:
    """The types of contacts, in the order of ``KINDS``."""
    return (
        _("à prévenir en cas d'urgence"),
        _("personne de confiance"),
        _("aidant"),
        _("représentant légal (parent, tuteur)"),
    )


def _told(contact: Contact) -> list[str]:
    return [part for part in (visible(contact.relation), contact_kind(contact.kind)) if part]


def _with(held: tuple[T, ...], index: int, value: T | None) -> tuple[T, ...]:
    """One of them changed, added (-1), or taken away (None)."""
    changed = [value if at == index else one for at, one in enumerate(held)]
    return tuple(one for one in [*changed, *([value] if index < 0 else [])] if one is not None)
