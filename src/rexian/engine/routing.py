"""Bringing contacts and agents together. No eligible pair is left idle, but for those who lately let each other go.

Whoever got free pulls first: contacts that wait for this very person, then the highest score among all that the agent
could take. Then each contact that was queued in this command looks for an agent: major skills before minor, fewest
contacts, idle for longest. One who declined it is asked only when nobody else is free, and not before `RETRY_MS` have
passed or the agent's state has changed.
"""

from __future__ import annotations

from collections.abc import Callable

from rexian.engine import events as ev
from rexian.engine.core import blocks
from rexian.engine.decision import Decision
from rexian.engine.matching import RequestClass
from rexian.engine.specs import Passed, Reason
from rexian.engine.state import Agent, Interaction


def settle(d: Decision) -> None:
    """Make every offer that the events of this command have made possible."""
    for agent_id in d.freed:
        agent = d.state.agents.get(agent_id)
        if agent is not None:
            pull(d, agent)
    d.freed.clear()
    if d.unplaced:
        waiting = [d.state.interactions[id] for id in d.unplaced if d.state.interactions[id].state == "queued"]
        waiting.sort(key=lambda interaction: (-d.core.score_of(interaction, d.at), interaction.number))
        d.unplaced.clear()
        for interaction in waiting:
            push(d, interaction)


def pull(d: Decision, agent: Agent) -> None:
    """Offer the agent what suits until no place is free or nothing suits."""

    def passes(interaction: Interaction) -> bool:
        return not blocks(interaction, agent, d.at)

    while agent.wanted == "available":
        interaction = _awaiting(d, agent)
        if interaction is not None:
            offer(d, interaction, agent, "transfer_to_agent")
            continue
        interaction = d.core.matcher.best_interaction(agent, d.at, passes)
        if interaction is None:
            return
        offer(d, interaction, agent, "agent_freed")


def _awaiting(d: Decision, agent: Agent) -> Interaction | None:
    for interaction_id in agent.awaited:
        interaction = d.state.interactions[interaction_id]
        if agent.free(interaction.medium):
            return interaction
    return None


def push(d: Decision, interaction: Interaction) -> None:
    """Offer the interaction to the best agent who is free, if there is one."""
    if interaction.target_agent_id is not None:
        target = d.state.agents[interaction.target_agent_id]
        if target.free(interaction.medium):
            offer(d, interaction, target, "transfer_to_agent")
        return
    request = d.core.request_of(interaction)
    if not d.core.matcher.anybody_free(request):
        return
    if interaction.declined:
        _push_declined(d, interaction, request)
        return
    best = d.core.matcher.best_agent(request)
    if best is None:
        return
    candidates = d.core.matcher.candidates(request)
    if candidates == 1:
        offer(d, interaction, best, "only_one_free")
        return
    second = d.core.matcher.best_agent(request, lambda agent: agent is not best)
    offer(d, interaction, best, "longest_idle", candidates, _passed(d, request, best, second))


def _push_declined(d: Decision, interaction: Interaction, request: RequestClass) -> None:
    """Somebody has let it go before: others first, then those whose time to think is over."""
    matcher = d.core.matcher

    def fresh(agent: Agent) -> bool:
        return agent.id not in interaction.declined

    def allowed(agent: Agent) -> bool:
        return not blocks(interaction, agent, d.at)

    for passes in (fresh, allowed):
        best, second = _best_two(d, request, passes)
        if best is None:
            continue
        if second is None:
            offer(d, interaction, best, "only_one_free")
        else:
            candidates = matcher.candidates(request) - _unwilling(d, interaction, request, passes is fresh)
            offer(d, interaction, best, "longest_idle", candidates, _passed(d, request, best, second))
        return


def _best_two(d: Decision, request: RequestClass, passes: Callable[[Agent], bool]) -> tuple[Agent | None, Agent | None]:
    best = d.core.matcher.best_agent(request, passes)
    if best is None:
        return None, None
    return best, d.core.matcher.best_agent(request, lambda agent: agent is not best and passes(agent))


def _unwilling(d: Decision, interaction: Interaction, request: RequestClass, all_decliners: bool) -> int:
    """How many of the free and able agents don't count, because they let it go."""
    count = 0
    for agent_id in interaction.declined:
        agent = d.state.agents.get(agent_id)
        if agent is not None and agent.free(interaction.medium) and d.core.matcher.eligible(request, agent):
            count += all_decliners or blocks(interaction, agent, d.at)
    return count


def _passed(d: Decision, request: RequestClass, best: Agent, second: Agent | None) -> Passed | None:
    if second is None:
        return None
    if d.core.matcher.is_minor(request, second) and not d.core.matcher.is_minor(request, best):
        return Passed(second.id, "minor_skill")
    busier = sum(second.used.values()) > sum(best.used.values())
    return Passed(second.id, "busier" if busier else "shorter_idle")


def offer(
    d: Decision, interaction: Interaction, agent: Agent, rule: str, candidates: int = 1, runner_up: Passed | None = None
) -> None:
    """Ring at the agent's desk."""
    spec = d.state.queues[interaction.queue_id].spec
    attempt = interaction.attempt + 1
    d.emit(
        ev.InteractionOffered(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            offer_id=f"{interaction.id}.{attempt}",
            agent_id=agent.id,
            proof_due_at=d.at + spec.proof_ms,
            ring_due_at=d.at + spec.ring_ms,
            reason=Reason(
                rule=rule,
                waited_ms=d.at - interaction.waiting_from,
                needs=d.core.needs_of(interaction),
                idle_ms=d.at - agent.idle_since,
                candidates=candidates,
                runner_up=runner_up,
                attempt=attempt,
            ),
        )
    )
