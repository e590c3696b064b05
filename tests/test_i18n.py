"""The English catalogue: no message of the code is missing in it, none is stale, none lost a placeholder."""

import gettext
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from dmp_tui import i18n

PACKAGE = Path(i18n.__file__).parent
CATALOGUE = i18n.LOCALES / "en" / "LC_MESSAGES" / "dmp_tui.po"
KEYWORDS = {"_": (1,), "n_": (1, 2)}

with CATALOGUE.open("rb") as po:
    TRANSLATED = read_po(po, locale="en")


@cache
def said() -> set[str | tuple[str, ...]]:
    """Every message of the code, plurals as pairs."""
    found = extract_from_dir(str(PACKAGE), [("**.py", "python")], {}, KEYWORDS)
    return {
        message if isinstance(message, str) else tuple(message) for _file, _line, message, _notes, _context in found
    }


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_every_message_is_translated() -> None:
    known = {tuple(m.id) if isinstance(m.id, list) else m.id for m in TRANSLATED if m.id and all(translations(m))}
    assert sorted(map(str, said() - known)) == []


def test_the_catalogue_holds_nothing_that_the_code_no_longer_says() -> None:
    assert sorted(str(m.id) for m in TRANSLATED if m.id and m.id not in said()) == []


@pytest.mark.parametrize("message", [m for m in TRANSLATED if m.id], ids=lambda m: str(m.id)[:40])
def test_no_placeholder_is_lost(message: Message) -> None:
    ids = (message.id,) if isinstance(message.id, str) else message.id
    for text in translations(message):
        assert placeholders(text) == placeholders(ids[-1])


def test_french_is_what_the_code_says_and_english_what_the_catalogue_says() -> None:
    compiled = BytesIO()
    write_mo(compiled, TRANSLATED)
    compiled.seek(0)
    english = gettext.GNUTranslations(compiled)
    assert english.gettext("non renseigné") == "not stated"
    assert english.ngettext("{count} SOURCE", "{count} SOURCES", 2) == "{count} SOURCES"


def test_the_language_is_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMP_LANG", "en_GB")
    assert i18n.language() == "en"
    monkeypatch.setenv("DMP_LANG", "de")
    assert i18n.language() == "fr"
    assert i18n._("non renseigné") == "non renseigné"
