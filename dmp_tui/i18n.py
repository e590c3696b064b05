"""The interface's language: French in the code, English in the catalogue. ``DMP_LANG=en`` chooses it."""

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "dmp_tui"
LOCALES = Path(__file__).parent / "locale"


def language() -> str:
    """``en`` where DMP_LANG says so, else ``fr``: the staff's language, whatever the workstation's locale."""
    return "en" if os.environ.get("DMP_LANG", "").lower().startswith("en") else "fr"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "fr":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, languages=[code], fallback=True)


def _(message: str) -> str:
    """The message in the user's language."""
    return _catalogue(language()).gettext(message)


def in_language(code: str, message: str) -> str:
    """The message in a language of ours (``fr``, ``en``) that need not be the user's."""
    return _catalogue(code).gettext(message)


def n_(singular: str, plural: str, count: int) -> str:
    """The message in the user's language and number."""
    return _catalogue(language()).ngettext(singular, plural, count)
