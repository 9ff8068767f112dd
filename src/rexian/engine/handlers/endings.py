"""The end of an interaction, the work after it, and the rating."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import EndInteraction, ExtendAfterContactWork, RateContact, WrapUp
from rexian.engine.decision import Decision
from rexian.engine.refusal import Refusal
from rexian.engine.state import Interaction
from rexian.engine.steps import end, wrap_up


def end_interaction(d: Decision, c: EndInteraction) -> None:
    """By the customer or the system in any open state, by an agent only when they talk."""
    interaction = d.interaction(c.interaction_id)
    if interaction.state in ("ended", "after_contact_work"):
        return
    if c.by.kind == "agent":
        if interaction.state != "talking":
            raise Refusal("not_talking", interaction_id=interaction.id)
        if interaction.agent_id != c.by.id:
            raise Refusal("not_your_interaction", interaction_id=interaction.id)
    end(d, interaction, c.by, c.reason)


def _check_own_work(interaction: Interaction, agent_id: str) -> None:
    if interaction.agent_id != agent_id:
        raise Refusal("not_your_interaction", interaction_id=interaction.id)
    if interaction.state in ("offered", "talking"):
        raise Refusal("still_open", interaction_id=interaction.id)


def extend_after_contact_work(d: Decision, c: ExtendAfterContactWork) -> None:
    """Adds to the time that is left. Not idempotent by itself: the command's id is what the runtime knows again."""
    interaction = d.interaction(c.interaction_id)
    _check_own_work(interaction, c.agent_id)
    if interaction.state == "ended":
        raise Refusal("already_ended", interaction_id=interaction.id)
    spec = d.state.queues[interaction.queue_id].spec
    if interaction.acw_extensions >= spec.acw_extensions:
        raise Refusal("acw_extension_limit", interaction_id=interaction.id, limit=spec.acw_extensions)
    d.emit(
        ev.AfterContactWorkExtended(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            agent_id=c.agent_id,
            due_at=interaction.acw_due_at + spec.acw_extension_ms,
        )
    )


def wrap_up_handling(d: Decision, c: WrapUp) -> None:
    """When the timer was quicker, the disposition that the agent names is still taken."""
    interaction = d.interaction(c.interaction_id)
    _check_own_work(interaction, c.agent_id)
    if interaction.state == "after_contact_work":
        wrap_up(d, interaction, c.disposition, by_timer=False)
    elif not interaction.disposition and c.disposition:
        d.emit(
            ev.DispositionAdded(
                at=d.at,
                contact_id=interaction.contact_id,
                interaction_id=interaction.id,
                agent_id=c.agent_id,
                disposition=c.disposition,
            )
        )


def rate_contact(d: Decision, c: RateContact) -> None:
    """Once, after an agent has talked and the interaction has ended, until the queue's rating window is over."""
    contact = d.contact(c.contact_id)
    interaction = d.interaction(c.interaction_id)
    if interaction.contact_id != contact.id:
        raise Refusal("unknown_interaction", interaction_id=c.interaction_id)
    if not 1 <= c.score <= 5:
        raise Refusal("bad_score", score=c.score)
    if contact.rating == c.score:
        return
    rating_ms = d.state.queues[interaction.queue_id].spec.rating_ms
    over = bool(interaction.ended_at) and d.at >= interaction.ended_at + rating_ms
    if contact.rating or not interaction.ended_at or not interaction.answered or over:
        raise Refusal("not_rateable", contact_id=contact.id)
    d.emit(ev.ContactRated(at=d.at, contact_id=contact.id, interaction_id=interaction.id, score=c.score))
