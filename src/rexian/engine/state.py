"""What a floor knows, and the views that the rest of the house reads. Only `applying.py` changes these objects.

Everything here is a fact that follows from the events; whatever merely speeds up a look-up lives in the indexes
(`matching.py`, `lines.py`, `timers.py`) and is rebuilt from them.
Instants are ms since 1970 UTC; 0 stands for "not set".

These objects name each other by id only. So they form no cycles and need no garbage collector (`gc=False`: a full
collection over 100,000 contacts would stop the floor for a tenth of a second).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from rexian.engine.specs import (
    AgentSpec,
    AgentState,
    Medium,
    Mix,
    ParticipantRole,
    Party,
    Policy,
    QueuePolicy,
    QueueSpec,
    RecordingState,
)

InteractionState = Literal["reception", "queued", "offered", "scheduled", "talking", "after_contact_work", "ended"]

NO_POLICY = QueuePolicy()


def _fits(mix: Mix, used: dict[Medium, int], medium: Medium) -> bool:
    """Whether one more contact of this medium stays within what one person can do at once."""
    ignored, weights = mix.interrupts.get(medium, ()), mix.weights
    total = weights.get(medium, 0)
    for other, count in used.items():
        if other not in ignored:
            total += weights.get(other, 0) * count
    return total <= mix.limit


class Queue(Struct, kw_only=True, gc=False):
    """A queue with its counts. `waiting` counts the queued ones, without those that ring at a desk (`offered`).

    `shared`: offers per partner, for the strategy `weighted_shares` ("": agents of no partner). `busy_shares`: offers
    and handlings per partner now. `said` and `kept`: how often an expected wait was told, and how often it came true.
    """

    spec: QueueSpec
    retired: bool = False
    waiting: int = 0
    offered: int = 0
    talking: int = 0
    after_contact_work: int = 0
    scheduled: int = 0  # booked call-backs; they stand in no line
    lending: bool = False  # minor skills are lent to it
    shared: dict[str, int] = field(default_factory=dict)
    busy_shares: dict[str, int] = field(default_factory=dict)
    said: int = 0
    kept: int = 0
    # Time between two answers while somebody was left waiting: how fast this queue moves when it has to (newest last).
    answer_gaps_ms: list[int] = field(default_factory=list)
    last_answer_at: int = 0  # 0: the line has been empty since

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def tenant_id(self) -> str:
        return self.spec.tenant_id


class Agent(Struct, kw_only=True, gc=False):
    """An agent. `wanted` is what was asked for (by the agent or by the floor); `state` is what a supervisor sees."""

    number: int  # order of definition on this floor; the last tie-break
    spec: AgentSpec
    wanted: Literal["available", "not_ready"] = "not_ready"
    reason: str | None = "signed_out"
    by_system: bool = False
    wanted_at: int = 0
    changes: int = 0  # how often `wanted` changed; a rejection counts only until the next change
    idle_since: int = 0  # since when the agent waits for the next contact
    missed: int = 0  # unanswered offers in a row
    offers: list[str] = field(default_factory=list)
    handlings: list[str] = field(default_factory=list)  # interactions that are talking or in after-contact work
    wrapping: int = 0  # how many of the handlings are in after-contact work
    wrapping_since: int = 0
    awaited: list[str] = field(default_factory=list)  # queued interactions that wait for this very agent
    used: dict[Medium, int] = field(default_factory=dict)  # taken places per medium: offers and handlings
    handled: int = 0  # contacts accepted since signing in
    duty_since: int = 0  # when the agent last signed in
    busy_ms: int = 0  # time with at least one handling since then, without the present stretch
    busy_since: int = 0  # start of the present stretch
    unreachable: list[Medium] = field(default_factory=list)  # what can't ring at their desk now, sorted
    occupancy: int = 0  # per 10,000 of the time since signing in, as of `idle_since`

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def state(self) -> AgentState:
        """`after_contact_work` when available and every handling is in it; it follows from the rest, so no event."""
        if self.wanted == "available" and self.wrapping and self.wrapping == len(self.handlings):
            return "after_contact_work"
        return self.wanted

    @property
    def since_at(self) -> int:
        """Since when `state` holds."""
        return self.wrapping_since if self.state == "after_contact_work" else self.wanted_at

    @property
    def engaged(self) -> int:
        """How many handlings the agent has."""
        return len(self.handlings)

    def could_take(self, medium: Medium) -> bool:
        """Whether contacts of this medium come to the agent, now or once a place is free."""
        return self.wanted == "available" and self.spec.capacity.get(medium, 0) > 0 and medium not in self.unreachable

    def free(self, medium: Medium) -> bool:
        """Whether an offer on this medium could be made now."""
        spec = self.spec
        if self.wanted != "available" or self.used.get(medium, 0) >= spec.capacity.get(medium, 0):
            return False
        if medium in self.unreachable:
            return False
        return spec.mix is None or _fits(spec.mix, self.used, medium)


class Contact(Struct, kw_only=True, gc=False):
    """A customer's demand with its interactions in the order in which they began."""

    id: str
    tenant_id: str
    customer_id: str
    first_customer_id: str  # as it came, to know a repeated command again
    started_at: int
    simulated: bool = False
    interaction_ids: list[str] = field(default_factory=list)
    note_ids: list[str] = field(default_factory=list)
    rating: int = 0
    closed_at: int = 0
    forget_at: int = 0


