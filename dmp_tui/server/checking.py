"""``$check``: may these medicines be given to this patient? Weighed on the sheet that the caller may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.rights import Operation
from dmp_tui.dmp.safety.answers import AT_ONCE, check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Answer, Medicine
from dmp_tui.dmp.safety.naming import resolve
from dmp_tui.dmp.safety.proposed import UnknownDrug, propose
from dmp_tui.server.access import access_to
from dmp_tui.server.bodies import JSON_TYPES, SMALL, check_type, parse_resource, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.deposit import instant
from dmp_tui.server.medicines import Weighing
from dmp_tui.server.outcomes import FhirError, Said, broken_rule, fhir_response, not_found
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import StoredSheet, plain
from dmp_tui.server.summaries import sheet_for

CHECK = "check_medicines"
"""Of its own in the trail: a program that asks has not shown the sheet to anybody, and makes nothing old."""
_LONGEST = 400
"""Characters of a name, at most."""
_PRODUCTS = frozenset({7, 8, 13})
"""Digits of a CIP7, a CIS and a CIP13."""
_ATC = "http://www.whocc.no/atc"
_CIS = "https://dmp-tui.example/fhir/CodeSystem/cis"


@dataclass(frozen=True, slots=True)
class Asked:
    """One medicine of the request: its codings and its words."""

    codes: tuple[Coding, ...]
    words: str


async def check_medicines(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$check``: Parameters with one to five ``medication``.

    The same rights as reading the sheet, and the same variant of it: what the caller may not see decides nothing.
    """
    check_type(request, JSON_TYPES)
    asked = _asked(parse_resource(await read_body(request, services.settings, SMALL), "Parameters"))
    record = services.store.patient(request.path_params["id"])
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.READ_UNMASKED)
    access.require(Operation.SEARCH_METADATA)
    if record is None:
        raise not_found()
    sheet = await sheet_for(services, access)
    now = instant(services.clock())
    answer = await services.workers.run(weigh, sheet, record, asked, services.weighing(), now)
    await services.store.trace(access.event(CHECK, decision))
    return fhir_response(answer)


def _asked(parameters: Mapping[str, Any]) -> tuple[Asked, ...]:
    """The medicines of a Parameters.

    Raises:
        FhirError: 422, none or too many; 400, one that says nothing.
    """
    found = tuple(dict.fromkeys(_one_asked(p) for p in many(parameters, "parameter") if p.get("name") == "medication"))
    if not 1 <= len(found) <= AT_ONCE:
        raise broken_rule(
            "medications",
            f"Donnez un à {AT_ONCE} paramètres medication.",
            f"Give one to {AT_ONCE} medication parameters.",
        )
    return found


def _one_asked(parameter: Mapping[str, Any]) -> Asked:
    concept = one(parameter, "valueCodeableConcept")
    codings = [*many(concept, "coding"), *([one(parameter, "valueCoding")] if "valueCoding" in parameter else [])]
    codes = [Coding(text(c, "system").strip(), text(c, "code").strip(), text(c, "display").strip()) for c in codings]
    codes = [_known_system(code) for code in codes if code.code]
    words = text(parameter, "valueString") or text(concept, "text") or next((c.display for c in codes), "")
    words = words.strip()
    if (not codes and not words) or len(words) > _LONGEST:
        raise broken_rule(
            "medication",
            "Chaque paramètre medication donne un code (CIS, CIP, ATC) ou un nom.",
            "Each medication parameter gives a code (CIS, CIP, ATC) or a name.",
        )
    return Asked(tuple(codes), words)


def _known_system(coding: Coding) -> Coding:
    """A code without its system is known by its form: digits are a product's, letters and digits an ATC."""
    if coding.system:
        return coding
    digits = coding.code.isascii() and coding.code.isdigit() and len(coding.code) in _PRODUCTS
    return replace(coding, system=_CIS if digits else _ATC)


# --- in the worker ----------------------------------------------------------------------------------------------------


def weigh(sheet: StoredSheet, record: Record, asked: Sequence[Asked], by: Weighing, now: str) -> dict[str, Any]:
    """The Parameters of the answer.

    Raises:
        FhirError: 422, a name that means no medicine, or a code and words that mean two.
    """
    from dmp_tui.asking import words
    from dmp_tui.dmp.fhir.safety import Words, write_answer

    told, traits = read_summary(plain(sheet)).sheet, record.traits

    def answered(base: Base) -> Answer:
        proposed = _resolved(asked, base)
        return check(proposed, known_of(told, base, by.day, birth=traits.birth, sex=traits.sex), base)

    def warnings(answer: Answer) -> tuple[str, ...]:
        return words.old_editions(answer, by.day)

    said = Words(
        words.answer_words,
        words.reason_words,
        words.condition_words,
        lambda reason: words.kind_words(reason.kind),
        words.limit_words,
        words.edition_words,
        warnings,
    )
    return write_answer(by.ask(answered), record.id, now, said)


def _resolved(asked: Sequence[Asked], base: Base) -> tuple[Medicine, ...]:
    found: list[Medicine] = []
    unknown: list[tuple[int, UnknownDrug]] = []
    for place, each in enumerate(asked, 1):
        one_found = _medicine(each, base, place)
        if isinstance(one_found, UnknownDrug):
            unknown.append((place, one_found))
        else:
            found.append(one_found)
    if unknown:
        raise _unknown(unknown)
    return tuple(found)


def _medicine(asked: Asked, base: Base, place: int) -> Medicine | UnknownDrug:
    """By its codes; by its words where no code is known. Both known and of two medicines is an error, not a choice."""
    coded = resolve((), asked.codes, base) if asked.codes else None
    named, unknown = propose([asked.words], base) if asked.words else ((), ())
    if coded is None or coded.guess or not coded.substances:
        if named:
            return named[0]
        return unknown[0] if unknown else UnknownDrug("")
    if named and not named[0].guess and not _share(coded, named[0]):
        raise broken_rule(
            "medication-differs",
            f"Le code et le nom du médicament {place} désignent deux médicaments : aucun verdict.",
            f"Code and name of medication {place} mean two medicines: no verdict.",
        )
    return replace(coded, label=asked.words or coded.name)


def _share(one_: Medicine, other: Medicine) -> bool:
    return bool({own.key for own in one_.substances} & {own.key for own in other.substances})


def _unknown(found: Sequence[tuple[int, UnknownDrug]]) -> FhirError:
    """422. What was asked is not repeated; the nearest names are the base's own."""
    french, english = [], []
    for place, drug in found:
        names = ", ".join(drug.nearest)
        french.append(f"Médicament {place} inconnu" + (f" (noms proches : {names})" if names else ""))
        english.append(f"medication {place} is unknown" + (f" (nearest names: {names})" if names else ""))
    said = Said(" ; ".join(french) + " : aucun verdict.", "; ".join(english).capitalize() + ": no verdict.")
    return FhirError(422, "not-found", "unknown-medication", said)
