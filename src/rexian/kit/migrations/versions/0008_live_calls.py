"""Live calls: reception, hold and consultations in the figures and at the desk; whether agents see who listens

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


OWN = "tenant_id = ANY (string_to_array(current_setting('rexian.tenant', true), ',')::uuid[])"


def upgrade() -> None:
    op.add_column("tenant", sa.Column("supervision_shown", sa.Boolean(), server_default="true", nullable=False))
    op.alter_column("interaction", "queue_id", nullable=True)
    op.add_column("interaction", sa.Column("hold_ms", sa.BigInteger(), nullable=True))
    op.add_column("interaction", sa.Column("consult_of", sa.Uuid(as_uuid=False), nullable=True))
    op.alter_column("figures_visit", "queue_id", nullable=True)
    op.add_column("figures_visit", sa.Column("held_at", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("figures_visit", sa.Column("hold_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("figures_visit", sa.Column("consult_of", sa.Uuid(as_uuid=False), nullable=True))
    op.create_table(
        "figures_reception",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("received", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("left", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "at", "simulated", name=op.f("pk_figures_reception")),
        info={"tenant": True},
    )
    op.execute('ALTER TABLE "figures_reception" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "figures_reception" FORCE ROW LEVEL SECURITY')
    op.execute('DROP POLICY IF EXISTS tenant ON "figures_reception"')
    op.execute(f'CREATE POLICY tenant ON "figures_reception" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
    op.execute('DROP POLICY IF EXISTS system ON "figures_reception"')
    op.execute('CREATE POLICY system ON "figures_reception" TO rexian_system USING (true) WITH CHECK (true)')
    op.execute('REVOKE ALL ON "figures_reception" FROM rexian_tenant, rexian_system')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "figures_reception" TO rexian_tenant, rexian_system')


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
