"""Figures and their budgets, printed as one table."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its budget (``DESIGN`` 5), both in ``unit``."""

    name: str
    value: float
    budget: float
    unit: str
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def show(figures: Sequence[Figure]) -> str:
    """A table: name, measured, budget, share of the budget."""
    lines = [f"{'what':<52} {'measured':>12} {'budget':>12} {'share':>7}"]
    lines += [
        f"{f.name:<52} {f.value:>9.2f} {f.unit:<3}{f.budget:>9.2f} {f.unit:<3}{f.value / f.budget:>6.2f}  {f.note}"
        for f in figures
    ]
    return "\n".join(lines)
