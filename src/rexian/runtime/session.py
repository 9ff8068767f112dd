"""The leader's own connection: it holds the floor's lock and writes its journal, so that losing one is losing both.

Three things keep a stale leader from writing: its session is terminated by whoever takes over, each append checks the
lease's epoch in the same statement, and the key `(floor_id, seq)` refuses a second event of the same number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import AsyncConnection, sql
from sqlalchemy.engine import URL

from rexian.engine.codec import encode_event
from rexian.kit.database import NOTICES_SILENCE, SYSTEM_ROLE
from rexian.runtime.port import Committed

LEASE_TTL_MS = 3_000


class Fenced(Exception):
    """Somebody else leads this floor now; nothing was written."""


class Session:
    """One floor's session. Methods raise `psycopg.Error` when the database is away: then the outcome is unknown."""

    def __init__(self, url: URL, floor_id: str, holder: str) -> None:
        self._url = url
        self._floor_id = floor_id
        self._holder = holder
        self._connection: AsyncConnection[Any] | None = None
        self.epoch = 0

    async def open(self) -> None:
        self._connection = await AsyncConnection.connect(
            self._url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
            prepare_threshold=0,
            options=f"-c role={SYSTEM_ROLE}",
            application_name=f"rexian floor {self._floor_id[-12:]}",
            connect_timeout=3,
            **NOTICES_SILENCE,
        )

    async def close(self) -> None:
        """Close the connection, which releases the lock. Never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    @property
    def backend(self) -> int:
        """Process id of the server's side."""
        return self._open().info.backend_pid

    def _open(self) -> AsyncConnection[Any]:
        if self._connection is None:
            raise psycopg.OperationalError("the floor's session is closed")
        return self._connection

    # -- the lease ---------------------------------------------------------------------------------------------------
    async def try_lead(self) -> bool:
        """Become the leader if nobody is, or if the leader has let its lease run out. Sets `epoch`."""
        key = _lock_key(self._floor_id)
        if not await self._lock(key):
            await self._terminate_if_expired(key)
            if not await self._lock(key):
                return False
        row = await self._one(
            _TAKE_LEASE,
            {"floor": self._floor_id, "holder": self._holder, "ttl": LEASE_TTL_MS},
        )
        self.epoch = int(row[0])
        return True

    async def _lock(self, key: int) -> bool:
        return bool((await self._one("SELECT pg_try_advisory_lock(%s)", (key,)))[0])

    async def _terminate_if_expired(self, key: int) -> None:
        expired = await self._rows(_EXPIRED, (self._floor_id,))
        if not expired:
            return
        # Only the login role itself may terminate its sessions, not the role that we work as.
        async with self._open().transaction():
            await self._open().execute("SET LOCAL ROLE NONE")
            await self._open().execute(
                """SELECT pg_terminate_backend(pid, 2000) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = %s::bigint::oid AND objid = %s::bigint::oid
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
                (key >> 32 & 0xFFFFFFFF, key & 0xFFFFFFFF),
            )

    async def renew(self) -> None:
        """Prolong the lease. Raises `Fenced` if it is somebody else's by now."""
        done = await self._open().execute(_RENEW, (LEASE_TTL_MS, self._floor_id, self.epoch))
        if done.rowcount != 1:
            raise Fenced

    # -- the journal -------------------------------------------------------------------------------------------------
    async def read(self, after: int, limit: int) -> list[tuple[Any, ...]]:
        """Up to `limit` rows after the event `after`, in order: seq, body, command id, kind and id of the party."""
        return await self._rows(_READ, (self._floor_id, after, limit))

    async def append(
        self, events: Sequence[Committed], ids: Sequence[Sequence[str | None]], pieces: Sequence[Committed]
    ) -> None:
        """Write a batch and its words in one statement, which is one transaction. Raises `Fenced` or `psycopg.Error`.

        `ids` are (tenant, contact, interaction, agent) per event; `pieces` carry content each.
        """
        tenants, contacts, interactions, agents = zip(*ids, strict=True)
        parties = [item.by for item in events]
        parameters: list[Any] = [
            self._floor_id, self.epoch, self._floor_id, events[0].seq - 1,
            numbers(item.event.at for item in events),
            plain([type(item.event).__name__ for item in events]),
            plain(tenants), plain(contacts), plain(interactions), plain(agents),
            plain([item.command_id for item in events]),
            plain([party.kind for party in parties]),
            quoted([party.id for party in parties]),
            b"\n".join([encode_event(item.event) for item in events]).decode(),
        ]  # fmt: skip
        statement: LiteralString = _APPEND
        if pieces:
            statement = _APPEND_WITH_CONTENT
            words = [item.content for item in pieces if item.content is not None]
            parameters += [
                self._floor_id,
                plain([piece.id for piece in words]),
                plain([piece.tenant_id for piece in words]),
                plain([piece.contact_id for piece in words]),
                plain([piece.interaction_id for piece in words]),
                numbers(item.seq for item in pieces),
                numbers(item.event.at for item in pieces),
                plain([piece.author.kind for piece in words]),
                quoted([piece.author.id for piece in words]),
                quoted([piece.kind for piece in words]),
                quoted([piece.text for piece in words]),
                plain([piece.file_id for piece in words]),
            ]
        done = await self._open().execute(sql.SQL(statement), parameters, prepare=True)
        row = await done.fetchone()
        if row is None or row[0] != len(events):
            raise Fenced

    async def _rows(self, query: LiteralString, parameters: Any) -> list[tuple[Any, ...]]:
        return await (await self._open().execute(query, parameters)).fetchall()

    async def _one(self, query: LiteralString, parameters: Any) -> tuple[Any, ...]:
        return (await self._rows(query, parameters))[0]


_TAKE_LEASE: LiteralString = """WITH now AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms)
INSERT INTO floor_lease AS old (floor_id, holder, epoch, expires_at)
SELECT %(floor)s::uuid, %(holder)s, 1, ms + %(ttl)s FROM now
ON CONFLICT (floor_id) DO UPDATE
SET holder = excluded.holder, epoch = old.epoch + 1, expires_at = excluded.expires_at
RETURNING epoch"""

_EXPIRED: LiteralString = """SELECT holder FROM floor_lease
WHERE floor_id = %s::uuid AND expires_at < (extract(epoch FROM clock_timestamp()) * 1000)::bigint"""

_RENEW: LiteralString = """UPDATE floor_lease
SET expires_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + %s WHERE floor_id = %s::uuid AND epoch = %s"""

_READ: LiteralString = """SELECT seq, body::text, command_id::text, by_kind, by_id FROM journal
WHERE floor_id = %s::uuid AND seq > %s ORDER BY seq LIMIT %s"""

_APPEND: LiteralString = """WITH lease AS (SELECT 1 FROM floor_lease WHERE floor_id = %s::uuid AND epoch = %s),
events AS (
  INSERT INTO journal (floor_id, seq, at, kind, tenant_id, contact_id, interaction_id, agent_id, command_id,
                       by_kind, by_id, body)
  SELECT %s::uuid, %s::bigint + new.n, new.at, new.kind, new.tenant, new.contact, new.interaction, new.agent,
         new.command, new.by_kind, new.by_id, new.body::json
  FROM lease, unnest(%s::bigint[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[],
                     %s::text[], %s::text[], string_to_array(%s::text, chr(10))) WITH ORDINALITY
       AS new (at, kind, tenant, contact, interaction, agent, command, by_kind, by_id, body, n)
  RETURNING 1)
SELECT count(*) FROM events"""

_APPEND_WITH_CONTENT: LiteralString = _APPEND.replace(
    "SELECT count(*) FROM events",
    """, words AS (
  INSERT INTO content (floor_id, id, tenant_id, contact_id, interaction_id, seq, at, author_kind, author_id, kind,
                       text, file_id)
  SELECT %s::uuid, new.* FROM lease, unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[],
                                            %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[]) AS new)
SELECT count(*) FROM events""",
)


# Arrays in PostgreSQL's own notation. Lists through psycopg's adapters cost forty times as much a value, *m* 2026-11.
def plain(values: Sequence[str | None]) -> str:
    """An array of values that need no quotes: ids, words of our own."""
    try:
        return "{" + ",".join(values) + "}"  # type: ignore[arg-type]
    except TypeError:
        return "{" + ",".join(["NULL" if value is None else value for value in values]) + "}"


def numbers(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def quoted(values: Sequence[str]) -> str:
    """An array of any texts without NUL, which PostgreSQL doesn't keep anyway: with it the array would be too long."""
    escaped = "\0".join(values).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + escaped.replace("\0", '","') + '"}'


def _lock_key(floor_id: str) -> int:
    """A bigint for `pg_advisory_lock`, the same on every node."""
    return int.from_bytes(hashlib.sha256(f"rexian floor {floor_id}".encode()).digest()[:8], "big", signed=True)
