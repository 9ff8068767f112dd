"""A customer's client as the widget behaves: own ids, an outbox until acknowledged, resume by number."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

import websockets

from rexian.kit.ids import new_id

Frame = dict[str, Any]


@dataclass
class Customer:
    """Starts a contact, posts `texts` one after another, each once answered, then waits for the end and rates."""

    url: str
    site: str
    key: str
    texts: list[str]
    rng: random.Random
    contact: str = field(default_factory=new_id)
    interaction: str = field(default_factory=new_id)
    visitor: str | None = None
    outbox: dict[str, Frame] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)  # message id -> number
    seen: dict[int, str] = field(default_factory=dict)  # number -> message id
    positions: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    state: str = "new"
    connections: int = 0
    answered: int = 0
    rated: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        first = new_id()
        self.outbox[first] = {
            "t": "start", "id": new_id(), "contact": self.contact, "interaction": self.interaction, "topic": None,
            "name": "测试客户", "text": self.texts[0], "message": first,
        }  # fmt: skip
        while not stop.is_set() and not self.rated:
            try:
                await self._connected()
            except (OSError, websockets.WebSocketException, TimeoutError):
                await asyncio.sleep(0.1 + self.rng.random() * 0.4)

    async def _connected(self) -> None:
        headers = {"X-Rexian-Simulation": self.key}
        address = self.url.replace("http", "ws") + "/chat/ws"
        async with websockets.connect(
            address, additional_headers=headers, compression=None, open_timeout=5, close_timeout=0.2, max_queue=None
        ) as socket:
            self.connections += 1
            await self._send(socket, {
                "t": "hello", "v": 1, "site": self.site, "visitor": self.visitor, "locale": "zh-CN",
                "after": max(self.seen, default=0), "contact": self.contact,
                "page": {"url": "https://shop.test/", "title": "商店"},
            })  # fmt: skip
            while not self.rated:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 20))
                await self._take(socket, frame)

    async def _send(self, socket: Any, frame: Frame) -> None:
        await socket.send(json.dumps(frame))

    async def _take(self, socket: Any, frame: Frame) -> None:
        kind = frame["t"]
        if kind == "welcome":
            self.visitor = frame["visitor"]
            for message in frame["messages"]:
                self._see(message)
            if frame["contact"]:
                self._state(frame["contact"]["state"])
            for waiting in list(self.outbox.values()):
                await self._send(socket, waiting)
        elif kind == "ack":
            self._acknowledged(frame)
        elif kind == "nack":
            await self._refused(socket, frame)
        elif kind == "message":
            self._see(frame)
        elif kind == "state":
            self._state(frame["state"])
        elif kind == "position":
            self.positions.append(frame["position"])
        await self._go_on(socket)

    async def _refused(self, socket: Any, frame: Frame) -> None:
        """While the floor can't commit it says so; as the widget does, the same frame is sent again after a pause."""
        if frame["code"] not in {"unavailable", "slow_down"}:
            self.faults.append(f"nack {frame}")
            return
        await asyncio.sleep(0.2 + self.rng.random() * 0.3)
        for message, sent in self.outbox.items():
            if frame["id"] in (message, sent["id"]):
                await self._send(socket, sent)

    def _acknowledged(self, frame: Frame) -> None:
        for message, sent in list(self.outbox.items()):
            if frame["id"] not in (message, sent["id"]):
                continue
            del self.outbox[message]
            if sent["t"] == "rate":
                self.rated = True
            elif "number" in frame and frame["number"] is not None:
                earlier = self.acked.setdefault(message, frame["number"])
                if earlier != frame["number"]:
                    self.faults.append(f"{message} acknowledged as {earlier} and as {frame['number']}")

    def _see(self, message: Frame) -> None:
        earlier = self.seen.setdefault(message["number"], message["id"])
        if earlier != message["id"]:
            self.faults.append(f"number {message['number']} is {earlier} and {message['id']}")
        if message["author"] == "agent":
            self.answered = max(self.answered, message["number"])

    def _state(self, state: str) -> None:
        order = {"new": 0, "waiting": 1, "offered": 1, "talking": 2, "ended": 3}
        if order.get(state, 0) < order[self.state] and not (self.state == "talking" and state == "waiting"):
            self.faults.append(f"went back from {self.state} to {state}")
        self.state = state

    async def _go_on(self, socket: Any) -> None:
        """Posts the next text once an agent has answered the last; rates once the agent has ended."""
        if self.outbox:
            return
        mine = len(self.acked)
        if self.state == "talking" and mine < len(self.texts) and self.answered > max(self.acked.values(), default=0):
            message = new_id()
            self.outbox[message] = {"t": "post", "id": message, "text": self.texts[mine]}
            await self._send(socket, self.outbox[message])
        elif self.state == "ended" and not self.rated:
            rating = new_id()
            self.outbox[rating] = {"t": "rate", "id": rating, "score": self.rng.randint(1, 5), "comment": ""}
            await self._send(socket, self.outbox[rating])
