"""The server under the application: uvicorn with a WebSocket protocol that writes ready frames without waiting."""

from __future__ import annotations

import logging
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from rexian.kit.sockets import EXTENSION, NORMAL, AsgiApp

MAX_FRAME = 65_536  # bytes a client may send in one message; more closes the socket with 1009 (FAULTS 13)
MAX_PENDING = 262_144  # bytes that a slow reader may have outstanding before it is cut off (FAULTS 15)


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, with a `SocketPort` for the application.

    The stock `send` builds each frame anew and awaits; for a wallboard seen by thousands that is the whole cost. Here
    the frame comes ready and goes straight to the transport.
    """

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        # The ASGI task starts in a later turn of the loop, so it sees this.
        if not self.close_sent:
            self.scope["extensions"][EXTENSION] = _Port(self)  # type: ignore[assignment]


class _Port:
    """See `rexian.kit.sockets.SocketPort`."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: SocketProtocol) -> None:
        self._protocol = protocol

    def write(self, frame: bytes) -> bool:
        protocol = self._protocol
        transport = protocol.transport
        if protocol.close_sent or protocol.disconnected or transport.is_closing():
            return False
        # Asked before writing: one snapshot larger than the limit is fine, a second one on top of it is not.
        if transport.get_write_buffer_size() > MAX_PENDING:
            transport.abort()
            return False
        transport.write(frame)
        return True

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        protocol = self._protocol
        if protocol.close_sent or protocol.disconnected or protocol.transport.is_closing():
            return
        protocol.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        protocol.conn.send_close(code, reason)
        protocol.transport.write(b"".join(protocol.conn.data_to_send()))
        protocol.close_sent = True
        if protocol.read_paused:  # the peer's answer must be heard
            protocol.read_paused = False
            protocol.transport.resume_reading()
        protocol.close_timer = protocol.loop.call_later(2, protocol.transport.abort)

    def abort(self) -> None:
        if not self._protocol.disconnected:
            self._protocol.transport.abort()

    def pending(self) -> int:
        return self._protocol.transport.get_write_buffer_size()


def make_server(app: AsgiApp, host: str, port: int, *, grace_s: int = 5) -> uvicorn.Server:
    """A server that listens on `host:port` (0: any free port) once its `serve()` runs.

    Compression stays off: a megabyte of zeros would cost a kilobyte to send (FAULTS 16), and small frames gain nothing.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws=SocketProtocol,
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        http="httptools",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # we read forwarded addresses ourselves, only from proxies that the settings trust
        server_header=False,
        timeout_graceful_shutdown=grace_s,
        backlog=4096,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return uvicorn.Server(config)
