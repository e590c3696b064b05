"""Whom a reference range is for: one that a laboratory prints for the other sex or another age judges nobody here."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dmp_tui.dmp.fhir.elements import codings, first, objects, string, texts
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.dates import moment

_SEXES = {
    "248153007": "male",
    "248152002": "female",
    "M": "male",
    "F": "female",
    "male": "male",
    "female": "female",
    "77386006": "female",  # pregnant
}
_WORDS = {
    "male": frozenset({"MALE", "MALES", "MAN", "MEN", "HOMME", "HOMMES", "MASCULIN", "GARCON", "GARCONS"}),
    "female": frozenset({"FEMALE", "FEMALES", "WOMAN", "WOMEN", "FEMME", "FEMMES", "FEMININ", "FILLE", "FILLES"}),
}
_IN_YEARS = {
    "a": Decimal(1),
    "y": Decimal(1),
    "yr": Decimal(1),
    "year": Decimal(1),
    "years": Decimal(1),
    "an": Decimal(1),
    "ans": Decimal(1),
    "mo": Decimal(1) / 12,
    "month": Decimal(1) / 12,
    "months": Decimal(1) / 12,
    "wk": Decimal(7) / 365,
    "d": Decimal(1) / 365,
}


@dataclass(frozen=True, slots=True)
class Whom:
    """The patient, as far as a range may ask: FHIR ``gender`` and ``birthDate``, either of them perhaps empty."""

    sex: str = ""
    born: str = ""

    def is_another(self, bounds: Json, when: str) -> bool:
        """Whether a range is said to be for another sex, or for an age that the patient surely had not on a day."""
        asked = _sex_of(bounds)
        if asked and self.sex in {"male", "female"} and asked != self.sex:
            return True
        span = first(bounds.get("age"))
        youngest, oldest = self._age(when)
        low, high = _years(first(span.get("low"))), _years(first(span.get("high")))
        return (low is not None and oldest is not None and oldest < low) or (
            high is not None and youngest is not None and youngest > high
        )

    def _age(self, when: str) -> tuple[Decimal | None, Decimal | None]:
        """``(least, most)`` years of age, as precise as the dates are."""
        born, then = moment(self.born)[:3], moment(when)[:3]
        if not born[0] or not then[0]:
            return None, None
        years = Decimal(then[0] - born[0])
        if all(born) and all(then):
            exact = years + Decimal((then[1] - born[1]) * 31 + then[2] - born[2]) / 372
            return exact - Decimal("0.01"), exact + Decimal("0.01")
        return years - 1, years + 1


def _sex_of(bounds: Json) -> str:
    """The sex that a range is for; empty where it says none, or both."""
    told = {_SEXES[c.code] for c in codings(bounds.get("appliesTo")) if c.code in _SEXES}
    for text in (word for concept in objects(bounds.get("appliesTo")) for word in texts([concept])):
        told |= {sex for sex, words in _WORDS.items() if words & set(fold(text).split())}
    return told.pop() if len(told) == 1 else ""


def _years(quantity: Json) -> Decimal | None:
    try:
        value = Decimal(string(quantity.get("value")))
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    unit = _IN_YEARS.get((string(quantity.get("code")) or string(quantity.get("unit"))).lower())
    return value * unit if unit is not None else None
