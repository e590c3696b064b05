"""Names, addresses and telephones of CDA as text."""

from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import display
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Person
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TITLES = {"DR": "Dr", "PR": "Pr", "M": "", "MR": "", "MME": "", "MLLE": "", "MM": ""}
_STREET = ("houseNumber", "houseNumberNumeric", "streetNameType", "streetName", "streetNameBase")
_LINES = ("streetAddressLine", "additionalLocator", "unitID", "unitType", "deliveryAddressLine", "precinct", "postBox")


def own_text(element: "Element | None") -> str:
    """All the text of an element, on one line."""
    return "" if element is None else squeeze("".join(t for t in element.itertext() if isinstance(t, str)))


def name_words(name: "Element | None") -> str:
    """``Dr MEDIONI Stéphane``: title, family name in capitals as written, given name."""
    if name is None:
        return ""
    family, given = name_part(name, "family", ("SP", "CL", "", "BR")), name_part(name, "given", ("SP", "CL", "BR", ""))
    if not family and not given:
        return own_text(name)
    titles = [
        _TITLES.get(fold(text), text) for text in map(own_text, [*name.findall("suffix"), *name.findall("prefix")])
    ]
    return " ".join(text for text in (next((t for t in titles if t), ""), family, given) if text)


def name_part(name: "Element", tag: str, wanted: tuple[str, ...]) -> str:
    """The part of a name (``family``, ``given``) by the first qualifier of ``wanted`` that is there ("" is none)."""
    for qualifier in wanted:
        parts = [
            own_text(part) for part in name.findall(tag) if qualifier in ((part.get("qualifier") or "").split() or [""])
        ]
        if text := " ".join(part for part in parts if part):
            return text
    return ""


def address_words(*addresses: "Element | None") -> str:
    """The first address that says something, on one line."""
    for address in addresses:
        if address is None:
            continue
        street = " ".join(own_text(part) for tag in _STREET for part in address.findall(tag))
        lines = [own_text(part) for tag in _LINES for part in address.findall(tag)]
        town = " ".join(own_text(part) for tag in ("postalCode", "city") for part in address.findall(tag))
        country = own_text(address.find("country"))
        said = [text for text in (street.strip(), *lines, town.strip(), country) if text]
        if said:
            return ", ".join(said)
        if text := own_text(address):
            return text
    return ""


def phones(*holders: "Element | None") -> tuple[str, ...]:
    """Telephone numbers, without ``tel:``, each once; mail and web addresses are no telephones."""
    found: dict[str, None] = {}
    for holder in holders:
        for telecom in holder.findall("telecom") if holder is not None else ():
            scheme, colon, number = squeeze(telecom.get("value")).partition(":")
            if colon and scheme.lower() in {"tel", "sms"} and number:
                found[number] = None
            elif not colon and any(c.isdigit() for c in scheme) and "@" not in scheme:
                found[scheme] = None
    return tuple(found)


def participant(element: "Element", person_tag: str, organisation_tag: str) -> Person | None:
    """A professional or organisation that takes part, from the element that holds its id, code, name and telephone."""
    organisation = element.find(organisation_tag)
    of_organisation = own_text(organisation.find("name")) if organisation is not None else ""
    device = element.find("assignedAuthoringDevice")
    by_device = own_text(device.find("softwareName")) if device is not None else ""
    name = name_words(element.find(f"{person_tag}/name")) or of_organisation or by_device
    if not name:
        return None
    role = display(element.find("code")) if element.find("code") is not None else ""
    where = of_organisation if of_organisation != name else ""
    addresses = (element.find("addr"), organisation.find("addr") if organisation is not None else None)
    return Person(
        name, ", ".join(t for t in (role, where) if t), phones(element, organisation), address_words(*addresses)
    )


def author_name(statement: "Element") -> str:
    """Who made a statement inside a document, where the statement says so."""
    for path, person in (("author/assignedAuthor", "assignedPerson"),):
        if (found := statement.find(path)) is not None and (
            who := participant(found, person, "representedOrganization")
        ):
            return who.name
    return ""
