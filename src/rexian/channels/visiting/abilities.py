"""Whether anybody on a floor could do something for a tenant: a need that nobody meets would be a dead end."""

from __future__ import annotations

from rexian.engine.floor import Floor
from rexian.kit.clock import Clock

_KEPT_MS = 10_000


class Abilities:
    """Answers are kept for some seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[int, bool]] = {}

    def somebody_has(self, floor: Floor, tenant_id: str, skill: str) -> bool:
        """Whether an agent who may serve the tenant has this skill."""
        now, key = self._clock.now_ms(), (tenant_id, skill)
        known = self._known.get(key)
        if known is None or now - known[0] > _KEPT_MS:
            both = (skill, f"tenant:{tenant_id}")
            held = any(all(agent.spec.skills.get(one) for one in both) for agent in floor.agents())
            known = self._known[key] = (now, held)
        return known[1]

    def language(self, floor: Floor, tenant_id: str, locale: str) -> dict[str, int]:
        """English, if it is asked for and anybody here speaks it."""
        return {"lang:en": 1} if locale == "en" and self.somebody_has(floor, tenant_id, "lang:en") else {}
