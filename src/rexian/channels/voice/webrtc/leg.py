"""One leg inside the media process: its peer, its place, its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rexian.channels.voice.once import Once
from rexian.channels.voice.port import DigitsCollected, Dtmf, LegInfo, LegState, Role, Side
from rexian.channels.voice.webrtc import dtmf
from rexian.channels.voice.webrtc.collecting import Collecting, Taken
from rexian.channels.voice.webrtc.config import Servers
from rexian.channels.voice.webrtc.peer import Peer
from rexian.channels.voice.webrtc.reception import mos


class House(Protocol):
    """What a leg needs of the core around it."""

    def tell(self, kind: Callable[..., Any], **fields: Any) -> None: ...

    def now(self) -> float: ...

    def sound(self, leg_id: str, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None: ...

    def up(self, leg: Leg) -> None: ...

    def lost(self, leg: Leg, cause: str) -> None: ...

    def hush(self, leg: Leg) -> None: ...


class Line:
    """One peer's words about one leg. A peer that was replaced speaks into a line that nobody holds any more."""

    def __init__(self, leg: Leg) -> None:
        self.leg: Leg | None = leg
        self._house = leg.house
        self._id = leg.id

    def on_up(self) -> None:
        if self.leg is not None:
            self._house.up(self.leg)

    def on_lost(self, cause: str) -> None:
        if self.leg is not None:
            self._house.lost(self.leg, cause)

    def on_sound(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        if self.leg is not None:
            self._house.sound(self._id, seq, timestamp, payload, arrived_s)

    def on_key(self, key: dtmf.Key) -> None:
        if self.leg is not None:
            self.leg.pressed(key)


class Leg:
    """State of a leg as the port shows it."""

    def __init__(self, house: House, leg_id: str, side: Side, tag: str, since_at: int, servers: Servers) -> None:
        self.house, self.id, self.side, self.tag, self.since_at = house, leg_id, side, tag, since_at
        self.state: LegState = "dialling"
        self.bridge_id, self.role = "", "talk"
        self.held = self.muted = False
        self.playing = ""
        self.injected = Once(500)
        self.collecting: Collecting | None = None
        self.offer, self.answer = "", ""
        self.slot = 0  # the beat at which its statistics are due
        self._servers = servers
        self._line = Line(self)
        self.peer = Peer(self._line, servers, house.now)

    def fresh_peer(self) -> tuple[Peer, Line]:
        """Make the peer of a reconnection; it is not this leg's before `adopt`."""
        line = Line(self)
        line.leg = None
        return Peer(line, self._servers, self.house.now), line

    def adopt(self, peer: Peer, line: Line) -> Peer:
        """Take a new peer in place of the old one, which is returned."""
        old, self.peer = self.peer, peer
        self._line.leg, line.leg = None, self
        self._line = line
        return old

    @property
    def info(self) -> LegInfo:
        role: Role = self.role  # type: ignore[assignment]
        return LegInfo(
            id=self.id, state=self.state, side=self.side, tag=self.tag, bridge_id=self.bridge_id, role=role,
            held=self.held, muted=self.muted, playing=(self.playing,) if self.playing else (), since_at=self.since_at,
        )  # fmt: skip

    @property
    def silent_s(self) -> float:
        """Seconds since the last authentic packet."""
        return self.house.now() - self.peer.heard_at

    # -- keys ------------------------------------------------------------------------------------------------------
    def pressed(self, key: dtmf.Key) -> None:
        """A key has ended: into what is collected, or told."""
        if self.collecting is None:
            self.house.tell(Dtmf, leg_id=self.id, digit=key.digit, duration_ms=key.duration_ms)
            return
        self.house.hush(self)
        self.taken(self.collecting.key(key.digit, self.house.now() * 1_000))

    def tick(self) -> None:
        """Some times a second: lost ends of keys, and the time of what is collected."""
        self.peer.tick_keys()
        if self.collecting is not None:
            self.taken(self.collecting.tick(self.house.now() * 1_000))

    def taken(self, taken: Taken | None) -> None:
        """Tell what was collected, if it is complete."""
        if taken is not None:
            self.collecting = None
            self.house.tell(
                DigitsCollected, leg_id=self.id, collect_id=taken.collect_id, digits=taken.digits, why=taken.why
            )

    # -- figures ---------------------------------------------------------------------------------------------------
    def statistics(self) -> dict[str, Any]:
        """Send a report and give the figures for `MediaStatistics`; loss is the worse direction's."""
        peer = self.peer
        loss = max(peer.report(), peer.remote_loss)
        jitter_ms = peer.reception.jitter_ms if peer.reception else 0.0
        return {
            "jitter_ms": round(jitter_ms, 2), "loss": round(loss, 4), "sent": peer.sent,
            "mos": mos(loss, peer.round_trip_s * 500, jitter_ms), "silent_ms": int(self.silent_s * 1_000),
            "received": peer.reception.received if peer.reception else 0,
        }  # fmt: skip
