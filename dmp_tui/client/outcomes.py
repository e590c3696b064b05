"""Answers of ``/fhir`` that are refusals: their OperationOutcome as one typed error."""

from collections.abc import Mapping
from typing import Any

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.transport import Answer
from dmp_tui.dmp.fhir.lenient import many, one, text

_PROBLEMS = {
    404: ClientProblem.NOT_FOUND,
    410: ClientProblem.NOT_FOUND,
    429: ClientProblem.TOO_MANY,
    500: ClientProblem.UNAVAILABLE,
    502: ClientProblem.UNAVAILABLE,
    503: ClientProblem.UNAVAILABLE,
    504: ClientProblem.UNAVAILABLE,
}


def check(answer: Answer) -> Answer:
    """The answer, if it is a good one.

    Raises:
        ClientError: NOT_FOUND, TOO_MANY, UNAVAILABLE; REFUSED with the server's rule for other 4xx; BAD_ANSWER.
    """
    if answer.status in {200, 201}:
        return answer
    problem = _PROBLEMS.get(answer.status)
    if problem is None:
        problem = ClientProblem.REFUSED if 400 <= answer.status < 500 else ClientProblem.BAD_ANSWER
    code, said, instead = _read(answer)
    whole = " ".join(part for part in (said, instead) if part)
    raise ClientError(problem, code, said=whole, instead=instead, status=answer.status, retry_after=answer.retry_after)


def _read(answer: Answer) -> tuple[str, str, str]:
    """``(rule, sentence, what can be done instead)`` of an OperationOutcome; empty where the body is none."""
    try:
        outcome: Mapping[str, Any] = answer.json()
    except ClientError:
        return "", "", ""
    issues = list(many(outcome, "issue"))
    issue = next(iter(issues), {})
    coding = next(many(one(issue, "details"), "coding"), {})
    instead = [text(other, "diagnostics") for other in issues[1:] if _rule(other) == "instead"]
    return text(coding, "code") or text(issue, "code"), text(issue, "diagnostics"), " ".join(instead)


def _rule(issue: Mapping[str, Any]) -> str:
    return text(next(many(one(issue, "details"), "coding"), {}), "code")
