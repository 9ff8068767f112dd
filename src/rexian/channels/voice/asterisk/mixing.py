"""Bridges and what the roles mean in them.

talk, barge   an ordinary member of the mixing bridge
listen        a member that the bridge does not hear
whisper       the same, and its voice goes to the ears of each agent: a snoop on the whisperer takes it, a snoop on
              each agent gives it, and a small bridge joins those snoops
held          out of the bridge, with music
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from rexian.channels.voice.asterisk.connection import Connection, Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Bridge, Leg, companion
from rexian.channels.voice.asterisk.playing import Players
from rexian.channels.voice.port import BridgeChanged, Gone, Music, Role, is_whispered_to

VOLUME = "VOLUME(RX)"
NOTHING = "-32767"
"""Each sample is divided by it."""


class Mixing:
    """Puts legs together."""

    def __init__(self, hall: Hall, players: Players) -> None:
        self._hall, self._players = hall, players
        hall.on_ended.append(self._leg_ended)

    # -- bridges -----------------------------------------------------------------------------------------------------
    def create(self, bridge_id: str) -> None:
        self._hall.bridges.setdefault(bridge_id, Bridge(bridge_id))

    async def destroy(self, bridge_id: str) -> None:
        bridge = self._hall.bridges.pop(bridge_id, None)
        if bridge is None:
            return
        for leg in tuple(bridge.legs):
            await self._out(bridge, leg)
        if bridge.made:
            line = self._hall.ari(bridge)
            await self._whispers(bridge, line)
            with suppress(Gone):
                await line.bridges_destroy(bridge.id)

    async def _made(self, bridge: Bridge, leg: Leg) -> None:
        async with bridge.lock:
            if bridge.made:
                return
            bridge.node = leg.node
            await self._hall.ari(leg).bridges_create_with_id(bridge.id, type="mixing,dtmf_events", name="rexian")
            bridge.made = True

    # -- members -----------------------------------------------------------------------------------------------------
    async def join(self, bridge_id: str, leg: Leg, role: Role) -> None:
        bridge = self._hall.bridge(bridge_id)
        async with leg.lock:
            if leg.bridge_id == bridge_id and leg.role == role:
                return
            if bridge.made and bridge.node != leg.node:
                raise Refused(409, f"the call is on another Asterisk ({bridge.node}) than this leg ({leg.node})")
            await self._made(bridge, leg)
            former = self._hall.bridges.get(leg.bridge_id)
            if leg.bridge_id and not leg.held:
                await self._leave_sound(leg)
            self._noted(leg, bridge, role)
            if not leg.held:
                await self._players.clear(leg)
                await asyncio.gather(self._add(bridge, leg), self._hall.note(leg))
            else:
                await self._hall.note(leg)
        await self._settled(former if former is not bridge else None, bridge)

    async def leave(self, leg: Leg) -> None:
        bridge = self._hall.bridges.get(leg.bridge_id)
        if bridge is not None and await self._out(bridge, leg):
            await self._settled(bridge)

    async def _out(self, bridge: Bridge, leg: Leg) -> bool:
        """Returns whether it was in there."""
        async with leg.lock:
            if leg.bridge_id != bridge.id:
                return False
            if not leg.held:
                await self._players.clear(leg)
                await self._leave_sound(leg)
            leg.bridge_id, leg.role = "", "talk"
            if leg in bridge.legs:
                bridge.legs.remove(leg)
            await self._hall.note(leg)
        return True

    def _noted(self, leg: Leg, bridge: Bridge, role: Role) -> None:
        if (former := self._hall.bridges.get(leg.bridge_id)) is not None and leg in former.legs:
            former.legs.remove(leg)
        leg.bridge_id, leg.role = bridge.id, role
        bridge.legs.append(leg)

    async def _add(self, bridge: Bridge, leg: Leg) -> None:
        line = self._hall.ari(leg)
        try:
            if leg.quiet != (leg.role == "whisper"):
                leg.quiet = leg.role == "whisper"
                await line.channels_set_channel_var(leg.id, variable=VOLUME, value=NOTHING if leg.quiet else "0")
            await line.bridges_add_channel(
                bridge.id, channel=[leg.id], mute=leg.role == "listen", inhibit_connected_line_updates=True
            )
        except Refused as error:
            if error.status in {400, 409, 422}:  # it ended, or left our application, in this very moment
                raise Gone(leg.id) from error
            raise

    async def _leave_sound(self, leg: Leg) -> None:
        with suppress(Gone, Refused):
            await self._hall.ari(leg).bridges_remove_channel(leg.bridge_id, channel=[leg.id])

    async def _settled(self, *bridges: Bridge | None) -> None:
        for bridge in bridges:
            if bridge is not None:
                if bridge.made:
                    await self._whispers(bridge, self._hall.ari(bridge))
                self._tell(bridge)

    def _tell(self, bridge: Bridge) -> None:
        self._hall.emit(BridgeChanged, bridge_id=bridge.id, legs=tuple(leg.id for leg in bridge.legs))

    def _leg_ended(self, leg: Leg) -> None:
        bridge = self._hall.bridges.get(leg.bridge_id)
        if bridge is None or leg not in bridge.legs:
            return
        bridge.legs.remove(leg)
        self._tell(bridge)
        if bridge.whispers:
            self._hall.spawn(self._whispers(bridge, self._hall.ari(bridge)), "whispers")

    async def put_back(self, bridge: Bridge, leg: Leg) -> None:
        """Put a leg into the bridge where its note says that it is."""
        async with leg.lock:
            await self._made(bridge, leg)
            await self._add(bridge, leg)

    async def rejoin(self, leg: Leg) -> None:
        """Out of its bridge and in again, by which Asterisk makes the sound's way anew. Nobody is told."""
        async with leg.lock:
            bridge = self._hall.bridges.get(leg.bridge_id)
            if bridge is not None and bridge.made and leg.state == "up" and not leg.held:
                await self._leave_sound(leg)
                await self._add(bridge, leg)

    # -- hold and mute -----------------------------------------------------------------------------------------------
    async def hold(self, leg: Leg, on: bool, music: Music | None) -> None:
        async with leg.lock:
            if leg.held == on:
                return
            if on:
                leg.hold_music = music or Music()
                await self._players.clear(leg)
                if leg.bridge_id:
                    await self._leave_sound(leg)
                leg.held = True
                await self._told_of_hold(leg)
                await self._players.hold_music(leg, True)
            else:
                await self._players.hold_music(leg, False)
                leg.held = False
                if (bridge := self._hall.bridges.get(leg.bridge_id)) is not None:
                    await self._add(bridge, leg)
                await self._told_of_hold(leg)
            await self._hall.note(leg)
        await self._rewhisper_of(leg)

    async def _told_of_hold(self, leg: Leg) -> None:
        for told in self._hall.on_hold:
            await told(leg)

    async def mute(self, leg: Leg, on: bool) -> None:
        async with leg.lock:
            if leg.muted == on:
                return
            line = self._hall.ari(leg)
            await (line.channels_mute(leg.id, direction="in") if on else line.channels_unmute(leg.id, direction="in"))
            leg.muted = on
            await self._hall.note(leg)
        await self._rewhisper_of(leg)

    async def _rewhisper_of(self, leg: Leg) -> None:
        if (bridge := self._hall.bridges.get(leg.bridge_id)) is not None:
            await self.rewhisper(bridge)

    async def rewhisper(self, bridge: Bridge) -> None:
        """Make whispers agree with the legs' roles."""
        if bridge.made:
            await self._whispers(bridge, self._hall.ari(bridge))

    # -- whispering --------------------------------------------------------------------------------------------------
    async def _whispers(self, bridge: Bridge, line: Connection) -> None:
        """Make the small bridges agree with who whispers to whom now."""
        async with bridge.lock:
            wanted = _whispering(bridge)
            for leg_id in [one for one, ears in bridge.whispers.items() if wanted.get(one) != ears]:
                await self._quiet(line, leg_id, bridge.whispers.pop(leg_id))
            for leg_id, ears in wanted.items():
                if leg_id not in bridge.whispers and ears:
                    with suppress(Gone):
                        await self._speak(line, leg_id, ears)
                        bridge.whispers[leg_id] = ears

    async def _speak(self, line: Connection, leg_id: str, ears: frozenset[str]) -> None:
        small = companion("w", leg_id)
        await line.bridges_create_with_id(small, type="mixing", name="rexian whisper")
        members = [await self._snoop(line, leg_id, companion("r", leg_id), spy="in", whisper="none")]
        members += [
            await self._snoop(line, ear, companion("e", leg_id, ear), spy="none", whisper="out") for ear in ears
        ]
        await line.bridges_add_channel(small, channel=members)

    async def _snoop(self, line: Connection, leg_id: str, snoop: str, *, spy: str, whisper: str) -> str:
        entering = self._hall.entering(snoop)
        await line.channels_snoop_channel_with_id(
            leg_id, snoop, spy=spy, whisper=whisper, app=line.app, app_args="companion"
        )
        await self._hall.entered(snoop, entering)
        return snoop

    async def _quiet(self, line: Connection, leg_id: str, ears: frozenset[str]) -> None:
        await self._hall.away(line, companion("r", leg_id), *(companion("e", leg_id, ear) for ear in ears))
        with suppress(Gone):
            await line.bridges_destroy(companion("w", leg_id))


def _whispering(bridge: Bridge) -> dict[str, frozenset[str]]:
    """Who whispers to whom: each whisperer that is heard, to the agents in the bridge who hear it."""
    here = [leg for leg in bridge.legs if not leg.held and leg.state == "up"]
    ears = frozenset(leg.id for leg in here if is_whispered_to(leg.side, leg.role))
    return {leg.id: ears - {leg.id} for leg in bridge.legs if leg.role == "whisper" and leg.heard}
