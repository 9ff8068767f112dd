"""Tables of the sites slice."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

site = Table(
    "chat_site",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("greeting", Text, nullable=False),
    Column("greeting_en", Text, nullable=False),
    Column("colour", Text, nullable=False),
    Column("origins", JSONB, nullable=False),  # ["https://shop.example"]
    Column("topics", JSONB, nullable=False),  # [{"key", "label", "label_en", "queue_id"}]
    Column("hours_id", Id, ForeignKey("hours.id")),
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)
