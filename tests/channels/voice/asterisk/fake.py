"""An Asterisk that is a few lines of Python: says what a test wants it to say, also what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from rexian.channels.voice.asterisk.needs import WANTED, modules_for
from rexian.channels.voice.asterisk.plan import PhonePlan, Plan, Trunk

Answer = tuple[int, Any]
EVERYTHING = Plan(
    urls=(), phones=(PhonePlan(name="w", web=True),), trunks=(Trunk(name="t", host="h", user="u", password="p"),)
)


class FakeAri:
    """Answers requests over the events socket by `answers` (method and path → status and body), 204 for the rest."""

    def __init__(self, version: str = "22.10.1", started: str = "2026-11-22T17:43:30.258+0000") -> None:
        self.version, self.started = version, started
        self.answers: dict[str, Answer | Callable[[dict[str, Any]], Answer | None]] = {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.over_http: list[str] = []
        self.sockets: list[ServerConnection] = []
        self.refuse = 0
        self.modules = [name for names in modules_for(EVERYTHING) for name in names] + list(WANTED)
        self.server: Server

    async def __aenter__(self) -> FakeAri:
        self.server = await serve(self._serve, "127.0.0.1", 0, process_request=self._greet)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/ari"

    def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        """What comes over plain HTTP, and refusals of the WebSocket."""
        path = request.path.removeprefix("/ari/").partition("?")[0]
        if not self.refuse and path != "events":
            self.over_http.append(path)
            return connection.respond(200, json.dumps(self._usual(path)[1]))
        return connection.respond(self.refuse, "no\n") if self.refuse else None

    async def _serve(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                request = json.loads(text)
                body = json.loads(request.get("message_body") or "{}")
                self.asked.append((request["method"], request["uri"], body))
                answer = self._answer(request, body)
                if answer is not None:
                    await self._reply(socket, request, *answer)

    def _answer(self, request: dict[str, Any], body: dict[str, Any]) -> Answer | None:
        path = request["uri"].split("?")[0]
        given = self.answers.get(f"{request['method']} {path}")
        if callable(given):
            return given(body)
        if given is None and request["method"] == "POST" and path.count("/") == 1 and path.startswith("channels/"):
            return 200, channel(path.split("/")[1], "Down")
        return given or self._usual(path)

    def _usual(self, path: str) -> Answer:
        if path == "asterisk/info":
            return 200, {"system": {"version": self.version, "entity_id": "x"},
                         "status": {"startup_time": self.started, "last_reload_time": self.started}}  # fmt: skip
        if path == "asterisk/modules":
            return 200, [{"name": f"{name}.so", "description": "", "use_count": 0, "status": "Running",
                          "support_level": "core"} for name in self.modules]  # fmt: skip
        if path.startswith("asterisk/config/dynamic/"):
            return 200, []
        if path in {"channels", "bridges"}:
            return 200, []
        if path.startswith("applications/"):
            return 200, {"name": "rexian", "channel_ids": [], "bridge_ids": [], "endpoint_ids": [],
                         "device_names": [], "events_allowed": [], "events_disallowed": []}  # fmt: skip
        return 204, None

    async def _reply(self, socket: ServerConnection, request: dict[str, Any], status: int, body: Any) -> None:
        message = {"type": "RESTResponse", "transaction_id": "", "request_id": request["request_id"],
                   "status_code": status, "reason_phrase": "", "uri": request["uri"]}  # fmt: skip
        if body is not None:
            message |= {"content_type": "application/json", "message_body": json.dumps(body)}
        await socket.send(json.dumps(message))

    async def tell(self, event: dict[str, Any] | str) -> None:
        """Send an event, or any text, to whoever is connected."""
        text = event if isinstance(event, str) else json.dumps(event)
        for socket in self.sockets:
            if socket.state.name == "OPEN":
                await socket.send(text)

    async def cut(self) -> None:
        for socket in self.sockets:
            socket.transport.abort()
        await asyncio.sleep(0)


def channel(channel_id: str, state: str = "Ring", app: str = "Stasis", **variables: str) -> dict[str, Any]:
    return {
        "id": channel_id, "protocol_id": "", "name": f"PJSIP/{channel_id}", "state": state,
        "caller": {"name": "", "number": "+8613800000000"}, "connected": {"name": "", "number": ""},
        "accountcode": "", "creationtime": "2026-11-22T17:43:30.258+0000", "language": "en",
        "dialplan": {"context": "rexian-in", "exten": "4001", "priority": 2, "app_name": app,
                     "app_data": "rexian,in,4001"},
        "channelvars": {"RX_LEG": "", "RX_PAI": "", **variables},
    }  # fmt: skip


def event(kind: str, channel_id: str = "c1", **fields: Any) -> dict[str, Any]:
    base = {"type": kind, "application": "rexian", "timestamp": "2026-11-22T17:43:30.258+0000"}
    return base | {"channel": channel(channel_id, **fields.pop("of", {}))} | fields
