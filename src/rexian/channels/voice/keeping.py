"""Recordings that can't be kept: no call stops for it, but nobody may believe that it is being recorded."""

from __future__ import annotations

from typing import Protocol

from rexian.channels.voice.asking import SYSTEM, Asking
from rexian.channels.voice.calls import Facts
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import RecordingEnded
from rexian.engine import commands as engine
from rexian.kit import log
from rexian.kit.clock import Clock

LASTS_MS = 15 * 60_000
"""With nothing recorded since, the alarm ends: whether the trouble lasts, the next talk will say."""
_FAILED = ("disk_full", "failed")
_log = log.get(__name__)


class Teller(Protocol):
    def tell(self, person_id: str, code: str, *, about: str, **values: object) -> None: ...


class Keeping:
    """Whether recordings are kept at present."""

    def __init__(self, clock: Clock, asking: Asking, desks: Teller) -> None:
        self._clock = clock
        self._asking = asking
        self._desks = desks
        self._why = ""
        self._at = 0

    def trouble(self) -> str:
        """A code (`disk_full`, `failed`); '' while they are kept, as far as we know."""
        return self._why if self._clock.now_ms() < self._at + LASTS_MS else ""

    def ended(self, call: LiveCall | None, facts: Facts | None, event: RecordingEnded) -> None:
        """A recording has ended, well or not."""
        if event.why not in _FAILED:
            self._why = ""
        else:
            self.failed(call, facts, event.why)

    def failed(self, call: LiveCall | None, facts: Facts | None, why: str, error: str = "") -> None:
        """The desk is told, the floor knows that the talk is not recorded, supervisors are alarmed."""
        self._why, self._at = why, self._clock.now_ms()
        _log.error("voice.not_recorded", contact_id=call.contact_id if call is not None else "", why=why, error=error)
        if call is None or facts is None or facts.stage != "talking":
            return
        self._desks.tell(facts.agent_id, "not_recorded", about=facts.main)
        off = engine.SetRecording(interaction_id=facts.main, by=SYSTEM, state="off", why=why)
        self._asking.later(call.tenant_id, off)
