"""The figures of a day as the wallboard shows them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.queues.contract import Card, queue_cards
from rexian.kit.database import Database
from rexian.runtime.tables import floor
from rexian.work.figures.metrics import Counts, Level, aht_ms, asa_ms, csat, hold_ms, level, rules, service_level, total
from rexian.work.figures.service import quarters, receptions, sums

ZONE = "Asia/Shanghai"
SIMULATED = {"both": None, "exclude": False, "only": True}


class Part(Struct, frozen=True, kw_only=True):
    """The simulated part of a queue's figures."""

    offered: int
    answered: int
    abandoned: int


class QueueToday(Struct, frozen=True, kw_only=True):
    """A queue's day. Durations ms (`hold_ms`: average, part of `aht_ms`); `csat` percent; null: nothing to tell yet."""

    queue_id: str
    tenant_id: str
    name: str
    name_en: str
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    waiting: int
    service_level: Level
    asa_ms: int | None
    aht_ms: int | None
    hold_ms: int | None
    csat: int | None
    ratings: int
    longest_wait_ms: int
    simulated: Part


class Total(Struct, frozen=True, kw_only=True):
    """All queues together; the service level over those who were judged by their own queue's threshold."""

    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    waiting: int
    service_level: int | None
    asa_ms: int | None
    aht_ms: int | None
    hold_ms: int | None
    csat: int | None
    ratings: int


class Quarter(Struct, frozen=True, kw_only=True):
    """Those who came in one quarter-hour, which begins at `at`."""

    at: int
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int


class ReceptionToday(Struct, frozen=True, kw_only=True):
    """Who came into the receptions of these tenants, and who left before a queue was chosen; in no queue's figures."""

    received: int
    left: int


class Today(Struct, frozen=True, kw_only=True):
    """Figures from midnight (`from_at`) to now. `simulated`: both, exclude, only."""

    from_at: int
    to_at: int
    zone: str
    simulated: str
    rules: dict[str, str]
    queues: list[QueueToday]
    total: Total
    reception: ReceptionToday
    intervals: list[Quarter]


async def today(
    db: Database, tenant_ids: Collection[str], floor_id: str | None, now: int, locale: str, which: str
) -> Today:
    """Today's figures of these tenants' queues; `which` as in `Today.simulated`."""
    async with db.tenants(tenant_ids) as tx:
        zone = await _zone(tx, floor_id)
        cards = {id: card for id, card in (await queue_cards(tx)).items() if card.tenant_id in tenant_ids}
        from_at = midnight(now, zone)
        ids = sorted(cards)
        counts = await sums(tx, ids, from_at, simulated=SIMULATED[which])
        simulated = await sums(tx, ids, from_at, simulated=True)
        came = await receptions(tx, sorted(tenant_ids), from_at, simulated=SIMULATED[which])
        intervals = await quarters(tx, ids, from_at, simulated=SIMULATED[which])
    queues = [
        _queue(card, counts.get(card.id, Counts()), simulated.get(card.id, Counts()), locale)
        for card in sorted(cards.values(), key=lambda card: (card.tenant_id, card.id))
        if not card.retired or card.id in counts
    ]
    return Today(
        from_at=from_at, to_at=now, zone=zone, simulated=which, rules=rules(locale), queues=queues,
        total=_total(total(counts.values())),
        reception=ReceptionToday(received=came.received, left=came.left),
        intervals=[
            Quarter(
                at=at, offered=one.offered, answered=one.answered, answered_in_time=one.answered_in_time,
                abandoned=one.abandoned,
            )
            for at, one in intervals.items()
        ],
    )  # fmt: skip


def midnight(now: int, zone: str) -> int:
    """The instant at which the day of `now` began on the clock of `zone`, ms since 1970 UTC.

    Where a clock change leaves midnight out, the day begins at its first moment (FAULTS 34).
    """
    clock = ZoneInfo(zone)
    local = datetime.fromtimestamp(now / 1000, clock)
    start = datetime(local.year, local.month, local.day, tzinfo=clock)
    at = round(start.timestamp() * 1000)
    if datetime.fromtimestamp(at / 1000, clock).date() < local.date():  # midnight itself does not exist on that day
        at += round(timedelta(hours=1).total_seconds() * 1000)
    return at


async def _zone(tx: AsyncConnection, floor_id: str | None) -> str:
    if floor_id is None:
        return ZONE
    found = await tx.scalar(select(floor.c.tz).where(floor.c.id == floor_id))
    return found or ZONE


def _queue(card: Card, counts: Counts, simulated: Counts, locale: str) -> QueueToday:
    return QueueToday(
        queue_id=card.id, tenant_id=card.tenant_id, name=card.name, name_en=card.name_en, offered=counts.offered,
        answered=counts.answered, answered_in_time=counts.answered_in_time, abandoned=counts.abandoned,
        abandoned_in_time=counts.abandoned_in_time, waiting=_waiting(counts),
        service_level=level(counts, card.service_level_ms, locale, card.service_level_goal), asa_ms=asa_ms(counts),
        aht_ms=aht_ms(counts), hold_ms=hold_ms(counts), csat=csat(counts), ratings=counts.ratings,
        longest_wait_ms=counts.longest_wait_ms,
        simulated=Part(offered=simulated.offered, answered=simulated.answered, abandoned=simulated.abandoned),
    )  # fmt: skip


def _waiting(counts: Counts) -> int:
    return max(0, counts.offered - counts.answered - counts.abandoned - counts.moved)


def _total(counts: Counts) -> Total:
    return Total(
        offered=counts.offered, answered=counts.answered, answered_in_time=counts.answered_in_time,
        abandoned=counts.abandoned, abandoned_in_time=counts.abandoned_in_time, waiting=_waiting(counts),
        service_level=service_level(counts), asa_ms=asa_ms(counts), aht_ms=aht_ms(counts), hold_ms=hold_ms(counts),
        csat=csat(counts), ratings=counts.ratings,
    )  # fmt: skip
