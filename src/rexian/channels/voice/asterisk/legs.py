"""What we know of legs and bridges, and the note on a channel out of which a new controller learns it again."""

from __future__ import annotations

import asyncio
import hashlib
from typing import get_args
from urllib.parse import quote, unquote

from rexian.channels.voice.once import Once
from rexian.channels.voice.port import Cause, LegInfo, LegState, Music, RecordingOrder, Role, Side

NOTE = "RX_LEG"

_CAUSES: dict[int, Cause] = {
    1: "unreachable", 3: "unreachable", 17: "busy", 18: "no_answer", 19: "no_answer", 20: "unreachable",
    21: "rejected", 22: "unreachable", 27: "unreachable", 28: "unreachable", 34: "too_many", 38: "unreachable",
    42: "too_many", 44: "lost", 58: "unreachable", 127: "error",
}  # fmt: skip
_REASONS: dict[Cause, str] = {
    "normal": "normal", "busy": "busy", "rejected": "answered_elsewhere", "no_answer": "no_answer",
    "too_many": "congestion", "engine_down": "congestion", "unreachable": "congestion", "not_allowed": "congestion",
    "error": "congestion", "lost": "normal",
}  # fmt: skip


def cause_of(code: int | None) -> Cause:
    """The port's word for a cause of ITU-T Q.850; what is ordinary, or unknown, is `normal`."""
    return _CAUSES.get(code or 16, "normal")


def reason_for(cause: Cause) -> str:
    """Asterisk's word for a cause, which it turns into a SIP status (busy: 486, congestion: 503)."""
    return "busy" if cause == "rejected" else _REASONS[cause]


def companion(kind: str, *of: str) -> str:
    """Id of a channel, a bridge or a playback that serves a leg: always the same for the same ids, and short."""
    digest = hashlib.sha256("\0".join(of).encode()).hexdigest()[:24]
    return f"rx-{kind}-{digest}"


class Leg:
    """One leg. `lock` keeps operations on it apart; `gone` is set when it has ended."""

    def __init__(self, leg_id: str, node: str, state: LegState, side: Side, tag: str = "") -> None:
        self.id, self.node, self.state, self.side, self.tag = leg_id, node, state, side, tag
        self.bridge_id = ""
        self.role: Role = "talk"
        self.held = self.muted = self.by_us = self.by_peer = self.trunk = self.quiet = self.transferred = False
        self.since_at = 0
        self.hold_music = Music()
        self.injected = Once(500)
        self.recording_id, self.recording_paused = "", False
        self.recorded_in = ""  # the bridge of the talk that is recorded, also while the leg is out of it
        self.lock = asyncio.Lock()
        self.cause: Cause | None = None

    @property
    def heard(self) -> bool:
        """Whether its voice reaches others of its bridge."""
        return self.state == "up" and not self.held and not self.muted and bool(self.bridge_id)

    def note(self) -> str:
        """All that a new controller must know, on one line without commas and spaces."""
        flags = "".join(
            letter for letter, on in (("h", self.held), ("m", self.muted), ("p", self.recording_paused),
                                      ("t", self.trunk)) if on
        )  # fmt: skip
        apart = f"@{self.recorded_in}" if self.recording_id and self.recorded_in != self.bridge_id else ""
        recording = f"{self.recording_id}{apart}"
        parts = ("1", self.side, self.role, flags, self.bridge_id, str(self.since_at), recording, self.tag)
        return "|".join(quote(part, safe=":.") for part in parts)

    def learn(self, note: str) -> bool:
        """Take over what a note says. Returns whether it was one."""
        parts = [unquote(part) for part in note.split("|")]
        if len(parts) != 8 or parts[0] != "1" or parts[1] not in get_args(Side) or parts[2] not in get_args(Role):
            return False
        self.side, self.role = parts[1], parts[2]  # type: ignore[assignment]
        self.held, self.muted, self.recording_paused, self.trunk = (letter in parts[3] for letter in "hmpt")
        self.bridge_id, self.tag = parts[4], parts[7]
        self.recording_id, _, apart = parts[6].partition("@")
        self.recorded_in = apart or self.bridge_id
        self.quiet = self.role == "whisper"
        self.since_at = int(parts[5]) if parts[5].isdigit() else 0
        return True

    def info(self, playing: tuple[str, ...]) -> LegInfo:
        return LegInfo(
            id=self.id, state=self.state, side=self.side, tag=self.tag, bridge_id=self.bridge_id, role=self.role,
            held=self.held, muted=self.muted, playing=playing, since_at=self.since_at,
        )  # fmt: skip


class Bridge:
    """One bridge. It is made in Asterisk, on the node of its first leg, when that leg joins."""

    def __init__(self, bridge_id: str) -> None:
        self.id, self.node = bridge_id, ""
        self.legs: list[Leg] = []
        self.made = False
        self.lock = asyncio.Lock()
        self.whispers: dict[str, frozenset[str]] = {}
        self.order: RecordingOrder | None = None
