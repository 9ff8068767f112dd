"""What the voice channel does by the clock: places and patience, the engine's health, relays, what was left behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rexian.channels.voice import frames, port
from rexian.channels.voice.figures import CALLS, ENGINE_UP, LATE, LEGS
from rexian.channels.voice.relay import RENEW_S, Obstacle, Relay, until_renewal, why_not
from rexian.channels.voice.wire import encode
from rexian.kit import log
from rexian.kit.database import is_outage
from rexian.kit.slice import Task
from rexian.kit.sockets import PROTOCOL_ERROR, TRY_LATER

if TYPE_CHECKING:
    from rexian.channels.voice.channel import VoiceChannel

RELAY_EVERY_S = 60.0
HEALTH_EVERY_S = 2.0
RECORDINGS_EVERY_MS = 30_000
_log = log.get(__name__)


class Upkeep:
    """`relay`: the TURN server, None without one; `relay_trouble`: its address, and what is the matter with it."""

    def __init__(self, channel: VoiceChannel, relay: Relay | None) -> None:
        self._channel = channel
        self._relay = relay
        self._recordings_at = 0
        self.relay_trouble: tuple[str, Obstacle] | None = None
        self.tasks: list[Task] = [
            self._keep_time, self._keep_alarm, self._keep_health, self._keep_relays, self.renew_relays,
        ]  # fmt: skip

    # -- people --------------------------------------------------------------------------------------------------------
    async def _keep_time(self) -> None:
        while True:
            await self._a_while()
            self._channel.patience.look()
            self._channel.reach.look()
            self._close_mute()

    async def _keep_alarm(self) -> None:
        """By itself: it waits for floors and engines, and a stuck one must not stop the calls' time."""
        while True:
            await self._a_while()
            await self._channel.alarm.look()

    async def _a_while(self) -> None:
        await asyncio.sleep(self._channel.limits.position_every_ms / 1000)

    def _close_mute(self) -> None:
        channel, now = self._channel, self._channel.clock.now_ms()
        for one in channel.open_sockets():
            if one.wire.state == "new" and one.opened_at < now - channel.limits.hello_ms:
                one.close(PROTOCOL_ERROR, "no hello")
        channel.desks.close(lambda desk: desk.seen_at < now - channel.limits.silent_ms, TRY_LATER, "silent")

    # -- the engine ----------------------------------------------------------------------------------------------------
    async def _keep_health(self) -> None:
        while True:
            channel = self._channel
            channel.health = await self._health()
            ENGINE_UP.set(1 if channel.director.up else 0)
            LEGS.set(channel.health.legs)
            LATE.set(channel.health.late_ms)
            CALLS.set(len(channel.director.calls))
            await self._keep_left_over()
            await asyncio.sleep(HEALTH_EVERY_S)

    async def _health(self) -> port.Health:
        before = self._channel.health
        try:
            return await self._channel.voice.health()
        except port.Down:
            return port.Health(
                up=False, engine=self._channel.voice.name, trouble=before.trouble, why=before.why
            )  # what was said last is the best that is known

    async def _keep_left_over(self) -> None:
        try:
            await self._channel.voicemails.keep_left_over()
            self._keep_recordings()
        except port.Down:
            return
        except Exception as error:
            if not is_outage(error):
                raise

    def _keep_recordings(self) -> None:
        """Those that somebody left behind who died: the engine or we."""
        now = self._channel.clock.now_ms()
        if self._channel.director.up and now >= self._recordings_at:
            self._recordings_at = now + RECORDINGS_EVERY_MS
            self._channel.asking.spawn(self._channel.keeping.take_over())

    # -- relays --------------------------------------------------------------------------------------------------------
    async def _keep_relays(self) -> None:
        """Ask the TURN server now and then whether it still lets us in."""
        while self._relay is not None:
            why = await why_not(self._relay)
            before, self.relay_trouble = self.relay_trouble, (self._relay.urls[0], why) if why else None
            if self.relay_trouble != before:
                _log.warning("voice.relay", server=self._relay.urls[0], trouble=why or "none")
            await asyncio.sleep(RELAY_EVERY_S)

    async def renew_relays(self) -> None:
        """Pages that are open for long are told names and passwords anew before theirs end, or are thought to."""
        while True:
            await until_renewal(RENEW_S)
            told = encode(frames.Ice(self._channel.ice_servers()))
            for one in [one for one in self._channel.open_sockets() if one.wire.state == "ready"]:
                one.send(told)
