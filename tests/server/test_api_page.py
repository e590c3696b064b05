"""docs/api.md says what the server does: every path, parameter, extension and rule stands there."""

import re
from pathlib import Path

import pytest

from dmp_tui.dmp.consultation import PARTLY_READ
from dmp_tui.dmp.fhir import consents, documents, patients
from dmp_tui.dmp.rights import Refusal
from dmp_tui.dmp.subjects import KEY_WRONG
from dmp_tui.server import identities
from dmp_tui.server.app import _ROUTES
from dmp_tui.server.consents import AUTHORISED
from dmp_tui.server.lists import SEARCHED as LISTS
from dmp_tui.server.search import SEARCHED
from dmp_tui.server.sheets import UNKNOWN_PARENT
from dmp_tui.server.trail_search import SEARCHED as TRAIL

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, *_ in _ROUTES])
def test_every_call_is_described(method: str, path: str) -> None:
    assert f"{method} {path.replace('{id}', '<id>')}" in PAGE


@pytest.mark.parametrize("name", [*SEARCHED, *LISTS, *TRAIL])
def test_every_search_parameter_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_extension_and_warning_is_described() -> None:
    constants = [v for module in (consents, documents, patients) for v in vars(module).values() if isinstance(v, str)]
    urls = {v for v in constants if re.fullmatch(r"urn:dmp-tui:fhir:[a-z-]+", v)}
    assert urls
    for name in urls | {AUTHORISED, UNKNOWN_PARENT, identities.UNQUALIFIED, KEY_WRONG, PARTLY_READ}:
        assert f"`{name}`" in PAGE, name


@pytest.mark.parametrize("refusal", [r for r in Refusal if r is not Refusal.MASKED])
def test_every_refusal_is_described(refusal: Refusal) -> None:
    assert f"`{refusal.value}`" in PAGE
