"""The outbox, against a real mail server: it holds a reference only, loses nothing, and keeps nobody waiting."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.notices import Mail
from dmp_tui.server.mail_settings import MailSettings
from dmp_tui.server.mailing import RETRIES, Mailing
from dmp_tui.server.smtp import MailServerError, message_to
from dmp_tui.store import Store, StoreKind, TrailEvent, Transaction
from tests.server.login.serving import Clock, Credentials
from tests.server.login.world import DOCTOR, NURSE, keep_professional, record
from tests.server.mailbox import PASSWORD, SENDER, USER, Mailbox, mail_server
from tests.store.people import document

PATIENT = replace(record(), email="patient@exemple.fr", treating_doctor=DOCTOR.id)
EVENT = TrailEvent(
    NURSE.id,
    NURSE.name,
    "non_doctor",
    "bris_de_glace",
    "authenticate",
    "allowed",
    patient_id=PATIENT.id,
    reason_code="incapacity",
    reason="patient inconscient",
    session="s1",
    detail="notify",
)
SECRETS = (
    *(PATIENT.ins.matricule, PATIENT.traits.family, PATIENT.traits.given, PATIENT.id),
    *(NURSE.name, NURSE.id, DOCTOR.name, "inconscient", "bris", "urgence", "dossier", "médical"),
)


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """A store that mails; its patient and his treating doctor have addresses."""
    store = Store.create(tmp_path / "data", kind=StoreKind.SANDBOX, clock=clock)
    store.write_now(lambda tx: tx.put_patient(PATIENT))
    keep_professional(store, replace(DOCTOR, email="docteur@exemple.fr"))

    def on(transaction: Transaction) -> None:
        transaction.mailing = True

    store.write_now(on)
    yield store
    store.close()


@pytest.fixture
def relay(credentials: Credentials) -> Iterator[tuple[Mailbox, MailSettings]]:
    with mail_server(credentials) as made:
        yield made


def access(store: Store, **fields: Any) -> None:
    store.write_now(lambda tx: tx.trace(replace(EVENT, **fields)))


def send(store: Store, clock: Clock, settings: MailSettings) -> int:
    return asyncio.run(Mailing(store, clock, settings, patience=2).send_due())


def ids(box: Mailbox) -> list[str]:
    return [message["Message-ID"] for message in box.taken]


def words(message: Message) -> str:
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def test_an_emergency_is_announced_to_the_patient_and_his_doctor_by_a_reference_alone(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]
) -> None:
    box, settings = relay
    access(outbox)
    assert send(outbox, clock, settings) == 2
    assert sorted(box.recipients) == [["docteur@exemple.fr"], ["patient@exemple.fr"]]
    assert box.encrypted == [True, True]
    references = {n.reference for n in outbox.notices(PATIENT.id, clock(), 9)}
    references |= {n.reference for n in outbox.notices_of_doctor(DOCTOR.id, clock(), 9)}
    for message in box.taken:
        text = words(message)
        assert [reference for reference in references if reference in text]
        assert (message["From"], message["Auto-Submitted"]) == (SENDER, "auto-generated")
        whole = message.as_string() + text
        assert not [secret for secret in SECRETS if secret.casefold() in whole.casefold()]
        assert "Un avis vous attend" in text
        assert "A notice awaits you" in text
    assert outbox.mail_counts() == {Mail.SENT: 2}
    assert send(outbox, clock, settings) == 0


@pytest.mark.parametrize("tls", [False, True])
def test_a_login_goes_by_tls_and_a_wrong_one_sends_nothing(
    outbox: Store, clock: Clock, credentials: Credentials, tmp_path: Path, *, tls: bool
) -> None:
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n", encoding="utf-8")
    password.chmod(0o600)
    access(outbox)
    with mail_server(credentials, tls=tls) as (box, settings):
        wrong = replace(settings, user="autre", password_file=password)
        with pytest.raises(MailServerError, match="login-refused"):
            send(outbox, clock, wrong)
        assert outbox.mail_counts() == {Mail.QUEUED: 2}
        assert send(outbox, clock, replace(settings, user=USER, password_file=password)) == 2
        password.chmod(0o644)
        access(outbox, session="s2")
        with pytest.raises(MailServerError, match="settings"):
            send(outbox, clock, replace(settings, user=USER, password_file=password))
    assert len(box.taken) == 2


def test_a_server_that_cannot_be_verified_or_has_no_tls_gets_nothing(
    outbox: Store, clock: Clock, credentials: Credentials
) -> None:
    access(outbox)
    with mail_server(credentials) as (box, settings):
        with pytest.raises(MailServerError, match="tls"):
            send(outbox, clock, replace(settings, authority=None))
        with pytest.raises(MailServerError, match="tls"):
            send(outbox, clock, replace(settings, host="127.0.0.1"))
    with (
        mail_server(credentials, starttls=False) as (plain, settings),
        pytest.raises(MailServerError, match="no-starttls"),
    ):
        send(outbox, clock, settings)
    assert box.taken == plain.taken == []
    assert outbox.mail_counts() == {Mail.QUEUED: 2}


def test_a_server_that_is_down_makes_messages_wait(outbox: Store, clock: Clock, credentials: Credentials) -> None:
    access(outbox)
    with mail_server(credentials) as (_, settings):
        pass
    with pytest.raises(MailServerError, match="unreachable"):
        send(outbox, clock, settings)
    assert outbox.mail_counts() == {Mail.QUEUED: 2}


def test_a_refused_mailbox_fails_and_keeps_no_other_waiting(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]
) -> None:
    box, settings = relay
    box.on_recipient = lambda address: "550 no such user" if address.startswith("patient") else "250 OK"
    access(outbox)
    assert send(outbox, clock, settings) == 1
    assert box.recipients == [["docteur@exemple.fr"]]
    assert outbox.mail_counts() == {Mail.FAILED: 1, Mail.SENT: 1}


@pytest.mark.parametrize("at_data", [False, True])
def test_not_now_is_tried_again_later_and_later_and_then_fails(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings], *, at_data: bool
) -> None:
    box, settings = relay
    outbox.write_now(lambda tx: tx.put_patient(replace(PATIENT, treating_doctor="")))
    if at_data:
        box.on_data = lambda: "451 try later"
    else:
        box.on_recipient = lambda _: "450 busy"
    access(outbox)
    for wait in RETRIES:
        send(outbox, clock, settings)
        assert outbox.mail_counts() == {Mail.QUEUED: 1}
        due = outbox.next_mail()
        assert due
        assert timedelta() < due - clock() <= wait
        clock.forward(seconds=wait.total_seconds() + 1)
    send(outbox, clock, settings)
    assert outbox.mail_counts() == {Mail.FAILED: 1}
    assert box.taken == []


def test_a_later_success_is_one_message(outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]) -> None:
    box, settings = relay
    answers = iter(["451 try later", "554 no"])
    box.on_data = lambda: next(answers, "250 OK")
    access(outbox)
    assert send(outbox, clock, settings) == 0
    clock.forward(minutes=2)
    assert send(outbox, clock, settings) == 1
    assert outbox.mail_counts() == {Mail.FAILED: 1, Mail.SENT: 1}
    assert len(box.taken) == 1


def test_a_server_too_slow_is_left_and_the_message_kept(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]
) -> None:
    box, settings = relay
    outbox.write_now(lambda tx: tx.put_patient(replace(PATIENT, treating_doctor="")))
    box.hold = Event()
    access(outbox)
    assert asyncio.run(Mailing(outbox, clock, settings, patience=0.3).send_due()) == 0
    assert outbox.mail_counts() == {Mail.QUEUED: 1}
    box.hold.set()
    clock.forward(minutes=2)
    assert send(outbox, clock, settings) == 1
    # The slow server had taken it, and could not say so: twice, and recognisably the same.
    assert len(ids(box)) == 2
    assert len(set(ids(box))) == 1


def test_killed_after_the_server_took_it_the_message_is_sent_again_under_its_name(
    tmp_path: Path, credentials: Credentials
) -> None:
    true_clock = Clock()
    store = Store.create(tmp_path / "data", kind=StoreKind.SANDBOX, clock=true_clock)
    store.write_now(lambda tx: tx.put_patient(replace(PATIENT, treating_doctor="")))
    store.write_now(lambda tx: setattr(tx, "mailing", True))
    access(store)
    store.close()
    with mail_server(credentials) as (box, settings):
        box.hold = Event()
        arguments = [str(tmp_path / "data"), "localhost", str(settings.port), str(settings.authority)]
        process = subprocess.Popen([sys.executable, "-m", "tests.server.sending", *arguments])
        assert box.arrived.wait(60)
        process.kill()
        assert process.wait(30) != 0
        box.hold.set()
        store = Store.open(tmp_path / "data", clock=true_clock)
        assert store.mail_counts() == {Mail.QUEUED: 1}
        assert send(store, true_clock, settings) == 1
        assert store.mail_counts() == {Mail.SENT: 1}
        store.close()
    assert len(ids(box)) == 2
    assert len(set(ids(box))) == 1


def test_who_has_no_address_or_no_record_is_written_no_message(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]
) -> None:
    box, settings = relay
    other: Record = replace(record(215190), treating_doctor="899700000099")
    outbox.write_now(lambda tx: tx.put_patient(other))
    access(outbox, patient_id=other.id)
    assert send(outbox, clock, settings) == 0
    assert outbox.mail_counts() == {Mail.NO_ADDRESS: 2}
    assert box.taken == []


def test_a_doctor_who_is_treating_doctor_no_more_is_written_no_message(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]
) -> None:
    box, settings = relay
    access(outbox)
    keep_professional(outbox, replace(NURSE, id="899700000088", email="autre@exemple.fr"))
    present = outbox.patient(PATIENT.id)
    assert present
    outbox.write_now(lambda tx: tx.put_patient(replace(present, treating_doctor="899700000088")))
    assert send(outbox, clock, settings) == 1
    assert box.recipients == [["patient@exemple.fr"]]
    assert outbox.mail_counts() == {Mail.SENT: 1, Mail.VOID: 1}


def test_a_hidden_document_is_announced_when_due_unless_it_was_shown(
    outbox: Store, clock: Clock, relay: tuple[Mailbox, MailSettings]
) -> None:
    box, settings = relay
    hidden = frozenset({Confidentiality.HIDDEN_FROM_PATIENT})
    kept = [replace(document(n, PATIENT.id), confidentiality=hidden) for n in (1, 2)]

    def hide(transaction: Transaction) -> None:
        for one in kept:
            transaction.put_document(one, b"texte", [])
            done = replace(EVENT, operation="submit_document", document_id=one.id, detail="")
            transaction.announce_hidden(PATIENT.id, transaction.trace(done), one.id)

    outbox.write_now(hide)
    assert send(outbox, clock, settings) == 0
    outbox.write_now(lambda tx: tx.update_document(replace(kept[1], confidentiality=frozenset())))
    clock.forward(days=14, seconds=1)
    assert send(outbox, clock, settings) == 1
    assert box.recipients == [["patient@exemple.fr"]]
    assert outbox.mail_counts() == {Mail.SENT: 1, Mail.VOID: 1}


async def test_requests_do_not_wait_for_it_and_stopping_ends_it(
    outbox: Store, clock: Clock, credentials: Credentials
) -> None:
    with mail_server(credentials) as (box, settings):
        box.hold = Event()
        access(outbox)
        running = asyncio.create_task(Mailing(outbox, clock, settings, look=0.01).run())
        await asyncio.to_thread(box.arrived.wait, 30)
        # The mail server does not answer; the store does.
        assert await outbox.trace(replace(EVENT, session="s2")) == 2
        running.cancel()
        await asyncio.wait([running], timeout=30)
        assert running.done()


async def test_it_goes_on_after_trouble(
    outbox: Store, clock: Clock, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dmp_tui.server.mailing._PAUSE", 0.01)
    with mail_server(credentials) as (box, settings):
        troubles = iter(["451 not now", "530 who are you"])
        box.on_sender = lambda: next(troubles, "250 OK")
        access(outbox)
        running = asyncio.create_task(Mailing(outbox, clock, settings, look=0.01).run())
        assert await asyncio.to_thread(box.arrived.wait, 30)
        assert next(troubles, None) is None
        running.cancel()
        await asyncio.wait([running])


@given(
    st.text(st.sampled_from("a@b.fr\r\n:Bcc, <>;\x00é\u2028"), max_size=20),
    st.text(st.sampled_from("AB12-\r\n: "), max_size=16),
)
def test_nothing_can_be_slipped_into_a_header(address: str, reference: str) -> None:
    now = datetime.fromisoformat("2026-12-01T12:00:00+00:00")
    try:
        message = message_to(address, reference, SENDER, now)
    except ValueError:
        return
    lines = message.as_bytes().split(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.partition(b":")[0] for line in lines if not line.startswith((b" ", b"\t"))]
    expected = b"From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type Content-Transfer-Encoding"
    assert sorted(names) == sorted(expected.split())
    assert message["To"] == address
