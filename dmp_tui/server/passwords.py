"""Argon2id, beside the event loop: RFC 9106's second recommended parameters, a few at a time."""

import asyncio
import secrets

from dmp_tui.dmp.accounts import normal

TIME_COST, MEMORY_KIB, LANES = 3, 64 * 1024, 4
"""RFC 9106, 4: the second recommended option, where memory is shared with other work."""
_AT_ONCE = 2
"""Passwords that are hashed at the same time: what they take of memory has a bound, and what comes in has to wait."""


class Passwords:
    """Hashes and verifies. Whoever is not known costs as much as whoever is."""

    def __init__(self) -> None:
        from argon2 import PasswordHasher

        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = ""

    async def hashed(self, password: str) -> str:
        """The PHC string of a password, with a salt of its own."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def are_right(self, kept: str, password: str) -> bool:
        """Whether a password is the one of which ``kept`` is the hash; empty: nobody's, and the same work is done."""
        if not kept:
            if not self._nobodys:
                self._nobodys = await self.hashed(secrets.token_urlsafe(32))
            kept, password = self._nobodys, "-" + password
        async with self._turns:
            return await asyncio.to_thread(self._verified, kept, normal(password))

    def _verified(self, kept: str, password: str) -> bool:
        from argon2.exceptions import Argon2Error, InvalidHashError

        try:
            return self._hasher.verify(kept, password)
        except (Argon2Error, InvalidHashError):
            return False
