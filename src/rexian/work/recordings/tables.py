"""Tables of the recordings. A row stays when its sound is erased: that there was one is part of the contact's story."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

recording = Table(
    "recording",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("contact_id", Id, nullable=False),
    Column("interaction_id", Id, nullable=False),
    Column("kind", Text, nullable=False, server_default="call"),  # call, message
    Column("key_id", Id, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # writing, kept, erased, lost
    Column("place", Text, nullable=False),  # disk, s3
    Column("why", Text, nullable=False, server_default=""),  # how it ended, as the engine said it
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("duration_ms", Integer, nullable=False, server_default="0"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("sha256", Text, nullable=False, server_default=""),
    Column("picture", JSONB),  # peaks and marks: see model.Picture
    Column("hold_reason", Text),
    Column("hold_by", Id),
    Column("hold_at", Instant),
    Column("erase_at", Instant),
    Column("erased_at", Instant),
    Column("noted_at", Instant),  # since then the journal knows of it; null: it is still to be told
    CheckConstraint("kind IN ('call', 'message')", name="kind"),
    CheckConstraint("state IN ('writing', 'kept', 'erased', 'lost')", name="state"),
    CheckConstraint("place IN ('disk', 's3')", name="place"),
    Index("ix_recording_tenant_id", "tenant_id", "started_at"),
    Index("ix_recording_contact_id", "contact_id"),
    Index("ix_recording_erase_at", "erase_at", postgresql_where=text("state = 'kept' AND hold_at IS NULL")),
    Index("ix_recording_unnoted", "id", postgresql_where=text("state = 'kept' AND noted_at IS NULL")),
    Index("ix_recording_writing", "id", postgresql_where=text("state = 'writing'")),
    Index("ix_recording_undrawn", "id", postgresql_where=text("state = 'kept' AND picture IS NULL")),
    Index("ix_recording_on_disk", "id", postgresql_where=text("state = 'kept' AND place = 'disk'")),
    info={"tenant": True},
)

rule = Table(
    "recording_rule",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("consent", Text, nullable=False),  # always, prompt, never
    Column("keep_days", Integer, nullable=False),
    CheckConstraint("consent IN ('always', 'prompt', 'never')", name="consent"),
    info={"tenant": True},
)
