"""Callers for `bench.voice`, in a process of their own: legs as browsers have them, with ICE, DTLS and SRTP.

Not a bench by itself. `python -m bench.voice_load LEGS SECONDS` says its offers on standard output, line by line, takes
the answers on standard input, waits until all legs are up, says `up`, and speaks.
"""

from __future__ import annotations

import asyncio
import json
import sys

from rexian.channels.voice.webrtc import dtmf
from rexian.channels.voice.webrtc.config import Servers
from rexian.channels.voice.webrtc.peer import Peer

PHASES = 4  # the legs don't all send at the same instant
HERE = Servers(addresses=("127.0.0.1",))


def speech() -> list[bytes]:
    """50 payloads that differ, neither silent nor alike."""
    return [bytes((128 + ((n * 7 + at * 3) & 63)) & 255 for at in range(160)) for n in range(50)]


class Caller:
    """Counts what it hears."""

    def __init__(self) -> None:
        self.up, self.heard = asyncio.Event(), 0
        self.peer = Peer(self, HERE)

    def on_up(self) -> None:
        self.up.set()

    def on_lost(self, cause: str) -> None:
        print(json.dumps({"lost": cause}), file=sys.stderr, flush=True)

    def on_sound(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        self.heard += 1

    def on_key(self, key: dtmf.Key) -> None: ...


async def speak(callers: list[Caller], seconds: float) -> None:
    loop, words, step = asyncio.get_running_loop(), speech(), 0
    due = loop.time()
    end = due + seconds
    while due < end:
        number, phase = divmod(step, PHASES)
        for caller in callers[phase::PHASES]:
            caller.peer.send_sound(words[number % 50])
        step += 1
        due += 0.02 / PHASES
        await asyncio.sleep(max(0.0, due - loop.time()))


async def main(legs: int, seconds: float) -> None:
    loop, callers = asyncio.get_running_loop(), [Caller() for _ in range(legs)]
    for caller in callers:
        print(json.dumps({"sdp": await caller.peer.offer()}), flush=True)
        caller.peer.take_answer(json.loads(await loop.run_in_executor(None, sys.stdin.readline))["sdp"])
        await caller.up.wait()
    print(json.dumps({"up": legs}), flush=True)
    await speak(callers, seconds)
    print(json.dumps({"heard": sum(caller.heard for caller in callers)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
