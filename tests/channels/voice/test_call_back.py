"""Call-backs that keep the place, and words that are left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rexian.channels.visiting.protocol import Refusal
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import BadMedia, Busy, Down, Music, Number
from rexian.channels.voice.reception.model import Closed, Flow, Queueing
from rexian.channels.voice.settings import VoiceLimits
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit.ids import new_id
from tests.channels.voice.rig import SDP, Caller, Street
from tests.pages import Desk


async def test_a_call_back_by_key_keeps_the_place_and_the_page_rings(street: Street) -> None:
    first, second = await street.caller(), await street.caller()
    for one in (first, second):
        await one.call()
        await one.state("waiting")
    await first.got("position", position=1, of=2)
    await first.send(t="key", digit="1")
    await first.state("call_back")
    await street.until(lambda: first.leg not in street.engine.legs)
    assert not second.of("position") or second.of("position")[-1]["position"] == 2
    li, phone = await street.agent(street.city.li)
    assert (await li.accept())["id"] == first.interaction
    assert (await first.got("ring"))["contact"] == first.contact
    assert (await first.call())["t"] == "answer"
    line = await phone.up()
    await first.state("talking")
    await street.until(lambda: street.hears(first.leg) == {line["leg"]})


async def test_a_number_is_rung_where_the_engine_can(street: Street) -> None:
    street.engine.numbers = True
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    assert (await caller.ask("call_back", number="+8613800138000"))["t"] == "ack"
    await caller.close()
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await street.until(lambda: street.engine.dialled)
    assert street.engine.dialled[-1] == (caller.leg, Number("+8613800138000"))
    street.engine.pick_up(caller.leg)
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_a_number_is_rung_again_when_the_engine_was_away_just_then(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.engine.numbers = True
    originate, tried = street.engine.originate, []

    async def away_at_first(leg_id: str, *args: Any, **more: Any) -> None:
        tried.append(leg_id)
        if len(tried) == 1:
            raise Down("the exchange has just gone")
        await originate(leg_id, *args, **more)

    monkeypatch.setattr(street.engine, "originate", away_at_first)
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    await caller.ask("call_back", number="+8613800138000")
    await caller.close()
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await street.until(lambda: (caller.leg, Number("+8613800138000")) in street.engine.dialled)
    street.engine.pick_up(caller.leg)
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_an_agent_is_told_to_dial_by_hand_where_it_cannot(street: Street) -> None:
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    await caller.ask("call_back", number="13800138000")
    await caller.close()
    li, phone = await street.agent(street.city.li)
    await li.accept()
    told = await phone.got("nack", code="dial_by_hand")
    assert "13800138000" in told["text"]


async def test_words_left_for_a_queue_that_is_gone_are_heard_in_another(street: Street) -> None:
    voice, city = street.voice, street.city
    floor = voice.asking.floor(city.yunshan)
    assert floor is not None
    phones = floor.queue(city.phones)
    assert phones is not None
    gone, by = new_id(), Party("system", "test")
    await voice.asking.ask(city.yunshan, engine.DefineQueue(queue=msgspec.structs.replace(phones.spec, id=gone)), by)
    await voice.asking.ask(city.yunshan, engine.RetireQueue(queue_id=gone), by)
    contact, interaction = new_id(), new_id()
    received = engine.ReceiveContact(
        contact_id=contact, interaction_id=interaction, tenant_id=city.yunshan, customer_id=new_id(), medium="voice"
    )
    await voice.asking.ask(city.yunshan, received, by)
    await voice.lobby.hand_on(LiveCall(contact, city.yunshan), interaction, gone, queued=False)
    await street.until(lambda: (one := floor.interaction(interaction)) and one.call_back)
    there = floor.interaction(interaction)
    assert there is not None
    assert floor.queue(there.queue_id).retired is False  # type: ignore[union-attr]
    await voice.asking.ask(city.yunshan, engine.EndInteraction(interaction_id=interaction, by=by, reason="over"), by)


async def test_a_booked_call_back_stands_in_no_line(street: Street) -> None:
    caller = await street.caller()
    await caller.call(sdp=SDP)
    await caller.state("waiting")
    at = street.served.house.clock.now_ms() + 3_600_000
    assert (await caller.ask("call_back", at=at))["t"] == "ack"
    await caller.state("call_back")
    refused = await caller.ask("call_back", at=5)
    assert refused["t"] == "nack"


@pytest.mark.parametrize("written", ["(010) 8888 8888", "（010）8888－8888", "０１０ 8888 ８８８８", "010-8888-8888"])
async def test_a_number_is_understood_however_it_is_written(street: Street, written: str) -> None:
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    assert (await caller.ask("call_back", number=written))["t"] == "ack"
    assert street.voice.director.calls[caller.contact].number == "01088888888"


@pytest.mark.parametrize(
    ("written", "code", "text"),
    [(one, "number_invalid", "请输入有效的电话号码") for one in ("12", "8" * 30, "（）")]
    + [(one, "malformed", "操作没有成功：格式不对") for one in ("谢谢", "sip:me@example.com")],
)
async def test_what_is_no_number_is_refused_in_words_and_begins_nothing(
    street: Street, written: str, code: str, text: str
) -> None:
    caller = await street.caller()
    refused = await caller.ask("call_back", number=written, contact=caller.contact, interaction=caller.interaction)
    assert (refused["code"], refused["text"]) == (code, text)
    assert caller.contact not in street.voice.director.calls


async def test_who_gets_no_line_is_called_back_on_their_number(street: Street) -> None:
    """All lines are taken: the page offers a call-back, and that needs no line now."""
    caller = await street.caller()
    street.engine.capacity = 1
    refused = await caller.call()
    assert (refused["code"], refused["alternatives"]) == ("all_busy", ["call_back"])
    caller.contact, caller.interaction = new_id(), new_id()
    named = {"contact": caller.contact, "interaction": caller.interaction}
    assert (await caller.ask("call_back", **named))["code"] == "malformed"
    assert (await caller.ask("call_back", number="13800138000", **named))["t"] == "ack"
    await caller.state("call_back")
    assert caller.leg not in street.engine.connects
    street.engine.capacity = 1_000
    li, phone = await street.agent(street.city.li)
    handling = await li.accept()
    assert handling["id"] == caller.interaction
    await caller.got("ring")
    assert (await caller.call())["t"] == "answer"
    line = await phone.up(caller.interaction)
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def handed_on(street: Street) -> tuple[Caller, Desk]:
    """A called-back customer whom Li has given back to the queue, and Wang, who may take them."""
    caller = await street.caller()
    named = {"contact": caller.contact, "interaction": caller.interaction}
    assert (await caller.ask("call_back", number="13800138000", **named))["t"] == "ack"
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await caller.got("ring")
    assert (await caller.call())["t"] == "answer"
    await phone.up()
    await caller.state("talking")
    street.engine.played.clear()
    await li.do("SetAgentState", state="not_ready", reason="break")
    await li.do("TransferInteraction", interaction_id=caller.interaction, to_queue_id=street.city.phones)
    return caller, li


async def test_a_called_back_customer_who_is_handed_on_waits_as_anybody(street: Street) -> None:
    caller, _ = await handed_on(street)
    await caller.state("waiting")
    await street.until(lambda: any(isinstance(source, Music) for _, source in street.engine.played))
    await caller.got("position", position=1, of=1)
    wang, phone = await street.agent(street.city.wang)
    await wang.accept()
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})
    assert len(caller.of("ring")) == 1, "they are on the line: nobody rings them"


@pytest.mark.parametrize("by_page", [True, False])
async def test_who_hangs_up_after_being_handed_on_is_not_rung_again(street: Street, by_page: bool) -> None:
    caller, _ = await handed_on(street)
    await caller.state("waiting")
    if by_page:
        await caller.ask("hangup")
    else:
        street.engine.bye(caller.leg)
    await caller.state("ended")


async def test_who_is_cut_off_after_being_handed_on_is_called_back(street: Street) -> None:
    caller, _ = await handed_on(street)
    await caller.state("waiting")
    street.engine.lose(caller.leg)
    await caller.state("call_back")
    wang, phone = await street.agent(street.city.wang)
    await wang.accept()
    await caller.until(lambda: len(caller.of("ring")) == 2)
    assert (await caller.call())["t"] == "answer"
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_who_waits_again_when_the_engine_dies_is_called_back_and_has_the_time_to_answer(street: Street) -> None:
    """The grace of the line that died with it is not that of the ring."""
    caller, _ = await handed_on(street)
    await caller.state("waiting")
    street.voice.limits = VoiceLimits(grace_ms=100, position_every_ms=50)
    street.engine.crash()
    await caller.state("call_back")
    street.engine.come_up()
    wang, phone = await street.agent(street.city.wang)
    await wang.accept()
    await caller.until(lambda: len(caller.of("ring")) == 2)
    await asyncio.sleep(0.5)  # several looks at what is overdue
    assert (await caller.call())["t"] == "answer"
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_who_was_handed_on_before_our_restart_waits_as_before(street: Street) -> None:
    caller, _ = await handed_on(street)
    await caller.state("waiting")
    live = street.voice.director.calls[caller.contact]
    live.reached, live.resumed = False, True  # what a new process knows
    await street.voice.ears.reconcile()
    facts = street.voice.director.facts(live)
    assert facts is not None
    assert facts.stage == "waiting"
    street.engine.bye(caller.leg)
    await caller.state("ended")


async def test_a_new_call_whose_floor_goes_away_before_its_line_has_come_ends_when_it_is_back(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = street.voice._mirrors[0]
    street.voice.limits = VoiceLimits(grace_ms=100, position_every_ms=50)

    async def away(*_: Any) -> str:
        mirror.ready = False
        raise Refusal("unavailable")

    monkeypatch.setattr(street.voice.guests, "_connect", away)
    caller = await street.caller()
    assert (await caller.call())["code"] == "unavailable"
    mirror.ready = True

    def ended() -> bool:
        one = mirror.floor.interaction(caller.interaction)
        return one is not None and one.state == "ended"

    await street.until(ended)


async def test_who_is_handed_on_may_ask_for_another_call_back(street: Street) -> None:
    caller, _ = await handed_on(street)
    await caller.state("waiting")
    await caller.got("position")
    await caller.send(t="key", digit="1")
    await caller.state("call_back")
    await street.until(lambda: caller.leg not in street.engine.legs)
    floor = street.voice.asking.floor(street.city.yunshan)
    assert floor is not None
    one = floor.interaction(caller.interaction)
    assert one is not None
    assert (one.state, one.call_back) == ("queued", True)


@pytest.mark.parametrize("error", [Busy(), BadMedia("no_audio"), Down(), OSError()])
@pytest.mark.parametrize("had_line", [False, True])
async def test_a_pick_up_that_fails_does_not_end_the_call_back(
    street: Street, monkeypatch: pytest.MonkeyPatch, error: Exception, had_line: bool
) -> None:
    """The promise stands: the agent is told, and the page may pick up once more."""

    async def fails(*args: Any, **more: Any) -> str:
        raise error

    caller = await street.caller()
    if had_line:
        await caller.call()
        await caller.state("waiting")
        assert (await caller.ask("call_back", number="13800138000"))["t"] == "ack"
    else:
        named = {"contact": caller.contact, "interaction": caller.interaction}
        assert (await caller.ask("call_back", number="13800138000", **named))["t"] == "ack"
    await caller.state("call_back")
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await caller.got("ring")
    line = await phone.up()
    connect = street.engine.connect
    with monkeypatch.context() as patch:
        patch.setattr(street.engine, "connect", fails)
        assert (await caller.call())["t"] == "nack"
    assert (await phone.got("nack", code="pick_up_failed"))["text"]
    street.voice.patience.look()
    live = street.voice.director.calls[caller.contact]
    assert live.customer is None
    assert street.engine.connect == connect
    facts = street.voice.director.facts(live)
    assert facts is not None
    assert (facts.stage, facts.main) == ("talking", caller.interaction)
    assert (await caller.call())["t"] == "answer"
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_a_page_ends_nothing_but_its_own_contact(street: Street) -> None:
    """The interaction that it names is no proof of anything: somebody else's goes on."""
    victim, _, _ = await street.talk()
    thief = await street.caller()
    named = {"contact": thief.contact, "interaction": thief.interaction}
    assert (await thief.ask("call_back", number="13800138000", **named))["t"] == "ack"
    await thief.state("call_back")
    id = new_id()
    await thief.send(t="call", id=id, contact=thief.contact, interaction=victim.interaction, sdp="no sound")
    assert (await thief.answer(id))["code"] == "bad_media"
    await street.until(lambda: not street.voice.asking._spawned)
    floor = street.voice.asking.floor(street.city.yunshan)
    assert floor is not None
    theirs = floor.interaction(victim.interaction)
    assert theirs is not None
    assert theirs.state == "talking"
    assert victim.states[-1] == "talking"


