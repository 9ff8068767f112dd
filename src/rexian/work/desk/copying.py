"""The desk's texts for a live drill: dispositions and canned answers of a tenant, copied to its shadow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.ids import new_id
from rexian.work.desk.tables import canned, disposition


async def copy_settings(
    tx: AsyncConnection, tenant_id: str, shadow_id: str, queues: Mapping[str, str], now_ms: int
) -> None:
    """Copy what is in use, under new ids."""
    codes = select(disposition).where(disposition.c.tenant_id == tenant_id, disposition.c.retired_at.is_(None))
    rows = (await tx.execute(codes.order_by(disposition.c.is_group.desc()))).all()  # headings first
    ids = {row.id: new_id() for row in rows}
    for row in rows:
        own = {"parent_id": ids.get(row.parent_id)} if row.parent_id else {}
        await tx.execute(disposition.insert().values(_copy(row, ids[row.id], shadow_id, now_ms) | own))
    answers = select(canned).where(canned.c.tenant_id == tenant_id, canned.c.retired_at.is_(None))
    for row in (await tx.execute(answers)).all():
        own = {"queue_id": queues.get(row.queue_id)} if row.queue_id else {}
        await tx.execute(canned.insert().values(_copy(row, new_id(), shadow_id, now_ms) | own))


def _copy(row: Row[Any], id: str, shadow_id: str, now_ms: int) -> dict[str, Any]:
    return dict(row._mapping) | {"id": id, "tenant_id": shadow_id, "created_at": now_ms}
