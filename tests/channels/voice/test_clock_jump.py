"""FAULTS 33: the server's wall clock is set during calls. Nobody is given up, cut off or signed out by it, what is due
comes all the same, and what is told of times is true."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rexian.channels.voice import relay
from rexian.channels.voice.asterisk import calls
from rexian.channels.voice.asterisk.ari_generated import RTPstat
from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Leg
from rexian.channels.voice.asterisk.plan import Plan
from rexian.channels.voice.asterisk.statistics import Statistics
from rexian.channels.voice.port import EngineUp, LegEnded, MediaStatistics, Number
from rexian.channels.voice.prompts.prompts import Prompts
from rexian.channels.voice.settings import VoiceLimits
from rexian.runtime.tables import journal
from tests.channels.voice.asterisk.fake import FakeAri, event
from tests.channels.voice.conformance.rig import Heard
from tests.channels.voice.jumping import HOUR, JUMPS, YEAR, WallClock, settable
from tests.channels.voice.rig import Street


@pytest.fixture
def wall(tmp_path: Path) -> Iterator[WallClock]:
    with settable(tmp_path) as clock:
        yield clock


async def some_looks(street: Street, looks: int = 6) -> None:
    """The channel has looked at all calls so often since."""
    begun = street.voice.patience._looks
    await street.until(lambda: street.voice.patience._looks >= begun + looks)


async def test_nobody_is_given_up_and_nobody_signed_out(street: Street, wall: WallClock) -> None:
    caller, li, phone = await street.talk()
    waiting = await street.caller()
    await waiting.call()
    await waiting.state("waiting")
    street.voice.limits = VoiceLimits(position_every_ms=50)
    async with await street.served.staff(street.city.li) as browser:
        for seconds in JUMPS:
            wall.jump(seconds)
            await some_looks(street)
            assert (caller.states[-1], waiting.states[-1]) == ("talking", "waiting")
            assert street.hears(caller.leg) == {phone.live(caller.interaction)[0]["leg"]}
            assert (await browser.post("/api/feed-ticket")).status_code == 200
            visitor = waiting.visitor
            await waiting.drop()
            await waiting.open()  # the page comes back
            assert waiting.closed is None
            assert (waiting.visitor, waiting.states[-1]) == (visitor, "waiting")
    await li.do("EndInteraction", interaction_id=caller.interaction)
    await caller.state("ended")
    wall.jump(YEAR)
    await some_looks(street)
    assert li.view("me", "handlings")[caller.interaction]["state"] == "after_contact_work"
    await told_truly(street, caller.interaction)


async def told_truly(street: Street, interaction_id: str) -> None:
    async with street.served.house.db.system() as tx:
        rows = list(await tx.execute(sa.select(journal.c.at, journal.c.body, journal.c.kind, journal.c.interaction_id)
                                     .order_by(journal.c.seq)))  # fmt: skip
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    (ended,) = [row.body for row in rows if row.kind == "InteractionEnded" and row.interaction_id == interaction_id]
    assert 0 < ended["talk_ms"] < 60_000


@pytest.mark.parametrize("seconds", [YEAR, -YEAR])
async def test_an_offer_rings_on_and_what_is_due_comes(street: Street, wall: WallClock, seconds: int) -> None:
    desk, phone = await street.agent(street.city.li)
    caller = await street.caller()
    await caller.call()
    await desk.until(lambda: desk.view("me", "offers"))
    wall.jump(seconds)
    await some_looks(street, 3)
    await desk.accept()
    await phone.up()
    await caller.state("talking")
    street.voice.limits = VoiceLimits(grace_ms=400, position_every_ms=50)
    begun = time.monotonic()
    await caller.drop()
    street.engine.lose(caller.leg)
    wall.jump(-seconds)
    await desk.until(lambda: desk.view("me", "handlings")[caller.interaction]["state"] == "after_contact_work")
    assert time.monotonic() - begun >= 0.4


# -- the exchange ----------------------------------------------------------------------------------------------------
async def nothing(leg: Leg) -> None:
    return


def counters(received: int) -> RTPstat:
    return RTPstat(
        txcount=received, rxcount=received, txploss=0, rxploss=0, local_ssrc=1, remote_ssrc=2, txoctetcount=0,
        rxoctetcount=0, channel_uniqueid="leg",
    )  # fmt: skip


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_silent_line_has_been_silent_only_as_long_as_it_was(wall: WallClock, seconds: int) -> None:
    """After 15 s of silence a line counts as lost."""
    hall = Hall(4)
    told: list[MediaStatistics] = []
    hall.listen(lambda event: told.append(event) if isinstance(event, MediaStatistics) else None)
    statistics, leg = Statistics(hall, nothing), Leg("leg", "node", "up", "customer")
    statistics._tell(leg, counters(100))
    wall.jump(seconds)
    statistics._tell(leg, counters(100))
    assert 0 <= told[-1].silent_ms < 5_000


async def test_minutes_of_calls_out_are_those_that_were_talked(wall: WallClock) -> None:
    async with FakeAri() as fake:
        plan = Plan(urls=(fake.url,), secret="s" * 32, outbound_minutes=10)
        engine, heard = AsteriskEngine(plan), Heard()
        engine.listen(heard)
        await engine.start()
        await heard.wait(EngineUp)
        await engine.originate("first", Number("+8613800000001", "carrier"), side="external")
        wall.jump(HOUR)
        await engine.originate("second", Number("+8613800000002", "carrier"), side="external")
        assert {leg.id for leg in (await engine.inventory()).legs} == {"first", "second"}
        assert not heard.all(LegEnded, cause="not_allowed")
        await engine.stop()


async def test_a_ring_ends_in_time_though_the_exchange_lost_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asterisk counts it by the wall clock: set back by an hour, it would ring for an hour."""
    monkeypatch.setattr(calls, "LATE_S", 0.05)
    async with FakeAri() as fake:
        engine, heard = AsteriskEngine(Plan(urls=(fake.url,), secret="s" * 32)), Heard()
        engine.listen(heard)
        await engine.start()
        await heard.wait(EngineUp)
        await engine.originate("late", Number("+8613800000001", "carrier"), side="external", timeout_ms=100)
        async with asyncio.timeout(8):
            while not any(method == "DELETE" and path.startswith("channels/late") for method, path, _ in fake.asked):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await fake.tell(event("ChannelDestroyed", "late", cause=16, cause_txt=""))
        assert (await heard.wait(LegEnded, leg_id="late")).cause == "no_answer"
        await engine.stop()


# -- beside the call -------------------------------------------------------------------------------------------------
async def test_a_sound_that_is_about_to_be_played_stays(tmp_path: Path, wall: WallClock) -> None:
    prompts = Prompts(tmp_path)
    first = await prompts.say("t", "zh-CN", "call_back_confirmed", number="13800138000")
    wall.jump(YEAR)
    await prompts.say("t", "zh-CN", "call_back_confirmed", number="13900139000")
    assert Path(first.path).exists()  # noqa: ASYNC240


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_names_for_turn_are_told_anew_when_the_clock_is_set(
    monkeypatch: pytest.MonkeyPatch, wall: WallClock, seconds: int
) -> None:
    """They end by the wall clock: of the wrong hour they end too early, or had ended already."""
    monkeypatch.setattr(relay, "LOOK_S", 0.01)
    renewal = asyncio.create_task(relay.until_renewal(relay.RENEW_S))
    await asyncio.sleep(0.05)
    assert not renewal.done()
    wall.jump(seconds)
    async with asyncio.timeout(8):
        await renewal
