"""Recordings: two snoops on the customer's leg, what it says (left) and what it hears of the others (right).

Asterisk writes them into its own spool, so that they go on when we are away. At the end they are fetched, woven into
one stereo file, sealed, and deleted there. While one is paused, silence is written; also while the customer is held:
music is not what the others say, and what is said into it is not for the record.
"""

from __future__ import annotations

import asyncio
import os
import struct
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
import structlog

from rexian.channels.voice.asterisk.ari_generated import LiveRecording
from rexian.channels.voice.asterisk.connection import Connection, Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Bridge, Leg, companion
from rexian.channels.voice.port import Gone, RecordingEnded, RecordingOrder
from rexian.kit.sealed import Sealed, SealedWriter

log = structlog.get_logger(__name__)

Why = Literal["stopped", "leg_ended", "disk_full", "failed"]
_TRACKS = {"in": "l", "out": "r"}
FINISH_S = 5.0


class Running:
    """One recording. `waiting`: names of the tracks that Asterisk still writes, `on`: where it lies."""

    def __init__(self, order: RecordingOrder, bridge_id: str, leg: Leg | None, on: Connection) -> None:
        self.order, self.bridge_id, self.leg, self.on = order, bridge_id, leg, on
        self.names = [companion("rec", order.id, track) for track in _TRACKS.values()]
        self.waiting = set(self.names)
        self.written = asyncio.Event()
        self.why: Why = "stopped"
        self.ending = False


class Recorders:
    """All recordings of an engine."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._running: dict[str, Running] = {}
        self._over: deque[str] = deque(maxlen=1_000)
        hall.on_ended.append(self._leg_ended)
        hall.on_hold.append(self._held)

    def of(self, bridge: Bridge) -> tuple[str, bool]:
        """Return id and pause of what records a bridge, as its legs' notes say; empty when nothing does."""
        for leg in bridge.legs:
            if leg.recording_id:
                return leg.recording_id, leg.recording_paused
        return "", False

    # -- begin -------------------------------------------------------------------------------------------------------
    async def begin(self, bridge: Bridge, order: RecordingOrder) -> None:
        """Begin, or go on with one that was begun before our crash. Raises `Gone` when nobody is there to record."""
        if order.id in self._running or order.id in self._over:
            return
        if not await asyncio.to_thread(_writable, Path(order.path)):
            self._over.append(order.id)
            self._hall.emit(RecordingEnded, recording_id=order.id, bridge_id=bridge.id, duration_ms=0, size=0,
                            sha256="", why="failed")  # fmt: skip
            return
        leg = next((leg for leg in bridge.legs if leg.side == "customer"), None) or next(iter(bridge.legs), None)
        if leg is None:
            raise Gone(bridge.id)
        line = self._hall.ari(leg)
        running = self._running[order.id] = Running(order, bridge.id, leg, line)
        try:
            if await self._lives(line, running):
                return
            await asyncio.gather(*(self._track(line, running, leg, spy, at) for at, spy in enumerate(_TRACKS)))
        except BaseException:
            self._running.pop(order.id, None)
            raise
        leg.recording_id, leg.recording_paused = order.id, False
        if leg.held:
            await self._hush(running)
        await self._hall.note(leg)

    async def _lives(self, line: Connection, running: Running) -> bool:
        """Whether Asterisk has been writing it already: adopt it, or finish it when it ended meanwhile."""
        for name in running.names:
            with suppress(Gone):
                await line.recordings_get_live(name)
                return True
        try:
            await line.recordings_get_stored(running.names[0])
        except Gone:
            return False
        self._close(running)
        return True

    def _close(self, running: Running) -> None:
        """Nobody writes it any more."""
        running.waiting.clear()
        running.written.set()
        self._finish(running, "leg_ended")

    async def _track(self, line: Connection, running: Running, leg: Leg, spy: str, at: int) -> None:
        snoop = companion("recs", running.order.id, spy)
        entering = self._hall.entering(snoop)
        await line.channels_snoop_channel_with_id(
            leg.id, snoop, spy=spy, whisper="none", app=line.app, app_args="companion"
        )
        await self._hall.entered(snoop, entering)
        await line.channels_record(snoop, name=running.names[at], format="ulaw", if_exists="overwrite")

    async def recover(self, order: RecordingOrder) -> bool:
        """Fetch what a controller left in an Asterisk, or one that was started anew still has. Raises `Down`."""
        if order.id in self._running:
            return True
        for node in self._hall.nodes.values():
            running = Running(order, "", None, node.line)
            for name in running.names:
                with suppress(Gone):
                    await node.line.recordings_get_stored(name)
                    self._running[order.id] = running
                    self._close(running)
                    return True
        return False

    def closing(self) -> Iterator[str]:
        """Which have ended and are being fetched."""
        return (id for id, running in self._running.items() if running.ending)

    # -- on and off --------------------------------------------------------------------------------------------------
    async def pause(self, recording_id: str, paused: bool) -> None:
        running = self._known(recording_id)
        if running.leg is not None:
            running.leg.recording_paused = paused
            await self._hall.note(running.leg)
        await self._hush(running, paused=paused)

    async def _held(self, leg: Leg) -> None:
        if (running := self._running.get(leg.recording_id)) is not None and not running.ending:
            with suppress(Gone, Refused):
                await self._hush(running)

    async def _hush(self, running: Running, *, paused: bool = False) -> None:
        """Let silence be written, or sound. Asterisk takes the same word twice."""
        leg = running.leg
        silent = paused or (leg is not None and (leg.recording_paused or leg.held))
        act = running.on.recordings_mute if silent else running.on.recordings_unmute
        await asyncio.gather(*(act(name) for name in running.names))

    async def end(self, recording_id: str) -> None:
        """Stop it. `RecordingEnded` follows when the file is sealed. Again: nothing."""
        if recording_id in self._over:
            return
        running = self._known(recording_id)
        self._finish(running, "stopped")
        if running.leg is not None:
            running.leg.recording_id = ""
            await self._hall.note(running.leg)

    def _known(self, recording_id: str) -> Running:
        running = self._running.get(recording_id)
        if running is None or running.ending:
            raise Gone(recording_id)
        return running

    async def end_bridge(self, bridge_id: str) -> None:
        for running in [one for one in self._running.values() if one.bridge_id == bridge_id]:
            with suppress(Gone):
                await self.end(running.order.id)

    # -- the end -----------------------------------------------------------------------------------------------------
    def written(self, recording: LiveRecording) -> None:
        """Asterisk's word that a track is closed."""
        for running in tuple(self._running.values()):
            running.waiting.discard(recording.name)
            if not running.waiting:
                running.written.set()
                self._finish(running, "leg_ended")

    def _leg_ended(self, leg: Leg) -> None:
        for running in tuple(self._running.values()):
            if running.leg is leg:
                self._finish(running, "leg_ended")

    def _finish(self, running: Running, why: Why) -> None:
        if not running.ending:
            running.ending, running.why = True, why
            self._over.append(running.order.id)
            self._hall.spawn(self._seal(running), "recording ends")

    async def _seal(self, running: Running) -> None:
        try:
            await self._weave(running)
        finally:
            self._running.pop(running.order.id, None)  # cut short: what lies there is recovered later

    async def _weave(self, running: Running) -> None:
        line = running.on
        for name in tuple(running.waiting):
            with suppress(Gone, Refused):
                await line.recordings_stop(name)
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await running.written.wait()
        tracks = [await self._fetch(line, name) for name in running.names]
        order = running.order
        sealed, why = await asyncio.to_thread(_sealed, Path(order.path), order.key, tracks)
        await self._hall.away(line, *(companion("recs", order.id, spy) for spy in _TRACKS))
        if why == "":
            for name in running.names:
                with suppress(Gone, Refused):
                    await line.recordings_delete_stored(name)
        self._hall.emit(
            RecordingEnded, recording_id=order.id, bridge_id=running.bridge_id, why=why or running.why,
            duration_ms=max(map(len, tracks)) // 8, size=sealed.size if sealed else 0,
            sha256=sealed.sha256 if sealed else "",
        )  # fmt: skip

    async def _fetch(self, line: Connection, name: str) -> bytes:
        try:
            return await line.recordings_get_stored_file(name)
        except (Gone, Refused) as error:
            log.warning("asterisk.recording_missing", name=name, error=str(error))
            return b""


