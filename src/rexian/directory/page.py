"""Long lists in pages: `?cursor=&limit=` in, `{items, next_cursor}` out. A cursor is opaque to whoever gets it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import Column, Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.ids import is_id
from rexian.kit.problem import Problem

T = TypeVar("T")

LIMIT = 50
MOST = 200


class Page(Struct, Generic[T], frozen=True):
    """Some items and how to ask for the next ones; `next_cursor` is null at the end."""

    items: list[T]
    next_cursor: str | None = None


def seal(place: str) -> str:
    """Return a cursor that stands for `place`."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def unseal(cursor: str) -> str:
    """Return what the cursor stands for. Raises `Problem` (400 `bad_cursor`)."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise bad_cursor() from error


def bad_cursor() -> Problem:
    return Problem("bad_cursor", 400, errors=[{"field": "cursor", "code": "bad_cursor"}])


def id_in(cursor: str | None) -> str | None:
    """Return the id that the cursor stands for, None without a cursor."""
    if cursor is None:
        return None
    place = unseal(cursor)
    if not is_id(place):
        raise bad_cursor()
    return place


async def page_by_id(
    tx: AsyncConnection,
    found: Select[Any],
    key: Column[str],
    *,
    cursor: str | None,
    limit: int,
    newest_first: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return one page of `found` in the order of the ids (that of creation) and the cursor of the next."""
    after = id_in(cursor)
    if after is not None:
        found = found.where(key < after if newest_first else key > after)
    ordered = found.order_by(key.desc() if newest_first else key).limit(limit + 1)
    rows = (await tx.execute(ordered)).all()
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], seal(str(rows[limit - 1]._mapping[key.key]))


async def page_of(
    tx: AsyncConnection,
    found: Select[Any],
    key: Column[str],
    make: Callable[[Row[Any]], T],
    *,
    cursor: str | None,
    limit: int,
) -> Page[T]:
    """Return one page of `found`, each row made into an item."""
    rows, following = await page_by_id(tx, found, key, cursor=cursor, limit=limit)
    return Page([make(row) for row in rows], following)
