"""Makes the voice engine agree with the floor, call by call.

After every committed batch and every voice event that touches a call, `touch` it: its runner reads the facts, gives
seats their lines, computes `desired` and carries out `steps` until there is none left. One runner per call, so that
nothing overtakes; a call that fails is tried again. `Gone` is an ordinary race, `Down` waits for `EngineUp`.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeGuard

from rexian.channels.voice import calls
from rexian.channels.voice.asking import Asking
from rexian.channels.voice.calls import (
    Facts,
    LegName,
    Line,
    Seat,
    Step,
    desired,
    facts_of,
    first_of,
    line_of,
    steps,
    tag_of,
)
from rexian.channels.voice.figures import JOINED, SETUP
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import (
    Busy,
    Caller,
    Cause,
    Down,
    Gone,
    Inventory,
    LegInfo,
    Music,
    Number,
    Phone,
    Unsupported,
    VoiceEngine,
)
from rexian.channels.voice.recorder import Recorder
from rexian.channels.voice.settings import VoiceLimits
from rexian.engine import commands as engine
from rexian.engine.events import AnyEvent, CallBackRequested, InteractionQueued, InteractionReceived
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.runtime.port import Committed

_MOST_ROUNDS = 20
_log = log.get(__name__)


class People(Protocol):
    """The staff's phones, as the director needs them."""

    def choose(self, person_id: str, device_id: str = "", *, listens: bool = False) -> str:
        """The device for a new line: this one if it is open (none is named: the best one that is ready), or ''.

        Who only `listens` needs no microphone.
        """
        ...

    def phone(self, person_id: str) -> str | None:
        """Name of their phone at the exchange, '' when they have none. None: the engine reaches pages by itself."""
        ...

    def can_speak(self, person_id: str, device_id: str) -> bool:
        """Whether this device's microphone is usable, as its page last said."""
        ...

    def connect(self, device_id: str, person_id: str, leg_id: str, interaction_id: str, role: str) -> None: ...

    def drop(self, device_id: str, person_id: str, leg_id: str, cause: str) -> None: ...

    def show(self, call: LiveCall, facts: Facts | None) -> None:
        """Tell every person in the call of their lines, if that has changed."""
        ...

    def tell(self, person_id: str, code: str, *, about: str, **values: object) -> None:
        """Something in words to all of the person's devices."""
        ...


class Customers(Protocol):
    """The customers' pages, as the director needs them."""

    def show(self, call: LiveCall, facts: Facts | None, *, reason: str = "") -> None: ...

    def ring(self, contact_id: str) -> bool:
        """Let the page ring; False: no page of this contact is open."""
        ...

    def is_open(self, contact_id: str) -> bool: ...


