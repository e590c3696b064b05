"""Requests under ``/fhir``, each with the token of the patient it concerns, each refusal a typed error."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.outcomes import check
from dmp_tui.client.session import Call, Conversation
from dmp_tui.client.transport import MIB, Answer, Sent
from dmp_tui.dmp.identity import Ins

if TYPE_CHECKING:
    from dmp_tui.dmp.professions import Professional

_JSON = {"Accept": "application/fhir+json"}
_POSTED = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
_PATCHED = {"Accept": "application/fhir+json", "Content-Type": "application/json-patch+json"}


class Requests:
    """What every call is made of. ``clock`` is the workstation's (aware); the server's corrects it."""

    def __init__(self, base_url: str, ca_file: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._conversation = Conversation(base_url, Path(ca_file), clock)
        self._patients: dict[str, Ins] = {}
        self._professional: Professional | None = None

    def now(self) -> datetime:
        """The server's clock, as far as its answers told it."""
        return self._conversation.now()

    # --- requests -----------------------------------------------------------------------------------------------------

    async def _get(
        self,
        path: str,
        ins: Ins | None,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] = _JSON,
        limit: int = 4 * MIB,
    ) -> Answer:
        call = Call("GET", path, ins, params, headers, limit=limit, repeatable=True)
        return check(await self._conversation.call(call))

    async def _post(
        self,
        path: str,
        ins: Ins | None,
        resource: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        repeatable: bool = False,
        sent: Sent | None = None,
    ) -> Answer:
        body = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
        call = Call("POST", path, ins, None, {**_POSTED, **(headers or {})}, body, repeatable=repeatable, sent=sent)
        return check(await self._conversation.call(call))

    async def _patch(self, path: str, ins: Ins | None, operations: list[dict[str, Any]], version: str = "") -> Answer:
        """A JSON Patch; ``version`` is of what was read, so that nothing newer is overwritten unseen."""
        body = json.dumps(operations, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {**_PATCHED, **({"If-Match": f'W/"{version}"'} if version else {})}
        return check(await self._conversation.call(Call("PATCH", path, ins, None, headers, body)))

    def _next(self, bundle: Mapping[str, Any]) -> str:
        """Path and query of the next page, empty at the last one. Another server's address is no next page."""
        links = bundle.get("link")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("relation") == "next":
                url = str(link.get("url", ""))
                base = self._conversation.base_url
                if not url.startswith(f"{base}/fhir"):
                    raise ClientError(ClientProblem.BAD_ANSWER, "link")
                return url.removeprefix(base)
        return ""


def resources(bundle: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The resources of a Bundle.

    Raises:
        ClientError: BAD_ANSWER if it is none.
    """
    if bundle.get("resourceType") != "Bundle":
        raise ClientError(ClientProblem.BAD_ANSWER, "bundle")
    entries = bundle.get("entry", [])
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource
