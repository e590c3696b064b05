"""The register of emergency accesses, for a site's privacy officer: what was done, whether it was justified. Pure.

An officer reads who opened a record in an emergency, when and why, and no record: neither whose it is nor what is in
it. His role excludes every other: who judges accesses makes none.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp_tui.dmp.professions import Mode, Professional, Role

OPENED = "authenticate"
"""Operation of the trail's row by which an emergency access begins."""
RENEWED = "renew_emergency_access"
"""And of a new token for one that goes on: no access of its own."""
REVIEWED = "review_emergency_access"
READ_REGISTER = "read_emergency_register"
LONGEST_COMMENT = 1000


class Verdict(StrEnum):
    """What an officer found. An access that nobody has reviewed is TO_REVIEW, and may become so again."""

    TO_REVIEW = "to-review"
    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


@dataclass(frozen=True, slots=True)
class Review:
    """One verdict: by whom, when and why. The last one of an access holds; the earlier ones stay."""

    verdict: Verdict
    comment: str
    by: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Emergency:
    """One emergency access. ``record`` names a record without saying whose; empty where centre 15 named none."""

    seq: int
    at: datetime
    actor: str
    actor_name: str
    role: str
    mode: Mode
    reason_code: str
    reason: str
    record: str
    reviews: tuple[Review, ...] = ()
    on_behalf_of: str = ""

    @property
    def verdict(self) -> Verdict:
        """The one that holds."""
        return self.reviews[-1].verdict if self.reviews else Verdict.TO_REVIEW


class ReviewProblem(StrEnum):
    """Why a review is not taken."""

    OWN = "own-access"
    """It is the officer's own access: somebody else reviews it."""
    COMMENT = "comment"
    """Not justified without a word why, or too many words."""
    SAME = "same-verdict"
    """The verdict stands already, with this comment."""


def reads_register(professional: Professional) -> bool:
    """Whether someone is a privacy officer."""
    return professional.role is Role.PRIVACY_OFFICER


def review_problem(access: Emergency, officer: str, verdict: Verdict, comment: str) -> ReviewProblem | None:
    """What speaks against a review; None if nothing does."""
    if access.actor == officer:
        return ReviewProblem.OWN
    needed = verdict is not Verdict.JUSTIFIED
    if (needed and not comment.strip()) or len(comment) > LONGEST_COMMENT or not _is_text(comment):
        return ReviewProblem.COMMENT
    if access.verdict is verdict and (not access.reviews or access.reviews[-1].comment == comment):
        return ReviewProblem.SAME
    return None


def _is_text(comment: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in comment)
