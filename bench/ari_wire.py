"""Stands between the house and Asterisk's REST interface, passes every byte on, and notes when each message went by.

    python -m bench.ari_wire LISTEN_PORT ASTERISK_PORT

A process of its own. It reads along on the events' WebSocket (RFC 6455), and at the end of its input prints a JSON
line for each message: [seconds, "ask" | "answer" | "event", …]. What a message waits in the house's own buffers thus
counts as the house's time, and not as Asterisk's.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import monotonic
from typing import Any


class Frames:
    """Takes the text messages out of one direction of a WebSocket; the HTTP head and other frames are left out."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._begun = False
        self._parts = bytearray()

    def take(self, data: bytes) -> list[bytes]:
        self._held += data
        if not self._begun:
            head = self._held.find(b"\r\n\r\n")
            if head < 0:
                return []
            del self._held[: head + 4]
            self._begun = True
        found: list[bytes] = []
        while (frame := self._frame()) is not None:
            last, kind, payload = frame
            if kind in (0, 1):
                self._parts += payload
                if last:
                    found.append(bytes(self._parts))
                    self._parts.clear()
        return found

    def _frame(self) -> tuple[bool, int, bytes] | None:
        held = self._held
        if len(held) < 2:
            return None
        masked, size, at = held[1] & 0x80, held[1] & 0x7F, 2
        if size > 125:
            at += 2 if size == 126 else 8
            size = int.from_bytes(held[2:at], "big")
        key = bytes(held[at : at + 4]) if masked else b""
        at += len(key)
        if len(held) < at + size or (masked and len(key) < 4):
            return None
        kind, last, payload = held[0] & 0x0F, bool(held[0] & 0x80), bytes(held[at : at + size])
        del held[: at + size]
        return last, kind, _unmask(payload, key) if masked else payload


def _unmask(payload: bytes, key: bytes) -> bytes:
    long = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(long, "big")).to_bytes(len(payload), "big")


class Tap:
    """All connections, and what was seen on them. Messages are read only at the end: now there is no time for it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._seen: list[tuple[float, bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer), return_exceptions=True)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        frames: Frames | None = None
        first = True
        try:
            while data := await source.read(1 << 16):
                sink.write(data)
                if first:
                    first = False
                    frames = Frames() if b"upgrade: websocket" in data[:2_000].lower() else None
                if frames is not None:
                    self._seen += [(monotonic(), message) for message in frames.take(data)]
                await sink.drain()
        finally:
            sink.close()

    def told(self) -> list[list[Any]]:
        """All that went by, oldest first."""
        lines = [_line(at, json.loads(message)) for at, message in self._seen]
        return [line for line in lines if line]


def _line(at: float, said: dict[str, Any]) -> list[Any]:
    match said.get("type"):
        case "RESTRequest":
            return [at, "ask", said["request_id"], said["method"], said["uri"], said.get("message_body") or ""]
        case "RESTResponse":
            return [at, "answer", said["request_id"], said["status_code"]]
        case "ChannelStateChange" | "StasisStart":
            return [at, "event", said["type"], said["channel"]["id"], said["channel"]["state"]]
    return []


async def main(listen: int, port: int) -> None:
    tap = Tap(port)
    server = await asyncio.start_server(tap.serve, "127.0.0.1", listen)
    print("up", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()
    for line in tap.told():
        print(json.dumps(line))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
