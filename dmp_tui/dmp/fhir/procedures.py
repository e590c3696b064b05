"""Procedures and devices of a FHIR document, as entries."""

from dataclasses import replace

from dmp_tui.dmp.entries import Entry, Kind, Status
from dmp_tui.dmp.fhir.elements import (
    choice_words,
    concept_text,
    date_of,
    first,
    flag,
    notes,
    objects,
    sites,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.statements import Place, base_entry, named, negated, person_text, teller


def read_procedure(place: Place) -> list[Entry]:
    """Procedure."""
    body = place.body
    statuses = {
        "completed": Status.ENDED,
        "stopped": Status.ENDED,
        "preparation": Status.PLANNED,
        "in-progress": Status.ACTIVE,
    }
    start, end = date_of(body, "performed", "occurrence")
    undone = any(flag(body.get(name)) is True for name in ("notDone", "notPerformed"))
    performers = [person_text(place, item.get("actor")) for item in objects(body.get("performer"))]
    entry = replace(
        base_entry(place, Kind.PROCEDURE, body.get("code")),
        status=statuses.get(string(body.get("status")), Status.UNKNOWN),
        start=start,
        end=end,
        author=next((p for p in performers if p), "") or teller(place),
        words=words(
            sites(body.get("bodySite")),
            texts(body.get("statusReason")),
            texts(body.get("reasonCode") or body.get("reason")),
            named(place, body.get("reasonReference")),
            texts(body.get("outcome")),
            texts(body.get("complication")),
            texts(body.get("followUp")),
            [_device_name(place, item.get("manipulated")) for item in objects(body.get("focalDevice"))],
            [_device_name(place, item) for item in objects(body.get("usedReference"))],
            choice_words(body, "performed"),
            choice_words(body, "occurrence"),
            notes(body),
        ),
    )
    return [negated(entry, string(body.get("status")) == "not-done" or undone)]


def _device_name(place: Place, reference: object) -> str:
    """A Device that an operation put in, took out or used."""
    found = place.index.resolve(reference, place.resource)
    if found is None:
        return string(first(reference).get("display"))
    names = [string(n.get("name") or n.get("value")) for n in objects(found.body.get("deviceName"))]
    return words(concept_text(found.body.get("type")), names, string(found.body.get("manufacturer")))


def read_device(place: Place) -> list[Entry]:
    """DeviceUseStatement (R5 DeviceUsage), or a Device that a section names."""
    body = place.body
    device, use = body, body
    if place.resource.type == "Device":
        use = {"status": "stopped"} if string(body.get("status")) == "inactive" else body
    else:
        reference = body.get("device")
        found = place.index.resolve(reference, place.resource)
        device = found.body if found is not None else {"type": reference if _has_concept(reference) else {}}
    names = [string(n.get("name") or n.get("value")) for n in objects(device.get("deviceName"))]
    names += [string(n.get("value")) for n in objects(device.get("name"))]
    fallback = next((n for n in names if n), string(first(body.get("device")).get("display")))
    carrier = first(device.get("udiCarrier"))
    model = words(
        [string(device.get(name)) for name in ("manufacturer", "modelNumber", "lotNumber", "serialNumber")],
        string(carrier.get("carrierHRF")) or string(carrier.get("deviceIdentifier")),
    )
    statuses = {"active": Status.ACTIVE, "completed": Status.ENDED, "stopped": Status.ENDED, "intended": Status.PLANNED}
    start, end = date_of(use, "timing", "whenUsed")
    concept = device.get("type") or device.get("definition") or device.get("code")
    entry = base_entry(place, Kind.DEVICE, concept, fallback=fallback or model)
    status = statuses.get(string(use.get("status")), Status.UNKNOWN) if use is not device else Status.UNKNOWN
    # A Device's own status "active" says that its record holds, not that it is worn.
    return [
        replace(
            entry,
            status=status,
            start=start,
            end=end,
            noted=date_of(use, "recordedOn", "dateAsserted")[0],
            words=words(
                fallback,
                model,
                texts(device.get("safety")),
                sites(use.get("bodySite")),
                texts(use.get("reasonCode") or use.get("reason")),
                named(place, body.get("reasonReference")),
                texts(body.get("statusReason")),
                notes(use),
                notes(device),
            ),
        )
    ]


def _has_concept(reference: object) -> bool:
    return bool(first(first(reference).get("concept")))
