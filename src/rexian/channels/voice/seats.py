"""Gives the seats of a call their lines: the customer's comes or is rung, people get a device, others are dialled."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from rexian.channels.voice import calls
from rexian.channels.voice.calls import Facts, LegName, Line, Seat, first_of, line_of, tag_of
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Busy, Caller, Cause, Down, Gone, Number, Phone, Unsupported
from rexian.engine import commands as engine
from rexian.kit.ids import new_id

if TYPE_CHECKING:
    from rexian.channels.voice.director import Director


MOST_ANEW = 3
"""A customer whose ringing the end of a machine broke off is rung again so often."""


class Seats:
    """The director's hand for lines that are to come."""

    def __init__(
        self, director: Director, find_number: Callable[[LiveCall, Facts], Awaitable[None]],
        find_outsider: Callable[[LiveCall, str], Awaitable[str]],
    ) -> None:  # fmt: skip
        self._director = director
        self._find_number = find_number
        self._find_outsider = find_outsider

    async def seat_all(self, call: LiveCall, facts: Facts) -> None:
        now = self._director.clock.now_ms()
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
        if facts.call_back or call.redial:
            if facts.stage == "talking" and away and not call.ringing_since:
                call.ringing_since = now
                await self._ring_or_later(call, facts)
        elif line is None and facts.stage != "ended" and not call.released:
            # After our restart: it was there, and may come back.
            name = LegName(interaction_id=first_of(facts), kind="customer")
            call.add(Line(name, "lost", now, "customer"))
        if line is not None and line.state == "up":
            call.ringing_since, call.redial = 0, False

    async def _ring_or_later(self, call: LiveCall, facts: Facts) -> None:
        try:
            await self._find_number(call, facts)
            await self._ring(call, facts)
        except BaseException:  # nothing has rung (the machine went away just now): the next look tries again
            call.ringing_since = 0
            raise

    async def _ring(self, call: LiveCall, facts: Facts) -> None:
        """Call the customer back: their page if it is open, else their telephone, else the agent has to dial."""
        if self._director.customers.ring(call.contact_id):
            return
        leg_id = LegName(interaction_id=first_of(facts), kind="customer").id
        if call.number:
            try:
                await self._originate(call, leg_id, call.number, "customer")
                return
            except (Unsupported, Busy, Gone):
                pass
        call.ring_told, call.redial = True, False  # one who was cut off has the grace of a lost line, then it ends
        code = "dial_by_hand" if call.number else "page_gone"
        self._director.people.tell(facts.agent_id, code, about=facts.main, number=call.number)

    async def _originate(self, call: LiveCall, leg_id: str, number: str, side: Any) -> None:
        name = calls.read_leg(leg_id)
        assert name is not None
        tag = tag_of(call.tenant_id, call.contact_id)
        line = call.add(
            Line(name, "dialling", self._director.clock.now_ms(), side, dialled=True)
        )  # its end may be told before we are answered
        try:
            ring_ms = self._director.limits.ring_ms
            await self._director.voice.originate(
                leg_id, Number(number), side=side, tag=tag, timeout_ms=ring_ms,
                try_id=f"{line.since}.{call.broke_off}",  # two of the same instant are two
            )  # fmt: skip
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
        self._director.asking.later(call.tenant_id, leave)
        facts = self._director.facts(call)
        if facts is not None and facts.agent_id:
            self._director.people.tell(facts.agent_id, "cant_dial", about=facts.main)

    async def _seat_person(self, call: LiveCall, seat: Seat, line: Line | None, now: int) -> None:
        """A line for this person: a new one, or again on the device that lost it."""
        if line is not None and (line.state in ("up", "dialling") or line.dropped or now < line.again_at):
            return
        if line is not None and line.state == "connecting" and line.device_id:
            return
        device_id = self._director.people.choose(
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
        self._director.people.connect(line.device_id, seat.person_id, line.id, seat.interaction_id, seat.role)
        phone = self._director.people.phone(seat.person_id)
        if not phone:
            return
        line.state = "dialling"  # `since` stays: its patience counts from the first attempt
        tag = tag_of(call.tenant_id, call.contact_id, line.device_id)
        caller = Caller(number=call.number)
        try:
            await self._director.voice.originate(
                line.id, Phone(phone), side=line.side, tag=tag, caller=caller,
                timeout_ms=self._director.limits.phone_ms, try_id=new_id(),
            )  # fmt: skip
        except (Unsupported, Busy, Gone):
            self.unreached(call, line, "unreachable")
        except BaseException:  # nobody knows whether it rings: another line, in a moment
            line.state, line.again_at = "lost", self._director.clock.now_ms() + self._director.limits.redial_ms
            raise

    def unreached(self, call: LiveCall, line: Line, cause: Cause) -> None:
        """A phone of the house was not picked up. One that isn't there may come; who refuses has refused."""
        now = self._director.clock.now_ms()
        line.state = "lost"
        if cause in ("unreachable", "too_many", "error", "lost"):
            line.again_at = now + self._director.limits.redial_ms
        else:
            line.dropped, line.since = True, 0
        if not line.told:
            line.told = True
            self._director.people.tell(line.name.person_id, "phone_not_reached", about=line.name.interaction_id)

    def not_reached(self, call: LiveCall, line: Line, cause: Cause) -> None:
        """A call-back that nobody takes: the agent hears of it and decides."""
        call.lines.pop(line.id, None)
        call.ringing_since = call.ringing_since or self._director.clock.now_ms()
        call.ring_told, call.redial = True, False
        self.tell_unreached(call, cause, call.number)

    def broke_off(self, call: LiveCall, line: Line, cause: Cause) -> None:
        """The machine that rang the customer is gone: they are rung anew, but not for ever."""
        if call.broke_off >= MOST_ANEW:
            self.not_reached(call, line, cause)
            return
        call.lines.pop(line.id, None)
        call.broke_off += 1
        call.ringing_since, call.ring_told = 0, False

    def tell_unreached(self, call: LiveCall, cause: Cause, number: str) -> None:
        """The agent reads that somebody who was called is not there."""
        facts = self._director.facts(call)
        if facts is not None and facts.agent_id:
            code = "not_allowed" if cause == "not_allowed" else "no_answer"
            self._director.people.tell(facts.agent_id, code, about=facts.main, number=number)

    async def let_go(self, leg_id: str) -> None:
        """Ring no longer."""
        with contextlib.suppress(Gone, Down):
            await self._director.voice.hang_up(leg_id)

    def new_line(self, call: LiveCall, seat: Seat, device_id: str, *, since: int) -> Line:
        """The person's next line, in place of those that are gone."""
        kind: Any = "agent" if seat.kind == "agent" else "supervisor"
        name = call.next_name(LegName(interaction_id=seat.interaction_id, kind=kind, person_id=seat.person_id))
        muted = any(one.mute for one in call.of_person(seat.person_id))
        told = any(one.told for one in call.of_person(seat.person_id))
        for gone in [one for one in call.of_person(seat.person_id) if one.state != "up"]:
            del call.lines[gone.id]
            if gone.state == "dialling":
                self._director.asking.spawn(self.let_go(gone.id))
        return call.add(Line(name, "connecting", since, kind, device_id=device_id, mute=muted, told=told))
