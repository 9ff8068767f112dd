"""Makes the voice engine agree with the floor, call by call.

After every committed batch and every voice event that touches a call, `touch` it: its runner reads the facts, gives
seats their lines, computes `desired` and carries out `steps` until there is none left. One runner per call, so that
nothing overtakes; a call that fails is tried again. `Gone` is an ordinary race, `Down` waits for `EngineUp`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeGuard

from msgspec import structs

from rexian.channels.voice.asking import SYSTEM, Asking
from rexian.channels.voice.calls import (
    FOR_CODE,
    Facts,
    Line,
    desired,
    facts_of,
    line_of,
    steps,
)
from rexian.channels.voice.doing import Doing
from rexian.channels.voice.figures import SETUP
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.outage import Outage
from rexian.channels.voice.overdue import words_wait
from rexian.channels.voice.parties import Customers, People
from rexian.channels.voice.port import (
    Cause,
    Down,
    VoiceEngine,
)
from rexian.channels.voice.recorder import Recorder
from rexian.channels.voice.seats import Seats
from rexian.channels.voice.settings import VoiceLimits
from rexian.engine import commands as engine
from rexian.engine.events import AnyEvent, CallBackRequested, InteractionEnded, InteractionQueued, InteractionReceived
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.runtime.port import Committed

_MOST_ROUNDS = 20
_log = log.get(__name__)


class Director:
    """All live calls of this process."""

    def __init__(
        self, voice: VoiceEngine, clock: Clock, asking: Asking, people: People, customers: Customers,
        limits: Callable[[], VoiceLimits], recorder: Recorder,
        new_host: Callable[[LiveCall, Facts], Any], find_number: Callable[[LiveCall, Facts], Awaitable[None]],
        find_outsider: Callable[[LiveCall, str], Awaitable[str]], end_words: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.voice = voice
        self.clock = clock
        self.asking = asking
        self.people = people
        self.customers = customers
        self.recorder = recorder
        self.calls: dict[str, LiveCall] = {}
        self._contact_of: dict[str, str] = {}  # by leg
        self._of_customer: dict[str, dict[str, None]] = {}  # contacts, in the order of their beginning
        self.up = False
        self.up_since = 0
        self.down_since = clock.now_ms()
        self._limits = limits
        self._new_host = new_host
        self.end_words = end_words
        self.seats = Seats(self, find_number, find_outsider)
        self.outage = Outage(self)
        self._doing = Doing(self)

    @property
    def limits(self) -> VoiceLimits:
        return self._limits()

    # -- which calls there are -----------------------------------------------------------------------------------------
    def facts(self, call: LiveCall) -> Facts | None:
        """As the floor has it; but a customer whom a call-back has reached waits, while they are on the line."""
        floor = self.asking.floor(call.tenant_id)
        facts = facts_of(floor, call.contact_id) if floor is not None else None
        if facts is None or facts.stage != "call_back" or not call.reached:
            return facts
        here = call.customer is not None and call.customer.state == "up"
        return structs.replace(facts, stage="waiting") if here else facts

    def open(self, contact_id: str, tenant_id: str) -> LiveCall:
        """The call of this contact, begun here if it is new."""
        call = self.calls.get(contact_id)
        if call is None:
            call = self.calls[contact_id] = LiveCall(contact_id, tenant_id, self._contact_of)
        self._file(call)
        return call

    def _file(self, call: LiveCall) -> None:
        """Note whose call it is, as soon as the floor knows."""
        floor = self.asking.floor(call.tenant_id) if not call.customer_id else None
        contact = floor.contact(call.contact_id) if floor is not None else None
        if contact is not None:
            call.customer_id = contact.customer_id
            self._of_customer.setdefault(contact.customer_id, {})[call.contact_id] = None

    def of_customer(self, customer_id: str) -> list[LiveCall]:
        """Their live calls, the oldest first."""
        return [self.calls[id] for id in self._of_customer.get(customer_id, ()) if id in self.calls]

    def of_leg(self, leg_id: str) -> tuple[LiveCall, Line] | None:
        """The call and the line of a leg; None for one that is nobody's (any more)."""
        call = self.calls.get(self._contact_of.get(leg_id, ""))
        line = call.lines.get(leg_id) if call is not None else None
        return (call, line) if call is not None and line is not None else None

    def drop(self, call: LiveCall) -> None:
        """Nobody knows this call any more."""
        self.calls.pop(call.contact_id, None)
        for leg_id in call.named:
            self._contact_of.pop(leg_id, None)
        theirs = self._of_customer.get(call.customer_id, {})
        theirs.pop(call.contact_id, None)
        if not theirs:
            self._of_customer.pop(call.customer_id, None)

    def take(self, batch: Sequence[Committed], tenant_of: Callable[[str], str]) -> None:
        """What a floor has committed. `tenant_of` a contact."""
        for event in {
            getattr(one.event, "contact_id", ""): one.event for one in batch if _concerns(one.event)
        }.values():
            contact_id = str(getattr(event, "contact_id", ""))
            if contact_id and contact_id not in self.calls:
                self.open(contact_id, tenant_of(contact_id))
        for one in batch:
            if (contact_id := getattr(one.event, "contact_id", "")) in self.calls:
                if isinstance(one.event, InteractionEnded) and one.event.outcome != "consult":
                    self.calls[contact_id].end_reason = one.event.reason
                self.touch(contact_id)

    def touch(self, contact_id: str) -> None:
        """Look at this call again."""
        call = self.calls.get(contact_id)
        if call is None:
            return
        call.dirty = True
        if call.runner is None or call.runner.done():
            call.runner = asyncio.get_running_loop().create_task(self._run(call))

    def touch_person(self, person_id: str) -> None:
        """A phone of theirs has come, or is ready now."""
        for call in list(self.calls.values()):
            facts = self.facts(call)
            if facts is not None and any(seat.person_id == person_id for seat in facts.seats):
                self.touch(call.contact_id)

    async def _run(self, call: LiveCall) -> None:
        rounds = 0
        while call.dirty and rounds < _MOST_ROUNDS:
            call.dirty, rounds = False, rounds + 1
            try:
                await self._settle(call)
            except Down:
                return  # all is looked at again when it is up
            except Exception:
                _log.exception("voice.call_failed", contact_id=call.contact_id)
                return  # the clock's next look tries again
        if call.dirty:
            _log.error("voice.call_restless", contact_id=call.contact_id)

    # -- one call ------------------------------------------------------------------------------------------------------
    async def _settle(self, call: LiveCall) -> None:
        facts = self.facts(call)
        if facts is None:
            await self._forget(call)
            return
        self._file(call)
        if call.saving and facts.stage in ("talking", "call_back"):  # before they are put anywhere else
            self.end_words(call.contact_id)
        self._note_handling(call, facts)
        _forget_lost(call, facts)
        self._note_presence(call, facts)
        self._receive(call, facts)
        if self.up:
            await self.seats.seat_all(call, facts)
        lingers = call.host is not None and call.host.lingers
        media = desired(facts, call.lines, lingers=lingers, spoken=call.spoken, types=call.code is not None)
        if self.up:
            for step in steps(media, call.lines, bridge=call.bridge, recording=call.recording):
                await self._doing.do(call, facts, step)
        self._receive(call, facts)
        self._code(call, facts)
        self.people.show(call, facts)
        self.customers.show(call, facts)
        if facts.stage == "ended" and not call.lines and not lingers:
            self._close(call)

    def _code(self, call: LiveCall, facts: Facts) -> None:
        """The pause of a code ends with it, also of one that was being typed when we died."""
        if not facts.paused_for_code or call.rerecords != facts.main:
            call.rerecords = ""
        if call.code is not None:
            call.code.look(facts)
        elif facts.paused_for_code and facts.stage != "ended" and not call.rerecords:
            call.rerecords = facts.main
            command = engine.SetRecording(interaction_id=facts.main, by=SYSTEM, state="on", why=FOR_CODE)
            self.asking.later(call.tenant_id, command)

    def _note_handling(self, call: LiveCall, facts: Facts) -> None:
        """Whether customer and agent have met is a fact of this handling; a new agent begins anew."""
        if facts.stage != "talking":
            call.spoken, call.handled_by, call.ringing_since, call.ring_told = False, "", 0, False
            call.broke_off = 0
            return
        customer = call.customer
        agents = [line_of(call.lines, seat) for seat in facts.seats if seat.kind == "agent"]
        if customer is not None and customer.state == "up" and any(one and one.state == "up" for one in agents):
            call.spoken = True
        call.reached = call.reached or (call.spoken and facts.call_back)
        if call.spoken and not call.handled_by:
            call.handled_by, call.unheard = facts.agent_id, False
            SETUP.observe(max(0, self.clock.now_ms() - facts.accepted_at) / 1000)
            self.asking.spawn(self.recorder.decide(call, facts))

    def _note_presence(self, call: LiveCall, facts: Facts) -> None:
        """The floor knows whether the customer's line is there, and how long it has patience."""
        present = _presence(call, facts)
        if present is None or call.telling:  # what is on its way is compared with what is true when it has arrived
            return
        if _knows(call, facts, present):
            call.told_present = present
            return
        call.telling = True
        self.asking.spawn(self._tell_presence(call, facts, present))

    async def _tell_presence(self, call: LiveCall, facts: Facts, present: bool) -> None:
        """One after the other: an older word that overtook a newer one would end a customer who is on the line."""
        command = engine.SetCustomerPresence(interaction_id=facts.main, present=present)
        try:
            if await self.asking.try_once(call.tenant_id, command) == "":
                call.told_present = present
        finally:
            call.telling = False
        now = self.facts(call)
        if now is not None and call.told_present == present != _presence(call, now):
            self.touch(call.contact_id)  # one that was not told is told at the clock's next look

    async def _forget(self, call: LiveCall) -> None:
        """The floor knows this contact no longer (or not yet: it starts); its legs go with it."""
        if self.asking.floor(call.tenant_id) is None or call.expected:
            return
        for line in list(call.lines.values()):
            await self.release(call, line)
        self._close(call)

    def _close(self, call: LiveCall) -> None:
        if call.code is not None:
            call.code.stop()
        if call.host is not None:
            call.host.down()
            call.host = None
        self.people.show(call, None)
        self.customers.show(call, self.facts(call))
        self.drop(call)

    def _receive(self, call: LiveCall, facts: Facts) -> None:
        """Whoever speaks to the customer hears where the call stands; they come with the customer's line."""
        customer = call.customer
        if customer is None or customer.state != "up":
            return
        if call.host is None and facts.stage != "ended":
            call.host = self._new_host(call, facts)
        if call.host is not None:
            call.host.stage(facts, connected=call.spoken and call.bridge)

    async def release(self, call: LiveCall, line: Line, cause: Cause = "normal") -> None:
        """Hang a line up for good."""
        call.lines.pop(line.id, None)
        call.released = call.released or line.name.kind == "customer"
        if line.device_id:
            self.people.drop(line.device_id, line.name.person_id, line.id, cause)
        if line.name.kind == "customer":
            self.end_words(call.contact_id)
        if line.name.kind == "customer" and call.host is not None:
            call.host.down()
            call.host = None
        await self.voice.hang_up(line.id, cause)

    async def stop(self) -> None:
        """Let go of all calls; they go on in the engine."""
        for call in self.calls.values():
            if call.host is not None:
                call.host.down()
            if call.runner is not None:
                call.runner.cancel()
        runners = [call.runner for call in self.calls.values() if call.runner is not None]
        await asyncio.gather(*runners, return_exceptions=True)


