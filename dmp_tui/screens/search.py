"""Open a record without its card: an INS typed, or a datamatrix pasted or scanned."""

from datetime import date

from dmp_tui.dmp.identity import (
    NO_TRAITS,
    Identity,
    IdentityError,
    IdentityStatus,
    Ins,
    Origin,
    Traits,
    is_datamatrix,
    oid_of_matricule,
    parse_datamatrix,
    parse_matricule,
)
from dmp_tui.i18n import _
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.messages import OpenIdentity
from dmp_tui.screens.record import OpenRecord, unusual_rows
from dmp_tui.screens.sentences import identity_sentence
from dmp_tui.screens.words import traits_line
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, STRONG, Row, text_row, title
from dmp_tui.widgets.text import wrap


class SearchScreen(FormScreen):
    """One field. ``reason`` says why we are here where the user did not ask."""

    def __init__(
        self,
        today: date,
        site_oid: str,
        reason: str = "",
        person: Traits = NO_TRAITS,
        record: OpenRecord | None = None,
    ) -> None:
        self.record = record
        """The one below, of which only the access mode is shown."""
        self.site_oid = site_oid
        self.person = person
        """Whom the card names, where only the number is missing."""
        self.reason = reason
        super().__init__(None, today, [Field(_("INS du patient :"))])

    def banner_rows(self, width: int) -> list[Row]:
        """The access mode of the record below, where it is not the usual one."""
        return unusual_rows(self.record, width)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What may be typed or scanned."""
        rows: list[Row] = [(title(_("OUVRIR UN DOSSIER"), width),)]
        if self.person != NO_TRAITS:
            rows.append(text_row(traits_line(self.person, self.today), width, STRONG))
        if self.reason:
            rows += [text_row(line, width, STRONG) for line in wrap(self.reason, width)]
        sentence = _("Scannez le datamatrix INS, ou tapez les 15 chiffres de l'INS (13 : la clé est calculée).")
        rows += [text_row(line, width) for line in wrap(sentence, width)]
        sentence = _("Un INS tapé n'est pas qualifié : vérifiez l'identité du patient.")
        return rows + [text_row(line, width) for line in wrap(sentence, width)]

    def hand_over(self) -> None:
        """Open the record, or say what is wrong with the number."""
        try:
            identity = typed_identity(self.fields[0].value, self.site_oid, self.person)
        except IdentityError as error:
            self.say(identity_sentence(error.problem), ALARM)
            return
        self.post_message(OpenIdentity(identity))


def typed_identity(text: str, site_oid: str, person: Traits = NO_TRAITS) -> Identity:
    """The identity of a typed INS (with the traits of whom it was typed for), or of a datamatrix.

    Raises:
        IdentityError: what is wrong with the text.
    """
    if is_datamatrix(text):
        return scanned_identity(text)
    matricule = parse_matricule(text)
    ins = Ins(matricule, oid_of_matricule(matricule, site_oid))
    return Identity(ins, person, IdentityStatus.PROV, Origin.TYPED)


def scanned_identity(text: str) -> Identity:
    """The identity of a datamatrix; without a check against an identity document it is provisional.

    Raises:
        IdentityError: what is wrong with the datamatrix.
    """
    matricule, oid, traits = parse_datamatrix(text)
    return Identity(Ins(matricule, oid), traits, IdentityStatus.PROV, Origin.DATAMATRIX)
