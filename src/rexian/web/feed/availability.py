"""How many agents could take a contact of each queue right now, kept as agents change."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rexian.engine.floor import Floor
from rexian.engine.state import Agent
from rexian.web.feed.names import Names


class Availability:
    """Counts per queue. Whoever follows the floor says which agents have changed."""

    def __init__(self, floor: Callable[[], Floor], names: Names) -> None:
        self._floor = floor
        self._names = names
        self._serving: dict[str, tuple[str, ...]] = {}  # agent → queues that the skills allow
        self._free: dict[str, tuple[str, ...]] = {}  # agent → queues at which the agent counts as available now
        self._available: dict[str, int] = {}  # queue → such agents

    def of(self, queue_id: str) -> int:
        return self._available.get(queue_id, 0)

    def reset(self) -> None:
        """Count everybody anew."""
        self._serving.clear()
        self._free.clear()
        self._available.clear()
        self.recount()

    def recount(self) -> None:
        """Look at every agent again."""
        for agent in self._floor().agents():
            self.count(agent.id)

    def skills_changed(self, agent_id: str | None = None) -> None:
        """This agent's skills (None: what queues ask for) may be others now; `count` follows."""
        if agent_id is None:
            self._serving.clear()
        else:
            self._serving.pop(agent_id, None)

    def count(self, agent_id: str) -> Iterable[str]:
        """Look at an agent again, or note that they are gone; returns the queues whose count changed."""
        agent, before = self._floor().agent(agent_id), self._free.get(agent_id, ())
        now = self._free_for(agent) if agent is not None and agent.state == "available" else ()
        if now == before:
            return ()
        for queue_id in before:
            self._available[queue_id] -= 1
        for queue_id in now:
            self._available[queue_id] = self._available.get(queue_id, 0) + 1
        self._free[agent_id] = now
        return {*before, *now}

    def _free_for(self, agent: Agent) -> tuple[str, ...]:
        """The queues of which the agent could take a contact, each on its own medium."""
        media = {medium for medium in agent.spec.capacity if agent.free(medium)}
        return tuple(id for id in self._serving_of(agent) if self._names.media.get(id, "chat") in media)

    def _serving_of(self, agent: Agent) -> tuple[str, ...]:
        known = self._serving.get(agent.id)
        if known is None:
            skills = agent.spec.skills
            known = tuple(
                queue.id
                for queue in self._floor().queues()
                if all(skills.get(skill, 0) >= level for skill, level in queue.spec.needs.items())
            )
            self._serving[agent.id] = known
        return known
