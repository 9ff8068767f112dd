"""The end of an interaction, the work after it, and the rating."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import EndInteraction, ExtendAfterContactWork, RateContact, WrapUp
from rexian.engine.decision import Decision
from rexian.engine.handlers.talking import check_talking
from rexian.engine.refusal import Refusal
from rexian.engine.state import Interaction
from rexian.engine.steps import end, wrap_up


def end_interaction(d: Decision, c: EndInteraction) -> None:
    """By the customer or the system in any open state, by an agent only when they talk.

    A consultation is no business of the customer's, and may be given up by whoever asks before anybody has answered.
    """
    interaction = d.interaction(c.interaction_id)
    if interaction.state in ("ended", "after_contact_work"):
        return
    if interaction.is_consult and c.by.kind == "customer":
        raise Refusal("is_consult", interaction_id=interaction.id)
    if c.by.kind == "agent" and not _asks(interaction, c.by.id):
        check_talking(interaction, c.by.id)
    end(d, interaction, c.by, c.reason)


def _asks(interaction: Interaction, agent_id: str) -> bool:
    return interaction.is_consult and interaction.consult_by == agent_id


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


def _rateable(d: Decision, interaction: Interaction) -> bool:
    """A consultation is not, nor what went on in one: the customer was or is still with somebody else."""
    if not interaction.ended_at or not interaction.answered or interaction.is_consult:
        return False
    if d.at >= interaction.ended_at + d.state.queues[interaction.queue_id].spec.rating_ms:
        return False
    others = [d.state.interactions[id] for id in d.state.contacts[interaction.contact_id].interaction_ids]
    return interaction.id not in [other.consult_of for other in others if other.promoted]


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
    if contact.rating or not _rateable(d, interaction):
        raise Refusal("not_rateable", contact_id=contact.id)
    d.emit(ev.ContactRated(at=d.at, contact_id=contact.id, interaction_id=interaction.id, score=c.score))
