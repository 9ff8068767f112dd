"""Small steps that several events share (see `applying.py`)."""

from __future__ import annotations

from rexian.engine.core import Core
from rexian.engine.shares import count
from rexian.engine.state import Agent, Interaction, InteractionState, Queue


def shift(core: Core, interaction: Interaction, to: InteractionState) -> None:
    """Change the interaction's state and the queue's counts with it."""
    queue = core.state.queues[interaction.queue_id]
    _count(queue, interaction.state, -1)
    _count(queue, to, 1)
    interaction.state = to


def _count(queue: Queue, state: InteractionState, step: int) -> None:
    if state == "queued":
        queue.waiting += step
    elif state == "offered":
        queue.offered += step
    elif state == "talking":
        queue.talking += step
    elif state == "after_contact_work":
        queue.after_contact_work += step
    elif state == "scheduled":
        queue.scheduled += step


def end_hold(interaction: Interaction, at: int) -> None:
    """The customer is held no longer; nothing when they were not."""
    if interaction.held_at:
        interaction.held_ms += at - interaction.held_at
        interaction.held_at = 0


def note_wrapping(agent: Agent, at: int) -> None:
    """Remember since when all that the agent has is after-contact work."""
    if not agent.wrapping or agent.wrapping < len(agent.handlings):
        agent.wrapping_since = 0
    elif not agent.wrapping_since:
        agent.wrapping_since = at


def idle_from(agent: Agent, at: int) -> None:
    """Idling begins anew, and how busy the agent has been so far is worked out."""
    agent.idle_since = at
    busy = agent.busy_ms + (at - agent.busy_since if agent.handlings else 0)
    agent.occupancy = busy * 10_000 // max(1, at - agent.duty_since)


def release(core: Core, agent: Agent, interaction: Interaction, at: int) -> None:
    """The handling is over for this agent: the place is free again and idling begins anew."""
    agent.handlings.remove(interaction.id)
    agent.used[interaction.medium] -= 1
    if not agent.handlings:
        agent.busy_ms += at - agent.busy_since
        agent.busy_since = 0
    idle_from(agent, at)
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
        interaction.target_kind = ""


def leave_line(core: Core, interaction: Interaction) -> None:
    """It waits no longer, without having been answered."""
    core.matcher.displace(interaction.id)
    core.lines.leave(interaction.id)
    if not core.lines.length(interaction.queue_id):
        core.state.queues[interaction.queue_id].last_answer_at = 0


# -- shares ------------------------------------------------------------------------------------------------------------
def take_share(core: Core, interaction: Interaction, agent: Agent) -> None:
    """An offer counts for the agent's partner, until it or the handling that comes of it is over."""
    plan = core.plans.get(interaction.queue_id)
    if plan is None or not (plan.shares or plan.weighted):
        return
    share = plan.share_of(agent.spec.skills)
    interaction.partner = "" if share is None else share.partner
    if plan.weighted:
        count(plan.queue.shared, interaction.partner)
    if share is not None:
        busy = plan.queue.busy_shares
        busy[share.partner] = busy.get(share.partner, 0) + 1


def give_share_back(core: Core, interaction: Interaction) -> None:
    """The offer or handling is over; others may come under a ceiling now."""
    partner, queue_id = interaction.partner, interaction.queue_id
    interaction.partner = ""
    core.state.queues[queue_id].busy_shares[partner] -= 1
    plan = core.plans.get(queue_id)
    share = None if plan is None else plan.share_named(partner)
    if share is not None and share.ceiling:
        core.loosened[queue_id] = None
