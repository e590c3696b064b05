"""A phonetic key for names as French speakers hear and misspell them.

Names that sound alike give the same key (DUPONT and DUPOND, LEFEBVRE and LEFEVRE, GAUTHIER and GOTIER); the key is for
finding, never for deciding that two people are one.
"""

import re

from dmp_tui.dmp.identity import fold

# In this order: each rule sees what the ones before it left. Digits stand for sounds that no letter alone has:
# 1 = an, 2 = ch, 3 = in, 4 = on, 5 = ou.
_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"PH", "F"),
        (r"SCH|CH(?=[AEIOUY])|SH", "2"),
        (r"CH", "K"),
        (r"(?<=[AEIOUY])ILL(?=[AEIOUY])", "Y"),
        (r"GN", "NI"),
        (r"BV", "V"),
        (r"S?C(?=[EIY])", "S"),
        (r"(?<=N)C(?=OI)", "S"),  # FRANÇOIS, whose cedilla most registers lose
        (r"G(?=[EIY])", "J"),
        (r"GU(?=[EIY])", "G"),
        (r"QU|Q|CK|C", "K"),
        (r"X(?=.)", "KS"),
        (r"TH", "T"),
        (r"H", ""),
        (r"W", "V"),
        (r"Z", "S"),
        (r"E?AU", "O"),
        (r"OU", "5"),
        # A vowel before N or M is nasal unless a vowel follows, or the consonant is double (JEAN, but JEANNE).
        (r"IEN(?![AEIOUYMN])", "I3"),
        (r"[AE]I[MN](?![AEIOUYMN])|[IYU][MN](?![AEIOUYMN])", "3"),
        (r"E?A[MN](?![AEIOUYMN])|E[MN](?![AEIOUYMN])", "1"),
        (r"O[MN](?![AEIOUYMN])", "4"),
        (r"(.)\1+", r"\1"),
        # Silent at the end, as often as it takes.
        (r"(?<=ER)[DTSX]+$", ""),
        (r"(?<=.)(?:LT|LD)$", ""),
        (r"(?<=.{2})[ESTDXP]+$", ""),
        (r"(?:ER|EZ)$", "E"),
        (r"O[IY]", "5A"),
        (r"[AE][IY]|OE|EU|E", "E"),
        (r"Y", "I"),
        (r"(.)\1+", r"\1"),
    )
)


def phonetic_key(name: str) -> str:
    """The key of a name: ASCII letters and digits; the folded name itself where nothing of it is heard."""
    word = fold(name).replace(" ", "")
    sound = word
    for pattern, replacement in _RULES:
        sound = pattern.sub(replacement, sound)
    return sound or word or name.casefold()


def phonetic_keys(name: str) -> frozenset[str]:
    """The keys by which a family name is found: the whole of it and, of a compound one, each part."""
    parts = [part for part in fold(name).split() if len(part) > 2]
    return frozenset({phonetic_key(name), *map(phonetic_key, parts)})
