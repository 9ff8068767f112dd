"""The media process's life: it outlives web servers, ends when nobody needs it, and is replaced when it hangs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable

import psutil
import pytest

from rexian.channels.voice.port import Busy, EngineDown, EngineUp, LegAnswered, LegEnded
from rexian.channels.voice.webrtc import frames, link
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.engine import EmbeddedEngine
from tests.channels.voice.conformance.rig import eventually
from tests.channels.voice.conformance.rig_embedded import HERE, Caller, EmbeddedRig

Start = Callable[..., Awaitable[EmbeddedRig]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start an engine with the given settings."""
    rigs: list[EmbeddedRig] = []

    async def one(**settings: float) -> EmbeddedRig:
        rigs.append(EmbeddedRig(Config(servers=HERE, late_ms=10_000, **settings)))  # type: ignore[arg-type]
        await rigs[-1].set_up()
        return rigs[-1]

    yield one
    for rig in rigs:
        await rig.tear_down()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def let_go(rig: EmbeddedRig) -> None:
    """The web server is gone, without a word."""
    assert rig.engine.link._keeper is not None
    assert rig.engine.link._writer is not None
    rig.engine.link._keeper.cancel()
    rig.engine.link._writer.transport.abort()


WEB_SERVER = """
    import asyncio, sys
    from pathlib import Path
    from rexian.channels.voice.port import EngineUp
    from rexian.channels.voice.webrtc.config import Config, Servers
    from rexian.channels.voice.webrtc.engine import EmbeddedEngine

    async def main():
        engine = EmbeddedEngine(Path(sys.argv[1]), Config(servers=Servers(addresses=("127.0.0.1",))))
        engine.listen(lambda event: isinstance(event, EngineUp) and print(engine.link.pid, flush=True))
        await engine.start()
        await asyncio.Event().wait()

    asyncio.run(main())
"""


def web_server(rig: EmbeddedRig) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(WEB_SERVER), str(rig.home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)


async def test_it_survives_a_web_server_that_is_killed_and_is_taken_over_by_the_next(start: Start) -> None:
    rig = EmbeddedRig()
    web = web_server(rig)
    assert web.stdout is not None
    pid = int(await asyncio.to_thread(web.stdout.readline))
    os.killpg(web.pid, signal.SIGKILL)
    web.wait()
    web.stdout.close()
    try:
        await rig.set_up()
        assert rig.engine.link.pid == pid
        assert os.getsid(pid) != web.pid
    finally:
        await rig.tear_down()
    await eventually(lambda: not alive(pid))


async def test_two_web_servers_at_once_start_one_process(start: Start) -> None:
    rig = EmbeddedRig()
    other = EmbeddedEngine(rig.home, rig.config)
    other.listen(rig.heard)
    await other.start()
    await rig.set_up()
    await eventually(lambda: len(rig.heard.all(EngineUp)) == 2)
    assert {event.epoch for event in rig.heard.all(EngineUp)} == {rig.engine.link.epoch}
    await other.stop()
    await rig.tear_down()


async def test_a_clean_stop_ends_it_when_nobody_calls(start: Start) -> None:
    rig = await start()
    await rig.engine.stop()
    await eventually(lambda: not alive(rig.engine.link.pid))


async def test_a_clean_stop_leaves_calls_on(start: Start) -> None:
    rig = await start()
    await rig.person("leg", "customer")
    pid = rig.engine.link.pid
    await rig.engine.stop()
    await asyncio.sleep(1.0)
    assert alive(pid)
    await rig.engine.start()
    await eventually(lambda: len(rig.heard.all(EngineUp)) == 2)
    assert [leg.id for leg in (await rig.engine.inventory()).legs] == ["leg"]


async def test_alone_it_ends_by_itself(start: Start) -> None:
    rig = await start(lonely_s=0.5)
    let_go(rig)
    await eventually(lambda: not alive(rig.engine.link.pid))


async def test_alone_with_calls_it_waits_longer_and_then_hangs_up(start: Start) -> None:
    rig = await start(lonely_s=0.1, lonely_calls_s=2.0)
    person = await rig.person("leg", "customer")
    let_go(rig)
    await asyncio.sleep(1.0)
    assert alive(rig.engine.link.pid)
    await eventually(lambda: not alive(rig.engine.link.pid))
    assert person.lost == ["closed"]


async def test_after_a_stop_it_goes_on_without_a_burst(start: Start) -> None:
    rig = await start()
    person = await rig.person("leg", "customer")
    os.kill(rig.engine.link.pid, signal.SIGSTOP)
    await asyncio.sleep(2.0)
    person._heard.clear()
    os.kill(rig.engine.link.pid, signal.SIGCONT)
    await asyncio.sleep(0.5)
    assert 15 * 160 < len(person._heard) < 45 * 160  # 25 beats are due; 125 would be all that were missed
    assert not rig.heard.all(EngineDown)


async def test_one_that_hangs_is_replaced(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_HUNG_S", 1.0)
    monkeypatch.setattr(link, "_PULSE_S", 0.2)
    rig = await start()
    first = rig.engine.link.pid
    os.kill(first, signal.SIGSTOP)
    since = rig.heard.mark()
    await rig.heard.wait(EngineDown, since)
    await rig.heard.wait(EngineUp, since, seconds=20)
    assert rig.engine.link.pid != first
    assert not alive(first)


async def test_one_of_another_version_is_replaced(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = await start()
    first = rig.engine.link.pid
    let_go(rig)
    since = rig.heard.mark()
    monkeypatch.setattr(frames, "PROTOCOL", frames.PROTOCOL + 1)  # this web server was updated
    rig.engine = EmbeddedEngine(rig.home, rig.config)
    rig.engine.listen(rig.heard)
    await rig.engine.start()
    await eventually(lambda: not alive(first))
    monkeypatch.undo()
    await rig.heard.wait(EngineUp, since, seconds=20)
    assert rig.engine.link.pid != first


async def test_who_finds_no_room_is_told_and_who_comes_back_has_theirs(start: Start) -> None:
    rig = await start(most=1)
    person = await rig.person("one", "customer")
    with pytest.raises(Busy):
        await rig.person("two", "customer")
    await rig.reconnect(person)
    assert (await rig.engine.health()).capacity == 1


async def test_the_same_offer_again_has_the_same_answer(start: Start) -> None:
    rig = await start()
    person = Caller("leg", 0)
    rig._people.append(person)
    offer = await person.peer.offer()
    answers = await asyncio.gather(*(rig.engine.connect("leg", offer, side="customer") for _ in range(3)))
    assert len(set(answers)) == 1
    person.peer.take_answer(answers[0])
    await rig.heard.wait(LegAnswered, leg_id="leg")
    assert await rig.engine.connect("leg", offer, side="customer") == answers[0]
    assert len((await rig.engine.inventory()).legs) == 1


async def test_a_peer_that_went_without_a_word_is_lost_in_time(start: Start) -> None:
    rig = await start(silent_s=1.0)
    person = await rig.person("leg", "customer")
    await person.cut()
    assert (await rig.heard.wait(LegEnded, leg_id="leg")).cause == "lost"


async def test_garbage_at_the_door_harms_nobody(start: Start) -> None:
    rig = await start()
    for junk in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\4junk", b"\xff\xff\xff\xff", b"\0\0\0\1\xc0" * 50):
        _, writer = await asyncio.open_unix_connection(str(rig.home / "voice.sock"))
        writer.write(junk)
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()
    await asyncio.sleep(0.2)
    assert (await rig.engine.health()).up
    assert oct((rig.home / "voice.sock").stat().st_mode)[-3:] == "600"
