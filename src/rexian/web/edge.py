"""The outermost layer: sockets go straight to their channel, static pages come from memory, the API gets limits.

Everything that leaves carries security headers and the trace id; every refusal made here is a problem like any other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from rexian.kit import i18n, log
from rexian.kit.problem import Problem
from rexian.kit.settings import Settings
from rexian.kit.sockets import AsgiApp, Receive, Scope, Send, header, refuse
from rexian.web import problems
from rexian.web.headers import PageKind, origin_of, security_headers
from rexian.web.static_files import Pages, serve

MAX_BODY: Final = 1_000_000  # bytes of a request that is no upload
_UPLOADS: Final = frozenset(("/chat/files", "/api/files", "/api/drills"))
_DRAINED: Final = 100_000_000  # bytes of a body that is too large that are read and thrown away, and for how long
_DRAIN_S: Final = 10.0
_OVERHEAD: Final = 65_536  # of a multipart form around the file


class Edge:
    """The application as the server sees it."""

    def __init__(
        self, inner: AsgiApp, sockets: Mapping[str, AsgiApp], pages: Pages, settings: Settings, exchange: str = ""
    ) -> None:
        self.house: Any = None  # what the application runs, for tests and benchmarks
        self._inner = inner
        self._sockets = sockets
        self._pages = pages
        self._https = settings.url.startswith("https:")
        self._exchange = origin_of(exchange)
        self._locale = settings.locale
        self._max_upload = settings.max_upload_bytes + _OVERHEAD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        log.start_trace(header(scope, b"traceparent"))
        socket = self._sockets.get(scope["path"])
        if socket is None:
            await refuse(send, 404, problems.encoded(Problem("not_found", 404), self._language(scope)))
            return
        await socket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace_id = log.start_trace(header(scope, b"traceparent"))
        if scope["method"] in {"GET", "HEAD"}:
            query = scope["query_string"].decode("latin-1")
            found = self._pages.find(scope["path"], query, header(scope, b"accept-language"))
            if found is not None:
                await serve(found, scope, self._with_headers(scope, send, found.kind, trace_id))
                return
        sender = self._with_headers(scope, send, "api", trace_id)
        limit = self._max_upload if scope["path"] in _UPLOADS else MAX_BODY
        length = header(scope, b"content-length")
        if length is not None and length.isdecimal() and int(length) > limit:
            await _drain(receive)
            await self._refuse(scope, sender, Problem("too_large", 413))
            return
        await self._inner(scope, _limited(receive, limit), sender)

    def _with_headers(self, scope: Scope, send: Send, kind: PageKind, trace_id: str) -> Send:
        host = header(scope, b"host") or ""
        extra = security_headers(kind, host, https=self._https, exchange=self._exchange)
        extra.append((b"x-trace-id", trace_id.encode()))
        if scope["path"] == "/chat/files":  # a refusal too must be readable on the page that sent the file
            extra.append((b"access-control-allow-origin", b"*"))

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                have = {name.lower() for name, _ in headers}
                headers += [pair for pair in extra if pair[0] not in have]
                if b"cache-control" not in have:
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        return sending

    async def _refuse(self, scope: Scope, send: Send, problem: Problem) -> None:
        body = problems.encoded(problem, self._language(scope))
        headers = [(name.encode(), value.encode()) for name, value in problems.headers_of(problem).items()]
        headers += [(b"content-type", problems.MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        headers.append((b"connection", b"close"))  # the rest of the body is not read
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _language(self, scope: Scope) -> str:
        return i18n.negotiate(header(scope, b"accept-language"), i18n.as_locale(self._locale))


async def _drain(receive: Receive) -> None:
    """Read on without keeping anything, for a while: a sender who is cut off never hears why."""
    left = _DRAINED
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what comes in without a declared length, and refuse what is too much."""
    left = limit

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                if message.get("more_body"):
                    await _drain(receive)
                raise Problem("too_large", 413)
        return message

    return receiving
