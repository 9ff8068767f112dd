"""The audit trail: written with the change, never altered unnoticed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rexian.directory.audit.service import Actor, Broken, digest, record, verify, verify_all
from rexian.directory.audit.tables import audit
from rexian.kit.database import owner
from tests.directory.conftest import City

CLERK = Actor("person", "01970000-0000-7000-8000-000000000001", "198.51.100.7")


async def write(city: City, count: int) -> None:
    async with city.db.system() as tx:
        for number in range(count):
            await record(
                tx,
                city.tenants["city"],
                at=city.clock.now_ms() + number,
                actor=CLERK,
                action="queue.changed",
                object_kind="queue",
                object_id=f"q{number}",
                detail={"name": "停电报修 ⚡", "ring_ms": number},
            )


async def tamper(city: City, statement: str) -> None:
    """Change the trail as somebody would who owns the database and switches its guards off."""
    async with owner(city.db.url) as engine, engine.begin() as tx:
        await tx.execute(text("SET LOCAL session_replication_role = replica"))
        await tx.execute(text(statement), {"tenant": city.tenants["city"]})


async def state(city: City) -> Broken | None:
    async with city.db.tenant(city.tenants["city"]) as tx:
        return await verify(tx, city.tenants["city"])


async def last_seq(city: City) -> int:
    return (await city.trail("city"))[-1].seq  # type: ignore[no-any-return]


async def test_an_untouched_trail_is_intact(city: City) -> None:
    await write(city, 5)
    assert await state(city) is None
    assert await verify_all(city.db) == []


@pytest.mark.parametrize(
    "change",
    [
        "detail = replace(detail, '2', '3')",
        "actor_id = 'somebody else'",
        "at = at - 1",
        "action = 'queue.created'",
        "address = ''",
        "hash = decode(repeat('00', 32), 'hex')",
        "previous = decode(repeat('00', 32), 'hex')",
    ],
)
async def test_the_verifier_names_the_row_that_was_edited(city: City, change: str) -> None:
    """FAULTS 53."""
    await write(city, 5)
    third = await last_seq(city) - 2
    await tamper(city, f"UPDATE audit SET {change} WHERE tenant_id = :tenant AND seq = {third}")
    assert await state(city) == Broken(city.tenants["city"], third, "changed")
    assert await verify_all(city.db) == [Broken(city.tenants["city"], third, "changed")]


async def test_the_verifier_names_the_row_that_was_taken_out(city: City) -> None:
    """FAULTS 53."""
    await write(city, 5)
    third = await last_seq(city) - 2
    await tamper(city, f"DELETE FROM audit WHERE tenant_id = :tenant AND seq = {third}")
    assert await state(city) == Broken(city.tenants["city"], third, "missing")


async def test_the_verifier_notices_that_the_end_was_cut_off(city: City) -> None:
    """FAULTS 53."""
    await write(city, 5)
    last = await last_seq(city)
    await tamper(city, f"DELETE FROM audit WHERE tenant_id = :tenant AND seq = {last}")
    assert await state(city) == Broken(city.tenants["city"], last, "cut_off")
    await tamper(city, "DELETE FROM audit WHERE tenant_id = :tenant")
    assert await state(city) == Broken(city.tenants["city"], 1, "cut_off")


async def test_an_edited_last_row_whose_hash_was_made_anew_is_noticed(city: City) -> None:
    """FAULTS 53: the head holds the last hash too."""
    await write(city, 3)
    last = await last_seq(city)
    async with city.db.system() as tx:
        row = dict((await tx.execute(audit.select().where(audit.c.seq == last))).first()._mapping)  # type: ignore[union-attr]
    row["detail"] = "{}"
    forged = digest(row["previous"], row).hex()
    values = f"detail = '{{}}', hash = decode('{forged}', 'hex')"
    await tamper(city, f"UPDATE audit SET {values} WHERE tenant_id = :tenant AND seq = {last}")
    assert await state(city) == Broken(city.tenants["city"], last, "changed")


@pytest.mark.parametrize("statement", ["UPDATE audit SET detail = '{}'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_database_itself_refuses_to_change_the_trail(city: City, statement: str) -> None:
    """FAULTS 53: tenants, the system and even the tables' owner."""
    await write(city, 1)

    async def attempt(run: Any) -> None:
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            await run()

    async def as_tenant() -> None:
        async with city.db.tenant(city.tenants["city"]) as tx:
            await tx.execute(text(statement))

    async def as_system() -> None:
        async with city.db.system() as tx:
            await tx.execute(text(statement))

    async def as_owner() -> None:
        async with owner(city.db.url) as engine, engine.begin() as tx:
            await tx.execute(text(statement))

    for run in (as_tenant, as_system, as_owner):
        await attempt(run)


async def test_a_change_that_fails_leaves_no_line_and_none_is_lost(city: City) -> None:
    before = await last_seq(city)
    with pytest.raises(RuntimeError):
        async with city.db.system() as tx:
            await record(tx, city.tenants["city"], at=1, actor=CLERK, action="x", object_kind="x", object_id="x")
            raise RuntimeError
    assert await last_seq(city) == before
    await write(city, 1)
    assert await last_seq(city) == before + 1


async def test_many_writers_make_one_chain(city: City) -> None:
    before = await last_seq(city)
    await asyncio.gather(*(write(city, 3) for _ in range(8)))
    rows = await city.trail("city")
    assert [row.seq for row in rows][-24:] == list(range(before + 1, before + 25))


async def test_a_tenant_reads_its_own_trail_only(city: City) -> None:
    """FAULTS 3."""
    await write(city, 2)
    admin = await city.as_("admin")
    assert {one["tenant_id"] for one in (await admin.get("/api/audit"))["items"]} == {city.tenants["yunshan"]}
    await admin.refused(404, "GET", "/api/audit", params={"tenant_id": city.tenants["city"]})
    await (await city.as_("agent")).refused(403, "GET", "/api/audit")


async def test_the_trail_comes_newest_first_in_pages(city: City) -> None:
    await write(city, 7)
    operator = await city.as_("operator")
    first = await operator.get("/api/audit", limit=3, action="queue.changed")
    second = await operator.get("/api/audit", limit=3, action="queue.changed", cursor=first["next_cursor"])
    third = await operator.get("/api/audit", limit=3, action="queue.changed", cursor=second["next_cursor"])
    objects = [one["object_id"] for page in (first, second, third) for one in page["items"]]
    assert objects == [f"q{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert third["next_cursor"] is None
    for cursor in ("x", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        await operator.refused(400, "GET", "/api/audit", params={"cursor": cursor})
