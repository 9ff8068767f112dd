"""What the voice engine tells, and what it means for the calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rexian.channels.voice import port
from rexian.channels.voice.calls import Facts, LegName, Line, Seat, first_of, seat_of
from rexian.channels.voice.devices import on_desk
from rexian.channels.voice.figures import LOST
from rexian.channels.voice.live import LiveCall
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit import log
from rexian.kit.database import is_outage

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

MISSED = 2_000  # ends of unknown lines that are remembered
AGAIN_S = 2.0  # after this it is looked again for those whom a database that was away kept from being helped
SILENT_MS = 15_000
"""A line from which no packet came for so long is a line without a peer (FAULTS 43)."""
_BROKE_OFF = ("engine_down", "lost")
_log = log.get(__name__)


class Ears:
    """Implements `port.VoiceListener`. Synchronous: what has to wait is spawned."""

    def __init__(self, channel: VoiceChannel) -> None:
        self._channel = channel
        self._reconciling = asyncio.Lock()
        self._missed: dict[str, port.LegEnded] = {}

    def find(self, leg_id: str) -> tuple[LiveCall, Line] | None:
        """The call and the line of a leg."""
        return self._channel.director.of_leg(leg_id)

    def hear(self, event: port.VoiceEvent) -> None:
        """See `port.VoiceListener`."""
        match event:
            case port.EngineUp():
                self._channel.asking.spawn(self.reconcile())
            case port.EngineDown():
                why = self._channel.why_down = event.why
                _log.warning("voice.engine_down", reason=event.reason, code=why.code if why else "",
                             **(why.in_words if why else {}))  # fmt: skip
                was_up = self._channel.director.up
                self._channel.director.outage.engine_down()
                if was_up:  # it tells every reason why it does not come back
                    self._channel.phones.engine(False)
            case port.LegOffered():
                self._channel.asking.spawn(self._channel.guests.telephone(event))
            case port.RecordingEnded():
                self._channel.asking.spawn(self._recorded(event))
            case port.LegRinging() | port.BridgeChanged() | port.TapEnded():
                pass
            case _:
                if (found := self.find(event.leg_id)) is not None:
                    self._on_line(*found, event)
                else:
                    self._channel.alarm.hear(event)
                    self._miss(event)

    def _miss(self, event: port.VoiceEvent) -> None:
        """Remember the end of a line of which we know nothing yet: floors are read while the engine tells."""
        if isinstance(event, port.LegEnded):
            self._missed[event.leg_id] = event
            if len(self._missed) > MISSED:
                del self._missed[next(iter(self._missed))]

    async def reconcile(self) -> None:
        """See what lives in the engine, and go on from there: at its start, and for each machine that comes or goes."""
        async with self._reconciling:
            await self._reconcile()

    async def _reconcile(self) -> None:
        was_up = self._channel.director.up
        try:
            await self._channel.director.outage.engine_up()
            there = await self._channel.voice.inventory()
            await self._channel.alarm.engine_up(there)
        except port.Down:
            return  # it says again when it is up
        if not was_up:
            self._channel.phones.engine(True)
        self._channel.asking.spawn(self._channel.keeping.take_over())
        with_line = {leg.tag.split("|")[1] for leg in there.legs if leg.side == "customer" and "|" in leg.tag}
        if not there.partial:
            self._who_left(with_line, there.epoch)
            await self._who_was_cut_off(with_line)
        for contact_id in list(self._channel.director.calls):
            self._channel.director.touch(contact_id)

    def _who_left(self, there: set[str], epoch: int) -> None:
        """After our start: customers who hung up while we were away. `there`: contacts whose customer has a line.

        The engine tells what it has seen, or a telephone's line is simply no more; a page without a line may come back.
        An exchange that was started anew as well has cut them off. `epoch`: when it was started.
        """
        for call in [one for one in self._channel.director.calls.values() if one.resumed]:
            facts = self._channel.director.facts(call)
            if facts is None:
                continue
            call.resumed = False
            ended = self._missed.pop(LegName(interaction_id=first_of(facts), kind="customer").id, None)
            hung_up = ended is not None and ended.by_peer and ended.cause == "normal"
            if call.contact_id in there or facts.call_back or not (hung_up or facts.telephone):
                continue
            guests = self._channel.guests
            cut_off = facts.telephone and not hung_up and self._began_at(call, facts) < epoch
            self._channel.asking.spawn(guests.cut_off(call, facts) if cut_off else guests.hangs_up(call.contact_id))

    def _began_at(self, call: LiveCall, facts: Facts) -> int:
        floor = self._channel.asking.floor(call.tenant_id)
        first = floor.interaction(first_of(facts)) if floor is not None else None
        return first.received_at if first is not None else 0

    async def _who_was_cut_off(self, there: set[str]) -> None:
        """Telephones whose line is no more, before anybody is rung for them. Who was called again once has had that."""
        again = False
        for call in list(self._channel.director.calls.values()):
            facts, customer = self._channel.director.facts(call), call.customer
            if facts is None or not facts.telephone or facts.call_back or call.expected or call.released:
                continue
            lost = customer is not None and customer.state == "lost" and call.contact_id not in there
            if not lost or call.ringing_since or facts.stage not in ("reception", "waiting", "talking"):
                continue
            try:
                await self._channel.guests.cut_off(call, facts)
            except Exception as error:  # one who can't be looked up now must not hold up the others
                if not is_outage(error):
                    raise
                again = True
        if again:
            self._channel.asking.spawn(self._again())

    async def _again(self) -> None:
        await asyncio.sleep(AGAIN_S)
        await self.reconcile()

    def _on_line(self, call: LiveCall, line: Line, event: port.VoiceEvent) -> None:
        match event:
            case port.LegAnswered():
                line.put("up", self._channel.clock.now_ms()) if line.state != "up" else None
                self._channel.director.touch(call.contact_id)
            case port.LegEnded():
                self._ended(call, line, event)
            case port.Dtmf():
                self._key(call, line, event)
            case port.DigitsCollected() | port.PlaybackEnded():
                if line.name.kind == "customer" and call.host is not None:
                    call.host.heard(event)
            case port.MediaStatistics():
                self._measured(call, line, event)

    def _key(self, call: LiveCall, line: Line, event: port.Dtmf) -> None:
        if line.name.kind != "customer":
            return
        if call.saving:
            self._channel.voicemails.end(call.contact_id)
        elif call.code is not None:
            call.code.press(event.digit)
        elif call.host is not None:
            call.host.heard(event)

    # -- the end of a line ---------------------------------------------------------------------------------------------
    def _ended(self, call: LiveCall, line: Line, event: port.LegEnded) -> None:
        on_purpose = event.by_peer and event.cause == "normal"
        if not on_purpose:
            LOST.labels(line.side).inc()
        if line.name.kind == "customer":
            self._customer_ended(call, line, event, on_purpose)
        elif line.name.kind == "external":
            self._outsider_ended(call, line, event.cause, on_purpose)
        elif line.state == "dialling":
            self._channel.director.seats.unreached(call, line, event.cause)
        else:
            self._person_ended(call, line, on_purpose)
        self._channel.director.touch(call.contact_id)

    def _person_ended(self, call: LiveCall, line: Line, on_purpose: bool) -> None:
        """Somebody of the house, by where they sit now: a supervisor who has taken over is the agent."""
        facts = self._channel.director.facts(call)
        seat = seat_of(facts, line) if facts is not None else None
        if seat is None:
            seat = Seat(kind=line.name.kind, interaction_id=line.name.interaction_id, person_id=line.name.person_id)
        if seat.kind == "supervisor" and on_purpose:
            call.lines.pop(line.id, None)
            self._leave(call, line, "left")
            return
        line.put("lost", self._channel.clock.now_ms())
        if seat.kind == "agent":
            line.dropped = line.dropped or on_purpose
            if on_purpose and on_desk(line.device_id):
                self._handset_down(call, seat)

    def _handset_down(self, call: LiveCall, seat: Seat) -> None:
        """An agent hangs up the phone on the desk: that ends the talk, as with any telephone."""
        by = Party("agent", seat.person_id)
        end = engine.EndInteraction(interaction_id=seat.interaction_id, by=by)
        self._channel.asking.later(call.tenant_id, end, by)

    def _customer_ended(self, call: LiveCall, line: Line, event: port.LegEnded, on_purpose: bool) -> None:
        now = self._channel.clock.now_ms()
        if call.saving:
            self._channel.voicemails.end(call.contact_id)
        if line.state == "dialling":
            seats = self._channel.director.seats
            (seats.broke_off if event.cause in _BROKE_OFF else seats.not_reached)(call, line, event.cause)
            return
        line.put("lost", now)
        call.cut = True
        self._promised_still(call, line, on_purpose)
        if event.cause == "engine_down":  # the machine that recorded it is gone: what comes is a recording of its own
            call.recording_id, call.recording = "", ""
        if call.host is not None:
            call.host.down()
            call.host = None
        if on_purpose:
            self._channel.asking.spawn(self._channel.guests.hangs_up(call.contact_id))

    def _promised_still(self, call: LiveCall, line: Line, on_purpose: bool) -> None:
        """The network of a called-back customer has gone, who waited again: they are called back once more."""
        facts = self._channel.director.facts(call)
        if facts is not None and facts.stage == "call_back" and call.reached and not on_purpose:
            call.lines.pop(line.id, None)
            call.told_present = None

    def _outsider_ended(self, call: LiveCall, line: Line, cause: port.Cause, on_purpose: bool) -> None:
        """Their line stays, lost, until the floor has let them go: so they are not dialled again."""
        if line.state != "up":
            number = call.dialled.get(line.name.person_id, "")
            self._channel.director.seats.tell_unreached(call, cause, number)
        line.put("lost", self._channel.clock.now_ms())
        self._leave(call, line, "left" if on_purpose else cause)

    def _leave(self, call: LiveCall, line: Line, why: str) -> None:
        command = engine.LeaveInteraction(
            interaction_id=line.name.interaction_id, person_id=line.name.person_id, why=why
        )
        self._channel.asking.later(call.tenant_id, command)

    # -- the rest ------------------------------------------------------------------------------------------------------
    def _measured(self, call: LiveCall, line: Line, event: port.MediaStatistics) -> None:
        if event.silent_ms >= SILENT_MS and line.state == "up":
            self._channel.asking.spawn(self._cut(event.leg_id))
            self._ended(call, line, port.LegEnded(leg_id=event.leg_id, cause="lost"))
        elif line.name.kind in ("agent", "supervisor"):
            self._channel.phones.quality(line, mos=event.mos, loss=event.loss, jitter_ms=event.jitter_ms)

    async def _cut(self, leg_id: str) -> None:
        try:
            await self._channel.voice.hang_up(leg_id, "lost")
        except port.Down:
            return

    async def _recorded(self, event: port.RecordingEnded) -> None:
        """A recording is closed; a full disk ends it and never the call."""
        channel = self._channel
        if event.bridge_id.endswith(":v"):
            channel.recorder.ended(None, None, event)
            if not event.left:
                channel.voicemails.closed(event.recording_id)
            return
        call = channel.director.calls.get(event.bridge_id)
        facts = channel.director.facts(call) if call is not None else None
        channel.recorder.ended(call, facts, event)
        if call is not None:
            channel.director.touch(call.contact_id)
        await channel.keeping.ended(event)
