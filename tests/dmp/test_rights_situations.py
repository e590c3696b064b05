"""Every operation in every situation that the law thinks of: one line each, read against the articles by eye.

``yes``: allowed and traced; ``told``: allowed, and the patient is told (R1111-48); else why it is refused.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dmp_tui.dmp.consents import AuthorisationState, EmergencyConsents, RecordStatus
from dmp_tui.dmp.documents import Confidentiality, DocumentStatus
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.habilitations import Cell
from dmp_tui.dmp.professions import Mode, Role
from dmp_tui.dmp.rights import (
    READINGS,
    DocumentState,
    Obligation,
    Operation,
    Refusal,
    column,
    decide,
    state_of,
)
from tests.dmp.fhir.test_documents import ENTRY
from tests.dmp.test_rights import HERS, NOW, ON_DOCUMENTS, OTHERS, question, someone

NORMAL, GLASS, CENTRE = "doctor.normal", "doctor.break_glass", "doctor.regulation"
FORBIDDEN = AuthorisationState.FORBIDDEN
SITUATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "none": (NORMAL, {"authorisation": AuthorisationState.NONE}),
    "expired": (NORMAL, {"authorisation": AuthorisationState.EXPIRED}),
    "blocked": (NORMAL, {"authorisation": FORBIDDEN}),
    "closed": (NORMAL, {"record": RecordStatus.CLOSED}),
    "absent": (NORMAL, {"record": None}),
    "btg-opposed": (GLASS, {"emergency": EmergencyConsents(btg=False)}),
    "btg-blocked": (GLASS, {"authorisation": FORBIDDEN}),
    "btg-blocked-open": (GLASS, {"authorisation": FORBIDDEN, "block_bars_emergency": False}),
    "btg-other": (GLASS, {"grant": False}),
    "btg-ended": (GLASS, {"grant_end": NOW}),
    "15-opposed": (CENTRE, {"emergency": EmergencyConsents(etreat=False)}),
    "15-unbound": (CENTRE, {"bound": False}),
    "15-none": (CENTRE, {"authorisation": AuthorisationState.NONE}),
}


def _cells() -> Iterator[tuple[str, str, str]]:
    text = Path(__file__).with_name("situations.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        operation = row.pop("operation")
        for situation, told in row.items():
            yield operation, situation, told


@pytest.mark.parametrize(("operation", "situation", "told"), list(_cells()))
def test_a_situation(operation: str, situation: str, told: str) -> None:
    where, changes = SITUATIONS[situation]
    own = Operation(operation)
    decision = decide(replace(question(own, where, OTHERS if own in ON_DOCUMENTS else None), **changes))
    if decision.allowed:
        found = "told" if Obligation.NOTIFY in decision.obligations else "yes"
    else:
        assert decision.refusal is not None
        found = decision.refusal.value
    assert found == told


def test_every_operation_and_situation_stands_in_it() -> None:
    assert {(o, s) for o, s, _ in _cells()} == {(o.value, s) for o in Operation for s in SITUATIONS}


@pytest.mark.parametrize("operation", sorted(ON_DOCUMENTS))
@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NON_DOCTOR])
def test_a_type_that_the_matrix_refuses(operation: Operation, role: Role) -> None:
    others = decide(replace(question(operation, f"{role.value}.normal", OTHERS), habilitation=Cell.REFUSED))
    mine = decide(replace(question(operation, f"{role.value}.normal", HERS), habilitation=Cell.REFUSED))
    assert not others.allowed
    assert mine.allowed
    unknown = decide(replace(question(operation, f"{role.value}.normal", HERS), habilitation=Cell.UNKNOWN))
    assert unknown.allowed


def test_what_is_no_reading_asks_no_matrix() -> None:
    asked = question(Operation.SUBMIT_DOCUMENT, NORMAL, OTHERS)
    assert decide(replace(asked, habilitation=Cell.REFUSED)).allowed


@pytest.mark.parametrize("role", [Role.CPE_CLERK, Role.FACILITY_CERTIFICATE])
def test_clerks_read_administrative_data_without_an_authorisation(role: Role) -> None:
    asked = question(Operation.READ_ADMIN_DATA, f"{role.value}.normal")
    assert decide(replace(asked, authorisation=AuthorisationState.NONE)).allowed


def test_a_grant_ends_at_its_second() -> None:
    asked = question(Operation.READ_UNMASKED, GLASS, OTHERS)
    later = replace(asked, grant_end=NOW.replace(microsecond=1))
    assert decide(later).allowed
    assert decide(replace(asked, grant_end=NOW)).refusal is Refusal.GRANT_ENDED


def test_who_made_it_is_its_author_or_its_depositor_or_for_a_clerk_its_structure() -> None:
    clerk = someone(Role.CPE_CLERK)
    theirs = DocumentState(makers=frozenset({"x"}), structures=frozenset({clerk.facility}))
    of_others = DocumentState(makers=frozenset({"x"}), structures=frozenset({"10B0000099"}))
    mine = DocumentState(makers=frozenset({clerk.id}))
    asked = question(Operation.DELETE, f"{Role.CPE_CLERK.value}.normal", theirs)
    assert decide(asked).allowed
    assert decide(replace(asked, document=mine)).allowed
    assert decide(replace(asked, document=of_others)).refusal is Refusal.NOT_THE_STRUCTURE
    doctor = question(Operation.DELETE, NORMAL, DocumentState(structures=frozenset({"10B0000001"})))
    assert decide(doctor).refusal is Refusal.NOT_THE_AUTHOR


def test_the_mode_is_named_where_the_normal_one_would_do() -> None:
    assert decide(question(Operation.MASK, GLASS, OTHERS)).refusal is Refusal.MODE
    clerk = replace(question(Operation.READ_UNMASKED, NORMAL, OTHERS), professional=someone(Role.CPE_CLERK))
    assert decide(clerk).refusal is Refusal.ROLE
    assert decide(replace(clerk, mode=Mode.BREAK_GLASS)).refusal is Refusal.ROLE


def test_the_rows_of_reading_are_those_of_documents() -> None:
    named = {"unmasked", "masked_from_professionals", "hidden_from_patient", "archived", "superseded", "deleted"}
    assert {f"read_{name}" for name in named} == READINGS


def test_a_blocked_clerk_still_deposits_and_a_blocked_treating_doctor_still_resigns() -> None:
    deposit_ = question(Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK, f"{Role.CPE_CLERK.value}.normal")
    assert decide(replace(deposit_, authorisation=FORBIDDEN)).allowed
    resign = question(Operation.TREATING_DOCTOR_RESIGN, f"{Role.TREATING_DOCTOR.value}.normal")
    assert decide(replace(resign, authorisation=FORBIDDEN)).allowed


def test_what_is_done_is_traced_and_a_limit_says_so() -> None:
    plain = decide(question(Operation.SUBMIT_DOCUMENT, NORMAL))
    assert plain.obligations == {Obligation.TRACE}
    told = decide(question(Operation.READ_ADMIN_DATA, NORMAL))
    assert told.obligations >= {Obligation.TRACE, Obligation.NOTIFY}
    assert Obligation.LIMIT not in told.obligations
    refused = decide(replace(question(Operation.READ_ADMIN_DATA, NORMAL), record=None))
    assert refused.obligations == {Obligation.TRACE}


def test_a_treating_doctor_who_regulates_is_a_doctor_there() -> None:
    doctor = someone(Role.DOCTOR, regulator=True)
    assert column(doctor, Mode.CENTRE_15, doctor.id) == "doctor.regulation"
    assert column(doctor, Mode.BREAK_GLASS, doctor.id) == "treating_doctor.break_glass"
    assert column(someone(Role.OCCUPATIONAL_DOCTOR), Mode.CENTRE_15) == "occupational_doctor.any"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, DocumentState()),
        ({"confidentiality": frozenset({Confidentiality.MASKED})}, DocumentState(masked=True)),
        (
            {"confidentiality": frozenset({Confidentiality.HIDDEN_FROM_PATIENT})},
            DocumentState(hidden_from_patient=True),
        ),
        ({"confidentiality": frozenset({Confidentiality.HIDDEN_FROM_REPRESENTATIVES})}, DocumentState()),
        ({"archived": True}, DocumentState(archived=True)),
        ({"status": DocumentStatus.SUPERSEDED}, DocumentState(superseded=True)),
        ({"status": DocumentStatus.ENTERED_IN_ERROR}, DocumentState(deleted=True)),
        ({"facility_type": Coding("x", "EXP_PATIENT")}, DocumentState(by_patient=True)),
        ({"facility_type": None}, DocumentState()),
        ({"type": Coding("x", "DOCPAT08")}, DocumentState(by_patient=True)),
        ({"type": Coding("x", "EXPPAT_1")}, DocumentState()),
    ],
)
def test_what_the_rules_ask_of_a_document(changes: dict[str, Any], state: DocumentState) -> None:
    plain = replace(
        ENTRY, confidentiality=frozenset({Confidentiality.NORMAL}), archived=False, status=DocumentStatus.CURRENT
    )
    makers, structures = frozenset({"899700000001"}), frozenset({"10B0000001", "10B0000002"})
    assert state_of(replace(plain, **changes)) == replace(state, makers=makers, structures=structures)
