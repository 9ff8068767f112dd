"""Pages of lists that run backwards in time: a cursor stands for an instant and an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.page import bad_cursor, seal, unseal
from rexian.kit.database import Id
from rexian.kit.ids import is_id


async def newest_first(
    tx: AsyncConnection, found: Select[Any], at: Column[int], id: Column[str], *, cursor: str | None, limit: int
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return one page of `found` and the cursor of the next. Raises `Problem` (400 `bad_cursor`)."""
    if cursor is not None:
        last_at, last_id = _place(cursor)
        found = found.where(tuple_(at, id) < tuple_(literal(last_at, BigInteger), literal(last_id, Id)))
    rows = (await tx.execute(found.order_by(at.desc(), id.desc()).limit(limit + 1))).all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]._mapping
    return rows[:limit], seal(f"{last[at.key]}:{last[id.key]}")


def _place(cursor: str) -> tuple[int, str]:
    at, _, id = unseal(cursor).partition(":")
    if not (at.isascii() and at.isdigit() and len(at) < 16 and is_id(id)):
        raise bad_cursor()
    return int(at), id
