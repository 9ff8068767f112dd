"""Table of the tenants' keys, each wrapped by the installation's master key."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, text

from rexian.kit.database import Id, Instant, metadata

tenant_key = Table(
    "tenant_key",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapper", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant),
    # One key at a time seals; those before it only open.
    Index("uq_tenant_key_current", "tenant_id", unique=True, postgresql_where=text("retired_at IS NULL")),
    info={"tenant": True},
)
