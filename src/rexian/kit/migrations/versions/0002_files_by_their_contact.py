"""Files by their contact

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_content_file_id', 'content', ['file_id'], unique=False, postgresql_where=sa.text('file_id IS NOT NULL')
    )


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
