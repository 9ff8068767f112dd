"""The customers of a live drill, a process of its own: the task comes on standard input, what happens goes out by line.

They come by the public chat socket, one by one as the plan says, and play their dialogues to the end. The process ends
when all have gone, and when its standard input ends, so that it never outlives the server that started it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
import tomllib
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from rexian.drill import texts
from rexian.drill.customer import SimulatedCustomer
from rexian.drill.live.model import Coming
from rexian.drill.pace import Pace
from rexian.drill.stage import Backstage, Play, Stage

MOST_AT_ONCE = 300
GONE_WITHIN_S = 5.0


class Task(Struct, frozen=True, kw_only=True):
    """What the server hands over. Customers who were due before `from_ms` don't come any more."""

    url: str
    key: str
    site: str
    book: str
    seed: int
    from_ms: int
    customers: list[Coming]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line to the server: how many have come since the process began."""

    came: int = 0
    finished: bool = False


class DrillCustomer(SimulatedCustomer):
    """A customer whose patience may be the file's."""

    def __init__(self, stage: Stage, play: Play, patience_s: float | None) -> None:
        super().__init__(stage, play)
        self._patience_s = patience_s

    def patience_s(self) -> float:
        return super().patience_s() if self._patience_s is None else self._patience_s


@cache
def common() -> texts.Book:
    """Dialogues that any company's customers may play."""
    text = (files("rexian.drill.live") / "dialogues.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), texts.Book)


def dialogue_for(book: str, topic: str, rng: random.Random) -> texts.Dialogue:
    """One of the company's own about this topic, else one of those for any company; about this topic all the same."""
    own = texts.books().get(book)
    choices = [one for one in (own.dialogue if own else ()) if one.topic == topic] or list(common().dialogue)
    return msgspec.structs.replace(texts.filled(rng.choice(choices), rng), topic=topic)


class Crowd:
    """Lets the customers come and waits until the last has gone."""

    def __init__(self, task: Task) -> None:
        self._task = task
        pace = Pace(time.monotonic, 1.0)
        self.stage = Stage(
            url=task.url, key=task.key, pace=pace, rng=random.Random(task.seed + task.from_ms),  # noqa: S311 - a play
            told=Backstage(on=True), shop=("", ""),
        )  # fmt: skip
        self.came = 0
        self._here: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Returns when all have gone; cancelled, it sends home who is there."""
        pacing = asyncio.create_task(self.stage.pace.run())
        try:
            await self._arrive()
            while self._here:
                await asyncio.wait(self._here)
        finally:
            for one in (pacing, *self._here):
                one.cancel()
            await asyncio.gather(pacing, *self._here, return_exceptions=True)

    async def _arrive(self) -> None:
        began = time.monotonic()
        for one in self._task.customers:
            if one.at < self._task.from_ms:
                continue
            await asyncio.sleep(max(0.0, (one.at - self._task.from_ms) / 1000 - (time.monotonic() - began)))
            if len(self._here) < MOST_AT_ONCE:
                self._come(one)

    def _come(self, one: Coming) -> None:
        dialogue = dialogue_for(self._task.book, one.topic, self.stage.rng)
        play = Play(site=self._task.site, dialogue=dialogue, for_people=True)
        patience = None if one.patience_ms is None else one.patience_ms / 1000
        customer = DrillCustomer(self.stage, play, patience)
        here = asyncio.create_task(customer.live())
        self._here.add(here)
        here.add_done_callback(self._here.discard)
        self.came += 1
        say(Line(came=self.came))


def say(line: Line) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


async def main() -> None:
    reader = asyncio.StreamReader(limit=64 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    crowd = Crowd(msgspec.json.decode(await reader.readline(), type=Task))
    playing = asyncio.create_task(crowd.run())
    told = asyncio.create_task(reader.read())  # ends with the server
    await asyncio.wait([playing, told], return_when=asyncio.FIRST_COMPLETED)
    finished = playing.done()
    for task in (playing, told):
        task.cancel()
    await asyncio.wait([playing, told], timeout=GONE_WITHIN_S)
    if finished:
        playing.result()
        say(Line(came=crowd.came, finished=True))


if __name__ == "__main__":
    asyncio.run(main())
