"""A process that runs one floor, for tests and benches that kill, stop, wake and cut it off.

    python -m tests.runtime.node URL FLOOR NAME

Takes JSON lines: a command with its id and party, a question (`checksum`, `offers`, `health`), `clock` (jump by so many
ms), `die` (`before` or `after` the next commit). Says JSON lines: answers (with the id of what was asked), `stage`
whenever it changes, `heard` for every batch of events that listeners are told of.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from rexian.engine.codec import decode_command
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.runtime import running
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, FloorPort, Refused, Unavailable
from rexian.runtime.session import Session


class JumpingClock:
    """The system's clock and what somebody has set it by."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.offset_ms = 0

    def now_ms(self) -> int:
        return self._clock.now_ms() + self.offset_ms


class MortalSession(Session):
    """Dies by its own hand just before, or just after, an append, when told to."""

    death = ""

    async def append(self, *batch: Any) -> None:
        if self.death == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().append(*batch)
        if self.death == "after":
            os.kill(os.getpid(), signal.SIGKILL)


def say(**what: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


def checksum(floor: Floor) -> str:
    return floor.checksum()


def offers(floor: Floor) -> list[tuple[str, str, str]]:
    return [(offer.id, offer.agent_id, offer.interaction_id) for offer in floor.offers()]


async def answer(host: FloorHost, port: FloorPort, asked: dict[str, Any]) -> None:
    """Submit or ask, and say what came of it."""
    id = asked["id"]
    if asked.get("question") == "health":
        health = host.health().floors[0]
        say(id=id, stage_now=health.stage, seq=health.seq, epoch=health.epoch)
        return
    try:
        if "question" in asked:
            question = {"checksum": checksum, "offers": offers}[asked["question"]]
            seq, found = await port.ask(lambda floor: (port.seq, question(floor)))
            say(id=id, seq=seq, found=found)
            return
        command = decode_command(msgspec.json.encode(asked["command"]))
        receipt = await port.submit(command, id=id, by=Party(*asked["by"]))
        say(id=id, seq=receipt.seq, seqs=[item.seq for item in receipt.committed], repeated=receipt.repeated)
    except Refused as refusal:
        say(id=id, refused=refusal.code)
    except Unavailable as error:
        say(id=id, unavailable=error.why)


async def tell_stages(host: FloorHost) -> None:
    last = ""
    while True:
        health = host.health().floors[0]
        if health.stage != last:
            say(stage=health.stage, epoch=health.epoch, seq=health.seq)
            last = health.stage
        await asyncio.sleep(0.005)


def tell_heard(batch: Sequence[Committed]) -> None:
    say(heard=[(item.seq, item.event.at, item.command_id) for item in batch])


async def main(url: str, floor_id: str, name: str) -> None:
    running.Session = MortalSession  # type: ignore[attr-defined]
    clock = JumpingClock()
    host = FloorHost(Database(url, pool_size=2), clock, node=name, snapshot_events=10**9)
    port = host.add(floor_id)
    port.listen(tell_heard)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks = {asyncio.create_task(tell_stages(host))}
    while line := await lines.readline():
        asked = msgspec.json.decode(line)
        clock.offset_ms += asked.get("clock", 0)
        MortalSession.death = asked.get("die", MortalSession.death)
        if "id" in asked:
            task = asyncio.create_task(answer(host, port, asked))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
