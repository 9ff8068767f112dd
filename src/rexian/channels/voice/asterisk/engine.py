"""`AsteriskEngine`: the voice port over one or several Asterisk nodes. It only hands on; the work is done beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import structlog

from rexian.channels.voice.asterisk import ari_generated as ari
from rexian.channels.voice.asterisk.adoption import Adoption
from rexian.channels.voice.asterisk.allowance import Allowance
from rexian.channels.voice.asterisk.calls import Calls
from rexian.channels.voice.asterisk.connection import Connection
from rexian.channels.voice.asterisk.hall import Hall, Node
from rexian.channels.voice.asterisk.legs import Leg
from rexian.channels.voice.asterisk.mixing import Mixing
from rexian.channels.voice.asterisk.needs import modules_for
from rexian.channels.voice.asterisk.passes import Passes
from rexian.channels.voice.asterisk.plan import APP, Plan
from rexian.channels.voice.asterisk.playing import Players
from rexian.channels.voice.asterisk.recording import Recorders
from rexian.channels.voice.asterisk.sounds import Sounds
from rexian.channels.voice.asterisk.statistics import Statistics
from rexian.channels.voice.asterisk.tapping import Taps
from rexian.channels.voice.asterisk.watch import Watch
from rexian.channels.voice.port import (
    BridgeInfo,
    Caller,
    Cause,
    Down,
    Endpoint,
    EngineDown,
    EngineUp,
    Health,
    Inventory,
    Music,
    RecordingOrder,
    Role,
    Side,
    Source,
    Unsupported,
    VoiceListener,
)
from rexian.channels.voice.webrtc.collecting import Collecting
from rexian.kit.trouble import Trouble

log = structlog.get_logger(__name__)


class AsteriskEngine:
    """Telephone lines and SIP phones. Calls outlive us: `inventory` after a crash tells what is there."""

    name = "asterisk"

    def __init__(self, plan: Plan, app: str = APP) -> None:
        self._hall = Hall(plan.capacity)
        self._sounds = Sounds(plan.sounds, plan.sounds_there)
        self._sweeping: asyncio.Task[None] | None = None
        self._players = Players(self._hall, self._sounds)
        allowance = Allowance(plan.denied, plan.outbound_at_once, plan.outbound_minutes)
        trunk = plan.trunks[0].name if plan.trunks else ""
        self._calls = Calls(self._hall, self._players, allowance, trunk)
        self._mixing = Mixing(self._hall, self._players)
        self._recorders = Recorders(self._hall)
        self._taps = Taps(self._hall)
        self._statistics = Statistics(self._hall, self._mixing.rejoin)
        self._adoption = Adoption(self._hall, self._calls, self._mixing)
        self.passes = Passes(self._hall, plan)
        self._watch = Watch(self._hall, self._adoption, Path(plan.drained) if plan.drained else None, plan.draining)
        for url in plan.urls:
            self._add_node(plan, url, app)

    def _add_node(self, plan: Plan, url: str, app: str) -> None:
        node = self._hall.nodes[url] = Node(url)
        node.line = Connection(
            url, user=plan.user, password=plan.password, app=app, on_event=partial(self._heard, node),
            on_up=partial(self._up, node), on_down=partial(self._down, node), needed=modules_for(plan),
        )  # fmt: skip

    # -- life --------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        for node in self._hall.nodes.values():
            node.line.start()
        self._statistics.start()
        self._watch.start()
        self.passes.start()
        self._sweeping = asyncio.create_task(self._sounds.keep_swept())

    async def stop(self) -> None:
        self._statistics.stop()
        self._watch.stop()
        self.passes.stop()
        if self._sweeping is not None:
            self._sweeping.cancel()
        for node in self._hall.nodes.values():
            await node.line.stop()
        await self._hall.close()

    def listen(self, listener: VoiceListener) -> Callable[[], None]:
        return self._hall.listen(listener)

    async def _up(self, node: Node, info: ari.AsteriskInfo) -> None:
        epoch = _instant(info.status.startup_time if info.status else "")
        others = any(other.line.up for other in self._hall.nodes.values() if other is not node)
        if node.epoch and node.epoch != epoch:
            self._adoption.forget(node, tell=others)
            node.adopted = False
        node.epoch, node.version = epoch, info.system.version if info.system else ""
        if not others:
            self._hall.new_epoch(epoch)
        if node.given_up:
            await self._adoption.end_given_up(node)
        node.away_since, node.given_up = 0.0, False
        offered = await self._adoption.read(node)
        node.adopted = True
        self._hall.spawn(self.passes.node_up(node), "passwords")
        self._hall.emit(EngineUp, version=node.version)
        for channel in offered:
            self._calls.offered(node, channel, "")

    def _down(self, node: Node, why: Trouble) -> None:
        node.away_since = node.away_since or time.monotonic()
        if not any(other.line.up for other in self._hall.nodes.values()):
            self._hall.emit(EngineDown, reason=str(why), why=why)
        else:
            log.warning("asterisk.node_away", node=node.name, code=why.code, **why.in_words)

    def _heard(self, node: Node, event: ari.AnyMessage) -> None:
        match event:
            case ari.PlaybackFinished():
                self._players.finished(event.playback)
            case ari.RecordingFinished() | ari.RecordingFailed():
                self._recorders.written(event.recording)
            case _:
                self._calls.heard(node, event)

    # -- what there is -----------------------------------------------------------------------------------------------
    async def health(self) -> Health:
        nodes = self._hall.nodes.values()
        up = [node for node in nodes if node.line.up]
        away = {node.name: node.line.trouble for node in nodes if not node.line.up and node.line.trouble}
        return Health(
            up=bool(up), engine=self.name, version=up[0].version if up else "", epoch=self._hall.epoch,
            legs=len(self._hall.legs), capacity=sum(map(self._room, up)), trouble="; ".join(map(str, away.values())),
            why=next(iter(away.values()), None) if not up else None,
            nodes_away=away if up else {},
        )  # fmt: skip

    def _room(self, node: Node) -> int:
        """How many legs a node may have: one that is drained, no more than it has."""
        return self._hall.count(node.name) if node.draining else self._hall.capacity

    async def inventory(self) -> Inventory:
        if not any(node.line.up for node in self._hall.nodes.values()):
            raise Down(self._hall.why_none())
        in_order = sorted(self._hall.legs.values(), key=_coming)
        legs = tuple(leg.info(self._hall.playing(leg)) for leg in in_order)
        bridges, recorded = [], self._recorders.by_bridge()
        for bridge in self._hall.bridges.values():
            recording, paused = recorded.get(bridge.id, ("", False))
            bridges.append(BridgeInfo(
                id=bridge.id, legs=tuple(leg.id for leg in sorted(bridge.legs, key=_coming)), recording_id=recording,
                recording_paused=paused,
            ))  # fmt: skip
        asked = all(node.given_up or (node.line.up and node.adopted) for node in self._hall.nodes.values())
        return Inventory(epoch=self._hall.epoch, legs=legs, bridges=tuple(bridges), partial=not asked)

    # -- legs --------------------------------------------------------------------------------------------------------
    async def connect(self, leg_id: str, sdp: str, *, side: Side, tag: str = "") -> str:
        raise Unsupported("browsers speak SIP to the exchange themselves")

    async def answer(self, leg_id: str, *, side: Side, tag: str = "") -> None:
        await self._calls.answer(self._hall.leg(leg_id), side, tag)

    async def reject(self, leg_id: str, cause: Cause = "busy") -> None:
        await self._calls.hang_up(leg_id, cause)

    async def hang_up(self, leg_id: str, cause: Cause = "normal") -> None:
        await self._calls.hang_up(leg_id, cause)

    async def originate(
        self, leg_id: str, to: Endpoint, *, side: Side, tag: str = "", caller: Caller | None = None,
        timeout_ms: int = 30_000, try_id: str = "",
    ) -> None:  # fmt: skip
        if leg_id not in self._hall.legs and self._hall.once.first("originate", leg_id, try_id):
            with self._hall.once.unless_it_fails("originate", leg_id, try_id):
                await self._calls.originate(leg_id, to, side, tag, caller, timeout_ms)

    async def transfer(self, leg_id: str, to: Endpoint) -> None:
        if leg_id not in self._hall.legs and ("transfer", leg_id) in self._hall.once:
            return
        leg = self._hall.leg(leg_id)
        await self._mixing.leave(leg)
        await self._calls.transfer(leg, to)

    # -- media -------------------------------------------------------------------------------------------------------
    async def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        await self._players.play(self._hall.leg(leg_id), playback_id, source)

    async def stop_playback(self, leg_id: str, playback_id: str) -> None:
        await self._players.stop(self._hall.leg(leg_id), playback_id)

    async def collect(
        self, leg_id: str, collect_id: str, *, most: int = 1, first_ms: int = 8_000, between_ms: int = 3_000,
        end_key: str = "#",
    ) -> None:  # fmt: skip
        leg, now = self._hall.leg(leg_id), time.monotonic() * 1000
        wanted = Collecting(collect_id, now, most=most, first_ms=first_ms, between_ms=between_ms, end_key=end_key)
        await self._players.collect(leg, wanted)

    async def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        self._players.stop_collecting(leg_id, collect_id)

    async def send_dtmf(self, leg_id: str, keys_id: str, digits: str) -> None:
        await self._players.press(self._hall.leg(leg_id), keys_id, digits)

    async def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        await self._mixing.hold(self._hall.leg(leg_id), on, music)

    async def mute(self, leg_id: str, on: bool) -> None:
        await self._mixing.mute(self._hall.leg(leg_id), on)

    # -- bridge ------------------------------------------------------------------------------------------------------
    async def create_bridge(self, bridge_id: str) -> None:
        self._mixing.create(bridge_id)

    async def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        await self._mixing.join(bridge_id, self._hall.leg(leg_id), role)

    async def leave(self, leg_id: str) -> None:
        await self._mixing.leave(self._hall.leg(leg_id))

    async def destroy_bridge(self, bridge_id: str) -> None:
        await self._recorders.end_bridge(bridge_id)
        await self._mixing.destroy(bridge_id)

    # -- recording ---------------------------------------------------------------------------------------------------
    async def record(self, bridge_id: str, order: RecordingOrder) -> None:
        await self._recorders.begin(self._hall.bridge(bridge_id), order)

    async def pause_recording(self, recording_id: str, paused: bool) -> None:
        await self._recorders.pause(recording_id, paused)

    async def stop_recording(self, recording_id: str) -> None:
        await self._recorders.end(recording_id)

    async def resume_recording(self, bridge_id: str, order: RecordingOrder) -> bool:
        return await self._recorders.resume(bridge_id, order)

    async def clear_recordings(self, known: Collection[str]) -> None:
        await self._recorders.sweep(known)

    # -- tap ---------------------------------------------------------------------------------------------------------
    async def tap(self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"]) -> AsyncIterator[bytes]:
        return await self._taps.tap(tap_id, self._hall.leg(leg_id), what)

    async def inject(self, leg_id: str, inject_id: str, pcm: bytes) -> None:
        leg = self._hall.leg(leg_id)
        if leg.injected.first(inject_id):
            with leg.injected.unless_it_fails(inject_id):
                await self._taps.inject(leg, pcm)

    async def stop_tap(self, tap_id: str) -> None:
        await self._taps.stop(tap_id)


def _coming(leg: Leg) -> tuple[int, str]:
    """The order in which legs came, the same for every controller."""
    return leg.since_at, leg.id


def _instant(text: str) -> int:
    """An instant as Asterisk writes it (`2026-11-22T17:43:30.258+0000`) in ms since 1970; 0 when there is none."""
    try:
        return round(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
    except ValueError:
        return 0
