"""The walls between tenants, on every table that there is (FAULTS 3, 5, 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    Uuid,
    func,
    select,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.database import SYSTEM_ROLE, TENANT_ROLE, Database, owner, rls_statements
from rexian.kit.ids import new_id
from rexian.kit.schema import all_tables

TABLES = all_tables().sorted_tables
TENANT_TABLES = [table for table in TABLES if table.info["tenant"]]
SYSTEM_TABLES = [table for table in TABLES if not table.info["tenant"] and not table.info.get("shared")]


def named(tables: list[Table]) -> dict[str, Any]:
    return {"argnames": "table", "argvalues": tables, "ids": [table.name for table in tables]}


@pytest.fixture
async def unchecked(db_module: Database) -> Any:
    """Rows can be put in as the owner, without triggers, checks and foreign keys: only the walls are tried here."""
    async with owner(db_module.url) as engine:
        yield engine


def _value(column: Column[Any], row: int) -> Any:
    kind = column.type
    if isinstance(kind, ARRAY):
        return []
    for types, value in (
        (Uuid, new_id()), (JSON, {}), (Boolean, False), ((BigInteger, Integer, SmallInteger), row),
        ((Numeric, Float), row), ((LargeBinary, BYTEA), bytes([row])), ((String, Text), f"x{row}"),
        (Date, func.current_date()), (DateTime, func.now()), (Time, func.localtime()),
    ):  # fmt: skip
        if isinstance(kind, types):
            return value
    raise AssertionError(f"{column}: say here what a value of {kind} looks like")


async def _put(tx: AsyncConnection, table: Table, tenant_id: str | None, row: int) -> None:
    values = {
        column.name: _value(column, row)
        for column in table.columns
        if column.computed is None and column.identity is None and not column.nullable
    }
    values["tenant_id"] = tenant_id
    await tx.execute(table.insert().values(values))


async def _filled(engine: Any, table: Table) -> tuple[str, str]:
    """Two tenants with a row each, put in as the owner."""
    one, other = new_id(), new_id()
    async with engine.begin() as tx:
        await tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for constraint in (await tx.execute(_checks, {"name": table.name})).scalars().all():
            await tx.exec_driver_sql(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{constraint}"')
        await tx.exec_driver_sql(f'TRUNCATE "{table.name}" CASCADE')
        await _put(tx, table, one, 1)
        await _put(tx, table, other, 2)
    return one, other


_checks = text("SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(:name) AND contype = 'c'")


@pytest.mark.parametrize(**named(TENANT_TABLES))
async def test_a_tenant_sees_its_own_rows_only(db_module: Database, unchecked: Any, table: Table) -> None:
    one, other = await _filled(unchecked, table)
    count = select(func.count()).select_from(table)
    async with db_module.tenant(one) as tx:
        assert (await tx.execute(select(table.c.tenant_id))).scalars().all() == [one]
    async with db_module.tenants([one, other]) as tx:
        assert await tx.scalar(count) == 2
    async with db_module.system() as tx:
        assert await tx.scalar(count) == 2
    async with db_module.engine.connect() as session:  # no tenant at all
        assert await session.scalar(count) == 0
    async with db_module.tenants([]) as tx:
        assert await tx.scalar(count) == 0


@pytest.mark.parametrize(**named(TENANT_TABLES))
async def test_a_tenant_changes_nobody_elses_rows(db_module: Database, unchecked: Any, table: Table) -> None:
    one, other = await _filled(unchecked, table)
    with pytest.raises(DBAPIError):
        async with db_module.tenant(one) as tx:
            await _put(tx, table, other, 3)
    if not table.info.get("append_only"):
        async with db_module.tenant(one) as tx:
            assert (await tx.execute(table.delete().where(table.c.tenant_id == other))).rowcount == 0
        with pytest.raises(DBAPIError, match=r"row-level security|policy"):
            async with db_module.tenant(one) as tx:  # handing one's own row over is refused too
                await tx.execute(table.update().values(tenant_id=other))
    async with db_module.system() as tx:
        assert await tx.scalar(select(func.count()).select_from(table)) == 2


@pytest.mark.parametrize(**named(SYSTEM_TABLES))
async def test_the_platforms_tables_are_closed_to_tenants(db_module: Database, table: Table) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with db_module.tenant(new_id()) as tx:
            await tx.execute(select(func.count()).select_from(table))


@pytest.mark.parametrize(**named([table for table in TABLES if table.info.get("append_only")]))
async def test_what_is_appended_stays(db_module: Database, table: Table) -> None:
    for change in (table.delete(), table.update().values(tenant_id=new_id())):
        with pytest.raises(DBAPIError, match=r"permission denied|append|never"):
            async with db_module.system() as tx:
                await tx.execute(change)


async def test_every_table_of_the_database_is_known_and_walled(db_module: Database) -> None:
    query = text(
        """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"""
    )
    async with owner(db_module.url) as engine, engine.connect() as connection:
        walled = {name: walls for name, walls in await connection.execute(query)}  # noqa: C416
    assert walled == {table.name: bool(table.info["tenant"]) for table in TABLES}


async def test_the_roles_pass_no_wall(db_module: Database) -> None:
    query = text("SELECT rolname, rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = ANY(:names)")
    async with db_module.system() as tx:
        found = {tuple(row) for row in await tx.execute(query, {"names": [TENANT_ROLE, SYSTEM_ROLE]})}
    assert found == {(TENANT_ROLE, False), (SYSTEM_ROLE, False)}


async def test_a_connection_that_is_used_again_carries_nothing_over(database_url: str) -> None:
    """FAULTS 6: one connection, one hundred users of it, twenty at once: who waits for 5 s is sent away."""
    database = Database(database_url, pool_size=1, max_overflow=0)
    who = text("SELECT current_user, current_setting('rexian.tenant', true)")

    async def use(number: int) -> None:
        tenant_id = new_id()
        if number % 3 == 0:
            with pytest.raises(ZeroDivisionError):
                async with database.tenant(tenant_id):
                    raise ZeroDivisionError
        elif number % 3 == 1:
            async with database.tenant(tenant_id) as tx:
                assert tuple((await tx.execute(who)).one()) == (TENANT_ROLE, tenant_id)
        else:
            async with database.system() as tx:
                assert tuple((await tx.execute(who)).one()) == (SYSTEM_ROLE, "")

    for first in range(0, 100, 20):
        await asyncio.gather(*(use(number) for number in range(first, first + 20)))
    async with database.engine.connect() as session:
        assert tuple((await session.execute(who)).one()) == (TENANT_ROLE, "")
    await database.close()


async def test_a_served_tenant_can_be_read_and_not_written(db: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with db.tenants([new_id()]) as tx:
            await tx.execute(text("CREATE TEMPORARY TABLE mine (a int)"))


def _undecided() -> Iterator[Table]:
    from sqlalchemy import MetaData

    yield Table("a", MetaData(), Column("id", Uuid))
    yield Table("b", MetaData(), Column("id", Uuid), info={"tenant": True})
    yield Table("c", MetaData(), Column("tenant_id", Uuid), info={"tenant": False, "why": "it seemed easier"})
    yield Table("d", MetaData(), Column("id", Uuid), info={"tenant": False})


@pytest.mark.parametrize(**named(list(_undecided())))
def test_a_table_that_does_not_say_whose_it_is_is_refused(table: Table) -> None:
    with pytest.raises(ValueError, match=table.name):
        rls_statements([table])
