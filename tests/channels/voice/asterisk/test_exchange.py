"""What only a real Asterisk shows: load, a killed controller, malformed SIP, its own description, being away."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from bench.asterisk import PAUSE_MS, percentile, run, sipp, statistics
from tools.generate_ari import describe, generate

from rexian.channels.voice.asterisk import ari_generated
from rexian.channels.voice.asterisk.config import files
from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.port import (
    Dtmf,
    EngineDown,
    EngineUp,
    LegAnswered,
    LegEnded,
    LegOffered,
    Number,
    Phone,
    RecordingEnded,
    RecordingOrder,
)
from tests.channels.voice.asterisk.exchange import Exchange, free_port, without_kamailio
from tests.channels.voice.asterisk.sip import SipPhone, level_of
from tests.channels.voice.conformance.rig import Heard

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=tuple(f"p{n}" for n in range(20)))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def led(exchange: Exchange) -> AsyncIterator[tuple[AsteriskEngine, Heard]]:
    engine, heard = AsteriskEngine(exchange.plan), Heard()
    engine.listen(heard)
    await engine.start()
    await heard.wait(EngineUp)
    yield engine, heard
    for leg in (await engine.inventory()).legs:
        await engine.hang_up(leg.id)
    await engine.stop()


async def phone(exchange: Exchange, name: str, hz: int = 0) -> SipPhone:
    made = await SipPhone(name, exchange.plan.phone_password(name), exchange.address, hz).start()
    assert await made.register() == "SIP/2.0 200 OK"
    return made


def test_the_client_is_what_asterisk_describes(exchange: Exchange) -> None:
    user, password = exchange.plan.user, exchange.plan.password
    source = exchange.plan.urls[0].replace("http://", f"http://{user}:{password}@")
    assert Path(ari_generated.__file__).read_text("utf-8") == generate(describe(source))


async def test_an_exchange_without_modules_that_are_needed_is_refused_and_they_are_named() -> None:
    lame = Exchange(n=4, without=("res_pjsip_rfc3326", "res_srtp"))
    lame.start()
    engine, heard = AsteriskEngine(lame.plan), Heard()
    engine.listen(heard)
    try:
        await engine.start()
        why = (await heard.wait(EngineDown)).why
        assert why is not None
        assert why.code == "asterisk_modules"
        assert set(why.params["modules"].split(", ")) == {"res_pjsip_rfc3326", "res_srtp"}
        assert why.params["version"].startswith(lame.cli("core show version").split()[1].split("+")[0])
        assert not (await engine.health()).up
        # It is looked at again and again, and led as soon as it is whole.
        for name in why.params["modules"].split(", "):
            lame.cli(f"module load {name}.so")
        await heard.wait(EngineUp, seconds=20)
    finally:
        await engine.stop()
        lame.close()


async def test_a_caller_from_the_line_is_offered_answered_and_heard(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard]
) -> None:
    engine, heard = led
    caller = await SipPhone("+8613800000000", "", exchange.address).start()
    calling = asyncio.create_task(
        caller.dial("4001", "P-Asserted-Identity: <sip:+8613800000000;verstat=No-TN-Validation@c>\r\n")
    )
    offered = await heard.wait(LegOffered)
    assert (offered.caller.number, offered.caller.dialled) == ("+8613800000000", "4001")
    assert offered.caller.verstat == "No-TN-Validation"
    await engine.answer(offered.leg_id, side="customer", tag="t|c|")
    await heard.wait(LegAnswered, leg_id=offered.leg_id)
    assert await calling == "SIP/2.0 200 OK"
    await caller.press("19*#")
    await asyncio.sleep(0.3)
    assert "".join(key.digit for key in heard.all(Dtmf, leg_id=offered.leg_id)) == "19*#"
    assert all(80 <= key.duration_ms <= 160 for key in heard.all(Dtmf))
    await caller.hang_up()
    assert (await heard.wait(LegEnded, leg_id=offered.leg_id)).by_peer
    await heard.never(LegOffered, heard.events.index(offered) + 1, 0.5)  # its end does not come in as a call (h)
    await caller.close()


async def test_a_rejected_caller_hears_busy(exchange: Exchange, led: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = led
    caller = await SipPhone("110", "", exchange.address).start()
    calling = asyncio.create_task(caller.dial("4001"))
    await engine.reject((await heard.wait(LegOffered)).leg_id, "busy")
    assert (await calling).startswith("SIP/2.0 486")
    await caller.close()


async def test_who_is_busy_or_not_there_is_told_apart(exchange: Exchange, led: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = led
    agent = await phone(exchange, "p1")
    agent.answer_status = 486
    await engine.originate("busy", Phone("p1"), side="agent")
    assert (await heard.wait(LegEnded, leg_id="busy")).cause == "busy"
    agent.answer_status, agent.answers = 200, False
    await engine.originate("late", Phone("p1"), side="agent", timeout_ms=1_000)
    assert (await heard.wait(LegEnded, leg_id="late")).cause == "no_answer"
    await engine.originate("nobody", Phone("p19"), side="agent")
    assert (await heard.wait(LegEnded, leg_id="nobody")).cause == "unreachable"
    await agent.close()


async def test_codecs_are_offered_in_the_order_of_the_configuration(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard]
) -> None:
    """Else who is called may speak another one than Asterisk begins with, which silences what is laid upon a talk."""
    engine, heard = led
    agent = await phone(exchange, "p3")
    await engine.originate("ordered", Phone("p3"), side="agent")
    await heard.wait(LegAnswered, leg_id="ordered")
    assert re.search(r"m=audio \d+ RTP/AVP 8 0 ", agent.call["invite"])  # A-law, mu-law (RFC 3551)
    await agent.hang_up()
    await agent.close()


async def test_a_blind_transfer_outlives_the_leg(exchange: Exchange, led: tuple[AsteriskEngine, Heard]) -> None:
    engine, heard = led
    customer, other = (
        await phone(exchange, "p2", 440),
        await SipPhone("carrier", "", exchange.address, 660).start(exchange.peer),
    )
    await engine.originate("customer", Phone("p2"), side="customer")
    await heard.wait(LegAnswered, leg_id="customer")
    await engine.transfer("customer", Number("+861012345678"))
    assert (await heard.wait(LegEnded, leg_id="customer")).cause == "normal"
    async with asyncio.timeout(5):
        await other.up.wait()
    sounds = await asyncio.gather(customer.listen(0.8), other.listen(0.8))
    assert level_of(sounds[0], 660) > -20
    assert level_of(sounds[1], 440) > -20
    for one in (customer, other):
        await one.hang_up()
        await one.close()


async def test_phones_call_nobody_by_themselves(exchange: Exchange) -> None:
    agent = await phone(exchange, "p3")
    assert re.match(r"SIP/2.0 (401|403|404|603)", await agent.dial("+19005550100"))
    await agent.close()


async def test_when_rexian_is_away_the_line_rings_elsewhere(exchange: Exchange) -> None:
    caller = await SipPhone("110", "", exchange.address).start()
    assert re.match(r"SIP/2.0 (486|503)", await caller.dial("4001"))  # p1003 is not there either
    await caller.close()


# -- malformed SIP (after RFC 4475) ----------------------------------------------------------------------------------
SDP = "v=0\r\nm=audio 99999999 RTP/AVP x\r\n"


def torture(port: int) -> list[bytes]:
    """Messages that a parser may choke on, in the manner of RFC 4475; written anew."""
    good = (
        "INVITE sip:4001@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{n}\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:a@127.0.0.1>;tag={n}\r\nTo: <sip:4001@127.0.0.1>\r\nCall-ID: torture{n}\r\n"
        "CSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:9>\r\nContent-Length: 0\r\n\r\n"
    )
    changes: list[tuple[str, str]] = [
        ("Content-Length: 0", "Content-Length: -999"), ("Content-Length: 0", "Content-Length: 99999999999999999999"),
        ("CSeq: 1 INVITE", "CSeq: 4294967296999 INVITE"), ("CSeq: 1 INVITE", "CSeq: 1 OPTIONS"),
        ("Max-Forwards: 70", "Max-Forwards: 300000"), ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"),
        ("From: <sip:a@127.0.0.1>", 'From: "unterminated <sip:a@127.0.0.1>'), ("To: <sip:4001@127.0.0.1>", "To: <>"),
        ("Via: SIP/2.0/UDP 127.0.0.1:9", "Via: SIP/2.0/UDP ,,,;;;"), ("sip:4001@", "sip:%00%ff@"),
        ("Contact: <sip:a@127.0.0.1:9>", "Contact: " + ", ".join(["<sip:a@127.0.0.1>"] * 500)),
        ("INVITE sip", "!interesting-Method0123456789_*+`.%indeed'~ sip"), ("Call-ID: torture{n}\r\n", ""),
        ("Max-Forwards: 70", "X: " + "a" * 50_000),
        ("Max-Forwards: 70", "\r\n".join(f"X-{i}: {i}" for i in range(3_000))),
        ("Content-Length: 0\r\n\r\n", f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"),
        ("From: <sip:a@127.0.0.1>", "From: <sip:" + "%41" * 2_000 + "@127.0.0.1>"), ("sip:4001@", "tel:"),
    ]  # fmt: skip
    made = [
        good.replace(old, new).replace("{port}", str(port)).replace("{n}", str(n))
        for n, (old, new) in enumerate(changes)
    ]
    raw = [b"", b"\0" * 2_000, b"\r\n" * 500, os.urandom(1_400), b"SIP/2.0 200 OK\r\n\r\n", b"\xff\xfe INVITE"]
    return [one.encode()[:65_000] for one in made] + raw


async def test_malformed_sip_leaves_it_alive(exchange: Exchange, led: tuple[AsteriskEngine, Heard]) -> None:
    _, heard = led
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for message in torture(exchange.sip):
            sender.sendto(message, exchange.address)
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    assert exchange.process is not None
    assert exchange.process.poll() is None
    since = heard.mark()
    caller = await SipPhone("110", "", exchange.address).start()
    await caller.dial("4001", wait=False)
    await heard.wait(LegOffered, since)
    await caller.close()


# -- load and crashes ------------------------------------------------------------------------------------------------
async def test_a_killed_controller_loses_no_call(exchange: Exchange) -> None:
    """Fifty calls talk; the process that leads them is killed; all talk on, and a new one has them all."""
    plan = msgspec.json.encode(exchange.plan).decode()
    command = [sys.executable, "-m", "tests.channels.voice.asterisk.controller", plan]
    env = os.environ | {"PYTHONPATH": f"{ROOT}/src"}
    process = await asyncio.to_thread(subprocess.Popen, command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "up\n"
    agents = sipp(exchange.run, "-sn", "uas", "-p", str(exchange.agents), "-mp", str(free_port()))
    callers = sipp(exchange.run, "-sn", "uac", "-s", "4001", "-r", "20", "-m", "48", "-l", "48", "-d", "14000",
                   "-p", str(free_port()), "-mp", str(free_port()), f"127.0.0.1:{exchange.sip}")  # fmt: skip
    pairs = [(await SipPhone(f"11{n}", "", exchange.address, 440).start(), await phone(exchange, f"p{n}", 660))
             for n in (10, 11)]  # fmt: skip
    for caller, agent in pairs:
        assert await caller.dial(agent.name) == "SIP/2.0 200 OK"
    for _ in range(50):
        assert (await asyncio.to_thread(process.stdout.readline)).startswith("bridged")
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(process.wait)
    process.stdout.close()
    engine, heard = AsteriskEngine(exchange.plan), Heard()
    engine.listen(heard)
    await asyncio.sleep(1)
    for caller, agent in pairs:
        sounds = await asyncio.gather(caller.listen(0.4), agent.listen(0.4))
        assert (level_of(sounds[0], 660) > -20, level_of(sounds[1], 440) > -20) == (True, True)
    await engine.start()
    await heard.wait(EngineUp)
    inventory = await engine.inventory()
    assert len(inventory.legs) == 100
    assert {leg.state for leg in inventory.legs} == {"up"}
    assert {len(bridge.legs) for bridge in inventory.bridges} == {2}
    assert len(inventory.bridges) == 50
    assert not heard.all(LegEnded)
    for caller, _ in pairs:
        await caller.hang_up()
    await asyncio.to_thread(callers.wait, 40)  # the adopted are told of when they end
    for bridge in inventory.bridges:
        customer = next(leg for leg in bridge.legs if not leg.startswith("agent:"))
        await heard.wait(LegEnded, leg_id=customer)
        await engine.hang_up(f"agent:{customer}")
    assert statistics(exchange.run, callers)["FailedCall(C)"] == 0
    agents.terminate()
    await asyncio.to_thread(agents.wait)
    await engine.stop()
    for caller, agent in pairs:
        await caller.close()
        await agent.close()


@pytest.mark.slow
async def test_five_hundred_calls_at_twenty_a_second_without_a_fault(exchange: Exchange) -> None:
    result = await run(exchange, 500, 20)
    assert (result.succeeded, result.failed, result.bridged) == (500, 0, 500)
    p95 = percentile(result.to_bridge_ms, 0.95)
    print(f"answer to bridge p95 {p95:.1f} ms, retransmissions {result.retransmissions}")
    assert p95 < PAUSE_MS * 2


async def test_a_recording_goes_on_without_us_and_is_ended_by_the_next(exchange: Exchange, tmp_path: Path) -> None:
    customer = await phone(exchange, "p4", 440)
    order = RecordingOrder(id="recording-1", path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    first, heard = AsteriskEngine(exchange.plan), Heard()
    first.listen(heard)
    await first.start()
    await heard.wait(EngineUp)
    await first.originate("leg-r", Phone("p4"), side="customer", tag="t|c|")
    await heard.wait(LegAnswered, leg_id="leg-r")
    await first.create_bridge("room-r")
    await first.join("room-r", "leg-r")
    await first.record("room-r", order)
    await asyncio.sleep(0.5)
    await first.stop()
    await asyncio.sleep(1)
    second, later = AsteriskEngine(exchange.plan), Heard()
    second.listen(later)
    await second.start()
    await later.wait(EngineUp)
    (bridge,) = [one for one in (await second.inventory()).bridges if one.id == "room-r"]
    assert bridge.recording_id == order.id
    await second.record("room-r", order)
    await asyncio.sleep(0.5)
    await second.stop_recording(order.id)
    ended = await later.wait(RecordingEnded, recording_id=order.id)
    assert (ended.why, ended.duration_ms > 1_800) == ("stopped", True)
    await second.hang_up("leg-r")
    await second.stop()
    await customer.close()


def spreading(folder: Path) -> subprocess.Popen[bytes]:
    command = ["kamailio", "-DD", "-E", "-f", f"{folder}/kamailio.cfg", "-P", f"{folder}/pid", "-Y", f"{folder}"]
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


@without_kamailio
async def test_a_call_comes_through_kamailio(
    exchange: Exchange, led: tuple[AsteriskEngine, Heard], tmp_path: Path
) -> None:
    engine, heard = led
    for name in ("kamailio.cfg", "dispatcher.list"):
        (tmp_path / name).write_text(files(exchange.plan)[name].replace("/etc/kamailio", str(tmp_path)))
    kamailio = spreading(tmp_path)
    try:
        caller = await SipPhone("110", "", ("127.0.0.1", exchange.sip + 20)).start()
        await asyncio.sleep(4)  # it asks the node first whether it lives
        calling = asyncio.create_task(caller.dial("4001"))
        offered = await heard.wait(LegOffered)
        await engine.answer(offered.leg_id, side="customer")
        assert await calling == "SIP/2.0 200 OK"
        since = heard.mark()
        await engine.hang_up(offered.leg_id)
        await heard.wait(LegEnded, since)
        await caller.close()
    finally:
        kamailio.terminate()
        await asyncio.to_thread(kamailio.wait)
