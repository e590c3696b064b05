"""What "may I give it?" costs: thirty treatments that all interact, five medicines proposed, an invented base."""

import time
from datetime import date

from bench.figures import Figure, median
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.medicines.model import Edition, Found, Grade, Interaction, Level, Speciality, Substance
from dmp_tui.dmp.safety.answers import check, reasons_among
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.naming import of_substance
from dmp_tui.dmp.safety.typed import Typed, typed_sheet

TODAY = date(2026, 11, 22)
TREATMENTS, PROPOSED, TIMES = 30, 5, 20


class DenseBase:
    """Forty invented substances, each pair of which the thesaurus would hold at two levels."""

    editions = (Edition("ANSM", "2026-01"),)
    whole = True

    def __init__(self) -> None:
        names = [f"inventine {number}" for number in range(40)]
        self.substances = {name: Substance(name.upper(), name, (f"N05A{n:03d}",)) for n, name in enumerate(names)}

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        own = self.substances.get(typed.lower())
        return (Found(own, typed, guess=False, score=100),)[:limit] if own else ()

    def substance(self, key: str) -> Substance | None:
        return self.substances.get(key.lower())

    def speciality(self, code: str) -> Speciality | None:
        del code
        return None

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        grades = (
            Grade(Level.CONTRAINDICATED, f"avec {one.name} à des doses supérieures à 20 mg par semaine"),
            Grade(Level.DISCOURAGED, "- avec les autres médicaments de la classe"),
        )
        return (Interaction(one.key, other.key, one.name, other.name, grades, "Effets additifs.", source="bench"),)


def safety() -> list[Figure]:
    """Reading a sheet of thirty treatments, five medicines against it, the thirty against each other."""
    base = DenseBase()
    names = list(base.substances)
    typed = Typed(names[:TREATMENTS], ["pénicillines"], ["asthme", "épilepsie"], 80, Sex.F, dfg=25)
    sheet = typed_sheet(typed, TODAY)
    birth = typed.birth(TODAY)
    known = known_of(sheet, base, TODAY, birth=birth, sex=Sex.F)
    proposed = [of_substance(base.substances[name]) for name in names[TREATMENTS : TREATMENTS + PROPOSED]]
    check(proposed, known, base)
    spent: dict[str, list[float]] = {"known": [], "check": [], "among": []}
    for _ in range(TIMES):
        begun = time.perf_counter()
        known_of(sheet, base, TODAY, birth=birth, sex=Sex.F)
        read = time.perf_counter()
        found = check(proposed, known, base)
        weighed = time.perf_counter()
        among = reasons_among(known, base)
        done = time.perf_counter()
        spent["known"].append((read - begun) * 1000)
        spent["check"].append((weighed - read) * 1000)
        spent["among"].append((done - weighed) * 1000)
    return [
        Figure(
            "safety: 30 treatments of a sheet read, p50", median(spent["known"]), 20, "ms", "the base's search apart"
        ),
        Figure("safety: 5 medicines against 30, p50", median(spent["check"]), 20, "ms", f"of {len(found.reasons)}"),
        Figure("safety: 30 against each other, p50", median(spent["among"]), 60, "ms", f"of {len(among)}"),
    ]
