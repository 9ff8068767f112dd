"""Tables of the reception slice."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

reception_flow = Table(
    "reception_flow",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rev", BigInteger, nullable=False),  # another one with every save of the draft
    Column("state", Text, nullable=False),  # draft, published, retired
    Column("flow", JSONB, nullable=False),  # rexian.directory.reception.model.Flow
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
        f"uq_reception_flow_{_state}",
        reception_flow.c.tenant_id,
        unique=True,
        postgresql_where=text(f"state = '{_state}'"),
    )

prompt_file = Table(
    "prompt_file",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("locale", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),  # of the file as it was sent
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("ms", Integer, nullable=False),
    Column("sound", LargeBinary, nullable=False),  # WAV, mono, 8,000 Hz, mu law: at most 1 MB
    Column("created_at", Instant, nullable=False),
    Column("created_by", Id),
    info={"tenant": True},
)
