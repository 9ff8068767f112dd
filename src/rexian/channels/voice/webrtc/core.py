"""The media process's heart: legs, bridges and what may be done with them. Methods are named as in the port.

All run on one event loop, and all but `connect` at once. Sound is the mixer's (`mixing/`), packets are the peers'.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Literal

import structlog
from msgspec import structs

from rexian import __version__
from rexian.channels.voice.instants import now_ms, stamps
from rexian.channels.voice.port import (
    Busy,
    Cause,
    Gone,
    Health,
    LegAnswered,
    LegEnded,
    MediaStatistics,
    Music,
    PlaybackEnded,
    RecordingEnded,
    Side,
    Source,
    TapEnded,
    Unsupported,
    VoiceEvent,
)
from rexian.channels.voice.webrtc.admission import Admission
from rexian.channels.voice.webrtc.beat import Beat, Schedule
from rexian.channels.voice.webrtc.bridges import Bridges
from rexian.channels.voice.webrtc.collecting import Collecting
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.frames import Listing
from rexian.channels.voice.webrtc.leg import Leg
from rexian.channels.voice.webrtc.mixing.facts import Fact, PlaybackDone, RecordingDone, TapDone
from rexian.channels.voice.webrtc.mixing.mixer import Mixer
from rexian.channels.voice.webrtc.sdp import Description, parse_offer

log = structlog.get_logger(__name__)

_STATISTICS_BEATS = 250  # five seconds


class Core(Bridges):
    """`tell(event)` gets every event with its place in the stream; `epoch` names this life of the process."""

    def __init__(self, config: Config, tell: Callable[[VoiceEvent], None]) -> None:
        super().__init__(Mixer(self._send, self._fact, self.now))
        self.config = config
        self.epoch = time.time_ns() // 1_000_000
        self.trouble = ""
        self._heard = tell
        self._seq = 0
        self._locks: dict[str, asyncio.Lock] = {}
        self._taps: dict[str, Callable[[bytes], None]] = {}
        self._admission = Admission(config.most, config.late_ms)
        self._beat: Beat | None = None
        self._beats = 0
        self._closing: set[asyncio.Task[None]] = set()

    # -- life ------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin to beat. Needs a running event loop."""
        self._beat = Beat(self._tick)
        self._beat.start()

    async def close(self) -> None:
        """End all legs and recordings."""
        for leg_id in list(self.legs):
            self.hang_up(leg_id)
        if self._beat is not None:
            self._beat.stop()
        self._mixer.close()
        if self._closing:
            await asyncio.wait(self._closing, timeout=2)

    def configure(self, config: Config) -> None:
        """Take other settings; they count for new legs."""
        self.config, self._admission.most = config, config.most

    @staticmethod
    def now() -> float:
        return time.monotonic()

    def tell(self, kind: Callable[..., Any], **fields: Any) -> None:
        """Give an event its place and pass it on."""
        self._seq += 1
        self._heard(kind(seq=self._seq, epoch=self.epoch, **stamps(), **fields))

    # -- the beat --------------------------------------------------------------------------------------------------
    def _tick(self) -> None:
        self._mixer.tick()
        self._beats += 1
        if self._beats % 5 == 0:
            for leg in list(self.legs.values()):
                leg.tick()
        if self._beats % 50 == 0:
            self._each_second()
        self._statistics(self._beats % _STATISTICS_BEATS)

    def _statistics(self, slot: int) -> None:
        """Each leg has its own beat for it, so that reports don't come all at once."""
        for leg in self.legs.values():
            if leg.slot == slot and leg.state == "up":
                self.tell(MediaStatistics, leg_id=leg.id, **leg.statistics())

    def _each_second(self) -> None:
        self._admission.measure(self.now(), time.process_time(), len(self.legs))
        for leg in list(self.legs.values()):
            if leg.peer.up and leg.silent_s > self.config.silent_s:
                self._end(leg, "lost")

    def _send(self, leg_id: str, payload: bytes) -> None:
        leg = self.legs.get(leg_id)
        if leg is not None:
            leg.peer.send_sound(payload)

    # -- what legs tell --------------------------------------------------------------------------------------------
    def sound(self, leg_id: str, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        self._mixer.packet(leg_id, seq, timestamp, payload, arrived_s)

    def up(self, leg: Leg) -> None:
        leg.state = "up"
        self.tell(LegAnswered, leg_id=leg.id)

    def lost(self, leg: Leg, cause: str) -> None:
        """`closed`: the page let go of its connection, with or without meaning to; its own socket says which."""
        if cause == "unreachable" and leg.state != "up":
            self._end(leg, "unreachable")
        else:
            self._end(leg, "lost", by_peer=cause == "closed")

    def hush(self, leg: Leg) -> None:
        """Stop what plays to a leg: a key was pressed."""
        if leg.playing:
            self._mixer.stop_playback(leg.id, leg.playing)

    def _end(self, leg: Leg, cause: Cause, by_peer: bool = False) -> None:
        if self.legs.pop(leg.id, None) is None:
            return
        if leg.collecting is not None:
            leg.taken(leg.collecting.stop())
        leg.state = "ended"
        self._mixer.remove(leg.id)
        self._out(leg)
        self._locks.pop(leg.id, None)
        self.tell(LegEnded, leg_id=leg.id, cause=cause, by_peer=by_peer)
        self._close_later(leg.peer.close())

    def _close_later(self, closing: Any) -> None:
        task = asyncio.create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    # -- what the mixer tells --------------------------------------------------------------------------------------
    def _fact(self, fact: Fact) -> None:
        match fact:
            case PlaybackDone():
                self._playback_done(fact)
            case RecordingDone():
                self._recording_done(fact)
            case TapDone():
                self._taps.pop(fact.tap_id, None)
                self._once.first("tap", fact.tap_id)
                self.tell(TapEnded, tap_id=fact.tap_id)

    def _playback_done(self, fact: PlaybackDone) -> None:
        leg = self.legs.get(fact.leg_id)
        if leg is not None and leg.playing == fact.playback_id:
            leg.playing = ""
        self.tell(PlaybackEnded, leg_id=fact.leg_id, playback_id=fact.playback_id, why=fact.why)

    def _recording_done(self, fact: RecordingDone) -> None:
        for bridge in self._bridges.values():
            if bridge.recording_id == fact.recording_id:
                bridge.recording_id, bridge.paused = "", False
        if fact.trouble:
            log.error("voice.recording_trouble", recording_id=fact.recording_id, trouble=fact.trouble)
        fields = structs.asdict(fact)
        del fields["trouble"]
        self.tell(RecordingEnded, **fields)

    # -- legs ------------------------------------------------------------------------------------------------------
    async def connect(self, leg_id: str, sdp: str, side: Side, tag: str = "") -> str:
        async with self._locks.setdefault(leg_id, asyncio.Lock()):
            leg = self.legs.get(leg_id)
            if leg is not None and leg.offer == sdp:
                return leg.answer
            try:
                return await (self._begin(leg_id, sdp, side, tag) if leg is None else self._again(leg, sdp))
            except OSError as error:
                self.trouble = f"no address to offer: {error.strerror or error}"
                log.error("voice.no_address", error=str(error))
                raise Busy from error
            finally:
                if leg_id not in self.legs:
                    self._locks.pop(leg_id, None)

    async def _begin(self, leg_id: str, sdp: str, side: Side, tag: str) -> str:
        offer = parse_offer(sdp)
        late = self._schedule.recent_ms if self._schedule else 0.0
        if not self._admission.admits(side, *self._sides(), late):
            raise Busy
        leg = Leg(self, leg_id, side, tag, now_ms(), self.config.servers)
        leg.slot = hash(leg_id) % _STATISTICS_BEATS
        self.legs[leg_id] = leg
        try:
            leg.answer, leg.offer = await leg.peer.answer(offer), sdp
            self._still_here(leg)
            self._mixer.add(leg_id, side, leg.peer.law)
        except BaseException:
            self.legs.pop(leg_id, None)
            self._close_later(leg.peer.close())
            raise
        return leg.answer

    def _still_here(self, leg: Leg) -> None:
        """It may have been hung up while servers were asked for our address."""
        if self.legs.get(leg.id) is not leg:
            raise Gone(leg.id)

    async def _again(self, leg: Leg, sdp: str) -> str:
        """The same leg with another description: a restarted path, or another connection in place of the lost one."""
        offer = parse_offer(sdp)
        if leg.peer.up and leg.peer.same_connection(offer):
            leg.answer = await leg.peer.answer(offer, leg.peer.law)
        else:
            leg.answer = await self._replace_peer(leg, offer)
        leg.offer = sdp
        return leg.answer

    async def _replace_peer(self, leg: Leg, offer: Description) -> str:
        peer, line = leg.fresh_peer()
        try:
            answer = await peer.answer(offer)
            self._still_here(leg)
        except BaseException:
            self._close_later(peer.close())
            raise
        self._mixer.add(leg.id, leg.side, peer.law)
        self._close_later(leg.adopt(peer, line).close())
        return answer

    def hang_up(self, leg_id: str, cause: Cause = "normal") -> None:
        leg = self.legs.get(leg_id)
        if leg is not None:
            self._end(leg, cause)

    # -- media -----------------------------------------------------------------------------------------------------
    def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        leg = self._leg(leg_id)
        if not self._once.first("play", leg_id, playback_id):
            return
        leg.playing, before = playback_id, leg.playing
        try:
            with self._once.unless_it_fails("play", leg_id, playback_id):
                self._mixer.play(leg_id, playback_id, source)
        except BaseException:
            leg.playing = before
            raise

    def stop_playback(self, leg_id: str, playback_id: str) -> None:
        self._leg(leg_id)
        self._mixer.stop_playback(leg_id, playback_id)

    def collect(
        self, leg_id: str, collect_id: str, most: int, first_ms: int, between_ms: int, end_key: str
    ) -> None:  # fmt: skip
        leg = self._leg(leg_id)
        if not self._once.first("collect", leg_id, collect_id):
            return
        if leg.collecting is not None:
            leg.taken(leg.collecting.stop())
        now_ms = self.now() * 1_000
        leg.collecting = Collecting(
            collect_id, now_ms, most=most, first_ms=first_ms, between_ms=between_ms, end_key=end_key
        )

    def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        leg = self._leg(leg_id)
        if leg.collecting is not None and leg.collecting.id == collect_id:
            leg.taken(leg.collecting.stop())

    def send_dtmf(self, leg_id: str, keys_id: str, digits: str) -> None:
        leg = self._leg(leg_id)
        if not leg.peer.takes_keys:
            raise Unsupported
        if not keys_id or self._once.first("keys", leg_id, keys_id):
            with self._once.unless_it_fails("keys", leg_id, keys_id):
                leg.peer.press(digits)

    def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        leg = self._leg(leg_id)
        self._mixer.hold(leg_id, on, music)
        leg.held = on

    def mute(self, leg_id: str, on: bool) -> None:
        leg = self._leg(leg_id)
        self._mixer.mute(leg_id, on)
        leg.muted = on

    # -- taps ------------------------------------------------------------------------------------------------------
    def tap(
        self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"], sink: Callable[[bytes], None]
    ) -> None:  # fmt: skip
        """Asked again (by another controller), the sound goes to the new `sink`."""
        self._leg(leg_id)
        if ("tap", tap_id) in self._once:
            raise Gone(tap_id)
        known = tap_id in self._taps
        self._taps[tap_id] = sink
        if not known:
            self._mixer.open_tap(tap_id, leg_id, what, lambda pcm: self._taps[tap_id](pcm))

    def stop_tap(self, tap_id: str) -> None:
        self._mixer.close_tap(tap_id)

    def inject(self, leg_id: str, inject_id: str, pcm: bytes) -> None:
        leg = self._leg(leg_id)
        if not inject_id or leg.injected.first(inject_id):
            self._mixer.inject(leg_id, pcm)

    # -- figures ---------------------------------------------------------------------------------------------------
    @property
    def _schedule(self) -> Schedule | None:
        return self._beat.schedule if self._beat else None

    def health(self) -> Health:
        return Health(
            up=True, engine="embedded", version=__version__, epoch=self.epoch, legs=len(self.legs),
            capacity=self._admission.capacity, cpu=round(self._admission.cpu, 3), trouble=self.trouble,
            late_ms=round(self._schedule.late_ms(), 2) if self._schedule else 0.0,
            full=self._admission.is_full(*self._sides()),
        )  # fmt: skip

    def _sides(self) -> tuple[int, int]:
        """Legs of customers, and all others."""
        customers = sum(leg.side == "customer" for leg in self.legs.values())
        return customers, len(self.legs) - customers

    def inventory(self) -> Listing:
        return Listing(
            legs=tuple(leg.info for leg in self.legs.values()),
            bridges=tuple(bridge.info for bridge in self._bridges.values()),
        )
