"""How the floor looks to a newcomer on the front page: anonymous figures, and the latest things that happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, select

from rexian.directory.people.contract import agent_cards
from rexian.directory.queues.contract import queue_cards
from rexian.directory.tenants.contract import tenant_cards
from rexian.drill.service import control_of, is_at_work
from rexian.engine import events as e
from rexian.engine.floor import Floor
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.i18n import t
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed
from rexian.runtime.tables import journal

ZONE = ZoneInfo("Asia/Shanghai")
RECENT = 20
NAMES_EVERY_S = 30.0
FOLLOW_EVERY_S = 1.0
_COUNTED = ("OfferAccepted", "MessagePosted")


class QueueGlance(Struct, frozen=True, kw_only=True):
    """A queue with anybody in it or behind it."""

    id: str
    name: str
    name_en: str
    tenant: str
    tenant_name: str
    tenant_name_en: str
    colour: str
    waiting: int
    talking: int


class Happening(Struct, frozen=True, kw_only=True):
    """Something that just happened; no customer's name and none of their words. `kind`: see `_KINDS`."""

    at: int
    kind: str
    queue_name: str
    queue_name_en: str
    tenant_name: str
    tenant_name_en: str
    agent_name: str | None = None
    waited_ms: int | None = None
    score: int | None = None
    text_zh: str
    text_en: str


class Glance(Struct, frozen=True, kw_only=True):
    """The floor at this moment."""

    at: int
    waiting: int
    talking: int
    agents_available: int
    agents_signed_in: int
    answered_today: int
    messages_today: int
    queues: list[QueueGlance]
    recent: list[Happening]


