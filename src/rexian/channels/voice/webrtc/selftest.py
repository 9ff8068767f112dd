"""A call from a process to itself: ports, keys and sound as in a call, without a browser."""

from __future__ import annotations

import asyncio
import time

from rexian.channels.voice.webrtc import dtmf, sdp
from rexian.channels.voice.webrtc.config import Servers
from rexian.channels.voice.webrtc.peer import Peer

_SOUND = b"\x55" * 160


class _Ear:
    """What one side hears. `over`: fails when the way is lost."""

    def __init__(self) -> None:
        self.up = asyncio.Event()
        self.heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_up(self) -> None:
        self.up.set()

    def on_lost(self, cause: str) -> None:
        if not self.heard.done():
            self.heard.set_exception(OSError(cause))

    def on_sound(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        if payload == _SOUND and not self.heard.done():
            self.heard.set_result(None)

    def on_key(self, key: dtmf.Key) -> None:
        pass


async def loopback(addresses: tuple[str, ...] = ()) -> int:
    """Call ourselves and listen. Returns after how many ms sound arrived; raises OSError. Bring your own time limit."""
    began, ears = time.monotonic(), (_Ear(), _Ear())
    caller, answerer = (Peer(ear, Servers(addresses=addresses)) for ear in ears)
    try:
        caller.take_answer(await answerer.answer(sdp.parse_offer(await caller.offer())))
        while not ears[1].heard.done():
            caller.send_sound(_SOUND)
            await asyncio.wait([ears[1].heard], timeout=0.02)
        ears[1].heard.result()
    finally:
        await caller.close()
        await answerer.close()
    return round((time.monotonic() - began) * 1000)
