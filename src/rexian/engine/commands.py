"""What may be asked of a floor. Imperative names; every command is idempotent by the ids that it carries.

A command comes in an `Envelope` that the runtime stamps: its id, the instant (ms since 1970 UTC) and who asks.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rexian.engine.bases import Command as Command
from rexian.engine.call_commands import AddExternal as AddExternal
from rexian.engine.call_commands import CompleteTransfer as CompleteTransfer
from rexian.engine.call_commands import Consult as Consult
from rexian.engine.call_commands import JoinInteraction as JoinInteraction
from rexian.engine.call_commands import LeaveInteraction as LeaveInteraction
from rexian.engine.call_commands import NoteReception as NoteReception
from rexian.engine.call_commands import NoteRecording as NoteRecording
from rexian.engine.call_commands import QueueInteraction as QueueInteraction
from rexian.engine.call_commands import ReceiveContact as ReceiveContact
from rexian.engine.call_commands import SetHold as SetHold
from rexian.engine.call_commands import SetRecording as SetRecording
from rexian.engine.call_commands import TakeOver as TakeOver
from rexian.engine.specs import AgentSpec, Medium, Party, Policy, QueueSpec


# -- configuration: the directory's knowledge, as far as routing needs it --------------------------------------------
class DefineQueue(Command, frozen=True, kw_only=True):
    queue: QueueSpec


class RetireQueue(Command, frozen=True, kw_only=True):
    """Takes no new contacts; those waiting stay until served."""

    queue_id: str


class DefineAgent(Command, frozen=True, kw_only=True):
    agent: AgentSpec


class RetireAgent(Command, frozen=True, kw_only=True):
    """Offers are withdrawn, handlings go back to their queue with their place kept."""

    agent_id: str


class PublishPolicy(Command, frozen=True, kw_only=True):
    """Replaces the tenant's policy. Refused: `policy_outdated` (not above the present version), `policy_invalid`."""

    policy: Policy


class SwitchRule(Command, frozen=True, kw_only=True):
    """Declares a disaster, an exam season … or ends it, by hand. Stays until the next switch or the rule's own time."""

    tenant_id: str
    rule_id: str
    on: bool


# -- the agent -------------------------------------------------------------------------------------------------------
class SetAgentState(Command, frozen=True, kw_only=True):
    """`not_ready` needs a reason code (`break`, `lunch`, `training`, `meeting`, `signed_out`, …).

    Not ready while offers ring withdraws them; handlings go on.
    """

    agent_id: str
    state: Literal["available", "not_ready"]
    reason: str | None = None


class SetReach(Command, frozen=True, kw_only=True):
    """Whether contacts of this medium can ring at the agent's (calls: is there a microphone, a telephone?).

    While they can't, none of it is offered; what rings is withdrawn, handlings and other media go on.
    """

    agent_id: str
    medium: Medium
    on: bool


class ProveOffer(Command, frozen=True, kw_only=True):
    """The agent's page says that it is alive and rings."""

    offer_id: str
    agent_id: str


class AcceptOffer(Command, frozen=True, kw_only=True):
    offer_id: str
    agent_id: str


class RejectOffer(Command, frozen=True, kw_only=True):
    """The contact goes on to somebody else; it never comes back to this agent unless nobody else is left."""

    offer_id: str
    agent_id: str
    reason: str | None = None


# -- the contact -----------------------------------------------------------------------------------------------------
class StartContact(Command, frozen=True, kw_only=True):
    """A customer's demand arrives with its first interaction. `needs` adds to the queue's own (language, level).

    `attributes` are what rules look at. `last_agent_id` talked to this customer before, `named_agent_id` was asked for
    (the named one counts). `emergency`: danger to life and the like; passes everything, is never turned away.
    """

    contact_id: str
    interaction_id: str
    tenant_id: str
    customer_id: str
    queue_id: str
    medium: Medium
    needs: dict[str, int] = {}
    credit_ms: int = 0
    simulated: bool = False
    attributes: dict[str, str] = {}
    last_agent_id: str | None = None
    named_agent_id: str | None = None
    emergency: bool = False


class RecordSelfService(Command, frozen=True, kw_only=True):
    """A demand that a machine has met (menu, bot, self-service): known to the floor, never routed."""

    contact_id: str
    tenant_id: str
    customer_id: str
    medium: Medium
    path: Literal["bot", "self_service"] = "self_service"
    took_ms: int = 0
    simulated: bool = False


class RequestCallBack(Command, frozen=True, kw_only=True):
    """The customer need not stay: we call. `due_at` 0: in turn, the place is kept; else at that instant (booked).

    `not_waiting` unless it waits, or rings at a desk and is to be called in turn by the same medium: it rings on.
    """

    interaction_id: str
    due_at: int = 0
    medium: Medium = "voice"


class PostMessage(Command, frozen=True, kw_only=True):
    """The text itself travels beside the command (see runtime.port.Content) and is committed with the event."""

    interaction_id: str
    message_id: str
    author: Party
    kind: Literal["text", "file"] = "text"


class MarkRead(Command, frozen=True, kw_only=True):
    interaction_id: str
    reader: Party
    number: int


class AddNote(Command, frozen=True, kw_only=True):
    """An internal note: staff see it, customers never do."""

    contact_id: str
    note_id: str
    author: Party


class SetCustomerPresence(Command, frozen=True, kw_only=True):
    interaction_id: str
    present: bool


class IdentifyCustomer(Command, frozen=True, kw_only=True):
    """The contact turns out to be another customer's (identity given, or two records merged)."""

    contact_id: str
    customer_id: str


class TransferInteraction(Command, frozen=True, kw_only=True):
    """Blind transfer to a queue or to a person; exactly one target. The age of the contact is kept."""

    interaction_id: str
    agent_id: str
    to_queue_id: str | None = None
    to_agent_id: str | None = None


class EndInteraction(Command, frozen=True, kw_only=True):
    interaction_id: str
    by: Party
    reason: str = "ended"


class ExtendAfterContactWork(Command, frozen=True, kw_only=True):
    interaction_id: str
    agent_id: str


class WrapUp(Command, frozen=True, kw_only=True):
    """Ends after-contact work with the coded disposition; the agent is free for the next contact."""

    interaction_id: str
    agent_id: str
    disposition: str


class RateContact(Command, frozen=True, kw_only=True):
    """1 (worst) to 5 (best). A comment travels beside the command."""

    contact_id: str
    interaction_id: str
    score: int


class Tick(Command, frozen=True, kw_only=True):
    """Time passed: everything that fell due happens."""


AnyCommand = (
    DefineQueue | RetireQueue | DefineAgent | RetireAgent | SetAgentState | ProveOffer | AcceptOffer | RejectOffer
    | StartContact | PostMessage | MarkRead | AddNote | SetCustomerPresence | IdentifyCustomer | TransferInteraction
    | EndInteraction | ExtendAfterContactWork | WrapUp | RateContact | Tick | PublishPolicy | SwitchRule
    | RecordSelfService | RequestCallBack | ReceiveContact | NoteReception | QueueInteraction | SetHold | Consult
    | CompleteTransfer | JoinInteraction | LeaveInteraction | AddExternal | TakeOver | SetRecording | NoteRecording
    | SetReach
)  # fmt: skip


class Envelope(Struct, frozen=True, kw_only=True, gc=False):
    """A command as the floor takes it: `id` is the caller's UUID, `at` the runtime's instant in ms since 1970 UTC."""

    id: str
    at: int
    by: Party
    command: AnyCommand
