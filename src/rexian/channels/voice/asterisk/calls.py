"""Legs: how they come, ring, are answered and end, out of what Asterisk tells."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Literal

from rexian.channels.voice.asterisk import ari_generated as ari
from rexian.channels.voice.asterisk.allowance import Allowance
from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.hall import Hall, Node
from rexian.channels.voice.asterisk.legs import NOTE, Leg, cause_of, reason_for
from rexian.channels.voice.asterisk.plan import APP, NAME
from rexian.channels.voice.asterisk.playing import Players
from rexian.channels.voice.instants import now_ms
from rexian.channels.voice.port import (
    Caller,
    Cause,
    Device,
    Dtmf,
    Endpoint,
    Gone,
    LegAnswered,
    LegEnded,
    LegOffered,
    LegRinging,
    Number,
    Phone,
    Side,
    Unsupported,
)

Verstat = Literal["", "TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"]
LATE_S = 2.0
"""The exchange ends a ring by itself; so long after it should have, we do."""
LEG_HEADER = "X-Rexian-Leg"
"""Tells a phone of the house which leg rings it: a page picks up only what its desk was told of."""
_VERSTATS: dict[str, Verstat] = {
    "tn-validation-passed": "TN-Validation-Passed", "tn-validation-failed": "TN-Validation-Failed",
    "no-tn-validation": "No-TN-Validation",
}  # fmt: skip


class Calls:
    """All legs of all nodes."""

    def __init__(self, hall: Hall, players: Players, allowance: Allowance, trunk: str) -> None:
        self._hall, self._players, self._allowance, self._trunk = hall, players, allowance, trunk

    # -- what Asterisk tells -----------------------------------------------------------------------------------------
    def heard(self, node: Node, event: ari.AnyMessage) -> None:
        match event:
            case ari.StasisStart():
                self._started(node, event)
            case ari.ChannelStateChange():
                self._changed(event.channel)
            case ari.ChannelDtmfReceived():
                self._key(event)
            case ari.ChannelHangupRequest():
                self._hanging_up(event)
            case ari.StasisEnd() | ari.ChannelDestroyed():
                self._ended(event)

    def _started(self, node: Node, event: ari.StasisStart) -> None:
        channel, words = event.channel, event.args
        if words[:1] == ["companion"] or channel.id.startswith("rx-"):
            self._hall.has_entered(channel.id)
        elif (leg := self._hall.legs.get(channel.id)) is not None:
            self._up(leg)
        elif words[:1] == ["out"]:
            self._hall.spawn(self._hall.away(node.line, channel.id), "nobody's call")
        elif words[1:2] != ["h"]:  # its end, by files that were written before this was minded
            self.offered(node, channel, words[1] if len(words) > 1 else "")

    def offered(self, node: Node, channel: ari.Channel, dialled: str) -> None:
        """Somebody calls in; without room for one more, the line says so at once: 503, and Kamailio asks elsewhere."""
        if node.draining or self._hall.is_full(node.name):
            self._hall.spawn(node.line.channels_hangup(channel.id, reason="congestion"), "too many")
            return
        leg = self._hall.legs[channel.id] = Leg(channel.id, node.name, "offered", "customer")
        leg.since_at = now_ms()
        self._hall.emit(LegOffered, leg_id=leg.id, caller=caller_of(channel, dialled))

    def _changed(self, channel: ari.Channel) -> None:
        if (leg := self._hall.legs.get(channel.id)) is None:
            return
        if channel.state == "Ringing" and leg.state == "dialling":
            leg.state = "ringing"
            self._hall.emit(LegRinging, leg_id=leg.id)
        elif channel.state == "Up" and leg.state == "offered":
            self._up(leg)

    def _up(self, leg: Leg) -> None:
        if leg.state == "up":
            return
        leg.state = "up"
        self._hall.emit(LegAnswered, leg_id=leg.id)

    def _key(self, event: ari.ChannelDtmfReceived) -> None:
        leg = self._hall.legs.get(event.channel.id)
        if leg is not None and not self._players.key(leg, event.digit):
            self._hall.emit(Dtmf, leg_id=leg.id, digit=event.digit, duration_ms=event.duration_ms)

    def _hanging_up(self, event: ari.ChannelHangupRequest) -> None:
        if (leg := self._hall.legs.get(event.channel.id)) is not None and not leg.by_us:
            leg.by_peer, leg.cause = True, cause_of(event.cause)

    def _ended(self, event: ari.StasisEnd | ari.ChannelDestroyed) -> None:
        self._hall.has_vanished(event.channel.id)
        if (leg := self._hall.legs.get(event.channel.id)) is None:
            return
        if isinstance(event, ari.ChannelDestroyed) and leg.cause is None:
            leg.by_peer, leg.cause = not leg.by_us, cause_of(event.cause)
            if leg.state in {"dialling", "ringing"} and leg.cause == "normal":
                leg.cause = "no_answer"
        self.end(leg, leg.cause or "normal")

    def end(self, leg: Leg, cause: Cause, *, tell: bool = True) -> None:
        """Forget a leg and tell it."""
        if self._hall.legs.pop(leg.id, None) is None:
            return
        leg.state = "ended"
        self._allowance.end(leg.id, now_ms())
        for forget in self._hall.on_ended:
            forget(leg)
        if tell:
            self._hall.emit(LegEnded, leg_id=leg.id, cause=cause, by_peer=leg.by_peer and not leg.by_us)

    # -- what is asked -----------------------------------------------------------------------------------------------
    async def answer(self, leg: Leg, side: Side, tag: str) -> None:
        if leg.state != "offered":
            return
        leg.side, leg.tag, leg.since_at = side, tag, now_ms()
        await self._hall.note(leg)
        await self._hall.ari(leg).channels_answer(leg.id)

    async def hang_up(self, leg_id: str, cause: Cause) -> None:
        if (leg := self._hall.legs.get(leg_id)) is None:
            return
        if not leg.by_us:  # asked twice: the first word counts
            leg.by_us, leg.by_peer, leg.cause = True, False, cause
        with suppress(Gone):
            await self._hall.ari(leg).channels_hangup(leg_id, reason=reason_for(cause))

    async def originate(
        self, leg_id: str, to: Endpoint, side: Side, tag: str, caller: Caller | None, timeout_ms: int
    ) -> None:
        endpoint = self._endpoint(to)
        leg = Leg(leg_id, "", "dialling", side, tag)
        leg.trunk = isinstance(to, Number)
        if isinstance(to, Number) and self._allowance.refusal(to.digits, now_ms()):
            self._hall.emit(LegEnded, leg_id=leg_id, cause="not_allowed", by_peer=False)
            return
        node = self._hall.room(tag)
        leg.node, leg.since_at = node.name, now_ms()
        self._hall.legs[leg_id] = leg
        if leg.trunk:
            self._allowance.begin(leg_id, leg.since_at)
        try:
            await node.line.channels_originate_with_id(
                leg_id, endpoint=endpoint, app=node.line.app, app_args="out", caller_id=_caller_id(caller),
                timeout=max(1, round(timeout_ms / 1000)), variables=_variables(leg, to),
            )  # fmt: skip
            asyncio.get_running_loop().call_later(timeout_ms / 1000 + LATE_S, self._rang_too_long, leg)
        except Refused:
            # It knows no such phone, or the phone is not registered.
            leg.by_us = True
            self.end(leg, "unreachable")
        except BaseException:
            self._hall.legs.pop(leg_id, None)
            self._allowance.end(leg_id, now_ms())
            raise

    def _rang_too_long(self, leg: Leg) -> None:
        """Asterisk counts by the wall clock: set back meanwhile, it would ring for as long again."""
        if leg.state in {"dialling", "ringing"} and self._hall.legs.get(leg.id) is leg:
            self._hall.spawn(self.hang_up(leg.id, "no_answer"), "rang too long")

    def _endpoint(self, to: Endpoint) -> str:
        match to:
            case Device():
                raise Unsupported("a browser page is reached as a phone of the exchange")
            case Phone(name):
                if not NAME.fullmatch(name):
                    raise Unsupported(f"no phone can be called {name!r}")
                return f"PJSIP/{name}"
            case Number(digits, trunk):
                name = trunk or self._trunk
                if not NAME.fullmatch(name):
                    raise Unsupported("no line is set up: asterisk_trunks")
                return f"PJSIP/{re.sub('[^+0-9*#]', '', digits)}@{name}"

    async def transfer(self, leg: Leg, to: Endpoint) -> None:
        """Hand a call to the dialplan, which dials on and bridges: it outlives us, and needs nothing of the peer."""
        endpoint = self._endpoint(to)
        if isinstance(to, Number) and (why := self._allowance.refusal(to.digits, now_ms())):
            raise Unsupported(f"this number is not dialled ({why})")
        async with leg.lock:
            if leg.transferred:
                return
            line = self._hall.ari(leg)
            await self._players.clear(leg)
            await line.channels_set_channel_var(leg.id, variable="RX_TO", value=endpoint)
            await line.channels_set_channel_var(leg.id, variable=NOTE, value="")
            leg.by_us, leg.cause = True, "normal"
            await line.channels_continue_in_dialplan(leg.id, context=f"{APP}-out", extension="s", priority=1)
            leg.transferred = True
            self._hall.once.first("transfer", leg.id)


def caller_of(channel: ari.Channel, dialled: str = "") -> Caller:
    """Who calls, as the line says. The network's own word on it (RFC 8224, verstat) counts only in its own header."""
    asserted = str((channel.channelvars or {}).get("RX_PAI") or "")
    found = re.search(r"verstat=([A-Za-z-]+)", asserted)
    word = found[1].lower() if found else ""
    verstat: Verstat = next((name for start, name in _VERSTATS.items() if word.startswith(start)), "")
    return Caller(
        number=channel.caller.number[:64], name=channel.caller.name[:120], verstat=verstat,
        dialled=(dialled or channel.dialplan.exten)[:64],
    )  # fmt: skip


def _variables(leg: Leg, to: Endpoint) -> dict[str, str]:
    """What a channel begins with. Only phones of the house are told the leg; a carrier has no business with it."""
    told = {f"PJSIP_HEADER(add,{LEG_HEADER})": leg.id} if isinstance(to, Phone) else {}
    return {NOTE: leg.note(), **told}


def _caller_id(caller: Caller | None) -> str | None:
    if caller is None or not (caller.number or caller.name):
        return None
    name = re.sub(r'[\x00-\x1f"<>\\]', "", caller.name)
    return f'"{name}" <{re.sub("[^+0-9A-Za-z*#]", "", caller.number)}>'
