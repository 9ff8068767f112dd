"""Bringing contacts and agents together. No eligible pair is left idle, but for those who lately let each other go and
those whom a gate keeps apart.

Whoever got free pulls first: emergencies, contacts that wait for this very person, then the highest score among all
that the agent could take. Then each contact that was queued in this command looks for an agent. Then those look once
more whose gate has been loosened.
"""

from __future__ import annotations

from collections.abc import Iterable

from rexian.engine.choosing import choose, choose_interruptible
from rexian.engine.classes import RequestClass
from rexian.engine.core import blocks
from rexian.engine.decision import Decision
from rexian.engine.offering import offer
from rexian.engine.state import Agent, Interaction


def settle(d: Decision) -> None:
    """Make every offer that the events of this command have made possible."""
    if not (d.freed or d.unplaced):
        return
    agents, keeping = d.state.agents, list[str]()
    if d.freed:
        freed = [agents[id] for id in d.freed if id in agents]
        if d.core.matcher.reserves:
            keeping = _loosened_reserves(d, freed)
        d.freed.clear()
        for agent in freed:
            pull(d, agent)
    if d.unplaced:
        waiting = [d.state.interactions[id] for id in d.unplaced]
        d.unplaced.clear()
        push_all(d, waiting)
    if d.core.loosened or keeping:
        classes = d.core.matcher.classes_of(d.core.loosened, keeping)
        d.core.loosened.clear()
        push_classes(d, classes)


def _loosened_reserves(d: Decision, freed: Iterable[Agent]) -> list[str]:
    """The queues for which such agents are kept: the others may have one now."""
    matcher = d.core.matcher
    return [reserved.owner for agent in freed for reserved in matcher.profile_of(agent).reserves]


# -- an agent has a place free ----------------------------------------------------------------------------------------
def pull(d: Decision, agent: Agent) -> None:
    """Offer the agent what suits until no place is free or nothing suits."""
    core, waiting = d.core, d.core.matcher.waiting
    if not (waiting.placed or agent.awaited):
        return
    while agent.wanted == "available" and (waiting.urgent or core.matcher.idle.filed[agent.spec.id].media):
        awaited = _awaiting(d, agent) if agent.awaited else None
        if awaited is None or waiting.urgent:
            best, second = core.matcher.best_interactions(agent, d.at, blocks)
            if best is not None and (awaited is None or core.urgent(best)):
                rule = "agent_freed" if agent.free(best.medium) else "interrupts"
                offer(d, best, agent, rule, next_up=None if second is None else second.id)
                continue
        if awaited is None:
            return
        offer(d, awaited, agent, awaited.target_kind or "transfer_to_agent")


def _awaiting(d: Decision, agent: Agent) -> Interaction | None:
    for interaction_id in agent.awaited:
        interaction = d.state.interactions[interaction_id]
        if agent.free(interaction.medium):
            return interaction
    return None


# -- an interaction looks for an agent --------------------------------------------------------------------------------
def push_all(d: Decision, waiting: list[Interaction]) -> None:
    """Each in its turn: the highest score first, then the order of arrival."""
    if len(waiting) > 1:
        waiting.sort(key=lambda interaction: (-d.core.score_of(interaction, d.at), interaction.number))
    for interaction in waiting:
        if interaction.state == "queued":
            push(d, interaction)


def push(d: Decision, interaction: Interaction) -> None:
    """Offer the interaction to the best agent who is free, if there is one."""
    if interaction.target_agent_id is not None:
        target = d.state.agents[interaction.target_agent_id]
        if target.free(interaction.medium):
            offer(d, interaction, target, interaction.target_kind or "transfer_to_agent")
        return
    asked = d.core.asked(interaction)
    found = choose(d.core, interaction, asked.request, d.at)
    if found is not None:
        rule = "only_one_free" if found.candidates == 1 else d.core.strategy_of(interaction.queue_id)
        offer(d, interaction, found.agent, rule, found.candidates, found.passed, found.blocked, asked=asked)
        return
    if asked.request.urgent:
        found = choose_interruptible(d.core, interaction, asked.request, d.at)
        if found is not None:
            offer(d, interaction, found.agent, "interrupts", found.candidates, found.passed, asked=asked)


def push_classes(d: Decision, classes: Iterable[RequestClass]) -> None:
    """Everything that waits in these classes looks for an agent, the highest score first.

    Offers only make it harder for the rest, so one that finds nobody answers for its class, unless those who declined
    it were the cause.
    """
    matcher = d.core.matcher
    hopeful = {
        request.index: request
        for request in classes
        if request.pile.live and (matcher.anybody_free(request) or matcher.anybody_interruptible(request))
    }
    aside: list[tuple[RequestClass, int, Interaction]] = []
    while hopeful:
        index = matcher.waiting.choose(matcher.waiting.lanes_of(hopeful.values()), d.at)
        if index < 0:
            break
        request = hopeful[index]
        interaction = request.pile.live[entry := request.pile.heads[index]]
        push(d, interaction)
        if interaction.state != "queued":
            continue
        if interaction.declined:
            request.pile.remove(entry)
            aside.append((request, entry, interaction))
        else:
            del hopeful[index]
    for request, entry, interaction in aside:
        request.pile.add(entry, interaction)
