"""What one leg hears besides its bridge: prompts, tones, music, hold; and the keys that it presses.

A leg that is alone is played to directly. In a bridge, a snoop channel whispers to it: played directly, both sounds
would be cut into slices. Commands on a channel wait behind what it plays, so a prompt ends before the leg moves.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from rexian.channels.voice.asterisk.ari_generated import Playback
from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Leg, companion
from rexian.channels.voice.asterisk.sounds import ONCE_MS, BadSound, Sounds, tone_uri
from rexian.channels.voice.port import DigitsCollected, Down, File, Gone, Music, PlaybackEnded, Silence, Source, Tone
from rexian.channels.voice.webrtc.collecting import Collecting, Taken
from rexian.channels.voice.webrtc.dtmf import KEYS


class Playing:
    """One playback on one leg. `channel` is the leg's own or a snoop's; `ari_id` changes with each round of a loop."""

    def __init__(self, leg: Leg, playback_id: str, source: Source) -> None:
        self.leg, self.id, self.source = leg, playback_id, source
        self.channel, self.ari_id, self.uri = leg.id, "", ""
        self.timer: asyncio.TimerHandle | None = None
        self.music = False
        self.over = False

    @property
    def loops(self) -> bool:
        return isinstance(self.source, Music)


class Players:
    """All playbacks and collections."""

    def __init__(self, hall: Hall, sounds: Sounds) -> None:
        self._hall, self._sounds = hall, sounds
        self._on: dict[str, Playing] = {}
        self._on_hold: dict[str, Playing] = {}
        self._by_ari: dict[str, Playing] = {}
        self._collecting: dict[str, tuple[Collecting, asyncio.TimerHandle]] = {}
        hall.playing = lambda leg: (self._on[leg.id].id,) if leg.id in self._on else ()
        hall.on_ended.append(self._leg_ended)

    # -- playing -----------------------------------------------------------------------------------------------------
    async def play(self, leg: Leg, playback_id: str, source: Source) -> None:
        async with leg.lock:
            if self._hall.once.first("play", leg.id, playback_id):
                with self._hall.once.unless_it_fails("play", leg.id, playback_id):
                    await self._replace(leg, playback_id, source)

    async def _replace(self, leg: Leg, playback_id: str, source: Source) -> None:
        await self.clear(leg)
        if leg.held:
            await self._hush(leg)
        playing = self._on[leg.id] = Playing(leg, playback_id, source)
        try:
            await self._begin(playing)
        except (BadSound, Refused):
            self._told(playing, "failed")
        except (Gone, Down):
            self._forget(playing)
            raise

    async def stop(self, leg: Leg, playback_id: str) -> None:
        async with leg.lock:
            if (now := self._on.get(leg.id)) is not None and now.id == playback_id:
                await self.end(now, "stopped")
                if leg.held:
                    await self._music(leg)

    async def _begin(self, playing: Playing) -> None:
        leg, source = playing.leg, playing.source
        if isinstance(source, Silence):
            self._after(playing, source.ms)
            return
        uri = await self._uri(source)
        if leg.bridge_id and not leg.held:
            await self._whisperer(playing)
        line = self._hall.ari(leg)
        if not uri:
            playing.music = True
            await line.channels_start_moh(playing.channel)
            return
        await self._start(playing, uri)
        if isinstance(source, Tone) and source.name in ONCE_MS:
            self._after(playing, ONCE_MS[source.name])

    async def _uri(self, source: File | Tone | Music) -> str:
        if isinstance(source, Tone):
            return tone_uri(source)
        if not source.path:
            return ""
        return self._sounds.known(source.path) or await asyncio.to_thread(self._sounds.uri, source.path)

    async def _start(self, playing: Playing, uri: str) -> None:
        playing.ari_id = companion("p", playing.leg.id, playing.id, str(time.monotonic_ns()))
        self._by_ari[playing.ari_id] = playing
        playing.uri = uri
        await self._hall.ari(playing.leg).channels_play_with_id(playing.channel, playing.ari_id, media=[uri])

    async def _whisperer(self, playing: Playing) -> None:
        leg = playing.leg
        line, snoop = self._hall.ari(leg), companion("s", leg.id, playing.id, str(time.monotonic_ns()))
        entering = self._hall.entering(snoop)
        await line.channels_snoop_channel_with_id(
            leg.id, snoop, spy="none", whisper="out", app=line.app, app_args="companion"
        )
        await self._hall.entered(snoop, entering)
        playing.channel = snoop

    def _after(self, playing: Playing, ms: int) -> None:
        loop = asyncio.get_running_loop()
        playing.timer = loop.call_later(ms / 1000, lambda: self._hall.spawn(self._time_over(playing), "playback"))

    async def _time_over(self, playing: Playing) -> None:
        async with playing.leg.lock:
            await self.end(playing, "finished")

    async def end(self, playing: Playing, why: str) -> None:
        """Stop what plays and tell it. The leg's lock is held."""
        if playing.over:
            return
        self._told(playing, why)
        line = self._hall.ari(playing.leg)
        with suppress(Gone, Refused):
            if playing.ari_id:
                await line.playbacks_stop(playing.ari_id)
            elif playing.music and playing.channel == playing.leg.id:
                await line.channels_stop_moh(playing.channel)

    async def clear(self, leg: Leg) -> None:
        """Stop whatever plays directly on the channel, before it moves. The leg's lock is held."""
        if (now := self._on.get(leg.id)) is not None:
            await self.end(now, "stopped")

    def finished(self, playback: Playback) -> None:
        """Asterisk's word that a playback is over."""
        playing = self._by_ari.pop(playback.id, None)
        if playing is None or playing.over or playing.ari_id != playback.id:
            return
        if playing.loops and playback.state == "done":
            self._hall.spawn(self._start(playing, playing.uri), "music goes on")
            return
        self._told(playing, "finished" if playback.state == "done" else "failed")
        if playing.leg.held:
            self._hall.spawn(self._music(playing.leg), "hold music")

    def _told(self, playing: Playing, why: str) -> None:
        if playing.over:
            return
        self._forget(playing)
        self._hall.emit(PlaybackEnded, leg_id=playing.leg.id, playback_id=playing.id, why=why)

    def _forget(self, playing: Playing) -> None:
        playing.over = True
        if self._on.get(playing.leg.id) is playing:
            del self._on[playing.leg.id]
        self._by_ari.pop(playing.ari_id, None)
        if playing.timer:
            playing.timer.cancel()
        if playing.channel != playing.leg.id:
            self._hall.spawn(self._hall.away(self._hall.ari(playing.leg), playing.channel), "whisper ends")

    # -- hold --------------------------------------------------------------------------------------------------------
    async def hold_music(self, leg: Leg, on: bool) -> None:
        """Begin or end the music of a held leg. The leg's lock is held, and the leg in no bridge."""
        await self.clear(leg)
        await (self._music(leg) if on else self._hush(leg))

    async def _music(self, leg: Leg) -> None:
        line = self._hall.ari(leg)
        if not leg.hold_music.path:
            await line.channels_start_moh(leg.id)
            return
        playing = Playing(leg, "", leg.hold_music)
        self._on_hold[leg.id] = playing
        with suppress(BadSound):
            await self._start(playing, await self._uri(leg.hold_music))

    async def _hush(self, leg: Leg) -> None:
        line = self._hall.ari(leg)
        with suppress(Gone, Refused):
            if (playing := self._on_hold.pop(leg.id, None)) is None:
                await line.channels_stop_moh(leg.id)
                return
            playing.over = True
            self._by_ari.pop(playing.ari_id, None)
            await line.playbacks_stop(playing.ari_id)

    # -- keys --------------------------------------------------------------------------------------------------------
    async def collect(self, leg: Leg, collecting: Collecting) -> None:
        if not self._hall.once.first("collect", leg.id, collecting.id):
            return
        if (now := self._collecting.get(leg.id)) is not None:
            self._collected(leg.id, now[0].stop())
        self._collecting[leg.id] = (collecting, self._tick(leg.id))

    def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        if (now := self._collecting.get(leg_id)) and now[0].id == collect_id:
            self._collected(leg_id, now[0].stop())

    def key(self, leg: Leg, digit: str) -> bool:
        """Take a key. Returns False when nobody collects."""
        if (now := self._collecting.get(leg.id)) is None:
            return False
        if (playing := self._on.get(leg.id)) is not None:
            self._hall.spawn(self.stop(leg, playing.id), "a key stops the prompt")
        self._collected(leg.id, now[0].key(digit, time.monotonic() * 1000))
        return True

    async def press(self, leg: Leg, keys_id: str, digits: str) -> None:
        """Send keys to the other end."""
        if any(digit not in KEYS for digit in digits):
            raise ValueError(f"not a key: {digits!r}")
        if self._hall.once.first("keys", leg.id, keys_id):
            with self._hall.once.unless_it_fails("keys", leg.id, keys_id):
                await self._hall.ari(leg).channels_send_dtmf(leg.id, dtmf=digits)

    def _tick(self, leg_id: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(0.05, self._ticked, leg_id)

    def _ticked(self, leg_id: str) -> None:
        if (now := self._collecting.get(leg_id)) is None:
            return
        if (taken := now[0].tick(time.monotonic() * 1000)) is not None:
            self._collected(leg_id, taken)
        else:
            self._collecting[leg_id] = (now[0], self._tick(leg_id))

    def _collected(self, leg_id: str, taken: Taken | None) -> None:
        if taken is None:
            return
        _, timer = self._collecting.pop(leg_id)
        timer.cancel()
        self._hall.emit(DigitsCollected, leg_id=leg_id, collect_id=taken.collect_id, digits=taken.digits, why=taken.why)

    def _leg_ended(self, leg: Leg) -> None:
        if (now := self._collecting.get(leg.id)) is not None:
            now[1].cancel()
            del self._collecting[leg.id]
        self._on_hold.pop(leg.id, None)
        if (playing := self._on.pop(leg.id, None)) is not None:
            playing.over = True
            self._by_ari.pop(playing.ari_id, None)
            if playing.timer:
                playing.timer.cancel()
