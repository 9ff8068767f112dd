"""What a call costs the embedded voice engine, and how many calls its beat of 20 ms bears.

A call is two legs that talk, G.711 in SRTP, 50 packets a second each way. `voice.mixer`: the mixer alone, its jitter
buffers with it; `voice.mixer_srtp`: opened and sealed besides; `voice.call`: over loopback from callers in another
process, with sockets, all of the engine's CPU but ICE and DTLS, which take part only when a call begins. `voice.calls`:
the most calls at which 99 of 100 beats are less than 30 ms late.

The peer is stock aiortc, tracks decoded and encoded by its public interface, a call of two as well. It isn't a
dependency (its wheels contain GPL libraries): `--peer PYTHON` names an interpreter that has it.
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
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, process_time
from typing import cast

from pylibsrtp import Session

from bench.report import arguments, figure, percentile
from bench.voice_load import packet, session, speech
from rexian.channels.voice.webrtc.mixing.facts import BEATS_A_SECOND
from rexian.channels.voice.webrtc.mixing.mixer import Mixer

BEAT_S = 1 / BEATS_A_SECOND
LIMIT_MS = 30.0
STEPS = (25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600)


def called(mixer: Mixer, calls: int) -> list[str]:
    """Calls of two; the legs' ids by number."""
    legs = [str(number) for number in range(2 * calls)]
    for number, leg in enumerate(legs):
        mixer.add(leg, "agent" if number % 2 else "customer", "u")
        mixer.create_bridge(str(number // 2))
        mixer.join(str(number // 2), leg)
    return legs


class Wire:
    """SRTP around a mixer: what comes is opened and given to it, what it gives is sealed and goes to `out`."""

    def __init__(self, calls: int, out: Callable[[int, bytes], object], now: Callable[[], float]) -> None:
        self._out, self._now = out, now
        self.mixer = Mixer(self._send, lambda fact: None, now)
        self.legs = called(self.mixer, calls)
        self._ins: list[Session] = [session(leg, sends=False, inbound=True) for leg in range(2 * calls)]
        self._outs: list[Session] = [session(leg, sends=True, inbound=False) for leg in range(2 * calls)]
        self._numbers = [0] * (2 * calls)

    def comes(self, leg: int, data: bytes) -> None:
        plain = self._ins[leg].unprotect(data)
        seq, stamp = struct.unpack_from("!HI", plain, 2)
        self.mixer.packet(self.legs[leg], seq, stamp, plain[12:], self._now())

    def _send(self, leg_id: str, payload: bytes) -> None:
        leg = int(leg_id)
        self._numbers[leg] += 1
        self._out(leg, self._outs[leg].protect(packet(leg, self._numbers[leg], payload)))


def percent(seconds: float, beats: int, calls: int) -> float:
    """CPU of so many beats, as % of a core for one call."""
    return 100 * seconds / (beats * BEAT_S) / calls


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


def mixer_with_srtp(calls: int, beats: int) -> float:
    now, words, spent = 0.0, speech(), 0.0
    wire = Wire(calls, lambda leg, data: None, lambda: now)
    callers = [session(leg, sends=True, inbound=True) for leg in range(2 * calls)]
    for beat in range(beats + 50):
        now += BEAT_S
        sealed = [caller.protect(packet(leg, beat, words[beat % 50])) for leg, caller in enumerate(callers)]
        began = process_time()
        for leg, data in enumerate(sealed):
            wire.comes(leg, data)
        wire.mixer.tick()
        spent += process_time() - began if beat >= 50 else 0.0
    return percent(spent, beats, calls)


class Socket(asyncio.DatagramProtocol):
    """One leg's."""

    def __init__(self, leg: int, comes: Callable[[int, bytes], None]) -> None:
        self._leg, self._comes = leg, comes
        self.peer: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.peer = addr
        self._comes(self._leg, data)

    def send(self, data: bytes) -> None:
        if self.peer:
            self.transport.sendto(data, self.peer)


async def over_loopback(calls: int, seconds: float) -> tuple[float, float]:
    """(% of a core for one call, 99th percentile of the beats' lateness in ms)."""
    loop, sockets = asyncio.get_running_loop(), list[Socket]()
    wire = Wire(calls, lambda leg, data: sockets[leg].send(data), loop.time)
    for leg in range(2 * calls):
        _, one = await loop.create_datagram_endpoint(lambda leg=leg: Socket(leg, wire.comes), ("127.0.0.1", 0))  # type: ignore[misc]
        sockets.append(one)
    ports = [one.transport.get_extra_info("sockname")[1] for one in sockets]
    pipe = asyncio.subprocess.PIPE
    callers = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.voice_load", stdin=pipe)
    assert callers.stdin
    callers.stdin.write(json.dumps({"ports": ports, "seconds": seconds + 3}).encode() + b"\n")
    await keep_beat(wire.mixer, 2.0)
    gc.collect()
    gc.freeze()
    began, at = process_time(), monotonic()
    late = await keep_beat(wire.mixer, seconds)
    cost = 100 * (process_time() - began) / (monotonic() - at) / calls
    with suppress(ProcessLookupError):
        callers.kill()
    await callers.wait()
    for one in sockets:
        one.transport.close()
    wire.mixer.close()
    return cost, percentile(late, 0.99)


async def keep_beat(mixer: Mixer, seconds: float) -> list[float]:
    """Lateness of every beat, in ms."""
    loop = asyncio.get_running_loop()
    due, late = loop.time() + BEAT_S, list[float]()
    for _ in range(int(seconds / BEAT_S)):
        await asyncio.sleep(due - loop.time())
        late.append(1_000 * (loop.time() - due))
        mixer.tick()
        due += BEAT_S
    return late


def loopback(calls: int, seconds: float) -> tuple[float, float]:
    """`over_loopback` on uvloop, where there is one, as the engine's process does."""
    if importlib.util.find_spec("uvloop"):
        import uvloop

        return uvloop.run(over_loopback(calls, seconds))
    return asyncio.run(over_loopback(calls, seconds))


def most_calls(seconds: float) -> tuple[int, float]:
    """(calls, lateness in ms): the last step that kept the limit before one that didn't, tried twice."""
    best = (0, 0.0)
    for calls in STEPS:
        for _ in range(2):
            _, late = loopback(calls, seconds)
            if late < LIMIT_MS:
                break
        else:
            return best
        best = (calls, late)
    return best


def peer_cost(python: str, calls: int, seconds: float) -> float | None:
    program = Path(__file__).with_name("voice_peer.py")
    told = subprocess.run(
        [python, program, "load", str(calls), str(seconds)], capture_output=True, text=True, check=False
    )
    if told.returncode:
        print(f"peer missing: {python} has no aiortc that works: {told.stderr.strip()[-200:]}", file=sys.stderr)
        return None
    return float(json.loads(told.stdout)["percent"])


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter that has aiortc")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each run in real time")
    given = parser.parse_args()
    as_json: bool = given.json
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    figure("voice.mixer", mixer_alone(100, 500), "% core/call", as_json=as_json)
    figure("voice.mixer_srtp", mixer_with_srtp(100, 300), "% core/call", as_json=as_json)
    cost, _ = loopback(20, given.seconds)
    python = given.peer or (sys.executable if importlib.util.find_spec("aiortc") else None)
    peer = peer_cost(python, 2, given.seconds) if python else None
    if python is None:
        print("peer missing: aiortc isn't installed; --peer PYTHON", file=sys.stderr)
    figure("voice.call", cost, "% core/call", "stock aiortc" if peer else None, peer, as_json=as_json)
    calls, late = most_calls(given.seconds)
    figure("voice.calls", calls, "calls", as_json=as_json)
    figure("voice.calls_late_p99", late, "ms", "limit", LIMIT_MS, as_json=as_json)


if __name__ == "__main__":
    main()
