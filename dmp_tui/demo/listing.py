"""The demonstration's people as JSON: what ``sandbox.json`` and ``demo --list`` say of them."""

from pathlib import Path
from typing import Any

from dmp_tui.demo.patients import PATIENTS
from dmp_tui.demo.people import WORKERS, Patient, Worker, worker
from dmp_tui.dmp.professions import Role


def professionals(authority: Path, base: Path | None = None) -> list[dict[str, Any]]:
    """All professionals who can log in; paths are relative to ``base`` where it is given."""

    def path(name: str) -> str:
        full = authority / name
        return str(full.relative_to(base) if base else full)

    return [
        {
            "key": one.key,
            "id": one.id,
            "name": one.name,
            "profession": one.profession,
            "specialty": one.specialty,
            "role": role_of(one).value,
            "facility": one.facility.id,
            "certificate": path(f"{one.key}.pem"),
            "private_key": path(f"{one.key}.key"),
            "pin": one.pin,
        }
        | ({"regulator": True} if one.regulator else {})
        for one in WORKERS
    ]


def patients() -> list[dict[str, Any]]:
    """All patients, those without a record too (``status`` ``none``)."""
    return [_patient(one) for one in PATIENTS]


def _patient(one: Patient) -> dict[str, Any]:
    traits = one.traits
    return {
        "key": one.key,
        "ins": one.ins.matricule,
        "oid": one.ins.oid,
        "family": one.family,
        "given": one.given,
        "birth_date": traits.birth.iso if traits.birth else "",
        "sex": one.sex.value,
        "status": one.status,
        "treating_doctor": worker(one.treating_doctor).id if one.treating_doctor else None,
        "authorised": list(one.authorised),
        "expects": one.expects,
    }


def role_of(one: Worker) -> Role:
    """The worker's column of the rights table: a doctor whom at least one patient names is a treating doctor."""
    if one.role is Role.DOCTOR and any(p.treating_doctor == one.key for p in PATIENTS):
        return Role.TREATING_DOCTOR
    return one.role
