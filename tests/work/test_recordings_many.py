"""Ten thousand recordings: their day comes in batches, found by an index, and what is held stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql

from rexian.kit.clock import FakeClock
from rexian.kit.ids import new_id
from rexian.work.recordings.keeping import AT_ONCE, Keeper
from rexian.work.recordings.model import DAY_MS
from rexian.work.recordings.storage import StorageTrouble
from rexian.work.recordings.tables import recording
from tests.served import Served

MANY = 10_000
OLD, HELD = 300, 30
KEEP_MS = 90 * DAY_MS


@pytest.fixture
async def many(served: Served) -> AsyncIterator[str]:
    """So many that are drawn; the day of the first `OLD` comes tomorrow, and every tenth of these is held."""
    db, now, ids = served.house.db, served.house.clock.now_ms(), [new_id() for _ in range(MANY)]
    same = {
        "tenant_id": served.city.yunshan, "contact_id": new_id(), "interaction_id": new_id(), "key_id": new_id(),
        "wrapped_key": b"k", "state": "kept", "place": "disk", "picture": {}, "noted_at": now, "sha256": "0" * 64,
    }  # fmt: skip
    rows = []
    for n, id in enumerate(ids):
        at = now - (KEEP_MS - DAY_MS if n < OLD else 0)
        hold = (now, "投诉") if n < OLD and n % 10 == 0 else (None, None)
        held = {"hold_at": hold[0], "hold_reason": hold[1]}
        rows.append(same | held | {"id": id, "started_at": at, "erase_at": at + KEEP_MS})
    async with db.system() as tx:
        await tx.execute(recording.insert(), rows)
        await tx.execute(text("ANALYZE recording"))
    yield str(same["contact_id"])
    async with db.system() as tx:
        await tx.execute(recording.delete().where(recording.c.contact_id == same["contact_id"]))


@pytest.fixture
def keeper(served: Served) -> Keeper:
    """Two days later. (The server's own keeper goes by today.)"""
    later = FakeClock(served.house.clock.now_ms() + 2 * DAY_MS)
    return Keeper(served.house.db, later, served.house.recordings)


async def states(served: Served, contact_id: str) -> dict[str, int]:
    count = select(recording.c.state, func.count().label("many")).group_by(recording.c.state)
    async with served.house.db.system() as tx:
        rows = await tx.execute(count.where(recording.c.contact_id == contact_id))
        return {row.state: row.many for row in rows}


async def plan(served: Served, query: Any) -> str:
    said = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    async with served.house.db.system() as tx:
        return "\n".join(row[0] for row in await tx.execute(text(f"EXPLAIN {said}")))


async def test_what_is_due_is_found_by_an_index(served: Served, many: str, keeper: Keeper) -> None:
    erased = await plan(served, keeper.due_to_erase())
    undrawn = await plan(served, keeper.due(recording.c.id, recording.c.picture.is_(None)))
    assert ("ix_recording_erase_at" in erased, "Seq Scan" in erased) == (True, False), erased
    assert ("ix_recording_undrawn" in undrawn, "Seq Scan" in undrawn) == (True, False), undrawn


async def test_a_round_is_bounded_and_the_next_follows_at_once(served: Served, many: str, keeper: Keeper) -> None:
    assert await keeper.once() is True
    assert await states(served, many) == {"kept": MANY - AT_ONCE, "erased": AT_ONCE}
    rounds = asyncio.create_task(keeper.run())
    async with asyncio.timeout(120):
        while (await states(served, many)).get("erased", 0) < OLD - HELD:  # noqa: ASYNC110 (a table tells nobody)
            await asyncio.sleep(0.05)
    rounds.cancel()
    assert await states(served, many) == {"erased": OLD - HELD, "kept": MANY - OLD + HELD}
    assert await keeper.once() is False


async def test_a_store_that_is_away_is_not_asked_all_the_time(
    served: Served, many: str, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def away(name: str) -> None:
        asked.append(name)
        raise StorageTrouble("connection refused")

    monkeypatch.setattr(served.house.recordings.store, "erase", away)
    assert await keeper.once() is False
    assert len(asked) == AT_ONCE
    assert (await states(served, many)) == {"kept": MANY}


async def test_a_new_rule_counts_for_all_of_them(served: Served, many: str) -> None:
    async with await served.staff(served.city.sun) as admin:
        rule = {"consent": "always", "keep_days": 365}
        assert (await admin.put("/api/recording-rule", json=rule)).status_code == 200
        async with served.house.db.system() as tx:
            longer = recording.c.erase_at == recording.c.started_at + 365 * DAY_MS
            count = select(func.count()).where(recording.c.contact_id == many, longer)
            assert (await tx.execute(count)).scalar_one() == MANY
        await admin.put("/api/recording-rule", json=rule | {"keep_days": 90})
