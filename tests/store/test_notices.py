"""Notices: with the row that causes them or not at all; an hour of one session is one; gone with the record."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.notices import Mail, Notice, NoticeKind, Recipient
from dmp_tui.store import Store, TrailEvent, Transaction
from dmp_tui.store.trail import REFUSED
from tests.store.people import NOW, READ
from tests.store.people import record as made_record
from tests.store.test_trail import Watch

DOCTOR = "899700000077"
ACCESS = replace(READ, mode="normal", reason_code="", reason="", detail="notify", session="s1")
EMERGENCY = replace(ACCESS, mode="bris_de_glace", reason_code="incapacity", reason="patient inconscient")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def record(store: Store) -> Record:
    made = replace(made_record(), id=READ.patient_id, treating_doctor=DOCTOR)
    return store.write_now(lambda tx: tx.put_patient(made))


def trace(store: Store, *events: TrailEvent) -> None:
    for event in events:
        store.write_now(lambda tx, event=event: tx.trace(event))  # type: ignore[misc] # binds the loop's value


def of_patient(store: Store, at: datetime = NOW) -> list[Notice]:
    return store.notices(READ.patient_id, at, 99)


def of_doctor(store: Store, doctor: str = DOCTOR, at: datetime = NOW) -> list[Notice]:
    return store.notices_of_doctor(doctor, at, 99)


def test_an_access_is_told_to_the_patient_with_who_and_when(store: Store, record: Record) -> None:
    trace(store, ACCESS)
    (notice,) = of_patient(store)
    assert (notice.kind, notice.recipient, notice.seq) == (NoticeKind.ACCESS, Recipient.PATIENT, 1)
    assert (notice.actor, notice.actor_name, notice.at) == (ACCESS.actor, ACCESS.actor_name, NOW)
    assert of_doctor(store) == []


def test_an_emergency_access_is_told_to_the_treating_doctor_too_with_its_reason(store: Store, record: Record) -> None:
    trace(store, EMERGENCY)
    (patients,), (doctors,) = of_patient(store), of_doctor(store)
    assert patients.kind is doctors.kind is NoticeKind.EMERGENCY
    assert (doctors.reason_code, doctors.reason) == ("incapacity", "patient inconscient")
    assert patients.reference != doctors.reference
    assert of_doctor(store, "899700000078") == []


def test_a_treating_doctor_is_not_told_of_himself(store: Store, record: Record) -> None:
    trace(store, replace(EMERGENCY, actor=DOCTOR))
    assert len(of_patient(store)) == 1
    assert of_doctor(store) == []


@pytest.mark.parametrize(
    "event", [replace(ACCESS, outcome=REFUSED), replace(ACCESS, detail=""), replace(ACCESS, patient_id="")]
)
def test_what_was_refused_or_is_no_access_is_not_told(store: Store, record: Record, event: TrailEvent) -> None:
    trace(store, event)
    assert of_patient(store) == []


@pytest.mark.parametrize(
    ("second", "minutes", "notices"),
    [
        (ACCESS, 59, 1),
        (ACCESS, 60, 2),
        (replace(ACCESS, operation="search_metadata"), 5, 1),
        (replace(ACCESS, session="s2"), 5, 2),
        (replace(ACCESS, actor="899700000099"), 5, 2),
        (EMERGENCY, 5, 2),
        (ACCESS, -10, 2),
    ],
)
@pytest.mark.parametrize("reopened", [False, True])
def test_one_hour_of_one_session_in_one_mode_is_one_notice(
    data: Path, watch: Watch, second: TrailEvent, minutes: int, notices: int, *, reopened: bool
) -> None:
    store = Store.create(data, clock=watch)
    store.write_now(lambda tx: tx.put_patient(replace(made_record(), id=READ.patient_id)))
    trace(store, ACCESS)
    if reopened:
        store.close()
        store = Store.open(data, clock=watch)
    watch.now += timedelta(minutes=minutes)
    trace(store, second, second)
    assert len(of_patient(store, NOW + timedelta(days=1))) == notices
    store.close()


def test_a_secret_session_is_told_to_the_doctor_alone_and_hides_no_other_access(store: Store, record: Record) -> None:
    trace(store, replace(EMERGENCY, secret=True), EMERGENCY)
    assert [notice.seq for notice in of_patient(store)] == [2]
    assert [notice.seq for notice in of_doctor(store)] == [2, 1]


def test_an_access_that_was_undone_is_told_when_it_happens(store: Store, record: Record) -> None:
    def undone(transaction: Transaction) -> None:
        transaction.trace(ACCESS)
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        store.write_now(undone)
    assert of_patient(store) == []
    trace(store, ACCESS)
    assert [notice.seq for notice in of_patient(store)] == [1]


def test_works_undone_beside_others_leave_the_others_told_once(store: Store, record: Record) -> None:
    def undone(transaction: Transaction) -> None:
        transaction.trace(replace(ACCESS, session="s2"))
        raise ValueError("undone")

    trace(store, ACCESS)
    with pytest.raises(ValueError, match="undone"):
        store.write_now(undone)
    trace(store, ACCESS, replace(ACCESS, session="s2"))
    assert len(of_patient(store)) == 2


def test_a_hidden_document_is_told_two_weeks_later(store: Store, record: Record) -> None:
    def hide(transaction: Transaction) -> None:
        seq = transaction.trace(replace(ACCESS, operation="submit_document", document_id="d1", detail=""))
        transaction.announce_hidden(READ.patient_id, seq, "d1")

    store.write_now(hide)
    due = NOW + timedelta(days=14)
    assert of_patient(store, due - timedelta(seconds=1)) == []
    (notice,) = of_patient(store, due)
    assert (notice.kind, notice.due, notice.document_id) == (NoticeKind.HIDDEN, due, "d1")


def test_messages_wait_only_where_a_mail_server_is_configured(store: Store, record: Record) -> None:
    trace(store, ACCESS)
    assert store.next_mail() is None

    def on(transaction: Transaction) -> None:
        transaction.mailing = True

    store.write_now(on)
    trace(store, replace(EMERGENCY, session="s2"))
    assert store.mail_counts() == {Mail.NONE: 1, Mail.QUEUED: 2}
    assert store.next_mail() == NOW
    first, second = store.queued_mail(NOW, 9)
    store.write_now(lambda tx: tx.mark_mail(first, Mail.SENT, NOW))
    later = NOW + timedelta(minutes=1)
    store.write_now(lambda tx: tx.mark_mail(second, Mail.QUEUED, later))
    assert store.queued_mail(NOW, 9) == []
    (again,) = store.queued_mail(later, 9)
    assert (again.reference, again.attempts) == (second.reference, 1)
    assert store.mail_counts() == {Mail.NONE: 1, Mail.SENT: 1, Mail.QUEUED: 1}


def test_notices_go_with_the_record_and_its_trail_stays(store: Store, record: Record) -> None:
    trace(store, EMERGENCY)
    store.write_now(lambda tx: tx.purge(record.id))
    assert of_patient(store) == of_doctor(store) == []
    assert [row.seq for row in store.trail(record.id)] == [1]


def test_pages_follow_each_other(store: Store, record: Record) -> None:
    trace(store, *(replace(EMERGENCY, session=f"s{n}") for n in range(5)))
    newest = store.notices(record.id, NOW, 2)
    assert [n.seq for n in newest] == [5, 4]
    assert [n.seq for n in store.notices(record.id, NOW, 9, before=4)] == [3, 2, 1]
    assert [n.seq for n in store.notices_of_doctor(DOCTOR, NOW, 9, before=3)] == [2, 1]
    assert [n.seq for n in store.notices(record.id, NOW, 9, recipient=Recipient.TREATING_DOCTOR, doctor="x")] == []


def test_references_name_nobody_and_stay(store: Store, record: Record) -> None:
    trace(store, EMERGENCY)
    (one,), (same,) = of_patient(store), of_patient(store)
    assert one.reference == same.reference
    assert len(one.reference) == 14
