"""A controller for load and kill tests: answers each call, calls an agent, and puts both into a bridge.

As a program: `python -m tests.channels.voice.asterisk.controller PLAN`, PLAN being a plan in JSON. It prints a line for
each bridge.
"""

from __future__ import annotations

import asyncio
import sys
import time

import msgspec

from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.asterisk.plan import Plan
from rexian.channels.voice.port import (
    EngineUp,
    Gone,
    LegAnswered,
    LegEnded,
    LegOffered,
    Phone,
    VoiceEngine,
    VoiceEvent,
)


class Controller:
    """Who dials 4001 talks to the phone `agents`; who dials a phone's name, to that phone."""

    def __init__(self, engine: VoiceEngine) -> None:
        self.engine = engine
        self.offered = self.bridged = self.failed = self.ended = 0
        self.to_bridge_ms: list[float] = []
        self.to_agent_ms: list[float] = []
        self.up = asyncio.Event()
        self._agent_of: dict[str, str] = {}
        self._callers: set[str] = set()
        self._answered: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        engine.listen(self.heard)

    def heard(self, event: VoiceEvent) -> None:
        match event:
            case EngineUp():
                self.up.set()
            case LegOffered():
                self.offered += 1
                self._callers.add(event.leg_id)
                self._begin(self._take(event.leg_id, event.caller.dialled))
            case LegAnswered() if event.leg_id.startswith("agent:"):
                self._begin(self._join(event.leg_id.removeprefix("agent:"), time.perf_counter()))
            case LegEnded() if event.leg_id in self._callers:
                self.ended += 1
                self._begin(self._clear(event.leg_id))
            case LegEnded() if event.leg_id.startswith("agent:"):
                self._begin(self.engine.hang_up(event.leg_id.removeprefix("agent:")))

    def _begin(self, work) -> None:  # type: ignore[no-untyped-def]
        async def counted() -> None:
            try:
                await work
            except Gone:
                pass
            except Exception as error:
                self.failed += 1
                print("failed", repr(error), file=sys.stderr, flush=True)

        task = asyncio.create_task(counted())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, leg: str, dialled: str) -> None:
        begun = time.perf_counter()
        await self.engine.answer(leg, side="customer", tag=f"t|{leg}|")
        name = "agents" if dialled == "4001" else dialled
        await self.engine.originate(f"agent:{leg}", Phone(name), side="agent", tag=f"t|{leg}|")
        self._answered[leg] = begun

    async def _join(self, leg: str, answered: float) -> None:
        await self.engine.create_bridge(f"bridge:{leg}")
        await asyncio.gather(self.engine.join(f"bridge:{leg}", leg), self.engine.join(f"bridge:{leg}", f"agent:{leg}"))
        self.to_bridge_ms.append((time.perf_counter() - answered) * 1000)
        if (begun := self._answered.pop(leg, None)) is not None:
            self.to_agent_ms.append((answered - begun) * 1000)
        self.bridged += 1
        print("bridged", leg, flush=True) if __name__ == "__main__" else None

    async def _clear(self, leg: str) -> None:
        self._callers.discard(leg)
        await self.engine.hang_up(f"agent:{leg}")
        await self.engine.destroy_bridge(f"bridge:{leg}")


async def main(plan: Plan) -> None:
    engine = AsteriskEngine(plan)
    controller = Controller(engine)
    await engine.start()
    await controller.up.wait()
    print("up", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1].encode(), type=Plan)))
