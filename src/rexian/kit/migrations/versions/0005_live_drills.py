"""Live drills

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


OWN = "tenant_id = ANY (string_to_array(current_setting('rexian.tenant', true), ',')::uuid[])"


def upgrade() -> None:
    op.add_column("tenant", sa.Column("shadow_of", sa.Uuid(as_uuid=False), nullable=True))
    op.create_index(op.f("ix_tenant_shadow_of"), "tenant", ["shadow_of"], unique=False)
    op.create_foreign_key(op.f("fk_tenant_shadow_of_tenant"), "tenant", "tenant", ["shadow_of"], ["tenant_id"])
    op.add_column("person_serves", sa.Column("alone", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "live_drill",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("shadow_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("floor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("came", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("debrief", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_by_name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("purged_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'ending', 'ended')", name=op.f("ck_live_drill_state")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_live_drill_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_drill")),
        info={"tenant": True},
    )
    op.create_index(op.f("ix_live_drill_tenant_id"), "live_drill", ["tenant_id"], unique=False)
    op.create_index(
        "uq_live_drill_open", "live_drill", ["tenant_id"], unique=True,
        postgresql_where=sa.text("state IN ('running', 'ending')"),
    )  # fmt: skip
    op.execute('ALTER TABLE "live_drill" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "live_drill" FORCE ROW LEVEL SECURITY')
    op.execute('DROP POLICY IF EXISTS tenant ON "live_drill"')
    op.execute(f'CREATE POLICY tenant ON "live_drill" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
    op.execute('DROP POLICY IF EXISTS system ON "live_drill"')
    op.execute('CREATE POLICY system ON "live_drill" TO rexian_system USING (true) WITH CHECK (true)')
    op.execute('REVOKE ALL ON "live_drill" FROM rexian_tenant, rexian_system')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "live_drill" TO rexian_tenant, rexian_system')


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
