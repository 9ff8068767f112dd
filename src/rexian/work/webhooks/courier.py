"""Delivers what is due, a few at a time per webhook, so that a slow receiver holds up nobody but itself."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.audit.service import SYSTEM, record
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.work.webhooks.schedule import HOUR, MINUTE, next_at, persistent
from rexian.work.webhooks.secrets import Secrets
from rexian.work.webhooks.sending import Outcome, Sender
from rexian.work.webhooks.tables import delivery, webhook

AT_ONCE_EACH = 4
AT_ONCE = 48
LEASE_MS = MINUTE
LOOK_EVERY_S = 0.5
KEPT_MS = 14 * 24 * HOUR
TIDY_EVERY_S = 3600.0
GONE = 410

logger = log.get("rexian.webhooks")


class Due(Struct, frozen=True, kw_only=True):
    """A delivery in the courier's hands, with what its webhook says now."""

    id: str
    tenant_id: str
    webhook_id: str
    type: str
    body: str
    attempts: int
    tried_from: int
    url: str
    secret_version: int
    secret_changed_at: int
    failing_since: int | None


class Courier:
    """Takes due deliveries from the table, sends them, and writes down how it went."""

    def __init__(self, db: Database, clock: Clock, sender: Sender, secrets: Secrets) -> None:
        self._db, self._clock, self._sender, self._secrets = db, clock, sender, secrets
        self._in_hand: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver without end."""
        tidied = 0.0
        loop = asyncio.get_running_loop()
        try:
            while True:
                if loop.time() - tidied > TIDY_EVERY_S:
                    await self.tidy()
                    tidied = loop.time()
                if not await self._take_some():
                    await asyncio.sleep(LOOK_EVERY_S)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take_some(self) -> bool:
        """Begin with what is due and has a place; says whether anything was begun."""
        began = False
        for webhook_id in await self._waiting():
            places = min(AT_ONCE_EACH - self._in_hand[webhook_id], AT_ONCE - self._in_hand.total())
            if places <= 0:
                continue
            for due in await self._claim(webhook_id, places):
                began = True
                self._in_hand[webhook_id] += 1
                task = asyncio.create_task(self._carry(due))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return began

    async def _waiting(self) -> list[str]:
        async with self._db.system() as tx:
            found = await tx.execute(
                select(delivery.c.webhook_id)
                .where(delivery.c.state == "pending", delivery.c.next_at <= self._clock.now_ms())
                .group_by(delivery.c.webhook_id)
                .order_by(func.min(delivery.c.next_at))
                .limit(200)
            )
            return [row.webhook_id for row in found]

    async def _claim(self, webhook_id: str, places: int) -> list[Due]:
        """Take deliveries out of others' sight for a minute; if this process dies, they are due again then."""
        now = self._clock.now_ms()
        async with self._db.system() as tx:
            ids = (
                select(delivery.c.id)
                .where(delivery.c.webhook_id == webhook_id, delivery.c.state == "pending", delivery.c.next_at <= now)
                .order_by(delivery.c.next_at, delivery.c.made_at, delivery.c.event_id)
                .limit(places)
                .with_for_update(skip_locked=True)
            )
            claimed = update(delivery).where(delivery.c.id.in_(ids)).values(next_at=now + LEASE_MS)
            taken = [row.id for row in await tx.execute(claimed.returning(delivery.c.id))]
            return [due_of(row) for row in await tx.execute(_with_webhook().where(delivery.c.id.in_(taken)))]

    async def _carry(self, due: Due) -> None:
        try:
            await self.deliver(due)
        except Exception as error:  # the delivery is due again when its lease is over
            logger.warning("webhook.not_noted", webhook_id=due.webhook_id, error=str(error)[:200])
        finally:
            self._in_hand[due.webhook_id] -= 1

    async def deliver(self, due: Due) -> Outcome:
        """Make one attempt and write it down."""
        now = self._clock.now_ms()
        outcome = await self._sender.send(
            due.url, due.body.encode(), self._secrets.current(due, now), id=due.id, type_=due.type, now_s=now // 1000
        )
        async with self._db.system() as tx:
            await self._note(tx, due, outcome)
        return outcome

    async def _note(self, tx: AsyncConnection, due: Due, outcome: Outcome) -> None:
        now, attempts = self._clock.now_ms(), due.attempts + 1
        values: dict[str, Any] = {
            "attempts": attempts, "last_at": now, "last_status": outcome.status, "last_error": outcome.error or None,
            "last_ms": outcome.took_ms,
        }  # fmt: skip
        if outcome.ok:
            values |= {"state": "delivered", "delivered_at": now}
            hook: dict[str, Any] = {"failing_since": None, "last_success_at": now}
        else:
            luck = random.randrange(1000)  # noqa: S311 - spreads attempts, keeps no secret
            again = next_at(due.tried_from, attempts, now, luck, asked_ms=outcome.asked_ms)
            values |= {"state": "failed"} if again is None else {"next_at": again}
            hook = {"failing_since": func.coalesce(webhook.c.failing_since, now), "last_failure_at": now}
        await tx.execute(update(delivery).where(delivery.c.id == due.id).values(values))
        await tx.execute(update(webhook).where(webhook.c.id == due.webhook_id).values(hook))
        if not outcome.ok and (outcome.status == GONE or persistent(due.failing_since, now)):
            await self._switch_off(tx, due, "gone" if outcome.status == GONE else "failing", now)

    async def _switch_off(self, tx: AsyncConnection, due: Due, reason: str, now: int) -> None:
        off = update(webhook).where(webhook.c.id == due.webhook_id, webhook.c.active)
        if not (await tx.execute(off.values(active=False, off_reason=reason))).rowcount:
            return
        waiting = (delivery.c.webhook_id == due.webhook_id, delivery.c.state == "pending")
        await tx.execute(update(delivery).where(*waiting).values(state="failed", last_error="switched_off"))
        await record(
            tx, due.tenant_id, at=now, actor=SYSTEM, action="webhook.switched_off", object_kind="webhook",
            object_id=due.webhook_id, detail={"reason": reason},
        )  # fmt: skip
        logger.warning("webhook.switched_off", webhook_id=due.webhook_id, reason=reason)

    async def tidy(self) -> None:
        """Delete what was delivered, or given up, two weeks ago."""
        async with self._db.system() as tx:
            old = self._clock.now_ms() - KEPT_MS
            await tx.execute(delivery.delete().where(delivery.c.state != "pending", delivery.c.made_at < old))


def _with_webhook() -> Any:
    names = ("url", "secret_version", "secret_changed_at", "failing_since")
    return select(delivery, *(webhook.c[name] for name in names)).join(webhook, webhook.c.id == delivery.c.webhook_id)


async def due_by_id(tx: AsyncConnection, delivery_id: str) -> Due:
    """The delivery with what its webhook says now."""
    return due_of((await tx.execute(_with_webhook().where(delivery.c.id == delivery_id))).one())


def due_of(row: Row[Any]) -> Due:
    return Due(**{name: row._mapping[name] for name in Due.__struct_fields__})
