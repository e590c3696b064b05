"""What ``card read`` says of readers and cards."""

import json
from datetime import timedelta

import pytest

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.commands import show_readers
from dmp_tui.cards.cps import open_cps
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.pcsc import PcscSource
from dmp_tui.cards.report import ReaderReport, as_json, lines, plain, read_readers
from dmp_tui.cards.sentences import error_sentence, kind_label, problem_sentence, unsupported_sentence
from dmp_tui.cards.virtual import Cps3, Faulty, VirtualSource, Vitale2
from dmp_tui.cards.virtual.card import FileCard
from dmp_tui.cards.virtual.filesystem import Directory
from tests.cards.certificates import NOW
from tests.cards.conftest import CHILD, MOTHER, Doctor, beneficiary


@pytest.fixture
def source(doctor: Doctor, vitale: Vitale2) -> VirtualSource:
    desk = VirtualSource(["A", "B", "C"])
    desk.insert("A", doctor.card())
    desk.insert("B", vitale)
    return desk


def text_of(report: ReaderReport, days: int = 0) -> str:
    return "\n".join(lines(report, NOW + timedelta(days=days)))


def test_a_cps_a_vitale_and_an_empty_reader(source: VirtualSource) -> None:
    cps, vitale, empty = read_readers(source)
    said = text_of(cps)
    for part in ("Carte CPS", "MARTIN Claire  Médecin  SM59", "899700000012", "3 essais restants", "3B AC 00"):
        assert part in said
    assert "démonstration" in said
    said = text_of(vitale)
    for part in ("2 bénéficiaires", "1. DURAND Élise  né(e) le 28/03/1979  NIR 2 79 03 51 215 189 89", "pas de NIR"):
        assert part in said
    assert "clé fausse" not in said
    assert "Pas de carte" in text_of(empty)


def test_an_expired_card_says_so(source: VirtualSource) -> None:
    report = next(iter(read_readers(source)))
    assert problem_sentence(CardProblem.EXPIRED) in text_of(report, days=400)
    assert problem_sentence(CardProblem.NOT_YET_VALID) in text_of(report, days=-400)
    assert "expirée" not in text_of(report)


def test_a_blocked_card_says_so(source: VirtualSource, doctor: Doctor) -> None:
    card = doctor.card(tries=1)
    card.process(bytes.fromhex("002000010430303030"))
    source.insert("A", card)
    assert problem_sentence(CardProblem.PIN_BLOCKED) in text_of(next(iter(read_readers(source))))


def test_somebody_who_works_with_a_card_goes_on(source: VirtualSource, doctor: Doctor) -> None:
    source.insert("A", doctor.card())
    working = open_cps(source.connect("A"))
    working.verify("1234")
    list(read_readers(source))
    doctor.check(working.sign(b"message"), b"message")


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        ("3B6500002063CBA000", CardKind.BANK),
        ("3F6525002C09699000", CardKind.VITALE1),
        ("3BAC00402A001225006480820212009000", CardKind.CPS2TER),
        ("3BDC18FF00001225006480000401009000", CardKind.CPS4),
        ("3B6800000073C84012009000", CardKind.UNKNOWN),
    ],
)
def test_other_cards_are_named_and_what_to_do_is_said(source: VirtualSource, atr: str, kind: CardKind) -> None:
    source.insert("A", FileCard(bytes.fromhex(atr), Directory(0x3F00)))
    report = next(iter(read_readers(source)))
    assert report.kind is kind
    assert kind_label(kind)[1:] in text_of(report)
    assert unsupported_sentence(kind) in text_of(report)


def test_numbers_that_are_not_sure(source: VirtualSource) -> None:
    people = [beneficiary("X", "Y", "19790328", "279035121518900"), beneficiary("X", "Z", "19501535")]
    source.insert("B", Vitale2(people))
    said = text_of(list(read_readers(source))[1])
    assert "clé fausse" in said
    assert "35/15/1950" in said


def test_an_unreadable_card_is_a_problem_and_an_exit_code(
    source: VirtualSource, capsys: pytest.CaptureFixture[str]
) -> None:
    source.insert("B", Faulty(Vitale2([MOTHER, CHILD]), dict.fromkeys(range(1, 50), bytes.fromhex("6F00"))))
    assert show_readers(source, as_json=False) == 1
    assert problem_sentence(CardProblem.UNREADABLE) in capsys.readouterr().out


def test_json(source: VirtualSource, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_readers(source, as_json=True) == 0
    cps, vitale, empty = json.loads(capsys.readouterr().out)
    assert (cps["kind"], cps["holder"]["national_id"], cps["tries_left"]) == ("cps3", "899700000012", 3)
    assert [person["nir"] for person in vitale["beneficiaries"]] == [MOTHER.nir, ""]
    assert (empty["kind"], empty["problem"]) == (None, None)
    assert as_json(ReaderReport("A", problem=CardProblem.IN_USE))["problem"] == "in-use"


def test_no_reader(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_readers(VirtualSource([]), as_json=False) == 69
    assert problem_sentence(CardProblem.NO_READER) in capsys.readouterr().err


def test_no_service(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    source = PcscSource()

    def none() -> tuple[str, ...]:
        raise CardError(CardProblem.NO_SERVICE)

    monkeypatch.setattr(source, "readers", none)
    assert show_readers(source, as_json=True) == 69
    said = capsys.readouterr()
    assert json.loads(said.out) == {"problem": "no-service"}
    assert "pcscd" in said.err


def test_what_a_terminal_would_act_upon_is_made_visible(source: VirtualSource) -> None:
    assert plain("A\x1b[31mB\u202eC") == "A\\x1b[31mB\\x202eC"
    source.insert("B", Vitale2([beneficiary("DU\x1b[2JRAND", "Tom", "20150101")]))
    assert "\x1b" not in text_of(list(read_readers(source))[1])


def test_every_problem_and_kind_has_its_words() -> None:
    sentences = {problem_sentence(problem) for problem in CardProblem}
    assert len(sentences) == len(CardProblem)
    assert all(kind_label(kind) for kind in CardKind)
    assert all(bool(unsupported_sentence(kind)) != kind.supported for kind in CardKind)
    assert "2 essais" in error_sentence(CardError(CardProblem.PIN_WRONG, 2))
    assert "1 essai " in error_sentence(CardError(CardProblem.PIN_WRONG, 1))


def test_a_card_without_a_specialty(source: VirtualSource, doctor: Doctor) -> None:
    source.insert("A", Cps3((doctor.authentication, doctor.key)))
    assert "MARTIN Claire  Médecin\n" in text_of(next(iter(read_readers(source))))
