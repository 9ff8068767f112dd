"""What staff do with their phones: answer with a line, drop it, mute it, press keys, take a call to another desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rexian.channels.visiting.protocol import Refusal
from rexian.channels.voice.calls import Facts, Line, Seat, tag_of
from rexian.channels.voice.checks import connect
from rexian.channels.voice.desk_socket import DeskSocket
from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Down, Gone, Unsupported
from rexian.directory.act import Act
from rexian.directory.audit.service import actor_of
from rexian.engine import commands as engine

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel


class DeskActs:
    """The staff's side of the channel. Everything here is a person's with their own lines only."""

    def __init__(self, channel: VoiceChannel) -> None:
        self._channel = channel

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
        """Only this line goes. A supervisor who hangs up has left; an agent may come back for a while."""
        call, line = self._own(socket, leg_id)
        if line.name.kind == "supervisor":
            command = engine.LeaveInteraction(interaction_id=line.name.interaction_id, person_id=socket.person_id)
            await self._channel.asking.ask(call.tenant_id, command, socket.party)
            return
        line.put("lost", self._channel.clock.now_ms())
        line.dropped = True
        try:
            await self._channel.voice.hang_up(leg_id)
        finally:
            self._channel.director.touch(call.contact_id)

    async def key(self, socket: DeskSocket, leg_id: str, digit: str) -> None:
        """For a menu at the other end: to those outside, or to the customer's telephone."""
        call, _ = self._own(socket, leg_id)
        outside = [line for line in call.lines.values() if line.name.kind == "external" and line.state == "up"]
        customer = [call.customer] if call.customer is not None else []
        try:
            for line in outside or customer:
                await self._channel.voice.send_dtmf(line.id, digit)
        except (Gone, Unsupported):
            raise Refusal("leg_gone", leg_id) from None
        except Down:
            raise Refusal("voice_down", leg_id) from None

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
