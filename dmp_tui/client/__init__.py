"""The server as the app sees it: login by card, calls, typed errors.

Importing this package costs nothing: what needs httpx or cryptography is imported when it is first named (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dmp_tui.client.answers import AdminData, Deposited, Grant, PatientStatus, Session, SummaryAnswer
    from dmp_tui.client.calls import DmpClient
    from dmp_tui.client.errors import ClientError, ClientProblem

__all__ = [
    "AdminData",
    "ClientError",
    "ClientProblem",
    "Deposited",
    "DmpClient",
    "Grant",
    "PatientStatus",
    "Session",
    "SummaryAnswer",
]

_HOMES = {
    "AdminData": "answers",
    "ClientError": "errors",
    "ClientProblem": "errors",
    "Deposited": "answers",
    "DmpClient": "calls",
    "Grant": "answers",
    "PatientStatus": "answers",
    "Session": "answers",
    "SummaryAnswer": "answers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"dmp_tui.client.{_HOMES[name]}"), name)
