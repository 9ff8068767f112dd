"""Telephones: people's phones at the exchange, and whose a dialled number is

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


OWN = "tenant_id = ANY (string_to_array(current_setting('rexian.tenant', true), ',')::uuid[])"


def upgrade() -> None:
    op.add_column("person", sa.Column("phone", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_person_phone"), "person", ["phone"])
    op.create_table(
        "line_number",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_line_number_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_line_number")),
        info={"tenant": True},
    )
    op.create_index(op.f("ix_line_number_tenant_id"), "line_number", ["tenant_id"])
    op.execute('ALTER TABLE "line_number" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "line_number" FORCE ROW LEVEL SECURITY')
    op.execute('DROP POLICY IF EXISTS tenant ON "line_number"')
    op.execute(f'CREATE POLICY tenant ON "line_number" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
    op.execute('DROP POLICY IF EXISTS system ON "line_number"')
    op.execute('CREATE POLICY system ON "line_number" TO rexian_system USING (true) WITH CHECK (true)')
    op.execute('REVOKE ALL ON "line_number" FROM rexian_tenant, rexian_system')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "line_number" TO rexian_tenant, rexian_system')


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