class Director:
    """All live calls of this process."""

    def __init__(
        self, voice: VoiceEngine, clock: Clock, asking: Asking, people: People, customers: Customers,
        limits: Callable[[], VoiceLimits], recorder: Recorder,
        new_host: Callable[[LiveCall, Facts], Any], find_number: Callable[[LiveCall, Facts], Awaitable[None]],
        find_outsider: Callable[[LiveCall, str], Awaitable[str]],
    ) -> None:  # fmt: skip
        self.voice = voice
        self.clock = clock
        self.asking = asking
        self.people = people
        self.customers = customers
        self.recorder = recorder
        self.calls: dict[str, LiveCall] = {}
        self.up = False
        self.up_since = 0
        self._limits = limits
        self._new_host = new_host
        self._find_number = find_number
        self._find_outsider = find_outsider

    @property
    def limits(self) -> VoiceLimits:
        return self._limits()

    # -- which calls there are -----------------------------------------------------------------------------------------
    def facts(self, call: LiveCall) -> Facts | None:
        floor = self.asking.floor(call.tenant_id)
        return None if floor is None else facts_of(floor, call.contact_id)

    def open(self, contact_id: str, tenant_id: str) -> LiveCall:
        """The call of this contact, begun here if it is new."""
        call = self.calls.get(contact_id)
        if call is None:
            call = self.calls[contact_id] = LiveCall(contact_id, tenant_id)
        return call

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
            if not call.starting:
                await self._forget(call)
            return
        self._note_handling(call, facts)
        self._note_presence(call, facts)
        self._receive(call, facts)
        if self.up:
            await self._seat_all(call, facts)
        lingers = call.host is not None and call.host.lingers
        media = desired(facts, call.lines, lingers=lingers, spoken=call.spoken)
        if self.up:
            for step in steps(media, call.lines, bridge=call.bridge, recording=call.recording):
                await self._do(call, facts, step)
        self._receive(call, facts)
        self.people.show(call, facts)
        self.customers.show(call, facts)
        if facts.stage == "ended" and not call.lines and not lingers:
            self._close(call)

    def _note_handling(self, call: LiveCall, facts: Facts) -> None:
        """Whether customer and agent have met is a fact of this handling; a new agent begins anew."""
        if facts.stage != "talking":
            call.spoken, call.handled_by, call.ringing_since, call.ring_told = False, "", 0, False
            return
        customer = call.customer
        agents = [line_of(call.lines, seat) for seat in facts.seats if seat.kind == "agent"]
        if customer is not None and customer.state == "up" and any(one and one.state == "up" for one in agents):
            call.spoken = True
        if call.spoken and not call.handled_by:
            call.handled_by = facts.agent_id
            SETUP.observe(max(0, self.clock.now_ms() - facts.accepted_at) / 1000)
            self.asking.spawn(self.recorder.decide(call, facts))

    def _note_presence(self, call: LiveCall, facts: Facts) -> None:
        """The floor knows whether the customer's line is there, and how long it has patience."""
        customer = call.customer
        if customer is None or customer.state == "dialling" or facts.stage in ("ended", "call_back"):
            return
        present = customer.state == "up"
        if present == call.told_present or (customer.state == "connecting" and call.told_present is None):
            return
        first, call.told_present = call.told_present is None, present
        if not first or present == facts.away:
            command = engine.SetCustomerPresence(interaction_id=facts.main, present=present)
            self.asking.later(call.tenant_id, command)

    async def _forget(self, call: LiveCall) -> None:
        """The floor knows this contact no longer (or not yet: it starts); its legs go with it."""
        if self.asking.floor(call.tenant_id) is None or call.expected:
            return
        for line in list(call.lines.values()):
            await self.release(call, line)
        self._close(call)

    def _close(self, call: LiveCall) -> None:
        if call.host is not None:
            call.host.down()
            call.host = None
        self.people.show(call, None)
        self.customers.show(call, self.facts(call))
        self.calls.pop(call.contact_id, None)

    def _receive(self, call: LiveCall, facts: Facts) -> None:
        """Whoever speaks to the customer hears where the call stands; they come with the customer's line."""
        customer = call.customer
        if customer is None or customer.state != "up":
            return
        if call.host is None and facts.stage != "ended":
            call.host = self._new_host(call, facts)
        if call.host is not None:
            call.host.stage(facts, connected=call.spoken and call.bridge)

    # -- seats ---------------------------------------------------------------------------------------------------------
    async def _seat_all(self, call: LiveCall, facts: Facts) -> None:
        now = self.clock.now_ms()
        for seat in facts.seats:
            line = line_of(call.lines, seat)
            if seat.kind == "customer":
                await self._seat_customer(call, facts, line, now)
            elif seat.kind == "external":
                await self._seat_outsider(call, seat, line, now)
            else:
                await self._seat_person(call, seat, line, now)

    async def _seat_customer(self, call: LiveCall, facts: Facts, line: Line | None, now: int) -> None:
        away = line is None or line.state == "lost"
        if facts.call_back:
            if facts.stage == "talking" and away and not call.ringing_since:
                call.ringing_since = now
                await self._find_number(call, facts)
                await self._ring(call, facts)
        elif line is None and facts.stage != "ended" and not call.released:
            # After our restart: it was there, and may come back.
            name = LegName(interaction_id=first_of(facts), kind="customer")
            call.add(Line(name, "lost", now, "customer"))
        if line is not None and line.state == "up":
            call.ringing_since = 0

    async def _ring(self, call: LiveCall, facts: Facts) -> None:
        """Call the customer back: their page if it is open, else their telephone, else the agent has to dial."""
        if self.customers.ring(call.contact_id):
            return
        leg_id = LegName(interaction_id=first_of(facts), kind="customer").id
        if call.number:
            try:
                await self._originate(call, leg_id, call.number, "customer")
                return
            except (Unsupported, Busy, Gone):
                pass
        call.ring_told = True
        code = "dial_by_hand" if call.number else "page_gone"
        self.people.tell(facts.agent_id, code, about=facts.main, number=call.number)

    async def _originate(self, call: LiveCall, leg_id: str, number: str, side: Any) -> None:
        name = calls.read_leg(leg_id)
        assert name is not None
        tag = tag_of(call.tenant_id, call.contact_id)
        line = call.add(Line(name, "dialling", self.clock.now_ms(), side))  # its end may be told before we are answered
        try:
            await self.voice.originate(leg_id, Number(number), side=side, tag=tag, timeout_ms=self.limits.ring_ms)
        except BaseException:
            call.lines.pop(line.id, None)
            raise

    async def _seat_outsider(self, call: LiveCall, seat: Seat, line: Line | None, now: int) -> None:
        """A telephone outside the house joins. Tried once: whoever doesn't answer is let go."""
        if line is not None:
            return
        number = call.dialled.get(seat.person_id, "") or await self._find_outsider(call, seat.person_id)
        leave = engine.LeaveInteraction(interaction_id=seat.interaction_id, person_id=seat.person_id, why="unreachable")
        try:
            if number:
                name = LegName(interaction_id=seat.interaction_id, kind="external", person_id=seat.person_id)
                await self._originate(call, name.id, number, "external")
                return
        except (Unsupported, Busy, Gone):
            pass
        self.asking.later(call.tenant_id, leave)
        facts = self.facts(call)
        if facts is not None and facts.agent_id:
            self.people.tell(facts.agent_id, "cant_dial", about=facts.main)

    async def _seat_person(self, call: LiveCall, seat: Seat, line: Line | None, now: int) -> None:
        """A line for this person: a new one, or again on the device that lost it."""
        if line is not None and (line.state in ("up", "dialling") or line.dropped or now < line.again_at):
            return
        if line is not None and line.state == "connecting" and line.device_id:
            return
        device_id = self.people.choose(
            seat.person_id, line.device_id if line is not None else "", listens=seat.role == "listen"
        )
        if line is None or (line.state == "lost" and device_id):
            line = self.new_line(call, seat, device_id, since=line.since if line is not None else now)
        if not device_id:
            return
        line.device_id = device_id
        await self.connect(call, seat, line)

    async def connect(self, call: LiveCall, seat: Seat, line: Line) -> None:
        """Let the line come up: the page is told, and a phone of the exchange rings."""
        self.people.connect(line.device_id, seat.person_id, line.id, seat.interaction_id, seat.role)
        phone = self.people.phone(seat.person_id)
        if not phone:
            return
        line.state = "dialling"  # `since` stays: its patience counts from the first attempt
        tag = tag_of(call.tenant_id, call.contact_id, line.device_id)
        caller = Caller(number=call.number)
        try:
            await self.voice.originate(
                line.id, Phone(phone), side=line.side, tag=tag, caller=caller, timeout_ms=self.limits.phone_ms
            )
        except (Unsupported, Busy, Gone):
            self.unreached(call, line, "unreachable")

    def unreached(self, call: LiveCall, line: Line, cause: Cause) -> None:
        """A phone of the house was not picked up. One that isn't there may come; who refuses has refused."""
        now = self.clock.now_ms()
        line.state = "lost"
        if cause in ("unreachable", "too_many", "error", "lost"):
            line.again_at = now + self.limits.redial_ms
        else:
            line.dropped, line.since = True, 0
        if not line.told:
            line.told = True
            self.people.tell(line.name.person_id, "phone_not_reached", about=line.name.interaction_id)

    def new_line(self, call: LiveCall, seat: Seat, device_id: str, *, since: int) -> Line:
        """The person's next line, in place of those that are gone."""
        kind: Any = "agent" if seat.kind == "agent" else "supervisor"
        name = call.next_name(LegName(interaction_id=seat.interaction_id, kind=kind, person_id=seat.person_id))
        muted = any(one.mute for one in call.of_person(seat.person_id))
        told = any(one.told for one in call.of_person(seat.person_id))
        for gone in [one for one in call.of_person(seat.person_id) if one.state != "up"]:
            del call.lines[gone.id]
        return call.add(Line(name, "connecting", since, kind, device_id=device_id, mute=muted, told=told))

    async def release(self, call: LiveCall, line: Line, cause: Cause = "normal") -> None:
        """Hang a line up for good."""
        call.lines.pop(line.id, None)
        call.released = call.released or line.name.kind == "customer"
        if line.device_id:
            self.people.drop(line.device_id, line.name.person_id, line.id, cause)
        if line.name.kind == "customer" and call.host is not None:
            call.host.down()
            call.host = None
        await self.voice.hang_up(line.id, cause)

    # -- steps ---------------------------------------------------------------------------------------------------------
    async def _do(self, call: LiveCall, facts: Facts, step: Step) -> None:
        line = call.lines.get(step.leg_id)
        try:
            if line is not None:
                await self._do_line(call, line, step)
            elif not step.leg_id:
                await self._do_bridge(call, facts, step)
        except Gone:
            self._gone(call, line)
        except (Busy, Unsupported) as error:
            _log.warning("voice.step_refused", do=step.do, error=type(error).__name__)

    async def _do_line(self, call: LiveCall, line: Line, step: Step) -> None:
        match step.do:
            case "hang_up":
                await self.release(call, line)
            case "join":
                await self.voice.join(call.contact_id, line.id, step.role)
                line.bridged, line.role = True, step.role
                if line.name.kind == "agent" and not line.met:
                    line.met = True
                    JOINED.observe((self.clock.now_ms() - line.since) / 1000)
                self._heard(line)
            case "leave":
                await self.voice.leave(line.id)
                line.bridged = False
            case "hold":
                await self.voice.hold(line.id, step.on, Music() if step.on else None)
                line.held = step.on
            case "mute":
                await self.voice.mute(line.id, step.on)
                line.muted = step.on

    def _heard(self, line: Line) -> None:
        """Who came only to listen may have no microphone: they are told why nobody hears them."""
        person_id = line.name.person_id
        speaks = line.name.kind == "supervisor" and line.role != "listen" and line.device_id
        if speaks and not self.people.can_speak(person_id, line.device_id):
            self.people.tell(person_id, "needs_microphone", about=line.name.interaction_id)

    async def _do_bridge(self, call: LiveCall, facts: Facts, step: Step) -> None:
        match step.do:
            case "create_bridge":
                await self.voice.create_bridge(call.contact_id)
                call.bridge = True
            case "destroy_bridge":
                await self.voice.destroy_bridge(call.contact_id)
                call.bridge, call.recording = False, ""
                for line in call.lines.values():
                    line.bridged = False
            case "record":
                await self.recorder.begin(call, facts)
            case "pause":
                await self.recorder.pause(call, step.on)
            case "stop_recording":
                await self.recorder.stop(call)

    def _gone(self, call: LiveCall, line: Line | None) -> None:
        """The engine doesn't know it: its end is on the way, or was missed."""
        if line is not None and line.state == "up":
            line.put("lost", self.clock.now_ms())
        elif line is None:
            call.bridge, call.recording = False, ""
        call.dirty = True

    async def stop(self) -> None:
        """Let go of all calls; they go on in the engine."""
        for call in self.calls.values():
            if call.host is not None:
                call.host.down()
            if call.runner is not None:
                call.runner.cancel()
        runners = [call.runner for call in self.calls.values() if call.runner is not None]
        await asyncio.gather(*runners, return_exceptions=True)

    # -- after the engine was away -------------------------------------------------------------------------------------
    def engine_down(self) -> None:
        """Every line is lost, and nothing can be done until it is there again."""
        self.up = False
        now = self.clock.now_ms()
        for call in list(self.calls.values()):
            call.bridge, call.recording = False, ""
            for line in call.lines.values():
                line.put("lost", now)
            if call.host is not None:
                call.host.down()
                call.host = None
            if (facts := self.facts(call)) is not None:
                self.people.show(call, facts)
                self.customers.show(call, facts, reason="engine_down")

    async def engine_up(self) -> None:
        """See what lives in it, and go on from there. Raises `Down`."""
        there = await self.voice.inventory()
        self.up, self.up_since = True, self.clock.now_ms()
        for call in self.calls.values():
            self._reconcile(call, there)
        for leg in there.legs:
            await self._adopt(leg.id, leg.tag)
        for call in list(self.calls.values()):
            customer = call.customer
            if customer is not None and customer.state == "lost" and (facts := self.facts(call)) is not None:
                self.customers.show(call, facts, reason="engine_up")
            self.touch(call.contact_id)

    def _reconcile(self, call: LiveCall, there: Inventory) -> None:
        """Take over what the engine has of this call."""
        known = {leg.id: leg for leg in there.legs if (tag := calls.read_tag(leg.tag)) and tag[1] == call.contact_id}
        now = self.clock.now_ms()
        for leg in known.values():
            line = call.lines.get(leg.id) or self._adopted(call, leg, now)
            if line is None:
                continue
            line.device_id = line.device_id or (calls.read_tag(leg.tag) or ("", "", ""))[2]
            state: Any = "up" if leg.state == "up" else "dialling"
            if line.state != state:
                line.put(state, now)
            line.bridged, line.role, line.held = leg.bridge_id == call.contact_id, leg.role, leg.held
            line.met = line.bridged
            line.muted = line.mute = leg.muted
        for line in call.lines.values():
            if line.id not in known and line.state in ("up", "dialling"):
                line.put("lost", now)
        bridge = next((one for one in there.bridges if one.id == call.contact_id), None)
        call.bridge = bridge is not None
        call.recording_id = bridge.recording_id if bridge is not None else ""
        call.recording = ("paused" if bridge.recording_paused else "on") if bridge and bridge.recording_id else ""

    def _adopted(self, call: LiveCall, leg: LegInfo, now: int) -> Line | None:
        name, known_as = calls.read_leg(leg.id), ""
        if name is None and leg.side == "customer":  # a telephone that had called in: its name is the engine's
            name, known_as = LegName(interaction_id=leg.id, kind="customer"), leg.id
        if name is None:
            return None
        if name.kind == "customer":
            call.cut = True
            for gone in [one for one in call.lines.values() if one.name.kind == "customer" and one.state == "lost"]:
                del call.lines[gone.id]
        return call.add(Line(name, "lost", now, leg.side, known_as=known_as))

    async def _adopt(self, leg_id: str, tag: str) -> None:
        """A leg whose call nobody knows (any more) is hung up; nothing may stay stuck."""
        parts = calls.read_tag(tag)
        if parts is None or parts[1] in self.calls:
            return
        floor = self.asking.floor(parts[0])
        if floor is not None and facts_of(floor, parts[1]) is None:
            await self.voice.hang_up(leg_id)


def _why(error: Exception) -> str:
    return "disk_full" if isinstance(error, OSError) and error.errno == errno.ENOSPC else "failed"


def _concerns(event: AnyEvent) -> TypeGuard[InteractionReceived | InteractionQueued | CallBackRequested]:
    """Whether this event begins a call that nobody knew."""
    return isinstance(event, InteractionReceived | InteractionQueued | CallBackRequested) and event.medium == "voice"
