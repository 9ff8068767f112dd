"""An agent asks a colleague while the customer stays, and hands the customer over to them or not."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.applying_calls import consults_of
from rexian.engine.applying_routing import TARGET_WAIT_MS
from rexian.engine.commands import CompleteTransfer, Consult
from rexian.engine.decision import Decision
from rexian.engine.handlers.calls import own_main_talk
from rexian.engine.handlers.talking import check_target
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Party
from rexian.engine.steps import end

CREDIT_MS = 5 * 10**12  # beyond every head start that anybody can give (`LONGEST_MS`), short of an emergency's


def consult(d: Decision, c: Consult) -> None:
    """The colleague is asked before all who wait in that queue, emergencies aside: an agent and a customer wait.

    It carries the customer's needs, attributes and urgency, for the customer may stay with the colleague. Neither how
    full the queue is nor whom the customer would prefer matters.
    """
    if _asked_already(d, c):
        return
    interaction = own_main_talk(d, c.interaction_id, c.agent_id)
    check_target(d, interaction, c.to_queue_id, c.to_agent_id)
    for other in consults_of(d.state, interaction):
        raise Refusal("consult_open", interaction_id=interaction.id, consult_id=other.id)
    d.emit(
        ev.InteractionQueued(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=c.consult_id,
            queue_id=c.to_queue_id or interaction.queue_id,
            medium=interaction.medium,
            needs=interaction.needs,
            since=d.at,
            credit_ms=CREDIT_MS,
            why="consult",
            attributes=interaction.attributes,
            emergency=interaction.emergency,
            target_agent_id=c.to_agent_id,
            target_due_at=0 if c.to_agent_id is None else d.at + TARGET_WAIT_MS,
            target_kind="" if c.to_agent_id is None else "consult",
            consult_of=interaction.id,
            consult_by=c.agent_id,
        )
    )


def _asked_already(d: Decision, c: Consult) -> bool:
    known = d.state.interactions.get(c.consult_id)
    if known is None:
        return False
    if known.consult_of != c.interaction_id or known.consult_to != (c.to_queue_id, c.to_agent_id):
        raise Refusal("id_in_use", interaction_id=c.consult_id)
    return True


def complete_transfer(d: Decision, c: CompleteTransfer) -> None:
    """The customer stays with the colleague, whoever held them is held no longer; the first agent's work follows."""
    interaction, asked = d.interaction(c.interaction_id), d.interaction(c.consult_id)
    if asked.consult_of != interaction.id:
        raise Refusal("not_its_consult", interaction_id=interaction.id, consult_id=asked.id)
    if asked.promoted and interaction.agent_id == c.agent_id:
        return
    own_main_talk(d, c.interaction_id, c.agent_id)
    if asked.state != "talking":
        raise Refusal("consult_not_talking", interaction_id=interaction.id, consult_id=asked.id)
    d.emit(
        ev.ConsultPromoted(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=asked.id,
            consult_of=interaction.id,
            agent_id=str(asked.agent_id),
        )
    )
    end(d, interaction, Party("agent", c.agent_id), "transferred")
