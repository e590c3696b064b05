"""Tells a datamatrix scanner from a person: both are keyboards, but only one types ``IS01`` in a burst.

The detector is pure: it is given keys with their times and says what to do with them. It holds back the keys that
begin like a datamatrix and gives them back, in order, if they turn out to be typing.
"""

from dataclasses import dataclass, field

PREFIX = "IS01"
GAP = 0.1
"""Seconds between two keys of one burst, at most. Scanners send a character every few milliseconds."""
LIMIT = 600
"""Characters of a datamatrix, at most: its fields' longest forms fit well within."""
_GROUP_SEPARATOR = "\x1d"


@dataclass
class Burst:
    """Keys of a burst that may be, or is, a datamatrix."""

    text: str = ""
    last: float = 0.0
    held: int = field(default=0)

    @property
    def certain(self) -> bool:
        """Whether it began as only a datamatrix does."""
        return self.text.startswith(PREFIX)

    def take(self, character: str, now: float) -> bool:
        """Whether this key belongs to the burst, and is to be kept from everything else.

        After False, what was held (``held`` keys before this one) was typing, unless ``certain``.
        """
        text = self.text + character
        in_time = not self.text or now - self.last <= GAP
        fits = text.startswith(PREFIX) or PREFIX.startswith(text)
        if not in_time or not fits or len(text) > LIMIT:
            return False
        self.text, self.last, self.held = text, now, self.held + 1
        return True


def character_of(key: str, character: str | None) -> str:
    """The character that a key stands for in a datamatrix; empty for keys that cannot be part of one."""
    if key in {"ctrl+right_square_bracket", "ctrl+]"} or character == _GROUP_SEPARATOR:
        return _GROUP_SEPARATOR
    return character if character is not None and len(character) == 1 and character.isprintable() else ""
