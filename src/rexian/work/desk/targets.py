"""Where a contact can be transferred: queues of its tenant and colleagues who serve it, with their live state."""

from __future__ import annotations

from msgspec import Struct

from rexian.directory.people.contract import agent_cards
from rexian.directory.principal import Principal
from rexian.engine.floor import Floor
from rexian.engine.state import Agent, Interaction
from rexian.kit.database import Database
from rexian.kit.problem import not_found
from rexian.runtime.port import FloorPort
from rexian.work.names import look_up


class QueueTarget(Struct, frozen=True, kw_only=True):
    """A queue. `available_agents` could take an offer of it now."""

    id: str
    name: str
    name_en: str
    tenant_id: str
    tenant_name: str
    waiting: int
    available_agents: int


class PersonTarget(Struct, frozen=True, kw_only=True):
    """A colleague. `eligible`: available, with a free place, and serves the contact's tenant."""

    id: str
    name: str
    team: str
    team_en: str
    level: int
    state: str
    reason: str | None
    since_at: int
    engaged: int
    capacity: dict[str, int]
    eligible: bool


class Targets(Struct, frozen=True, kw_only=True):
    queues: list[QueueTarget]
    people: list[PersonTarget]


class _Queue(Struct, frozen=True):
    id: str
    tenant_id: str
    waiting: int
    available: int


class _Agent(Struct, frozen=True):
    id: str
    state: str
    reason: str | None
    since_at: int
    engaged: int
    capacity: dict[str, int]
    eligible: bool


async def transfer_targets(db: Database, floor: FloorPort, who: Principal, interaction_id: str) -> Targets:
    """The targets for one of `who`'s own interactions. Raises `Problem` (404): it is not theirs, or over."""
    found = await floor.ask(lambda state: _look(state, who.person_id, interaction_id))
    if found is None:
        raise not_found("interaction")
    queues, agents = found
    async with db.system() as tx:
        book = await look_up(tx)
        cards = await agent_cards(tx, [agent.id for agent in agents])
    people = [
        PersonTarget(
            id=agent.id, name=card.name, team=card.team, team_en=card.team_en, level=card.level, state=agent.state,
            reason=agent.reason, since_at=agent.since_at, engaged=agent.engaged, capacity=agent.capacity,
            eligible=agent.eligible,
        )
        for agent in agents
        if (card := cards.get(agent.id)) is not None and card.active
    ]  # fmt: skip
    return Targets(
        queues=[
            QueueTarget(
                id=queue.id, name=book.queue(queue.id).zh, name_en=book.queue(queue.id).en,
                tenant_id=queue.tenant_id, tenant_name=book.tenant(queue.tenant_id).zh, waiting=queue.waiting,
                available_agents=queue.available,
            )
            for queue in queues
        ],
        people=sorted(people, key=lambda one: (not one.eligible, one.state == "not_ready", one.name)),
    )  # fmt: skip


def _look(floor: Floor, person_id: str, interaction_id: str) -> tuple[list[_Queue], list[_Agent]] | None:
    one = floor.interaction(interaction_id)
    if one is None or one.agent_id != person_id or one.state != "talking":
        return None
    agents = list(floor.agents())
    queues = [
        _Queue(queue.id, queue.tenant_id, queue.waiting, sum(_able(a, queue.spec.needs, one) for a in agents))
        for queue in floor.queues()
        if queue.tenant_id == one.tenant_id and not queue.retired
    ]
    people = [
        _Agent(
            agent.id, agent.state, agent.reason, agent.since_at, agent.engaged,
            {str(medium): places for medium, places in agent.spec.capacity.items()}, agent.free(one.medium),
        )
        for agent in agents
        if agent.id != person_id and _serves(agent, one.tenant_id)
    ]  # fmt: skip
    return queues, people


def _serves(agent: Agent, tenant_id: str) -> bool:
    """The directory writes the tenants that somebody serves as skills."""
    return f"tenant:{tenant_id}" in agent.spec.skills


def _able(agent: Agent, needs: dict[str, int], one: Interaction) -> bool:
    wanted = {**needs, **{key: max(level, needs.get(key, 0)) for key, level in one.needs.items()}}
    return agent.free(one.medium) and all(agent.spec.skills.get(key, 0) >= level for key, level in wanted.items())
