"""Events as they were written

Revision 0004, after 0003. The whole journal is written anew: allow some minutes for ten million events.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE journal ALTER COLUMN body TYPE json USING body::json")


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
