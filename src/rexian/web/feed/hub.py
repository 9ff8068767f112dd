"""The hub: all topics of one floor. It turns each committed batch into frames, once per topic, for all who follow it.

What concerns one person or one contact is sent at once and never dropped; counters (`wall`, `queue:<id>`) are collected
and sent as they are then, a few times a second. Those who watch a wall come in shifts, one after another: the operating
system takes 12 µs for each socket, so 5,000 at once would keep everybody else waiting for 60 ms, four times a second.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Committed
from rexian.web.feed.contacts import ContactTopics, LoadStory
from rexian.web.feed.facts import Talk, Today, Touched
from rexian.web.feed.live import LiveView, differences
from rexian.web.feed.topic import Follower, Topic
from rexian.web.feed.wire import Change, Object, View

BATCH_MS = 250
SHIFTS = 5  # parts of those who watch a wall; each gets its frames at its own moment of a batch
IDLE_MS = 60_000  # how long a topic without followers is kept up for those who come back

LoadTalks = Callable[[], Awaitable[dict[str, Talk]]]
_log = log.get(__name__)


def shift_of(person_id: str) -> int:
    """The shift in which a person watches walls: always the same, so that they come back to frames that they know."""
    return zlib.crc32(person_id.encode()) % SHIFTS


class Wall:
    """A wallboard topic for one set of tenants and one shift, and what has changed since its last frame."""

    def __init__(self, topic: Topic, tenants: frozenset[str], shift: int) -> None:
        self.topic = topic
        self.tenants = tenants
        self.shift = shift
        self.queues: set[str] = set()
        self.agents: set[str] = set()
        self.alerts = False

    @property
    def stale(self) -> bool:
        return bool(self.queues or self.agents or self.alerts)


class Hub:
    """Topics of one floor. Everything but `start`, `run` and `follow_contact` is synchronous."""

    def __init__(
        self, mirror: Mirror, view: LiveView, clock: Clock, load_talks: LoadTalks, load_story: LoadStory
    ) -> None:
        self.view = view
        self._mirror = mirror
        self._clock = clock
        self._load_talks = load_talks
        self._me: dict[str, Topic] = {}
        self._queues: dict[str, Topic] = {}
        self._walls: dict[tuple[frozenset[str], int], Wall] = {}
        self._contacts = ContactTopics(load_story, lambda: mirror.epoch)
        self._dirty_queues: set[str] = set()
        self._alerts: dict[str, Object] = {}
        self._early: list[Sequence[Committed]] | None = []
        self._loading: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    # -- life ----------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Follow the mirror, which must have been started."""
        self._mirror.watch(self._take, self._reset)
        await self._load()

    async def run(self) -> None:
        """Send the collected counters, one shift after another; endless."""
        clock = asyncio.get_running_loop().time
        every = BATCH_MS / 1000 / SHIFTS
        shift, due = 0, clock()
        while True:
            due = max(due + every, clock())  # what sending takes doesn't make the batches longer
            await asyncio.sleep(due - clock())
            shift = (shift + 1) % SHIFTS
            if self.ready.is_set():
                self.flush(shift)
                if shift == 0:
                    self._forget_idle()

    @property
    def epoch(self) -> int:
        return self._mirror.epoch

    def _reset(self) -> None:
        """The mirror was loaded anew: so are all topics."""
        self.ready.clear()
        self._early = []
        if self._loading is not None:
            self._loading.cancel()
        self._loading = asyncio.get_running_loop().create_task(self._load_until_done())

    async def _load_until_done(self) -> None:
        while True:
            try:
                await self._load()
                return
            except Exception as error:  # whatever the database says, it is asked again
                _log.warning("feed.load_failed", error=str(error))
                await asyncio.sleep(0.5)

    async def _load(self) -> None:
        self._early = []
        self.view.reset(await self._load_talks())
        early, self._early = self._early or [], None
        for batch in early:
            self.view.fold(batch)
        self.ready.set()
        self._renew()

    def _renew(self) -> None:
        epoch, seq = self.epoch, self._mirror.seq
        for agent_id, topic in self._me.items():
            topic.replace(epoch, seq, self.view.me(agent_id))
        for queue_id, topic in self._queues.items():
            topic.replace(epoch, seq, self.view.queue(queue_id))
        for wall in self._walls.values():
            wall.topic.replace(epoch, seq, self.view.wall(wall.tenants) | {"alerts": self._alerts_for(wall.tenants)})
        self._contacts.renew()

    # -- a batch -------------------------------------------------------------------------------------------------------
    def _take(self, batch: Sequence[Committed]) -> None:
        if self._early is not None:
            self._early.append(batch)
        else:
            self._push(self.view.fold(batch))
        self._contacts.take(batch)

    def _push(self, touched: Touched) -> None:
        seq = self._mirror.seq
        for agent_id in touched.agents:
            if topic := self._me.get(agent_id):
                topic.amend(seq, differences(topic.view, self.view.me(agent_id)))
        self._dirty_queues |= touched.queues
        for wall in self._walls.values():
            wall.queues |= touched.queues
            wall.agents |= touched.agents

    def flush(self, shift: int | None = None) -> None:
        """Send what the walls of a shift (of all, without one) have collected; queue lists come with the first."""
        if not shift:
            self._flush_queues()
        for wall in self._walls.values():
            if wall.stale and shift in (None, wall.shift):
                wall.topic.amend(self._mirror.seq, self._wall_changes(wall))

    def _flush_queues(self) -> None:
        dirty, self._dirty_queues = self._dirty_queues, set()
        for queue_id in dirty:
            if topic := self._queues.get(queue_id):
                topic.amend(self._mirror.seq, differences(topic.view, self.view.queue(queue_id)))

    def _wall_changes(self, wall: Wall) -> Iterable[Change]:
        queues, wall.queues = wall.queues, set()
        agents, wall.agents = wall.agents, set()
        for queue_id in sorted(queues):
            yield "queues", queue_id, self.view.wall_queue(queue_id, wall.tenants)
        for agent_id in sorted(agents):
            yield "agents", agent_id, self.view.wall_agent(agent_id, wall.tenants)
        if wall.alerts:
            wall.alerts = False
            now = self._alerts_for(wall.tenants)
            yield from [("alerts", id, None) for id in wall.topic.view["alerts"].keys() - now.keys()]
            yield from (("alerts", id, alert) for id, alert in now.items())

    # -- what comes from elsewhere -------------------------------------------------------------------------------------
    def renamed(self, customers: Collection[str] | None = None) -> None:
        """The names of these customers (of all, when none are named) came in: show them where they were missing."""
        seq = self._mirror.seq
        for agent_id, topic in self._me.items():
            if customers is None or _shows(topic.view, customers):
                topic.amend(seq, differences(topic.view, self.view.me(agent_id)))
        self._dirty_queues |= self._queues.keys()
        self._contacts.renamed(customers)

    def directory_changed(self) -> None:
        """Names of queues, tenants or agents may be others now."""
        self.view.recount()
        self.renamed()
        for wall in self._walls.values():
            wall.queues |= {queue.id for queue in self.view.floor.queues()}
            wall.agents |= {agent.id for agent in self.view.floor.agents()}

    def put_today(self, figures: dict[str, Today]) -> None:
        """The figures slice has counted again."""
        changed = {id for id, today in figures.items() if self.view.today.get(id) != today}
        self.view.today = figures
        for wall in self._walls.values():
            wall.queues |= changed

    def put_alerts(self, alerts: dict[str, Object]) -> None:
        """The alerts that hold now, all of them."""
        self._alerts = alerts
        for wall in self._walls.values():
            wall.alerts = True

    def _alerts_for(self, tenants: frozenset[str]) -> dict[str, Object]:
        return {id: alert for id, alert in self._alerts.items() if self._concerns(alert, tenants)}

    def _concerns(self, alert: Object, tenants: frozenset[str]) -> bool:
        """An alert about a queue or an agent is for those who see it; one about the house is for all."""
        if queue_id := alert.get("queue_id"):
            queue = self.view.floor.queue(queue_id)
            return queue is not None and queue.tenant_id in tenants
        agent_id = alert.get("agent_id")
        return agent_id is None or self.view.works_for(agent_id, tenants)

    # -- followers -----------------------------------------------------------------------------------------------------
    def follow_me(self, follower: Follower, agent_id: str, seq: int | None, epoch: int | None) -> Topic:
        topic = self._me.get(agent_id)
        if topic is None:
            topic = self._me[agent_id] = Topic("me", self.epoch, self._mirror.seq, self.view.me(agent_id))
        topic.follow(follower, seq, epoch)
        return topic

    def follow_queue(self, follower: Follower, queue_id: str, seq: int | None, epoch: int | None) -> Topic:
        topic = self._queues.get(queue_id)
        if topic is None:
            view = self.view.queue(queue_id)
            topic = self._queues[queue_id] = Topic(f"queue:{queue_id}", self.epoch, self._mirror.seq, view)
        topic.follow(follower, seq, epoch)
        return topic

    def follow_wall(
        self, follower: Follower, tenants: frozenset[str], seq: int | None, epoch: int | None, shift: int = 0
    ) -> Topic:
        wall = self._walls.get((tenants, shift))
        if wall is None:
            view = self.view.wall(tenants) | {"alerts": self._alerts_for(tenants)}
            wall = Wall(Topic("wall", self.epoch, self._mirror.seq, view), tenants, shift)
            self._walls[tenants, shift] = wall
        wall.topic.follow(follower, seq, epoch)
        return wall.topic

    async def follow_contact(
        self, follower: Follower, contact_id: str, seq: int | None, epoch: int | None, wanted: Callable[[], bool]
    ) -> Topic | None:
        """See `ContactTopics.follow`."""
        return await self._contacts.follow(follower, contact_id, seq, epoch, wanted)

    def leave(self, follower: Follower, topic: Topic) -> None:
        topic.followers.discard(follower)

    def _topics(self) -> Iterable[Topic]:
        yield from self._me.values()
        yield from self._queues.values()
        yield from (wall.topic for wall in self._walls.values())
        yield from self._contacts

    def _forget_idle(self) -> None:
        now = self._clock.now_ms()
        gone: list[Topic] = []
        for topic in self._topics():
            if topic.followers:
                topic.idle_since = None
            elif topic.idle_since is None:
                topic.idle_since = now
            elif now - topic.idle_since > IDLE_MS:
                gone.append(topic)
        if gone:
            ids = {id(topic) for topic in gone}
            self._me = {key: topic for key, topic in self._me.items() if id(topic) not in ids}
            self._queues = {key: topic for key, topic in self._queues.items() if id(topic) not in ids}
            self._walls = {key: wall for key, wall in self._walls.items() if id(wall.topic) not in ids}
            self._contacts.forget(gone)


def _shows(view: View, customers: Collection[str]) -> bool:
    """Whether a view of the topic `me` shows one of these customers."""
    rows = (*view["offers"].values(), *view["handlings"].values())
    return any("customer" in row and row["customer"]["id"] in customers for row in rows)