def _forget_lost(call: LiveCall, facts: Facts) -> None:
    """A line that was lost before a call-back is not waited for: they are rung, and the grace of that line is over."""
    line = call.customer
    if facts.call_back and not call.spoken and line is not None and line.state == "lost":
        call.lines.pop(line.id)
        call.told_present = None


def _presence(call: LiveCall, facts: Facts) -> bool | None:
    """Whether the customer's line is there; None: it is no question now, or they were not there yet."""
    customer = call.customer
    if customer is None or customer.state == "dialling" or facts.stage in ("ended", "call_back"):
        return None
    if customer.state != "up" and words_wait(facts, call):  # the floor's patience is not for them
        return None
    return None if customer.state == "connecting" and call.told_present is None else customer.state == "up"


def _knows(call: LiveCall, facts: Facts, present: bool) -> bool:
    """Whether the floor does. Of who is there it must not think otherwise, whatever was told and has arrived late."""
    if present or call.told_present is None:
        return present != facts.away
    return call.told_present is False


def _concerns(event: AnyEvent) -> TypeGuard[InteractionReceived | InteractionQueued | CallBackRequested]:
    """Whether this event begins a call that nobody knew."""
    return isinstance(event, InteractionReceived | InteractionQueued | CallBackRequested) and event.medium == "voice"
