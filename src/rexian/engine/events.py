"""What happened on a floor. Past names; the journal stores exactly these, and state changes only by applying them.

An event carries ids, codes, instants and numbers, never a customer's words or names: those are stored beside the
journal, so that they can be erased without breaking it.
"""

from __future__ import annotations

from typing import Literal

from rexian.engine.bases import Event as Event
from rexian.engine.call_events import ConsultPromoted as ConsultPromoted
from rexian.engine.call_events import InteractionHeld as InteractionHeld
from rexian.engine.call_events import InteractionReceived as InteractionReceived
from rexian.engine.call_events import InteractionResumed as InteractionResumed
from rexian.engine.call_events import InteractionTakenOver as InteractionTakenOver
from rexian.engine.call_events import ParticipantJoined as ParticipantJoined
from rexian.engine.call_events import ParticipantLeft as ParticipantLeft
from rexian.engine.call_events import ReceptionNoted as ReceptionNoted
from rexian.engine.call_events import RecordingChanged as RecordingChanged
from rexian.engine.call_events import RecordingStored as RecordingStored
from rexian.engine.specs import AgentSpec, AgentState, Alternative, Medium, Party, Policy, QueueSpec, Reason, StepKind


class QueueDefined(Event, frozen=True, kw_only=True):
    queue: QueueSpec


class QueueRetired(Event, frozen=True, kw_only=True):
    queue_id: str


class AgentDefined(Event, frozen=True, kw_only=True):
    agent: AgentSpec


class AgentRetired(Event, frozen=True, kw_only=True):
    agent_id: str


class PolicyPublished(Event, frozen=True, kw_only=True):
    """`active`: the rules that hold at this instant."""

    policy: Policy
    active: tuple[str, ...] = ()


class RuleSwitched(Event, frozen=True, kw_only=True):
    """`by_timer`: the rule's own time began or ended."""

    tenant_id: str
    rule_id: str
    on: bool
    by_timer: bool = False


class LendingChanged(Event, frozen=True, kw_only=True):
    """Minor skills are lent to the queue from now on, or called back."""

    queue_id: str
    on: bool
    waiting: int
    waited_ms: int


class AgentStateChanged(Event, frozen=True, kw_only=True):
    """`by_system`: the floor did it (no answer, no proof, after-contact work), not the agent."""

    agent_id: str
    state: AgentState
    reason: str | None = None
    by_system: bool = False


class AgentReachChanged(Event, frozen=True, kw_only=True):
    """Contacts of this medium can ring at the agent's from now on, or no longer."""

    agent_id: str
    medium: Medium
    on: bool


class ContactStarted(Event, frozen=True, kw_only=True):
    contact_id: str
    tenant_id: str
    customer_id: str
    simulated: bool = False


class SelfServed(Event, frozen=True, kw_only=True):
    """A demand that a machine has met; a contact of its own, begun and closed in one."""

    contact_id: str
    tenant_id: str
    customer_id: str
    medium: Medium
    path: Literal["bot", "self_service"]
    took_ms: int
    simulated: bool = False


class CustomerIdentified(Event, frozen=True, kw_only=True):
    contact_id: str
    customer_id: str


class InteractionQueued(Event, frozen=True, kw_only=True):
    """`since`: the instant from which the contact's age counts (kept over transfers, rejections and restarts).

    `needs` are the contact's own, beside the queue's. `why`: `new`, `rejected`, `no_answer`, `no_proof`,
    `agent_not_ready`, `agent_retired`, `transfer`, `transfer_timeout` (the person it was meant for did not get free),
    `preference_timeout` (the same for the preferred person), `call_back` (a booked call-back is due), `reception` (out
    of the menu), `consult` (an agent asks a colleague: a second interaction of the contact).
    `expected`: the (low, high) ms that the customer hears first. `target_*`: the person it waits for, until when, and
    whether as `last_agent`, `named_agent` or `consult`. `consult_of`: the interaction that it is a consultation about,
    `consult_by`: the agent who asks.
    """

    contact_id: str
    interaction_id: str
    queue_id: str
    medium: Medium
    needs: dict[str, int]
    since: int
    credit_ms: int = 0
    why: str = "new"
    attributes: dict[str, str] = {}
    emergency: bool = False
    expected: tuple[int, int] | None = None
    target_agent_id: str | None = None
    target_due_at: int = 0
    target_kind: str = ""
    consult_of: str | None = None
    consult_by: str | None = None


class InteractionWidened(Event, frozen=True, kw_only=True):
    """It asks for less from now on, with its place kept. `step` counts from 1."""

    contact_id: str
    interaction_id: str
    queue_id: str
    step: int
    kind: StepKind
    alternatives: tuple[Alternative, ...] = ()


