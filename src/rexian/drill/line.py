"""A WebSocket that comes back: connects, hands on frames, reconnects with a growing pause, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

Frame = dict[str, Any]
TROUBLE = (OSError, websockets.WebSocketException, TimeoutError)
HEARTBEAT_S = 5.0
SILENT_S = 30.0
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Gone(Exception):
    """The server does not want this socket any more: don't come back with the same question."""


class Line:
    """Base of the two clients. A subclass says where to connect, what to say first and what to do with a frame."""

    def __init__(self, origin: str, rng: random.Random) -> None:
        self._origin = origin
        self._rng = rng
        self._socket: ClientConnection | None = None
        self.stopped = asyncio.Event()

    async def address(self) -> tuple[str, dict[str, str]]:
        """The address and headers to connect with. May raise anything of `TROUBLE`, or `Gone`."""
        raise NotImplementedError

    async def opened(self) -> None:
        """Say hello."""

    async def take(self, frame: Frame) -> None:
        """Handle a frame from the server."""

    def send(self, frame: Frame) -> None:
        """Send a frame if there is a connection; what matters is sent again after the next one."""
        if self._socket is not None:
            asyncio.ensure_future(_send(self._socket, _encode(frame).decode()))  # noqa: RUF006 - never fails

    def stop(self) -> None:
        """Hang up and don't come back."""
        self.stopped.set()

    async def run(self) -> None:
        """Stay connected until stopped."""
        pause = 0.2
        while not self.stopped.is_set():
            try:
                await self._once()
                pause = 0.2
            except Gone:
                return
            except TROUBLE:
                pause = min(3.0, pause * 1.7)
            if not self.stopped.is_set():
                await asyncio.sleep(pause * self._rng.uniform(0.6, 1.4))

    async def _once(self) -> None:
        url, headers = await self.address()
        async with connect(
            url, origin=Origin(self._origin), additional_headers=headers, compression=None, open_timeout=5,
            close_timeout=0.3, ping_interval=None, max_queue=None, user_agent_header="rexian-population", proxy=None,
        ) as socket:  # fmt: skip
            self._socket = socket
            tasks = [asyncio.create_task(work) for work in (self._listen(socket), self._beat(), self.stopped.wait())]
            try:
                await self.opened()
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                self._socket = None
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENT_S):
                text = await socket.recv()
            await self.take(_decode(text))

    async def _beat(self) -> None:
        """Both sides notice a dead connection by the other's silence."""
        n = 0
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            n += 1
            self.send({"t": "ping", "n": n})


async def _send(socket: ClientConnection, text: str) -> None:
    with contextlib.suppress(*TROUBLE):
        await socket.send(text)
