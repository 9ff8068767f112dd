"""The line to Asterisk when things go wrong, against a fake; what Asterisk itself does is tested with the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.asterisk.legs import companion
from rexian.channels.voice.asterisk.needs import missing, read_version
from rexian.channels.voice.asterisk.plan import Plan
from rexian.channels.voice.port import (
    Busy,
    Down,
    EngineDown,
    EngineUp,
    Failed,
    Gone,
    LegAnswered,
    LegEnded,
    LegOffered,
    Number,
    Phone,
    RecordingOrder,
    Unsupported,
)
from rexian.kit.trouble import Trouble
from tests.channels.voice.asterisk.fake import FakeAri, channel, event
from tests.channels.voice.conformance.rig import Heard


@pytest.fixture
async def fake() -> AsyncIterator[FakeAri]:
    async with FakeAri() as fake:
        yield fake


async def engine_for(*fakes: FakeAri, **words: object) -> tuple[AsteriskEngine, Heard]:
    plan = Plan(urls=tuple(fake.url for fake in fakes), secret="s" * 32, **words)  # type: ignore[arg-type]
    engine, heard = AsteriskEngine(plan), Heard()
    engine.listen(heard)
    await engine.start()
    return engine, heard


@pytest.fixture
async def up(fake: FakeAri) -> AsyncIterator[tuple[AsteriskEngine, Heard]]:
    engine, heard = await engine_for(fake, capacity=4, denied=("+1900",))
    await heard.wait(EngineUp)
    yield engine, heard
    await engine.stop()


async def both_up(engine: AsteriskEngine) -> None:
    for _ in range(200):
        if all(node.line.up for node in engine._hall.nodes.values()):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not both nodes are up")


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait for a condition that rings no bell."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("version", ["20.14.0", "22.3.1", "certified-20.7-cert2", "GIT-21-5f1c2d"])
async def test_an_asterisk_that_is_too_old_is_told_by_name_and_version(version: str) -> None:
    async with FakeAri(version) as fake:
        engine, heard = await engine_for(fake)
        down = await heard.wait(EngineDown)
        assert down.why == Trouble("asterisk_old", {"node": fake.url, "version": version, "wanted": "22.4"})
        for word in (version, "22.4", fake.url):
            assert word in down.reason
            assert word in down.why.said("zh-CN")
        health = await engine.health()
        assert (health.trouble, health.why) == (down.reason, down.why)
        await engine.stop()


async def test_an_asterisk_without_modules_that_are_needed_is_refused_until_it_has_them(fake: FakeAri) -> None:
    fake.modules = [name for name in fake.modules if name not in ("app_stasis", "res_ari_channels")]
    engine, heard = await engine_for(fake)
    why = (await heard.wait(EngineDown)).why
    assert why is not None
    assert why.code == "asterisk_modules"
    assert why.params["modules"] == "res_ari_channels, app_stasis"
    greeted = len(fake.sockets)
    await until(lambda: fake.over_http.count("asterisk/modules") > 2, 10)
    assert len(fake.sockets) == greeted, "our application was there again, and callers would have been sent to it"
    fake.modules += ["app_stasis", "res_ari_channels"]
    await heard.wait(EngineUp)
    await engine.stop()


async def test_it_is_looked_at_again_after_every_loss(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    fake.version, since = "21.4.0", heard.mark()
    await fake.cut()
    await until(lambda: (trouble := engine._hall.nodes[fake.url].line.trouble) and trouble.code == "asterisk_old", 10)
    assert not heard.all(EngineUp, since)
    fake.version = "22.9.0"
    await heard.wait(EngineUp, since)


async def test_a_refusal_at_the_start_is_told_and_tried_again(fake: FakeAri) -> None:
    fake.answers["PUT applications/rexian/eventFilter"] = (403, {"message": "read only"})
    engine, heard = await engine_for(fake)
    why = (await heard.wait(EngineDown)).why
    assert why is not None
    assert why.code == "asterisk_refuses"
    assert "read only" in why.params["why"]
    del fake.answers["PUT applications/rexian/eventFilter"]
    await heard.wait(EngineUp)
    await engine.stop()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("22.10.1+dfsg+~cs6.17-1", (22, 10)), ("certified-22.8-cert1", (22, 8)), ("certified/18.9-cert4", (18, 9)),
        ("GIT-22-5f1c2d", (22, 99)), ("GIT-master-5f1c2d", None), ("", None),
    ],
)  # fmt: skip
def test_versions_are_read_as_asterisk_writes_them(text: str, version: tuple[int, int] | None) -> None:
    assert read_version(text) == version


def test_one_clock_is_enough() -> None:
    needed = (("app_dial",), ("res_timing_timerfd", "res_timing_pthread"))
    assert missing(needed, ["app_dial.so", "res_timing_pthread.so"]) == []
    assert missing(needed, ["app_dial.so"]) == ["res_timing_timerfd|res_timing_pthread"]


@pytest.mark.parametrize(("status", "word"), [(401, "password"), (404, "ari.conf"), (503, "503")])
async def test_a_refusal_says_how_to_mend_it(fake: FakeAri, status: int, word: str) -> None:
    fake.refuse = status
    engine, heard = await engine_for(fake)
    assert word in (await heard.wait(EngineDown)).reason
    fake.refuse = 0
    await heard.wait(EngineUp)
    await engine.stop()


async def test_nobody_there_is_down_and_not_an_accident() -> None:
    engine, heard = AsteriskEngine(Plan(urls=("http://127.0.0.1:9/ari",))), Heard()
    engine.listen(heard)
    await engine.start()
    await heard.wait(EngineDown)
    for act in (engine.inventory(), engine.originate("l", Phone("p"), side="agent"), engine.hold("l", True)):
        with pytest.raises(Down):
            await act
    assert not (await engine.health()).up
    await engine.stop()


async def test_what_cannot_be_read_is_passed_over(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    _, heard = up
    for text in ("", "{", '{"type":"FromTheFuture"}', '{"type":"StasisStart","args":1}', "[]", '{"type":null}'):
        await fake.tell(text)
    await fake.tell(event("StasisStart", args=["in", "4001"]))
    offered = await heard.wait(LegOffered)
    assert (offered.caller.number, offered.caller.dialled) == ("+8613800000000", "4001")


async def test_the_word_of_the_network_on_the_caller_counts_only_in_its_own_header(
    fake: FakeAri, up: tuple[AsteriskEngine, Heard]
) -> None:
    _, heard = up
    asserted = {"RX_PAI": '"x" <sip:+86138;verstat=TN-Validation-Failed@carrier>'}
    await fake.tell(event("StasisStart", "c1", args=["in", "4001"], of=asserted))
    assert (await heard.wait(LegOffered, leg_id="c1")).caller.verstat == "TN-Validation-Failed"
    await fake.tell(event("StasisStart", "c2", args=["in", "4001;verstat=TN-Validation-Passed"]))
    assert (await heard.wait(LegOffered, leg_id="c2")).caller.verstat == ""


async def test_a_request_without_an_answer_is_given_up(fake: FakeAri, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rexian.channels.voice.asterisk.connection.ANSWER_S", 0.2)
    engine, heard = await engine_for(fake)
    await heard.wait(EngineUp)
    await fake.tell(event("StasisStart", args=["in", "4001"]))
    await heard.wait(LegOffered)
    fake.answers["POST channels/c1/answer"] = lambda body: None
    with pytest.raises(Down, match="no answer"):
        await engine.answer("c1", side="customer")
    await engine.stop()


async def test_a_cut_line_wakes_who_waits_and_comes_back(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    await fake.tell(event("StasisStart", args=["in", "4001"]))
    await heard.wait(LegOffered)
    fake.answers["POST channels/c1/answer"] = lambda body: None
    waiting = asyncio.create_task(engine.answer("c1", side="customer"))
    await asyncio.sleep(0.1)
    since = heard.mark()
    await fake.cut()
    with pytest.raises(Down):
        await waiting
    await heard.wait(EngineDown, since)
    await heard.wait(EngineUp, since)
    ended = await heard.wait(LegEnded, since)  # it was not in the list any more
    assert (ended.leg_id, ended.cause) == ("c1", "lost")


async def test_refusals_have_their_own_words(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    await fake.tell(event("StasisStart", args=["in", "4001"]))
    await heard.wait(LegOffered)
    fake.answers["POST channels/c1/answer"] = (404, {"message": "Channel not found"})
    with pytest.raises(Gone):
        await engine.answer("c1", side="customer")
    fake.answers["POST channels/c1/answer"] = (412, {"message": "Channel in invalid state"})
    with pytest.raises(Refused, match="invalid state"):
        await engine.answer("c1", side="customer")


async def test_a_phone_that_nobody_registered_is_unreachable(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    fake.answers["POST channels/l1"] = (400, {"message": "Allocation failed"})
    await engine.originate("l1", Phone("nobody"), side="agent")
    assert (await heard.wait(LegEnded, leg_id="l1")).cause == "unreachable"


async def test_beyond_its_limit_it_says_busy_both_ways(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    for leg in ("l1", "l1", "l2", "l3", "l4"):
        await engine.originate(leg, Phone("a"), side="agent")
    assert [asked[1] for asked in fake.asked].count("channels/l1") == 1
    with pytest.raises(Busy):
        await engine.originate("l5", Phone("c"), side="agent")
    await fake.tell(event("StasisStart", args=["in", "4001"]))
    await heard.never(LegOffered, 0, 0.2)
    assert ("DELETE", "channels/c1?reason=congestion", {}) in fake.asked


async def test_premium_numbers_are_not_dialled(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    for n, digits in enumerate(("+1 900 555 0100", "001900-5550100", "12;x=y")):
        await engine.originate(f"l{n}", Number(digits, "carrier"), side="external")
        assert (await heard.wait(LegEnded, leg_id=f"l{n}")).cause == "not_allowed"
    assert not [asked for asked in fake.asked if asked[1].startswith("channels/l")]
    with pytest.raises(Unsupported):
        await engine.originate("l9", Phone("../etc/passwd"), side="agent")


async def test_a_new_controller_reads_notes_and_offers_what_waits(fake: FakeAri) -> None:
    note = "1|agent|talk|hm|room|1700000000000||t%7Cc%7Cd"
    fake.answers["GET channels"] = (200, [
        channel("leg:1", "Up", RX_LEG=note), channel("waiting", "Ring"), channel("foreign", "Up", app="Queue"),
        channel("rx-s-123", "Up"), channel("damaged", "Up", app="Dial", RX_LEG="1|nonsense"),
    ])  # fmt: skip
    engine, heard = await engine_for(fake)
    offered = await heard.wait(LegOffered)
    inventory = await engine.inventory()
    (leg, waiting) = sorted(inventory.legs, key=lambda one: one.id)
    assert (leg.id, leg.tag, leg.side, leg.held, leg.muted, leg.bridge_id) == (
        "leg:1",
        "t|c|d",
        "agent",
        True,
        True,
        "room",
    )
    assert (waiting.id, waiting.state, offered.leg_id) == ("waiting", "offered", "waiting")
    assert heard.events[0].__class__ is EngineUp
    assert ("DELETE", "channels/rx-s-123?reason=normal", {}) in fake.asked
    assert not [asked for asked in fake.asked if asked[1].startswith("channels/foreign")]
    await engine.stop()


async def test_a_restarted_asterisk_is_a_new_epoch(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    await engine.originate("l1", Phone("a"), side="agent")
    epoch, since = (await engine.health()).epoch, heard.mark()
    fake.started = "2026-11-22T18:00:00.000+0000"
    await fake.cut()
    assert (await heard.wait(EngineUp, since)).epoch > epoch
    assert (await engine.inventory()).legs == ()
    assert not heard.all(LegEnded, since)


async def test_legs_of_a_contact_meet_on_one_node_and_a_lost_node_ends_only_its_own() -> None:
    async with FakeAri() as first, FakeAri() as second:
        engine, heard = await engine_for(first, second)
        await both_up(engine)
        await engine.originate("a1", Phone("a"), side="agent", tag="t|one|")
        await engine.originate("b1", Phone("b"), side="agent", tag="t|two|")
        await engine.originate("a2", Phone("c"), side="agent", tag="t|one|x")
        places = [{asked[1] for asked in fake.asked} for fake in (first, second)]
        assert any({"channels/a1", "channels/a2"} <= place and "channels/b1" not in place for place in places)
        since = heard.mark()
        first.started = "2026-11-22T18:00:00.000+0000"
        await first.cut()
        await heard.wait(LegEnded, since, cause="engine_down")
        assert not heard.all(EngineDown, since)
        assert (await engine.health()).up
        await engine.stop()


async def test_each_node_that_comes_or_goes_is_told_and_till_then_the_inventory_is_partial() -> None:
    """Whoever has no line in it may have one on a node that has yet to be asked: nobody is given up for that."""
    async with FakeAri() as first:
        async with FakeAri() as second:
            engine, heard = await engine_for(first, second)
            await both_up(engine)
            async with asyncio.timeout(10):
                while len(heard.all(EngineUp)) < 2:  # noqa: ASYNC110 (two of them, in any order)
                    await asyncio.sleep(0.02)
            assert not (await engine.inventory()).partial
            since = heard.mark()
        await heard.wait(EngineUp, since)  # it is given up: its address refuses us
        assert not (await engine.inventory()).partial
        assert not heard.all(EngineDown, since)
        await engine.stop()


async def test_a_draining_node_gets_no_new_calls() -> None:
    async with FakeAri() as first, FakeAri() as second:
        engine, _ = await engine_for(first, second, draining=(first.url,))
        await both_up(engine)
        for n in range(4):
            await engine.originate(f"l{n}", Phone("a"), side="agent", tag=f"t|{n}|")
        assert not [asked for asked in first.asked if asked[1].startswith("channels/l")]
        await engine.stop()


async def test_an_agent_who_answers_is_told_once(fake: FakeAri, up: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = up
    await engine.originate("l1", Phone("a"), side="agent")
    for _ in range(2):
        await fake.tell(event("StasisStart", "l1", args=["out"], of={"state": "Up"}))
    await heard.wait(LegAnswered)
    await asyncio.sleep(0.1)
    assert len(heard.all(LegAnswered)) == 1


async def test_a_recording_that_asterisk_refuses_is_an_error_of_the_port(
    fake: FakeAri, up: tuple[AsteriskEngine, Heard], tmp_path: Path
) -> None:
    """As are refused playbacks and joins: who leads an engine knows no ARI."""
    engine, heard = up
    await fake.tell(event("StasisStart", args=["in", "4001"]))
    await heard.wait(LegOffered)
    await engine.answer("c1", side="customer")
    fake.answers["POST bridges/room"] = (200, {
        "id": "room", "name": "rexian", "technology": "simple_bridge", "bridge_type": "mixing",
        "bridge_class": "stasis", "creator": "Stasis", "channels": [], "creationtime": "2026-11-22T17:43:30.258+0000",
    })  # fmt: skip
    await engine.create_bridge("room")
    await engine.join("room", "c1")
    for track in ("l", "r"):
        name = companion("rec", "recording-1", track)
        for where in ("live", "stored"):
            fake.answers[f"GET recordings/{where}/{name}"] = (404, {"message": "not there"})
    for spy in ("in", "out"):
        snoop = companion("recs", "recording-1", spy)
        fake.answers[f"POST channels/c1/snoop/{snoop}"] = (409, {"message": "Channel not in Stasis"})
    order = RecordingOrder(id="recording-1", path=str(tmp_path / "call.rxs"), key=bytes(32))
    with pytest.raises(Failed, match="not in Stasis"):
        await engine.record("room", order)
    assert (await engine.inventory()).bridges[0].recording_id == ""
