"""A contact begins, and what is learnt about its customer."""

from __future__ import annotations

from collections.abc import Mapping

from rexian.engine import events as ev
from rexian.engine.commands import AddNote, IdentifyCustomer, SetCustomerPresence, StartContact
from rexian.engine.decision import Decision
from rexian.engine.estimates import ENOUGH
from rexian.engine.handlers.configuration import check_head_start, check_needs
from rexian.engine.preferences import NOBODY, preferred
from rexian.engine.refusal import Refusal
from rexian.engine.state import Queue

MOST_ATTRIBUTES = 20
LONGEST_NAME = 60
LONGEST_VALUE = 200


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
        and (contact.tenant_id, contact.first_customer_id) == (c.tenant_id, c.customer_id)
        and (interaction.first_queue_id, interaction.first_medium, interaction.needs) == (c.queue_id, c.medium, c.needs)
        and (interaction.credit_ms, interaction.attributes) == (c.credit_ms, c.attributes)
        and interaction.emergency == c.emergency
    )
    if not same:
        raise Refusal("id_in_use", contact_id=c.contact_id, interaction_id=c.interaction_id)
    return True


def check_attributes(attributes: Mapping[str, str]) -> None:
    """Raises `Refusal("bad_attributes")`: at most 20, names of 1 to 60 characters, values of at most 200."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise Refusal("bad_attributes", most=MOST_ATTRIBUTES)
    for name, value in attributes.items():
        if not 1 <= len(name) <= LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise Refusal("bad_attributes", name=name[:LONGEST_NAME])


def _check(d: Decision, c: StartContact) -> Queue:
    """A queue of another tenant is as unknown as one that does not exist."""
    queue = d.queue(c.queue_id)
    if queue.spec.tenant_id != c.tenant_id:
        raise Refusal("unknown_queue", queue_id=c.queue_id)
    if queue.retired:
        raise Refusal("queue_retired", queue_id=c.queue_id)
    if c.needs:
        check_needs(c.needs)
    if c.credit_ms:
        check_head_start(c.credit_ms)
    if c.attributes:
        check_attributes(c.attributes)
    return queue


def _check_load(d: Decision, queue: Queue, expected: tuple[int, int] | None) -> None:
    """A queue that can't promise anything takes nobody in, but says what the customer can do instead."""
    spec, policy = queue.spec, d.core.policy_of(queue.spec.id)
    if spec.max_waiting and queue.waiting >= spec.max_waiting:
        alternatives = list(policy.alternatives)
        raise Refusal("queue_full", queue_id=spec.id, max_waiting=spec.max_waiting, alternatives=alternatives)
    if policy.max_wait_ms and expected is not None and expected[0] > policy.max_wait_ms:
        low, high = expected
        alternatives = list(policy.alternatives)
        raise Refusal("wait_too_long", queue_id=spec.id, low_ms=low, high_ms=high, alternatives=alternatives)


def start_contact(d: Decision, c: StartContact) -> None:
    """Takes it in; it looks for an agent at once."""
    if _started_already(d, c):
        return
    queue = _check(d, c)
    core, at, spec = d.core, d.at, queue.spec
    head_start, urgent = core.head_start(queue, c.medium, c.attributes, c.emergency)
    key = spec.slope * at - spec.priority - c.credit_ms - head_start
    expected = None
    if len(queue.answer_gaps_ms) >= ENOUGH:
        expected = core.expected_for(queue, c.medium, c.needs, urgent, key, at)
    if not urgent and (spec.max_waiting or expected is not None):
        _check_load(d, queue, expected)
    target = NOBODY
    if c.named_agent_id is not None or c.last_agent_id is not None:
        needs = core.would_ask(spec.id, c.medium, c.needs, urgent).needs
        target = preferred(d, c, queue, needs, urgent)
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
    """A page that goes after the end is nothing: sockets close late."""
    interaction = d.interaction(c.interaction_id)
    if interaction.state not in ("queued", "offered", "talking"):
        return
    if interaction.call_back and interaction.state != "talking":
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
