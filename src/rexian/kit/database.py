"""The database: one way in, with the tenant's walls built into every transaction.

    async with db.tenant(tenant_id) as tx:   # sees and writes rows of this tenant only
    async with db.system() as tx:            # sees all tenants: runtime, readers, sign-in, platform

Two roles without login stand behind that. A connection starts as `rexian_tenant` with no tenant set and therefore sees
nothing; a transaction sets role and tenant `LOCAL`, so that a pooled connection carries nothing over to its next user.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import BigInteger, MetaData, Table, Uuid, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

TENANT_ROLE = "rexian_tenant"
SYSTEM_ROLE = "rexian_system"

# A network that dies silently is noticed within seconds; left to itself the kernel takes a quarter of an hour.
NOTICES_SILENCE: dict[str, Any] = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}

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

_AS_TENANT = text(f"SELECT set_config('role', '{TENANT_ROLE}', true), set_config('rexian.tenant', :tenant_id, true)")
_READ_ONLY = text("SET TRANSACTION READ ONLY")
_AS_SYSTEM = text(f"SELECT set_config('role', '{SYSTEM_ROLE}', true), set_config('rexian.tenant', '', true)")


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
    """A pool of connections and the two kinds of transaction. Made once per process by the composition root."""

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 10) -> None:
        self.url = normal_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_pre_ping=True,  # after a restart of PostgreSQL the old connections are noticed before they are used
            pool_timeout=5,
            connect_args={"options": f"-c role={TENANT_ROLE}", "connect_timeout": 5, **NOTICES_SILENCE},
        )

    @asynccontextmanager
    async def tenant(self, tenant_id: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one tenant's rows only. Commits at the end, rolls back on an exception."""
        async with self.engine.begin() as tx:
            await tx.execute(_AS_TENANT, {"tenant_id": tenant_id})
            yield tx

    @asynccontextmanager
    async def tenants(self, tenant_ids: Iterable[str]) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction that sees the rows of several tenants, those that a person serves."""
        async with self.engine.begin() as tx:
            await tx.execute(_READ_ONLY)
            await tx.execute(_AS_TENANT, {"tenant_id": ",".join(tenant_ids)})
            yield tx

    @asynccontextmanager
    async def system(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees all tenants: for runtime, readers, sign-in and platform only."""
        async with self.engine.begin() as tx:
            await tx.execute(_AS_SYSTEM)
            yield tx

    async def ping(self) -> None:
        """Raise what `is_outage` knows if the database doesn't answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


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
