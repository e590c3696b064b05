"""What hangs on a statement and has no field of its own, in words: method, sample, further values, its status."""

from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import display
from dmp_tui.dmp.cda.persons import address_words, name_words, own_text, phones
from dmp_tui.dmp.cda.scope import Scope, original
from dmp_tui.dmp.cda.values import coded_value, further_values, quantity
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

SPECIMEN_TEMPLATES = frozenset({"1.3.6.1.4.1.19376.1.3.1.2", "1.3.6.1.4.1.19376.1.3.1.3"})
"""IHE XD-LAB specimen collection and specimen received."""
NOT_DONE = frozenset({"aborted", "cancelled", "nullified"})
_STATUSES = {
    "aborted": "interrompu",
    "cancelled": "annulé",
    "suspended": "suspendu",
    "held": "en attente",
    "nullified": "saisi par erreur",
}
_ABSENT = {
    "NASK": "non demandée",
    "ASKU": "demandée, inconnue",
    "UNK": "inconnue",
    "NI": "non renseignée",
    "NAV": "pas encore disponible",
    "MSK": "masquée",
    "NAVU": "indisponible",
}
"""Why there is no value; NA says nothing."""
_LINKS = frozenset({"entryRelationship", "component", "entry"})
_STATEMENTS = frozenset(
    {"act", "observation", "substanceAdministration", "supply", "procedure", "organizer", "encounter"}
)


def status_of(statement: "Element") -> str:
    """``statusCode`` of a statement; empty if none."""
    code = statement.find("statusCode")
    return "" if code is None else squeeze(code.get("code")).lower()


def status_word(statement: "Element") -> str:
    """``statut : annulé``, where the status says that the statement did not come to its end; else empty."""
    word = _STATUSES.get(status_of(statement), "")
    return f"statut : {word}" if word else ""


def take_out_errors(entry: "Element") -> int:
    """Take out of an entry the statements that their author nullified ("saisi par erreur"); how many there were."""
    marked = [s for s in entry.iter(*_STATEMENTS) if status_of(s) == "nullified"]
    wrong = [s for s in marked if not any(status_of(a) == "nullified" for a in s.iterancestors(*_STATEMENTS))]
    for statement in wrong:
        link = statement.getparent()
        if link is not None and link.tag in _LINKS:
            link.remove(statement)
    return len(wrong)


def measured_words(observation: "Element", scope: Scope, value: str, words: str) -> "Iterator[str]":
    """Further values, the method and the sample of a measure, unless ``words`` hold them already."""
    value_of = observation.find("value")
    if not value and value_of is not None and (flavor := _ABSENT.get(value_of.get("nullFlavor") or "")):
        yield f"valeur {flavor}"
    for text in further_values(observation.findall("value"), value):
        yield f"autre valeur : {text}"
    for method in observation.iterfind("methodCode"):
        text = scope.words(original(method)) or display(method)
        if text and fold(text) not in fold(words):
            yield f"méthode : {text}"
    sample = _sample(observation, scope)
    if sample and fold(sample) not in fold(words):
        yield f"échantillon : {sample}"


def _sample(observation: "Element", scope: Scope) -> str:
    """What was examined: of the observation, else of the nearest panel around it."""
    around: Element | None = observation
    while around is not None and around.tag not in {"entry", "section"}:
        if around.tag in _STATEMENTS:
            if around not in scope.samples:
                scope.samples[around] = _sample_of(around, scope)
            if named := scope.samples[around]:
                return named
        around = around.getparent()
    return ""


