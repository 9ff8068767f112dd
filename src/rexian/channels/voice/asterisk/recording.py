"""Recordings: two snoops on the customer's leg, what it says (left) and what it hears of the others (right).

Asterisk writes them into its own spool, so that they go on when we are away. At the end they are fetched, woven into
one stereo file, sealed, and deleted there. While one is paused, silence is written; also while the customer is held:
music is not what the others say, and what is said into it is not for the record. What can't be sealed now (we were
killed, our disk is full) stays in the spool until `resume` is asked for it again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Literal

import structlog

from rexian.channels.voice.asterisk import spool
from rexian.channels.voice.asterisk.ari_generated import LiveRecording
from rexian.channels.voice.asterisk.connection import Connection, Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Bridge, Leg, companion
from rexian.channels.voice.port import Down, Gone, RecordingEnded, RecordingOrder

log = structlog.get_logger(__name__)

Why = Literal["stopped", "leg_ended", "disk_full", "failed"]
FINISH_S = 5.0
UNASKED_S = 2.0
"""A track that ends within so long before its leg has ended with it; else its writing failed."""


class Running:
    """One recording. `waiting`: names of the tracks that Asterisk still writes; `leg` None: it had ended before."""

    def __init__(self, order: RecordingOrder, bridge_id: str, node: str, leg: Leg | None) -> None:
        self.order, self.bridge_id, self.node, self.leg = order, bridge_id, node, leg
        self.names = spool.names_of(order.id)
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
        self._left: dict[str, int] = {}  # recording → bytes that our disk did not take
        hall.on_ended.append(self._leg_ended)
        hall.on_hold.append(self._held)

    def by_bridge(self) -> dict[str, tuple[str, bool]]:
        """Id and pause of what records each bridge, as the legs' notes say; also of one whose leg is out of it now."""
        recorded = [leg for leg in self._hall.legs.values() if leg.recording_id]
        return {leg.recorded_in: (leg.recording_id, leg.recording_paused) for leg in recorded}

    # -- begin -------------------------------------------------------------------------------------------------------
    async def begin(self, bridge: Bridge, order: RecordingOrder) -> None:
        """Begin, or go on with one that was begun before our crash. Raises `Gone` when nobody is there to record."""
        if order.id in self._running or order.id in self._over:
            return
        if not await asyncio.to_thread(spool.writable, Path(order.path)):
            self._over.append(order.id)
            self._told(order, bridge.id, "failed")
            return
        leg = next((leg for leg in bridge.legs if leg.side == "customer"), None) or next(iter(bridge.legs), None)
        if leg is None:
            raise Gone(bridge.id)
        if await self._resume_on(leg.node, bridge.id, order) or order.id in self._running:
            return
        running = self._running[order.id] = Running(order, bridge.id, leg.node, leg)
        line = self._hall.ari(leg)
        try:
            await asyncio.gather(*(self._track(line, leg, running, spy) for spy in spool.TRACKS))
        except BaseException:
            self._running.pop(order.id, None)
            await self._hall.away(line, *self._snoops(order.id))
            raise
        leg.recording_id, leg.recording_paused, leg.recorded_in = order.id, False, bridge.id
        if leg.held:
            await self._hush(leg)
        await self._hall.note(leg)

    async def _track(self, line: Connection, leg: Leg, running: Running, spy: str) -> None:
        order = running.order
        snoop, name = companion("recs", order.id, spy), companion("rec", order.id, spool.TRACKS[spy])
        entering = self._hall.entering(snoop)
        await line.channels_snoop_channel_with_id(
            leg.id, snoop, spy=spy, whisper="none", app=line.app, app_args="companion"
        )
        await self._hall.entered(snoop, entering)
        await line.channels_record(snoop, name=name, format="ulaw", if_exists="overwrite")

    # -- after a crash, ours or the exchange's -----------------------------------------------------------------------
    async def resume(self, bridge_id: str, order: RecordingOrder) -> bool:
        """See `port.VoiceEngine.resume_recording`."""
        if order.id in self._running:
            return True
        if (size := self._left.get(order.id)) is not None:
            if not await asyncio.to_thread(spool.has_room, Path(order.path), size):
                return True
        elif order.id in self._over:
            return True
        for node in self._hall.nodes.values():
            if node.line.up and await self._resume_on(node.name, bridge_id, order):
                return True
        if not all(node.line.up for node in self._hall.nodes.values()):
            raise Down("a node that may have it is away")
        return False

    async def _resume_on(self, node: str, bridge_id: str, order: RecordingOrder) -> bool:
        """Adopt what Asterisk writes; finish what it has written. Returns whether there is anything of it."""
        running = Running(order, bridge_id, node, self._leg_of(order.id))
        line = self._hall.ari(running)
        states = {name: await spool.state_of(line, name) for name in running.names}
        if order.id in self._running:
            return True
        if not any(states.values()):
            return False
        running.leg = self._leg_of(order.id)  # it may have ended meanwhile
        self._running[order.id] = running
        running.waiting = {name for name, state in states.items() if state == "live"}
        if not running.waiting:
            running.written.set()
        if running.leg is None or len(running.waiting) < len(running.names):
            self._finish(running, "leg_ended" if running.leg is None else "failed")
        return True

    async def sweep(self, known: Collection[str]) -> None:
        """See `port.VoiceEngine.clear_recordings`."""
        for node in [one for one in self._hall.nodes.values() if one.line.up]:
            for name in await spool.strays(node.line):
                ids = {*known, *self._running, *self._left}
                if name not in {one for id in ids for one in spool.names_of(id)}:
                    await spool.end(node.line, name)

    # -- on and off --------------------------------------------------------------------------------------------------
    async def pause(self, recording_id: str, paused: bool) -> None:
        """Needs no key: one of before our crash is silent at once, whoever still has to look for its key."""
        leg = self._recorded(recording_id)
        leg.recording_paused = paused
        await self._hush(leg)
        await self._hall.note(leg)

    async def _held(self, leg: Leg) -> None:
        if leg.recording_id:
            with suppress(Gone, Refused):
                await self._hush(leg)

    async def _hush(self, leg: Leg) -> None:
        """Let silence be written, or sound. Asterisk takes the same word twice."""
        line = self._hall.ari(leg)
        act = line.recordings_mute if leg.recording_paused or leg.held else line.recordings_unmute
        await asyncio.gather(*(act(name) for name in spool.names_of(leg.recording_id)))

    async def end(self, recording_id: str) -> None:
        """Stop it. `RecordingEnded` follows when the file is sealed. Again: nothing."""
        if recording_id in self._over:
            return
        leg, running = self._recorded(recording_id), self._running.get(recording_id)
        if running is not None:
            self._finish(running, "stopped")
            return
        leg.recording_id = ""
        line = self._hall.ari(leg)
        for name in spool.names_of(recording_id):  # sealed as soon as somebody brings its key
            with suppress(Gone, Refused):
                await line.recordings_stop(name)
        await self._hall.note(leg)

    def _recorded(self, recording_id: str) -> Leg:
        """The leg that is being recorded. Raises `Gone`."""
        running = self._running.get(recording_id)
        leg = self._leg_of(recording_id) if running is None else running.leg
        if leg is None or (running is not None and running.ending):
            raise Gone(recording_id)
        return leg

    def _leg_of(self, recording_id: str) -> Leg | None:
        return next((leg for leg in self._hall.legs.values() if leg.recording_id == recording_id), None)

    async def end_bridge(self, bridge_id: str) -> None:
        noted = {id for id, _ in [self.by_bridge().get(bridge_id, ("", False))] if id}
        ours = {one.order.id for one in self._running.values() if one.bridge_id == bridge_id}
        for recording_id in noted | ours:
            with suppress(Gone):
                await self.end(recording_id)

    # -- the end -----------------------------------------------------------------------------------------------------
    def written(self, recording: LiveRecording) -> None:
        """Asterisk's word that a track is closed."""
        for running in [one for one in self._running.values() if recording.name in one.waiting]:
            running.waiting.discard(recording.name)
            if not running.waiting:
                running.written.set()
            if not running.ending:
                self._hall.spawn(self._unasked(running), "recording ends by itself")

    async def _unasked(self, running: Running) -> None:
        """A track ends with its leg. One that ends while the leg is up was given up: the spool's disk is full."""
        await asyncio.sleep(UNASKED_S)
        self._finish(running, "failed" if running.leg in self._hall.legs.values() else "leg_ended")

    def _leg_ended(self, leg: Leg) -> None:
        for running in tuple(self._running.values()):
            if running.leg is leg:
                self._finish(running, "leg_ended")

    def _finish(self, running: Running, why: Why) -> None:
        if running.ending:
            return
        running.ending, running.why = True, why
        self._over.append(running.order.id)
        if (leg := running.leg) is not None and leg.recording_id == running.order.id:
            leg.recording_id = ""
            if leg.id in self._hall.legs:
                self._hall.spawn(self._hall.note(leg), "note")
        self._hall.spawn(self._seal(running), "recording ends")

    async def _seal(self, running: Running) -> None:
        try:
            line = self._hall.ari(running)
            await self._stop(line, running)
            tracks = [await spool.fetch(line, name) for name in running.names]
        except (Down, Refused) as error:
            log.warning("asterisk.recording_not_fetched", recording_id=running.order.id, error=str(error))
            self._give_back(running)
            return
        await self._keep(line, running, tracks)

    async def _stop(self, line: Connection, running: Running) -> None:
        for name in tuple(running.waiting):
            with suppress(Gone, Refused):
                await line.recordings_stop(name)
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await running.written.wait()
        await self._hall.away(line, *self._snoops(running.order.id))

    def _give_back(self, running: Running) -> None:
        """Whoever asks to resume it tries again."""
        del self._running[running.order.id]
        self._over.remove(running.order.id)

    async def _keep(self, line: Connection, running: Running, tracks: list[bytes]) -> None:
        order, size = running.order, 2 * max(map(len, tracks))
        try:
            file = await asyncio.to_thread(spool.sealed, Path(order.path), order.key, tracks)
        except OSError as error:
            log.error("asterisk.recording_not_written", path=order.path, error=str(error))
            told, self._left[order.id] = order.id in self._left, size
            del self._running[order.id]
            if not told:
                self._told(order, running.bridge_id, "disk_full", left=True)
            return
        self._left.pop(order.id, None)
        with suppress(Down):
            await spool.delete(line, running.names)
        del self._running[order.id]
        if file is None:
            self._told(order, running.bridge_id, "failed")
        else:
            self._told(order, running.bridge_id, running.why, duration_ms=size // 16, size=file.size,
                       sha256=file.sha256)  # fmt: skip

    def _told(
        self, order: RecordingOrder, bridge_id: str, why: Why, *, duration_ms: int = 0, size: int = 0,
        sha256: str = "", left: bool = False,
    ) -> None:  # fmt: skip
        self._hall.emit(
            RecordingEnded, recording_id=order.id, bridge_id=bridge_id, duration_ms=duration_ms, size=size,
            sha256=sha256, why=why, path=order.path, left=left,
        )  # fmt: skip

    @staticmethod
    def _snoops(recording_id: str) -> list[str]:
        return [companion("recs", recording_id, spy) for spy in spool.TRACKS]
