"""A simulated agent's connection: signs in, follows topic `me` of the real feed, sends commands until acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from rexian.drill.line import Frame, Line
from rexian.drill.stage import Stage
from rexian.kit.ids import new_id
from rexian.kit.simulated import HEADER


class FeedLine(Line):
    """The feed as one simulated agent sees it: `agent`, `offers`, `handlings` by id, always as the server has them."""

    def __init__(self, stage: Stage, client: httpx.AsyncClient, person_id: str, on_change: Callable[[], None]) -> None:
        super().__init__(stage.url, stage.rng)
        self.stage, self.person_id = stage, person_id
        self.name = ""
        self.view: dict[str, dict[str, dict[str, Any]]] = {}
        self.ready = False
        self._client = client
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self._pending: dict[str, tuple[Frame, asyncio.Future[str]]] = {}
        self._on_change = on_change

    # -- the connection ------------------------------------------------------------------------------------------------
    async def address(self) -> tuple[str, dict[str, str]]:
        try:
            if not self._csrf:
                await self._enter()
            reply = await self._post("/api/feed-ticket", {"X-CSRF-Token": self._csrf})
            if reply.status_code in {401, 403}:
                self._csrf = ""
            reply.raise_for_status()
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        return f"{self.stage.socket_url}/feed?ticket={reply.json()['ticket']}", {}

    async def _enter(self) -> None:
        body = {"role": "agent", "person_id": self.person_id}
        reply = await self._post("/api/demo/enter", {HEADER: self.stage.key}, body)
        reply.raise_for_status()
        session = reply.json()
        self._csrf, self.name = session["csrf"], session["person"]["name"]
        self._cookies = dict(reply.cookies)

    async def _post(self, path: str, headers: dict[str, str], body: Frame | None = None) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        own = {"Origin": self.stage.url} | ({"Cookie": cookie} if cookie else {})
        return await self._client.post(self.stage.url + path, json=body, headers=headers | own)

    async def opened(self) -> None:
        self.ready = False
        self.send({"t": "sub", "topic": "me"})

    # -- frames --------------------------------------------------------------------------------------------------------
    async def take(self, frame: Frame) -> None:
        match frame["t"]:
            case "snap":
                self.view, self.ready = frame["data"], True
                for waiting, _ in list(self._pending.values()):
                    self.send(waiting)
                self._on_change()
            case "delta":
                for op in frame["ops"]:
                    fold(self.view, op)
                self._on_change()
            case "ack":
                self._answer(frame["id"], "")
            case "nack":
                self._answer(frame["id"], frame["code"])
            case "fault" if frame.get("topic") == "me":  # the server has only just begun: come back
                raise ConnectionResetError(frame["code"])

    def _answer(self, id: str, code: str) -> None:
        waiting = self._pending.pop(id, None)
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(code)

    async def command(self, name: str, **args: Any) -> str:
        """Carry out a command. Returns "" or the code of the refusal; sent again after a reconnection, same id."""
        frame = {"t": "cmd", "id": new_id(), "name": name, "args": args}
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._pending[str(frame["id"])] = (frame, answer)
        if self.ready:
            self.send(frame)
        try:
            async with asyncio.timeout(90):
                return await answer
        except TimeoutError:
            return "timeout"
        finally:
            self._pending.pop(str(frame["id"]), None)

    # -- what there is -------------------------------------------------------------------------------------------------
    @property
    def agent(self) -> dict[str, Any]:
        return self.view.get("agent", {}).get(self.person_id, {})

    @property
    def offers(self) -> dict[str, dict[str, Any]]:
        return self.view.get("offers", {})

    @property
    def handlings(self) -> dict[str, dict[str, Any]]:
        return self.view.get("handlings", {})


def fold(view: dict[str, dict[str, Any]], op: list[Any]) -> None:
    """Apply one operation of a delta to a view."""
    kind, collection, id, *value = op
    rows = view.setdefault(collection, {})
    if kind == "set":
        rows[id] = value[0]
    elif kind == "merge":
        rows[id] = rows.get(id, {}) | value[0]
    else:
        rows.pop(id, None)
