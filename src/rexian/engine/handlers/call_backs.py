"""Call-backs, in turn or booked, and what machines have served by themselves."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import RecordSelfService, RequestCallBack
from rexian.engine.decision import Decision
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Medium
from rexian.engine.state import Interaction
from rexian.engine.steps import requeue

LATEST_MS = 30 * 86_400_000  # a call-back can be booked so far ahead


def request_call_back(d: Decision, c: RequestCallBack) -> None:
    """In turn: the place is kept and it looks for an agent at once. Booked: out of the line until its time.

    One that rings at an agent's desk rings on: whoever accepts calls.
    """
    interaction = d.interaction(c.interaction_id)
    if interaction.call_back and (interaction.call_back_at, interaction.medium) == (c.due_at, c.medium):
        return
    if interaction.state != "queued" and not _rings_on(interaction, c):
        raise Refusal("not_waiting", interaction_id=interaction.id)
    if interaction.is_consult:
        raise Refusal("is_consult", interaction_id=interaction.id)
    check_due_at(d, c.due_at)
    promise(d, interaction, c.due_at, c.medium)


def _rings_on(interaction: Interaction, c: RequestCallBack) -> bool:
    """Whether nothing of its offer changes but who calls whom: not the time, nor what the agent needs for it."""
    return interaction.state == "offered" and not c.due_at and c.medium == interaction.medium


def check_due_at(d: Decision, due_at: int) -> None:
    """Raises `Refusal("bad_time")` for an instant that is over or too far ahead."""
    if due_at and not d.at < due_at <= d.at + LATEST_MS:
        raise Refusal("bad_time", due_at=due_at)


def promise(d: Decision, interaction: Interaction, due_at: int, medium: Medium) -> None:
    """A queued one, or one that rings, is called back."""
    d.emit(
        ev.CallBackRequested(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            due_at=due_at,
            medium=medium,
        )
    )
    if due_at:
        d.unplaced.pop(interaction.id, None)
    elif interaction.state == "queued":
        d.unplaced[interaction.id] = None


def call_back_due(d: Decision, interaction_id: str) -> None:
    """It stands in line again, with a head start."""
    interaction = d.state.interactions[interaction_id]
    policy = d.state.policy_of(d.state.queues[interaction.queue_id])
    requeue(d, interaction, "call_back", interaction.call_back_at - policy.call_back_lead_ms)


def record_self_service(d: Decision, c: RecordSelfService) -> None:
    """A repeat is known by the command's id, which is the runtime's: nothing of it stays on the floor."""
    d.emit(
        ev.SelfServed(
            at=d.at,
            contact_id=c.contact_id,
            tenant_id=c.tenant_id,
            customer_id=c.customer_id,
            medium=c.medium,
            path=c.path,
            took_ms=c.took_ms,
            simulated=c.simulated,
        )
    )
