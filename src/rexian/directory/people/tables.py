"""Tables of the people slice. A person belongs to the employer's rows, `person_serves` to the served tenant's."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from rexian.kit.database import Id, Instant, metadata

team = Table(
    "team",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("hours_id", Id, ForeignKey("hours.id")),
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    info={"tenant": True},
)

# A skill without a tenant is the installation's (languages, dialects): only the system sees those rows.
skill = Table(
    "skill",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), index=True),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("retired_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "key", postgresql_nulls_not_distinct=True),
    info={"tenant": True},
)

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True),
    Column("locale", Text, nullable=False),
    Column("theme", Text, nullable=False, server_default="system"),
    Column("level", Integer, nullable=False),
    Column("capacity", JSONB, nullable=False),
    Column("team_id", Id, ForeignKey("team.id")),
    Column("partner", Text),  # whose employee, when not the tenant's own
    Column("site", Text),  # where the person works
    Column("phone", Text, unique=True),  # name of their phone at the telephone exchange
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    info={"tenant": True},
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    info={"tenant": True},
)

person_serves = Table(
    "person_serves",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("alone", Boolean, nullable=False, server_default="false"),  # offered nobody else's contacts meanwhile
    info={"tenant": True},
)
Index("ix_person_serves_tenant_id", person_serves.c.tenant_id)

person_skill = Table(
    "person_skill",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", Id, ForeignKey("skill.id"), primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), nullable=False, index=True),
    Column("level", Integer, nullable=False),
    Column("minor", Boolean, nullable=False),
    CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    info={"tenant": True},
)
