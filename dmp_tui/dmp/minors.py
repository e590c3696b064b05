"""Minors: who is one, and when the secret session is asked about before anything of his record is read.

A minor may be cared for without his legal representatives knowing (CSP L1111-5, L1111-5-1, L2212-4, L2212-7,
L6211-3-1); the trace of such a session is hidden from them (R1111-50; DMP EX_0.1-1100), and the software works out the
age and proposes it (EX_GEN-1550).
"""

from datetime import date

from dmp_tui.dmp.consents import MAJORITY
from dmp_tui.dmp.identity import Identity

ASKED_FROM = 12
"""Age from which the secret session is asked about before the record is opened: what was traced cannot be hidden
afterwards. Younger children are opened at once, and it stays one key away. The law names no age; this one is ours."""


def age_of(identity: Identity, today: date) -> int | None:
    """Age by the birth date of the identity, else by the year of its number, in the younger of two centuries.

    None where neither says it. A number's year is enough to ask a question, never to refuse anything.
    """
    birth = identity.traits.birth
    known = birth.age(today) if birth else None
    if known is not None:
        return known
    year = identity.ins.matricule[1:3]
    if not year.isdecimal():
        return None
    return today.year - max(c for c in (1900 + int(year), 2000 + int(year)) if c <= today.year)


def is_minor(age: int | None) -> bool:
    """Whether somebody of this age is a minor; where it is not known, he is not taken for one."""
    return age is not None and age < MAJORITY


def asks_first(identity: Identity, today: date) -> bool:
    """Whether the secret session is asked about before anything of the record is asked for."""
    age = age_of(identity, today)
    return age is not None and ASKED_FROM <= age < MAJORITY
