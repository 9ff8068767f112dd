"""What it takes to ask an engine twice, and to see that it was as once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rexian.channels.voice.port import LegInfo, MediaStatistics, RecordingOrder, VoiceEngine, VoiceEvent
from tests.channels.voice.conformance.conftest import Bring
from tests.channels.voice.conformance.rig import Rig

Ask = Callable[[], Awaitable[Any]]
_QUIET_S = 0.3


class World:
    """One engine and what it takes to ask it twice."""

    def __init__(self, rig: Rig, bring: Bring, fresh: Callable[[str], str], folder: Path) -> None:
        self.rig, self.bring, self.fresh, self._folder = rig, bring, fresh, folder
        self.since = rig.heard.mark()

    @property
    def engine(self) -> VoiceEngine:
        return self.rig.engine

    def told(self, kind: type[VoiceEvent], **fields: object) -> int:
        """How often this was told since the test began."""
        return len(self.rig.heard.all(kind, self.since, **fields))

    async def wait(self, kind: type[VoiceEvent], **fields: object) -> None:
        await self.rig.heard.wait(kind, self.since, **fields)

    def news(self) -> list[VoiceEvent]:
        return [event for event in self.rig.heard.events[self.since :] if not isinstance(event, MediaStatistics)]

    async def quiet(self) -> None:
        """Until nothing more is told."""
        known = -1
        while known != len(self.news()):
            known = len(self.news())
            await asyncio.sleep(_QUIET_S)

    async def twice(self, ask: Ask) -> None:
        """Once, overtaken by a repetition, and once more when all is quiet."""
        answers = await asyncio.gather(ask(), ask())
        assert answers[0] == answers[1]
        await self.changes_nothing(ask, answers[0])

    async def changes_nothing(self, ask: Ask, answer: Any = None) -> None:
        await self.quiet()
        before, known = await self.engine.inventory(), self.news()
        assert await ask() == answer
        await self.quiet()
        assert self.news() == known
        assert await self.engine.inventory() == before

    async def refuses(self, ask: Ask, error: type[Exception]) -> None:
        """It is refused twice, and nothing has come of it."""
        for _ in range(2):
            with pytest.raises(error):
                await ask()

    async def leg(self) -> str:
        return (await self.bring("customer")).leg_id

    async def of(self, leg_id: str) -> LegInfo:
        (found,) = [leg for leg in (await self.engine.inventory()).legs if leg.id == leg_id]
        return found

    async def bridge(self, *legs: str) -> str:
        bridge_id = self.fresh("bridge")
        await self.engine.create_bridge(bridge_id)
        for leg_id in legs:
            await self.engine.join(bridge_id, leg_id)
        return bridge_id

    def order(self) -> RecordingOrder:
        name = self.fresh("recording")
        return RecordingOrder(id=name, path=str(self._folder / f"{name}.rxs"), key=os.urandom(32))

    async def recording(self) -> tuple[str, RecordingOrder]:
        bridge_id, order = await self.bridge(await self.leg()), self.order()
        await self.engine.record(bridge_id, order)
        return bridge_id, order
