"""Whether time tells a masked document from none: twin records, the same calls in turn, two distributions compared.

Both servers run in this process over copies of one store (``tests/server/test_masked_is_absent``); one of them holds
masked documents that the caller may not see. ``python -m bench.masking`` prints, for each call, p50 and p99 of both and
a Mann-Whitney statistic: the share of pairs in which the record with masked documents was the slower one (0.5: no
difference), and its z score. The control, which asks nothing of a record, tells how far two servers differ by
themselves. ``python -m bench.masking 2000`` measures as many times.
"""

import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bench.figures import median, percentile

TIMES, WARMING = 400, 40


@dataclass(frozen=True, slots=True)
class Compared:
    """Seconds of one call, with masked documents and without."""

    name: str
    masked: Sequence[float]
    absent: Sequence[float]

    def line(self) -> str:
        """One row of the table, in milliseconds."""
        share, z = mann_whitney(self.masked, self.absent)
        of = [1000 * f for one in (self.masked, self.absent) for f in (median(one), percentile(one, 0.99))]
        return f"{self.name:<60}{of[0]:>8.2f}{of[1]:>8.2f}{of[2]:>8.2f}{of[3]:>8.2f}{share:>8.3f}{z:>7.2f}"


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """``(share of pairs in which the first is greater, z)``, ties counting half; z by the normal approximation."""
    pooled = sorted([(value, True) for value in first] + [(value, False) for value in second])
    ranks, at = 0.0, 0
    for _, group in groupby(pooled, key=lambda one: one[0]):
        tied = list(group)
        ranks += sum(mine for _, mine in tied) * (at + (len(tied) + 1) / 2)
        at += len(tied)
    pairs = len(first) * len(second)
    u = ranks - len(first) * (len(first) + 1) / 2
    return u / pairs, (u - pairs / 2) / math.sqrt(pairs * (len(first) + len(second) + 1) / 12)


async def compare(times: int = TIMES) -> list[Compared]:
    """Measures each call in both records, which of them first being drawn each time."""
    from dmp_tui.server.workers import WorkerProcess
    from tests.server.login import pki
    from tests.server.login.serving import Clock, Credentials
    from tests.server.login.world import Authorities
    from tests.server.test_masked_is_absent import ABSENT, client_of, twinned

    root = pki.issuer("AC RACINE INVENTEE", pki.rsa_key())
    people = pki.issuer("AC PERSONNES INVENTEE", pki.rsa_key(), root)
    authorities = Authorities(root, people, pki.rsa_key(), pki.rsa_key())
    workers = WorkerProcess()
    drawn = random.Random(4)  # noqa: S311 - an order, not a secret
    try:
        with tempfile.TemporaryDirectory() as directory:
            place = Path(directory)
            (place / "tls").mkdir()
            credentials = Credentials(place / "tls")
            async with twinned(place, Clock(), credentials, authorities, workers) as twins:
                token = twins.patient.ins.token
                calls = {
                    "nothing of a record (control)": "/fhir/metadata",
                    "summary": f"/fhir/Patient/{twins.patient.id}/$summary",
                    "documents": f"/fhir/DocumentReference?patient.identifier={token}",
                    "one document, by the id of a masked one": f"/fhir/DocumentReference/{twins.secret}",
                    "its content": f"/fhir/Binary/{twins.secret}",
                    "the content of an id that never was": f"/fhir/Binary/{ABSENT}",
                    "submission sets": f"/fhir/List?patient.identifier={token}",
                    "the trail": f"/fhir/AuditEvent?patient={twins.patient.id}",
                }
                made = []
                for role in ("doctor", "break-glass"):
                    clients = [
                        await client_of(twin, role, twins.patient) for twin in (twins.with_masked, twins.without)
                    ]
                    for name, path in calls.items():
                        seconds: tuple[list[float], list[float]] = ([], [])
                        for turn in range(WARMING + times):
                            for which in drawn.sample((0, 1), 2):
                                start = time.perf_counter()
                                await clients[which].get(path)
                                if turn >= WARMING:
                                    seconds[which].append(time.perf_counter() - start)
                        made.append(Compared(f"{role}: {name}", *seconds))
                return made
    finally:
        workers.close()


def main(times: int = TIMES) -> int:
    """Prints the table."""
    print(
        f"{'':<60}{'masked':>8}{'':>8}{'absent':>8}\n{'ms':<60}{'p50':>8}{'p99':>8}{'p50':>8}{'p99':>8}{'share':>8}{'z':>7}"
    )
    for one in asyncio.run(compare(times)):
        print(one.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES))
