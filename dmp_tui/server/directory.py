"""Who a holder is here: his certificate and the server's directory, each checked against the other."""

from dataclasses import replace
from typing import Any

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.professions import DOCTOR, PROFESSIONS, Professional, Role
from dmp_tui.server.certificates import Holder
from dmp_tui.server.refusals import Rule, refusal

_BY_LABEL = {fold(label): code for code, label in PROFESSIONS.items()}
_CARE = {Role.DOCTOR, Role.OCCUPATIONAL_DOCTOR, Role.NON_DOCTOR}
_LONGEST_NAME = 200


def professional_of(holder: Holder, entry: Professional | None, on_behalf_of: str | None) -> Professional:
    """The professional who logs in. ``entry`` is what the directory holds under the certificate's national id.

    A doctor is a doctor if both say so. Someone whom the directory does not know is refused, whatever his card says:
    only the directory tells an occupational doctor, a regulator, or who works here.

    Raises:
        AuthError: NOT_IN_DIRECTORY, DIRECTORY_DIFFERS, ON_BEHALF_OF.
    """
    if entry is None or entry.id != holder.national_id:
        raise refusal(Rule.NOT_IN_DIRECTORY)
    stated = {code for title in holder.titles if (code := profession_code(title))}
    if not _agree(stated, entry):
        raise refusal(Rule.DIRECTORY_DIFFERS)
    return replace(entry, on_behalf_of=_acting(entry.role, on_behalf_of))


def names_differ(holder: Holder, entry: Professional) -> bool:
    """No word of the certificate's names is in the directory's: worth a note in the trail, no reason to refuse."""
    words = set(fold(f"{holder.family} {holder.given}").split())
    return bool(words) and not words & set(fold(entry.name).split())


def profession_code(title: str) -> str:
    """G15 code of a certificate's ``title``, which is a label or the code itself; empty if it is neither."""
    return title if title in PROFESSIONS else _BY_LABEL.get(fold(title), "")


def _agree(stated: set[str], entry: Professional) -> bool:
    if entry.role is Role.PRIVACY_OFFICER:
        return stated == {entry.profession} & PROFESSIONS.keys()
    if entry.role not in _CARE:
        return not stated
    if entry.role is not Role.NON_DOCTOR:
        return DOCTOR in stated and entry.profession == DOCTOR
    if entry.profession not in PROFESSIONS:
        return not stated
    return entry.profession != DOCTOR and entry.profession in stated


def _acting(role: Role, on_behalf_of: str | None) -> str:
    """The person who acts through a facility's certificate: exactly there, and printable."""
    if role is not Role.FACILITY_CERTIFICATE:
        if on_behalf_of is not None:
            raise refusal(Rule.ON_BEHALF_OF)
        return ""
    if not on_behalf_of or not on_behalf_of.isprintable() or len(on_behalf_of) > _LONGEST_NAME:
        raise refusal(Rule.ON_BEHALF_OF)
    return on_behalf_of


def described(professional: Professional) -> dict[str, Any]:
    """The professional as a login answers him."""
    described = {
        "id": professional.id,
        "name": professional.name,
        "profession": professional.profession,
        "profession_label": PROFESSIONS.get(professional.profession, ""),
        "specialty": professional.specialty,
        "role": professional.role.value,
        "facility": professional.facility,
        "facility_name": professional.facility_name,
        "regulator": professional.regulator,
    }
    if professional.on_behalf_of:
        described["on_behalf_of"] = professional.on_behalf_of
    return described
