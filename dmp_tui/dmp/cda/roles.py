"""Who takes part in a document and where it was made, from its header: a section for the reader, none left out."""

from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import display
from dmp_tui.dmp.cda.narrative import flowing, one_line
from dmp_tui.dmp.cda.persons import address_words, name_words, own_text, phones
from dmp_tui.dmp.cda.times import fhir_minute
from dmp_tui.dmp.entries import Part
from dmp_tui.dmp.narrative import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_TITLE = "Intervenants et contexte"
_HEADER = ("Rôle", "Nom", "Quand", "Joindre")
_WHERE = (
    ("author", "auteur"),
    ("dataEnterer", "saisie"),
    ("informant", "informateur"),
    ("informationRecipient", "destinataire"),
    ("legalAuthenticator", "responsable du document"),
    ("authenticator", "validation"),
    ("participant", ""),
    ("documentationOf/serviceEvent/performer", "exécutant"),
    ("componentOf/encompassingEncounter/responsibleParty", "responsable de la prise en charge"),
    ("componentOf/encompassingEncounter/encounterParticipant", "prise en charge"),
    ("componentOf/encompassingEncounter/location/healthCareFacility", "lieu de la prise en charge"),
)
_TYPES = {
    "REF": "prescripteur ou adresseur",
    "REFB": "adressé par",
    "REFT": "adressé à",
    "PRF": "intervenant",
    "SPRF": "intervenant",
    "INF": "informateur",
    "CON": "avis",
    "ATND": "médecin de la prise en charge",
    "ADM": "admission",
    "DIS": "sortie",
    "IND": "",
}
"""HL7 ParticipationType of a header's participants; IND only says that they matter."""
_HOLDERS = (
    "assignedAuthor", "assignedEntity", "associatedEntity", "relatedEntity", "intendedRecipient",
)  # fmt: skip
_PERSONS = ("assignedPerson", "associatedPerson", "relatedPerson", "informationRecipient")
_HOUSES = ("representedOrganization", "scopingOrganization", "receivedOrganization", "serviceProviderOrganization")


def context_part(root: "Element") -> Part | None:
    """The header's participants and its encounter as a section of one table; None where it names nobody."""
    rows = [*_acts(root), *(row for path, role in _WHERE for e in root.iterfind(path) if (row := _row(e, role)))]
    rows = list(dict.fromkeys(rows))
    return Part("", _TITLE, (Table(tuple(rows), _HEADER),)) if rows else None


def _acts(root: "Element") -> "Iterator[tuple[str, ...]]":
    """The acts that a document is about, its encounter, and the orders that it answers."""
    for event in root.iterfind("documentationOf/serviceEvent"):
        code = event.find("code")
        if code is not None and (text := one_line(flowing(code.find("originalText"))) or display(code)):
            yield "acte documenté", text, _when(event), ""
    encounter = root.find("componentOf/encompassingEncounter")
    if encounter is not None:
        code, left = encounter.find("code"), encounter.find("dischargeDispositionCode")
        told = [display(e) for e in (code, left) if e is not None and display(e)]
        if told or _when(encounter):
            yield "prise en charge", ", ".join(told), _when(encounter), ""
    for order in root.iterfind("inFulfillmentOf/order/id"):
        if text := one_line(order.get("extension") or order.get("root") or ""):
            yield "demande", text, "", ""


def _when(element: "Element") -> str:
    time = element.find("effectiveTime")
    time = element.find("time") if time is None else time
    if time is None:
        return ""
    if time.get("value"):
        return _written(time.get("value"))
    bounds = [_written(b.get("value")) for name in ("low", "high") if (b := time.find(name)) is not None]
    return " - ".join(dict.fromkeys(bound for bound in bounds if bound))


def _written(text: str | None) -> str:
    """``10/01/2024 12:00``: as the narrative's authors write dates."""
    day, _, hour = fhir_minute(text).partition(" ")
    return f"{'/'.join(reversed(day.split('-')))} {hour}".strip()


def _row(element: "Element", role: str) -> tuple[str, ...] | None:
    held = next((h for name in _HOLDERS if (h := element.find(name)) is not None), element)
    names = [name_words(held.find(f"{person}/name")) for person in _PERSONS]
    names += [own_text(held.find(f"{house}/name")) for house in _HOUSES]
    names += [own_text(held.find("assignedAuthoringDevice/softwareName")), own_text(held.find("location/name"))]
    code, function = held.find("code"), element.find("functionCode")
    sort = display(code) if code is not None else ""
    named = [name for name in dict.fromkeys(names) if name]
    if not named and not (held is element and sort):
        return None
    as_what = ""
    if function is not None:
        as_what = display(function) or one_line(flowing(function.find("originalText")))
    as_what = as_what or role or _TYPES.get(element.get("typeCode") or "", "")
    house = next((h for name in (*_HOUSES, "location") if (h := held.find(name)) is not None), None)
    numbers = phones(held, house)
    address = address_words(*held.findall("addr"), *(house.findall("addr") if house is not None else ()))
    shown = ", ".join([*named, *([sort] if sort else [])])
    return as_what, shown, _when(element), ", ".join(text for text in (*numbers, address) if text)
