"""After the engine or we were away: see what lives there, take over what is ours, hang up what is nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rexian.channels.voice import calls
from rexian.channels.voice.calls import LegName, Line, facts_of
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Inventory, LegInfo

if TYPE_CHECKING:
    from rexian.channels.voice.director import Director


class Outage:
    """The director's hand for beginnings and ends of the engine."""

    def __init__(self, director: Director) -> None:
        self._director = director

    def engine_down(self) -> None:
        """Every line is lost, and nothing can be done until it is there again."""
        now = self._director.clock.now_ms()
        if self._director.up:
            self._director.up, self._director.down_since = False, now
        for call in list(self._director.calls.values()):
            call.bridge, call.recording = False, ""
            self._director.end_words(call.contact_id)
            if call.code is not None:
                call.code.stop()
            for line in list(call.lines.values()):
                self._lose(call, line, now)
            if call.host is not None:
                call.host.down()
                call.host = None
            if (facts := self._director.facts(call)) is not None:
                self._director.people.show(call, facts)
                self._director.customers.show(call, facts, reason="engine_down")

    async def engine_up(self) -> None:
        """See what lives in it; all calls are then to be touched. Raises `Down`."""
        there = await self._director.voice.inventory()
        self._director.up, self._director.up_since = True, self._director.clock.now_ms()
        for call in self._director.calls.values():
            self._reconcile(call, there)
        for leg in there.legs:
            await self._adopt(leg.id, leg.tag)
        for call in list(self._director.calls.values()):
            customer = call.customer
            if customer is not None and customer.state == "lost" and (facts := self._director.facts(call)) is not None:
                self._director.customers.show(call, facts, reason="engine_up")

    def _reconcile(self, call: LiveCall, there: Inventory) -> None:
        """Take over what the engine has of this call."""
        known = {leg.id: leg for leg in there.legs if (tag := calls.read_tag(leg.tag)) and tag[1] == call.contact_id}
        now = self._director.clock.now_ms()
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
        for line in list(call.lines.values()):
            if line.id not in known and line.state in ("up", "dialling") and not there.partial:
                self._lose(call, line, now)
        bridge = next((one for one in there.bridges if one.id == call.contact_id), None)
        call.bridge = bridge is not None
        call.recording_id = bridge.recording_id if bridge is not None else ""
        call.recording = ("paused" if bridge.recording_paused else "on") if bridge and bridge.recording_id else ""
        self._note_reached(call)

    def _note_reached(self, call: LiveCall) -> None:
        """After our start: who is on the line though they are to be called back has been handed on."""
        facts, customer = self._director.facts(call), call.customer
        if call.resumed and facts is not None and facts.stage == "call_back" and customer is not None:
            call.reached = call.reached or customer.state == "up"

    def _lose(self, call: LiveCall, line: Line, now: int) -> None:
        if line.name.kind == "customer" and line.state == "dialling":
            self._director.seats.broke_off(call, line, "engine_down")
        else:
            line.put("lost", now)

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
        if parts is None or parts[1] in self._director.calls:
            return
        floor = self._director.asking.floor(parts[0])
        if floor is not None and facts_of(floor, parts[1]) is None:
            await self._director.voice.hang_up(leg_id)
