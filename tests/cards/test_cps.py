"""The CPS3 by its APDUs: before the PIN, the PIN, the signature, and all that goes wrong."""

from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dmp_tui.cards.atr import AID_CPS3
from dmp_tui.cards.authentication import AuthenticationCard
from dmp_tui.cards.channel import CardError, CardProblem, Channel, exchange
from dmp_tui.cards.cps import Cps, open_cps
from dmp_tui.cards.virtual import Cps3, Faulty, VirtualSource, Vitale2, profile
from dmp_tui.cards.virtual.card import FileCard, VirtualCard
from dmp_tui.cards.virtual.cps import ATR_CPS3
from dmp_tui.cards.virtual.filesystem import Directory, File
from tests.cards.certificates import certificate, new_key, subject
from tests.cards.conftest import MOTHER, SITUATION, Doctor, attempt

READER = "Lecteur virtuel 1"


def opened(card: VirtualCard) -> Cps:
    source = VirtualSource()
    source.insert(READER, card)
    return open_cps(source.connect(READER))


def test_what_the_card_says_before_the_pin(doctor: Doctor) -> None:
    card: AuthenticationCard = opened(doctor.card())
    holder = card.holder
    assert (holder.national_id, holder.family, holder.given) == ("899700000012", "MARTIN", "Claire")
    assert (holder.profession, holder.specialty, holder.card_type, holder.test) == ("10", "SM59", "CPS", True)
    assert holder.situations == ()
    assert card.certificate == doctor.authentication
    assert card.intermediates == (doctor.authority,)
    assert card.tries_left() == 3


def test_the_pin_opens_the_key_and_the_situations(doctor: Doctor) -> None:
    card = opened(doctor.card())
    with pytest.raises(CardError) as caught:
        card.sign(b"before")
    assert caught.value.problem is CardProblem.PIN_NEEDED
    card.verify("1234")
    assert card.holder.situations == (SITUATION,)
    signature = card.sign(b"message")
    assert len(signature) == 256
    doctor.check(signature, b"message")


def test_tries_are_counted_down_to_the_block_and_for_the_life_of_the_card(doctor: Doctor) -> None:
    virtual = doctor.card()
    for left in (2, 1):
        card = opened(virtual)
        with pytest.raises(CardError) as caught:
            card.verify("0000")
        assert (caught.value.problem, caught.value.tries_left) == (CardProblem.PIN_WRONG, left)
        assert card.tries_left() == left
        card.close()
    card = opened(virtual)
    for pin in ("0000", "1234"):
        with pytest.raises(CardError) as caught:
            card.verify(pin)
        assert (caught.value.problem, caught.value.tries_left) == (CardProblem.PIN_BLOCKED, 0)
    assert card.tries_left() == 0


def test_the_right_pin_gives_the_tries_back(doctor: Doctor) -> None:
    card = opened(doctor.card())
    with pytest.raises(CardError):
        card.verify("0000")
    card.verify("1234")
    assert card.tries_left() == 3


def test_the_puk_unblocks(doctor: Doctor) -> None:
    source = VirtualSource()
    source.insert(READER, doctor.card(tries=1))
    channel = source.connect(READER)
    card = open_cps(channel)
    with pytest.raises(CardError):
        card.verify("0000")
    unblock = bytes.fromhex("002C00010C") + b"123456784321"
    assert exchange(channel, unblock).ok
    card.verify("4321")
    change = bytes.fromhex("0024000108") + b"43211111"
    assert exchange(channel, change).ok
    card.verify("1111")


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", "١٢٣٤", " 123"])
def test_what_is_no_pin_is_not_sent(doctor: Doctor, pin: str) -> None:
    counting = Faulty(doctor.card())
    card = opened(counting)
    before = counting.count
    with pytest.raises(CardError) as caught:
        card.verify(pin)
    assert caught.value.problem is CardProblem.PIN_FORMAT
    assert counting.count == before


