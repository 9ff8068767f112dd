"""A process that leads a floor, for tests that kill, stop and wake it: `python -m tests.runtime.leader URL FLOOR`.

Prints a line whenever its stage changes, and submits a `Tick` and whatever it reads from standard input: `start …`.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from rexian.engine.codec import decode_command
from rexian.engine.specs import Party
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Refused, Unavailable


async def main(url: str, floor_id: str) -> None:
    db = Database(url, pool_size=2)
    host = FloorHost(db, SystemClock(), node="other process")
    port = host.add(floor_id)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)

    async def obey() -> None:
        while line := await lines.readline():
            try:
                receipt = await port.submit(decode_command(line), id=new_id(), by=Party("system", "other"))
                print(f"done {receipt.seq}", flush=True)
            except (Refused, Unavailable, msgspec.MsgspecError) as error:
                print(f"failed {type(error).__name__}", flush=True)

    async def tell() -> None:
        last = ""
        while True:
            stage = host.health().floors[0].stage
            if stage != last:
                print(f"stage {stage}", flush=True)
                last = stage
            await asyncio.sleep(0.01)

    await asyncio.gather(obey(), tell())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
