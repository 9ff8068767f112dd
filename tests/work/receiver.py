"""Somebody else's web server, as webhooks meet it: takes what is posted, answers as it was told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Listens on a free port. `answer` makes status line and headers of each answer, by the number of the request."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answer: Callable[[int], str] = lambda number: "204 No Content"
    hold: asyncio.Event | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=rexian"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.got.append(Got(request.split(" ")[1], headers, body))
            self._news.set()
            if self.hold is not None:
                await self.hold.wait()
            writer.write(f"HTTP/1.1 {self.answer(len(self.got))}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def until(self, many: int, seconds: float = 10) -> list[Got]:
        """Wait until so many requests have come."""
        async with asyncio.timeout(seconds):
            while len(self.got) < many:
                self._news.clear()
                await self._news.wait()
        return self.got


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
