"""Reception: flows and prompt files

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


OWN = "tenant_id = ANY (string_to_array(current_setting('rexian.tenant', true), ',')::uuid[])"


def upgrade() -> None:
    op.create_table(
        "reception_flow",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("flow", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name=op.f("ck_reception_flow_state")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_reception_flow_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "version", name=op.f("pk_reception_flow")),
        info={"tenant": True},
    )
    for state in ("draft", "published"):
        op.create_index(
            f"uq_reception_flow_{state}", "reception_flow", ["tenant_id"], unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )  # fmt: skip
    op.create_table(
        "prompt_file",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_prompt_file_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "locale", "key", name=op.f("pk_prompt_file")),
        info={"tenant": True},
    )
    for table in ("reception_flow", "prompt_file"):
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'DROP POLICY IF EXISTS tenant ON "{table}"')
        op.execute(f'CREATE POLICY tenant ON "{table}" TO rexian_tenant USING ({OWN}) WITH CHECK ({OWN})')
        op.execute(f'DROP POLICY IF EXISTS system ON "{table}"')
        op.execute(f'CREATE POLICY system ON "{table}" TO rexian_system USING (true) WITH CHECK (true)')
        op.execute(f'REVOKE ALL ON "{table}" FROM rexian_tenant, rexian_system')
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO rexian_tenant, rexian_system')


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
