"""Recordings, and the tenants' keys that seal them

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


OWN = "tenant_id = ANY (string_to_array(current_setting('rexian.tenant', true), ',')::uuid[])"


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interaction_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("key_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("picture", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("hold_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("hold_at", sa.BigInteger(), nullable=True),
        sa.Column("erase_at", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("place IN ('disk', 's3')", name=op.f("ck_recording_place")),
        sa.CheckConstraint("state IN ('writing', 'kept', 'erased', 'lost')", name=op.f("ck_recording_state")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_recording_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        info={"tenant": True},
    )
    op.create_index("ix_recording_contact_id", "recording", ["contact_id"], unique=False)
    op.create_index(
        "ix_recording_erase_at",
        "recording",
        ["erase_at"],
        unique=False,
        postgresql_where=sa.text("state = 'kept' AND hold_at IS NULL"),
    )
    op.create_index("ix_recording_tenant_id", "recording", ["tenant_id", "started_at"], unique=False)
    op.create_table(
        "recording_rule",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("consent IN ('always', 'prompt', 'never')", name=op.f("ck_recording_rule_consent")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_recording_rule_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_recording_rule")),
        info={"tenant": True},
    )
    op.create_table(
        "tenant_key",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapper", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_tenant_key_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_key")),
        info={"tenant": True},
    )
    op.create_index(op.f("ix_tenant_key_tenant_id"), "tenant_key", ["tenant_id"], unique=False)
    op.create_index(
        "uq_tenant_key_current",
        "tenant_key",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.execute('ALTER TABLE "recording" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "recording" FORCE ROW LEVEL SECURITY')
    op.execute('DROP POLICY IF EXISTS tenant ON "recording"')
    op.execute(f'CREATE POLICY tenant ON "recording" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
    op.execute('DROP POLICY IF EXISTS system ON "recording"')
    op.execute('CREATE POLICY system ON "recording" TO rexian_system USING (true) WITH CHECK (true)')
    op.execute('REVOKE ALL ON "recording" FROM rexian_tenant, rexian_system')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "recording" TO rexian_tenant, rexian_system')
    op.execute('ALTER TABLE "recording_rule" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "recording_rule" FORCE ROW LEVEL SECURITY')
    op.execute('DROP POLICY IF EXISTS tenant ON "recording_rule"')
    op.execute(f'CREATE POLICY tenant ON "recording_rule" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
    op.execute('DROP POLICY IF EXISTS system ON "recording_rule"')
    op.execute('CREATE POLICY system ON "recording_rule" TO rexian_system USING (true) WITH CHECK (true)')
    op.execute('REVOKE ALL ON "recording_rule" FROM rexian_tenant, rexian_system')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "recording_rule" TO rexian_tenant, rexian_system')
    op.execute('ALTER TABLE "tenant_key" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "tenant_key" FORCE ROW LEVEL SECURITY')
    op.execute('DROP POLICY IF EXISTS tenant ON "tenant_key"')
    op.execute(f'CREATE POLICY tenant ON "tenant_key" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
    op.execute('DROP POLICY IF EXISTS system ON "tenant_key"')
    op.execute('CREATE POLICY system ON "tenant_key" TO rexian_system USING (true) WITH CHECK (true)')
    op.execute('REVOKE ALL ON "tenant_key" FROM rexian_tenant, rexian_system')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "tenant_key" TO rexian_tenant, rexian_system')


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