ANY_STATE = -1  # of `Declined.changes`


class Declined(Struct, array_like=True, gc=False):
    """An agent who let this interaction go is asked again only after `until` or another state of the agent's.

    `changes` is `ANY_STATE` for the agent who consults: whatever they do, they are not asked themselves.
    """

    until: int
    changes: int


class Call(Struct, kw_only=True, gc=False):
    """What is to be known of an interaction that was received by a menu, held, listened to, recorded or consulted."""

    entry: str = ""  # where it came in, when it began in the reception
    received_at: int = 0  # 0: began in a queue
    first_attributes: dict[str, str] = field(default_factory=dict)  # as it came to the reception
    held_at: int = 0  # the customer is held since; only while talking
    held_ms: int = 0  # earlier holds, with all agents
    participants: dict[str, ParticipantRole] = field(default_factory=dict)  # only while talking
    recording: RecordingState | Literal[""] = ""  # "": nothing was decided
    recording_why: str = ""  # the code that came with it
    recording_ids: list[str] = field(default_factory=list)  # stored ones
    consult_of: str | None = None  # a consultation about this interaction
    consult_by: str | None = None  # who asks: never offered to them
    consult_to: tuple[str | None, str | None] | None = None  # queue or person, as asked for
    promoted: bool = False  # the consultation has the customer now


_NO_CALL = Call()  # not to be changed


