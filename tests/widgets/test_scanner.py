"""A scanner's burst against a person's typing."""

from dmp_tui.widgets.scanner import GAP, LIMIT, Burst, character_of


def type_in(burst: Burst, text: str, gap: float, start: float = 100.0) -> list[bool]:
    return [burst.take(character, start + gap * i) for i, character in enumerate(text)]


def test_a_datamatrix_is_kept_from_the_first_character() -> None:
    burst = Burst()
    assert all(type_in(burst, "IS010000000000000000000000S1279", 0.002))
    assert burst.certain
    assert burst.held == len(burst.text)


def test_a_name_is_given_back_at_the_first_other_character() -> None:
    burst = Burst()
    assert type_in(burst, "ISABELLE", 0.002)[:3] == [True, True, False]
    assert not burst.certain


def test_slow_typing_is_no_burst() -> None:
    burst = Burst()
    assert type_in(burst, "IS01", GAP * 2) == [True, False, False, False]


def test_a_burst_has_an_end() -> None:
    burst = Burst()
    assert type_in(burst, "IS01" + "0" * LIMIT, 0.001).count(True) == LIMIT


def test_the_group_separator_is_a_key_with_ctrl() -> None:
    assert character_of("ctrl+right_square_bracket", None) == "\x1d"
    assert character_of("I", "I") == "I"
    assert character_of("up", None) == ""
    assert character_of("enter", "\r") == ""
