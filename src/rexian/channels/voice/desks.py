"""Staff's open phone sockets, and the passwords by which their pages register at the exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rexian.channels.voice import desk_frames
from rexian.channels.voice.desk_socket import DeskSocket
from rexian.channels.voice.engines import Passes
from rexian.channels.voice.figures import OPEN
from rexian.channels.voice.wire import encode

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

SipOf = Callable[[str], desk_frames.Sip | None]
"""How a page registers as this phone; None: it can't."""


class Desks:
    """`passes`: who keeps the passwords; None where no page registers anywhere."""

    def __init__(self, channel: VoiceChannel, passes: Passes | None, sip_of: SipOf) -> None:
        self._channel = channel
        self.sip_of = sip_of
        self.passes = passes
        self.open: set[DeskSocket] = set()
        if passes is not None:
            passes.renewed = self.renew

    # -- coming and going ----------------------------------------------------------------------------------------------
    def enter(self, socket: DeskSocket) -> None:
        self.open.add(socket)
        OPEN.labels("staff").set(len(self.open))

    def leave(self, socket: DeskSocket) -> None:
        self.open.discard(socket)
        if self._channel.phones.leave(socket):
            self._channel.desk.gone(socket)
        self._close_pass(socket.phone)
        OPEN.labels("staff").set(len(self.open))

    def close(self, which: Callable[[DeskSocket], bool], code: int, reason: str) -> None:
        for socket in [one for one in self.open if which(one)]:
            socket.close(code, reason)

    def welcome(self, socket: DeskSocket) -> desk_frames.Welcome:
        channel = self._channel
        calls = channel.phones.views(list(channel.director.calls.values()), socket)
        phone = channel.phones.phone(socket.person_id) or ""
        return desk_frames.Welcome(
            person=socket.person_id, engine="asterisk" if channel.voice.name == "asterisk" else "embedded",
            ice_servers=channel.ice_servers(), calls=calls, now=channel.clock.now_ms(), up=channel.director.up,
            sip=self.sip_of(phone) if phone else None, phone=phone,
        )  # fmt: skip

    # -- passwords -----------------------------------------------------------------------------------------------------
    async def let_in(self, socket: DeskSocket) -> None:
        """Let a page register as its person's phone, before it is told how."""
        phone = self._channel.phones.phone(socket.person_id)
        if self.passes is None or not phone:
            return
        before, socket.phone = socket.phone, phone  # before the wait: another page that leaves meanwhile sees it
        if before != phone:
            self._close_pass(before)
        await self.passes.open(phone)

    def renew(self) -> None:
        """Open pages register with the new password the next time; what is registered stays so."""
        for desk in [one for one in self.open if one.wire.state == "ready"]:
            self._channel.asking.spawn(self._renew(desk))

    async def _renew(self, desk: DeskSocket) -> None:
        if desk.phone != (self._channel.phones.phone(desk.person_id) or desk.phone):  # they have been given another one
            await self.let_in(desk)
        if desk.phone and (sip := self.sip_of(desk.phone)) is not None:
            desk.send(encode(desk_frames.SipRenewed(sip)))

    def _close_pass(self, phone: str) -> None:
        """A page of this phone has gone; with the last one, its passwords."""
        if self.passes is not None and phone and not any(one.phone == phone for one in self.open):
            self.passes.close(phone)
