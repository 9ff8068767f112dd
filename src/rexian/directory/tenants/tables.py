"""Tables of the tenants slice."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from rexian.kit.database import Id, Instant, metadata

tenant = Table(
    "tenant",
    metadata,
    Column("tenant_id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("colour", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("operator", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    # Whether agents see who listens to their calls or whispers to them.
    Column("supervision_shown", Boolean, nullable=False, server_default="true"),
    Column("shadow_of", Id, ForeignKey("tenant.tenant_id"), index=True),  # the one whose people practise here
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)
