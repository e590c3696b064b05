"""Addresses: one plain mailbox, or none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.mail import is_email


@pytest.mark.parametrize("text", ["a@b.fr", "alix.durand+dmp@mail.exemple.fr", "o'neil_9@x-1.example", "1@2.fr"])
def test_plain_addresses_are_taken(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@b",
        "@b.fr",
        "a@",
        "a@@b.fr",
        "a b@c.fr",
        "a@b.fr,c@d.fr",
        "a@b.fr;c@d.fr",
        "<a@b.fr>",
        "A <a@b.fr>",
        "a@b.fr\nBcc: c@d.fr",
        "a@b.fr\r\n",
        "a@b.fr\x00",
        '"a b"@c.fr',
        "a@[127.0.0.1]",
        "a..b@c.fr",
        ".a@c.fr",
        "a.@c.fr",
        "-oX@c.fr",
        "é@c.fr",
        "a@-c.fr",
        "a@c-.fr",
        f"{'a' * 65}@c.fr",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.fr",
    ],
)
def test_everything_else_is_not(text: str) -> None:
    assert not is_email(text)


@given(st.text(st.sampled_from("a@.\r\n ,;<>-\"'b:\x00é"), max_size=12))
def test_what_is_taken_holds_nothing_that_could_end_it(text: str) -> None:
    if is_email(text):
        assert re.fullmatch(r"[^\s,;<>\"():\\\x00]+@[a-zA-Z0-9.-]+", text)
        assert text.count("@") == 1
