"""Whether callers are asked before a recording is the recording rule's alone; a reception has the words for it

Revision 0011, after 0010. A reception in force that was to ask makes the rule of its company ask, where that recorded
after a mere notice: the stricter of the two wins, and the change is in the company's audit trail. A draft or an older
version changes no rule.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ASKING = sa.text(
    "SELECT f.tenant_id::text AS tenant_id, COALESCE(r.keep_days, 90) AS keep_days FROM reception_flow f"
    " LEFT JOIN recording_rule r USING (tenant_id)"
    " WHERE f.state = 'published' AND f.flow #>> '{consent,mode}' = 'ask' AND COALESCE(r.consent, 'always') = 'always'"
    " ORDER BY f.tenant_id"
)
_ASK = sa.text(
    "INSERT INTO recording_rule (tenant_id, consent, keep_days) VALUES (:tenant_id, 'prompt', :keep_days)"
    " ON CONFLICT (tenant_id) DO UPDATE SET consent = 'prompt'"
)
# The words of a question stay the question's; all others were said as a notice.
_WORDS = sa.text(
    "UPDATE reception_flow SET flow = jsonb_set(flow, '{consent}', jsonb_build_object("
    " CASE flow #>> '{consent,mode}' WHEN 'ask' THEN 'question' ELSE 'notice' END,"
    " COALESCE(flow #> '{consent,speech}', '{}')))"
    " WHERE flow ? 'consent'"
)


def upgrade() -> None:
    # Row-level security holds for a database's owner too.
    op.execute("SET LOCAL ROLE rexian_system")
    connection = op.get_bind()
    for row in connection.execute(_ASKING).all():
        connection.execute(_ASK, row._asdict())
        _audit(connection, row.tenant_id, {"consent": "prompt", "keep_days": row.keep_days})
    connection.execute(_WORDS)
    op.execute("RESET ROLE")


def _audit(connection: sa.Connection, tenant_id: str, detail: dict[str, Any]) -> None:
    """As `directory/audit` writes it."""
    mine = {"tenant_id": tenant_id}
    start = "INSERT INTO audit_head (tenant_id, seq, hash) VALUES (:tenant_id, 0, :hash) ON CONFLICT DO NOTHING"
    connection.execute(sa.text(start), mine | {"hash": bytes(32)})
    last = connection.execute(
        sa.text("SELECT seq, hash FROM audit_head WHERE tenant_id = :tenant_id FOR UPDATE"), mine
    ).one()
    row = mine | {
        "seq": last.seq + 1, "at": time.time_ns() // 1_000_000, "actor_kind": "system", "actor_id": "rexian",
        "action": "recording.rule_set", "object_kind": "tenant", "object_id": tenant_id, "detail": _canonical(detail),
        "address": "",
    }
    hashed = hashlib.sha256(bytes(last.hash) + _canonical(row).encode()).digest()
    added = row | {"previous": bytes(last.hash), "hash": hashed}
    names = ", ".join(added)
    holes = ", ".join(f":{name}" for name in added)
    connection.execute(sa.text(f"INSERT INTO audit ({names}) VALUES ({holes})"), added)
    connection.execute(
        sa.text("UPDATE audit_head SET seq = :seq, hash = :hash WHERE tenant_id = :tenant_id"),
        mine | {"seq": row["seq"], "hash": hashed},
    )


def _canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def downgrade() -> None:
    raise NotImplementedError("Rexian goes forward only: restore a backup instead")
