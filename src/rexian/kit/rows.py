"""Rows written whole: new ones put in, those that are there changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection


async def put(tx: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, which name every column, or change the rows of the same primary key."""
    if rows:
        await tx.execute(_put(table), list(rows))


@cache
def _put(table: Table) -> Insert:
    """Made once per table: to put such a statement together takes longer than to send it."""
    keys = [column.name for column in table.primary_key]
    new = insert(table)
    changes = {column.name: new.excluded[column.name] for column in table.c if column.name not in keys}
    return new.on_conflict_do_update(index_elements=keys, set_=changes)
