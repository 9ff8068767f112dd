"""A stand-in for Rexian's customer side: serves the built widget, a shop page with a strict CSP, and the chat's wire.

It keeps the contract's promises (idempotent by id, numbered without gaps) and can be told to misbehave: cut sockets,
keep acks back, refuse, lose messages. The real server has its own tests; this one makes every state of the view easy.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import uvicorn
from PIL import Image

from rexian.kit.ids import new_id

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

STATIC = Path(__file__).resolve().parents[3] / "src/rexian/web/static/widget"
NOW = 1_772_000_000_000
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}
NAMES = {"zh-CN": "云杉智能", "en": "Yunshan Devices"}
GREETING = {"zh-CN": "您好，有什么可以帮您？", "en": "Hello, how can we help?"}
TOPICS = {
    "zh-CN": [("phone", "手机与平板"), ("home", "智能家居"), ("order", "订单与退换货")],
    "en": [("phone", "Phones and tablets"), ("home", "Smart home"), ("order", "Orders and returns")],
}
HOURS = {"zh-CN": "全天 24 小时", "en": "24 hours a day"}

SHOP = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>云杉智能商城</title>
<link rel="stylesheet" href="/shop.css"></head><body><header><b>云杉智能</b><nav>手机 平板 智能家居 服务</nav></header>
<main><h1>云杉 X30 Pro</h1><p>轻薄机身，全天续航。现在购买，享两年质保。</p><button>立即购买</button></main>
<script src="{host}/w.js" data-site="{site}"{attributes} async></script></body></html>"""
# A careless page: its rules must not reach into the widget.
SHOP_CSS = """*{letter-spacing:.02em} body{margin:0;font:18px/1.6 serif;color:#223;background:#f7f5f0;transition:none}
button{background:#c00;color:#ff0;font-size:22px;border-radius:0} div,section,p{margin:7px}
header{display:flex;gap:32px;padding:20px 48px;background:#fff} main{padding:96px 48px;height:1400px}
@media (prefers-color-scheme:dark){body{background:#16181c;color:#dde} header{background:#1e2126}}"""


@dataclass
class Visitor:
    """One customer and the contact that is open or was last."""

    token: str
    contact: dict[str, Any] | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    earlier: list[dict[str, Any]] = field(default_factory=list)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    sockets: list[Any] = field(default_factory=list)


