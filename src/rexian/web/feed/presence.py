"""Agents whose desk is gone: available on paper, with no page open anywhere.

When an agent's last socket has been gone for `GRACE_MS`, the system makes the agent not ready (`disconnected`), so that
a closed laptop doesn't sit there as available. After a start of the server everybody has that long to come back.
Whoever works by `POST /api/commands` alone is there for as long after each command.
"""

from __future__ import annotations

from collections import Counter

from rexian.engine.commands import SetAgentState
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.kit.ids import new_id
from rexian.runtime.port import FloorPort, Refused, Unavailable
from rexian.web.feed.live import DISCONNECTED

GRACE_MS = 30_000
_BY = Party("system", "presence")
_log = log.get(__name__)


class Presence:
    """Which agents of a floor are there."""

    def __init__(self, clock: Clock, grace_ms: int = GRACE_MS) -> None:
        self._clock = clock
        self._grace_ms = grace_ms
        self._sockets: Counter[str] = Counter()
        self._seen: dict[str, int] = {}
        self._since = clock.now_ms()

    def came(self, agent_id: str) -> None:
        self._sockets[agent_id] += 1

    def left(self, agent_id: str) -> None:
        self._sockets[agent_id] -= 1
        if self._sockets[agent_id] <= 0:
            del self._sockets[agent_id]
        self.seen(agent_id)

    def seen(self, agent_id: str) -> None:
        """The agent did something without a socket, or has just lost the last one."""
        self._seen[agent_id] = self._clock.now_ms()

    def missing(self, floor: Floor) -> list[str]:
        """Agents who count as available and have been gone for longer than the grace."""
        latest = self._clock.now_ms() - self._grace_ms
        return [
            agent.id
            for agent in floor.agents()
            if agent.wanted == "available"
            and agent.id not in self._sockets
            and max(self._seen.get(agent.id, 0), self._since) <= latest
        ]

    async def dismiss(self, port: FloorPort, floor: Floor) -> None:
        """Make those who are missing not ready."""
        for agent_id in self.missing(floor):
            try:
                command = SetAgentState(agent_id=agent_id, state="not_ready", reason=DISCONNECTED)
                await port.submit(command, id=new_id(), by=_BY)
                _log.info("presence.dismissed", agent_id=agent_id)
            except Unavailable:
                return
            except Refused as error:
                _log.warning("presence.refused", agent_id=agent_id, code=error.code)
                self.seen(agent_id)
