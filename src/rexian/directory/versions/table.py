"""The table in which something is kept in versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata


def versioned(name: str, content: str) -> Table:
    """A table of versions by tenant. `content`: the column with what a version says, as JSON.

    Of a tenant's versions one at the most is a draft and one at the most is published.
    """
    table = Table(
        name,
        metadata,
        Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("rev", BigInteger, nullable=False),  # another one with every save of the draft
        Column("state", Text, nullable=False),  # draft, published, retired
        Column(content, JSONB, nullable=False),
        Column("note", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("created_by", Id),  # null: the system
        Column("published_at", Instant),
        Column("published_by", Id),
        CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        info={"tenant": True},
    )
    for state in ("draft", "published"):
        only = text(f"state = '{state}'")
        Index(f"uq_{name}_{state}", table.c.tenant_id, unique=True, postgresql_where=only)
    return table
