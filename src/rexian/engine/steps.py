"""Steps that several commands share: back to the queue, an agent made not ready, the end of an interaction."""

from __future__ import annotations

from typing import Literal

from rexian.engine import events as ev
from rexian.engine.applying_calls import consults_of
from rexian.engine.decision import Decision
from rexian.engine.specs import Medium, Party
from rexian.engine.state import Agent, Contact, Interaction, Offer


def requeue(d: Decision, interaction: Interaction, why: str, since: int | None = None) -> None:
    """Back in line with its age kept, or counting from `since`."""
    asked = interaction.call if interaction.is_consult else None
    d.emit(
        ev.InteractionQueued(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            medium=interaction.medium,
            needs=interaction.needs,
            since=interaction.since if since is None else since,
            credit_ms=interaction.credit_ms,
            why=why,
            attributes=interaction.attributes,
            emergency=interaction.emergency,
            consult_of=None if asked is None else asked.consult_of,
            consult_by=None if asked is None else asked.consult_by,
        )
    )


def withdraw(d: Decision, offer: Offer, why: str) -> None:
    """It rings no longer; nobody is to blame."""
    d.emit(
        ev.OfferWithdrawn(
            at=d.at,
            contact_id=offer.contact_id,
            interaction_id=offer.interaction_id,
            offer_id=offer.id,
            agent_id=offer.agent_id,
            why=why,
        )
    )


def clear_desk(d: Decision, agent: Agent, why: str, medium: Medium | None = None) -> None:
    """What rings there or waits for this person goes to others, of one medium or all. Handlings stay."""
    for offer_id in tuple(agent.offers):
        offer = d.state.offers[offer_id]
        if medium not in (None, offer.medium):
            continue
        withdraw(d, offer, why)
        requeue(d, d.state.interactions[offer.interaction_id], why)
    for interaction_id in tuple(agent.awaited):
        if medium in (None, d.state.interactions[interaction_id].medium):
            requeue(d, d.state.interactions[interaction_id], why)


def make_not_ready(d: Decision, agent: Agent, reason: str, *, by_system: bool) -> None:
    """No more offers to this agent; what rings is withdrawn, handlings go on."""
    d.emit(ev.AgentStateChanged(at=d.at, agent_id=agent.id, state="not_ready", reason=reason, by_system=by_system))
    clear_desk(d, agent, "agent_not_ready")


def end(d: Decision, interaction: Interaction, by: Party, reason: str) -> None:
    """The interaction ends, in whatever open state it is."""
    if interaction.state == "offered":
        withdraw(d, d.state.offers[str(interaction.offer_id)], "customer_left" if by.kind == "customer" else "ended")
    talking, waiting = interaction.state == "talking", interaction.state == "queued"
    call = interaction.call
    if talking and (call is not None or len(d.state.contacts[interaction.contact_id].interaction_ids) > 1):
        part(d, interaction, by, "ended")
    outcome: Literal["handled", "abandoned", "consult"] = "handled" if interaction.answered else "abandoned"
    d.emit(
        ev.InteractionEnded(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            by=by,
            reason=reason,
            outcome="consult" if interaction.is_consult else outcome,
            agent_id=interaction.agent_id if talking else None,
            waited_ms=interaction.waited_ms + (d.at - interaction.waiting_from if waiting else 0),
            talk_ms=interaction.talked_ms + (d.at - interaction.accepted_at if talking else 0),
            hold_ms=0 if call is None else call.held_ms + (d.at - call.held_at if call.held_at else 0),
        )
    )
    if talking:
        _start_after_contact_work(d, interaction)
    else:
        close_if_done(d, d.state.contacts[interaction.contact_id])


def part(d: Decision, interaction: Interaction, by: Party, why: str) -> None:
    """The talk is about to be over: nobody asks a colleague about it any longer, and who else is there goes."""
    for consult in tuple(consults_of(d.state, interaction)):
        end(d, consult, by, "consult_over")
    for person_id in sorted(interaction.participants):  # a restored floor does not know who came first
        dismiss(d, interaction, person_id, why)


def dismiss(d: Decision, interaction: Interaction, person_id: str, why: str) -> None:
    """A participant is there no longer."""
    d.emit(
        ev.ParticipantLeft(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            person_id=person_id,
            role=interaction.participants[person_id],
            why=why,
        )
    )


def _start_after_contact_work(d: Decision, interaction: Interaction) -> None:
    """A consultation has none: there is no case of its own to write up."""
    acw_ms = d.state.queues[interaction.queue_id].spec.acw_ms
    if not acw_ms or interaction.is_consult:
        wrap_up(d, interaction, "", by_timer=True)
        return
    d.emit(
        ev.AfterContactWorkStarted(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            agent_id=str(interaction.agent_id),
            due_at=d.at + acw_ms,
        )
    )


def wrap_up(d: Decision, interaction: Interaction, disposition: str, *, by_timer: bool) -> None:
    """After-contact work is over."""
    working = interaction.state == "after_contact_work"
    d.emit(
        ev.HandlingWrappedUp(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            agent_id=str(interaction.agent_id),
            disposition=disposition,
            acw_ms=d.at - interaction.acw_started_at if working else 0,
            by_timer=by_timer,
        )
    )
    close_if_done(d, d.state.contacts[interaction.contact_id])


def close_if_done(d: Decision, contact: Contact) -> None:
    """A contact closes when none of its interactions is open or in after-contact work."""
    interactions = d.state.interactions
    for id in contact.interaction_ids:
        if interactions[id].state != "ended":
            return
    d.emit(ev.ContactClosed(at=d.at, contact_id=contact.id))
