"""Voice messages are recordings too; whether the journal knows of a recording; what is due is found without looking at all

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("kind", sa.Text(), server_default="call", nullable=False))
    op.create_check_constraint(op.f("ck_recording_kind"), "recording", "kind IN ('call', 'message')")
    op.add_column("recording", sa.Column("noted_at", sa.BigInteger(), nullable=True))
    # What ended days ago the floor has forgotten; what ended lately may still be noted, and is noted once only.
    op.execute(
        "UPDATE recording SET noted_at = ended_at"
        " WHERE state <> 'writing' AND ended_at < (extract(epoch FROM now()) - 2 * 86400) * 1000"
    )
    for name, where in (
        ("ix_recording_unnoted", "state = 'kept' AND noted_at IS NULL"),
        ("ix_recording_writing", "state = 'writing'"),
        ("ix_recording_undrawn", "state = 'kept' AND picture IS NULL"),
        ("ix_recording_on_disk", "state = 'kept' AND place = 'disk'"),
    ):
        op.create_index(name, "recording", ["id"], unique=False, postgresql_where=sa.text(where))


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
