"""What a floor should know, read from the directory: its queues and its agents, in the engine's words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.demo.people import SIMULATED_AGENT_IDS
from rexian.directory.people.model import engine_name
from rexian.directory.people.tables import person, person_serves, person_skill, role_grant, skill
from rexian.directory.policies.contract import published, to_engine
from rexian.directory.queues.tables import queue, queue_need
from rexian.directory.tenants.tables import tenant
from rexian.engine.specs import AgentSpec, Medium, Mix, Policy, QueueSpec
from rexian.kit import simulated
from rexian.runtime.tables import floor_tenant

TENANT_LEVEL = 1
_MIX = Mix(limit=100, weights={"voice": 100, "chat": 1}, interrupts={"voice": ("chat",)})
"""A call may come in over chats; while it lasts no further chat fits."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The queues and agents that a floor should have, by id, and the routing policies, by tenant."""

    queues: dict[str, QueueSpec]
    agents: dict[str, AgentSpec]
    policies: dict[str, Policy] = field(default_factory=dict)


def tenant_skill(tenant_id: str) -> str:
    """The skill that every queue of a tenant asks for and everybody who serves the tenant has."""
    return f"tenant:{tenant_id}"


async def wanted(tx: AsyncConnection, floor_id: str) -> Wanted:
    """Read what the floor should know. `tx` is a system transaction."""
    served = (
        select(floor_tenant.c.tenant_id)
        .join(tenant, tenant.c.tenant_id == floor_tenant.c.tenant_id)
        .where(floor_tenant.c.floor_id == floor_id, tenant.c.active)
    )
    tenants = {row.tenant_id for row in await tx.execute(served)}
    names = await _engine_names(tx)
    queues = await _queues(tx, tenants, names)
    policies = {
        tenant_id: to_engine(tenant_id, version, body, {tenant_skill(tenant_id): TENANT_LEVEL}, set(queues))
        for tenant_id, (version, body) in (await published(tx, tenants)).items()
    }
    return Wanted(queues, await _agents(tx, floor_id, tenants, names), policies)


async def _engine_names(tx: AsyncConnection) -> dict[str, str]:
    own = select(skill.c.id, skill.c.key, tenant.c.key.label("tenant_key"))
    found = own.outerjoin(tenant, tenant.c.tenant_id == skill.c.tenant_id).where(skill.c.retired_at.is_(None))
    return {row.id: engine_name(row.key, row.tenant_key) for row in await tx.execute(found)}


async def _queues(tx: AsyncConnection, tenants: set[str], names: dict[str, str]) -> dict[str, QueueSpec]:
    needs: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await tx.execute(select(queue_need).where(queue_need.c.tenant_id.in_(tenants))):
        if row.skill_id in names:
            needs[row.queue_id][names[row.skill_id]] = row.level
    live = select(queue).where(queue.c.tenant_id.in_(tenants), queue.c.retired_at.is_(None)).order_by(queue.c.id)
    return {
        row.id: QueueSpec(
            id=row.id,
            tenant_id=row.tenant_id,
            needs=_sorted({tenant_skill(row.tenant_id): TENANT_LEVEL, **needs[row.id]}),
            priority=row.priority,
            ring_ms=row.ring_ms,
            acw_ms=row.acw_ms,
            service_level_ms=row.service_level_ms,
            max_waiting=row.max_waiting,
        )
        for row in await tx.execute(live)
    }


async def _agents(tx: AsyncConnection, floor_id: str, tenants: set[str], names: dict[str, str]) -> dict[str, AgentSpec]:
    serves = await _serves(tx, floor_id, tenants)
    skills: dict[str, dict[str, int]] = defaultdict(dict)
    minor: dict[str, list[str]] = defaultdict(list)
    for row in await tx.execute(select(person_skill).where(person_skill.c.person_id.in_(serves))):
        if name := names.get(row.skill_id):
            skills[row.person_id][name] = row.level
            if row.minor:
                minor[row.person_id].append(name)
    found = (
        select(person.c.id, person.c.capacity, person.c.team_id, person.c.partner, person.c.site)
        .join(role_grant, role_grant.c.person_id == person.c.id)
        .where(person.c.id.in_(serves), person.c.active, role_grant.c.role == "agent")
        .order_by(person.c.id)
    )
    played = serves.keys() & set(SIMULATED_AGENT_IDS)
    for id in serves if played else ():
        skills[id][simulated.PEOPLE] = TENANT_LEVEL
    for id in played:  # they step aside: a real person who is free comes first
        skills[id][simulated.SKILL] = TENANT_LEVEL
        minor[id].append(simulated.PEOPLE)
    return {
        row.id: AgentSpec(
            id=row.id,
            skills=_sorted(
                dict.fromkeys(map(tenant_skill, serves[row.id]), TENANT_LEVEL)
                | skills[row.id]
                | _belongs(row.team_id, row.partner, row.site)
            ),
            minor=tuple(sorted(minor[row.id])),
            capacity=_capacity(row.capacity, played=row.id in played),
            mix=_MIX if row.capacity.get("voice") and row.id not in played else None,
        )
        for row in await tx.execute(found)
    }


async def _serves(tx: AsyncConnection, floor_id: str, tenants: set[str]) -> dict[str, list[str]]:
    """Return the agents of this floor with the tenants that they serve on it.

    Somebody whose tenants stand on several floors works on one of them, the one that sign-in gives them too. Who serves
    a tenant `alone` (a trainee in a live drill) is there for that one only.
    """
    found = (
        select(person_serves.c.person_id, person_serves.c.tenant_id, person_serves.c.alone, floor_tenant.c.floor_id)
        .join(floor_tenant, floor_tenant.c.tenant_id == person_serves.c.tenant_id)
        .order_by(person_serves.c.person_id, floor_tenant.c.floor_id, person_serves.c.tenant_id)
    )
    home: dict[str, str] = {}
    serves: dict[str, list[str]] = {}
    alone: dict[str, list[str]] = {}
    for row in await tx.execute(found):
        if home.setdefault(row.person_id, row.floor_id) == floor_id and row.tenant_id in tenants:
            serves.setdefault(row.person_id, []).append(row.tenant_id)
            if row.alone:
                alone.setdefault(row.person_id, []).append(row.tenant_id)
    return serves | alone


def _capacity(held: dict[Medium, int], *, played: bool) -> dict[Medium, int]:
    """The simulated population has no telephones."""
    return {medium: most for medium, most in held.items() if medium == "chat"} if played else held


def _belongs(team_id: str | None, partner: str | None, site: str | None) -> dict[str, int]:
    """What a person is, as skills: in which team, whose employee, at which site."""
    kinds = (("team", team_id), ("partner", partner), ("site", site))
    return {f"{kind}:{key}": TENANT_LEVEL for kind, key in kinds if key}


def _sorted(levels: dict[str, int]) -> dict[str, int]:
    return dict(sorted(levels.items()))
