"""Deciding a batch: commands in, events and rows out, nothing written yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rexian.engine.commands import Envelope
from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.kit import log
from rexian.runtime.floor_time import FloorTime
from rexian.runtime.items import Item
from rexian.runtime.port import Committed, Refused, Unavailable
from rexian.runtime.rows import Columns, attach

logger = log.get("rexian.floor")


@dataclass(slots=True)
class Batch:
    """What is to be appended: `ids` go with `events` one by one, `pieces` carry the words."""

    events: list[Committed] = field(default_factory=list)
    ids: list[tuple[str | None, ...]] = field(default_factory=list)
    pieces: list[Committed] = field(default_factory=list)
    bug: Exception | None = None


def decide(floor: Floor, floor_id: str, seq: int, time: FloorTime, columns: Columns, items: Sequence[Item]) -> Batch:
    """Let `floor` decide every command, in order and as of one instant, and note in each item what came of it.

    A refusal is kept in the item and told only after the commit: it may rest on an event of the same batch. When the
    engine fails, the floor may be half changed: what came before is good, what comes after is not tried.
    """
    batch, at = Batch(), time.now_ms()
    for item in items:
        if batch.bug is not None:
            item.failure = Unavailable("the floor is coming back")
            continue
        try:
            happened = floor.decide(Envelope(id=item.id, at=at, by=item.by, command=item.command))
        except Refusal as refusal:
            item.failure = Refused(refusal.code, **refusal.detail)
        except Exception as error:
            logger.exception("floor.decide_failed", floor_id=floor_id, command=type(item.command).__name__)
            item.failure = batch.bug = error
        else:
            _add(batch, floor, floor_id, seq, columns, item, happened)
    return batch


def _add(
    batch: Batch, floor: Floor, floor_id: str, seq: int, columns: Columns, item: Item, happened: Sequence[AnyEvent]
) -> None:
    first = seq + len(batch.events) + 1
    item.events, words = attach(happened, first, floor_id, item.by, item.id, item.content)
    batch.events += item.events
    batch.ids += [columns.ids(floor, event) for event in happened]
    batch.pieces += words
