"""E-mail addresses that may be written to. Pure."""

import re

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    re.ASCII,
)
_LONGEST, _LONGEST_LOCAL = 254, 64


def is_email(text: str) -> bool:
    """Whether a text is one plain address (RFC 5321's Mailbox without quotes, comments or bare hosts).

    Nothing of what it lets pass can end a header, open a second recipient or be an option: no blank, comma, semicolon,
    angle bracket or control character, and letters of ASCII only.
    """
    local, _at, _domain = text.rpartition("@")
    return (
        len(text) <= _LONGEST
        and len(local) <= _LONGEST_LOCAL
        and not text.startswith("-")
        and _ADDRESS.fullmatch(text) is not None
    )
