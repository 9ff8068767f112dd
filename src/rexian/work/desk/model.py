"""From events to the desk's rows, purely. A contact remembers up to which `seq` it is true; older events do nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from rexian.engine import events as e


class Interaction(Struct, kw_only=True):
    """A row of `interaction`."""

    id: str
    tenant_id: str
    contact_id: str
    medium: str
    queue_id: str | None
    state: str
    queued_at: int
    agent_id: str | None = None
    accepted_at: int | None = None
    ended_at: int | None = None
    wrapped_up_at: int | None = None
    ended_by: str | None = None
    end_reason: str | None = None
    outcome: str | None = None
    waited_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    acw_ms: int | None = None
    disposition: str | None = None
    by_timer: bool = False
    consult_of: str | None = None


class Contact(Struct, kw_only=True):
    """A row of `contact`."""

    id: str
    tenant_id: str
    floor_id: str
    customer_id: str
    simulated: bool
    started_at: int
    seq: int
    closed_at: int | None = None
    rating: int | None = None
    queue_id: str | None = None
    agent_ids: list[str] = []

    def handled_by(self, agent_id: str) -> None:
        """This agent has talked, and may read the contact from now on."""
        if agent_id not in self.agent_ids:
            self.agent_ids = [*self.agent_ids, agent_id]


@dataclass(slots=True)
class Shelf:
    """The contacts of a batch with their interactions, and which of them changed."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)  # contact ids
    wrapped_up: set[tuple[str, str]] = field(default_factory=set)  # (contact, agent): their drafts are done with

    def take(self, floor_id: str, seq: int, event: e.AnyEvent) -> None:
        """Fold one event in; what is known already, or concerns no contact, changes nothing."""
        contact_id = getattr(event, "contact_id", None)
        if contact_id is None:
            return
        known = self.contacts.get(contact_id)
        if known is None:
            if isinstance(event, e.ContactStarted):
                self._start(floor_id, seq, event, event.at)
            elif isinstance(event, e.SelfServed):
                self._start(floor_id, seq, event, event.at - event.took_ms)
                self.contacts[contact_id].closed_at = event.at
            return
        if known.seq >= seq:
            return
        if self._fold(known, event):
            known.seq = seq
            self.changed.add(known.id)

    def _start(self, floor_id: str, seq: int, event: e.ContactStarted | e.SelfServed, at: int) -> None:
        self.contacts[event.contact_id] = Contact(
            id=event.contact_id, tenant_id=event.tenant_id, floor_id=floor_id, customer_id=event.customer_id,
            simulated=event.simulated, started_at=at, seq=seq,
        )  # fmt: skip
        self.changed.add(event.contact_id)

    def _fold(self, contact: Contact, event: e.AnyEvent) -> bool:
        """Change the rows; says whether anything changed."""
        match event:
            case e.CustomerIdentified():
                contact.customer_id = event.customer_id
            case e.ContactRated():
                contact.rating = event.score
            case e.ContactClosed():
                contact.closed_at = event.at
            case e.InteractionReceived():
                self._begin(contact, event, "reception")
            case e.InteractionQueued():
                self._queue(contact, event)
            case _:
                row = self.interactions.get(getattr(event, "interaction_id", ""))
                return row is not None and self._fold_interaction(contact, row, event)
        return True

    def _queue(self, contact: Contact, event: e.InteractionQueued) -> None:
        row = self.interactions.get(event.interaction_id) or self._begin(contact, event, "queued")
        if row.state == "reception":
            row.queued_at = event.at  # what came before was no waiting in a queue
        row.queue_id, row.state, row.agent_id = event.queue_id, "queued", None
        if event.why == "consult":
            row.consult_of = event.consult_of
        if row.consult_of is None:
            contact.queue_id = event.queue_id

    def _begin(self, contact: Contact, event: e.InteractionReceived | e.InteractionQueued, state: str) -> Interaction:
        row = Interaction(
            id=event.interaction_id, tenant_id=contact.tenant_id, contact_id=contact.id, medium=event.medium,
            queue_id=None, state=state, queued_at=event.at,
        )  # fmt: skip
        self.interactions[row.id] = row
        return row

    def _fold_interaction(self, contact: Contact, row: Interaction, event: e.AnyEvent) -> bool:
        match event:
            case e.CallBackRequested():
                row.medium = event.medium
                row.state = "scheduled" if event.due_at else row.state
            case e.InteractionOffered():
                row.state, row.agent_id = "offered", event.agent_id
            case e.OfferAccepted():
                row.state, row.agent_id = "talking", event.agent_id
                row.accepted_at = row.accepted_at or event.at
                row.waited_ms = (row.waited_ms or 0) + event.waited_ms
                contact.handled_by(event.agent_id)
            case e.InteractionTakenOver():
                row.agent_id = event.agent_id
                contact.handled_by(event.agent_id)
                self.wrapped_up.add((contact.id, event.from_agent_id))
            case e.ConsultPromoted():
                row.consult_of, contact.queue_id = None, row.queue_id
            case e.InteractionTransferred():
                self.wrapped_up.add((contact.id, event.agent_id))
            case e.InteractionEnded():
                row.state, row.ended_at, row.outcome = "ended", event.at, event.outcome
                row.ended_by, row.end_reason = event.by.kind, event.reason
                row.talk_ms, row.waited_ms, row.hold_ms = event.talk_ms, event.waited_ms, event.hold_ms
                row.agent_id = event.agent_id
            case e.AfterContactWorkStarted():
                row.state, row.agent_id = "after_contact_work", event.agent_id
            case e.HandlingWrappedUp():
                row.state, row.wrapped_up_at, row.acw_ms = "ended", event.at, event.acw_ms
                row.disposition, row.by_timer = event.disposition or None, event.by_timer
                self.wrapped_up.add((contact.id, event.agent_id))
            case e.DispositionAdded():
                row.disposition = event.disposition
            case _:
                return False
        return True
