"""What a policy may speak of: the tenant's queues, and what the people have who serve it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.floors.wanted import tenant_skill, wanted
from rexian.directory.people.model import engine_name
from rexian.directory.people.tables import person, person_serves, skill, team
from rexian.directory.queues.contract import Card, queue_cards
from rexian.directory.tenants.tables import tenant
from rexian.engine.specs import AgentSpec
from rexian.runtime.tables import floor_tenant


@dataclass(frozen=True, slots=True)
class Label:
    """A skill's name, and what kind of skill it is (`team`, `partner`, `site` for those that follow from people)."""

    name: str
    name_en: str
    kind: str

    def in_(self, locale: str) -> str:
        return (self.name_en or self.name) if locale == "en" else self.name


@dataclass(frozen=True, slots=True)
class World:
    """One tenant's queues with what they ask for, the labels of skills, the agents who serve it, and its time zone."""

    tenant_id: str
    queues: dict[str, Card]
    needs: dict[str, dict[str, int]]  # by queue, permission included
    labels: dict[str, Label]
    agents: list[AgentSpec] = field(default_factory=list)
    zone: str = "UTC"

    @property
    def permission(self) -> dict[str, int]:
        return {tenant_skill(self.tenant_id): 1}

    def knows(self, name: str) -> bool:
        return name in self.labels

    def people(self, name: str, level: int = 1) -> int:
        """How many agents have the skill."""
        return sum(agent.skills.get(name, 0) >= level for agent in self.agents)

    def able(self, needs: dict[str, int]) -> set[str]:
        """The agents who have all of this."""
        return {
            agent.id for agent in self.agents if all(agent.skills.get(name, 0) >= need for name, need in needs.items())
        }

    def label(self, name: str, locale: str) -> str:
        known = self.labels.get(name)
        return known.in_(locale) if known else name.partition(":")[2] or name


async def world_of(tx: AsyncConnection, tenant_id: str) -> World:
    """Read it. `tx` is a system transaction: people may be employed by one tenant and serve another."""
    agents: list[AgentSpec] = []
    needs: dict[str, dict[str, int]] = {}
    floors = select(floor_tenant.c.floor_id).where(floor_tenant.c.tenant_id == tenant_id)
    for row in (await tx.execute(floors)).all():
        there = await wanted(tx, row.floor_id)
        agents += [agent for agent in there.agents.values() if tenant_skill(tenant_id) in agent.skills]
        needs |= {id: spec.needs for id, spec in there.queues.items() if spec.tenant_id == tenant_id}
    cards = await queue_cards(tx)
    queues = {id: card for id, card in cards.items() if card.tenant_id == tenant_id and not card.retired}
    labels = await _labels(tx, tenant_id, agents)
    zone = await tx.execute(select(tenant.c.zone).where(tenant.c.tenant_id == tenant_id))
    return World(tenant_id, queues, needs, labels, agents, str(zone.scalar_one()))


async def _labels(tx: AsyncConnection, tenant_id: str, agents: list[AgentSpec]) -> dict[str, Label]:
    own = select(skill.c.key, skill.c.name, skill.c.name_en, skill.c.kind, tenant.c.key.label("tenant_key"))
    near = own.outerjoin(tenant, tenant.c.tenant_id == skill.c.tenant_id).where(
        skill.c.retired_at.is_(None), skill.c.tenant_id.is_(None) | (skill.c.tenant_id == tenant_id)
    )
    labels = {
        engine_name(row.key, row.tenant_key): Label(row.name, row.name_en, row.kind)
        for row in await tx.execute(near.order_by(skill.c.id))
    }
    people = select(person.c.partner, person.c.site).where(
        or_(
            person.c.tenant_id == tenant_id,
            person.c.id.in_(select(person_serves.c.person_id).where(person_serves.c.tenant_id == tenant_id)),
        )
    )
    for row in await tx.execute(people.distinct()):
        if row.partner:
            labels[f"partner:{row.partner}"] = Label(row.partner, row.partner, "partner")
        if row.site:
            labels[f"site:{row.site}"] = Label(row.site, row.site, "site")
    held = {name for agent in agents for name in agent.skills if name.startswith("team:")}
    for row in await tx.execute(select(team).where(team.c.retired_at.is_(None)).order_by(team.c.id)):
        if row.tenant_id == tenant_id or f"team:{row.id}" in held:
            labels[f"team:{row.id}"] = Label(row.name, row.name_en, "team")
    return labels
