"""Every cell of the official table, each of its figures, and the law's conditions around it."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consents import AuthorisationState, EmergencyConsents, RecordStatus
from dmp_tui.dmp.professions import Mode, Professional, Role
from dmp_tui.dmp.rights import (
    DocumentState,
    Limit,
    Obligation,
    Operation,
    Question,
    Refusal,
    column,
    decide,
    table,
)
from tests.reference import REFERENCE, needs_reference

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
MODES = {
    "normal": Mode.NORMAL,
    "break_glass": Mode.BREAK_GLASS,
    "regulation": Mode.CENTRE_15,
    "any": Mode.NORMAL,
}
HERS = DocumentState(makers=frozenset({"899700000001"}), structures=frozenset({"10B0000001"}))
OTHERS = DocumentState(makers=frozenset({"899700000099"}), structures=frozenset({"10B0000099"}))
FLAGS = {
    Operation.READ_MASKED: "masked",
    Operation.READ_HIDDEN_FROM_PATIENT: "hidden_from_patient",
    Operation.READ_ARCHIVED: "archived",
    Operation.READ_SUPERSEDED: "superseded",
    Operation.READ_DELETED: "deleted",
    Operation.UNMASK: "masked",
}
ON_DOCUMENTS = {o for o in Operation if o.startswith("read_") and o is not Operation.READ_ADMIN_DATA} | {
    Operation.MASK,
    Operation.UNMASK,
    Operation.MAKE_VISIBLE_TO_PATIENT,
    Operation.ARCHIVE,
    Operation.UNARCHIVE,
    Operation.DELETE,
}
READS = sorted(o for o in ON_DOCUMENTS if o.startswith("read_"))


def someone(role: Role, *, regulator: bool = False) -> Professional:
    """A professional of this role who works at structure 10B0000001."""
    profession = "" if role in {Role.CPE_CLERK, Role.FACILITY_CERTIFICATE} else "10"
    return Professional("899700000001", "Dr LIBRE Max", profession, role, facility="10B0000001", regulator=regulator)


def flagged(document: DocumentState, flag: str) -> DocumentState:
    """The same document in the state that a row of the sheet is about."""
    return DocumentState(
        flag == "masked",
        flag == "hidden_from_patient",
        flag == "archived",
        flag == "superseded",
        flag == "deleted",
        document.makers,
        document.structures,
        document.by_patient,
    )


def question(operation: Operation, where: str, document: DocumentState | None = None) -> Question:
    """The most favourable question of a cell: active record, valid authorisation, every consent given."""
    who, _, mode = where.partition(".")
    role = Role(who)
    asks = Question(
        operation,
        someone(Role.DOCTOR if role is Role.TREATING_DOCTOR else role, regulator=mode == "regulation"),
        MODES[mode],
        NOW,
        record=RecordStatus.ACTIVE,
        authorisation=AuthorisationState.VALID,
        treating_doctor="899700000001" if role is Role.TREATING_DOCTOR else "899700000050",
        emergency=EmergencyConsents(masked=True),
    )
    if operation in ON_DOCUMENTS and document is None:
        document = HERS
    if document is not None and operation in FLAGS:
        document = flagged(document, FLAGS[operation])
    return replace(asks, document=document)


CELLS = [(Operation(o), where, cell) for (o, where), cell in table().items()]


def test_the_table_is_whole() -> None:
    assert len(table()) == 312
    assert {o for o, _ in table()} == {o.value for o in Operation}
    assert len({where for _, where in table()}) == 12
    assert set(table().values()) == {"y", "n", *(f"y{i}" for i in range(1, 10))}


def test_no_cell_of_the_table_was_changed() -> None:
    cells = json.dumps(sorted((*place, cell) for place, cell in table().items()))
    assert (
        hashlib.sha256(cells.encode()).hexdigest() == "63efe13325087c7947d00c600faf555f6219e651c274c0fdf7c3dcbdfa64d72e"
    )


@needs_reference
def test_the_table_is_the_sheet_that_was_published() -> None:
    import csv

    assert REFERENCE is not None
    rows = list(csv.DictReader((REFERENCE / "facts" / "rights-matrix.csv").read_text("utf-8").splitlines()))
    published = {(r["operation"], c): v for r in rows for c, v in r.items() if c not in {"transaction", "operation"}}
    assert table() == published


@pytest.mark.parametrize(("operation", "where", "cell"), CELLS, ids=[f"{o.value}-{w}" for o, w, _ in CELLS])
def test_every_cell(operation: Operation, where: str, cell: str) -> None:
    asked = question(operation, where)
    assert column(asked.professional, asked.mode, asked.treating_doctor) == where
    decision = decide(asked)
    assert decision.allowed is (cell != "n")
    assert Obligation.TRACE in decision.obligations
    assert decision.rule
    assert (decision.refusal is None) is decision.allowed


@pytest.mark.parametrize(
    ("operation", "where"),
    [(o, w) for o, w, c in CELLS if c in {"y6", "y8", "y9"}],
)
def test_own_documents_only(operation: Operation, where: str) -> None:
    decision = decide(question(operation, where, OTHERS))
    assert not decision.allowed
    assert decision.refusal in {Refusal.MASKED, Refusal.NOT_THE_AUTHOR, Refusal.NOT_THE_STRUCTURE}


@pytest.mark.parametrize("where", [w for o, w, c in CELLS if o is Operation.READ_MASKED and c == "y7"])
def test_masked_in_an_emergency_only_if_the_patient_allowed(where: str) -> None:
    asked = question(Operation.READ_MASKED, where, OTHERS)
    assert decide(asked).allowed
    refused = decide(replace(asked, emergency=EmergencyConsents(masked=False)))
    assert refused.refusal is Refusal.MASKED


@pytest.mark.parametrize(
    ("cell", "limit"),
    [
        ("y1", Limit.FOR_THE_STRUCTURE),
        ("y2", Limit.SAME_STRUCTURE),
        ("y3", Limit.NEW_AUTHORISATIONS),
        ("y4", Limit.ADD_ONLY),
        ("y5", Limit.REFERENCE_ONLY),
    ],
)
def test_limits_go_with_their_cells(cell: str, limit: Limit) -> None:
    found = [(o, w) for o, w, c in CELLS if c == cell]
    assert found
    for operation, where in found:
        decision = decide(question(operation, where))
        assert decision.limits == {limit}
        assert Obligation.LIMIT in decision.obligations


def normal(operation: Operation, role: Role = Role.DOCTOR, document: DocumentState | None = OTHERS) -> Question:
    return question(operation, f"{role.value}.normal", document)


@pytest.mark.parametrize("operation", [*READS, Operation.SEARCH_METADATA, Operation.READ_ADMIN_DATA])
@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (AuthorisationState.NONE, Refusal.NOT_AUTHORISED),
        (AuthorisationState.EXPIRED, Refusal.EXPIRED),
        (AuthorisationState.FORBIDDEN, Refusal.BLOCKED),
    ],
)
def test_reading_needs_a_valid_authorisation(operation: Operation, state: AuthorisationState, refusal: Refusal) -> None:
    decision = decide(replace(normal(operation), authorisation=state))
    assert decision.refusal is refusal


@pytest.mark.parametrize("operation", [Operation.SUBMIT_DOCUMENT, Operation.TEST_EXISTENCE, Operation.DELETE])
@pytest.mark.parametrize("state", list(AuthorisationState))
def test_no_authorisation_needed_to_deposit_and_withdraw_ones_own(
    operation: Operation, state: AuthorisationState
) -> None:
    assert decide(replace(normal(operation, document=HERS), authorisation=state)).allowed


@pytest.mark.parametrize("where", ["doctor.break_glass", "doctor.regulation", "non_doctor.break_glass"])
def test_emergency_modes_need_no_authorisation(where: str) -> None:
    asked = replace(question(Operation.READ_UNMASKED, where, OTHERS), authorisation=AuthorisationState.NONE)
    decision = decide(asked)
    assert decision.allowed
    assert Obligation.NOTIFY in decision.obligations


@pytest.mark.parametrize("where", ["doctor.break_glass", "doctor.regulation"])
def test_a_block_bars_emergencies_unless_the_site_says_otherwise(where: str) -> None:
    for operation in (Operation.AUTHENTICATE, Operation.READ_UNMASKED):
        document = OTHERS if operation is Operation.READ_UNMASKED else None
        asked = replace(question(operation, where, document), authorisation=AuthorisationState.FORBIDDEN)
        assert decide(asked).refusal is Refusal.BLOCKED
        assert decide(replace(asked, block_bars_emergency=False)).allowed


@pytest.mark.parametrize("operation", [Operation.AUTHENTICATE, Operation.SEARCH_METADATA, Operation.READ_UNMASKED])
def test_each_opposition_bars_its_own_mode(operation: Operation) -> None:
    document = OTHERS if operation is Operation.READ_UNMASKED else None
    glass = question(operation, "doctor.break_glass", document)
    centre = question(operation, "doctor.regulation", document)
    assert decide(replace(glass, emergency=EmergencyConsents(btg=False))).refusal is Refusal.OPPOSED
    assert decide(replace(centre, emergency=EmergencyConsents(etreat=False))).refusal is Refusal.OPPOSED
    assert decide(replace(glass, emergency=EmergencyConsents(etreat=False))).allowed
    assert decide(replace(centre, emergency=EmergencyConsents(btg=False))).allowed


def test_an_occupational_doctor_never_breaks_the_glass() -> None:
    asked = replace(question(Operation.AUTHENTICATE, "occupational_doctor.any"), mode=Mode.BREAK_GLASS)
    assert decide(asked).refusal is Refusal.MODE


@pytest.mark.parametrize("role", [Role.CPE_CLERK, Role.FACILITY_CERTIFICATE])
def test_clerks_and_certificates_have_no_break_glass(role: Role) -> None:
    asked = replace(normal(Operation.AUTHENTICATE, role, None), mode=Mode.BREAK_GLASS)
    assert decide(asked).refusal is Refusal.MODE


def test_centre_15_is_for_regulators() -> None:
    asked = question(Operation.SEARCH_PATIENT_WITHOUT_INS, "doctor.regulation")
    assert decide(asked).allowed
    refused = decide(replace(asked, professional=someone(Role.DOCTOR)))
    assert refused.refusal is Refusal.NOT_A_REGULATOR


def test_a_centre_15_token_without_patient_only_searches_and_lists() -> None:
    for operation in Operation:
        asked = replace(question(operation, "doctor.regulation"), bound=False, grant=False)
        allowed = decide(asked).allowed
        assert allowed is (
            operation
            in {Operation.AUTHENTICATE, Operation.LIST_AUTHORISED_RECORDS, Operation.SEARCH_PATIENT_WITHOUT_INS}
        )


def test_a_grant_for_another_patient_opens_nothing() -> None:
    asked = replace(question(Operation.READ_UNMASKED, "doctor.break_glass", OTHERS), grant=False)
    assert decide(asked).refusal is Refusal.OTHER_PATIENT


def test_a_grant_ends() -> None:
    asked = question(Operation.READ_UNMASKED, "doctor.break_glass", OTHERS)
    assert decide(replace(asked, grant_end=NOW + timedelta(microseconds=1))).allowed
    assert decide(replace(asked, grant_end=NOW)).refusal is Refusal.GRANT_ENDED


@pytest.mark.parametrize("operation", sorted(set(Operation) - {Operation.TEST_EXISTENCE, Operation.AUTHENTICATE}))
def test_a_closed_record_only_says_that_it_is_closed(operation: Operation) -> None:
    asked = replace(question(operation, "treating_doctor.normal"), record=RecordStatus.CLOSED)
    decision = decide(asked)
    if operation is Operation.LIST_AUTHORISED_RECORDS:
        assert decision.allowed
    elif table()[operation.value, "treating_doctor.normal"] == "y":
        assert decision.refusal is Refusal.CLOSED
    else:
        assert not decision.allowed


@pytest.mark.parametrize("operation", [Operation.ARCHIVE, Operation.UNARCHIVE, Operation.DELETE])
def test_what_the_patient_added_is_touched_by_the_treating_doctor_only(operation: Operation) -> None:
    patients = replace(OTHERS, by_patient=True)
    assert decide(question(operation, "treating_doctor.normal", patients)).allowed
    assert not decide(question(operation, "doctor.normal", patients)).allowed
    even_as_depositor = replace(HERS, by_patient=True)
    assert decide(question(operation, "doctor.normal", even_as_depositor)).refusal is Refusal.PATIENTS_OWN


def test_masked_is_seen_by_maker_and_treating_doctor_in_lists_too() -> None:
    masked = replace(OTHERS, masked=True)
    assert decide(normal(Operation.SEARCH_METADATA, document=masked)).refusal is Refusal.MASKED
    assert decide(normal(Operation.SEARCH_METADATA, document=replace(HERS, masked=True))).allowed
    assert decide(question(Operation.SEARCH_METADATA, "treating_doctor.normal", masked)).allowed
    glass = question(Operation.SEARCH_METADATA, "doctor.break_glass", masked)
    assert decide(glass).allowed
    assert not decide(replace(glass, emergency=EmergencyConsents())).allowed


def test_refusing_both_emergency_accesses_refuses_masked_ones() -> None:
    masked = replace(OTHERS, masked=True)
    asked = question(Operation.READ_MASKED, "doctor.break_glass", masked)
    assert not decide(replace(asked, emergency=EmergencyConsents(etreat=False, btg=False, masked=True))).allowed


def test_every_flag_of_a_document_must_be_allowed() -> None:
    both = replace(OTHERS, masked=True, archived=True)
    assert decide(normal(Operation.READ_UNMASKED, document=both)).refusal is Refusal.MASKED


LATER = NOW + timedelta(days=30)


@pytest.mark.parametrize("operation", [*READS, Operation.SEARCH_METADATA, Operation.MASK])
def test_what_rests_on_an_authorisation_ends_with_it(operation: Operation) -> None:
    asked = replace(question(operation, "treating_doctor.normal"), authorisation_end=LATER)
    decision = decide(asked)
    assert decision.until == LATER
    assert Obligation.EXPIRE in decision.obligations
    endless = decide(replace(asked, authorisation_end=None))
    assert endless.until is None
    assert Obligation.EXPIRE not in endless.obligations


@pytest.mark.parametrize("operation", [Operation.TEST_EXISTENCE, Operation.SUBMIT_DOCUMENT, Operation.AUTHENTICATE])
def test_what_needs_no_authorisation_does_not_end_with_it(operation: Operation) -> None:
    decision = decide(replace(normal(operation, document=None), authorisation_end=LATER))
    assert decision.until is None
    assert Obligation.EXPIRE not in decision.obligations


def test_an_emergency_ends_with_its_grant_and_not_with_an_authorisation() -> None:
    asked = question(Operation.READ_UNMASKED, "doctor.break_glass", OTHERS)
    decision = decide(replace(asked, grant_end=LATER, authorisation_end=LATER + timedelta(days=1)))
    assert decision.until == LATER
    assert Obligation.EXPIRE in decision.obligations
    entered = decide(question(Operation.AUTHENTICATE, "doctor.break_glass"))
    assert Obligation.EXPIRE in entered.obligations


@pytest.mark.parametrize("operation", [Operation.SUBMIT_DOCUMENT, Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK])
def test_a_document_is_hidden_from_the_patient_for_a_while(operation: Operation) -> None:
    where = "cpe_clerk.normal" if operation is Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK else "doctor.normal"
    hidden = decide(question(operation, where, replace(HERS, hidden_from_patient=True)))
    assert hidden.allowed
    assert Obligation.EXPIRE in hidden.obligations
    assert Obligation.EXPIRE not in decide(question(operation, where, HERS)).obligations
    assert Obligation.EXPIRE not in decide(question(operation, where)).obligations


def test_a_declared_authorisation_ends() -> None:
    assert Obligation.EXPIRE in decide(question(Operation.AUTHORISATION_DECLARE, "doctor.normal")).obligations
    assert Obligation.EXPIRE not in decide(question(Operation.AUTHORISATION_REMOVE, "doctor.normal")).obligations


@pytest.mark.parametrize("operation", [Operation.READ_ADMIN_DATA, Operation.SEARCH_METADATA])
def test_the_patient_is_told_of_what_is_consulted_only(operation: Operation) -> None:
    assert Obligation.NOTIFY in decide(question(operation, "doctor.normal")).obligations
    assert Obligation.NOTIFY not in decide(question(Operation.SUBMIT_DOCUMENT, "doctor.normal")).obligations


QUESTIONS = st.builds(
    Question,
    operation=st.sampled_from(list(Operation)),
    professional=st.builds(
        someone, st.sampled_from([r for r in Role if r is not Role.TREATING_DOCTOR]), regulator=st.booleans()
    ),
    mode=st.sampled_from(list(Mode)),
    now=st.just(NOW),
    record=st.sampled_from([None, *RecordStatus]),
    authorisation=st.sampled_from(list(AuthorisationState)),
    treating_doctor=st.sampled_from(["", "899700000001"]),
    emergency=st.builds(EmergencyConsents, st.booleans(), st.booleans(), st.booleans()),
    document=st.none() | st.builds(DocumentState, *[st.booleans()] * 5, st.just(HERS.makers) | st.just(OTHERS.makers)),
    grant=st.booleans(),
)


@given(QUESTIONS)
def test_nothing_is_allowed_that_the_sheet_refuses(asked: Question) -> None:
    decision = decide(asked)
    where = column(asked.professional, asked.mode, asked.treating_doctor)
    if table().get((asked.operation.value, where), "n") == "n":
        assert not decision.allowed
    if decision.allowed and asked.authorisation is AuthorisationState.FORBIDDEN:
        assert asked.operation not in READS
    if decision.allowed and asked.mode is Mode.BREAK_GLASS and asked.operation in READS:
        assert asked.emergency.btg
        assert asked.grant
    assert Obligation.TRACE in decision.obligations
