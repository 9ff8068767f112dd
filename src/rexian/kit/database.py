"""The database: one way in, with the tenant's walls built into every transaction.

    async with db.tenant(tenant_id) as tx:   # sees and writes rows of this tenant only
    async with db.system() as tx:            # sees all tenants: runtime, readers, sign-in, platform

Two roles without login stand behind that. A connection starts as `rexian_tenant` with no tenant set and therefore sees
nothing; a transaction sets role and tenant `LOCAL`, so that a pooled connection carries nothing over to its next user.
"""

from __future__ import annotations

import select
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import BigInteger, MetaData, Table, Uuid, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection

TENANT_ROLE = "rexian_tenant"
SYSTEM_ROLE = "rexian_system"

# A network that dies silently is noticed within seconds; left to itself the kernel takes a quarter of an hour.
NOTICES_SILENCE: dict[str, Any] = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}

_RESTED_S = 1.0
"""A connection that answered less than so long ago is taken to be alive, unless its server has said otherwise."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = Uuid(as_uuid=False)
"""Column type of ids: `uuid` in the database, `str` in Python."""

Instant = BigInteger()
"""Column type of instants: ms since 1970 UTC."""

# A transaction begins and says who it is in one message: of a small query's cost most lies in going there and back.
_AS = "BEGIN{mode}; SET LOCAL ROLE {role}; SET LOCAL rexian.tenant = {tenants}"


def _opening(role: str, tenants: str, mode: LiteralString = "") -> str:
    """The words that begin a transaction as `role` for `tenants` (ids with commas between them)."""
    return sql.SQL(_AS).format(mode=sql.SQL(mode), role=sql.Identifier(role), tenants=tenants).as_string()


def normal_url(url: str) -> URL:
    """Return `url` for SQLAlchemy with psycopg 3. Takes `postgres://`, `postgresql://` and `postgresql+psycopg://`."""
    parsed = make_url(url)
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError(f"only PostgreSQL is supported, not {parsed.drivername}")
    return parsed.set(drivername="postgresql+psycopg")


def is_outage(error: BaseException) -> bool:
    """Say whether `error` means that the database can't be used now (away, restarting, full): answer 503, not 500."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if state is None:  # psycopg tells no state when it couldn't even reach the server
        return isinstance(original, (psycopg.OperationalError, psycopg.InterfaceError, PoolExhausted, OSError))
    # 08 connection, 53 resources (disk full, too many connections), 57P0x shutting down or starting, 58 system error
    return str(state)[:2] in {"08", "53", "58"} or str(state).startswith("57P")


