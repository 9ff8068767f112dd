"""Tables of the runtime: floors, the journal, the words beside it, who leads, how far readers have come."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, Table, Text, text

from rexian.kit.database import Id, Instant, metadata

_PLATFORM = {"tenant": False, "why": "a floor is run by the city operator and serves several tenants"}

floor = Table(
    "floor",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("tz", Text, nullable=False, server_default="Asia/Shanghai"),
    info={**_PLATFORM, "shared": True},
)

floor_tenant = Table(
    "floor_tenant",
    metadata,
    Column("floor_id", Id, primary_key=True),
    Column("tenant_id", Id, primary_key=True),
    Index("ix_floor_tenant_tenant_id", "tenant_id"),
    info={"tenant": True},
)

# Rows about agents and queues-to-be carry no tenant and are seen by the system only: an agent serves several tenants.
journal = Table(
    "journal",
    metadata,
    Column("floor_id", Id, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # this key is the fence against a stale leader
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tenant_id", Id),
    Column("contact_id", Id),
    Column("interaction_id", Id),
    Column("agent_id", Id),
    Column("command_id", Id, nullable=False),
    Column("by_kind", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("body", JSON, nullable=False),  # not JSONB: kept as it was written, and a fifth cheaper to write, *m*
    Index("ix_journal_contact_id_seq", "contact_id", "seq"),
    info={"tenant": True, "append_only": True},
)

content = Table(
    "content",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("contact_id", Id, nullable=False),
    Column("interaction_id", Id),
    Column("floor_id", Id, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("author_kind", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("file_id", Id),
    Index("ix_content_floor_id_seq", "floor_id", "seq"),
    Index("ix_content_contact_id_seq", "contact_id", "seq"),
    Index("ix_content_file_id", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    info={"tenant": True},
)

floor_lease = Table(
    "floor_lease",
    metadata,
    Column("floor_id", Id, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),  # by the database's clock, so that nodes' clocks don't matter
    info=_PLATFORM,
)

floor_snapshot = Table(
    "floor_snapshot",
    metadata,
    Column("floor_id", Id, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    info=_PLATFORM,
)

reader_cursor = Table(
    "reader_cursor",
    metadata,
    Column("reader", Text, primary_key=True),
    Column("floor_id", Id, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    info=_PLATFORM,
)