# -- where the company calls nobody back -------------------------------------------------------------------------------
@pytest.fixture
def receives(street: Street, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The company receives callers otherwise: changes to its flow, and whether it is open."""

    def change(*, is_open: bool = True, **parts: Any) -> None:
        receptions = street.voice.lobby._receptions
        real = receptions.flow

        async def flow(tenant_id: str, entry: str) -> Flow:
            return msgspec.structs.replace(await real(tenant_id, entry), **parts)

        async def says(_flow: Flow, _locale: str) -> bool:
            return is_open

        monkeypatch.setattr(receptions, "flow", flow)
        monkeypatch.setattr(receptions, "is_open", says)

    return change


NO_KEY = Queueing(call_back_key="")


async def test_who_waits_is_not_called_back_by_a_company_that_does_not(
    street: Street, receives: Callable[..., None]
) -> None:
    receives(queueing=NO_KEY)
    caller = await street.caller()
    assert caller.of("welcome")[-1]["voice"]["call_back"] is False
    await caller.call()
    await caller.state("waiting")
    for asked in ({}, {"number": "13800138000"}, {"at": street.served.house.clock.now_ms() + 3_600_000}):
        refused = await caller.ask("call_back", **asked)
        assert (refused["code"], refused["alternatives"]) == ("no_call_back", ["message"])
    await caller.state("waiting")
    assert caller.leg in street.engine.legs


async def test_who_gets_no_line_may_leave_a_message_where_nobody_is_called_back(
    street: Street, receives: Callable[..., None]
) -> None:
    receives(queueing=NO_KEY)
    caller = await street.caller()
    street.engine.capacity = 1
    refused = await caller.call()
    assert (refused["code"], refused["alternatives"]) == ("all_busy", ["message"])
    assert "回电" not in refused["text"]
    fresh = {"contact": new_id(), "interaction": new_id()}
    assert (await caller.ask("call_back", number="13800138000", **fresh))["code"] == "no_call_back"
    floor = street.voice.asking.floor(street.city.yunshan)
    assert floor is not None
    assert floor.contact(fresh["contact"]) is None, "nothing was begun"


@pytest.mark.parametrize("on", [True, False])
async def test_out_of_hours_it_is_what_the_company_offers_then(
    street: Street, receives: Callable[..., None], on: bool
) -> None:
    receives(is_open=False, queueing=Queueing(call_back_key="" if on else "1"), closed=Closed(call_back=on))
    caller = await street.caller()
    assert caller.of("welcome")[-1]["voice"]["call_back"] is on
    asked = await caller.ask("call_back", number="13800138000", contact=new_id(), interaction=new_id())
    assert asked.get("code", asked["t"]) == ("ack" if on else "no_call_back")