def _writable(path: Path) -> bool:
    return path.parent.is_dir() and os.access(path.parent, os.W_OK)


def _sealed(path: Path, key: bytes, tracks: list[bytes]) -> tuple[Sealed | None, Literal["", "disk_full", "failed"]]:
    """Weave two mu-law tracks into a stereo WAV and seal it."""
    length = max(map(len, tracks))
    woven = np.full((length, 2), 0xFF, dtype=np.uint8)  # silence in mu-law
    for at, track in enumerate(tracks):
        woven[: len(track), at] = np.frombuffer(track, np.uint8)
    try:
        path.unlink(missing_ok=True)  # of an attempt that was cut short
        writer = SealedWriter(path, key)
        try:
            writer.write(_wav_header() + woven.tobytes())
        except OSError:
            return writer.close(), "disk_full"
        return writer.close(), "" if length else "failed"
    except OSError as error:
        log.error("asterisk.recording_not_written", path=str(path), error=str(error))
        return None, "disk_full"


def _wav_header() -> bytes:
    """WAV, G.711 mu-law, 8,000 Hz, stereo, sizes open (0xFFFFFFFF) as in all sealed recordings."""
    form = struct.pack("<HHIIHHH", 7, 2, 8_000, 16_000, 2, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, 0xFFFFFFFF)
    return b"RIFF" + b"\xff" * 4 + b"WAVEfmt " + struct.pack("<I", len(form)) + form + fact + b"data" + b"\xff" * 4
