"""Agreement with what lives in an Asterisk after a connection is made: the same one again, a new one, a new us.

A call needs nobody to go on; what we must know of it is written on its channel (`Leg.note`). A new controller reads it
there, ends nothing, and puts right what was half done.
"""

from __future__ import annotations

from contextlib import suppress

import structlog

from rexian.channels.voice.asterisk import ari_generated as ari
from rexian.channels.voice.asterisk.calls import Calls
from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.hall import Hall, Node
from rexian.channels.voice.asterisk.legs import NOTE, Bridge, Leg
from rexian.channels.voice.asterisk.mixing import Mixing
from rexian.channels.voice.port import Gone, LegState

log = structlog.get_logger(__name__)


class Adoption:
    """Makes our picture of a node true."""

    def __init__(self, hall: Hall, calls: Calls, mixing: Mixing) -> None:
        self._hall, self._calls, self._mixing = hall, calls, mixing

    def forget(self, node: Node, *, tell: bool) -> None:
        """The node was started anew: all that lived in it is gone. Of a single node the new epoch says so."""
        for bridge in [one for one in self._hall.bridges.values() if one.node == node.name]:
            bridge.made, bridge.node, bridge.whispers = False, "", {}
        for leg in [one for one in self._hall.legs.values() if one.node == node.name]:
            leg.by_us = True
            self._calls.end(leg, "engine_down", tell=tell)

    async def end_given_up(self, node: Node) -> None:
        """The node is back with calls that were told to have ended: their people have gone on to something else."""
        for channel in await node.line.channels_list():
            known = Leg(channel.id, node.name, "up", "customer")
            if channel.id not in self._hall.legs and known.learn(str((channel.channelvars or {}).get(NOTE) or "")):
                await self._hall.away(node.line, channel.id)

    async def read(self, node: Node) -> list[ari.Channel]:
        """Adopt all legs and bridges of a node. Returns the channels that wait for an answer."""
        # Whom we begin to call while the answer is on its way is not in it.
        known = [one for one in self._hall.legs.values() if one.node == node.name]
        channels = {one.id: one for one in await node.line.channels_list()}
        for leg in [one for one in known if one.id not in channels]:
            self._calls.end(leg, leg.cause or "lost")
        offered = [one for one in channels.values() if self._take(node, one)]
        bridges = {one.id: one for one in await node.line.bridges_list()}
        self._bridges(node, bridges)
        await self._clear(node, channels, bridges)
        await self._mend(node, bridges)
        await self._hear(node)
        return offered

    def _take(self, node: Node, channel: ari.Channel) -> bool:
        """Know a channel as a leg. Returns whether it is one that nobody has answered yet."""
        if channel.id in self._hall.legs or channel.id.startswith("rx-"):
            return False
        ours = channel.dialplan.app_name == "Stasis" and channel.dialplan.app_data.split(",")[0] == node.line.app
        leg = Leg(channel.id, node.name, _state(channel, ours), "customer")
        if leg.learn(str((channel.channelvars or {}).get(NOTE) or "")):
            if ours or leg.state != "up":
                self._hall.legs[leg.id] = leg
            return False
        return ours

    def _bridges(self, node: Node, there: dict[str, ari.Bridge]) -> None:
        for leg in self._hall.legs.values():
            if leg.recording_id and leg.recorded_in:  # also one that is out of it, as while a code is typed
                self._hall.bridges.setdefault(leg.recorded_in, Bridge(leg.recorded_in))
            if leg.node != node.name or not leg.bridge_id:
                continue
            bridge = self._hall.bridges.setdefault(leg.bridge_id, Bridge(leg.bridge_id))
            bridge.node, bridge.made = node.name, bridge.id in there
            if leg not in bridge.legs:
                bridge.legs.append(leg)

    async def _clear(self, node: Node, channels: dict[str, ari.Channel], bridges: dict[str, ari.Bridge]) -> None:
        """End what only a controller keeps alive: whispers, taps, prompts into a bridge. Recordings go on."""
        if node.adopted:
            return
        stray = [one for one in channels if one.startswith("rx-") and not one.startswith("rx-recs-")]
        await self._hall.away(node.line, *stray)
        for bridge in bridges.values():
            if bridge.name.startswith("rexian") and bridge.id not in self._hall.bridges:
                with suppress(Gone, Refused):
                    await node.line.bridges_destroy(bridge.id)

    async def _mend(self, node: Node, there: dict[str, ari.Bridge]) -> None:
        """Put legs that were on their way into their bridges, and let whisperers whisper again."""
        for bridge in [one for one in self._hall.bridges.values() if one.node == node.name]:
            inside = set(there[bridge.id].channels) if bridge.id in there else set()
            for leg in bridge.legs:
                if leg.id not in inside and leg.state == "up" and not leg.held:
                    with suppress(Gone, Refused):
                        await self._mixing.put_back(bridge, leg)
            if not node.adopted:
                bridge.whispers = {}
            await self._mixing.rewhisper(bridge)

    async def _hear(self, node: Node) -> None:
        """Be told of what happens to adopted legs, where Asterisk does not do so by itself."""
        known = set((await node.line.applications_get(node.line.app)).channel_ids)
        deaf = [
            f"channel:{leg.id}" for leg in self._hall.legs.values() if leg.node == node.name and leg.id not in known
        ]
        for source in deaf:
            with suppress(Gone, Refused):
                await node.line.applications_subscribe(node.line.app, event_source=[source])
        if deaf:
            log.info("asterisk.subscribed_again", legs=len(deaf))


def _state(channel: ari.Channel, ours: bool) -> LegState:
    if channel.state == "Up" and ours:
        return "up"
    if channel.state == "Ringing":
        return "ringing"
    return "up" if channel.state == "Up" else "dialling"