class Double:
    """The server and its remote control. `shop` and `host` are two origins of the same server."""

    def __init__(self, built: Path = STATIC) -> None:
        self.built = built
        self.visitors: dict[str, Visitor] = {}
        self.frames: list[dict[str, Any]] = []
        self.files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self.uploads: list[str] = []
        self.host = ""
        self.site = "yunshan"
        self.shop = ""
        # Misbehaviour
        self.down = False
        self.hold_acks = False
        self.refuse: dict[str, tuple[str, str]] = {}
        self.upload_status = 200
        self.upload_gate: asyncio.Event | None = None
        self.close_with: int | None = None
        self.open_hours = True
        self.colour = ""
        self.attributes = ""
        self.page_lang = ""
        self.silent = False

    # -- remote control --------------------------------------------------------------------------------------------
    @property
    def visitor(self) -> Visitor:
        """The only visitor of a test."""
        (one,) = self.visitors.values()
        return one

    async def joins(self, name: str = "李晓雯") -> None:
        assert self.visitor.contact
        self.visitor.contact |= {"state": "talking", "agent": {"name": name}}
        await self.tell({"t": "state", "state": "talking", "agent": {"name": name}})

    async def says(self, text: str, *, name: str = "李晓雯", lost: bool = False, file: Any = None) -> None:
        message = self._append(self.visitor, new_id(), "agent", text, name=name, file=file)
        if not lost:
            await self.tell({"t": "message", **message})

    async def place(self, position: int, low_ms: int | None = None, high_ms: int | None = None) -> None:
        frame = {"t": "position", "position": position, "of": position, "wait_low_ms": low_ms, "wait_high_ms": high_ms}
        await self.tell(frame)

    async def ends(self, by: str = "agent") -> None:
        assert self.visitor.contact
        self.visitor.contact["state"] = "ended"
        await self.tell({"t": "state", "state": "ended", "agent": None, "ended_by": by})

    async def reads(self) -> None:
        await self.tell({"t": "read", "number": len(self.visitor.log)})

    async def tell(self, frame: dict[str, Any]) -> None:
        for send in list(self.visitor.sockets):
            await send(frame)

    async def cut(self) -> None:
        """Every socket closes; new ones are refused while `down`."""
        for visitor in self.visitors.values():
            for send in list(visitor.sockets):
                await send(None)

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """The frames of this kind that browsers have sent."""
        return [frame for frame in self.frames if frame["t"] == kind]

    def texts(self) -> list[str]:
        return [message["text"] for message in self.visitor.log if message["author"] == "customer"]

    def picture(self, width: int, height: int, name: str = "截图.png") -> dict[str, Any]:
        """A picture that an agent may send."""
        image = Image.linear_gradient("L").resize((width, height))
        path = Path("/tmp") / f"{new_id()}.png"
        image.save(path)
        info = self._store(name, path.read_bytes())
        path.unlink()
        return info | {"width": width, "height": height}

    # -- ASGI ------------------------------------------------------------------------------------------------------
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._chat(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/chat/files":
            await self._upload(scope, receive, send)
        elif path.startswith("/chat/files/"):
            info, body = self.files[path.split("/")[-1]]
            await _answer(send, body, info["type"])
        elif path in ("/", "/shop"):
            lang = parse_qs(scope["query_string"].decode()).get("lang", [self.page_lang])[0]
            html = SHOP.format(host=self.host, site=self.site, lang=lang, attributes=self.attributes)
            await _answer(send, html.encode(), TYPES[".html"], [("Content-Security-Policy", self._shop_policy())])
        elif path == "/shop.css":
            await _answer(send, SHOP_CSS.encode(), TYPES[".css"])
        elif path.startswith("/c/"):
            policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            policy += f"connect-src 'self' {self.host.replace('http', 'ws')}; base-uri 'none'; form-action 'none'"
            page = (self.built / "hosted.html").read_bytes()
            await _answer(send, page, TYPES[".html"], [("Content-Security-Policy", policy)])
        else:
            name = "loader.js" if path == "/w.js" else path.removeprefix("/widget/")
            file = self.built / name
            if file.parent != self.built or not file.is_file():
                await _answer(send, b"", "text/plain", status=404)
                return
            await _answer(send, file.read_bytes(), TYPES[file.suffix], [("Access-Control-Allow-Origin", "*")])

    def _shop_policy(self) -> str:
        """What the docs tell a site to allow, and nothing more."""
        return (
            f"default-src 'none'; style-src 'self'; script-src {self.host}; img-src {self.host} blob:; "
            f"connect-src {self.host} {self.host.replace('http', 'ws')}"
        )

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        allow = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*")]
        if scope["method"] == "OPTIONS":
            await _answer(send, b"", "text/plain", allow)
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        if self.upload_gate:
            await self.upload_gate.wait()
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        if self.upload_status != 200:
            await _answer(send, b"{}", "application/problem+json", allow, status=self.upload_status)
            return
        assert headers["x-rexian-visitor"] in self.visitors
        name = unquote(headers["x-file-name"])
        self.uploads.append(name)
        info = self._store(name, body)
        del info["url"]
        await _answer(send, json.dumps(info).encode(), "application/json", allow)

    def _store(self, name: str, body: bytes) -> dict[str, Any]:
        image = body[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
        kind = "image/png" if image else "application/octet-stream"
        id_ = new_id()
        info = {"id": id_, "name": name, "type": kind, "size": len(body), "image": image}
        self.files[id_] = (info, body)
        return info | {"url": f"/chat/files/{id_}?v=signed"}

    # -- the wire --------------------------------------------------------------------------------------------------
    async def _chat(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if self.down:
            await send({"type": "websocket.close", "code": 1013})
            return
        await send({"type": "websocket.accept"})
        if self.close_with:
            await send({"type": "websocket.close", "code": self.close_with})
            return
        closed = asyncio.Event()

        async def tell(frame: dict[str, Any] | None) -> None:
            if closed.is_set():
                return
            if frame is None:
                closed.set()
                await send({"type": "websocket.close", "code": 1012})
            else:
                await send({"type": "websocket.send", "text": json.dumps(frame)})

        visitor: Visitor | None = None
        try:
            while True:
                event = await receive()
                if event["type"] == "websocket.disconnect":
                    break
                if closed.is_set() or self.silent:
                    continue
                frame = json.loads(event["text"])
                self.frames.append(frame)
                if frame["t"] == "hello":
                    visitor = await self._hello(frame, tell)
                elif visitor:
                    await self._frame(visitor, frame, tell)
        finally:
            closed.set()
            if visitor and tell in visitor.sockets:
                visitor.sockets.remove(tell)

    async def _hello(self, frame: dict[str, Any], tell: Any) -> Visitor:
        token = frame["visitor"] if frame["visitor"] in self.visitors else f"v-{new_id()}"
        visitor = self.visitors.setdefault(token, Visitor(token))
        locale = frame["locale"]
        contact = visitor.contact
        after = frame["after"] if contact and frame["contact"] == contact["id"] else 0
        welcome = {
            "t": "welcome",
            "visitor": token,
            "site": {
                "name": NAMES[locale],
                "greeting": GREETING[locale],
                "colour": self.colour,
                "topics": [{"key": key, "label": label} for key, label in TOPICS[locale]],
                "locale": locale,
            },
            "hours": {"open": self.open_hours, "text": HOURS[locale]},
            "contact": contact,
            "messages": [message for message in visitor.log if message["number"] > after],
            "now": NOW,
        }
        if frame.get("earlier"):
            welcome["earlier"] = visitor.earlier
        await tell(welcome)
        visitor.sockets.append(tell)
        return visitor

    async def _frame(self, visitor: Visitor, frame: dict[str, Any], tell: Any) -> None:
        kind, id_ = frame["t"], frame.get("id")
        if kind == "ping":
            await tell({"t": "pong", "n": frame["n"]})
        if kind in self.refuse:
            code, text = self.refuse[kind]
            await tell({"t": "nack", "id": id_, "code": code, "text": text})
            return
        if kind not in ("start", "post", "end", "rate"):
            return
        ack = visitor.done.get(id_) or await self._do(visitor, frame, tell)
        if ack:
            visitor.done[id_] = ack
            if not self.hold_acks:
                await tell(ack)

    async def _do(self, visitor: Visitor, frame: dict[str, Any], tell: Any) -> dict[str, Any] | None:
        kind, id_ = frame["t"], frame["id"]
        open_ = visitor.contact is not None and visitor.contact["state"] != "ended"
        if kind == "start":
            if open_:
                await tell({"t": "nack", "id": id_, "code": "contact_open", "text": ""})
                return None
            visitor.log = []
            visitor.contact = {
                "id": frame["contact"],
                "interaction": frame["interaction"],
                "state": "waiting",
                "started_at": NOW,
                "rating": None,
                "agent": None,
            }
            for send in visitor.sockets:
                await send({"t": "state", "state": "waiting", "agent": None})
            message = self._append(visitor, frame["message"], "customer", frame["text"])
            await self._echo(visitor, message, tell)
            return {"t": "ack", "id": id_, "number": 1, "at": message["at"]}
        if kind == "post":
            if not open_:
                await tell({"t": "nack", "id": id_, "code": "already_ended", "text": "本次咨询已结束"})
                return None
            known = next((m for m in visitor.log if m["id"] == id_), None)
            file = self.files[frame["file"]][0] if "file" in frame else None
            if file:
                file = file | {"url": f"/chat/files/{file['id']}?v=signed"}
            message = known or self._append(visitor, id_, "customer", frame.get("text"), file=file)
            await self._echo(visitor, message, tell)
            return {"t": "ack", "id": id_, "number": message["number"], "at": message["at"]}
        assert visitor.contact
        if kind == "end":
            visitor.contact["state"] = "ended"
            for send in visitor.sockets:
                await send({"t": "state", "state": "ended", "agent": None, "ended_by": "customer"})
        else:
            visitor.contact["rating"] = frame["score"]
        return {"t": "ack", "id": id_}

    async def _echo(self, visitor: Visitor, message: dict[str, Any], own: Any) -> None:
        for send in visitor.sockets:
            if send is not own:
                await send({"t": "message", **message})

    def _append(
        self, visitor: Visitor, id_: str, author: str, text: str | None, name: str | None = None, file: Any = None
    ) -> dict[str, Any]:
        number = len(visitor.log) + 1
        at = NOW + number * 20_000
        message = {"id": id_, "number": number, "at": at, "author": author, "name": name, "text": text, "file": file}
        visitor.log.append(message)
        return message


async def _answer(
    send: Send, body: bytes, kind: str, headers: list[tuple[str, str]] | None = None, status: int = 200
) -> None:
    every = [("Content-Type", kind), ("X-Content-Type-Options", "nosniff"), *(headers or [])]
    raw = [(key.encode(), value.encode()) for key, value in every]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(double: Double):  # type: ignore[no-untyped-def]
    """Serves the double on two free ports: two origins, the host's and the shop's."""
    servers = []
    for name in ("host", "shop"):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        setattr(double, name, f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(
            double, log_level="error", lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listener]))
        servers.append((server, task))
    try:
        while not all(server.started for server, _ in servers):  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.01)
        yield double
    finally:
        for server, task in servers:
            server.should_exit = True
            server.force_exit = True
            await task
