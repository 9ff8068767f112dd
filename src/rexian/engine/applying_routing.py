"""What queueing, offers, answers and transfers do to the facts (see `applying.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rexian.engine import events as ev
from rexian.engine.core import Core
from rexian.engine.state import Agent, Declined, Interaction, InteractionState, Offer
from rexian.engine.timers import Due

RETRY_MS = 10_000  # an agent who let a contact go gets it again after this time at the earliest, if at all
TARGET_WAIT_MS = 60_000  # a contact transferred to a busy person waits that long for them
KEPT_GAPS = 32  # enough for a range, few enough to follow the hour


# -- small steps shared with applying.py -----------------------------------------------------------------------------
def shift(core: Core, interaction: Interaction, to: InteractionState) -> None:
    """Change the interaction's state and the queue's counts with it."""
    queue = core.state.queues[interaction.queue_id]
    for state, step in ((interaction.state, -1), (to, 1)):
        if state == "queued":
            queue.waiting += step
        elif state == "offered":
            queue.offered += step
        elif state == "talking":
            queue.talking += step
        elif state == "after_contact_work":
            queue.after_contact_work += step
    interaction.state = to


def note_wrapping(agent: Agent, at: int) -> None:
    """Remember since when all that the agent has is after-contact work."""
    if not agent.wrapping or agent.wrapping < len(agent.handlings):
        agent.wrapping_since = 0
    elif not agent.wrapping_since:
        agent.wrapping_since = at


def release(core: Core, agent: Agent, interaction: Interaction, at: int) -> None:
    """The handling is over for this agent: the place is free again and idling begins anew."""
    agent.handlings.remove(interaction.id)
    agent.used[interaction.medium] -= 1
    agent.idle_since = at
    note_wrapping(agent, at)
    core.matcher.file(agent)


def leave_agent(core: Core, interaction: Interaction) -> None:
    """It waits for its target person no longer."""
    if interaction.target_agent_id is not None:
        agent = core.state.agents.get(interaction.target_agent_id)
        if agent is not None and interaction.id in agent.awaited:
            agent.awaited.remove(interaction.id)
        interaction.target_agent_id = None
        interaction.target_due_at = 0


def _decline(interaction: Interaction, agent: Agent, at: int) -> None:
    interaction.declined[agent.id] = Declined(at + RETRY_MS, agent.changes)


def _stop_talking(core: Core, interaction: Interaction, agent_id: str, at: int) -> None:
    """A handling goes back to a queue."""
    interaction.talked_ms += at - interaction.accepted_at
    interaction.waiting_from = at
    interaction.agent_id = None
    interaction.offer_id = None
    shift(core, interaction, "queued")
    release(core, core.state.agents[agent_id], interaction, at)


def _renew_absence(core: Core, interaction: Interaction, at: int, allowed_ms: int) -> None:
    """An absent customer may be absent for as long as the new state allows, from now."""
    if interaction.away_due_at:
        interaction.away_due_at = at + allowed_ms
        core.timers.add(interaction.away_due_at, Due.AWAY, interaction.id)


# -- queueing --------------------------------------------------------------------------------------------------------
def _queued(core: Core, e: ev.InteractionQueued) -> None:
    interaction = core.state.interactions.get(e.interaction_id)
    if interaction is None:
        interaction = _arrive(core, e)
    elif interaction.state == "talking":  # the agent was taken off the floor
        _stop_talking(core, interaction, str(interaction.agent_id), e.at)
    if e.why not in ("new", "transfer"):
        leave_agent(core, interaction)
    core.enqueue(interaction)
    for declined in interaction.declined.values():
        if declined.until > e.at:
            core.timers.add(declined.until, Due.RETRY, interaction.id)
    if e.why in ("transfer", "agent_retired"):
        _renew_absence(core, interaction, e.at, core.state.queues[e.queue_id].spec.away_waiting_ms)


def _arrive(core: Core, e: ev.InteractionQueued) -> Interaction:
    state = core.state
    contact = state.contacts[e.contact_id]
    contact.interaction_ids.append(e.interaction_id)
    state.interactions_seen += 1
    interaction = state.interactions[e.interaction_id] = Interaction(
        id=e.interaction_id,
        contact_id=e.contact_id,
        tenant_id=contact.tenant_id,
        number=state.interactions_seen,
        queue_id=e.queue_id,
        first_queue_id=e.queue_id,
        medium=e.medium,
        needs=e.needs,
        credit_ms=e.credit_ms,
        since=e.since,
        waiting_from=e.at,
    )
    state.queues[e.queue_id].waiting += 1
    return interaction


# -- offers ----------------------------------------------------------------------------------------------------------
def _offered(core: Core, e: ev.InteractionOffered) -> None:
    interaction = core.state.interactions[e.interaction_id]
    agent = core.state.agents[e.agent_id]
    offer = core.state.offers[e.offer_id] = Offer(
        id=e.offer_id,
        contact_id=e.contact_id,
        interaction_id=e.interaction_id,
        queue_id=e.queue_id,
        agent_id=e.agent_id,
        medium=interaction.medium,
        offered_at=e.at,
        proof_due_at=e.proof_due_at,
        ring_due_at=e.ring_due_at,
    )
    if interaction.id in agent.awaited:
        agent.awaited.remove(interaction.id)
    core.matcher.displace(interaction.id)
    shift(core, interaction, "offered")
    interaction.attempt += 1
    interaction.offer_id = e.offer_id
    interaction.agent_id = e.agent_id
    agent.offers.append(e.offer_id)
    agent.used[interaction.medium] = agent.used.get(interaction.medium, 0) + 1
    core.matcher.file(agent)
    core.watch_offer(offer)


def _offer_proven(core: Core, e: ev.OfferProven) -> None:
    core.state.offers[e.offer_id].proven = True


def _offer_accepted(core: Core, e: ev.OfferAccepted) -> None:
    state = core.state
    del state.offers[e.offer_id]
    interaction = state.interactions[e.interaction_id]
    agent = state.agents[e.agent_id]
    queue = state.queues[e.queue_id]
    core.lines.leave(interaction.id)
    leave_agent(core, interaction)
    shift(core, interaction, "talking")
    interaction.waited_ms += e.waited_ms
    interaction.accepted_at = e.at
    interaction.answered = True
    interaction.declined = {}
    agent.offers.remove(e.offer_id)
    agent.handlings.append(interaction.id)
    agent.missed = 0
    agent.idle_since = e.at
    note_wrapping(agent, e.at)
    core.matcher.file(agent)
    _renew_absence(core, interaction, e.at, queue.spec.away_talking_ms)
    if queue.last_answer_at:
        queue.answer_gaps_ms.append(e.at - queue.last_answer_at)
        del queue.answer_gaps_ms[:-KEPT_GAPS]
    queue.last_answer_at = e.at if core.lines.length(queue.id) else 0


def _take_back(core: Core, offer_id: str) -> tuple[Interaction, Agent]:
    """The offer rings no longer; the interaction is about to be queued again or to end."""
    offer = core.state.offers.pop(offer_id)
    interaction = core.state.interactions[offer.interaction_id]
    agent = core.state.agents[offer.agent_id]
    shift(core, interaction, "queued")
    interaction.offer_id = None
    interaction.agent_id = None
    agent.offers.remove(offer_id)
    agent.used[offer.medium] -= 1
    return interaction, agent


def _offer_rejected(core: Core, e: ev.OfferRejected) -> None:
    interaction, agent = _take_back(core, e.offer_id)
    _decline(interaction, agent, e.at)
    agent.idle_since = e.at  # to the end of the row, or the same agent would ring first again and again
    core.matcher.file(agent)


def _offer_expired(core: Core, e: ev.OfferExpired) -> None:
    interaction, agent = _take_back(core, e.offer_id)
    _decline(interaction, agent, e.at)
    agent.idle_since = e.at
    agent.missed += 1
    core.matcher.file(agent)


def _offer_withdrawn(core: Core, e: ev.OfferWithdrawn) -> None:
    _, agent = _take_back(core, e.offer_id)
    core.matcher.file(agent)


# -- transfer --------------------------------------------------------------------------------------------------------
def _transferred(core: Core, e: ev.InteractionTransferred) -> None:
    interaction = core.state.interactions[e.interaction_id]
    _stop_talking(core, interaction, e.agent_id, e.at)
    queue_from, queue_to = core.state.queues[e.from_queue_id], core.state.queues[e.to_queue_id]
    queue_from.waiting -= 1
    queue_to.waiting += 1
    interaction.queue_id = e.to_queue_id
    interaction.transferred_by = e.agent_id
    interaction.transferred_to = (e.to_queue_id if e.to_agent_id is None else None, e.to_agent_id)
    _decline(interaction, core.state.agents[e.agent_id], e.at)
    if e.to_agent_id is not None:
        interaction.target_agent_id = e.to_agent_id
        interaction.target_due_at = e.at + TARGET_WAIT_MS
        core.state.agents[e.to_agent_id].awaited.append(interaction.id)
        core.timers.add(interaction.target_due_at, Due.TARGET, interaction.id)


ROUTING: dict[type[Any], Callable[[Core, Any], None]] = {
    ev.InteractionQueued: _queued,
    ev.InteractionOffered: _offered,
    ev.OfferProven: _offer_proven,
    ev.OfferAccepted: _offer_accepted,
    ev.OfferRejected: _offer_rejected,
    ev.OfferExpired: _offer_expired,
    ev.OfferWithdrawn: _offer_withdrawn,
    ev.InteractionTransferred: _transferred,
}
