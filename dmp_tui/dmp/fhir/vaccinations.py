"""Vaccinations of a FHIR document, as entries: injections, and what is due."""

from dataclasses import replace

from dmp_tui.dmp.entries import Entry, Kind, Mark, Status
from dmp_tui.dmp.fhir.elements import (
    choice,
    choice_words,
    concept_text,
    date_of,
    first,
    flag,
    notes,
    objects,
    quantity,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.statements import Place, base_entry, negated, person_text
from dmp_tui.dmp.fhir.strict import Json


def read_immunization(place: Place) -> list[Entry]:
    """Immunization: an injection; ``not-done`` is a negation."""
    body = place.body
    doses = [
        "/".join(part for name in ("doseNumber", "seriesDoses") if (part := string(choice(protocol, name)[1])))
        for protocol in objects(body.get("protocolApplied"))
    ]
    protocol_words = [string(p.get("series")) for p in objects(body.get("protocolApplied"))]
    diseases = [text for p in objects(body.get("protocolApplied")) for text in texts(p.get("targetDisease"))]
    lot, maker = string(body.get("lotNumber")), person_text(place, body.get("manufacturer"))
    maker = maker or concept_text(body.get("manufacturer"))
    expires = string(body.get("expirationDate"))
    performers = [person_text(place, item.get("actor")) for item in objects(body.get("performer"))]
    entry = replace(
        base_entry(place, Kind.VACCINATION, body.get("vaccineCode")),
        status=Status.ENDED if string(body.get("status")) == "completed" else Status.UNKNOWN,
        start=date_of(body, "occurrence", "date")[0],
        noted=date_of(body, "recorded")[0],
        dose=words([f"dose {number}" for number in doses if number], quantity(body.get("doseQuantity"))),
        author=next((p for p in performers if p), ""),
        words=words(
            diseases,
            protocol_words,
            f"lot {lot}" if lot else "",
            maker,
            concept_text(body.get("administeredProduct")),
            f"expirationDate {expires}" if expires else "",
            "primarySource false" if flag(body.get("primarySource")) is False else "",
            "isSubpotent" if flag(body.get("isSubpotent")) is True else "",
            texts(body.get("reasonCode") or body.get("reason")),
            concept_text(body.get("reportOrigin") or body.get("informationSource")),
            [text for r in objects(body.get("reaction")) for text in _reaction_words(r)],
            texts(body.get("statusReason")),
            choice_words(body, "occurrence"),
            concept_text(body.get("site")),
            concept_text(body.get("route")),
            notes(body),
        ),
    )
    return [negated(entry, string(body.get("status")) == "not-done" or _not_given(body))]


def _not_given(body: Json) -> bool:
    """How releases before R4 said it."""
    return any(flag(body.get(name)) is True for name in ("notGiven", "wasNotGiven"))


def _reaction_words(item: Json) -> list[str]:
    """What an injection was followed by."""
    return [t for t in (concept_text(item.get("manifestation")), string(first(item.get("detail")).get("display"))) if t]


def read_recommendation(place: Place) -> list[Entry]:
    """ImmunizationRecommendation: due vaccines, never injections."""
    found = []
    noted = date_of(place.body, "date")[0]
    for item in objects(place.body.get("recommendation")):
        dates = [string(d.get("value")) for d in objects(item.get("dateCriterion"))]
        named = [f"{concept_text(d.get('code'))} {string(d.get('value'))}" for d in objects(item.get("dateCriterion"))]
        for barred in objects(item.get("contraindicatedVaccineCode")):
            alert = base_entry(place, Kind.ALERT, barred)
            found.append(replace(alert, label=f"Vaccin contre-indiqué : {alert.label}", noted=noted))
        concept = item.get("vaccineCode") or ({} if found else item.get("targetDisease"))
        if not concept and found:
            continue
        entry = base_entry(place, Kind.VACCINATION, concept)
        due = next((d for d in dates if d), "")
        marks = entry.marks | {Mark.PRESCRIBED}
        dose = string(choice(item, "doseNumber")[1])
        said = words(
            texts(item.get("targetDisease")),
            concept_text(item.get("forecastStatus")),
            texts(item.get("forecastReason")),
            string(item.get("series")),
            [text.strip() for text in named] if len(named) > 1 else [],
            string(item.get("description")),
        )
        found.append(
            replace(
                entry,
                status=Status.PLANNED,
                start=due,
                noted=noted,
                dose=f"dose {dose}" if dose else "",
                words=said,
                marks=marks,
            )
        )
    return found