class Interaction(Struct, kw_only=True, gc=False):
    """One routed piece of a contact on one medium. In the reception, and if it ends there, its `queue_id` is empty."""

    id: str
    contact_id: str
    tenant_id: str
    number: int  # order of arrival on this floor
    queue_id: str
    first_queue_id: str
    medium: Medium
    first_medium: Medium  # as it came: a call-back may change it
    needs: dict[str, int]  # its own, beside the queue's
    credit_ms: int
    since: int  # from when its age counts
    state: InteractionState = "queued"
    waiting_from: int = 0  # start of the present wait
    waited_ms: int = 0  # earlier waits
    attempt: int = 0
    offer_id: str | None = None  # the ringing one, later the accepted one
    agent_id: str | None = None  # who is offered, talks, or wraps up
    accepted_at: int = 0
    talked_ms: int = 0  # with earlier agents
    answered: bool = False  # an agent has talked
    declined: dict[str, Declined] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)  # what rules look at
    emergency: bool = False  # said at its start; rules may make it one, too
    entered_at: int = 0  # when it came into this queue; widening counts from here
    step: int = 0  # the widening that holds; 0: none
    expected: tuple[int, int] | None = None  # the wait that the customer was told, until it is known how it was
    partner: str = ""  # whose share the present offer or handling counts in
    call_back: bool = False  # we call; the customer need not stay
    call_back_at: int = 0  # booked for; 0: in turn
    target_agent_id: str | None = None  # waits for this person
    target_due_at: int = 0
    target_kind: str = ""  # `last_agent`, `named_agent`, or empty: transferred
    transferred_by: str | None = None
    transferred_to: tuple[str | None, str | None] | None = None
    away_due_at: int = 0
    messages: dict[str, int] = field(default_factory=dict)  # message id → number
    read_by_customer: int = 0
    read_by_agent: int = 0
    ended_at: int = 0
    ended_by: Party | None = None
    acw_started_at: int = 0
    acw_due_at: int = 0
    acw_extensions: int = 0
    wrapped_at: int = 0
    wrapped_by: str | None = None
    disposition: str = ""
    call: Call | None = None  # what only few have; read it by the properties below

    @property
    def entry(self) -> str:
        return (self.call or _NO_CALL).entry

    @property
    def received_at(self) -> int:
        return (self.call or _NO_CALL).received_at

    @property
    def held_at(self) -> int:
        return (self.call or _NO_CALL).held_at

    @property
    def held_ms(self) -> int:
        return (self.call or _NO_CALL).held_ms

    @property
    def participants(self) -> dict[str, ParticipantRole]:
        """Who is there beside customer and agent."""
        return (self.call or _NO_CALL).participants

    @property
    def recording(self) -> RecordingState | Literal[""]:
        return (self.call or _NO_CALL).recording

    @property
    def recording_why(self) -> str:
        return (self.call or _NO_CALL).recording_why

    @property
    def recording_ids(self) -> list[str]:
        return (self.call or _NO_CALL).recording_ids

    @property
    def consult_of(self) -> str | None:
        return (self.call or _NO_CALL).consult_of

    @property
    def consult_by(self) -> str | None:
        return (self.call or _NO_CALL).consult_by

    @property
    def promoted(self) -> bool:
        return (self.call or _NO_CALL).promoted

    @property
    def is_consult(self) -> bool:
        """A consultation that has not (yet) taken the customer over."""
        call = self.call
        return call is not None and call.consult_of is not None and not call.promoted

    @property
    def last_number(self) -> int:
        """Number of the last message; 0 when there is none."""
        return len(self.messages)

    @property
    def waiting(self) -> bool:
        """As the customer sees it: nobody has answered yet."""
        return self.state in ("queued", "offered")


class Offer(Struct, kw_only=True, gc=False):
    """A contact ringing at one agent's desk. Exists only while it rings."""

    id: str
    contact_id: str
    interaction_id: str
    queue_id: str
    agent_id: str
    medium: Medium
    offered_at: int
    proof_due_at: int
    ring_due_at: int
    proven: bool = False


class Routing(Struct, kw_only=True, gc=False):
    """A tenant's policy in force. `active`: rules that hold, in the policy's order. `rule_since`: the instant from
    which a rule's own times count: an edge before it lies in the past, whoever switched since.
    """

    policy: Policy
    active: tuple[str, ...] = ()
    rule_since: dict[str, int] = field(default_factory=dict)


class State(Struct, kw_only=True):
    """All facts of a floor. `now` is the latest instant of an applied event."""

    now: int = 0
    agents_seen: int = 0
    interactions_seen: int = 0
    queues: dict[str, Queue] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    routing: dict[str, Routing] = field(default_factory=dict)  # by tenant

    def policy_of(self, queue: Queue) -> QueuePolicy:
        """How this queue is routed."""
        routing = self.routing.get(queue.spec.tenant_id)
        return NO_POLICY if routing is None else routing.policy.queues.get(queue.spec.id, NO_POLICY)
