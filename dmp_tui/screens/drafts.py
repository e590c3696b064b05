"""Drafts of notes: in memory only, each for one professional and one patient, for twelve hours at most."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmp_tui.dmp.identity import Ins

KEPT = timedelta(hours=12)
"""How long a draft is kept after its last change."""


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What was typed and not deposited yet. ``unique_id`` is made once: the same draft sent twice is one document."""

    unique_id: str
    changed: datetime
    text: str = field(repr=False)
    removed: frozenset[str] = field(default=frozenset(), repr=False)
    """Keys of what is not to be carried over from the sheet."""
    sent: str = ""
    """Hash of what was sent under its id, with an answer that never came; empty if nothing was."""
    former: str = ""
    """Id under which an older text of it may have arrived: this one replaces it."""


class Drafts:
    """The drafts of one run of the app. Nobody is shown those of another professional, nor of another patient."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, Ins], NoteDraft] = {}

    def find(self, owner: str, ins: "Ins", now: datetime) -> NoteDraft | None:
        """The draft of a professional (national id) for a patient."""
        self.drop_old(now)
        return self._held.get((owner, ins))

    def write(self, owner: str, ins: "Ins", text: str, now: datetime) -> NoteDraft:
        """Keep a text; the same text changes nothing of its draft."""
        held = self.find(owner, ins, now) or NoteDraft(_new_id(), now, "")
        if text != held.text:
            held = replace(held, text=text, changed=now)
        self._held[owner, ins] = held
        return held

    def remove(self, owner: str, ins: "Ins", removed: frozenset[str], now: datetime) -> None:
        """Remember what is not to be carried over."""
        held = self.find(owner, ins, now)
        if held is not None and held.removed != removed:
            self._held[owner, ins] = replace(held, removed=removed, changed=now)

    def anew(self, owner: str, ins: "Ins") -> NoteDraft:
        """The draft under another id, for it says something else than what may have arrived under the first."""
        held = self._held[owner, ins]
        self._held[owner, ins] = replace(held, unique_id=_new_id(), former=held.unique_id, sent="")
        return self._held[owner, ins]

    def sent(self, unique_id: str, digest: str) -> None:
        """It left for the server, and nobody knows yet whether it arrived."""
        for key, held in self._held.items():
            if held.unique_id == unique_id:
                self._held[key] = replace(held, sent=digest)

    def forget(self, unique_id: str) -> None:
        """It was deposited."""
        self._held = {key: held for key, held in self._held.items() if held.unique_id != unique_id}

    def drop(self, owner: str, ins: "Ins") -> None:
        """It was emptied."""
        self._held.pop((owner, ins), None)

    def drop_old(self, now: datetime) -> None:
        """Forget what was not touched for twelve hours."""
        self._held = {key: held for key, held in self._held.items() if now < held.changed + KEPT}

    def __len__(self) -> int:
        return len(self._held)


def _new_id() -> str:
    """An OID of the UUID arc."""
    import uuid

    return f"2.25.{uuid.uuid4().int}"
