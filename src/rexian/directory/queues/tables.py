"""Tables of the queues slice."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text

from rexian.kit.database import Id, Instant, metadata

queue = Table(
    "queue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("medium", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("ring_ms", Integer, nullable=False),
    Column("acw_ms", Integer, nullable=False),
    Column("service_level_ms", Integer, nullable=False),
    Column("service_level_goal", Integer, nullable=False),
    Column("max_waiting", Integer, nullable=False),
    Column("hours_id", Id, ForeignKey("hours.id")),
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)

queue_need = Table(
    "queue_need",
    metadata,
    Column("queue_id", Id, ForeignKey("queue.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", Id, ForeignKey("skill.id"), primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("level", Integer, nullable=False),
    CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    info={"tenant": True},
)
