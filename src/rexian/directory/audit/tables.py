"""Tables of the audit trail. Rows are only ever added; the database itself refuses anything else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from rexian.kit.database import Id, Instant, metadata

GUARD = [
    """CREATE OR REPLACE FUNCTION rexian_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege'; END $$""",
    "DROP TRIGGER IF EXISTS audit_append_only ON audit",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION rexian_refuse_change()""",
]

audit = Table(
    "audit",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON, as it was hashed
    Column("address", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_object", "tenant_id", "object_kind", "object_id"),
    info={"tenant": True, "append_only": True, "ddl": GUARD},
)

head = Table(
    "audit_head",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.tenant_id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    info={"tenant": True},
)
