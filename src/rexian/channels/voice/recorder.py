"""Recordings of talks: begun by the tenant's rule, paused, ended. What can't be recorded stops no call and is told.

A recording that fails is switched off for the floor too: agent and customer never read "recorded" when nothing is.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from rexian.channels.voice.asking import SYSTEM, Asking
from rexian.channels.voice.calls import Facts
from rexian.channels.voice.figures import UNRECORDED
from rexian.channels.voice.live import LiveCall, Recordings
from rexian.channels.voice.port import Down, Gone, RecordingEnded, VoiceEngine
from rexian.engine import commands as engine
from rexian.kit import log
from rexian.kit.clock import Clock

Trouble = Literal["", "disk_full", "failed"]
ALARM_MS = 10 * 60_000
"""For so long after a failure supervisors read of it, unless a later recording has been kept."""
_log = log.get(__name__)


class Told(Protocol):
    """The staff's phones, as the recorder needs them."""

    def tell(self, person_id: str, code: str, *, about: str, **values: object) -> None: ...


class Recorder:
    """Records all calls of this process. `recordings` None: nobody keeps any here.

    `has_agreed`: whether the journal has this contact's yes to being recorded.
    """

    def __init__(
        self, voice: VoiceEngine, clock: Clock, asking: Asking, people: Told, recordings: Recordings | None,
        has_agreed: Callable[[str], Awaitable[bool]],
    ) -> None:  # fmt: skip
        self.recordings = recordings
        self._voice = voice
        self._clock = clock
        self._asking = asking
        self._people = people
        self._has_agreed = has_agreed
        self._failed: tuple[int, Trouble] | None = None

    @property
    def trouble(self) -> Trouble:
        """Why the last recording failed; '' when they are kept."""
        if self._failed is None or self._clock.now_ms() - self._failed[0] >= ALARM_MS:
            return ""
        return self._failed[1]

    async def decide(self, call: LiveCall, facts: Facts) -> None:
        """Whether a talk is recorded is the tenant's rule, and the customer's word where the rule asks for it.

        Who was never asked (a call-back by page, out of hours) has not agreed.
        """
        changed_mind = facts.declined and call.agreed
        if self.recordings is None or (facts.recording and not changed_mind):
            return
        rule = await self.recordings.consent_rule(call.tenant_id)
        if rule == "never" or (rule == "prompt" and not await self._agreed(call)):
            return
        command = engine.SetRecording(
            interaction_id=facts.main, by=SYSTEM, state="on", why="rule" if rule == "always" else "consent"
        )
        await self._asking.insist(call.tenant_id, command)

    async def _agreed(self, call: LiveCall) -> bool:
        """What they said to us; else, after a restart of ours, what the journal has them say."""
        return await self._has_agreed(call.contact_id) if call.agreed is None else call.agreed

    # -- one recording -------------------------------------------------------------------------------------------------
    async def begin(self, call: LiveCall, facts: Facts) -> None:
        """Raises `Gone` or `Down`. What else hinders it is told."""
        call.recording_id = ""
        if self.recordings is not None:
            try:
                order = await self.recordings.begin(call.tenant_id, call.contact_id, facts.main)
                await self._voice.record(call.contact_id, order)
            except (Gone, Down):
                raise
            except Exception as error:  # whatever it is, nobody may read "recorded", and it is not tried for ever
                _log.error("voice.not_recorded", contact_id=call.contact_id, error=str(error)[:200])
                full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
                self._not_recorded(call, facts, "disk_full" if full else "failed")
            else:
                call.recording_id = order.id
        call.recording = "on"  # asking again would change nothing

    async def pause(self, call: LiveCall, on: bool) -> None:
        """Raises `Gone` or `Down`."""
        if call.recording_id:
            await self._voice.pause_recording(call.recording_id, on)
        call.recording = "paused" if on else "on"

    async def stop(self, call: LiveCall) -> None:
        """Raises `Down`."""
        call.recording = ""
        if call.recording_id:
            await self._voice.stop_recording(call.recording_id)

    def ended(self, call: LiveCall | None, facts: Facts | None, event: RecordingEnded) -> None:
        """The engine has closed a recording, by itself when `why` is a failure."""
        if call is not None and call.recording_id == event.recording_id and event.why == "leg_ended":
            call.recording_id, call.recording = "", ""  # the talk may go on, with another line: then so does it
        if event.why != "disk_full" and event.why != "failed":
            self._failed = None
        elif call is not None and facts is not None and call.recording_id == event.recording_id:
            call.recording_id = ""
            self._not_recorded(call, facts, event.why)
        else:
            self._note_failure(event.why)

    def _not_recorded(self, call: LiveCall, facts: Facts, why: Trouble) -> None:
        self._note_failure(why)
        if facts.agent_id:
            self._people.tell(facts.agent_id, "not_recorded", about=facts.main)
        off = engine.SetRecording(interaction_id=facts.main, by=SYSTEM, state="off", why=why)
        self._asking.later(call.tenant_id, off)

    def _note_failure(self, why: Trouble) -> None:
        UNRECORDED.inc()
        self._failed = (self._clock.now_ms(), why)
