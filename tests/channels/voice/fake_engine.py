"""An engine without sound: it obeys the voice port in memory, and lets a test play the people at its ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from rexian.channels.voice import port
from rexian.channels.voice.once import Once
from rexian.channels.voice.port import (
    BadMedia,
    Busy,
    Cause,
    Down,
    Gone,
    LegInfo,
    Music,
    RecordingOrder,
    Role,
    Side,
    Source,
    Unsupported,
    VoiceEvent,
)  # fmt: skip
from rexian.channels.voice.webrtc.admission import Admission


@dataclass
class Leg:
    id: str
    side: Side
    tag: str
    state: str = "up"
    bridge: str = ""
    role: Role = "talk"
    held: bool = False
    muted: bool = False
    playing: dict[str, Source] = field(default_factory=dict)
    collecting: str = ""
    wanted: int = 1
    end_key: str = "#"
    digits: str = ""


class FakeEngine:
    """Implements `VoiceEngine`. `prompt_ms`: how long a sound file plays. `numbers`: it has telephone lines."""

    name = "embedded"

    def __init__(self, *, prompt_ms: int = 20, capacity: int = 1_000, numbers: bool = False) -> None:
        self.prompt_ms = prompt_ms
        self.capacity = capacity
        self.fails = False
        """Whether sounds can't be played."""
        self.numbers = numbers
        self.up = False
        self.epoch = 0
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, set[str]] = {}
        self.recordings: dict[str, str] = {}  # recording → bridge
        self.paused: set[str] = set()
        self.played: list[tuple[str, Source]] = []
        self.connects: list[str] = []
        self.dialled: list[tuple[str, Any]] = []
        self.sent_digits: list[tuple[str, str]] = []
        self._seq = 0
        self._once = Once()
        self._begun = False
        self._listeners: list[Callable[[VoiceEvent], None]] = []

    # -- the test's hands ----------------------------------------------------------------------------------------------
    def crash(self) -> None:
        """The process dies: everything in it is gone at once."""
        self.up = False
        self._tell(port.EngineDown(reason="killed"))
        self.legs.clear()
        self.bridges.clear()
        self.recordings.clear()

    def come_up(self) -> None:
        self.up, self.epoch, self._seq = True, self.epoch + 1, 0
        self._tell(port.EngineUp(version="fake"))

    def lose(self, leg_id: str) -> None:
        """The network of this end goes."""
        self._end(leg_id, "lost", by_peer=False)

    def bye(self, leg_id: str) -> None:
        self._end(leg_id, "normal", by_peer=True)

    def press(self, leg_id: str, digits: str) -> None:
        leg = self.legs[leg_id]
        for digit in digits:
            self._stop_playing(leg)
            if not leg.collecting:
                self._tell(port.Dtmf(leg_id=leg_id, digit=digit, duration_ms=100))
            elif digit == leg.end_key:
                self._collected(leg, "end_key")
            else:
                leg.digits += digit
                if len(leg.digits) >= leg.wanted:
                    self._collected(leg, "enough")

    def fill_disk(self) -> None:
        """Every recording ends as far as it got."""
        for recording_id, bridge in list(self.recordings.items()):
            del self.recordings[recording_id]
            ended = port.RecordingEnded(
                recording_id=recording_id, bridge_id=bridge, duration_ms=500, size=4_000, sha256="0" * 64,
                why="disk_full",
            )  # fmt: skip
            self._tell(ended)

    def timeout(self, leg_id: str) -> None:
        """No key came."""
        leg = self.legs[leg_id]
        self._collected(leg, "timeout" if leg.digits else "nothing")

    def hear_nothing(self, leg_id: str, silent_ms: int) -> None:
        """No packet has come from this end for so long."""
        self._tell(port.MediaStatistics(leg_id=leg_id, jitter_ms=0, loss=0, mos=1, silent_ms=silent_ms))

    def offer(self, leg_id: str, caller: port.Caller) -> None:
        """A telephone rings in."""
        self.legs[leg_id] = Leg(leg_id, "customer", "", state="offered")
        self._tell(port.LegOffered(leg_id=leg_id, caller=caller))

    def pick_up(self, leg_id: str) -> None:
        self.legs[leg_id].state = "up"
        self._tell(port.LegAnswered(leg_id=leg_id))

    def hearing(self, leg_id: str) -> set[str]:
        """Whose voice this leg hears, by the port's rules."""
        mine = self.legs.get(leg_id)
        if mine is None or not mine.bridge or mine.held:
            return set()
        others = [self.legs[one] for one in self.bridges[mine.bridge] if one != leg_id and one in self.legs]
        return {one.id for one in others if self._audible(one, mine)}

    def _audible(self, speaker: Leg, hearer: Leg) -> bool:
        if speaker.held or speaker.muted or speaker.role == "listen":
            return False
        return speaker.role != "whisper" or port.is_whispered_to(hearer.side, hearer.role)

    # -- inside --------------------------------------------------------------------------------------------------------
    def _tell(self, event: VoiceEvent) -> None:
        self._seq += 1
        now = time.time_ns() // 1_000_000
        stamped = type(event)(
            **{name: getattr(event, name) for name in event.__struct_fields__}
            | {"seq": self._seq, "epoch": self.epoch, "at": now}
        )
        for listener in list(self._listeners):
            listener(stamped)

    def _end(self, leg_id: str, cause: Cause, *, by_peer: bool) -> None:
        leg = self.legs.pop(leg_id, None)
        if leg is None:
            return
        for members in self.bridges.values():
            members.discard(leg_id)
        self._tell(port.LegEnded(leg_id=leg_id, cause=cause, by_peer=by_peer))

    def _leg(self, leg_id: str) -> Leg:
        if not self.up:
            raise Down
        if leg_id not in self.legs:
            raise Gone
        return self.legs[leg_id]

    def _stop_playing(self, leg: Leg) -> None:
        for playback_id in list(leg.playing):
            del leg.playing[playback_id]
            self._tell(port.PlaybackEnded(leg_id=leg.id, playback_id=playback_id, why="stopped"))

    def _collected(self, leg: Leg, why: Any) -> None:
        collect_id, digits = leg.collecting, leg.digits
        leg.collecting, leg.digits = "", ""
        self._tell(port.DigitsCollected(leg_id=leg.id, collect_id=collect_id, digits=digits, why=why))

    # -- the port ------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        if not self._begun:
            self._begun = True
            asyncio.get_running_loop().call_soon(self.come_up)

    async def stop(self) -> None:
        self._begun = False
        self._listeners.clear()

    def listen(self, listener: Callable[[VoiceEvent], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    async def health(self) -> port.Health:
        return port.Health(
            up=self.up, engine="embedded", epoch=self.epoch, legs=len(self.legs), capacity=self.capacity, late_ms=1.0,
            full=self._admission.is_full(*self._sides()),
        )  # fmt: skip

    @property
    def _admission(self) -> Admission:
        return Admission(self.capacity or -1)  # 0 would be measured: here it is none

    def _sides(self) -> tuple[int, int]:
        customers = sum(leg.side == "customer" for leg in self.legs.values())
        return customers, len(self.legs) - customers

    async def inventory(self) -> port.Inventory:
        if not self.up:
            raise Down
        legs = tuple(
            LegInfo(
                id=leg.id, state=leg.state, side=leg.side, tag=leg.tag, bridge_id=leg.bridge, role=leg.role,
                held=leg.held, muted=leg.muted, playing=tuple(leg.playing),
            )
            for leg in self.legs.values()
        )  # fmt: skip
        on = {bridge: recording for recording, bridge in self.recordings.items()}
        bridges = tuple(
            port.BridgeInfo(
                id=id, legs=tuple(members), recording_id=on.get(id, ""), recording_paused=on.get(id, "") in self.paused
            )
            for id, members in self.bridges.items()
        )
        return port.Inventory(epoch=self.epoch, legs=legs, bridges=bridges)

    async def connect(self, leg_id: str, sdp: str, *, side: Side, tag: str = "") -> str:
        if not self.up:
            raise Down
        if "m=audio" not in sdp:
            raise BadMedia("no_audio")
        if leg_id not in self.legs and not self._admission.admits(side, *self._sides(), 0.0):
            raise Busy
        self.connects.append(leg_id)
        known = self.legs.get(leg_id)
        if known is None:
            self.legs[leg_id] = Leg(leg_id, side, tag)
        asyncio.get_running_loop().call_soon(self._tell, port.LegAnswered(leg_id=leg_id))
        return f"answer to {leg_id}"

    async def answer(self, leg_id: str, *, side: Side, tag: str = "") -> None:
        leg = self._leg(leg_id)
        if leg.state != "up":
            leg.state, leg.side, leg.tag = "up", side, tag
            self._tell(port.LegAnswered(leg_id=leg_id))

    async def reject(self, leg_id: str, cause: Cause = "busy") -> None:
        self._end(leg_id, cause, by_peer=False)

    async def hang_up(self, leg_id: str, cause: Cause = "normal") -> None:
        if not self.up:
            raise Down
        self._end(leg_id, cause, by_peer=False)

    async def originate(
        self, leg_id: str, to: port.Endpoint, *, side: Side, tag: str = "", caller: port.Caller | None = None,
        timeout_ms: int = 30_000, try_id: str = "",
    ) -> None:  # fmt: skip
        if not self.numbers:
            raise Unsupported
        if leg_id in self.legs or not self._once.first("originate", leg_id, try_id):
            return
        if isinstance(to, port.Number) and to.digits.startswith("+1900"):  # as an exchange does: told at once
            self._tell(port.LegEnded(leg_id=leg_id, cause="not_allowed"))
            return
        self.dialled.append((leg_id, to))
        self.legs[leg_id] = Leg(leg_id, side, tag, state="dialling")

    async def transfer(self, leg_id: str, to: port.Endpoint) -> None:
        self._leg(leg_id)
        raise Unsupported

    async def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        leg = self._leg(leg_id)
        if not self._once.first("play", leg_id, playback_id):
            return
        self._stop_playing(leg)
        leg.playing[playback_id] = source
        self.played.append((leg_id, source))
        if not isinstance(source, Music):
            asyncio.get_running_loop().call_later(self.prompt_ms / 1000, self._played, leg_id, playback_id)

    def _played(self, leg_id: str, playback_id: str) -> None:
        leg = self.legs.get(leg_id)
        if leg is not None and leg.playing.pop(playback_id, None) is not None:
            why: Literal["finished", "failed"] = "failed" if self.fails else "finished"
            self._tell(port.PlaybackEnded(leg_id=leg_id, playback_id=playback_id, why=why))

    async def stop_playback(self, leg_id: str, playback_id: str) -> None:
        leg = self._leg(leg_id)
        if leg.playing.pop(playback_id, None) is not None:
            self._tell(port.PlaybackEnded(leg_id=leg_id, playback_id=playback_id, why="stopped"))

    async def collect(
        self, leg_id: str, collect_id: str, *, most: int = 1, first_ms: int = 8_000, between_ms: int = 3_000,
        end_key: str = "#",
    ) -> None:  # fmt: skip
        leg = self._leg(leg_id)
        if self._once.first("collect", leg_id, collect_id):
            if leg.collecting:
                self._collected(leg, "stopped")
            leg.collecting, leg.wanted, leg.end_key, leg.digits = collect_id, most, end_key, ""

    async def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        leg = self._leg(leg_id)
        if leg.collecting == collect_id:
            self._collected(leg, "stopped")

    async def send_dtmf(self, leg_id: str, keys_id: str, digits: str) -> None:
        self._leg(leg_id)
        if self._once.first("keys", leg_id, keys_id):
            self.sent_digits.append((leg_id, digits))

    async def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        self._leg(leg_id).held = on

    async def mute(self, leg_id: str, on: bool) -> None:
        self._leg(leg_id).muted = on

    async def create_bridge(self, bridge_id: str) -> None:
        if not self.up:
            raise Down
        self.bridges.setdefault(bridge_id, set())

    async def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        leg = self._leg(leg_id)
        if bridge_id not in self.bridges:
            raise Gone
        for members in self.bridges.values():
            members.discard(leg_id)
        self.bridges[bridge_id].add(leg_id)
        leg.bridge, leg.role = bridge_id, role

    async def leave(self, leg_id: str) -> None:
        leg = self._leg(leg_id)
        self.bridges.get(leg.bridge, set()).discard(leg_id)
        leg.bridge = ""

    async def destroy_bridge(self, bridge_id: str) -> None:
        if not self.up:
            raise Down
        for leg_id in self.bridges.pop(bridge_id, set()):
            if leg_id in self.legs:
                self.legs[leg_id].bridge = ""
        for recording_id in [id for id, bridge in self.recordings.items() if bridge == bridge_id]:
            await self.stop_recording(recording_id)

    async def record(self, bridge_id: str, order: RecordingOrder) -> None:
        if bridge_id not in self.bridges:
            raise Gone
        if self._once.first("record", order.id):
            self.recordings[order.id] = bridge_id

    async def pause_recording(self, recording_id: str, paused: bool) -> None:
        if recording_id not in self.recordings:
            raise Gone
        (self.paused.add if paused else self.paused.discard)(recording_id)

    async def stop_recording(self, recording_id: str) -> None:
        bridge = self.recordings.pop(recording_id, None)
        if bridge is not None:
            ended = port.RecordingEnded(
                recording_id=recording_id, bridge_id=bridge, duration_ms=1_000, size=8_000, sha256="0" * 64
            )
            self._tell(ended)

    async def resume_recording(self, bridge_id: str, order: RecordingOrder) -> bool:
        return order.id in self.recordings

    async def clear_recordings(self, known: Collection[str]) -> None:
        return

    async def tap(self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"]) -> AsyncIterator[bytes]:
        raise Unsupported

    async def inject(self, leg_id: str, inject_id: str, pcm: bytes) -> None:
        raise Unsupported

    async def stop_tap(self, tap_id: str) -> None:
        return