def test_a_pin_is_sent_once_whatever_the_answer(doctor: Doctor) -> None:
    virtual = doctor.card()
    counting = Faulty(virtual)
    card = opened(counting)
    before = counting.count
    faulty = Faulty(virtual, {before + 3: bytes.fromhex("6C04")})
    source = VirtualSource()
    source.insert(READER, faulty)
    again = open_cps(source.connect(READER))
    assert faulty.count == before
    with pytest.raises(CardError) as caught:
        again.verify("0000")
    assert caught.value.problem is CardProblem.UNREADABLE
    assert faulty.count == before + 3
    assert card.holder == again.holder


def test_closing_forgets_the_pin(doctor: Doctor) -> None:
    source = VirtualSource()
    source.insert(READER, doctor.card())
    card = open_cps(source.connect(READER))
    card.verify("1234")
    card.close()
    card.close()
    with pytest.raises(CardError):
        card.sign(b"")
    with pytest.raises(CardError) as caught:
        open_cps(source.connect(READER)).sign(b"")
    assert caught.value.problem is CardProblem.PIN_NEEDED


def test_a_reset_by_another_asks_for_the_pin_again(doctor: Doctor) -> None:
    virtual = doctor.card()
    card = opened(virtual)
    card.verify("1234")
    virtual.reset()
    with pytest.raises(CardError) as caught:
        card.sign(b"")
    assert caught.value.problem is CardProblem.PIN_NEEDED
    assert card.tries_left() == 3


def _log_in(channel: Channel) -> None:
    card = open_cps(channel)
    card.tries_left()
    card.verify("1234")
    card.sign(b"")


def _exchanges_of_a_login(doctor: Doctor) -> int:
    counting = Faulty(doctor.card())
    source = VirtualSource()
    source.insert(READER, counting)
    _log_in(source.connect(READER))
    return counting.count


def test_pulled_out_at_any_moment(doctor: Doctor) -> None:
    for at in range(1, _exchanges_of_a_login(doctor) + 1):
        source = VirtualSource()
        source.insert(READER, Faulty(doctor.card(), vanish_at=at))
        channel = source.connect(READER)
        assert attempt(partial(_log_in, channel)) is CardProblem.REMOVED, at


def test_another_card_put_in_meanwhile_is_not_spoken_to(doctor: Doctor) -> None:
    source = VirtualSource()
    source.insert(READER, doctor.card())
    card = open_cps(source.connect(READER))
    other = doctor.card()
    source.insert(READER, other)
    with pytest.raises(CardError) as caught:
        card.verify("0000")
    assert caught.value.problem is CardProblem.REMOVED
    assert other.tries_left == 3


@pytest.mark.parametrize("sw", ["6F00", "6A82", "6982", "6B00", "9000"])
def test_an_answer_that_fails_at_any_moment_is_a_card_error(doctor: Doctor, sw: str) -> None:
    counting = Faulty(doctor.card())
    opened(counting)
    for at in range(1, counting.count + 1):
        result = attempt(partial(opened, Faulty(doctor.card(), {at: bytes.fromhex(sw)})))
        assert isinstance(result, (Cps, CardProblem))
        if isinstance(result, Cps):
            assert result.certificate == doctor.authentication


def test_the_card_s_own_dates(doctor: Doctor) -> None:
    pair = (doctor.authentication, doctor.key)
    card = opened(Cps3(pair, actua=(date(2026, 1, 1), date(2026, 6, 30))))
    assert card.validity.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert card.validity.end == datetime(2026, 7, 1, tzinfo=UTC)


def test_another_card_is_of_the_wrong_kind() -> None:
    foreign = FileCard(bytes.fromhex("3B6800000073C84012009000"), Directory(0x3F00))
    for card in (Vitale2([MOTHER]), foreign):
        with pytest.raises(CardError) as caught:
            opened(card)
        assert caught.value.problem is CardProblem.WRONG_KIND


