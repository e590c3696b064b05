"""A process to be killed while it writes: it prints the number of each row only once the write was acknowledged."""

import asyncio
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

from dmp_tui.store import Store, Transaction
from tests.store.people import document, event, record


async def writes(data: Path) -> None:
    """Four writers at once, each adding patients, documents and trail rows, for ever."""
    store = Store.open(data)
    counter = itertools.count(len(list(store.stored_trail())) + 1)

    def work(number: int) -> Callable[[Transaction], None]:
        def run(transaction: Transaction) -> None:
            transaction.put_patient(record(number))
            transaction.put_document(document(number, f"patient-{number}"), b"content %d" % number, [])
            transaction.trace(event(number))

        return run

    async def writer() -> None:
        while True:
            number = next(counter)
            await store.write(work(number))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()

    await asyncio.gather(*(writer() for _ in range(4)))


if __name__ == "__main__":
    asyncio.run(writes(Path(sys.argv[1])))
