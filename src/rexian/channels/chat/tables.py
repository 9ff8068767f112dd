"""Tables of the chat channel."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, Table, Text

from rexian.kit.database import Id, Instant, metadata

# One row per upload; the bytes lie in `$REXIAN_HOME/files` under their hash, once however often they were sent.
chat_file = Table(
    "chat_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("image", Boolean, nullable=False),  # a picture that browsers may show in place
    Column("width", Integer),
    Column("height", Integer),
    Column("by_kind", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("by_kind IN ('customer', 'agent')", name="by_kind"),
    Index("ix_chat_file_sha256", "sha256"),
    Index("ix_chat_file_tenant_id_at", "tenant_id", "at"),
    info={"tenant": True},
)
