"""Every problem has its sentence: none is missing, none is empty, each is whole."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.config import ConfigError, ConfigProblem
from dmp_tui.dmp.entries import DocumentProblem, Kind, Mark
from dmp_tui.dmp.identity import IdentityProblem, OwnershipDoubt
from dmp_tui.dmp.sheet.model import Contradiction, Disagreement
from dmp_tui.screens import refusals, sentences, words
from dmp_tui.screens.pdf import PdfProblem
from tests.screens.people import LDL

CASES: list[tuple[type[StrEnum], Callable[[Any], str]]] = [
    (IdentityProblem, sentences.identity_sentence),
    (DocumentProblem, sentences.document_sentence),
    (ClientProblem, refusals.problem_sentence),
    (ClientProblem, lambda problem: refusals.client_sentence(ClientError(problem))),
    (ConfigProblem, lambda problem: sentences.config_sentence(ConfigError(problem, "config.toml", "site_oid", 3))),
    (Kind, words.kind_title),
    (Mark, words.mark),
    (OwnershipDoubt, words.doubt),
    (Disagreement, lambda kind: words.disagreement(Contradiction(kind, LDL, "ses mots"))),
]


@pytest.mark.parametrize(("problem", "sentence"), [(problem, sentence) for enum, sentence in CASES for problem in enum])
def test_every_member_has_words(problem: StrEnum, sentence: Callable[[Any], str]) -> None:
    assert len(sentence(problem)) > 2
    assert "{" not in sentence(problem)


@pytest.mark.parametrize("problem", [each for each in PdfProblem if each is not PdfProblem.NONE])
def test_every_pdf_problem_has_words(problem: PdfProblem) -> None:
    assert sentences.pdf_sentence(problem)


def test_an_unknown_refusal_is_the_servers_own_sentence_made_harmless() -> None:
    error = ClientError(ClientProblem.REFUSED, "new-rule", said="Non.\x1b[2J")
    assert refusals.client_sentence(error) == "Non.<U+001B>[2J"
