"""Tables of the customers slice. An identity stays with its record, so that a merge can be undone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from rexian.kit.database import Id, Instant, metadata

customer = Table(
    "customer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False, server_default=""),  # elder, student, …; empty: nothing special is known
    Column("merged_into", Id, ForeignKey("customer.id"), index=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_customer_tenant_id_id", "tenant_id", "id"),
    info={"tenant": True},
)

identity = Table(
    "customer_identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("customer_id", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "kind", "value"),
    info={"tenant": True},
)

merge = Table(
    "customer_merge",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("loser_id", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("winner_id", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("by_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_at", Instant),
    info={"tenant": True},
)