def test_a_channel_that_opens_no_card_is_closed(vitale: Vitale2) -> None:
    source = VirtualSource()
    source.insert(READER, vitale)
    channel = source.connect(READER)
    assert attempt(lambda: open_cps(channel)) is CardProblem.WRONG_KIND
    assert attempt(lambda: channel.transmit(bytes.fromhex("00A4000C023F00"))) is CardProblem.REMOVED


def test_a_clerk_s_card_names_nobody() -> None:
    key = new_key()
    card = opened(Cps3((certificate(key, subject("3750000001/AGENT7", "", "", "")), key)))
    assert (card.holder.family, card.holder.profession, card.holder.card_type) == ("", "", "CPE")


def _described(doctor: Doctor, cdf: bytes, prkdf: bytes) -> FileCard:
    """A card that describes itself with these two directory files."""
    files = (
        File(profile.ODF, profile.odf()),
        File(profile.PRKDF, prkdf),
        File(profile.CDF, cdf),
        File(profile.DODF, b""),
        File(profile.AODF, profile.aodf(1, 4)),
        File(0x8001, doctor.signature),
        File(0x8002, doctor.authentication),
    )
    application = Directory(0x0001, files, aids=(AID_CPS3,))
    serial = File(0xD003, bytes.fromhex("5A0A8025000001000000018F"))
    return FileCard(ATR_CPS3, Directory(0x3F00, (serial, application)))


KEY, TECHNICAL = (
    profile.KeyObject(label, b"\x02", 0x82, b"\x05\x20", 2048) for label in ("CPS_PRIV_AUT", "CPS_PRIV_TECH_AUT")
)


def _file(fid: int, label: str = "Certificat d'Authentification CPS") -> profile.FileObject:
    return profile.FileObject(label, b"\x02", fid)


def test_the_certificate_is_chosen_by_its_usage_not_by_its_identifier(doctor: Doctor) -> None:
    # Both certificates claim the identifier of the key: only one may authenticate.
    card = opened(_described(doctor, profile.cdf([_file(0x8001), _file(0x8002)]), profile.prkdf([KEY])))
    assert card.certificate == doctor.authentication


@pytest.mark.parametrize(
    ("certificates", "keys"),
    [
        ([0x8001], [KEY]),
        ([], [KEY]),
        ([0x8002], []),
        ([0x8002], [TECHNICAL]),
        ([0x8002, 0x8002], [KEY]),
    ],
)
def test_without_exactly_one_authentication_pair_the_card_is_unreadable(
    doctor: Doctor, certificates: list[int], keys: list[profile.KeyObject]
) -> None:
    card = _described(doctor, profile.cdf([_file(fid) for fid in certificates]), profile.prkdf(keys))
    with pytest.raises(CardError) as caught:
        opened(card)
    assert caught.value.problem is CardProblem.UNREADABLE


def test_the_contactless_key_never_logs_in(doctor: Doctor) -> None:
    card = opened(_described(doctor, profile.cdf([_file(0x8002)]), profile.prkdf([TECHNICAL, KEY])))
    assert card.certificate == doctor.authentication
    technical = profile.cdf([_file(0x8002, "Certificat Technique CPS")])
    assert attempt(lambda: opened(_described(doctor, technical, profile.prkdf([KEY])))) is CardProblem.UNREADABLE


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120), st.binary(max_size=120))
def test_garbage_in_the_directory_never_crashes(doctor: Doctor, cdf: bytes, prkdf: bytes) -> None:
    assert attempt(lambda: opened(_described(doctor, cdf, prkdf))) is CardProblem.UNREADABLE


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0, max_value=120), st.binary(min_size=1, max_size=3))
def test_a_directory_with_bytes_changed_never_crashes(doctor: Doctor, at: int, other: bytes) -> None:
    cdf = bytearray(profile.cdf([_file(0x8002)]))
    cdf[at : at + len(other)] = other
    result = attempt(lambda: opened(_described(doctor, bytes(cdf), profile.prkdf([KEY]))))
    assert isinstance(result, (Cps, CardProblem))
