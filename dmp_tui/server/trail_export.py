"""The trail as FHIR, an AuditEvent a line (NDJSON), for a system that keeps traces; it names nobody unless asked.

Without identities, a person is the keyed hash of his number: always the same, and nobody's name; words of a reason,
addresses and whoever acted on whose behalf are left out. Records are named by their random ids either way.
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from dmp_tui.server.audit_events import to_audit_event
from dmp_tui.store.trail import TrailRow


def write_fhir(path: Path, rows: Iterable[TrailRow], base_url: str, pseudonym: Callable[[str], str] | None) -> int:
    """Writes the events into a new file of mode 0600 and gives how many there are.

    ``pseudonym`` is what a person is called instead of his number; None where identities are asked for.

    Raises:
        OSError: the file exists or cannot be written.
    """
    count = 0
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for row in rows:
            told = row if pseudonym is None else _unnamed(row, pseudonym)
            event = to_audit_event(told, base_url, lambda _document: True)
            file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _unnamed(row: TrailRow, pseudonym: Callable[[str], str]) -> TrailRow:
    return replace(
        row,
        actor=pseudonym(row.actor),
        actor_name="",
        reason="",
        on_behalf_of="",
        address="",
        session="",
        request="",
        detail="",
    )
