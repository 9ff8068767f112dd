"""Events as they were written

Revision 0002, after 0001. The whole journal is written anew: allow some minutes for ten million events.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE journal ALTER COLUMN body TYPE json USING body::json")