class Database:
    """A pool of connections and the two kinds of transaction. Made once per process by the composition root.

    The pool's connections commit by themselves; what is to be a transaction begins by `tenant`, `tenants` or `system`.
    """

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 10) -> None:
        self.url = normal_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=5,
            pool_use_lifo=True,  # few connections that know their statements, rather than all of them by turns
            connect_args={
                "options": f"-c role={TENANT_ROLE}", "autocommit": True, "connect_timeout": 5, **NOTICES_SILENCE,
            },
        )  # fmt: skip
        prove_when_in_doubt(self.engine)
        self._system = _opening(SYSTEM_ROLE, "")

    def tenant(self, tenant_id: str) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that sees one tenant's rows only. Commits at the end, rolls back on an exception."""
        return self._transaction(_opening(TENANT_ROLE, tenant_id))

    def tenants(self, tenant_ids: Iterable[str]) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-only transaction that sees the rows of several tenants, those that a person serves."""
        return self._transaction(_opening(TENANT_ROLE, ",".join(tenant_ids), " READ ONLY"))

    def system(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that sees all tenants: for runtime, readers, sign-in and platform only."""
        return self._transaction(self._system)

    @asynccontextmanager
    async def _transaction(self, opening: str) -> AsyncIterator[AsyncConnection]:
        async with self.engine.begin() as tx:
            await tx.exec_driver_sql(opening)
            yield tx

    async def ping(self) -> None:
        """Raise what `is_outage` knows if the database doesn't answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


def prove_when_in_doubt(engine: AsyncEngine) -> None:
    """Have a pooled connection that may be dead proved before it is used, and all be made anew if it is.

    In doubt is one that has rested, and one to which the server has said something unasked: that it shuts down.
    """

    def put_back(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        rests_since = record.info.get("rests_since")
        if rests_since is None or connection is None:
            return
        try:
            if time.monotonic() - rests_since < _RESTED_S and not _has_news(connection.driver_connection.fileno()):
                return
            engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise InvalidatePoolError("the connection is dead") from error

    event.listen(engine.sync_engine, "checkin", put_back)
    event.listen(engine.sync_engine, "checkout", taken)


def _has_news(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


@asynccontextmanager
async def owner(url: str | URL) -> AsyncIterator[AsyncEngine]:
    """An engine of the login role itself (the tables' owner), for migrations and tests only."""
    engine = create_async_engine(normal_url(str(url)) if isinstance(url, str) else url, poolclass=NullPool)
    try:
        yield engine
    finally:
        await engine.dispose()


def role_statements() -> list[str]:
    """Make the two roles if they are missing, and let the login role take them on."""
    made = [
        f"""DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$"""
        for role in (TENANT_ROLE, SYSTEM_ROLE)
    ]
    granted = [
        f"""DO $$ BEGIN
  IF NOT pg_has_role(session_user, '{role}', 'SET') OR NOT pg_has_role(session_user, '{role}', 'MEMBER') THEN
    EXECUTE format('GRANT {role} TO %I WITH INHERIT FALSE, SET TRUE', session_user);
  END IF;
END $$"""
        for role in (TENANT_ROLE, SYSTEM_ROLE)
    ]
    return [*made, *granted, f"GRANT USAGE ON SCHEMA public TO {TENANT_ROLE}, {SYSTEM_ROLE}"]


def rls_statements(tables: Sequence[Table]) -> list[str]:
    """Row-level security and grants for `tables`, safe to run again.

    A table says in its `info` what it is: `{"tenant": True}` (has `tenant_id`), or `{"tenant": False, "why": "…"}`,
    then for the system only unless `"shared": True` lets tenants read it. `"append_only": True` grants no
    UPDATE and no DELETE; `"ddl": [statement, …]` stand beside the table (triggers), safe to run again too.
    """
    statements: list[str] = []
    for table in tables:
        statements += _tenant_table(table) if _is_tenant(table) else _common_table(table)
        statements += table.info.get("ddl", ())
    return statements


def _is_tenant(table: Table) -> bool:
    kind = table.info.get("tenant")
    if kind is True and "tenant_id" in table.c:
        return True
    if kind is False and table.info.get("why") and "tenant_id" not in table.c:
        return False
    if kind is False and table.info.get("why") and table.info.get("tenant_id_is_data"):
        return False
    raise ValueError(
        f"table {table.name}: info must be {{'tenant': True}} with a tenant_id column, or {{'tenant': False, 'why': …}}"
        " without one (with one that is mere data: add 'tenant_id_is_data': True)"
    )


def _rights(table: Table) -> str:
    return "SELECT, INSERT" if table.info.get("append_only") else "SELECT, INSERT, UPDATE, DELETE"


def _tenant_table(table: Table) -> list[str]:
    name = f'"{table.name}"'
    # NULL when never set, an empty list of tenants when it was set LOCAL before: both match nothing.
    own = "tenant_id = ANY (string_to_array(current_setting('rexian.tenant', true), ',')::uuid[])"
    return [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS tenant ON {name}",
        f"CREATE POLICY tenant ON {name} TO {TENANT_ROLE} USING ({own}) WITH CHECK ({own})",
        f"DROP POLICY IF EXISTS system ON {name}",
        f"CREATE POLICY system ON {name} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)",
        f"REVOKE ALL ON {name} FROM {TENANT_ROLE}, {SYSTEM_ROLE}",
        f"GRANT {_rights(table)} ON {name} TO {TENANT_ROLE}, {SYSTEM_ROLE}",
    ]


def _common_table(table: Table) -> list[str]:
    name = f'"{table.name}"'
    statements = [
        f"REVOKE ALL ON {name} FROM {TENANT_ROLE}, {SYSTEM_ROLE}",
        f"GRANT {_rights(table)} ON {name} TO {SYSTEM_ROLE}",
    ]
    if table.info.get("shared"):
        statements.append(f"GRANT SELECT ON {name} TO {TENANT_ROLE}")
    return statements
