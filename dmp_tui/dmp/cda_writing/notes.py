"""A note of a visit to an emergency department (LOINC 15507-7): what was typed, by section, and what is carried."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from dmp_tui.dmp.cda_writing import structured
from dmp_tui.dmp.cda_writing.acts import identifier
from dmp_tui.dmp.cda_writing.carried import QUOTED, Carried, entry, tables
from dmp_tui.dmp.cda_writing.header import Header, Structure, Subject, Writer
from dmp_tui.dmp.cda_writing.sections import section_templates
from dmp_tui.dmp.cda_writing.xml import LOINC, V3, V3Code, e, held
from dmp_tui.dmp.identity import Ins, Traits, fold
from dmp_tui.dmp.professions import PROFESSIONS, Professional

TYPE = V3Code("15507-7", "CR de passage aux urgences", *LOINC)
TITLE = "Passage aux urgences"
_SECTIONS = (
    ("42349-1", "Motif", "1.2.250.1.213.1.1.2.127"),
    ("10164-2", "Histoire de la maladie", ""),
    ("29545-1", "Examen clinique", ""),
    ("29554-3", "Gestes et traitements donnés", ""),
    ("55110-1", "Conclusion", ""),
    ("69730-0", "Consignes", ""),
)
_CARRIED = (
    ("48765-2", "Allergies et hypersensibilités", "1.2.250.1.213.1.1.2.137"),
    ("10160-0", "Traitements en cours", "1.2.250.1.213.1.1.2.143"),
    ("11450-4", "Problèmes actifs", "1.2.250.1.213.1.1.2.132"),
    ("11348-0", "Antécédents", "1.2.250.1.213.1.1.2.134"),
    (QUOTED, "Au dossier, selon d'autres auteurs", "1.2.250.1.213.1.1.2.73"),
)
HEADINGS = ("MOTIF", "HISTOIRE", "EXAMEN", "GESTES ET TRAITEMENTS DONNÉS", "CONCLUSION", "CONSIGNES")
"""The lines of the template, in the order of the sections; a document's, so French everywhere."""
TEMPLATE = "\n\n\n".join(HEADINGS) + "\n"


@dataclass(frozen=True, slots=True)
class Note:
    """What was typed, by section, and what is carried over from the sheet."""

    reason: str = ""
    history: str = ""
    examination: str = ""
    actions: str = ""
    conclusion: str = ""
    advice: str = ""
    carried: tuple[Carried, ...] = ()

    @property
    def typed(self) -> tuple[str, ...]:
        """The six texts in the order of ``HEADINGS``."""
        return (self.reason, self.history, self.examination, self.actions, self.conclusion, self.advice)


def note_of(text: str, carried: Sequence[Carried] = ()) -> Note:
    """The note that a text in the template is.

    A line that is a heading of the template begins its section; what stands above any, or below a line that no longer
    is one, belongs to the section above it, the first being the reason. Nothing is dropped but headings and blank ends.
    """
    named = {fold(heading): place for place, heading in enumerate(HEADINGS)}
    texts: list[list[str]] = [[] for _ in HEADINGS]
    place = 0
    for line in lines_of(text):
        found = named.get(fold(line)) if line.strip().isupper() else None
        if found is None:
            texts[place].append(line)
        else:
            place = found
    reason, history, examination, actions, conclusion, advice = ("\n".join(lines).strip(" \t\n") for lines in texts)
    return Note(reason, history, examination, actions, conclusion, advice, tuple(carried))


def lines_of(text: str) -> list[str]:
    """Lines as an editor has them; nothing else than a line's end ends one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_blank(note: Note) -> bool:
    """Whether nothing was typed."""
    return not any(note.typed)


def note_header(
    unique_id: str, moment: str, *, ins: Ins, traits: Traits, author: Professional, title: str = TITLE
) -> Header:
    """The header of a note: author, custodian and place are the professional's and his facility's.

    Args:
        moment: HL7 v3 time with its zone.
    """
    place = Structure(
        author.facility,
        author.facility_name,
        V3Code("SAMU_SMUR", "SAMU SMUR", "1.2.250.1.213.1.1.4.9")
        if author.regulator
        else V3Code("ETABLISSEMENT", "Etablissement de santé", "1.2.250.1.213.1.1.4.9"),
    )
    speciality = None
    if author.profession:
        code = "/".join(part for part in (f"G15_{author.profession}", author.specialty) if part)
        speciality = V3Code(code, PROFESSIONS.get(author.profession, code), "1.2.250.1.213.1.1.4.5")
    writer = Writer(author.id, author.name, "", place, speciality)
    return Header(unique_id, TYPE, title, moment, Subject(ins, traits), writer, "EMER")


def write_note(head: Header, note: Note) -> bytes:
    """The note as a CDA document; sections in which nothing stands are left out."""
    sections: list[etree._Element] = []
    for (code, title, template), text in zip(_SECTIONS, note.typed, strict=True):
        if held(text).strip():
            paragraphs = [e("paragraph", None, _shown(line)) for line in lines_of(text)]
            sections.append(_section(head, code, title, template, paragraphs))
    for code, title, template in _CARRIED:
        carried = [one for one in note.carried if one.section == code]
        if carried:
            made = [entry(c, f"c{code}-{n}", f"{head.unique_id}/{c.key}") for n, c in enumerate(carried)]
            entries = [one for one in made if one is not None]
            # A section of CI-SIS holds concerns: with an observation that stands alone it is none.
            alone = any(one.find(f"{{{V3}}}observation") is not None for one in entries)
            shown = tables(code, carried, f"c{code}-")
            element = _section(head, code, title, "" if alone else template, shown)
            element.extend(entries)
            sections.append(element)
    return structured(head, sections)


def _section(head: Header, code: str, title: str, template: str, text: Sequence[etree._Element]) -> etree._Element:
    return e(
        "section",
        None,
        *section_templates(template),
        identifier(f"{head.unique_id}/{code}"),
        e("code", V3Code(code, title, *LOINC).attributes),
        e("title", None, title),
        e("text", None, *text),
    )


def _shown(line: str) -> str:
    """A line as a paragraph holds it; a blank one is a hard space, as an empty paragraph has no height in a browser."""
    shown = held(line).replace("\t", "    ")
    return shown if shown.strip() else "\N{NO-BREAK SPACE}"
