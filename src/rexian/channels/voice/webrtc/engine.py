"""`EmbeddedEngine`: the port's side of the embedded engine, inside the web server. The line itself is `link.py`'s."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog

from rexian.channels.voice.port import (
    Caller,
    Cause,
    Down,
    Endpoint,
    Gone,
    Health,
    Inventory,
    Music,
    RecordingOrder,
    Role,
    Side,
    Source,
    Unsupported,
    VoiceEvent,
    VoiceListener,
)
from rexian.channels.voice.webrtc import frames
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.link import Link

log = structlog.get_logger(__name__)


class EmbeddedEngine:
    """See `VoiceEngine`. `home`: Rexian's data folder."""

    name = "embedded"

    def __init__(self, home: Path, config: Config | None = None) -> None:
        self._listeners: list[VoiceListener] = []
        self.link = Link(home, config or Config(), self._tell)

    # -- life ------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        self.link.start()

    async def stop(self, *, with_calls: bool = False) -> None:
        """Let go. A process without calls ends; one with calls waits for the next web server, or ends `with_calls`."""
        await self.link.stop(with_calls=with_calls)

    def listen(self, listener: VoiceListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _tell(self, event: VoiceEvent) -> None:
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("voice.listener_failed", event=type(event).__name__)

    async def _ask(self, op: frames.Op) -> Any:
        return await self.link.ask(op)

    async def health(self) -> Health:
        """Never raises: what is wrong stands in `trouble`."""
        try:
            return msgspec.convert(await self._ask(frames.Health()), Health)
        except Down as error:
            return Health(up=False, engine=self.name, epoch=self.link.epoch, trouble=str(error), why=self.link.why)

    async def inventory(self) -> Inventory:
        listing = msgspec.convert(await self._ask(frames.Inventory()), frames.Listing)
        return Inventory(epoch=self.link.epoch, legs=listing.legs, bridges=listing.bridges)

    # -- legs ------------------------------------------------------------------------------------------------------
    async def connect(self, leg_id: str, sdp: str, *, side: Side, tag: str = "") -> str:
        return str(await self._ask(frames.Connect(leg_id=leg_id, sdp=sdp, side=side, tag=tag)))

    async def answer(self, leg_id: str, *, side: Side, tag: str = "") -> None:
        """No leg is ever offered here: one that lives was answered by `connect`."""
        if all(leg.id != leg_id for leg in (await self.inventory()).legs):
            raise Gone(leg_id)

    async def reject(self, leg_id: str, cause: Cause = "busy") -> None:
        await self.hang_up(leg_id, cause)

    async def hang_up(self, leg_id: str, cause: Cause = "normal") -> None:
        await self._ask(frames.HangUp(leg_id=leg_id, cause=cause))

    async def originate(
        self, leg_id: str, to: Endpoint, *, side: Side, tag: str = "", caller: Caller | None = None,
        timeout_ms: int = 30_000, try_id: str = "",
    ) -> None:  # fmt: skip
        """A browser is asked over its own socket, and then `connect`s; telephone lines there are none."""
        raise Unsupported

    async def transfer(self, leg_id: str, to: Endpoint) -> None:
        raise Unsupported

    # -- media -----------------------------------------------------------------------------------------------------
    async def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        await self._ask(frames.Play(leg_id=leg_id, playback_id=playback_id, source=source))

    async def stop_playback(self, leg_id: str, playback_id: str) -> None:
        await self._ask(frames.StopPlayback(leg_id=leg_id, playback_id=playback_id))

    async def collect(
        self, leg_id: str, collect_id: str, *, most: int = 1, first_ms: int = 8_000, between_ms: int = 3_000,
        end_key: str = "#",
    ) -> None:  # fmt: skip
        await self._ask(
            frames.Collect(
                leg_id=leg_id, collect_id=collect_id, most=most, first_ms=first_ms, between_ms=between_ms,
                end_key=end_key,
            )
        )  # fmt: skip

    async def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        await self._ask(frames.StopCollecting(leg_id=leg_id, collect_id=collect_id))

    async def send_dtmf(self, leg_id: str, keys_id: str, digits: str) -> None:
        await self._ask(frames.SendDtmf(leg_id=leg_id, keys_id=keys_id, digits=digits))

    async def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        await self._ask(frames.Hold(leg_id=leg_id, on=on, music=music))

    async def mute(self, leg_id: str, on: bool) -> None:
        await self._ask(frames.Mute(leg_id=leg_id, on=on))

    # -- bridges ---------------------------------------------------------------------------------------------------
    async def create_bridge(self, bridge_id: str) -> None:
        await self._ask(frames.CreateBridge(bridge_id=bridge_id))

    async def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        await self._ask(frames.Join(bridge_id=bridge_id, leg_id=leg_id, role=role))

    async def leave(self, leg_id: str) -> None:
        await self._ask(frames.Leave(leg_id=leg_id))

    async def destroy_bridge(self, bridge_id: str) -> None:
        await self._ask(frames.DestroyBridge(bridge_id=bridge_id))

    # -- recordings ------------------------------------------------------------------------------------------------
    async def record(self, bridge_id: str, order: RecordingOrder) -> None:
        await self._ask(frames.Record(bridge_id=bridge_id, order=order))

    async def pause_recording(self, recording_id: str, paused: bool) -> None:
        await self._ask(frames.PauseRecording(recording_id=recording_id, paused=paused))

    async def stop_recording(self, recording_id: str) -> None:
        await self._ask(frames.StopRecording(recording_id=recording_id))

    async def resume_recording(self, bridge_id: str, order: RecordingOrder) -> bool:
        """The media process outlives us with its orders, and needs nothing of us to go on."""
        return any(bridge.recording_id == order.id for bridge in (await self.inventory()).bridges)

    async def clear_recordings(self, known: Collection[str]) -> None:
        """What it has written is sealed, and lies in our own folder."""

    # -- taps ------------------------------------------------------------------------------------------------------
    async def tap(self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"]) -> AsyncIterator[bytes]:
        """A reader that is more than two seconds behind loses the oldest sound."""
        queue = self.link.open_tap(tap_id)
        try:
            await self._ask(frames.Tap(tap_id=tap_id, leg_id=leg_id, what=what))
        except BaseException:
            self.link.end_tap(tap_id)
            raise
        return _drain(queue)

    async def inject(self, leg_id: str, inject_id: str, pcm: bytes) -> None:
        await self._ask(frames.Inject(leg_id=leg_id, inject_id=inject_id, pcm=pcm))

    async def stop_tap(self, tap_id: str) -> None:
        await self._ask(frames.StopTap(tap_id=tap_id))


async def _drain(queue: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
    while (pcm := await queue.get()) is not None:
        yield pcm
