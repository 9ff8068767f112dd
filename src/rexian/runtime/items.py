"""Commands on their way through a floor, and how a floor does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from rexian.engine.commands import AnyCommand
from rexian.engine.specs import Party
from rexian.runtime.port import Committed, Content, Receipt, Refused

Stage = Literal["starting", "standby", "leading", "recovering", "damaged", "stopped"]
WHY: dict[Stage, str] = {
    "starting": "the floor is starting",
    "standby": "another node leads this floor",
    "recovering": "the database is away or the floor is coming back",
    "damaged": "the floor's journal is damaged",
    "stopped": "the floor has stopped",
}


class FloorHealth(Struct, frozen=True, kw_only=True):
    """How a floor does. `trouble` is empty when all is well."""

    floor_id: str
    stage: Stage
    epoch: int
    seq: int
    inbox: int
    trouble: str = ""

    @property
    def ready(self) -> bool:
        return self.stage == "leading"


@dataclass(slots=True, eq=False)
class Item:
    """A command on its way, and who waits for it."""

    command: AnyCommand
    id: str
    by: Party
    content: Sequence[Content] = ()
    encoded: bytes = b""
    answer: asyncio.Future[Receipt] | None = None
    alone: bool = False  # was part of a batch that the database refused: goes by itself, to find the culprit
    events: list[Committed] = field(default_factory=list)
    failure: Exception | None = None

    def resolve(self, seq: int) -> None:
        if self.failure is not None:
            self.fail(self.failure)
        elif self.answer is not None and not self.answer.done():
            last = self.events[-1].seq if self.events else seq
            self.answer.set_result(Receipt(seq=last, committed=tuple(self.events)))

    def fail(self, error: Exception) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error)


class NotStorable(Exception):
    """The database refuses what a command brings, e.g. the id of somebody else's message."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def must_be_same(item: Item, by: Party, encoded: bytes | None) -> None:
    """The same id must mean the same command of the same party, or it is nobody's business what became of it."""
    if item.by != by or (encoded is not None and item.encoded != encoded):
        raise Refused("id_in_use")
