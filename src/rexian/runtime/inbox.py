"""Everybody who waits for an answer of a floor, and what they are told."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence

from rexian.runtime import figures
from rexian.runtime.items import Item, must_be_same
from rexian.runtime.port import Receipt, Refused, Unavailable
from rexian.runtime.recovery import RECENT_COMMANDS, Done

# Commands decided in one go. More would keep everybody else in this process waiting; with fewer, a disk that takes
# 0.1 s to write anything at all would be the limit.
_BATCH = 1_000


class Inbox:
    """Commands from their arrival to their answer. `recent` are those carried out; `unknown` those being committed."""

    def __init__(self, floor_id: str, most: int) -> None:
        self.recent: OrderedDict[str, Done] = OrderedDict()  # a dict finds its oldest ever more slowly, *m* 2026-11
        self.unknown: list[Item] = []
        self._floor_id = floor_id
        self._most = most
        self._waiting: deque[Item] = deque()
        self._flying: dict[str, Item] = {}  # every command that is not answered yet, by id

    def __len__(self) -> int:
        return len(self._waiting)

    # -- in ----------------------------------------------------------------------------------------------------------
    def flying(self, item: Item) -> asyncio.Future[Receipt] | None:
        """The answer to come to the same command, if it is on its way already. Raises `Refused` (`id_in_use`)."""
        known = self._flying.get(item.id)
        if known is None:
            return None
        must_be_same(item, known.by, known.encoded)
        return known.answer

    def carried_out(self, item: Item) -> Done | None:
        """Where the same command's events are, if it was carried out lately. Raises `Refused` (`id_in_use`)."""
        done = self.recent.get(item.id)
        if done is not None:
            must_be_same(item, done.by, None)
        return done

    def admit(self, item: Item) -> asyncio.Future[Receipt]:
        """Let a command in and return its answer to come. Raises `Unavailable` when there is no room."""
        if len(self._waiting) >= self._most:
            figures.COMMANDS.labels(self._floor_id, "overloaded").inc()
            raise Unavailable("overloaded")
        item.answer = asyncio.get_running_loop().create_future()
        self._flying[item.id] = item
        self._waiting.append(item)
        return item.answer

    def take(self) -> list[Item]:
        """The next batch: all that wait, up to a limit; one that must go alone goes alone."""
        if self._waiting and self._waiting[0].alone:
            return [self._waiting.popleft()]
        items: list[Item] = []
        while self._waiting and len(items) < _BATCH and not self._waiting[0].alone:
            items.append(self._waiting.popleft())
        return items

    # -- out ---------------------------------------------------------------------------------------------------------
    def settle(self, items: Sequence[Item], seq: int) -> None:
        """Answer a batch that is committed; `seq` is the floor's last."""
        self.unknown = []
        for item in items:
            self._flying.pop(item.id, None)
            if item.events:
                self.recent[item.id] = Done(item.events[0].seq, item.events[-1].seq, item.by)
            item.resolve(seq)
        while len(self.recent) > RECENT_COMMANDS:
            self.recent.popitem(last=False)
        refused = sum(1 for item in items if item.failure is not None)
        figures.BATCH.labels(self._floor_id).observe(len(items))
        figures.INBOX.labels(self._floor_id).set(len(self._waiting))
        figures.COMMANDS.labels(self._floor_id, "done").inc(len(items) - refused)
        figures.COMMANDS.labels(self._floor_id, "refused").inc(refused)

    def refuse_waiting(self, why: str) -> None:
        """Tell those whose command was not tried."""
        while self._waiting:
            item = self._waiting.popleft()
            self._flying.pop(item.id, None)
            item.fail(Unavailable(why))

    def tell_truth(self, truth: Mapping[Item, Receipt | None]) -> None:
        """Answer those whose commit failed or was unknown, now that the journal has been read."""
        self.unknown = []
        for item, receipt in truth.items():
            self._flying.pop(item.id, None)
            if receipt is None:
                item.fail(Unavailable("the command was not carried out; repeat it"))
            elif item.answer is not None and not item.answer.done():
                item.answer.set_result(Receipt(seq=receipt.seq, committed=receipt.committed))

    def give_up(self, items: Sequence[Item]) -> None:
        """Let those go for whom the truth takes too long: with the same id they will hear it later."""
        for item in items:
            if self._flying.get(item.id) is item:
                del self._flying[item.id]
            item.fail(Unavailable("whether the command was carried out is not known yet; repeat it with the same id"))

    def go_alone(self, code: str) -> None:
        """Nothing of the batch was written, because one command is not storable: let its commands go one by one.

        When there was just one, it is the culprit and is refused.
        """
        items = [item for item in self.unknown if item.answer is not None]
        self.unknown = []
        if len(items) == 1 and items[0].alone:
            culprit = items.pop()
            self._flying.pop(culprit.id, None)
            culprit.fail(Refused(code))
        for item in items:
            item.alone, item.events, item.failure = True, [], None
        self._waiting.extendleft(reversed(items))
