"""Tables of the web layer."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from rexian.kit.database import Id, Instant, metadata

# Answers to POSTs with an Idempotency-Key. `status` is null while the request is being carried out.
idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant_id", Id, primary_key=True),
    Column("person_id", Id, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("content_type", Text),
    Column("body", LargeBinary),
    Column("at", Instant, nullable=False),
    Index("ix_idempotency_at", "at"),
    info={"tenant": True},
)
