"""What a call costs the embedded voice engine, and how many calls its beat of 20 ms bears.

A call is two legs that talk, G.711 in SRTP, 50 packets a second each way. `voice.mixer`: the mixer alone, its jitter
buffers with it; `voice.mixer_srtp`: opened and sealed besides; `voice.call`: the whole engine over loopback, with
callers in another process, twenty calls that are up; `voice.call_of_100`: a hundred, which share what beat and wake-ups
cost. `voice.calls`: the most calls at which 99 of 100 beats are less than
30 ms late (tried in steps; the callers share the cores). `voice.tap_to_ring`: through the whole product, until a
person's desk rings (`bench.voice_setup`).

The peer is stock aiortc, tracks decoded and encoded by its public interface, calls of two as well. It is no dependency
(its wheels contain GPL libraries): `--peer PYTHON` names an interpreter that has it.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from pylibsrtp import Policy, Session

from bench.report import arguments, figure, percentile
from bench.voice_load import HERE, speech
from bench.voice_setup import SetUp, set_up
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.core import Core
from rexian.channels.voice.webrtc.mixing.facts import BEATS_A_SECOND
from rexian.channels.voice.webrtc.mixing.mixer import Mixer

BEAT_S = 1 / BEATS_A_SECOND
LIMIT_MS = 30.0
STEPS = (20, 40, 60, 80, 100, 125, 150, 175, 200, 250, 300)
WARM_S = 2.0


def percent(seconds: float, beats: int, calls: int) -> float:
    """CPU of so many beats, as % of a core for one call."""
    return 100 * seconds / (beats * BEAT_S) / calls


def called(mixer: Mixer, calls: int) -> list[str]:
    """Calls of two; the legs' ids by number."""
    legs = [str(number) for number in range(2 * calls)]
    for number, leg in enumerate(legs):
        mixer.add(leg, "agent" if number % 2 else "customer", "u")
        mixer.create_bridge(str(number // 2))
        mixer.join(str(number // 2), leg)
    return legs


def mixer_alone(calls: int, beats: int) -> float:
    now, words = 0.0, speech()
    mixer = Mixer(lambda leg, payload: None, lambda fact: None, lambda: now)
    legs, began = called(mixer, calls), 0.0
    for beat in range(beats + 50):
        if beat == 50:
            gc.collect()
            began = process_time()
        now += BEAT_S
        for leg in legs:
            mixer.packet(leg, beat, beat * 160, words[beat % 50], now - 0.005)
        mixer.tick()
    return percent(process_time() - began, beats, calls)


def packet(leg: int, number: int, payload: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * 160 & 0xFFFFFFFF, leg + 1) + payload


def session(leg: int, kind: int, inbound: bool) -> Session:
    """AES-128 in counter mode, HMAC-SHA1: 16 bytes of key and 14 of salt."""
    key, profile = struct.pack("!IB", leg, inbound).ljust(30, b"k"), Policy.SRTP_PROFILE_AES128_CM_SHA1_80
    return Session(Policy(key=key, ssrc_type=kind, srtp_profile=profile))


def mixer_with_srtp(calls: int, beats: int) -> float:
    now, words, spent, number = 0.0, speech(), 0.0, 0
    arriving, leaving = Policy.SSRC_ANY_INBOUND, Policy.SSRC_ANY_OUTBOUND
    callers = [session(leg, leaving, True) for leg in range(2 * calls)]
    ins = [session(leg, arriving, True) for leg in range(2 * calls)]
    outs = [session(leg, leaving, False) for leg in range(2 * calls)]

    def send(leg: str, payload: bytes) -> None:
        outs[int(leg)].protect(packet(int(leg), number, payload))

    mixer = Mixer(send, lambda fact: None, lambda: now)
    legs = called(mixer, calls)
    for number in range(beats + 50):
        now += BEAT_S
        sealed = [caller.protect(packet(leg, number, words[number % 50])) for leg, caller in enumerate(callers)]
        began = process_time()
        for leg, data in enumerate(sealed):
            plain = ins[leg].unprotect(data)
            mixer.packet(legs[leg], *struct.unpack_from("!HI", plain, 2), plain[12:], now)
        mixer.tick()
        spent += process_time() - began if number >= 50 else 0.0
    return percent(spent, beats, calls)


# -- over loopback -----------------------------------------------------------------------------------------------------
class Run:
    """The engine with so many calls: its cost, how late its beats were, and the share of packets that came through."""

    def __init__(self, calls: int, seconds: float) -> None:
        self.calls, self.seconds = calls, seconds
        self.cost = self.late_ms = self.delivered = 0.0

    async def go(self) -> None:
        core = Core(Config(servers=HERE, most=100_000, late_ms=1e9), lambda event: None)
        core.start()
        pipe, spoken = asyncio.subprocess.PIPE, self.seconds + 2 * WARM_S
        program = ("-m", "bench.voice_load", str(2 * self.calls), str(spoken))
        callers = await asyncio.create_subprocess_exec(sys.executable, *program, stdin=pipe, stdout=pipe, limit=1 << 20)
        assert callers.stdin
        assert callers.stdout
        try:
            await self._connect(core, callers.stdin, callers.stdout)
            await asyncio.sleep(WARM_S)
            await self._measure(core)
            heard = json.loads(await callers.stdout.readline())["heard"]
            self.delivered = heard / (spoken * BEATS_A_SECOND * 2 * self.calls)
        finally:
            with suppress(ProcessLookupError):
                callers.kill()
            await callers.wait()
            await core.close()

    async def _connect(self, core: Core, to: asyncio.StreamWriter, lines: asyncio.StreamReader) -> None:
        for number in range(2 * self.calls):
            offer = json.loads(await lines.readline())["sdp"]
            answer = await core.connect(str(number), offer, "agent" if number % 2 else "customer")
            core.create_bridge(str(number // 2))
            core.join(str(number // 2), str(number))
            to.write(json.dumps({"sdp": answer}).encode() + b"\n")
        assert "up" in json.loads(await lines.readline())

    async def _measure(self, core: Core) -> None:
        schedule = core._schedule
        assert schedule is not None
        gc.collect()
        gc.freeze()
        schedule.late.clear()
        began, at = process_time(), monotonic()
        await asyncio.sleep(self.seconds)
        self.cost = 100 * (process_time() - began) / (monotonic() - at) / self.calls
        self.late_ms = 1_000 * percentile(list(schedule.late), 0.99)


def runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    """uvloop, where there is one, as the engine's process has it."""
    if importlib.util.find_spec("uvloop"):
        import uvloop

        return uvloop.run
    return asyncio.run


def loopback(calls: int, seconds: float) -> Run:
    one = Run(calls, seconds)
    runner()(one.go())
    return one


async def _idle(seconds: float, late: list[float]) -> None:
    core = Core(Config(servers=HERE), lambda event: None)
    core.start()
    await asyncio.sleep(seconds)
    assert core._schedule is not None
    late.extend(core._schedule.late)
    await core.close()


def idle_late_ms(seconds: float) -> float:
    """How late beats are here with no call at all: more than the limit, and nothing can be said of calls."""
    late: list[float] = []
    runner()(_idle(seconds, late))
    return 1_000 * percentile(late, 0.99)


def most_calls(seconds: float) -> Run:
    """The last step that kept the limit before one that didn't, each tried twice."""
    best = Run(0, 0)
    for calls in STEPS:
        for _ in range(2):
            one = loopback(calls, seconds)
            if one.late_ms < LIMIT_MS and one.delivered > 0.9:
                break
        else:
            return best
        best = one
    return best


def peer_cost(python: str, calls: int, seconds: float) -> float | None:
    """Of stock aiortc, in % of a core for one call."""
    program = Path(__file__).with_name("voice_peer.py")
    told = subprocess.run(
        [python, program, "load", str(calls), str(seconds)], capture_output=True, text=True, check=False
    )
    if told.returncode:
        print(f"peer missing: {python} has no aiortc that works: {told.stderr.strip()[-200:]}", file=sys.stderr)
        return None
    return float(json.loads(told.stdout)["percent"])


def show_set_up(found: SetUp, *, as_json: bool) -> None:
    for share in (0.5, 0.95):
        name = f"p{share * 100:.0f}"
        figure(f"voice.tap_to_answer_{name}", percentile(found.to_answer, share), "ms", as_json=as_json)
        figure(f"voice.tap_to_ring_{name}", percentile(found.to_ring, share), "ms", as_json=as_json)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter that has aiortc")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each run in real time")
    parser.add_argument("--set-ups", type=int, default=40, help="calls that are made from the tap on")
    given = parser.parse_args()
    as_json: bool = given.json
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    figure("voice.mixer", mixer_alone(100, 500), "% core/call", as_json=as_json)
    figure("voice.mixer_srtp", mixer_with_srtp(100, 300), "% core/call", as_json=as_json)
    ours, many = loopback(20, given.seconds), loopback(100, given.seconds)
    python = given.peer or (sys.executable if importlib.util.find_spec("aiortc") else None)
    peer = peer_cost(python, 2, given.seconds) if python else None
    if python is None:
        print("peer missing: aiortc isn't installed; --peer PYTHON", file=sys.stderr)
    figure("voice.call", ours.cost, "% core/call", "stock aiortc" if peer else None, peer, as_json=as_json)
    figure("voice.call_of_100", many.cost, "% core/call", "stock aiortc" if peer else None, peer, as_json=as_json)
    show_set_up(set_up(given.set_ups), as_json=as_json)
    idle = idle_late_ms(given.seconds)
    figure("voice.idle_late_p99", idle, "ms", "limit", LIMIT_MS, as_json=as_json)
    best = most_calls(given.seconds)
    if not best.calls:
        print("this machine is too busy with other work to say how many calls it bears", file=sys.stderr)
        return
    figure("voice.calls", best.calls, "calls", as_json=as_json)
    figure("voice.calls_late_p99", best.late_ms, "ms", "limit", LIMIT_MS, as_json=as_json)


if __name__ == "__main__":
    main()
