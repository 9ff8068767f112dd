"""How the voice channel asks the floors: at once, or for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from rexian.engine.commands import AnyCommand
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit import log
from rexian.kit.ids import new_id
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Content, Receipt, Refused, Unavailable

SYSTEM = Party("system", "voice")
_LONGEST_PAUSE_S = 5.0
_log = log.get(__name__)


class Asking:
    """The floors, by tenant. `mirror_of` raises `Unavailable` while a floor starts."""

    def __init__(self, mirror_of: Callable[[str], Mirror]) -> None:
        self._mirror_of = mirror_of
        self._spawned: set[asyncio.Task[None]] = set()

    def floor(self, tenant_id: str) -> Floor | None:
        """Committed state of the tenant's floor; None while it is not there."""
        try:
            mirror = self._mirror_of(tenant_id)
        except Unavailable:
            return None
        return mirror.floor if mirror.ready else None

    async def ask(
        self, tenant_id: str, command: AnyCommand, by: Party = SYSTEM, *, id: str = "", content: Sequence[Content] = ()
    ) -> Receipt:
        """Raises `Refused` or `Unavailable`."""
        return await self._mirror_of(tenant_id).port.submit(command, id=id or new_id(), by=by, content=content)

    async def insist(
        self, tenant_id: str, command: AnyCommand, by: Party = SYSTEM, *, id: str = "", content: Sequence[Content] = ()
    ) -> Receipt | None:
        """The same until it is committed, however long the floor is away; None when it is refused: it came too late."""
        id, pause = id or new_id(), 0.1
        while True:
            try:
                return await self.ask(tenant_id, command, by, id=id, content=content)
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            except Refused as refused:
                _log.info("voice.refused", command=type(command).__name__, code=refused.code)
                return None

    async def try_once(self, tenant_id: str, command: AnyCommand, by: Party = SYSTEM) -> str:
        """For what is true now and may soon be wrong: whoever asks looks again, and asks anew.

        Why it is not committed: the code of the refusal, or `unavailable`; '' when it is.
        """
        try:
            await self.ask(tenant_id, command, by)
        except Unavailable:
            return "unavailable"
        except Refused as refused:
            _log.info("voice.refused", command=type(command).__name__, code=refused.code)
            return refused.code
        return ""

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something beside the present; failures are logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._spawned.add(task)
        task.add_done_callback(self._done)

    def later(self, tenant_id: str, command: AnyCommand, by: Party = SYSTEM, *, id: str = "") -> None:
        """`insist`, without waiting for it."""
        self.spawn(self.insist(tenant_id, command, by, id=id))

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._spawned.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("voice.task_failed", error=f"{type(error).__name__}: {error}"[:300], exc_info=error)

    async def stop(self) -> None:
        for task in list(self._spawned):
            task.cancel()
        await asyncio.gather(*self._spawned, return_exceptions=True)
