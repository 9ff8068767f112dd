"""A contact begins, and what is learnt about its customer."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import AddNote, IdentifyCustomer, SetCustomerPresence, StartContact
from rexian.engine.decision import Decision
from rexian.engine.handlers.configuration import check_head_start, check_needs
from rexian.engine.refusal import Refusal


def _started_already(d: Decision, c: StartContact) -> bool:
    """The same demand again. The same id with other content is refused."""
    contact = d.state.contacts.get(c.contact_id)
    interaction = d.state.interactions.get(c.interaction_id)
    if contact is None and interaction is None:
        return False
    same = (
        contact is not None
        and interaction is not None
        and interaction.contact_id == contact.id
        and (contact.tenant_id, contact.first_customer_id) == (c.tenant_id, c.customer_id)
        and (interaction.first_queue_id, interaction.medium, interaction.needs) == (c.queue_id, c.medium, c.needs)
        and interaction.credit_ms == c.credit_ms
    )
    if not same:
        raise Refusal("id_in_use", contact_id=c.contact_id, interaction_id=c.interaction_id)
    return True


def start_contact(d: Decision, c: StartContact) -> None:
    """A queue of another tenant is as unknown as one that does not exist."""
    if _started_already(d, c):
        return
    queue = d.queue(c.queue_id)
    if queue.tenant_id != c.tenant_id:
        raise Refusal("unknown_queue", queue_id=c.queue_id)
    if queue.retired:
        raise Refusal("queue_retired", queue_id=c.queue_id)
    if queue.spec.max_waiting and queue.waiting >= queue.spec.max_waiting:
        raise Refusal("queue_full", queue_id=c.queue_id, max_waiting=queue.spec.max_waiting)
    check_needs(c.needs)
    check_head_start(c.credit_ms)
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
        ev.InteractionQueued(
            at=d.at,
            contact_id=c.contact_id,
            interaction_id=c.interaction_id,
            queue_id=c.queue_id,
            medium=c.medium,
            needs=c.needs,
            since=d.at,
            credit_ms=c.credit_ms,
        )
    )


def identify_customer(d: Decision, c: IdentifyCustomer) -> None:
    if d.contact(c.contact_id).customer_id != c.customer_id:
        d.emit(ev.CustomerIdentified(at=d.at, contact_id=c.contact_id, customer_id=c.customer_id))


def set_customer_presence(d: Decision, c: SetCustomerPresence) -> None:
    """A page that goes after the end is nothing: sockets close late."""
    interaction = d.interaction(c.interaction_id)
    if interaction.state not in ("queued", "offered", "talking"):
        return
    if c.present:
        if interaction.away_due_at:
            d.emit(ev.CustomerReturned(at=d.at, contact_id=interaction.contact_id, interaction_id=interaction.id))
        return
    if not interaction.away_due_at:
        spec = d.state.queues[interaction.queue_id].spec
        allowed_ms = spec.away_talking_ms if interaction.state == "talking" else spec.away_waiting_ms
        d.emit(
            ev.CustomerAway(
                at=d.at,
                contact_id=interaction.contact_id,
                interaction_id=interaction.id,
                due_at=d.at + allowed_ms,
            )
        )


def add_note(d: Decision, c: AddNote) -> None:
    if c.note_id not in d.contact(c.contact_id).note_ids:
        d.emit(ev.NoteAdded(at=d.at, contact_id=c.contact_id, note_id=c.note_id, author=c.author))
