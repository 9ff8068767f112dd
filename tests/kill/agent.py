"""An agent's client as the desk behaves: ticket, feed, proof, accept, answer each message once, end, wrap up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets

from rexian.kit.ids import new_id

Frame = dict[str, Any]


@dataclass
class Agent:
    url: str
    key: str
    person_id: str
    rng: random.Random
    texts_per_contact: int
    cookie: str = ""
    csrf: str = ""
    pending: dict[str, Frame] = field(default_factory=dict)  # command id -> frame, until acknowledged
    accepted: list[str] = field(default_factory=list)
    topics: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)  # customer's message ids
    ending: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    connections: int = 0
    last_trouble: str = ""
    thoughts: set[asyncio.Task[None]] = field(default_factory=set)

    async def enter(self, client: httpx.AsyncClient) -> None:
        reply = await client.post(
            f"{self.url}/api/demo/enter",
            json={"role": "agent", "person_id": self.person_id},
            headers={"X-Rexian-Simulation": self.key, "Origin": self.url},
        )
        reply.raise_for_status()
        self.cookie = "; ".join(f"{name}={value}" for name, value in reply.cookies.items())
        self.csrf = reply.json()["csrf"]

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with httpx.AsyncClient(timeout=5) as client:
                    if not self.csrf:
                        await self.enter(client)
                    ticket = await self._ticket(client)
                await self._connected(ticket)
            except (OSError, websockets.WebSocketException, TimeoutError, httpx.HTTPError) as error:
                self.last_trouble = repr(error)
                await asyncio.sleep(0.1 + self.rng.random() * 0.4)

    async def _ticket(self, client: httpx.AsyncClient) -> str:
        reply = await client.post(
            f"{self.url}/api/feed-ticket",
            headers={"X-CSRF-Token": self.csrf, "Origin": self.url, "Cookie": self.cookie},
        )
        if reply.status_code == 401:
            self.faults.append("a committed session was forgotten")
            self.csrf = ""
        reply.raise_for_status()
        return str(reply.json()["ticket"])

    async def _connected(self, ticket: str) -> None:
        address = self.url.replace("http", "ws") + f"/feed?ticket={ticket}"
        async with websockets.connect(
            address, origin=self.url, compression=None, open_timeout=5, close_timeout=0.2, max_queue=None
        ) as socket:
            self.connections += 1
            self.topics.clear()
            await socket.send(json.dumps({"t": "sub", "topic": "me"}))
            await self._command(socket, "SetAgentState", {"state": "available"})
            for frame in list(self.pending.values()):
                await socket.send(json.dumps(frame))
            beat = asyncio.create_task(self._beat(socket))
            try:
                while True:
                    await self._take(socket, json.loads(await asyncio.wait_for(socket.recv(), 20)))
            finally:
                beat.cancel()

    async def _beat(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(5)
            await socket.send(json.dumps({"t": "ping", "n": 0}))

    async def _command(self, socket: Any, name: str, args: Frame, id: str | None = None) -> None:
        frame = {"t": "cmd", "id": id or new_id(), "name": name, "args": args}
        self.pending[frame["id"]] = frame
        await socket.send(json.dumps(frame))

    def _think(self, socket: Any, name: str, args: Frame) -> None:
        """Does it a moment later; if the line is gone by then, it is among the first things after the next connect."""
        frame = {"t": "cmd", "id": new_id(), "name": name, "args": args}
        self.pending[frame["id"]] = frame

        async def later() -> None:
            await asyncio.sleep(0.3 + self.rng.random() * 2)
            with contextlib.suppress(websockets.ConnectionClosed):
                if frame["id"] in self.pending:
                    await socket.send(json.dumps(frame))

        task = asyncio.create_task(later())
        self.thoughts.add(task)
        task.add_done_callback(self.thoughts.discard)

    async def _take(self, socket: Any, frame: Frame) -> None:
        kind = frame["t"]
        if kind == "ack":
            done = self.pending.pop(frame["id"], None)
            if done and done["name"] == "AcceptOffer":
                self.accepted.append(done["args"]["offer_id"])
        elif kind == "nack":
            if frame["code"] in {"unavailable", "slow_down"}:
                await asyncio.sleep(0.2 + self.rng.random() * 0.3)
                if again := self.pending.get(frame["id"]):  # sent twice around a reconnect: the other may be done
                    await socket.send(json.dumps(again))
                return
            refused = self.pending.pop(frame["id"], None)
            if refused and frame["code"] not in {"offer_gone", "already_ended", "not_your_interaction", "not_talking"}:
                self.faults.append(f"{refused['name']} refused: {frame['code']}")
        elif kind == "snap":
            self.topics[frame["topic"]] = frame["data"]
            await self._act(socket, frame["topic"])
        elif kind == "delta":
            self._fold(frame)
            await self._act(socket, frame["topic"])
        elif kind == "fault" and frame["code"] == "unavailable" and "topic" in frame:
            await asyncio.sleep(0.2 + self.rng.random() * 0.3)
            await socket.send(json.dumps({"t": "sub", "topic": frame["topic"]}))
        elif kind == "ping":
            await socket.send(json.dumps({"t": "pong", "n": frame.get("n")}))

    def _fold(self, frame: Frame) -> None:
        data = self.topics.setdefault(frame["topic"], {})
        for op, collection, key, *value in frame["ops"]:
            rows = data.setdefault(collection, {})
            if op == "set":
                rows[key] = value[0]
            elif op == "merge":
                rows.setdefault(key, {}).update(value[0])
            else:
                rows.pop(key, None)

    async def _act(self, socket: Any, topic: str) -> None:
        data = self.topics[topic]
        if topic == "me":
            await self._offers(socket, data)
            await self._handlings(socket, data)
        else:
            await self._answer(socket, data)

    def _asked(self, name: str, key: str, value: str) -> bool:
        return any(f["name"] == name and f["args"].get(key) == value for f in self.pending.values())

    async def _offers(self, socket: Any, data: Frame) -> None:
        for offer in data.get("offers", {}):
            if not self._asked("AcceptOffer", "offer_id", offer):
                await self._command(socket, "ProveOffer", {"offer_id": offer})
                await self._command(socket, "AcceptOffer", {"offer_id": offer})

    async def _handlings(self, socket: Any, data: Frame) -> None:
        for interaction, handling in data.get("handlings", {}).items():
            topic = f"contact:{handling['contact_id']}"
            if topic not in self.topics:
                self.topics[topic] = {}
                await socket.send(json.dumps({"t": "sub", "topic": topic}))
            wrapping = handling["state"] == "after_contact_work"
            if wrapping and not self._asked("WrapUp", "interaction_id", interaction):
                args = {"interaction_id": interaction, "disposition": "resolved", "text": "已解决"}
                await self._command(socket, "WrapUp", args)
        for agent in data.get("agent", {}).values():
            if agent["state"] == "not_ready" and not self._asked("SetAgentState", "state", "available"):
                await self._command(socket, "SetAgentState", {"state": "available"})

    async def _answer(self, socket: Any, data: Frame) -> None:
        handlings = self.topics.get("me", {}).get("handlings", {})
        by_interaction: dict[str, list[Frame]] = {}
        for message in data.get("messages", {}).values():
            by_interaction.setdefault(message["interaction_id"], []).append(message)
        for interaction, messages in by_interaction.items():
            if handlings.get(interaction, {}).get("state") != "talking":
                continue
            theirs = [m for m in messages if m["author"]["kind"] == "customer"]
            for message in theirs:
                if message["id"] not in self.answered:
                    self.answered.add(message["id"])
                    args = {
                        "interaction_id": interaction,
                        "message_id": new_id(),
                        "text": f"收到第 {message['number']} 条",
                    }
                    await self._command(socket, "PostMessage", args)
            if len(theirs) >= self.texts_per_contact and interaction not in self.ending:
                self.ending.add(interaction)
                self._think(socket, "EndInteraction", {"interaction_id": interaction})
