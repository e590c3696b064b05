"""Notices: what a patient, and in emergencies his treating doctor, is told of accesses to his record. Pure.

Sources: CSP R1111-43 and L1111-19 (the holder sees who acted), R1111-48 (he and his treating doctor are told of an
emergency access, electronically), R1111-53 (he is told within two weeks of a document that is hidden from him).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GROUPED = timedelta(hours=1)
"""Accesses of one session in one mode to one record that follow within this time are one notice."""
HIDDEN_TOLD = timedelta(days=14)
"""When a patient is told, at the latest, that a document is hidden from him (R1111-53)."""


class NoticeKind(StrEnum):
    """What a notice is of."""

    ACCESS = "access"
    EMERGENCY = "emergency"
    HIDDEN = "hidden"
    """A professional put off showing him a document."""


class Recipient(StrEnum):
    """Whom it is for."""

    PATIENT = "patient"
    TREATING_DOCTOR = "treating-doctor"


class Mail(StrEnum):
    """What became of the message that says that a notice is there."""

    NONE = ""
    """None is to go: no mail server was configured when the notice was made."""
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """Refused for good, or for too long."""
    NO_ADDRESS = "no-address"
    VOID = "void"
    """There is nothing to tell any more: the document was shown before its time, or the record is gone."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, with what the trail keeps of the act that caused it."""

    seq: int
    """Its act's row in the trail."""
    kind: NoticeKind
    recipient: Recipient
    patient_id: str
    reference: str
    """What a message calls it by: it names nobody."""
    due: datetime
    """From when on it is shown: for an access, its own time."""
    mail: Mail
    at: datetime
    actor: str
    actor_name: str
    role: str
    mode: str
    on_behalf_of: str = ""
    reason_code: str = ""
    reason: str = ""
    document_id: str = ""


_HEAD = {
    NoticeKind.ACCESS: ("Accès à votre dossier", "Access to your record"),
    NoticeKind.EMERGENCY: ("Accès d'urgence à votre dossier", "Emergency access to your record"),
    NoticeKind.HIDDEN: ("Document à vous annoncer", "A document to be told to you"),
}
_HEAD_DOCTOR = ("Accès d'urgence au dossier de votre patient", "Emergency access to your patient's record")
_MODES = {
    "bris_de_glace": ("bris de glace", "break-glass"),
    "centre_15": ("centre 15", "emergency call centre"),
}
_CODES = {
    "incapacity": ("hors d'état d'exprimer sa volonté", "unable to express his will"),
    "immediate-risk": ("risque immédiat pour la santé", "immediate risk to health"),
    "regulation-call": ("appel au centre 15", "call to the emergency centre"),
    "other": ("autre motif", "other reason"),
}


def told(notice: Notice) -> tuple[str, str]:
    """The notice in one paragraph, French and English: who, when (UTC offset of the server left to the reader), why."""
    french, english = _HEAD_DOCTOR if notice.recipient is Recipient.TREATING_DOCTOR else _HEAD[notice.kind]
    if notice.kind is NoticeKind.HIDDEN:
        return (
            f"{french} : un professionnel souhaite vous annoncer lui-même un document. Parlez-lui-en.",
            f"{english}: a professional wishes to tell you of a document himself. Ask him about it.",
        )
    who = notice.actor_name or notice.actor
    acting = (f", pour {notice.on_behalf_of}", f", for {notice.on_behalf_of}") if notice.on_behalf_of else ("", "")
    when = f"{notice.at:%d/%m/%Y %H:%M} UTC"
    mode = _MODES.get(notice.mode)
    why = _CODES.get(notice.reason_code, (notice.reason_code, notice.reason_code))
    words = f" ({notice.reason})" if notice.reason else ""
    reasons = [
        f"; {label}{mode[n] if mode else ''}{', ' + why[n] if why[n] else ''}{words}" if mode else ""
        for n, label in enumerate(("mode : ", "mode: "))
    ]
    return (
        f"{french} : {who}{acting[0]}, le {when}{reasons[0].replace('; ', ' ; ', 1)}.",
        f"{english}: {who}{acting[1]}, on {when}{reasons[1]}.",
    )
