"""A session that lasts as long as the work: renewed before its fifteen minutes are over, by the card or certificate."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from dmp_tui.client import DmpClient
    from dmp_tui.client.login import LoginCard
    from dmp_tui.dmp.professions import Professional

_BEFORE = timedelta(minutes=2)
T = TypeVar("T")


class Lasting:
    """A client, and what logs it in. Every method raises ClientError, and what the card does."""

    def __init__(self, client: "DmpClient", card: "LoginCard", on_behalf_of: str = "") -> None:
        self.client = client
        self._card = card
        self._on_behalf_of = on_behalf_of
        self._expires: datetime | None = None
        self._professional: Professional | None = None

    @property
    def professional(self) -> "Professional | None":
        """Who is logged in, as the server says; None before."""
        return self._professional

    async def begin(self) -> None:
        """Log in."""
        session = await self.client.login(self._card, self._on_behalf_of)
        self._expires, self._professional = session.expires, session.professional

    async def asked(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call gives; it is made once more where the server knew the session no longer."""
        from dmp_tui.client.errors import ClientError, ClientProblem

        if self._expires is None:
            await self.begin()
        elif self.client.now() > self._expires - _BEFORE:
            await self._renew()
        try:
            return await call()
        except ClientError as error:
            if error.problem is not ClientProblem.SESSION_ENDED:
                raise
        await self._renew()
        return await call()

    async def _renew(self) -> None:
        session = await self.client.renew(self._card, self._on_behalf_of)
        self._expires, self._professional = session.expires, session.professional
