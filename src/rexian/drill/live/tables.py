"""Table of the live drills. It lives with the real tenant; what happens in a drill lives with the shadow."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

live_drill = Table(
    "live_drill",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("shadow_id", Id, nullable=False),  # the shadow tenant
    Column("floor_id", Id, nullable=False),
    Column("from_seq", BigInteger, nullable=False),  # of the floor's journal, before the drill
    Column("state", Text, nullable=False),
    Column("reason", Text),  # why it ended
    Column("plan", JSONB, nullable=False),  # see `model.Plan`
    Column("came", Integer, nullable=False, server_default="0"),
    Column("interruptions", Integer, nullable=False, server_default="0"),
    Column("debrief", JSONB),
    Column("created_by", Id, nullable=False),
    Column("created_by_name", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("begun_at", Instant),  # from when on the customers' times count
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("purged_at", Instant),
    CheckConstraint("state IN ('running', 'ending', 'ended')", name="state"),
    info={"tenant": True},
)
Index(
    "uq_live_drill_open",
    live_drill.c.tenant_id,
    unique=True,
    postgresql_where=text("state IN ('running', 'ending')"),
)
