"""The mixer: all legs of the engine, beat by beat."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from rexian.channels.voice.port import Busy, Gone, Music, RecordingOrder, Role, Side, Source
from rexian.channels.voice.webrtc.mixing import tones
from rexian.channels.voice.webrtc.mixing.bridge import Place, Rounds, hears, soften
from rexian.channels.voice.webrtc.mixing.comfort import lone
from rexian.channels.voice.webrtc.mixing.facts import BEATS_A_SECOND, FRAME, Fact, Law, LegSound, PlaybackDone, TapDone
from rexian.channels.voice.webrtc.mixing.g711 import ENCODE, LAW_IN, Pcm, Wide
from rexian.channels.voice.webrtc.mixing.intake import Ear, Intake
from rexian.channels.voice.webrtc.mixing.recorder import Recorder
from rexian.channels.voice.webrtc.mixing.sources import Library, Playable
from rexian.channels.voice.webrtc.mixing.tap import Injected, Tap, What
from rexian.channels.voice.webrtc.mixing.threads import Inline, Threads

MOST_TAPS = 8
"""Of one leg."""
_BELOW = 0.4
"""A playback under talk: 8 dB softer."""


class _Leg:
    """What the mixer knows of a leg."""

    def __init__(self, id: str, place: Place, ear: Ear) -> None:
        self.id, self.place, self.ear = id, place, ear
        self.sent = 0
        self.playback_id = ""
        self.playing: Playable | None = None
        self.done_ids: deque[str] = deque(maxlen=16)
        self.music_path: str | None = None
        self.music: Playable | None = None
        self.injected = Injected()
        self.taps: dict[str, Tap] = {}


class Mixer:
    """Takes G.711 packets of all legs, and on every beat gives each leg what it is to hear.

    `send(leg_id, payload)`: 160 bytes in the leg's law, for every leg on every beat. `emit(fact)`: told within `tick`,
    or within the call that ends something. `now()`: seconds of a clock that never goes back, the same as `arrived_s`.
    All methods are for one thread. Asked again, a method changes nothing. What needs a leg, bridge or recording that
    isn't there raises `port.Gone`; what ends something (`remove`, `leave`, `destroy_bridge`, `stop_…`, `close_tap`)
    does nothing then.
    """

    def __init__(
        self, send: Callable[[str, bytes], None], emit: Callable[[Fact], None], now: Callable[[], float],
        threads: Threads | Inline | None = None,
    ) -> None:  # fmt: skip
        self._send, self._emit, self._now = send, emit, now
        self._threads = threads or Threads()
        self._legs: dict[str, _Leg] = {}
        self._bridges: dict[str, list[_Leg]] = {}
        self._taps: dict[str, Tap] = {}
        self._intake = Intake()
        self._library = Library(self._threads.read)
        self._recorder = Recorder(self._threads.write)
        self._opened: deque[Callable[[], None]] = deque()  # what the reading thread has brought
        self._beat = 0
        self._stale = True
        self._order: list[_Leg] = []
        self._ears: list[Ear] = []
        tones.music()  # made now, not on a beat
        self._arrange()

    # -- legs ----------------------------------------------------------------------------------------------------------
    def add(self, leg_id: str, side: Side, law: Law) -> None:
        """A leg begins, alone. Again: goes on where it is, its buffer afresh, as after a reconnection."""
        old = self._legs.get(leg_id)
        if old:
            self._intake.close(old.ear)
        ear = self._intake.open(law, self._now())
        if old:
            old.ear, old.place.slot, old.place.side = ear, ear.slot, side
        else:
            self._legs[leg_id] = _Leg(leg_id, Place(slot=ear.slot, side=side), ear)
        self._stale = True

    def remove(self, leg_id: str) -> None:
        """The leg is gone: out of its bridge, its playback `stopped`, its taps done."""
        leg = self._legs.get(leg_id)
        if leg is None:
            return
        bridge_id = leg.place.bridge_id
        self.leave(leg_id)
        self._end_playback(leg, "stopped")
        for tap_id in list(leg.taps):
            self.close_tap(tap_id)
        self._intake.close(leg.ear)
        del self._legs[leg_id]
        self._stale = True
        if bridge_id and not self._bridges[bridge_id]:
            self._end_recording_of(bridge_id, because_left=True)

    def packet(self, leg_id: str, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        """One RTP packet's sound: 10 ms to 120 ms in steps of 10. An unknown leg's is dropped; nothing raises."""
        leg = self._legs.get(leg_id)
        if leg is not None:
            leg.ear.packet(seq, timestamp, payload, arrived_s)

    def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        """Held: hears music (no path, or one that can't be read: our own), isn't heard, hears nobody."""
        leg = self._leg(leg_id)
        path = (music.path if music else "") if on else None
        if path != leg.music_path:
            leg.music_path = path
            leg.music = Playable(tones.music(), True) if path == "" else None
            if path:
                self._library.open(Music(path), lambda it: self._opened.append(lambda: self._music(leg, path, it)))
        if leg.place.held != on:
            leg.place.held, self._stale = on, True

    def mute(self, leg_id: str, on: bool) -> None:
        """Muted: isn't heard, hears all."""
        leg = self._leg(leg_id)
        if leg.place.muted != on:
            leg.place.muted, self._stale = on, True

    def statistics(self, leg_id: str) -> LegSound:
        leg = self._leg(leg_id)
        return leg.ear.sound(self._now(), leg.sent)

    # -- bridges -------------------------------------------------------------------------------------------------------
    def create_bridge(self, bridge_id: str) -> None:
        self._bridges.setdefault(bridge_id, [])

    def destroy_bridge(self, bridge_id: str) -> None:
        """Its legs stay, alone; its recording ends."""
        for leg in list(self._bridges.get(bridge_id, ())):
            self.leave(leg.id)
        self._end_recording_of(bridge_id)
        self._bridges.pop(bridge_id, None)

    def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        """Put a leg into a bridge (out of the one where it was), or change its role there."""
        leg = self._leg(leg_id)
        if bridge_id not in self._bridges:
            raise Gone(bridge_id)
        if leg.place.bridge_id != bridge_id:
            self.leave(leg_id)
            self._bridges[bridge_id].append(leg)
        leg.place.bridge_id, leg.place.role, self._stale = bridge_id, role, True

    def leave(self, leg_id: str) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and leg.place.bridge_id:
            self._bridges[leg.place.bridge_id].remove(leg)
            leg.place.bridge_id, leg.place.role, self._stale = "", "talk", True

    # -- playing -------------------------------------------------------------------------------------------------------
    def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        """Play at once, in place of what it played before (that is `stopped`). An id that is over stays over."""
        leg = self._leg(leg_id)
        if playback_id == leg.playback_id or playback_id in leg.done_ids:
            return
        self._end_playback(leg, "stopped")
        leg.playback_id = playback_id
        self._library.open(source, lambda it: self._opened.append(lambda: self._playback(leg, playback_id, it)))

    def stop_playback(self, leg_id: str, playback_id: str) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and leg.playback_id == playback_id:
            self._end_playback(leg, "stopped")

    # -- recording -----------------------------------------------------------------------------------------------------
    def record(self, bridge_id: str, order: RecordingOrder) -> None:
        """Record a bridge; what was recorded of it under another id before is `stopped`."""
        if bridge_id not in self._bridges:
            raise Gone(bridge_id)
        if order.id not in self._recorder.running:
            self._end_recording_of(bridge_id)
            self._recorder.begin(bridge_id, order)
            self._stale = True

    def pause_recording(self, recording_id: str, on: bool) -> None:
        """Paused: time goes on, silence is written."""
        recording = self._recorder.running.get(recording_id)
        if recording is None:
            raise Gone(recording_id)
        recording.paused = on

    def stop_recording(self, recording_id: str) -> None:
        """`RecordingDone` follows when the file is on the disk."""
        self._recorder.end(recording_id)
        self._stale = True

    # -- taps ----------------------------------------------------------------------------------------------------------
    def open_tap(self, tap_id: str, leg_id: str, what: What, sink: Callable[[bytes], None]) -> None:
        """Give `sink` 320 bytes (16-bit little-endian PCM) on every beat; it must not block. `port.Busy` beyond eight.

        `in` is silent while the leg is muted or held.
        """
        leg = self._leg(leg_id)
        if tap_id in self._taps:
            return
        if len(leg.taps) >= MOST_TAPS:
            raise Busy(leg_id)
        self._taps[tap_id] = leg.taps[tap_id] = Tap(tap_id, leg_id, what, sink)

    def inject(self, leg_id: str, pcm: bytes) -> None:
        """Add to what the leg is to hear; of what waits, the newest two seconds are kept."""
        self._leg(leg_id).injected.put(pcm)

    def close_tap(self, tap_id: str) -> None:
        tap = self._taps.pop(tap_id, None)
        if tap is not None:
            del self._legs[tap.leg_id].taps[tap_id]
            self._emit(TapDone(tap_id=tap_id))

    def close(self) -> None:
        """End all recordings (`stopped`), wait for the disk, tell it. Call it when the process ends."""
        for recording_id in list(self._recorder.running):
            self._recorder.end(recording_id)
        self._threads.close()
        self._collect()

    # -- the beat ------------------------------------------------------------------------------------------------------
    def tick(self) -> None:
        """One beat of 20 ms for all legs. Beats that were missed are not made up: call it once per beat due."""
        self._beat += 1
        self._collect()
        if self._stale:
            self._arrange()
        comes = self._intake.beat(self._ears, self._now())
        goes = self._mix(comes)
        self._give(goes)
        self._recorder.beat(comes)
        for tap in list(self._taps.values()):
            self._tap(tap, comes, goes)
        if self._beat % BEATS_A_SECOND == 0:
            for ear in self._ears:
                ear.mark()

    def _collect(self) -> None:
        """What the threads have brought."""
        while self._opened:
            self._opened.popleft()()
        while self._recorder.done:
            done = self._recorder.done.popleft()
            self._recorder.running.pop(done.recording_id, None)
            self._stale = True
            self._emit(done)

    def _arrange(self) -> None:
        """Legs, roles or recordings have changed: who hears whom, and who is recorded where."""
        self._stale = False
        self._order = list(self._legs.values())
        self._ears = [leg.ear for leg in self._order]
        heard = (
            (one.place.slot, [other.place.slot for other in legs if hears(one.place, other.place)])
            for legs in self._bridges.values()
            for one in legs
        )
        self._rounds = Rounds(heard)
        slots = (leg.place.slot for leg in self._order)
        self._lonely = np.array([slot for slot in slots if slot not in self._rounds.fed], np.intp)
        self._laws = np.full((self._intake.rows, 1), 32_768, np.int32)
        for leg in self._order:
            self._laws[leg.place.slot] += LAW_IN[leg.ear.law]
        self._recorder.arrange(lambda id: (leg.place for leg in self._bridges.get(id, ())))

    def _mix(self, comes: Pcm) -> Pcm:
        out = np.zeros(comes.shape, np.int32)
        self._rounds.add_to(out, comes)
        out[self._lonely] = lone(self._beat)
        summed = set(self._rounds.summed)
        for leg in self._order:
            if (leg.playback_id or leg.place.held or leg.injected) and self._add_own(leg, out[leg.place.slot]):
                summed.add(leg.place.slot)
        return soften(out, summed)

    def _add_own(self, leg: _Leg, row: Wide) -> bool:
        """What only this leg hears: a playback, or else hold music; and sound put in. False if it came to nothing."""
        alone = leg.place.slot not in self._rounds.fed
        extra = leg.injected.next()
        played = self._played(leg)
        if alone and (extra is not None or played is not None):
            row[:] = 0  # no comfort noise under it
        if played is not None:
            row += played if alone else (played * _BELOW).astype(np.int32)
        if extra is not None:
            row += extra
        return extra is not None or not alone

    def _played(self, leg: _Leg) -> Pcm | None:
        if leg.playing is not None:
            if not leg.playing.over:
                return leg.playing.next()
            self._end_playback(leg, "finished")
        return leg.music.next() if leg.place.held and leg.music else None

    def _give(self, goes: Pcm) -> None:
        coded, send = ENCODE.take(goes + self._laws).tobytes(), self._send
        for leg in self._order:
            at = leg.place.slot * FRAME
            leg.sent += 1
            send(leg.id, coded[at : at + FRAME])

    def _tap(self, tap: Tap, comes: Pcm, goes: Pcm) -> None:
        leg = self._legs.get(tap.leg_id)
        if leg is None:
            return
        slot, silent = leg.place.slot, leg.place.held or leg.place.muted
        if not tap.give(np.zeros(FRAME, np.int16) if silent else comes[slot], goes[slot]):
            self.close_tap(tap.id)

    # -- small things --------------------------------------------------------------------------------------------------
    def _leg(self, leg_id: str) -> _Leg:
        leg = self._legs.get(leg_id)
        if leg is None:
            raise Gone(leg_id)
        return leg

    def _music(self, leg: _Leg, path: str | None, it: Playable | str) -> None:
        if leg.music_path == path:
            leg.music = it if isinstance(it, Playable) else Playable(tones.music(), True)

    def _playback(self, leg: _Leg, playback_id: str, it: Playable | str) -> None:
        if leg.playback_id != playback_id:
            return  # stopped before it was read
        if isinstance(it, Playable):
            leg.playing = it
        else:
            self._end_playback(leg, "failed")

    def _end_playback(self, leg: _Leg, why: str) -> None:
        if leg.playback_id:
            done = PlaybackDone(leg_id=leg.id, playback_id=leg.playback_id, why=why)  # type: ignore[arg-type]
            leg.done_ids.append(leg.playback_id)
            leg.playback_id, leg.playing = "", None
            self._emit(done)

    def _end_recording_of(self, bridge_id: str, because_left: bool = False) -> None:
        recording = self._recorder.of_bridge(bridge_id)
        if recording:
            self._recorder.end(recording.id, "leg_ended" if because_left else "stopped")
            self._stale = True
