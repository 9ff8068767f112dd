"""The feed and the chat by real sockets on one server process: how quickly words arrive, what a desk costs.

Talk: customers write to agents over `/chat/ws` and `/feed`, every message committed on a durable PostgreSQL; latency is
from the customer's send to the agent's frame. Fan-out: four batched wallboard frames a second to every desk. Peers in
the same run: the stock ASGI socket that echoes, and a wall that is encoded anew for each socket.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import uvloop
from tests.served import SIMULATION

from bench.report import Figure, arguments, percentile, show
from rexian.kit.ids import new_id

SECONDS = 10.0
LIMIT = "limit"


class Wire(asyncio.Protocol):
    """As little of a WebSocket client as the bench needs: one process has to play thousands of browsers."""

    def __init__(self, take: Callable[[Wire, dict[str, Any]], None]) -> None:
        self.take = take
        self.opened = asyncio.get_running_loop().create_future()
        self.me = ""
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self, **frame: Any) -> None:
        data = json.dumps(frame, ensure_ascii=False).encode()
        size = len(data)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self._transport.write(head + bytes(4) + data)  # masked with zeros

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._buffer = rest
            self.opened.set_result(None)
        while (frame := self._frame()) is not None:
            self.take(self, json.loads(frame))

    def _frame(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        if buffer[0] != 0x81:  # a ping of the server's keepalive: answered by reading on
            if buffer[0] == 0x89:
                self._transport.write(b"\x8a" + bytes((0x80 | size,)) + bytes(4) + buffer[start : start + size])
            return self._frame()
        return buffer[start : start + size]

    def close(self) -> None:
        self._transport.abort()


class Server:
    """The server's process, and its answers."""

    def __init__(self, agents: int, capacity: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.feed_server", str(agents), str(capacity)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.port: int = self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    async def ask(self, line: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return await asyncio.to_thread(self._read)

    async def open(self, path: str, take: Callable[[Wire, dict[str, Any]], None], **headers: str) -> Wire:
        _, wire = await asyncio.get_running_loop().create_connection(lambda: Wire(take), "127.0.0.1", self.port)
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        wire._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{more}"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await wire.opened
        return wire

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


class Talk:
    """Agents who accept what they are offered and read it, and customers who write."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.latencies: list[float] = []
        self.talking = 0
        self.acked = 0
        self.wires: list[Wire] = []
        self.chats: list[Wire] = []
        self.closed_loop = False

    async def begin(self, chats: int) -> None:
        for ticket in await self.server.ask("tickets agent"):
            wire = await self.server.open(f"/feed?ticket={ticket}", self.at_desk)
            wire.send(t="sub", topic="me")
            wire.send(t="cmd", id=new_id(), name="SetAgentState", args={"state": "available"})
            self.wires.append(wire)
        for number in range(chats):
            wire = await self.server.open("/chat/ws", self.at_page, **SIMULATION)
            wire.send(t="hello", v=1, site="yunshan", visitor=None, locale="zh-CN", after=0, contact=None)
            ids = {name: new_id() for name in ("id", "contact", "interaction", "message")}
            wire.send(t="start", topic="phone", name="客户", text=f"第{number}位", **ids)
            self.chats.append(wire)
            if number % 20 == 0:
                await asyncio.sleep(0.05)
        async with asyncio.timeout(120):
            while self.talking < chats:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    def at_desk(self, wire: Wire, frame: dict[str, Any]) -> None:
        if frame["t"] != "delta":
            return
        for op, collection, id, *rest in frame["ops"]:
            if op == "set" and collection == "offers":
                for name in ("ProveOffer", "AcceptOffer"):
                    wire.send(t="cmd", id=new_id(), name=name, args={"offer_id": id})
            elif op == "set" and collection == "handlings":
                self.talking += 1
                wire.send(t="sub", topic=f"contact:{rest[0]['contact_id']}")
            elif collection == "messages" and rest[0]["text"].isdecimal():
                self.latencies.append((time.monotonic_ns() - int(rest[0]["text"])) / 1e6)

    def at_page(self, wire: Wire, frame: dict[str, Any]) -> None:
        if frame["t"] == "ack":
            self.acked += 1
            if self.closed_loop:
                self.write(wire)

    def write(self, wire: Wire) -> None:
        wire.send(t="post", id=new_id(), text=str(time.monotonic_ns()))

    async def paced(self, rate: float, seconds: float) -> None:
        """So many messages a second, spread over all chats."""
        self.latencies.clear()
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            if (wait := began + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self.write(self.chats[number % len(self.chats)])
        await asyncio.sleep(1)

    async def flat_out(self, writers: int, seconds: float) -> float:
        """Messages per second that are acknowledged when each of `writers` writes again upon each ack."""
        self.closed_loop = True
        for wire in self.chats[:writers]:
            self.write(wire)
        await asyncio.sleep(1)
        before, began = self.acked, time.monotonic()
        await asyncio.sleep(seconds)
        rate = (self.acked - before) / (time.monotonic() - began)
        self.closed_loop = False
        await asyncio.sleep(1)
        return rate


async def echoes(server: Server, writers: int, seconds: float) -> float:
    """Frames per second that the stock socket sends back."""
    count = 0
    going = True

    def back(wire: Wire, frame: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        if going:
            wire.send(**frame)

    wires = [await server.open("/echo", back) for _ in range(writers)]
    for wire in wires:
        wire.send(t="post", text=str(time.monotonic_ns()))
    before, began = count, time.monotonic()
    await asyncio.sleep(seconds)
    rate = (count - before) / (time.monotonic() - began)
    going = False
    for wire in wires:
        wire.close()
    return rate


async def talk(agents: int, chats: int, rate: float, as_json: bool) -> None:
    server = Server(agents, max(1, -(-chats // agents)))
    try:
        talking = Talk(server)
        await talking.begin(chats)
        before = await server.ask("usage")
        await talking.paced(rate, SECONDS)
        after = await server.ask("usage")
        share = (after["cpu"] - before["cpu"]) / (after["at"] - before["at"]) * 100
        most = await talking.flat_out(64, SECONDS / 2)
        plain = await echoes(server, 64, SECONDS / 2)
        where = f"{agents} agents, {chats} chats"
        show(
            [
                Figure(f"customer to agent p50, {where}", percentile(talking.latencies, 0.5), "ms"),
                Figure(f"customer to agent p99, {where}", percentile(talking.latencies, 0.99), "ms", LIMIT, 50),
                Figure(f"server CPU at {rate:g} messages/s, {where}", share, "% of a core"),
                Figure(f"messages committed, {where}", most, "messages/s", "stock socket that echoes", plain),
            ],
            as_json,
        )
    finally:
        server.stop()


async def fan(server: Server, desks: int, kind: str, path: Callable[[], str]) -> tuple[float, float, float, float]:
    """CPU share in percent, p99 in ms, CPU µs a frame and kB a connection of four frames a second to each desk."""
    latencies: list[float] = []

    def seen(wire: Wire, frame: dict[str, Any]) -> None:
        if frame["t"] == "delta":
            for op in frame["ops"]:
                rule = op[3].get("service_level", {}).get("rule", "")
                if rule.isdecimal():
                    latencies.append((time.monotonic_ns() - int(rule)) / 1e6)
                    return

    empty = await server.ask("usage")
    wires = []
    for _ in range(desks):
        wires.append(await server.open(path(), seen))
        if kind == "ours":
            wires[-1].send(t="sub", topic="wall")
    await asyncio.sleep(2)
    before = await server.ask("usage")
    frames = await server.ask(f"fan {kind} {SECONDS}")
    after = await server.ask("usage")
    spent = after["cpu"] - before["cpu"]
    for wire in wires:
        wire.close()
    return (
        spent / (after["at"] - before["at"]) * 100,
        percentile(latencies, 0.99),
        spent / max(1, frames * desks) * 1e6,
        (before["rss"] - empty["rss"]) / desks / 1024,
    )


async def fan_out(desks: int, as_json: bool) -> None:
    server = Server(50, 1)
    try:
        tickets = await server.ask(f"tickets supervisor {desks}")
        share, late, each, size = await fan(server, desks, "ours", lambda: f"/feed?ticket={tickets.pop()}")
        few = max(1, desks // 5)
        await asyncio.sleep(2)
        _, _, naive, _ = await fan(server, few, "naive", lambda: "/naive")
        where = f"{desks} desks, 4 frames/s each"
        show(
            [
                Figure(f"fan-out CPU, {where}", share, "% of a core", LIMIT, 50),
                Figure(f"fan-out p99, {where}", late, "ms", LIMIT, 50),
                Figure(f"fan-out CPU a frame, {where}", each, "µs", f"encoded anew for each of {few}", naive),
                Figure(f"memory a connection, {where}", size, "kB", LIMIT, 32),
            ],
            as_json,
        )
    finally:
        server.stop()


async def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--agents", type=int, nargs="*", default=[200, 2_000], help="agents' sockets")
    parser.add_argument("--chats", type=int, default=1_000, help="open chats")
    parser.add_argument("--desks", type=int, default=5_000, help="desks that watch the wall")
    parser.add_argument("--rate", type=float, default=200, help="messages a second for the latencies")
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for agents in options.agents:
        await talk(agents, options.chats, options.rate, options.json)
    if options.desks:
        await fan_out(options.desks, options.json)


if __name__ == "__main__":
    uvloop.run(main())
