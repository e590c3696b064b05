"""What the register of emergency accesses says in words, and as a file for a report."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from dmp_tui.client.register import RegisterFilter
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import Emergency, Verdict
from dmp_tui.i18n import _
from dmp_tui.screens.words import day_and_time
from dmp_tui.widgets.text import visible


def verdict_word(verdict: Verdict) -> str:
    """One word or two."""
    return {
        Verdict.TO_REVIEW: _("À EXAMINER"),
        Verdict.JUSTIFIED: _("justifié"),
        Verdict.NOT_JUSTIFIED: _("NON JUSTIFIÉ"),
    }[verdict]


def mode_word(mode: Mode) -> str:
    """Of a column."""
    return _("bris") if mode is Mode.BREAK_GLASS else _("C15")


def mode_words(mode: Mode) -> str:
    """In full."""
    return _("bris de glace") if mode is Mode.BREAK_GLASS else _("centre 15")


def reason_word(code: str) -> str:
    """Of a column; a code that is not known stays as it is."""
    words = {
        "incapacity": _("hors d'état"),
        "immediate-risk": _("risque"),
        "regulation-call": _("appel"),
        "other": _("autre"),
    }
    return words.get(code, visible(code))


def reason_words(code: str) -> str:
    """In full."""
    words = {
        "incapacity": _("le patient est hors d'état d'exprimer sa volonté"),
        "immediate-risk": _("risque immédiat pour la santé"),
        "regulation-call": _("appel au centre 15"),
        "other": _("autre motif"),
    }
    return words.get(code, visible(code))


def role_words(role: str) -> str:
    """The role under which somebody acted."""
    words = {
        "doctor": _("médecin"),
        "treating_doctor": _("médecin traitant"),
        "occupational_doctor": _("médecin du travail"),
        "non_doctor": _("professionnel de santé non médecin"),
        "cpe_clerk": _("agent (carte CPE)"),
        "facility_certificate": _("certificat d'établissement"),
    }
    return words.get(role, visible(role))


def who(access: Emergency) -> str:
    """The name, else the number."""
    return visible(access.actor_name or access.actor)


def filter_words(chosen: RegisterFilter, name: str = "") -> str:
    """What is shown, in words. ``name`` is that of the person of the filter."""
    verdicts = {
        None: _("tous les accès"),
        Verdict.TO_REVIEW: _("accès à examiner"),
        Verdict.JUSTIFIED: _("accès justifiés"),
        Verdict.NOT_JUSTIFIED: _("accès non justifiés"),
    }
    parts = [verdicts[chosen.verdict]]
    if chosen.mode:
        parts.append(mode_words(chosen.mode))
    if chosen.actor:
        parts.append(visible(name or chosen.actor))
    if chosen.since:
        parts.append(_("du {day}").format(day=_day(chosen.since)))
    if chosen.until:
        parts.append(_("au {day}").format(day=_day(chosen.until)))
    return ", ".join(parts)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def register_csv(accesses: Iterable[Emergency]) -> bytes:
    """The accesses as a table for a spreadsheet: UTF-8 with its mark, semicolons, no cell that is a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            *(
                _("accès"),
                _("date"),
                _("professionnel"),
                _("identifiant"),
                _("rôle"),
                _("pour"),
                _("mode"),
            ),
            *(_("code du motif"), _("motif"), _("dossier"), _("avis"), _("commentaire"), _("par"), _("le")),
        ]
    )
    for access in accesses:
        last = access.reviews[-1] if access.reviews else None
        cells = [
            *(str(access.seq), access.at.isoformat(timespec="seconds"), access.actor_name, access.actor),
            *(role_words(access.role), access.on_behalf_of, mode_words(access.mode)),
            *(access.reason_code, access.reason, access.record, verdict_word(access.verdict).lower()),
            *((last.comment, last.by_name or last.by, last.at.isoformat(timespec="seconds")) if last else ("", "", "")),
        ]
        writer.writerow([_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _cell(text: str) -> str:
    """What a spreadsheet shows as it is: a reason that begins like a formula is none."""
    plain = visible(text)
    return f"'{plain}" if plain[:1] in {"=", "+", "-", "@"} else plain


def review_line(verdict: Verdict, by: str, at: str) -> str:
    """``justifié, par DELORME Sylvie le 12/11/2026 14:02``."""
    return _("{verdict}, par {by} le {at}").format(verdict=verdict_word(verdict), by=by, at=at)


def short_when(access: Emergency) -> str:
    """``12/11/26 14:02`` at the workstation."""
    return access.at.astimezone().strftime("%d/%m/%y %H:%M")


def when(access: Emergency) -> str:
    """``12/11/2026 14:02`` at the workstation."""
    return day_and_time(access.at)
