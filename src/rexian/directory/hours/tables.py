"""Tables of the hours slice."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

hours = Table(
    "hours",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("rules", JSONB, nullable=False),  # rexian.directory.hours.model.Rules
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)
