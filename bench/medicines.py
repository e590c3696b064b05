"""The official tables: their import, the first name looked for, what is typed, thirty real treatments weighed."""

import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench.figures import Figure, median, percentile
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.safety.answers import check, reasons_among
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.proposed import propose
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.reference.base import ReferenceBase
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.writing import write

TABLES = Path(os.environ.get("DMP_TUI_REFERENCE", Path(__file__).parents[2] / "shared")) / "data"
TIMES = 20
TREATMENTS = [
    "warfarine",
    "amiodarone",
    "bisoprolol",
    "ramipril",
    "furosemide",
    "spironolactone",
    "atorvastatine",
    "metformine",
    "gliclazide",
    "levothyroxine",
    "pantoprazole",
    "citalopram",
    "tramadol",
    "paracetamol",
    "prednisone",
    "allopurinol",
    "colchicine",
    "digoxine",
    "alprazolam",
    "zolpidem",
    "haloperidol",
    "lithium",
    "methotrexate",
    "ciclosporine",
    "carbamazepine",
    "phenytoine",
    "fluconazole",
    "clarithromycine",
    "ibuprofene",
    "clopidogrel",
]
PROPOSED = ["etomidate", "suxamethonium", "morphine", "ketoprofene", "ondansetron"]


def _spent(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def medicines() -> list[Figure]:
    """Needs the official tables; without them there is nothing to measure."""
    if not (TABLES / "bdpm").is_dir():
        return []
    today = datetime.now().astimezone().date()
    thesaurus = next((TABLES / "interactions").glob("thesaurus*.json"))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "reference.db"
        begun = time.perf_counter()
        write(path, [medicines_of(TABLES / "bdpm", today), interactions_of(thesaurus, today)])
        imported = time.perf_counter() - begun
        opened = _spent(lambda: ReferenceBase(path).close())
        base = ReferenceBase(path)
        first = _spent(lambda: base.find("amox"))
        names = [name for own in TREATMENTS for name in (own[:3], own[:5], own, own[:-2] + own[-1])]
        random.Random(3).shuffle(names)  # noqa: S311 - a fixed order
        typed = [_spent(lambda name=name: base.find(name)) for name in names]  # type: ignore[misc] # a default binds it
        sheet = typed_sheet(Typed(TREATMENTS, ["penicillines"], [], 80, Sex.F, dfg=25), today)
        known = known_of(sheet, base, today, sex=Sex.F)
        proposed, _unknown = propose(PROPOSED, base)
        check(proposed, known, base)
        weighed = [_spent(lambda: check(proposed, known, base)) for _ in range(TIMES)]
        among = [_spent(lambda: reasons_among(known, base)) for _ in range(TIMES)]
        base.close()
    return [
        Figure("medicines: import of both tables", imported, 20, "s"),
        Figure("medicines: open", opened, 20, "ms"),
        Figure("medicines: first name looked for", first, 1000, "ms", "names are read once, in the background"),
        Figure("medicines: a name as typed, p50", median(typed), 10, "ms"),
        Figure("medicines: a name as typed, p95", percentile(typed, 0.95), 30, "ms"),
        Figure("medicines: 5 real medicines against 30, p50", median(weighed), 20, "ms"),
        Figure("medicines: 30 real against each other, p50", median(among), 60, "ms"),
    ]
