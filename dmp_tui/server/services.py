"""What every endpoint is given: the store, the login, the settings, the worker, the time."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from dmp_tui.server.medicines import Medicines, Weighing, shipped
from dmp_tui.server.settings import ServerSettings
from dmp_tui.server.workers import Inline, Workers
from dmp_tui.store.model import Clock, system_clock
from dmp_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one server."""

    store: Store
    clock: Clock = system_clock
    settings: ServerSettings = field(default_factory=ServerSettings)
    workers: Workers = field(default_factory=Inline)
    medicines: Medicines = field(default_factory=shipped)
    """The base of medicines by which treatments are weighed."""
    base_url: str = "https://localhost/fhir"
    """The FHIR base, as clients write it."""
    tickets: dict[str, datetime] = field(default_factory=dict)
    """One-time pages of ``$web-access``: SHA-256 of the ticket, and until when it holds."""
    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """One for each record that is being written: its changes follow one another."""

    def weighing(self) -> Weighing:
        """The base of medicines that is there now, and today."""
        return self.medicines.weighing(self.clock().date())

    def lock(self, patient_id: str) -> asyncio.Lock:
        """The lock of a record's changes."""
        found = self.locks.get(patient_id)
        if found is None:
            found = self.locks[patient_id] = asyncio.Lock()
        return found
