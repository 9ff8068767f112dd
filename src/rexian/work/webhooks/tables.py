"""Tables of the webhooks. No secret is stored: it follows from the installation's secret and the webhook's id."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from rexian.kit.database import Id, Instant, metadata

webhook = Table(
    "webhook",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("off_reason", Text),  # by_hand, failing, gone
    Column("failing_since", Instant),
    Column("last_success_at", Instant),
    Column("last_failure_at", Instant),
    Column("secret_version", Integer, nullable=False, server_default="1"),
    Column("secret_changed_at", Instant, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)

delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("webhook_id", Id, ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),  # pending, delivered, failed
    Column("attempts", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("tried_from", Instant, nullable=False),  # made, or sent again by hand: attempts end a day after it
    Column("next_at", Instant, nullable=False),
    Column("last_at", Instant),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("last_ms", Integer),
    Column("delivered_at", Instant),
    Index("ix_webhook_delivery_due", "next_at", postgresql_where=text("state = 'pending'")),
    Index("ix_webhook_delivery_webhook_id", "webhook_id", "made_at", "id"),
    info={"tenant": True},
)
