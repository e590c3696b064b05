"""Reading the forms that ``/auth/token`` takes: small, strict, each field once."""

import asyncio
import unicodedata
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from dmp_tui.dmp.identity import IdentityError, Ins
from dmp_tui.dmp.professions import Mode
from dmp_tui.server.refusals import Rule, refusal

_LIMIT = 64 * 1024
_FIELDS = 20
_PATIENCE = 10
"""Seconds that a client has to send its form."""

REASON_CODES = frozenset({"incapacity", "immediate-risk", "regulation-call", "other"})
_SHORTEST_REASON = 10
_LONGEST_REASON = 500
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that count as letters or symbols and show nothing: fillers of Hangul, the empty pattern of Braille."""
_MODES = {"BTG": Mode.BREAK_GLASS, "ETREAT": Mode.CENTRE_15}


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an ``application/x-www-form-urlencoded`` body of 64 KiB at most.

    Raises:
        AuthError: REQUEST (another type, not UTF-8, a field twice, too slow), TOO_LARGE.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise refusal(Rule.REQUEST)
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LIMIT:
                    raise refusal(Rule.TOO_LARGE)
        text = body.decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_FIELDS)
    except (ValueError, TimeoutError, ClientDisconnect):
        raise refusal(Rule.REQUEST) from None
    form = dict(fields)
    if len(form) != len(fields):
        raise refusal(Rule.REQUEST)
    return form


def mode_of(form: dict[str, str]) -> Mode:
    """The access mode that ``purpose_of_use`` names (HL7 v3 ActReason: BTG, ETREAT). Raises AuthError REQUEST."""
    try:
        return _MODES[form["purpose_of_use"]]
    except KeyError:
        raise refusal(Rule.REQUEST) from None


def patient_of(form: dict[str, str], mode: Mode) -> Ins | None:
    """The patient of ``<oid>|<ins>``; None where centre 15 names none. Raises AuthError PATIENT."""
    oid, bar, matricule = form.get("patient", "").partition("|")
    if not oid and not bar and mode is Mode.CENTRE_15:
        return None
    try:
        return Ins(matricule, oid)
    except IdentityError:
        raise refusal(Rule.PATIENT) from None


def is_printed(text: str, least: int = 1) -> bool:
    """Whether so many characters of a text are seen: blanks of any width, joiners and controls are not."""
    return sum(unicodedata.category(c)[0] not in "ZC" and c not in _UNSEEN for c in text) >= least


def reason_of(form: dict[str, str], mode: Mode) -> tuple[str, str]:
    """``(code, reason)``. Bris de glace needs both; a call to centre 15 is its own reason, and one may be added.

    Raises:
        AuthError: REASON (no or another code, fewer than 10 characters that print, more than 500).
    """
    code, reason = form.get("reason_code", ""), form.get("reason", "").strip()
    if mode is Mode.CENTRE_15:
        code = code or "regulation-call"
        if code in REASON_CODES and len(reason) <= _LONGEST_REASON:
            return code, reason
        raise refusal(Rule.REASON)
    if code not in REASON_CODES or not is_printed(reason, _SHORTEST_REASON) or len(reason) > _LONGEST_REASON:
        raise refusal(Rule.REASON)
    return code, reason