class Lookout:
    """Follows the floors and keeps what the front page shows."""

    def __init__(self, db: Database, clock: Clock, floors: FloorHost) -> None:
        self._db, self._clock, self._floors = db, clock, floors
        self._recent: deque[tuple[Committed, str]] = deque(maxlen=RECENT)
        self._queue_of: dict[str, str] = {}  # interaction → queue, for events that don't say it
        self._followed: set[int] = set()
        self._counts: dict[str, dict[str, int]] = {}
        self._since = 0
        self._names = _Names({}, {}, {})
        self._practice = frozenset[str]()  # queues of live drills: not the floor's work

    async def run(self) -> None:
        """Follow every floor that there is, and look names up now and then; endless."""
        asked = -NAMES_EVERY_S
        loop = asyncio.get_running_loop()
        while True:
            for port in self._floors:
                if id(port) not in self._followed:
                    self._followed.add(id(port))
                    port.listen(self._hear)
            if loop.time() - asked >= NAMES_EVERY_S:
                await self._look_up()
                asked = loop.time()
            await asyncio.sleep(FOLLOW_EVERY_S)

    async def glance(self) -> Glance:
        """The floor now."""
        if not self._names.queues:
            await self._look_up()
        await self._count_anew()
        seen = [await port.ask(_see) for port in self._floors]
        queues = [one for floor in seen for one in floor.queues if one[0] not in self._practice]
        counts = self._counts.values()
        return Glance(
            at=self._clock.now_ms(),
            waiting=sum(one[1] for one in queues),
            talking=sum(one[2] for one in queues),
            agents_available=sum(floor.available for floor in seen),
            agents_signed_in=sum(floor.signed_in for floor in seen),
            answered_today=sum(one["OfferAccepted"] for one in counts),
            messages_today=sum(one["MessagePosted"] for one in counts),
            queues=[self._glance_at(*one) for one in queues],
            recent=[self._tell(item, queue_id) for item, queue_id in reversed(self._recent)],
        )

    # -- counting ------------------------------------------------------------------------------------------------------
    def _today(self) -> int:
        local = datetime.fromtimestamp(self._clock.now_ms() / 1000, ZONE)
        return round(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)

    async def _count_anew(self) -> None:
        """From the journal when a day or a purge has passed; in between `_hear` keeps count."""
        async with self._db.system() as tx:
            since = max(self._today(), (await control_of(tx)).purged_at)
            if since == self._since and all(port.floor_id in self._counts for port in self._floors):
                return
            goals = {port.floor_id: port.seq for port in self._floors}
            counts = {floor_id: dict.fromkeys(_COUNTED, 0) for floor_id in goals}
            found = await tx.execute(
                select(journal.c.floor_id, journal.c.kind, func.count().label("many"))
                .where(
                    journal.c.kind.in_(_COUNTED),
                    journal.c.at >= since,
                    journal.c.tenant_id.not_in([id for id, one in (await tenant_cards(tx)).items() if one.shadow_of]),
                )
                .group_by(journal.c.floor_id, journal.c.kind)
            )
            for row in found:
                if row.floor_id in counts:
                    counts[row.floor_id][row.kind] = row.many
        self._since, self._counts = since, counts

    def _hear(self, batch: Sequence[Committed]) -> None:
        for item in batch:
            event = item.event
            queue_id = getattr(event, "queue_id", None) or self._queue_of.get(getattr(event, "interaction_id", ""), "")
            if isinstance(event, e.InteractionQueued | e.OfferAccepted):
                self._queue_of[event.interaction_id] = event.queue_id
                while len(self._queue_of) > 5_000:
                    del self._queue_of[next(iter(self._queue_of))]
            if queue_id in self._practice:
                continue
            kind = type(event).__name__
            if kind in _KINDS and queue_id:
                self._recent.append((item, queue_id))
            if kind in _COUNTED and item.floor_id in self._counts:
                self._counts[item.floor_id][kind] += 1

    # -- telling -------------------------------------------------------------------------------------------------------
    async def _look_up(self) -> None:
        async with self._db.system() as tx:
            cards, tenants = await queue_cards(tx), await tenant_cards(tx)
            people = await agent_cards(tx)
        self._practice = frozenset(id for id, card in cards.items() if tenants[card.tenant_id].shadow_of)
        self._names = _Names(
            {id: (card.name, card.name_en, card.tenant_id) for id, card in cards.items()},
            {id: (one.name, one.name_en, one.key, one.colour) for id, one in tenants.items()},
            {id: card.name for id, card in people.items()},
        )

    def _glance_at(self, queue_id: str, waiting: int, talking: int) -> QueueGlance:
        name, name_en, tenant_id = self._names.queues.get(queue_id, ("", "", ""))
        tenant, tenant_en, key, colour = self._names.tenants.get(tenant_id, ("", "", "", "#475569"))
        return QueueGlance(
            id=queue_id, name=name, name_en=name_en, tenant=key, tenant_name=tenant, tenant_name_en=tenant_en,
            colour=colour, waiting=waiting, talking=talking,
        )  # fmt: skip

    def _tell(self, item: Committed, queue_id: str) -> Happening:
        name, name_en, tenant_id = self._names.queues.get(queue_id, ("", "", ""))
        tenant, tenant_en, _, _ = self._names.tenants.get(tenant_id, ("", "", "", ""))
        event = item.event
        kind = _KINDS[type(event).__name__]
        if isinstance(event, e.InteractionEnded) and event.outcome == "abandoned":
            kind = "abandoned"
        agent = self._names.agents.get(getattr(event, "agent_id", None) or "")
        waited, score = getattr(event, "waited_ms", None), getattr(event, "score", None)
        seconds = "" if waited is None else (waited + 500) // 1000
        key = f"drill.recent.{kind}"
        return Happening(
            at=event.at, kind=kind, queue_name=name, queue_name_en=name_en, tenant_name=tenant,
            tenant_name_en=tenant_en, agent_name=agent, waited_ms=waited, score=score,
            text_zh=t("zh-CN", key, agent=agent, queue=name, tenant=tenant, seconds=seconds, score=score),
            text_en=t("en", key, agent=agent, queue=name_en, tenant=tenant_en, seconds=seconds, score=score),
        )  # fmt: skip


class _Names(Struct, frozen=True):
    queues: dict[str, tuple[str, str, str]]
    tenants: dict[str, tuple[str, str, str, str]]
    agents: dict[str, str]


class _Seen(Struct, frozen=True, kw_only=True):
    queues: list[tuple[str, int, int]]
    available: int
    signed_in: int


_KINDS = {
    "InteractionQueued": "queued",
    "OfferAccepted": "answered",
    "InteractionEnded": "ended",
    "ContactRated": "rated",
}


def _see(floor: Floor) -> _Seen:
    agents = list(floor.agents())
    return _Seen(
        queues=[(q.id, q.waiting + q.offered, q.talking) for q in floor.queues() if not q.retired],
        available=sum(agent.free("chat") for agent in agents),
        signed_in=sum(is_at_work(agent) for agent in agents),
    )