def _sample_of(statement: "Element", scope: Scope) -> str:
    for entity in statement.iterfind("specimen/specimenRole/specimenPlayingEntity"):
        # a germ, of its isolate: it names the panel, it is no sample
        if entity.get("classCode") != "MIC" and (text := _named(entity, scope)):
            return text
    for path in ("component/procedure", "entryRelationship/procedure"):
        for taking in statement.iterfind(path):
            if not any(t.get("root") in SPECIMEN_TEMPLATES for t in taking.iterfind("templateId")):
                continue
            for entity in taking.iterfind("participant/participantRole/playingEntity"):
                if text := _named(entity, scope):
                    sites = (scope.words(original(s)) or display(s) for s in taking.iterfind("targetSiteCode"))
                    return ", ".join(dict.fromkeys((text, *(site for site in sites if site))))
    return ""


def _named(entity: "Element", scope: Scope) -> str:
    code = entity.find("code")
    coded = display(code) if code is not None else ""
    return scope.words(original(code)) or squeeze(entity.findtext("name")) or coded or scope.words(entity.find("desc"))


_ROLES = {
    "DST": "destination",
    "ORG": "provenance",
    "LOC": "lieu",
    "RML": "lieu",
    "PRF": "réalisé par",
    "PPRF": "réalisé par",
    "SPRF": "réalisé par",
    "RESP": "responsable",
    "REF": "adressé par",
    "REFB": "adressé par",
    "REFT": "adressé à",
    "AUTHEN": "validé par",
    "VRF": "validé par",
    "CON": "avis de",
    "CST": "mandataire ou dépositaire",
    "AUT": "auteur",
    "ADM": "admis par",
    "ATND": "suivi par",
    "DIS": "sortie par",
}
"""HL7 ParticipationType: who and where, as against products and devices."""


def taking_part(statement: "Element", words: str) -> "Iterator[str]":
    """Who did an act and where: its participants and performers, each with what serves to call, unless named before."""
    for taker in (e for tag in ("participant", "performer", "informant") for e in statement.iterfind(tag)):
        role = (
            "selon" if taker.tag == "informant" else _ROLES.get(taker.get("typeCode") or _PERFORMS.get(taker.tag, ""))
        )
        held = next((h for n in _TAKERS if (h := taker.find(n)) is not None), None)
        if role is None or held is None:
            continue
        name = next((n for e in _NAMED if (n := name_words(held.find(f"{e}/name")))), "")
        house = next((own_text(held.find(f"{n}/name")) for n in _HOUSES if held.find(f"{n}/name") is not None), "")
        code = held.find("code")
        sort = display(code) if code is not None else ""
        named = [text for text in dict.fromkeys((name, house)) if text] or ([sort] if sort else [])
        told = [*named, address_words(*held.findall("addr")), *(f"tél. {number}" for number in phones(held))]
        if named and not all(_is_told(text, words) for text in named):
            if role == "réalisé par":
                done = statement.get("moodCode") in {"EVN", None}
                role = "intervenant" if not done else "délivré par" if statement.tag == "supply" else role
            yield f"{role} : {', '.join(text for text in told if text)}"


def _is_told(name: str, words: str) -> bool:
    """Whether words hold all the words of a name, in whatever order and with whatever title."""
    return {part for part in fold(name).split() if len(part) > 2} <= set(fold(words).split())


_PERFORMS = {"performer": "PRF"}
_TAKERS = ("participantRole", "assignedEntity", "relatedEntity")
_NAMED = ("playingEntity", "assignedPerson", "relatedPerson")
_HOUSES = ("representedOrganization", "scopingEntity", "scopingOrganization")


def reasons(statement: "Element", scope: Scope) -> "Iterator[str]":
    """What it is done or given for: in the words that the reason points at, else in those of its code."""
    for related in statement.iterfind("entryRelationship[@typeCode='RSON']/*"):
        code, value = related.find("code"), related.find("value")
        said = scope.words(original(value), original(code), related.find("text"))
        coded = next((display(element) for element in (value, code) if element is not None and display(element)), "")
        if said or coded:
            yield said or coded


