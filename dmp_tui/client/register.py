"""The register of emergency accesses, for privacy officers."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.requests import Requests, resources
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import Emergency, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which accesses are asked for. None: whatever it is; both days are included."""

    verdict: Verdict | None = None
    actor: str | None = None
    mode: Mode | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Accesses: those to review first, then newest first."""

    accesses: tuple[Emergency, ...]
    counts: "Mapping[Verdict, int]" = field(default_factory=dict)
    """How many there are of each verdict under the filter, on all pages."""
    next: str = ""
    """Asks for the next page; empty at the last one."""


class RegisterCalls(Requests):
    """Calls that a privacy officer may make."""

    async def register(self, chosen: RegisterFilter, page: str = "") -> RegisterPage:
        """A page of the register. ``page`` is ``RegisterPage.next`` of the page before."""
        from dmp_tui.dmp.fhir.register import PURPOSES, read_counts, read_entry

        asked = {
            "verdict": chosen.verdict and chosen.verdict.value,
            "agent": chosen.actor,
            "mode": chosen.mode and PURPOSES[chosen.mode],
            "since": chosen.since and chosen.since.isoformat(),
            "until": chosen.until and chosen.until.isoformat(),
        }
        params = {name: value for name, value in asked.items() if value}
        path = page or "/fhir/AuditEvent/$emergency-register"
        bundle = (await self._get(path, None, None if page else params)).json()
        found = [r for r in resources(bundle) if r.get("resourceType") == "AuditEvent"]
        try:
            accesses = tuple(map(read_entry, found))
        except ValueError:
            raise ClientError(ClientProblem.BAD_ANSWER, "register") from None
        return RegisterPage(accesses, read_counts(bundle), self._next(bundle))

    async def review(self, seq: int, verdict: Verdict, comment: str) -> Emergency:
        """Judge an access; the access with its reviews. A verdict that is not taken is REFUSED with its rule."""
        from dmp_tui.dmp.fhir.register import read_entry

        parts = [{"name": "verdict", "valueCode": verdict.value}]
        parts += [{"name": "comment", "valueString": comment}] if comment else []
        body = {"resourceType": "Parameters", "parameter": parts}
        answer = await self._post(f"/fhir/AuditEvent/{seq}/$review", None, body)
        try:
            return read_entry(answer.json())
        except ValueError:
            raise ClientError(ClientProblem.BAD_ANSWER, "register") from None
