"""What stands above a document's text: title, authors, warnings, versions; and the question whose document it is."""

from collections.abc import Mapping, Sequence
from datetime import date

from dmp_tui.dmp.consultation import Links, names_another
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Reading
from dmp_tui.dmp.identity import INS_OIDS, NO_TRAITS, Traits
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.dates import day
from dmp_tui.screens.document_rows import author_words, document_flags
from dmp_tui.screens.narrative_layout import Passage, passage, section
from dmp_tui.screens.record import OpenRecord, differing_traits
from dmp_tui.screens.words import document_warning, named, traits_line
from dmp_tui.widgets.line import ALARM, STRONG
from dmp_tui.widgets.text import visible


def header_passages(
    entry: DocumentEntry, versions: Sequence[DocumentEntry], links: Mapping[str, Links], width: int
) -> list[Passage]:
    """Type, title, dates, authors, everything a reader must be warned of, and the other versions; Enter opens one."""
    found = [section(f"{day(entry.date)[:10] or _('date ?')} {document_type(entry.type)}", width)]
    found.append(passage(entry.title or _("(sans titre)"), width, STRONG))
    found.append(passage(_("Auteur : {names}").format(names=author_words(entry) or "?"), width, indent="  "))
    if flags := document_flags(entry, links.get(entry.id, Links())):
        found.append(passage(flags, width, STRONG))
    found += [passage(f"! {document_warning(code)}", width, ALARM, "  ") for code in entry.warnings]
    newer = True
    for version in versions:
        if version.id == entry.id:
            newer = False
            continue
        sentence = (
            _("> remplacé le {date} par : {document} (Entrée)")
            if newer
            else _("> remplace celui du {date} : {document} (Entrée)")
        )
        document = ", ".join(part for part in (document_type(version.type), visible(version.title)) if part)
        words = sentence.format(date=day(version.date)[:10] or "?", document=document)
        found.append(passage(words, width, STRONG, "  ", version.id))
    return found


def foreign(record: OpenRecord, entry: DocumentEntry, reading: Reading | None) -> bool:
    """Whether the document may be of another person: by its warnings, or by what it says itself."""
    return names_another(entry) or (reading is not None and differing_traits(_ours(record), reading.subject.traits))


def _ours(record: OpenRecord) -> Traits:
    """The card's or the user's; the record's own where only a number was typed."""
    return record.identity.traits if record.identity.traits != NO_TRAITS else record.subject.traits


def identity_passages(
    record: OpenRecord, entry: DocumentEntry, reading: Reading | None, today: date, width: int
) -> list[Passage]:
    """Both identities, one above the other, and what to do."""
    found = [
        section(_("DE QUI EST CE DOCUMENT ?"), width),
        passage(_("Ce document peut être celui d'une autre personne : son texte n'est pas montré."), width, ALARM),
    ]
    ours = f"{traits_line(_ours(record), today)}  INS {record.identity.ins.grouped}"
    found.append(passage(named(_("DOSSIER"), ours), width, STRONG, "           "))
    theirs = _theirs(reading, today) if reading is not None else ""
    words = theirs or _("identité non lue : voir les avertissements ci-dessus")
    found.append(passage(named(_("DOCUMENT"), words), width, ALARM, "           "))
    if "other-person" in entry.warnings:
        found.append(passage(_("Une partie du document semble nommer encore une autre personne."), width, ALARM))
    found.append(passage(_("o : lire ce document quand même · Échap : retour"), width, STRONG))
    return found


def _theirs(reading: Reading, today: date) -> str:
    """The identity that the document gives, with its INS where it has one."""
    subject = reading.subject
    numbers = [visible(value) for oid, value in subject.identifiers if oid.removeprefix("urn:oid:") in INS_OIDS]
    traits = traits_line(subject.traits, today) if subject.traits != NO_TRAITS else ""
    return "  ".join([part for part in (traits, " ".join(f"INS {n}" for n in numbers)) if part])
