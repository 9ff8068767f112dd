"""What the parts of the engine share: nodes, legs, bridges, the stream of events, and who waits for a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import structlog

from rexian.channels.voice.asterisk.connection import Connection, Refused
from rexian.channels.voice.asterisk.legs import NOTE, Bridge, Leg
from rexian.channels.voice.instants import stamps
from rexian.channels.voice.once import Once
from rexian.channels.voice.port import Busy, Down, Gone, VoiceEvent, VoiceListener
from rexian.channels.voice.room import is_full
from rexian.kit.trouble import Trouble

log = structlog.get_logger(__name__)

ENTER_S = 5.0


class Placed(Protocol):
    """What lives on a node."""

    node: str


class Node:
    """One Asterisk. `epoch`: ms since 1970 at which it was started, 0 before it was ever reached.

    `away_since`: `time.monotonic()` at which it was lost, 0 while it is there; `given_up`: its calls count as ended.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.line: Connection
        self.epoch = 0
        self.version = ""
        self.draining = self.given_up = False
        self.away_since = 0.0
        self.adopted = False


class Hall:
    """All state of an engine. Only the event loop's thread touches it."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.nodes: dict[str, Node] = {}
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, Bridge] = {}
        self.on_ended: list[Callable[[Leg], None]] = []
        self.on_hold: list[Callable[[Leg], Awaitable[None]]] = []
        """Told before a leg hears its music, and when it is back in the talk."""
        self.once = Once()
        """What was begun: playbacks, collections, keys, calls; and taps that ended."""
        self.playing: Callable[[Leg], tuple[str, ...]] = lambda leg: ()
        self._listeners: list[VoiceListener] = []
        self._entering: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._seq = 0
        self.epoch = 0

    # -- telling -----------------------------------------------------------------------------------------------------
    def listen(self, listener: VoiceListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def emit(self, kind: type[VoiceEvent], **fields: Any) -> None:
        """Tell all listeners; one that fails does not keep the others from hearing."""
        self._seq += 1
        event = kind(seq=self._seq, epoch=self.epoch, **stamps(), **fields)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("voice.listener_failed", kind=kind.__name__)

    def new_epoch(self, epoch: int) -> None:
        """Begin a new life of the engine: events count from 1 again."""
        if epoch != self.epoch:
            self.epoch, self._seq = epoch, 0

    def spawn(self, work: Awaitable[Any], what: str) -> asyncio.Task[Any]:
        """Do something beside; hang-up races are ordinary, all else is logged."""

        async def guarded() -> None:
            try:
                await work
            except (Gone, Down):
                pass
            except Refused as error:
                log.warning("asterisk.refused", what=what, error=str(error))
            except Exception:
                log.exception("asterisk.failed", what=what)

        task = asyncio.create_task(guarded(), name=what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- finding -----------------------------------------------------------------------------------------------------
    def leg(self, leg_id: str) -> Leg:
        """Return a leg that lives. Raises `Gone`, and `Down` when its node is away."""
        if (leg := self.legs.get(leg_id)) is None:
            if not any(node.line.up for node in self.nodes.values()):
                raise Down("no Asterisk can be reached")
            raise Gone(leg_id)
        return leg

    def ari(self, leg: Placed) -> Connection:
        """Return the line to the node of a leg, a bridge or a recording. Raises `Down`."""
        node = self.nodes.get(leg.node)
        if node is None or not node.line.up:
            raise Down(str(node.line.trouble) if node else "the node is not among asterisk_urls any more")
        return node.line

    def why_none(self) -> str:
        """Why no node can be worked with."""
        why = next((node.line.trouble for node in self.nodes.values() if node.line.trouble), Trouble("asterisk_none"))
        return str(why)

    def bridge(self, bridge_id: str) -> Bridge:
        if (bridge := self.bridges.get(bridge_id)) is None:
            raise Gone(bridge_id)
        return bridge

    def count(self, node: str) -> int:
        return sum(leg.node == node for leg in self.legs.values())

    def room(self, tag: str) -> Node:
        """Choose the node for a new leg: that of the same contact, else the emptiest. Raises `Down`, `Busy`."""
        near = {leg.node for leg in self.legs.values() if tag and _contact(leg.tag) == _contact(tag)}
        if (bridge := self.bridges.get(_contact(tag).partition("|")[2])) is not None and bridge.made:
            near = {bridge.node}
        up = [node for node in self.nodes.values() if node.line.up]
        if not up:
            raise Down(self.why_none())
        near &= {node.name for node in up}
        fit = [node for node in up if node.name in near] or [node for node in up if not node.draining] or up
        best = min(fit, key=lambda node: self.count(node.name))
        if not near and self.count(best.name) >= self.capacity:
            raise Busy
        return best

    def is_full(self, node: str) -> bool:
        """Whether it should take no further call."""
        customers = sum(leg.node == node and leg.side == "customer" for leg in self.legs.values())
        return is_full(self.capacity, customers, self.count(node) - customers)

    # -- channels of our own -----------------------------------------------------------------------------------------
    def entering(self, channel_id: str) -> asyncio.Future[None]:
        """Promise that a channel is in our application; made before it is asked for."""
        future = self._entering[channel_id] = asyncio.get_running_loop().create_future()
        return future

    async def entered(self, channel_id: str, future: asyncio.Future[None]) -> None:
        """Wait for it. Raises `Gone` when it never comes."""
        try:
            async with asyncio.timeout(ENTER_S):
                await future
        except TimeoutError as error:
            raise Gone(channel_id) from error
        finally:
            self._entering.pop(channel_id, None)

    def has_entered(self, channel_id: str) -> None:
        if (future := self._entering.get(channel_id)) and not future.done():
            future.set_result(None)

    def has_vanished(self, channel_id: str) -> None:
        if (future := self._entering.get(channel_id)) and not future.done():
            future.set_exception(Gone(channel_id))

    async def away(self, line: Connection, *channels: str) -> None:
        """Hang up channels of our own; those that are gone already are fine."""
        for channel in channels:
            with suppress(Gone, Down, Refused):
                await line.channels_hangup(channel, reason="normal")

    async def note(self, leg: Leg) -> None:
        """Write on the channel what a new controller must know."""
        with suppress(Gone, Refused):
            await self.ari(leg).channels_set_channel_var(leg.id, variable=NOTE, value=leg.note())


def _contact(tag: str) -> str:
    return "|".join(tag.split("|")[:2])
