"""The pool of connections: a transaction costs few messages, and a connection that died is not handed out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rexian.kit.database import Database, owner

PID = text("SELECT pg_backend_pid()")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With one connection that has just been used."""
    database = Database(database_url, pool_size=1, max_overflow=0)
    async with database.system() as tx:
        await tx.execute(PID)
    yield database
    await database.close()


async def test_a_transaction_of_one_query_goes_to_the_server_three_times(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rexian.kit.database._RESTED_S", 600)
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
    with (tmp_path / "trace").open("w+b") as trace:
        driver.pgconn.trace(trace.fileno())
        async with database.system() as tx:
            await tx.execute(PID)
        driver.pgconn.untrace()
        trace.seek(0)
        said = trace.read()
        assert said.count(b"ReadyForQuery") == 3  # begin as whom, ask, commit


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    async with database.system() as tx:
        await tx.execute(text("CREATE TEMPORARY TABLE kept (a int)"))
    with pytest.raises(ZeroDivisionError):
        async with database.system() as tx:
            await tx.execute(text("INSERT INTO kept VALUES (1)"))
            raise ZeroDivisionError
    async with database.system() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM kept")) == 0


async def test_a_connection_that_the_server_has_closed_is_not_handed_out(database: Database) -> None:
    async with database.system() as tx:
        before = await tx.scalar(PID)
    async with owner(database.url) as engine, engine.connect() as other:
        assert await other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
    async with database.system() as tx:
        assert await tx.scalar(PID) != before


async def test_a_connection_that_has_rested_is_proved(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    proved: list[Any] = []
    ping = database.engine.dialect.do_ping

    def noted(connection: Any) -> bool:
        proved.append(connection)
        return ping(connection)

    monkeypatch.setattr(database.engine.dialect, "do_ping", noted)
    monkeypatch.setattr("rexian.kit.database._RESTED_S", 600)
    await asyncio.gather(*(database.ping() for _ in range(5)))
    assert not proved
    monkeypatch.setattr("rexian.kit.database._RESTED_S", 0.0)
    await database.ping()
    assert len(proved) == 1
