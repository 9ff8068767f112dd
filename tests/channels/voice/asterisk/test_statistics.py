"""A line to which Asterisk sends nothing though somebody speaks to it is put into its bridge once more."""

from __future__ import annotations

import asyncio

import pytest

from rexian.channels.voice.asterisk.ari_generated import RTPstat
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Bridge, Leg
from rexian.channels.voice.asterisk.statistics import Statistics


def counters(received: int, sent: int) -> RTPstat:
    return RTPstat(
        txcount=sent, rxcount=received, txploss=0, rxploss=0, local_ssrc=1, remote_ssrc=2, txoctetcount=0,
        rxoctetcount=0, channel_uniqueid="leg",
    )  # fmt: skip


class Talk:
    """A customer and an agent in one bridge, and what is counted of them."""

    def __init__(self) -> None:
        self.rejoined: list[str] = []
        hall = Hall(4)
        self.statistics = Statistics(hall, self._rejoin)
        self.customer, self.agent = Leg("customer", "n", "up", "customer"), Leg("agent", "n", "up", "agent")
        bridge = hall.bridges["room"] = Bridge("room")
        for leg in (self.customer, self.agent):
            leg.bridge_id = "room"
            bridge.legs.append(leg)

    async def _rejoin(self, leg: Leg) -> None:
        self.rejoined.append(leg.id)

    async def counted(self, sent: tuple[int, ...], heard: tuple[int, ...]) -> list[str]:
        """Reports in turn: what was sent to the customer, what came of the agent."""
        for number, (to_customer, of_agent) in enumerate(zip(sent, heard, strict=True), 1):
            self.statistics._tell(self.agent, counters(of_agent, 250 * number))
            self.statistics._tell(self.customer, counters(100, to_customer))
            await asyncio.sleep(0)
        return self.rejoined


async def test_who_is_spoken_to_and_sent_nothing_is_put_in_once_more() -> None:
    assert await Talk().counted((100, 100), (100, 350)) == ["customer"]


@pytest.mark.parametrize(
    ("sent", "heard"),
    [((100, 350), (100, 350)), ((100, 100), (100, 100)), ((0, 0), (100, 350))],
    ids=["sound flows", "nobody speaks", "nothing was ever sent"],
)
async def test_else_it_stays_where_it_is(sent: tuple[int, ...], heard: tuple[int, ...]) -> None:
    assert await Talk().counted(sent, heard) == []


async def test_the_held_and_who_hears_only_the_muted_stay_too() -> None:
    held, muted = Talk(), Talk()
    held.customer.held, muted.agent.muted = True, True
    assert await held.counted((100, 100), (100, 350)) == []
    assert await muted.counted((100, 100), (100, 350)) == []
