"""The server and the cards of those who ask from the shell: as for a deposit."""

from tests.feeding.conftest import prepared, server, settings

__all__ = ["prepared", "server", "settings"]
