"""A contact begins, and what is learnt about its customer."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import AddNote, IdentifyCustomer, SetCustomerPresence, StartContact
from rexian.engine.decision import Decision
from rexian.engine.handlers.admission import admit
from rexian.engine.refusal import Refusal
from rexian.engine.state import Interaction

RECEPTION_AWAY_MS = 120_000  # where no queue says it: a customer who is gone this long has left


def _started_already(d: Decision, c: StartContact) -> bool:
    """The same demand again. The same id with other content is refused."""
    if c.contact_id not in d.state.contacts and c.interaction_id not in d.state.interactions:
        return False
    contact = d.state.contacts.get(c.contact_id)
    interaction = d.state.interactions.get(c.interaction_id)
    same = (
        contact is not None
        and interaction is not None
        and interaction.contact_id == contact.id
        and not interaction.received_at
        and (contact.tenant_id, contact.first_customer_id) == (c.tenant_id, c.customer_id)
        and (interaction.first_queue_id, interaction.first_medium, interaction.needs) == (c.queue_id, c.medium, c.needs)
        and (interaction.credit_ms, interaction.attributes) == (c.credit_ms, c.attributes)
        and interaction.emergency == c.emergency
    )
    if not same:
        raise Refusal("id_in_use", contact_id=c.contact_id, interaction_id=c.interaction_id)
    return True


def start_contact(d: Decision, c: StartContact) -> None:
    """Takes it in; it looks for an agent at once."""
    if _started_already(d, c):
        return
    expected, target = admit(d, c)
    at = d.at
    d.emit(
        ev.ContactStarted(
            at=at,
            contact_id=c.contact_id,
            tenant_id=c.tenant_id,
            customer_id=c.customer_id,
            simulated=c.simulated,
        )
    )
    d.emit(
        ev.InteractionQueued(
            at=at,
            contact_id=c.contact_id,
            interaction_id=c.interaction_id,
            queue_id=c.queue_id,
            medium=c.medium,
            needs=c.needs,
            since=at,
            credit_ms=c.credit_ms,
            attributes=c.attributes,
            emergency=c.emergency,
            expected=expected,
            target_agent_id=target.agent_id,
            target_due_at=target.due_at,
            target_kind=target.kind,
        )
    )


def identify_customer(d: Decision, c: IdentifyCustomer) -> None:
    if d.contact(c.contact_id).customer_id != c.customer_id:
        d.emit(ev.CustomerIdentified(at=d.at, contact_id=c.contact_id, customer_id=c.customer_id))


def set_customer_presence(d: Decision, c: SetCustomerPresence) -> None:
    """A page that goes after the end is nothing: sockets close late. In a consultation there is no customer."""
    interaction = d.interaction(c.interaction_id)
    if interaction.state not in ("reception", "queued", "offered", "talking") or interaction.is_consult:
        return
    if interaction.call_back and interaction.state != "talking":
        return
    if c.present:
        if interaction.away_due_at:
            d.emit(ev.CustomerReturned(at=d.at, contact_id=interaction.contact_id, interaction_id=interaction.id))
        return
    if not interaction.away_due_at:
        d.emit(
            ev.CustomerAway(
                at=d.at,
                contact_id=interaction.contact_id,
                interaction_id=interaction.id,
                due_at=d.at + _may_be_away_ms(d, interaction),
            )
        )


def _may_be_away_ms(d: Decision, interaction: Interaction) -> int:
    if interaction.state == "reception":
        return RECEPTION_AWAY_MS
    spec = d.state.queues[interaction.queue_id].spec
    return spec.away_talking_ms if interaction.state == "talking" else spec.away_waiting_ms


def add_note(d: Decision, c: AddNote) -> None:
    if c.note_id not in d.contact(c.contact_id).note_ids:
        d.emit(ev.NoteAdded(at=d.at, contact_id=c.contact_id, note_id=c.note_id, author=c.author))
