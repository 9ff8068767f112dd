"""Table of the house's telephone numbers."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from rexian.kit.database import Id, Instant, metadata

line_number = Table(
    "line_number",
    metadata,
    Column("number", Text, primary_key=True),  # digits only: +86 10… and 008610… are the same
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("entry", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)
