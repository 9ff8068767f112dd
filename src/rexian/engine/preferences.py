"""The person whom a contact would rather talk to: asked for by name, or the one who knows the customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rexian.engine.decision import Decision
from rexian.engine.specs import PERMISSIONS, Medium
from rexian.engine.state import Agent, Queue


class Wish(NamedTuple):
    """Whom the customer asked for, and who talked to them before."""

    medium: Medium
    named_agent_id: str | None
    last_agent_id: str | None


class Target(NamedTuple):
    """Whom the contact waits for, until when, and why."""

    agent_id: str | None = None
    due_at: int = 0
    kind: str = ""


NOBODY = Target()


def preferred(d: Decision, c: Wish, queue: Queue, needs: Mapping[str, int], urgent: bool) -> Target:
    """The named one, else the last one; nobody when that person can't take it, or not soon enough."""
    policy = d.state.policy_of(queue)
    named = d.state.agents.get(c.named_agent_id or "")
    if named is not None:
        permissions = {skill: level for skill, level in needs.items() if skill.startswith(PERMISSIONS)}
        if _would(named, c, permissions, now=urgent or not policy.named_agent_ms):
            return Target(named.id, d.at + policy.named_agent_ms, "named_agent")
    last = d.state.agents.get(c.last_agent_id or "")
    if last is not None and _would(last, c, needs, now=urgent or not policy.last_agent_ms):
        return Target(last.id, d.at + policy.last_agent_ms, "last_agent")
    return NOBODY


def _would(agent: Agent, c: Wish, needs: Mapping[str, int], *, now: bool) -> bool:
    """Whether this person can take it at all, or even `now`."""
    skills = agent.spec.skills
    if not all(skills.get(skill, 0) >= level for skill, level in needs.items()):
        return False
    if now:
        return agent.free(c.medium)
    return agent.could_take(c.medium)
