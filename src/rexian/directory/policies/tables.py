"""Tables of the policies slice."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

routing_policy = Table(
    "routing_policy",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rev", BigInteger, nullable=False),  # another one with every save of the draft
    Column("state", Text, nullable=False),  # draft, published, retired
    Column("body", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Id),  # null: the system
    Column("published_at", Instant),
    Column("published_by", Id),
    CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
    info={"tenant": True},
)
for _state in ("draft", "published"):
    Index(
        f"uq_routing_policy_{_state}",
        routing_policy.c.tenant_id,
        unique=True,
        postgresql_where=text(f"state = '{_state}'"),
    )
