"""How somebody stands who waits: what the score is made of, who could take it, what keeps an agent from it.

Questions only, for those who explain the past; nothing here decides, and the cost is that of all agents.
"""

from __future__ import annotations

from msgspec import Struct

from rexian.engine.core import Core, blocks
from rexian.engine.plans import EMERGENCY_MS, fits_interaction
from rexian.engine.state import Agent, Interaction


class Score(Struct, frozen=True, kw_only=True):
    """What somebody who waits is worth, part by part: the highest sum is served first, then the lower `number`.

    `rules`: the active rules that give it a head start. `waited_ms` counts from where its age counts.
    """

    number: int
    waited_ms: int
    slope: int
    priority: int
    credit_ms: int
    boost_ms: int
    emergency: bool
    rules: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        head_start = self.priority + self.credit_ms + self.boost_ms + (EMERGENCY_MS if self.emergency else 0)
        return self.slope * self.waited_ms + head_start


class Reach(Struct, frozen=True, kw_only=True):
    """Who could take it: how many are on duty, how many of them have a place free, and how many of these must not have
    it, by cause (`declined`, `target`, `reserved`, `not_lent`, `ceiling`).
    """

    on_duty: int
    free: int
    blocked: dict[str, int]

    @property
    def open(self) -> int:
        """How many could have it at once."""
        return self.free - sum(self.blocked.values())


def score(core: Core, i: Interaction, at: int) -> Score:
    spec = core.state.queues[i.queue_id].spec
    boosting = tuple(rule for rule in core.rules.get(i.tenant_id, ()) if fits_interaction(rule, i))
    return Score(
        number=i.number,
        waited_ms=at - i.since,
        slope=spec.slope,
        priority=spec.priority,
        credit_ms=i.credit_ms,
        boost_ms=sum(rule.boost_ms for rule in boosting),
        emergency=core.urgent(i),
        rules=tuple(rule.id for rule in boosting),
    )


def hindrance(core: Core, i: Interaction, agent: Agent) -> str | None:
    """Why this agent can't have it now; None: could.

    `skills`, `off_duty`, `busy`; or free for it and yet: `target` (it waits for somebody else), `declined`, or a gate:
    `reserved`, `not_lent`, `ceiling`.
    """
    request, filing = core.asked(i).request, core.matcher.idle.filed[agent.id]
    if request.need & filing.profile.mask != request.need or not filing.capable >> request.medium & 1:
        return "skills"
    if not filing.on_duty or filing.deaf >> request.medium & 1:
        return "off_duty"
    if not filing.media >> request.medium & 1:
        return "busy"
    if i.target_agent_id is not None:
        return None if i.target_agent_id == agent.id else "target"
    if i.declined and blocks(i, agent, core.state.now):
        return "declined"
    return core.matcher.gate(request, filing.profile)


def reach(core: Core, i: Interaction) -> Reach:
    on_duty = free = 0
    blocked: dict[str, int] = {}
    for agent in core.state.agents.values():
        cause = hindrance(core, i, agent)
        if cause in ("skills", "off_duty"):
            continue
        on_duty += 1
        if cause == "busy":
            continue
        free += 1
        if cause is not None:
            blocked[cause] = blocked.get(cause, 0) + 1
    return Reach(on_duty=on_duty, free=free, blocked=blocked)


def held_up(core: Core, i: Interaction) -> str:
    """Why it goes on waiting: `target`, `nobody` (who could take it is on duty), `busy` (all of them), `blocked`
    (somebody is free and must not have it), or `open` when nothing stands in its way.
    """
    if i.target_agent_id is not None:
        return "target"
    request = core.asked(i).request
    if core.matcher.anybody_free(request):
        there = reach(core, i)
        return "open" if there.open else "blocked" if there.free else "busy" if there.on_duty else "nobody"
    for filing in core.matcher.idle.filed.values():
        able = (
            request.need & filing.profile.mask == request.need and (filing.capable & ~filing.deaf) >> request.medium & 1
        )
        if filing.on_duty and able:
            return "busy"
    return "nobody"
