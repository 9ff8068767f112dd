"""While they talk: messages, read marks, transfer."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import MarkRead, PostMessage, TransferInteraction
from rexian.engine.decision import Decision
from rexian.engine.refusal import Refusal
from rexian.engine.state import Interaction
from rexian.engine.steps import part, requeue

PERMISSION_PREFIX = "tenant:"  # such a need is a permission, not a proficiency: no transfer waives it


def post_message(d: Decision, c: PostMessage) -> None:
    """A customer may write before anybody has answered; an agent only while the contact is theirs."""
    interaction = d.interaction(c.interaction_id)
    if c.message_id in interaction.messages:
        return
    if interaction.state in ("ended", "after_contact_work"):
        raise Refusal("already_ended", interaction_id=interaction.id)
    if c.author.kind == "agent":
        check_talking(interaction, c.author.id)
    d.emit(
        ev.MessagePosted(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            message_id=c.message_id,
            number=interaction.last_number + 1,
            author=c.author,
            kind=c.kind,
        )
    )


def check_talking(interaction: Interaction, agent_id: str) -> None:
    """This agent talks in it, or `Refusal`."""
    if interaction.state != "talking":
        raise Refusal("not_talking", interaction_id=interaction.id)
    if interaction.agent_id != agent_id:
        raise Refusal("not_your_interaction", interaction_id=interaction.id)


def mark_read(d: Decision, c: MarkRead) -> None:
    """Marks only move forward, and never past what was written."""
    interaction = d.interaction(c.interaction_id)
    if c.reader.kind == "agent" and c.reader.id not in (interaction.agent_id, interaction.wrapped_by):
        raise Refusal("not_your_interaction", interaction_id=interaction.id)
    number = min(c.number, interaction.last_number)
    known = interaction.read_by_customer if c.reader.kind == "customer" else interaction.read_by_agent
    if number > known and c.reader.kind != "system":
        d.emit(
            ev.MessagesRead(
                at=d.at,
                contact_id=interaction.contact_id,
                interaction_id=interaction.id,
                reader=c.reader,
                number=number,
            )
        )


def transfer_interaction(d: Decision, c: TransferInteraction) -> None:
    """The transferring agent is free at once (no after-contact work) and does not get it back for a while.

    To a queue: a full queue takes it nevertheless, for this customer has waited already. To a person: it rings there
    when they have a place free; after `TARGET_WAIT_MS`, or when they decline or leave, it goes on to its own queue.
    """
    interaction = d.interaction(c.interaction_id)
    done = (interaction.transferred_by, interaction.transferred_to) == (c.agent_id, (c.to_queue_id, c.to_agent_id))
    if done and interaction.agent_id != c.agent_id:
        return
    if interaction.state in ("ended", "after_contact_work"):
        raise Refusal("already_ended", interaction_id=interaction.id)
    check_talking(interaction, c.agent_id)
    if interaction.is_consult:
        raise Refusal("is_consult", interaction_id=interaction.id)
    check_target(d, interaction, c.to_queue_id, c.to_agent_id)
    part(d, interaction, d.by, "queued")
    d.emit(
        ev.InteractionTransferred(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            agent_id=c.agent_id,
            from_queue_id=interaction.queue_id,
            to_queue_id=c.to_queue_id or interaction.queue_id,
            to_agent_id=c.to_agent_id,
        )
    )
    requeue(d, interaction, "transfer")


def check_target(d: Decision, interaction: Interaction, queue_id: str | None, agent_id: str | None) -> None:
    """Exactly one, and one that can take it; else `Refusal`."""
    if (queue_id is None) == (agent_id is None):
        raise Refusal("transfer_target_invalid", why="exactly_one")
    if queue_id is not None:
        _check_queue(d, interaction, queue_id)
    else:
        _check_person(d, interaction, str(agent_id))


def _check_queue(d: Decision, interaction: Interaction, queue_id: str) -> None:
    queue = d.state.queues.get(queue_id)
    if queue is None or queue.retired or queue.tenant_id != interaction.tenant_id:
        raise Refusal("transfer_target_invalid", queue_id=queue_id)


def _check_person(d: Decision, interaction: Interaction, agent_id: str) -> None:
    """A person needs a place for the medium and the tenant's permission; a missing skill is the sender's judgement."""
    agent = d.state.agents.get(agent_id)
    if agent is None or agent.id == interaction.agent_id or not agent.spec.capacity.get(interaction.medium):
        raise Refusal("transfer_target_invalid", agent_id=agent_id)
    for skill in d.core.needs_of(interaction):
        if skill.startswith(PERMISSION_PREFIX) and skill not in agent.spec.skills:
            raise Refusal("transfer_target_invalid", agent_id=agent_id)
    if not agent.could_take(interaction.medium):
        raise Refusal("agent_not_ready", agent_id=agent_id)
