"""What queueing, offers, answers and transfers do to the facts (see `applying.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rexian.engine import events as ev
from rexian.engine.applying_calls import keep_from_asker, leave_reception, note_consult
from rexian.engine.applying_steps import (
    end_hold,
    give_share_back,
    idle_from,
    leave_agent,
    note_wrapping,
    release,
    shift,
    take_share,
)
from rexian.engine.core import Core
from rexian.engine.state import Agent, Declined, Interaction, Offer, Queue
from rexian.engine.timers import NEVER, Due

RETRY_MS = 10_000  # an agent who let a contact go gets it again after this time at the earliest, if at all
TARGET_WAIT_MS = 60_000  # a contact transferred to a busy person waits that long for them
KEPT_GAPS = 32  # enough for a range, few enough to follow the hour


def _decline(interaction: Interaction, agent: Agent, at: int) -> None:
    interaction.declined[agent.id] = Declined(at + RETRY_MS, agent.changes)


def _stop_talking(core: Core, interaction: Interaction, agent_id: str, at: int) -> None:
    """A handling goes back to a queue."""
    end_hold(interaction, at)
    if interaction.partner:
        give_share_back(core, interaction)
    interaction.talked_ms += at - interaction.accepted_at
    interaction.waiting_from = at
    interaction.agent_id = None
    interaction.offer_id = None
    shift(core, interaction, "queued")
    release(core, core.state.agents[agent_id], interaction, at)


def _renew_absence(core: Core, interaction: Interaction, at: int, allowed_ms: int) -> None:
    """An absent customer may be absent for as long as the new state allows, from now; whom we call need not be here."""
    if interaction.call_back and interaction.state == "queued":
        interaction.away_due_at = 0
    elif interaction.away_due_at:
        interaction.away_due_at = at + allowed_ms
        core.timers.add(interaction.away_due_at, Due.AWAY, interaction.id)


# -- queueing --------------------------------------------------------------------------------------------------------
def _queued(core: Core, e: ev.InteractionQueued) -> None:
    interaction = core.state.interactions.get(e.interaction_id)
    if interaction is None:
        interaction = _arrive(core, e)
    else:
        _come_back(core, interaction, e)
    core.enqueue(interaction)
    for declined in interaction.declined.values():
        if e.at < declined.until < NEVER:
            core.timers.add(declined.until, Due.RETRY, interaction.id)


def _come_back(core: Core, interaction: Interaction, e: ev.InteractionQueued) -> None:
    """It waits again, for whatever reason; or its call-back is due; or it comes out of the reception."""
    if interaction.state == "reception":
        leave_reception(core, interaction, e)
        if e.target_agent_id is not None:
            _await(core, interaction, e.target_agent_id, e.target_due_at, e.target_kind)
    elif interaction.state == "talking":  # the agent was taken off the floor
        _stop_talking(core, interaction, str(interaction.agent_id), e.at)
    elif interaction.state == "scheduled":
        _fall_due(core, interaction, e)
    if e.why == "transfer":
        interaction.entered_at = e.at
    elif e.why != "reception":
        leave_agent(core, interaction)
    if interaction.is_consult:
        keep_from_asker(interaction)
    if e.why in ("transfer", "agent_retired", "reception"):
        _renew_absence(core, interaction, e.at, core.state.queues[e.queue_id].spec.away_waiting_ms)


def _fall_due(core: Core, interaction: Interaction, e: ev.InteractionQueued) -> None:
    del core.scheduled[interaction.queue_id][interaction.id]
    shift(core, interaction, "queued")
    interaction.since = e.since
    interaction.waiting_from = interaction.entered_at = e.at
    interaction.step = 0


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
        first_medium=e.medium,
        needs=e.needs,
        credit_ms=e.credit_ms,
        since=e.since,
        waiting_from=e.at,
        entered_at=e.at,
        attributes=e.attributes,
        emergency=e.emergency,
        expected=e.expected,
    )
    state.queues[e.queue_id].waiting += 1
    if e.target_agent_id is not None:
        _await(core, interaction, e.target_agent_id, e.target_due_at, e.target_kind)
    if e.consult_of is not None:
        note_consult(interaction, e)
        keep_from_asker(interaction)
    return interaction


def _await(core: Core, interaction: Interaction, agent_id: str, due_at: int, kind: str) -> None:
    """It waits for this person."""
    interaction.target_agent_id = agent_id
    interaction.target_due_at = due_at
    interaction.target_kind = kind
    core.state.agents[agent_id].awaited.append(interaction.id)
    core.timers.add(due_at, Due.TARGET, interaction.id)


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
    if agent.awaited and interaction.id in agent.awaited:
        agent.awaited.remove(interaction.id)
    core.matcher.displace(e.interaction_id)
    queue = core.state.queues[e.queue_id]
    queue.waiting -= 1
    queue.offered += 1
    core.lines.touched[e.queue_id] = None
    interaction.state = "offered"
    interaction.attempt += 1
    interaction.offer_id = e.offer_id
    interaction.agent_id = e.agent_id
    agent.offers.append(e.offer_id)
    agent.used[interaction.medium] = agent.used.get(interaction.medium, 0) + 1
    if core.plans:
        take_share(core, interaction, agent)
    core.matcher.file(agent)
    core.watch_offer(offer)


def _offer_proven(core: Core, e: ev.OfferProven) -> None:
    offer = core.state.offers[e.offer_id]
    offer.proven = True
    core.watch_offer(offer)


def _offer_accepted(core: Core, e: ev.OfferAccepted) -> None:
    state = core.state
    del state.offers[e.offer_id]
    interaction = state.interactions[e.interaction_id]
    agent = state.agents[e.agent_id]
    queue = state.queues[e.queue_id]
    core.lines.leave(interaction.id)
    leave_agent(core, interaction)
    queue.offered -= 1
    queue.talking += 1
    interaction.state = "talking"
    interaction.waited_ms += e.waited_ms
    interaction.accepted_at = e.at
    interaction.answered = True
    if interaction.declined:
        interaction.declined = {}
    if interaction.expected is not None:
        _measure(queue, interaction)
    agent.offers.remove(e.offer_id)
    if not agent.handlings:
        agent.busy_since = e.at
    agent.handlings.append(interaction.id)
    agent.handled += 1
    agent.missed = 0
    idle_from(agent, e.at)
    note_wrapping(agent, e.at)
    core.matcher.file(agent)
    if interaction.away_due_at:
        _renew_absence(core, interaction, e.at, queue.spec.away_talking_ms)
    if queue.last_answer_at:
        queue.answer_gaps_ms.append(e.at - queue.last_answer_at)
        del queue.answer_gaps_ms[:-KEPT_GAPS]
    queue.last_answer_at = e.at if core.lines.length(e.queue_id) else 0


def _measure(queue: Queue, interaction: Interaction) -> None:
    """Whether it waited as long as the customer was told."""
    low, high = interaction.expected or (0, 0)
    queue.said += 1
    queue.kept += low <= interaction.waited_ms <= high
    interaction.expected = None


def _take_back(core: Core, offer_id: str) -> tuple[Interaction, Agent]:
    """The offer rings no longer; the interaction is about to be queued again or to end."""
    offer = core.state.offers.pop(offer_id)
    interaction = core.state.interactions[offer.interaction_id]
    agent = core.state.agents[offer.agent_id]
    if interaction.partner:
        give_share_back(core, interaction)
    shift(core, interaction, "queued")
    interaction.offer_id = None
    interaction.agent_id = None
    agent.offers.remove(offer_id)
    agent.used[offer.medium] -= 1
    return interaction, agent


def _offer_rejected(core: Core, e: ev.OfferRejected) -> None:
    interaction, agent = _take_back(core, e.offer_id)
    _decline(interaction, agent, e.at)
    idle_from(agent, e.at)  # to the end of the row, or the same agent would ring first again and again
    core.matcher.file(agent)


def _offer_expired(core: Core, e: ev.OfferExpired) -> None:
    interaction, agent = _take_back(core, e.offer_id)
    _decline(interaction, agent, e.at)
    idle_from(agent, e.at)
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
    if e.to_agent_id is None:
        interaction.step = 0
    else:
        _await(core, interaction, e.to_agent_id, e.at + TARGET_WAIT_MS, "")


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
