"""Before a queue: a contact arrives at a menu, what it hears and chooses there, and its way into a queue."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import NoteReception, QueueInteraction, ReceiveContact
from rexian.engine.decision import Decision
from rexian.engine.handlers.admission import Demand, admit, check_attributes
from rexian.engine.handlers.codes import check_code
from rexian.engine.refusal import Refusal
from rexian.engine.state import Interaction

LONGEST_ENTRY = 120


def receive_contact(d: Decision, c: ReceiveContact) -> None:
    """It is in no line, and the floor sets it no time: only a customer who is gone for long has left."""
    if _received_already(d, c):
        return
    check_attributes(c.attributes)
    check_code("entry", c.entry, LONGEST_ENTRY)
    d.emit(
        ev.ContactStarted(
            at=d.at,
            contact_id=c.contact_id,
            tenant_id=c.tenant_id,
            customer_id=c.customer_id,
            simulated=c.simulated,
        )
    )
    d.emit(
        ev.InteractionReceived(
            at=d.at,
            contact_id=c.contact_id,
            interaction_id=c.interaction_id,
            tenant_id=c.tenant_id,
            medium=c.medium,
            entry=c.entry,
            attributes=c.attributes,
        )
    )


def _received_already(d: Decision, c: ReceiveContact) -> bool:
    """The same demand again. The same id with other content is refused."""
    contact = d.state.contacts.get(c.contact_id)
    interaction = d.state.interactions.get(c.interaction_id)
    if contact is None and interaction is None:
        return False
    same = (
        contact is not None
        and interaction is not None
        and interaction.contact_id == contact.id
        and interaction.received_at != 0
        and (contact.tenant_id, contact.first_customer_id) == (c.tenant_id, c.customer_id)
        and (interaction.first_medium, interaction.entry) == (c.medium, c.entry)
        and interaction.first_attributes == c.attributes
    )
    if not same:
        raise Refusal("id_in_use", contact_id=c.contact_id, interaction_id=c.interaction_id)
    return True


def note_reception(d: Decision, c: NoteReception) -> None:
    """A repeat is known by the command's id, which is the runtime's: nothing of it stays on the floor."""
    interaction = d.interaction(c.interaction_id)
    if not c.node:
        raise Refusal("bad_value", field="node")
    check_code("node", c.node)
    check_code("value", c.value)
    d.emit(
        ev.ReceptionNoted(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            node=c.node,
            kind=c.kind,
            value=c.value,
        )
    )


def queue_interaction(d: Decision, c: QueueInteraction) -> None:
    """From now on it is routed as one that has just begun in that queue."""
    interaction = d.interaction(c.interaction_id)
    if _queued_already(interaction, c):
        return
    if interaction.state != "reception":
        raise Refusal("not_in_reception", interaction_id=interaction.id)
    attributes = {**interaction.attributes, **c.attributes}
    demand = Demand(
        interaction.tenant_id, c.queue_id, interaction.medium, c.needs, c.credit_ms, attributes,
        c.last_agent_id, c.named_agent_id, c.emergency,
    )  # fmt: skip
    expected, target = admit(d, demand, interaction.number)
    d.emit(
        ev.InteractionQueued(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=c.queue_id,
            medium=interaction.medium,
            needs=c.needs,
            since=d.at,
            credit_ms=c.credit_ms,
            why="reception",
            attributes=attributes,
            emergency=c.emergency,
            expected=expected,
            target_agent_id=target.agent_id,
            target_due_at=target.due_at,
            target_kind=target.kind,
        )
    )


def _queued_already(interaction: Interaction, c: QueueInteraction) -> bool:
    """Asked for before with the same content, whatever has become of it since."""
    return (
        interaction.received_at != 0
        and interaction.first_queue_id == c.queue_id
        and (interaction.needs, interaction.credit_ms) == (c.needs, c.credit_ms)
        and interaction.emergency == c.emergency
        and interaction.attributes == {**interaction.first_attributes, **c.attributes}
    )
