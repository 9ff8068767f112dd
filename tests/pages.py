"""The pages people use, without a browser: an agent's desk at the feed, a customer's page at the widget's socket."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rexian.kit.ids import new_id
from rexian.web.feed import wire


class Talking:
    """A socket whose frames are collected as they come."""

    def __init__(self) -> None:
        self.socket: ClientConnection | None = None
        self.frames: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def listen(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self.socket is not None
        try:
            async for text in self.socket:
                frame = json.loads(text)
                self.frames.append(frame)
                self.take(frame)
                self._news.set()
        except ConnectionClosed:
            pass
        self.closed = (self.socket.close_code or 1006, self.socket.close_reason or "")
        self._news.set()

    def take(self, frame: dict[str, Any]) -> None:
        raise NotImplementedError

    async def send(self, **frame: Any) -> None:
        assert self.socket is not None
        await self.socket.send(json.dumps(frame))

    async def until(self, holds: Callable[[], Any], seconds: float = 30) -> Any:
        """Wait until `holds()` is true of what has come, and return its value. So long takes only what never comes."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := holds()):
                    self._news.clear()
                    await self._news.wait()
                return value
        except TimeoutError:
            raise AssertionError(f"never came; last frames: {self.frames[-6:]}, closed: {self.closed}") from None

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["t"] == kind]

    async def got(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for a frame of this kind with these fields."""

        def found() -> dict[str, Any] | None:
            fits = (frame for frame in self.of(kind) if all(frame.get(name) == value for name, value in fields.items()))
            return next(fits, None)

        frame: dict[str, Any] = await self.until(found)
        return frame

    async def until_closed(self, seconds: float = 30) -> tuple[int, str]:
        closed: tuple[int, str] = await self.until(lambda: self.closed, seconds)
        return closed

    async def drop(self) -> None:
        """The network goes: no close frame."""
        assert self.socket is not None
        self.socket.transport.abort()
        await self.until_closed()

    async def close(self) -> None:
        assert self.socket is not None
        await self.socket.close()
        if self._task is not None:
            await self._task


class Desk(Talking):
    """A staff member's feed: keeps the views as a browser does, and fails loudly on a gap."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self.socket = socket
        self.epoch: int | None = None
        self.views: dict[str, wire.View] = {}
        self.seqs: dict[str, int] = {}
        self.epochs: dict[str, int] = {}
        self._proven: dict[str, asyncio.Task[None]] | None = None
        self._beating: asyncio.Task[None] | None = None

    def take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "hello":
                self.epoch = frame["epoch"]
            case "snap":
                topic = frame["topic"]
                self.views[topic], self.seqs[topic], self.epochs[topic] = frame["data"], frame["seq"], frame["epoch"]
            case "delta":
                topic = frame["topic"]
                assert frame["from_seq"] == self.seqs[topic], f"gap in {topic}: {frame} after {self.seqs[topic]}"
                wire.play(self.views[topic], frame["ops"])
                self.seqs[topic] = frame["seq"]
        self._prove()

    def lives(self) -> None:
        """From now on it does what a browser's page does by itself: its heart beats, and it proves every offer."""
        self._proven = {}
        self._prove()
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            for n in itertools.count():
                await self.send(t="ping", n=n)
                await asyncio.sleep(2)

    def _prove(self) -> None:
        for id in self.views.get("me", {}).get("offers", {}):
            if self._proven is not None and id not in self._proven:
                proof = self.send(t="cmd", id=new_id(), name="ProveOffer", args={"offer_id": id})
                self._proven[id] = asyncio.create_task(proof)

    async def sub(self, topic: str) -> None:
        await self.send(t="sub", topic=topic)
        await self.until(lambda: topic in self.views)

    def view(self, topic: str, collection: str) -> dict[str, Any]:
        return self.views[topic][collection]

    async def close(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
        await super().close()

    async def cmd(self, name: str, id: str | None = None, **args: Any) -> dict[str, Any]:
        """Send a command and return its ack or nack."""
        id = id or new_id()
        seen = len(self.frames)
        await self.send(t="cmd", id=id, name=name, args=args)
        answer: dict[str, Any] = await self.until(
            lambda: next((f for f in self.frames[seen:] if f["t"] in ("ack", "nack") and f["id"] == id), None)
        )
        return answer

    async def do(self, name: str, **args: Any) -> dict[str, Any]:
        """The same, and it must be carried out."""
        answer = await self.cmd(name, **args)
        assert answer["t"] == "ack", answer
        return answer

    async def available(self) -> None:
        await self.do("SetAgentState", state="available")

    async def accept(self) -> dict[str, Any]:
        """Wait for an offer, prove and accept it; returns the handling."""
        offer = await self.until(lambda: next(iter(self.view("me", "offers").values()), None))
        await self.do("ProveOffer", offer_id=offer["id"])
        await self.do("AcceptOffer", offer_id=offer["id"])
        handling: dict[str, Any] = await self.until(lambda: self.view("me", "handlings").get(offer["interaction_id"]))
        return handling

    async def say(self, interaction_id: str, text: str) -> dict[str, Any]:
        return await self.do("PostMessage", interaction_id=interaction_id, message_id=new_id(), text=text)


class Page(Talking):
    """A customer's page: keeps the visitor's token and the messages over reconnects, as the widget does."""

    def __init__(self, ws: str, site_key: str) -> None:
        super().__init__()
        self.ws = ws
        self.site = site_key
        self.visitor: str | None = None
        self.contact: str | None = None
        self.interaction: str | None = None
        self.state: str | None = None
        self.rating: int | None = None
        self.messages: dict[int, dict[str, Any]] = {}
        self.own: dict[str, str] = {}  # message id or start id → text

    async def open(self, headers: dict[str, str] | None = None, origin: str | None = None, **hello: Any) -> None:
        self.socket = await connect(
            f"{self.ws}/chat/ws", proxy=None, compression=None, max_size=None, additional_headers=headers, origin=origin  # type: ignore[arg-type]
        )  # fmt: skip
        self.closed = None
        self.frames = []
        self.listen()
        after = max(self.messages, default=0)
        await self.send(
            **{"t": "hello", "v": 1, "site": self.site, "visitor": self.visitor, "locale": "zh-CN", "after": after,
               "contact": self.contact} | hello
        )  # fmt: skip
        await self.until(lambda: self.of("welcome") or self.closed)

    def take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "welcome":
                self.visitor = frame["visitor"]
                if (contact := frame["contact"]) is not None:
                    if contact["id"] != self.contact:
                        self.messages = {}
                    self.contact, self.interaction, self.state = contact["id"], contact["interaction"], contact["state"]
                    self.rating = contact["rating"]
                for message in frame["messages"]:
                    self._add(message)
            case "message":
                self._add(frame)
            case "ack" if "number" in frame and frame["id"] in self.own:
                known = self.messages.get(frame["number"])
                assert known is None or known["id"] == frame["id"] or known.get("start") == frame["id"]
                self.messages[frame["number"]] = frame | {"author": "customer", "text": self.own[frame["id"]]}
            case "state":
                self.state = frame["state"]
                self.rating = frame["rating"] or self.rating

    def _add(self, message: dict[str, Any]) -> None:
        before = self.messages.get(message["number"])
        assert before is None or before["text"] == message["text"], f"{message} in the place of {before}"
        self.messages[message["number"]] = message

    @property
    def texts(self) -> list[str]:
        return [self.messages[number]["text"] for number in sorted(self.messages)]

    async def start(
        self, text: str = "你好，我的手机无法开机", topic: str | None = None, name: str | None = "陈晨",
        attributes: dict[str, str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        self.contact, self.interaction, self.messages = new_id(), new_id(), {}
        frame = {"t": "start", "id": new_id(), "contact": self.contact, "interaction": self.interaction, "topic": topic,
                 "name": name, "text": text, "message": new_id(), "attributes": attributes}  # fmt: skip
        self.own[frame["id"]] = text
        await self.send(**frame)
        return await self.answer(frame["id"])

    async def answer(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.until(
            lambda: next((f for f in self.frames if f["t"] in ("ack", "nack") and f["id"] == id), None)
        )
        return found

    async def say(self, text: str, id: str | None = None) -> dict[str, Any]:
        id = id or new_id()
        self.own[id] = text
        await self.send(t="post", id=id, text=text)
        return await self.answer(id)

    async def ask(self, t: str, **fields: Any) -> dict[str, Any]:
        id = new_id()
        await self.send(t=t, id=id, **fields)
        return await self.answer(id)
