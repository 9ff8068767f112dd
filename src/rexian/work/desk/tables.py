"""Tables of the desk. `contact` and `interaction` are read models: made from the journal, and from it alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY

from rexian.kit.database import Id, Instant, metadata

contact = Table(
    "contact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("floor_id", Id, nullable=False),
    Column("customer_id", Id, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("rating", Integer),
    Column("queue_id", Id),  # where it was last
    Column("agent_ids", ARRAY(Id), nullable=False, server_default="{}"),  # who handled it, in order
    Column("seq", BigInteger, nullable=False),
    Index("ix_contact_tenant_id_started_at", "tenant_id", "started_at", "id"),
    Index("ix_contact_customer_id_started_at", "customer_id", "started_at"),
    Index("ix_contact_agent_ids", "agent_ids", postgresql_using="gin"),
    info={"tenant": True},
)

interaction = Table(
    "interaction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("contact_id", Id, ForeignKey("contact.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("medium", Text, nullable=False),
    Column("queue_id", Id),  # null: in reception, and if it ended there
    # reception, queued, offered, scheduled, talking, after_contact_work, ended
    Column("state", Text, nullable=False),
    Column("agent_id", Id),
    Column("queued_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    Column("ended_at", Instant),
    Column("wrapped_up_at", Instant),
    Column("ended_by", Text),
    Column("end_reason", Text),
    Column("outcome", Text),
    Column("waited_ms", BigInteger),
    Column("talk_ms", BigInteger),
    Column("hold_ms", BigInteger),
    Column("acw_ms", BigInteger),
    Column("disposition", Text),
    Column("by_timer", Boolean, nullable=False, server_default="false"),
    Column("consult_of", Id),  # a colleague was asked about that one, and did not take the customer
    info={"tenant": True},
)

draft = Table(
    "draft",
    metadata,
    Column("contact_id", Id, primary_key=True),
    Column("person_id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    info={"tenant": True},
)

canned = Table(
    "canned",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("shortcut", Text),
    Column("locale", Text),
    Column("queue_id", Id),
    Column("initials", Text, nullable=False),  # pinyin initials of the title, for searching
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)

disposition = Table(
    "disposition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("parent_id", Id, ForeignKey("disposition.id")),
    Column("is_group", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "code"),
    info={"tenant": True},
)
