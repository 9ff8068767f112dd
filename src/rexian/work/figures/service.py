"""Reading and writing the figures. Takes the transaction; commits nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.rows import put
from rexian.work.figures.metrics import Counts, Reception
from rexian.work.figures.model import Book, Visit
from rexian.work.figures.tables import figures_interval, figures_queue, figures_reception, figures_visit

SUMS = [name for name in Counts.__struct_fields__ if name != "longest_wait_ms"]
_QUEUES = select(figures_queue).where(figures_queue.c.queue_id.in_(bindparam("ids", expanding=True)))
_VISITS = (
    select(figures_visit)
    .where(figures_visit.c.interaction_id.in_(bindparam("ids", expanding=True)))
    .order_by(figures_visit.c.interaction_id, figures_visit.c.number)
)


async def load_book(
    tx: AsyncConnection, queue_ids: Iterable[str], interaction_ids: Iterable[str], contacts: dict[str, tuple[str, bool]]
) -> Book:
    """The book with what is stored of these queues and interactions; `contacts` as the journal told them."""
    book = Book(contacts=contacts)
    found = await tx.execute(_QUEUES, {"ids": list(queue_ids)})
    book.queues = {row.queue_id: (row.tenant_id, row.threshold_ms) for row in found}
    visits = await tx.execute(_VISITS, {"ids": list(interaction_ids)})
    for row in visits:
        book.visits.setdefault(row.interaction_id, []).append(_visit(row))
    return book


def _visit(row: Any) -> Visit:
    return Visit(**{name: row._mapping[name] for name in Visit.__struct_fields__})


async def save_book(tx: AsyncConnection, book: Book) -> None:
    """Write what the book changed. Together with the reader's cursor in one transaction, or not at all."""
    queues = [
        {"queue_id": id, "tenant_id": tenant_id, "threshold_ms": threshold_ms}
        for id, (tenant_id, threshold_ms) in book.queues.items()
        if id in book.changed_queues
    ]
    await put(tx, figures_queue, queues)
    visits = [msgspec.structs.asdict(visit) for id in sorted(book.changed) for visit in book.visits[id]]
    await put(tx, figures_visit, visits)
    for key, counts in sorted(book.deltas.items()):
        await tx.execute(_ADD, msgspec.structs.asdict(key) | msgspec.structs.asdict(counts))
    for place, came in sorted(book.receptions.items()):
        await tx.execute(_ADD_RECEPTION, msgspec.structs.asdict(place) | msgspec.structs.asdict(came))


def _adding(table: Table, names: Iterable[str], **more: Any) -> Insert:
    """A row's counts are put in, or added to those that are there."""
    keys = [column.name for column in table.primary_key]
    new = insert(table)
    changes = {name: table.c[name] + new.excluded[name] for name in names}
    return new.on_conflict_do_update(index_elements=keys, set_=changes | more)


_ADD = _adding(
    figures_interval, SUMS,
    longest_wait_ms=func.greatest(
        figures_interval.c.longest_wait_ms, insert(figures_interval).excluded["longest_wait_ms"]
    ),
)  # fmt: skip
_ADD_RECEPTION = _adding(figures_reception, Reception.__struct_fields__)


async def receptions(
    tx: AsyncConnection, tenant_ids: Sequence[str], from_at: int, *, simulated: bool | None = None
) -> Reception:
    """Who came into the receptions of these tenants since `from_at`; `simulated` as in `sums`."""
    table = figures_reception.c
    totals = [func.coalesce(func.sum(table[name]), 0).label(name) for name in Reception.__struct_fields__]
    statement = select(*totals).where(table.tenant_id.in_(list(tenant_ids)), table.at >= from_at)
    if simulated is not None:
        statement = statement.where(table.simulated == simulated)
    row = (await tx.execute(statement)).one()
    return Reception(**{name: int(row._mapping[name]) for name in Reception.__struct_fields__})


async def sums(
    tx: AsyncConnection,
    queue_ids: Sequence[str],
    from_at: int,
    *,
    to_at: int | None = None,
    simulated: bool | None = None,
) -> dict[str, Counts]:
    """Counts per queue of those who entered in the quarter-hours from `from_at` up to `to_at` (exclusive).

    `simulated`: only simulated ones, only real ones, or (None) both. Queues without any contact are missing.
    """
    found = await tx.execute(_summed([figures_interval.c.queue_id], queue_ids, from_at, to_at, simulated))
    return {row.queue_id: _counts(row._mapping) for row in found}


async def quarters(
    tx: AsyncConnection,
    queue_ids: Sequence[str],
    from_at: int,
    *,
    to_at: int | None = None,
    simulated: bool | None = None,
) -> dict[int, Counts]:
    """Counts of these queues together per quarter-hour, by its start; empty ones are missing."""
    found = await tx.execute(_summed([figures_interval.c.at], queue_ids, from_at, to_at, simulated))
    return {row.at: _counts(row._mapping) for row in found}


def _summed(by: list[Any], queue_ids: Sequence[str], from_at: int, to_at: int | None, simulated: bool | None) -> Any:
    table = figures_interval.c
    statement = (
        select(
            *by,
            *(func.sum(table[name]).label(name) for name in SUMS),
            func.max(table.longest_wait_ms).label("longest_wait_ms"),
        )
        .where(table.queue_id.in_(list(queue_ids)), table.at >= from_at)
        .group_by(*by)
        .order_by(*by)
    )
    if to_at is not None:
        statement = statement.where(table.at < to_at)
    return statement if simulated is None else statement.where(table.simulated == simulated)


def _counts(row: Any) -> Counts:
    return Counts(**{name: int(row[name]) for name in Counts.__struct_fields__})


async def forget_simulated(tx: AsyncConnection) -> int:
    """Delete all figures of simulated contacts and return how many rows that were."""
    rows = 0
    for table in (figures_visit, figures_interval, figures_reception):
        rows += (await tx.execute(table.delete().where(table.c.simulated))).rowcount
    return rows