class CallBackRequested(Event, frozen=True, kw_only=True):
    """The customer may go. `due_at` 0: in turn, else booked: until then it is `scheduled` and stands in no line."""

    contact_id: str
    interaction_id: str
    queue_id: str
    due_at: int
    medium: Medium


class InteractionOffered(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    queue_id: str
    offer_id: str
    agent_id: str
    proof_due_at: int
    ring_due_at: int
    reason: Reason


class OfferProven(Event, frozen=True, kw_only=True):
    contact_id: str
    offer_id: str
    agent_id: str


class OfferAccepted(Event, frozen=True, kw_only=True):
    """Handling begins."""

    contact_id: str
    interaction_id: str
    queue_id: str
    offer_id: str
    agent_id: str
    waited_ms: int


class OfferRejected(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    offer_id: str
    agent_id: str
    reason: str | None = None


class OfferExpired(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    offer_id: str
    agent_id: str
    why: Literal["no_answer", "no_proof"]


class OfferWithdrawn(Event, frozen=True, kw_only=True):
    """`why`: `customer_left`, `agent_not_ready`, `agent_retired`, `ended`."""

    contact_id: str
    interaction_id: str
    offer_id: str
    agent_id: str
    why: str


class MessagePosted(Event, frozen=True, kw_only=True):
    """`number` counts 1, 2, 3 … within the interaction without gaps: a receiver sees at once whether one is missing."""

    contact_id: str
    interaction_id: str
    message_id: str
    number: int
    author: Party
    kind: Literal["text", "file"]


class MessagesRead(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    reader: Party
    number: int


class NoteAdded(Event, frozen=True, kw_only=True):
    contact_id: str
    note_id: str
    author: Party


class CustomerAway(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    due_at: int


class CustomerReturned(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str


class InteractionTransferred(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    agent_id: str
    from_queue_id: str
    to_queue_id: str
    to_agent_id: str | None = None


class InteractionEnded(Event, frozen=True, kw_only=True):
    """`outcome`: `handled` (an agent had talked), `abandoned` (nobody had), `consult` (a consultation that did not take
    the customer over: no figure counts it). `talk_ms` is 0 when abandoned; it includes `hold_ms`, the time for which
    the customer was held. Abandoned in the reception: `queue_id` is empty.
    """

    contact_id: str
    interaction_id: str
    queue_id: str
    by: Party
    reason: str
    outcome: Literal["handled", "abandoned", "consult"]
    agent_id: str | None = None
    waited_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0


class AfterContactWorkStarted(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    agent_id: str
    due_at: int


class AfterContactWorkExtended(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    agent_id: str
    due_at: int


class HandlingWrappedUp(Event, frozen=True, kw_only=True):
    """`disposition` is empty and `by_timer` true when after-contact work ran out."""

    contact_id: str
    interaction_id: str
    queue_id: str
    agent_id: str
    disposition: str
    acw_ms: int
    by_timer: bool = False


class DispositionAdded(Event, frozen=True, kw_only=True):
    """The agent named the disposition after the timer had already ended the after-contact work."""

    contact_id: str
    interaction_id: str
    agent_id: str
    disposition: str


class ContactRated(Event, frozen=True, kw_only=True):
    contact_id: str
    interaction_id: str
    score: int


class ContactClosed(Event, frozen=True, kw_only=True):
    """No interaction of it is open and no after-contact work is left."""

    contact_id: str


class ContactsForgotten(Event, frozen=True, kw_only=True):
    """The rating window of these closed contacts is over: the floor keeps them no longer (the journal does)."""

    contact_ids: tuple[str, ...]


AnyEvent = (
    QueueDefined | QueueRetired | AgentDefined | AgentRetired | AgentStateChanged | ContactStarted | CustomerIdentified
    | InteractionQueued | InteractionOffered | OfferProven | OfferAccepted | OfferRejected | OfferExpired
    | OfferWithdrawn | MessagePosted | MessagesRead | NoteAdded | CustomerAway | CustomerReturned
    | InteractionTransferred | InteractionEnded | AfterContactWorkStarted | AfterContactWorkExtended | HandlingWrappedUp
    | DispositionAdded | ContactRated | ContactClosed | ContactsForgotten | PolicyPublished | RuleSwitched
    | LendingChanged | SelfServed | InteractionWidened | CallBackRequested | InteractionReceived | ReceptionNoted
    | InteractionHeld | InteractionResumed | ParticipantJoined | ParticipantLeft | InteractionTakenOver
    | ConsultPromoted | RecordingChanged | RecordingStored | AgentReachChanged
)  # fmt: skip
