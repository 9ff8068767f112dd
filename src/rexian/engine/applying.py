"""The one place where a floor changes: what each event does to the facts. Nothing is decided or refused here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rexian.engine import events as ev
from rexian.engine.applying_calls import CALLS
from rexian.engine.applying_policy import POLICY
from rexian.engine.applying_routing import ROUTING
from rexian.engine.applying_steps import (
    end_hold,
    give_share_back,
    leave_agent,
    leave_line,
    note_wrapping,
    release,
    shift,
)
from rexian.engine.core import Core
from rexian.engine.state import Agent, Contact, Interaction, Queue
from rexian.engine.timers import Due

_FORGET_STEP_MS = 60_000  # contacts are forgotten by the minute, so that one event carries many


def apply(core: Core, event: ev.AnyEvent) -> None:
    """Fold one event into the facts and the indexes."""
    if event.at > core.state.now:
        core.state.now = event.at
    TABLE[type(event)](core, event)


# -- configuration ---------------------------------------------------------------------------------------------------
def _queue_defined(core: Core, e: ev.QueueDefined) -> None:
    queue = core.state.queues.get(e.queue.id)
    if queue is None:
        core.state.queues[e.queue.id] = queue = Queue(spec=e.queue)
        routing = core.state.routing.get(queue.tenant_id)
        if routing is not None and queue.id in routing.policy.queues:
            core.follow()
        return
    queue.spec = e.queue
    queue.retired = False
    core.redefine(queue)


def _queue_retired(core: Core, e: ev.QueueRetired) -> None:
    core.state.queues[e.queue_id].retired = True


def _agent_defined(core: Core, e: ev.AgentDefined) -> None:
    state = core.state
    agent = state.agents.get(e.agent.id)
    if agent is None:
        state.agents_seen += 1
        agent = state.agents[e.agent.id] = Agent(number=state.agents_seen, spec=e.agent, wanted_at=e.at)
    agent.spec = e.agent
    core.matcher.refile(agent)


def _agent_retired(core: Core, e: ev.AgentRetired) -> None:
    core.matcher.drop(core.state.agents.pop(e.agent_id))


def _agent_state_changed(core: Core, e: ev.AgentStateChanged) -> None:
    if e.state == "after_contact_work":
        return  # follows from the handlings; never written as an event by this version
    agent = core.state.agents[e.agent_id]
    if e.state == "available":
        agent.idle_since = e.at
        if agent.wanted == "not_ready" and agent.reason == "signed_out":
            _sign_in(agent, e.at)
    agent.wanted = e.state
    agent.reason = e.reason
    agent.by_system = e.by_system
    agent.wanted_at = e.at
    agent.changes += 1
    agent.missed = 0
    core.matcher.file(agent)


def _agent_reach_changed(core: Core, e: ev.AgentReachChanged) -> None:
    agent = core.state.agents[e.agent_id]
    others = [medium for medium in agent.unreachable if medium != e.medium]
    agent.unreachable = others if e.on else sorted([*others, e.medium])
    core.matcher.file(agent)


def _sign_in(agent: Agent, at: int) -> None:
    """What the strategies look at begins anew."""
    agent.duty_since = at
    agent.busy_since = at if agent.handlings else 0
    agent.handled = agent.busy_ms = agent.occupancy = 0


# -- the contact -----------------------------------------------------------------------------------------------------
def _contact_started(core: Core, e: ev.ContactStarted) -> None:
    core.state.contacts[e.contact_id] = Contact(
        id=e.contact_id,
        tenant_id=e.tenant_id,
        customer_id=e.customer_id,
        first_customer_id=e.customer_id,
        started_at=e.at,
        simulated=e.simulated,
    )


def _customer_identified(core: Core, e: ev.CustomerIdentified) -> None:
    core.state.contacts[e.contact_id].customer_id = e.customer_id


def _message_posted(core: Core, e: ev.MessagePosted) -> None:
    core.state.interactions[e.interaction_id].messages[e.message_id] = e.number


def _messages_read(core: Core, e: ev.MessagesRead) -> None:
    interaction = core.state.interactions[e.interaction_id]
    if e.reader.kind == "customer":
        interaction.read_by_customer = e.number
    else:
        interaction.read_by_agent = e.number


def _note_added(core: Core, e: ev.NoteAdded) -> None:
    core.state.contacts[e.contact_id].note_ids.append(e.note_id)


def _customer_away(core: Core, e: ev.CustomerAway) -> None:
    core.state.interactions[e.interaction_id].away_due_at = e.due_at
    core.timers.add(e.due_at, Due.AWAY, e.interaction_id)


def _customer_returned(core: Core, e: ev.CustomerReturned) -> None:
    core.state.interactions[e.interaction_id].away_due_at = 0


# -- the end ---------------------------------------------------------------------------------------------------------
def _self_served(core: Core, e: ev.SelfServed) -> None:
    """Known to the journal; the floor has nothing to remember of it."""


def _interaction_ended(core: Core, e: ev.InteractionEnded) -> None:
    interaction = core.state.interactions[e.interaction_id]
    if interaction.state == "talking":
        interaction.talked_ms = e.talk_ms
        core.state.queues[interaction.queue_id].talking -= 1
        interaction.state = "ended"
        end_hold(interaction, e.at)
    elif interaction.state == "reception":
        interaction.state = "ended"
    else:
        _leave_unanswered(core, interaction, e)
        shift(core, interaction, "ended")
    interaction.ended_at = e.at
    interaction.ended_by = e.by
    interaction.away_due_at = 0
    if interaction.call is not None and interaction.call.recording:
        interaction.call.recording = "off"


def _leave_unanswered(core: Core, interaction: Interaction, e: ev.InteractionEnded) -> None:
    """The customer left while waiting, or before a booked call-back."""
    if interaction.state == "queued":
        leave_agent(core, interaction)
        leave_line(core, interaction)
    else:
        del core.scheduled[interaction.queue_id][interaction.id]
    interaction.waited_ms = e.waited_ms
    if interaction.expected is not None:
        if e.waited_ms > interaction.expected[1]:
            core.state.queues[interaction.queue_id].said += 1
        interaction.expected = None


def _acw_started(core: Core, e: ev.AfterContactWorkStarted) -> None:
    interaction = core.state.interactions[e.interaction_id]
    core.state.queues[interaction.queue_id].after_contact_work += 1
    interaction.state = "after_contact_work"
    interaction.acw_started_at = e.at
    interaction.acw_due_at = e.due_at
    core.timers.add(e.due_at, Due.AFTER_CONTACT_WORK, e.interaction_id)
    agent = core.state.agents[e.agent_id]
    agent.wrapping += 1
    note_wrapping(agent, e.at)


def _acw_extended(core: Core, e: ev.AfterContactWorkExtended) -> None:
    interaction = core.state.interactions[e.interaction_id]
    interaction.acw_due_at = e.due_at
    interaction.acw_extensions += 1
    core.timers.add(e.due_at, Due.AFTER_CONTACT_WORK, e.interaction_id)


def _wrapped_up(core: Core, e: ev.HandlingWrappedUp) -> None:
    interaction = core.state.interactions[e.interaction_id]
    agent = core.state.agents[e.agent_id]
    if interaction.state == "after_contact_work":
        agent.wrapping -= 1
        core.state.queues[interaction.queue_id].after_contact_work -= 1
        interaction.state = "ended"
    if interaction.partner:
        give_share_back(core, interaction)
    interaction.wrapped_at = e.at
    interaction.wrapped_by = e.agent_id
    interaction.disposition = e.disposition
    release(core, agent, interaction, e.at)


def _disposition_added(core: Core, e: ev.DispositionAdded) -> None:
    core.state.interactions[e.interaction_id].disposition = e.disposition


def _contact_rated(core: Core, e: ev.ContactRated) -> None:
    core.state.contacts[e.contact_id].rating = e.score


def _contact_closed(core: Core, e: ev.ContactClosed) -> None:
    state = core.state
    contact = state.contacts[e.contact_id]
    contact.closed_at = e.at
    rating_ms = 0
    for id in contact.interaction_ids:
        queue = state.queues.get(state.interactions[id].queue_id)  # none: it ended in the reception
        if queue is not None:
            rating_ms = max(rating_ms, queue.spec.rating_ms)
    contact.forget_at = (e.at + rating_ms) // _FORGET_STEP_MS * _FORGET_STEP_MS + _FORGET_STEP_MS
    core.timers.forget(contact.forget_at, contact.id)


def _contacts_forgotten(core: Core, e: ev.ContactsForgotten) -> None:
    for contact_id in e.contact_ids:
        contact = core.state.contacts.pop(contact_id)
        core.timers.forgotten(contact.forget_at, contact_id)
        for interaction_id in contact.interaction_ids:
            del core.state.interactions[interaction_id]


TABLE: dict[type[Any], Callable[[Core, Any], None]] = {
    ev.QueueDefined: _queue_defined,
    ev.QueueRetired: _queue_retired,
    ev.AgentDefined: _agent_defined,
    ev.AgentRetired: _agent_retired,
    ev.AgentStateChanged: _agent_state_changed,
    ev.AgentReachChanged: _agent_reach_changed,
    ev.ContactStarted: _contact_started,
    ev.CustomerIdentified: _customer_identified,
    ev.MessagePosted: _message_posted,
    ev.MessagesRead: _messages_read,
    ev.NoteAdded: _note_added,
    ev.CustomerAway: _customer_away,
    ev.CustomerReturned: _customer_returned,
    ev.InteractionEnded: _interaction_ended,
    ev.AfterContactWorkStarted: _acw_started,
    ev.AfterContactWorkExtended: _acw_extended,
    ev.HandlingWrappedUp: _wrapped_up,
    ev.DispositionAdded: _disposition_added,
    ev.ContactRated: _contact_rated,
    ev.ContactClosed: _contact_closed,
    ev.ContactsForgotten: _contacts_forgotten,
    ev.SelfServed: _self_served,
    **CALLS,
    **POLICY,
    **ROUTING,
}
