"""WebSockets as the house uses them: a frame is encoded once and written to many sockets without waiting.

Our server (`rexian.web.server`) hands every WebSocket's `SocketPort` to the application in
`scope["extensions"]["rexian.socket"]`. Writing never blocks: what the peer doesn't read piles up in that socket's own
buffer, and a socket whose buffer is over its limit is cut off (FAULTS 15). Its client resumes by sequence number, so
nothing is lost, and nobody else waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol, cast

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

EXTENSION = "rexian.socket"

# RFC 6455, section 7.4
NORMAL = 1000
PROTOCOL_ERROR = 1002
BAD_DATA = 1007
POLICY = 1008
TRY_LATER = 1013


class SocketPort(Protocol):
    """The writing side of one WebSocket. All methods return at once."""

    def write(self, frame: bytes) -> bool:
        """Send a ready frame (from `text_frame`). False: the socket is closed, or was too slow and has been cut off."""
        ...

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Say goodbye: what was written before still goes out first."""
        ...

    def abort(self) -> None:
        """Cut the connection and drop what it has not read."""
        ...

    def pending(self) -> int:
        """Bytes written that have not left this process."""
        ...


def text_frame(payload: bytes) -> bytes:
    """Return the whole WebSocket frame (RFC 6455, unmasked, final, text) around UTF-8 `payload`."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def port_of(scope: Scope) -> SocketPort:
    """The socket's writing side. Raises `RuntimeError` under a server that is not ours."""
    port = (scope.get("extensions") or {}).get(EXTENSION)
    if port is None:
        raise RuntimeError("serve Rexian by `rexian serve`: the ASGI server gives no rexian.socket extension")
    return cast(SocketPort, port)


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return cast(bytes, value).decode("latin-1")
    return None


async def refuse(send: Send, status: int, body: bytes, retry_after_s: int | None = None) -> None:
    """Answer a WebSocket handshake with an HTTP error (problem details in `body`) instead of opening it."""
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


async def next_text(receive: Receive) -> str | None:
    """The next text that the peer sent; None when it has gone. Raises `UnicodeError` for a binary frame."""
    message = await receive()
    if message["type"] == "websocket.connect":
        message = await receive()
    if message["type"] == "websocket.disconnect":
        return None
    text = message.get("text")
    if text is None:
        raise UnicodeError("binary frame")
    return cast(str, text)
