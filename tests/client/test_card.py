"""A login by a real exchange of APDUs: the virtual CPS3 signs, the server believes it."""

from datetime import timedelta
from typing import Any

import pytest

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.cps import Cps, open_cps
from dmp_tui.cards.virtual import Cps3, VirtualSource
from dmp_tui.client import ClientError, ClientProblem
from tests.client.conftest import Place
from tests.server.login import pki
from tests.server.login.world import DOCTOR, Authorities, ins


def inserted(authorities: Authorities, **fields: Any) -> tuple[VirtualSource, Cps]:
    made = authorities.card(**fields)
    source = VirtualSource()
    reader = source.readers()[0]
    source.insert(reader, Cps3((made.certificate, made.key), intermediates=made.intermediates))
    return source, open_cps(source.connect(reader))


async def test_a_card_logs_in(place: Place, authorities: Authorities) -> None:
    _, card = inserted(authorities)
    card.verify("1234")
    client = place.client()
    assert (await client.login(card)).professional == DOCTOR
    assert await client.find_patient(ins())
    assert (await client.renew(card)).professional == DOCTOR
    card.close()


async def test_a_card_without_its_pin(place: Place, authorities: Authorities) -> None:
    _, card = inserted(authorities)
    with pytest.raises(CardError) as raised:
        await place.client().login(card)
    assert raised.value.problem is CardProblem.PIN_NEEDED
    card.close()


async def test_a_card_pulled_before_it_signs(place: Place, authorities: Authorities) -> None:
    source, card = inserted(authorities)
    card.verify("1234")
    client = place.client()
    await client.login(card)
    source.remove(source.readers()[0])
    with pytest.raises(CardError) as raised:
        await client.renew(card)
    assert raised.value.problem is CardProblem.REMOVED
    assert await client.logout(), "the session is still there to be ended"


async def test_an_expired_card(place: Place, authorities: Authorities) -> None:
    _, card = inserted(authorities, start=pki.START - timedelta(days=9), end=pki.START)
    card.verify("1234")
    with pytest.raises(ClientError) as raised:
        await place.client().login(card)
    assert (raised.value.problem, raised.value.code) == (ClientProblem.LOGIN_REFUSED, "certificate-expired")
    card.close()
