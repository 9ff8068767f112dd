"""Live sound out of a leg and into it: a snoop and a WebSocket channel of Asterisk's, joined by a small bridge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from rexian.channels.voice.asterisk.connection import Connection, Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Leg, companion
from rexian.channels.voice.port import Down, Gone, TapEnded

FRAME = 320
"""20 ms of 16-bit samples at 8,000 Hz."""
KEPT_MS = 2_000
IDLE_S = 4.0


class Wire:
    """One line of sound to a leg: its channels, its bridge and its socket."""

    def __init__(self, leg: Leg, name: str) -> None:
        self.leg, made = leg, str(time.monotonic_ns())  # one before it may still be going
        self.snoop, self.media, self.bridge = (companion(kind, leg.id, name, made) for kind in ("ts", "tm", "tb"))
        self.socket: ClientConnection | None = None
        self.free_at = 0.0
        self.alone = False
        self.closer: asyncio.TimerHandle | None = None


class Taps:
    """All taps and injections of an engine."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._taps: dict[str, Wire] = {}
        self._mouths: dict[str, Wire] = {}
        self._lock, self._opening = asyncio.Lock(), asyncio.Lock()
        hall.on_ended.append(self._leg_ended)

    async def tap(self, tap_id: str, leg: Leg, what: Literal["in", "out", "both"]) -> AsyncIterator[bytes]:
        async with self._opening:
            if ("tap", tap_id) in self._hall.once:
                raise Gone(tap_id)
            if (before := self._taps.pop(tap_id, None)) is not None:  # its reader ends, the tap goes on
                await self._close(before)
            wire = self._taps[tap_id] = Wire(leg, tap_id)
            try:
                await self._open(wire, spy=what, whisper="none")
            except BaseException:
                self._taps.pop(tap_id, None)
                await self._close(wire)
                raise
            return self._frames(tap_id, wire)

    async def _frames(self, tap_id: str, wire: Wire) -> AsyncIterator[bytes]:
        kept = bytearray()
        try:
            assert wire.socket is not None
            async for data in wire.socket:
                if isinstance(data, bytes):
                    kept += data
                    while len(kept) >= FRAME:
                        yield bytes(kept[:FRAME])
                        del kept[:FRAME]
        except WebSocketException:
            pass
        finally:
            if self._taps.get(tap_id) is wire:
                del self._taps[tap_id]
                self._hall.spawn(self._ended(tap_id, wire), "tap ends")

    async def stop(self, tap_id: str) -> None:
        if (wire := self._taps.pop(tap_id, None)) is not None:
            await self._ended(tap_id, wire)

    async def _ended(self, tap_id: str, wire: Wire) -> None:
        self._hall.once.first("tap", tap_id)
        await self._close(wire)
        self._hall.emit(TapEnded, tap_id=tap_id)

    # -- into a leg --------------------------------------------------------------------------------------------------
    async def inject(self, leg: Leg, pcm: bytes) -> None:
        """Queue sound for a leg; what would lie there for more than two seconds is left out."""
        async with self._lock:
            wire = self._mouths.get(leg.id)
            if wire is None:
                wire = Wire(leg, "mouth")
                await self._open(wire, spy="none", whisper="out")
                self._mouths[leg.id] = wire
            wire.alone = await self._carried(wire, wire.alone)
        now = time.monotonic()
        wire.free_at = max(wire.free_at, now)
        room = int(KEPT_MS - (wire.free_at - now) * 1000) * 16
        piece = pcm[: max(0, room - room % FRAME)]
        if piece and wire.socket is not None:
            with suppress(WebSocketException):
                for at in range(0, len(piece), 64 * FRAME):
                    await wire.socket.send(_padded(piece[at : at + 64 * FRAME]))
            wire.free_at += len(piece) / 16_000
        self._close_later(leg.id, wire)

    async def _carried(self, wire: Wire, carried: bool) -> bool:
        """A whisper rides on what is sent to the leg anyway; to one that is alone, silence is sent."""
        alone = not wire.leg.bridge_id or wire.leg.held
        if alone and not carried and not self._hall.playing(wire.leg) and not wire.leg.held:
            await self._hall.ari(wire.leg).channels_start_silence(wire.leg.id)
            return True
        return carried

    def _close_later(self, leg_id: str, wire: Wire) -> None:
        if wire.closer:
            wire.closer.cancel()
        idle = max(0.0, wire.free_at - time.monotonic()) + IDLE_S
        wire.closer = asyncio.get_running_loop().call_later(
            idle, lambda: self._hall.spawn(self._quiet(leg_id), "injection ends")
        )

    async def _quiet(self, leg_id: str) -> None:
        if (wire := self._mouths.pop(leg_id, None)) is not None:
            if wire.alone:
                with suppress(Gone, Refused, Down):
                    await self._hall.ari(wire.leg).channels_stop_silence(leg_id)
            await self._close(wire)

    # -- the line ----------------------------------------------------------------------------------------------------
    async def _open(self, wire: Wire, *, spy: str, whisper: str) -> None:
        line = self._hall.ari(wire.leg)
        snooping, coming = self._hall.entering(wire.snoop), self._hall.entering(wire.media)
        await line.channels_snoop_channel_with_id(
            wire.leg.id, wire.snoop, spy=spy, whisper=whisper, app=line.app, app_args="companion"
        )
        await line.channels_external_media(
            channel_id=wire.media, app=line.app, external_host="", transport="websocket", encapsulation="none",
            connection_type="server", format="slin", data="",
        )  # fmt: skip
        number = await line.channels_get_channel_var(wire.media, variable="MEDIA_WEBSOCKET_CONNECTION_ID")
        wire.socket = await self._connected(line, number.value)
        await self._hall.entered(wire.snoop, snooping)
        await self._hall.entered(wire.media, coming)
        await line.bridges_create_with_id(wire.bridge, type="mixing", name="rexian tap")
        await line.bridges_add_channel(wire.bridge, channel=[wire.snoop, wire.media])

    async def _connected(self, line: Connection, number: str) -> ClientConnection:
        base = "ws" + line.url.removesuffix("/ari").removeprefix("http")
        try:
            return await connect(
                f"{base}/media/{number}", subprotocols=["media"], proxy=None, compression=None,  # type: ignore[list-item]
                additional_headers=line.credentials, max_queue=64, open_timeout=5,
            )  # fmt: skip
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Down(f"no sound from {line.url}: {error}") from error

    async def _close(self, wire: Wire) -> None:
        if wire.closer:
            wire.closer.cancel()
        if wire.socket is not None:
            await wire.socket.close()
        with suppress(Down, Gone, Refused):
            line = self._hall.ari(wire.leg)
            await self._hall.away(line, wire.snoop, wire.media)
            await line.bridges_destroy(wire.bridge)

    def _leg_ended(self, leg: Leg) -> None:
        if leg.id in self._mouths:
            self._hall.spawn(self._quiet(leg.id), "injection ends")
        for tap_id in [one for one, wire in self._taps.items() if wire.leg is leg]:
            self._hall.spawn(self.stop(tap_id), "tap ends")


def _padded(piece: bytes) -> bytes:
    return piece + bytes(-len(piece) % FRAME)
