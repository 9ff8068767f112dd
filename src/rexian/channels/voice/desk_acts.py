"""What staff do with their phones: answer with a line, drop it, mute it, press keys, take a call to another desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rexian.channels.visiting.protocol import Refusal
from rexian.channels.voice.calls import Facts, Line, Seat, seat_of, tag_of
from rexian.channels.voice.checks import connect
from rexian.channels.voice.desk_socket import DeskSocket
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.once import Once
from rexian.channels.voice.port import Busy, Down, Failed, Gone, Unsupported
from rexian.directory.act import Act
from rexian.directory.audit.service import actor_of
from rexian.engine import commands as engine
from rexian.kit import log
from rexian.kit.ids import new_id

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

_log = log.get(__name__)
KEYS_KNOWN = 1_024
"""Keys of all desks that are told from a repetition: minutes of pressing, and sockets repeat within seconds."""


class DeskActs:
    """The staff's side of the channel. Everything here is a person's with their own lines only."""

    def __init__(self, channel: VoiceChannel) -> None:
        self._channel = channel
        self._pressed = Once(KEYS_KNOWN)

    def _own(self, socket: DeskSocket, leg_id: str) -> tuple[LiveCall, Line]:
        found = self._channel.ears.find(leg_id)
        if found is None or found[1].name.person_id != socket.person_id:
            raise Refusal("leg_gone", leg_id)
        return found

    async def offers(self, socket: DeskSocket, leg_id: str, sdp: str) -> str:
        """The engine's answer for this line. Raises `Refusal`."""
        call, line = self._own(socket, leg_id)
        if line.device_id not in ("", socket.id):
            raise Refusal("leg_elsewhere", leg_id)
        line.device_id, line.dropped = socket.id, False
        tag = tag_of(call.tenant_id, call.contact_id, socket.id)
        return await connect(self._channel.voice, leg_id, sdp, ask_id=leg_id, side=line.side, tag=tag)

    async def hangs_up(self, socket: DeskSocket, leg_id: str) -> None:
        """Only this line goes. A supervisor who hangs up has left; an agent may come back for a while.

        Who has taken over is the agent, whatever their line was made for.
        """
        call, line = self._own(socket, leg_id)
        facts = self._channel.director.facts(call)
        seat = seat_of(facts, line) if facts is not None else None
        if (seat or line.name).kind == "supervisor":
            command = engine.LeaveInteraction(interaction_id=line.name.interaction_id, person_id=socket.person_id)
            await self._channel.asking.ask(call.tenant_id, command, socket.party)
            return
        line.put("lost", self._channel.clock.now_ms())
        line.dropped = True
        try:
            await self._channel.voice.hang_up(leg_id)
        finally:
            self._channel.director.touch(call.contact_id)

    def gone(self, socket: DeskSocket) -> None:
        """The page that was there has gone: what rings it at the exchange rings nobody, and would for long."""
        for call in self._channel.director.calls.values():
            for line in [one for one in call.of_person(socket.person_id) if one.device_id == socket.id]:
                if line.state == "dialling":
                    line.put("lost", line.since)
                    self._channel.asking.spawn(self._channel.director.seats.let_go(line.id))

    async def key(self, socket: DeskSocket, leg_id: str, digit: str, ask_id: str = "") -> None:
        """For a menu at the other end: to those outside, else to the customer's telephone. Raises `Refusal`.

        A key that comes again under the same `ask_id` has been pressed already. One that nobody could be sent is not
        kept: it may be tried again.
        """
        call, line = self._own(socket, leg_id)
        ends = self._keyed(call, line)
        keys_id = ask_id or new_id()
        if not self._pressed.first(socket.person_id, keys_id):
            return
        with self._pressed.unless_it_fails(socket.person_id, keys_id):
            await self._press(ends, keys_id, digit)

    def _keyed(self, call: LiveCall, own: Line) -> list[Line]:
        """The lines that a key is for. Raises `Refusal` where it would go nowhere."""
        facts = self._channel.director.facts(call)
        if facts is None or facts.stage != "talking" or own.state != "up":
            raise Refusal("keys_no_talk")
        if own.name.kind == "supervisor" and own.role in ("listen", "whisper"):
            raise Refusal("keys_listening")
        outside = [line for line in call.lines.values() if line.name.kind == "external" and line.state == "up"]
        if outside:
            return outside
        customer = call.customer
        if customer is None or customer.state != "up":
            raise Refusal("keys_nobody")
        by_exchange = self._channel.phones.names is not None  # there a customer's page can't call
        if not (facts.telephone or customer.dialled or by_exchange):
            raise Refusal("keys_page")
        return [customer]

    async def _press(self, ends: list[Line], keys_id: str, digit: str) -> None:
        """To each of them; one that has just gone keeps no other from hearing it. Raises `Refusal` when none does."""
        heard = 0
        for line in ends:
            try:
                await self._channel.voice.send_dtmf(line.id, keys_id, digit)
                heard += 1
            except (Gone, Failed, Unsupported, Busy) as error:
                _log.info("voice.key_not_sent", leg=line.id, error=type(error).__name__)
            except Down:
                raise Refusal("voice_down") from None
        if not heard:
            raise Refusal("keys_nobody")

    def mutes(self, socket: DeskSocket, leg_id: str, on: bool) -> None:
        call, line = self._own(socket, leg_id)
        line.mute = on
        self._channel.director.touch(call.contact_id)

    # -- pass the desk -------------------------------------------------------------------------------------------------
    async def takes(self, socket: DeskSocket, interaction_id: str, code: str) -> None:
        """My own call to this device, or with a code a colleague's. Raises `Refusal`, `Refused`, `Unavailable`."""
        if code:
            call, facts, seat = self._by_code(socket, interaction_id, code.replace(" ", ""))
        else:
            call, facts, seat = self._mine(socket, interaction_id)
        if seat.person_id != socket.person_id:
            seat = await self._take_over(socket, call, facts, seat)
        line = self._channel.director.seats.new_line(call, seat, socket.id, since=self._channel.clock.now_ms())
        await self._channel.director.seats.connect(call, seat, line)
        self._channel.director.touch(call.contact_id)

    def _mine(self, socket: DeskSocket, interaction_id: str) -> tuple[LiveCall, Facts, Seat]:
        for call, facts in self._live():
            for seat in facts.seats:
                if seat.person_id == socket.person_id and interaction_id in ("", seat.interaction_id):
                    return call, facts, seat
        raise Refusal("call_gone", interaction_id)

    def _by_code(self, socket: DeskSocket, interaction_id: str, code: str) -> tuple[LiveCall, Facts, Seat]:
        """A code opens calls of the person's own tenants only, and wrong ones are counted."""
        phones = self._channel.phones
        if not phones.may_try(socket.person_id):
            raise Refusal("too_many_codes", interaction_id)
        for call, facts in self._live():
            for seat in facts.seats:
                fits = seat.kind == "agent" and interaction_id in ("", seat.interaction_id, facts.main)
                if (
                    fits
                    and call.tenant_id in socket.who.tenants
                    and phones.opens(code, call.contact_id, seat.person_id)
                ):
                    return call, facts, seat
        phones.wrong(socket.person_id)
        raise Refusal("wrong_code", interaction_id)

    def _live(self) -> list[tuple[LiveCall, Facts]]:
        director = self._channel.director
        pairs = [(call, director.facts(call)) for call in list(director.calls.values())]
        return [(call, facts) for call, facts in pairs if facts is not None and facts.stage == "talking"]

    async def _take_over(self, socket: DeskSocket, call: LiveCall, facts: Facts, seat: Seat) -> Seat:
        """It is the taker's from now on, for the floor too; and everybody can read who did it."""
        if seat.interaction_id != facts.main:
            raise Refusal("wrong_code", seat.interaction_id)
        channel = self._channel
        command = engine.TakeOver(interaction_id=facts.main, agent_id=socket.person_id)
        await channel.asking.ask(call.tenant_id, command, socket.party)
        async with channel.db.tenant(call.tenant_id) as tx:
            act = Act(tx, call.tenant_id, channel.clock.now_ms(), actor_of(socket.who))
            await act.record(
                "call.taken_by_code", "interaction", facts.main, contact_id=call.contact_id, of=seat.person_id
            )
        return Seat(kind="agent", interaction_id=facts.main, person_id=socket.person_id)