def manner_words(statement: "Element", scope: Scope, words: str) -> "Iterator[str]":
    """Why, how urgently and by which way an act was done, unless ``words`` say it."""
    for text in reasons(statement, scope):
        if not _holds(words, text):
            yield f"motif : {text}"
    for tag, what in (("priorityCode", "priorité"), ("methodCode", "méthode"), ("approachSiteCode", "abord")):
        for element in statement.iterfind(tag):
            text = scope.words(original(element)) or display(element)
            if text and not _holds(words, text):
                yield f"{what} : {text}"


def device_words(statement: "Element", words: str) -> "Iterator[str]":
    """Model, number and maker of the devices of a statement, and, of an act, what they are, unless ``words`` say it."""
    for taker in statement.iterfind("participant[@typeCode='DEV']/participantRole"):
        device, maker = taker.find("playingDevice"), taker.find("scopingEntity")
        code = device.find("code") if device is not None else None
        numbers = [squeeze(number.get("extension")) for number in taker.iterfind("id")]
        told = (
            ("dispositif", display(code) if code is not None and statement.tag != "supply" else ""),
            ("modèle", own_text(device.find("manufacturerModelName")) if device is not None else ""),
            ("fabricant", own_text(maker.find("desc")) if maker is not None else ""),
            *(("n°", number) for number in numbers),
        )
        for what, text in told:
            if text and not _holds(words, text):
                yield f"{what} {text}" if what == "n°" else f"{what} : {text}"


def hanging_words(
    statement: "Element", scope: Scope, words: str, passed: "frozenset[str] | None" = None
) -> "Iterator[str]":
    """What hangs on a statement and adds to it, as "question : réponse", unless ``words`` say it already.

    ``passed``: the types of links that are left out; those of reasons, reactions and references unless others are.
    """
    for related in statement.iterfind("entryRelationship"):
        if related.get("typeCode") in (_OTHERWISE_READ if passed is None else passed):
            continue
        for child in related:
            code = child.find("code")
            own = squeeze(code.get("code")) if code is not None else ""
            if child.tag not in {"observation", "act"} or own in _READ_BY_CODE or status_of(child) == "nullified":
                continue
            asked = scope.words(original(code)) or (display(code) if code is not None else "")
            asked = "" if asked == "ASSERTION" else asked
            said = answer_of(child, scope)
            if said and not _holds(words, said):
                yield f"{asked} : {said}" if asked and fold(asked) != fold(said) else said


def answer_of(statement: "Element", scope: Scope) -> str:
    """What an observation answers, or an act says: the words of its value, else its value, else its own words."""
    values = statement.findall("value")
    told = next((text for value in values if (text := scope.words(original(value)))), "")
    coded = next((text for value in values if (text := coded_value(value).shown)), "")
    return told or coded or scope.words(statement.find("text"))


def _holds(words: str, said: str) -> bool:
    return f" {fold(said)} " in f" {fold(words)} "


_OTHERWISE_READ = frozenset({"RSON", "MFST", "CAUS", "REFR"})
"""Links of reasons, reactions and references within the document."""
_READ_BY_CODE = frozenset(
    {"48767-8", "33999-4", "SEV", "82606-5", "66455-7", "11323-3", "30973-2", "PINSTRUCT", "69764-9", "IMMUNIZ"}
)
"""Comment, status, severity, criticality, certainty, general status, rank of a dose, instruction to the patient."""


def _is_new(text: str, words: str) -> bool:
    return text != "1" and fold(text) not in fold(words)


def supplied_words(statement: "Element", words: str) -> "Iterator[str]":
    """How much of a product is to be handed over and how often again, unless the row says it."""
    for supply in (statement, *statement.iterfind("entryRelationship/supply")):
        amount, again = supply.find("quantity"), supply.find("repeatNumber")
        if amount is not None and amount.get("value") and _is_new(text := quantity(amount), words):
            yield f"quantité : {text}"
        times = squeeze(again.get("value")) if again is not None else ""
        if times.isdecimal() and times != "0" and "RENOUVEL" not in fold(words):
            yield f"répétitions : {times}"
