"""Time passes. Everything due happens in the order in which it fell due.

The events carry the instant at which the floor noticed, not the one at which they were due: nothing happened before
it was decided, and a trace must not claim that a contact was offered while the server lay dead.
"""

from __future__ import annotations

from collections.abc import Callable

from rexian.engine import events as ev
from rexian.engine.commands import Tick
from rexian.engine.decision import Decision
from rexian.engine.handlers.call_backs import call_back_due
from rexian.engine.handlers.policies import rule_due
from rexian.engine.lending import lend
from rexian.engine.routing import settle
from rexian.engine.specs import Party
from rexian.engine.steps import end, make_not_ready, requeue, wrap_up
from rexian.engine.timers import Due

_FORGOTTEN_AT_ONCE = 1_000  # keeps a journal row small, whatever has piled up
PREFERRED = ("last_agent", "named_agent")
_PRESENCE = Party("system", "presence")


def tick(d: Decision, c: Tick) -> None:
    """Each happening is settled before the next, so that a contact set free is offered on at once.

    Those who declined are asked again at the very end: that it is time for it leaves no trace in the facts, so it must
    not matter whether a restored floor, which can't know what was tried before, tries once more than the original.
    """
    forgotten: list[str] = []
    again: dict[str, None] = {}
    while (timer := d.core.timers.pop(d.state, d.at)) is not None:
        due_at, kind, id = timer
        if kind == Due.FORGET:
            forgotten += d.core.timers.to_forget(due_at)
        elif kind == Due.LEND:
            continue  # that time has come is enough: lending is looked at below
        elif kind == Due.RETRY:
            again[id] = None
        else:
            _HAPPENINGS[Due(kind)](d, id)
            settle(d)
    d.unplaced.update(again)
    settle(d)
    if d.core.lenders:
        lend(d)
    for first in range(0, len(forgotten), _FORGOTTEN_AT_ONCE):
        chunk = tuple(forgotten[first : first + _FORGOTTEN_AT_ONCE])
        d.emit(ev.ContactsForgotten(at=d.at, contact_ids=chunk))


def _expire(d: Decision, offer_id: str, *, proven: bool) -> None:
    offer = d.state.offers[offer_id]
    agent = d.state.agents[offer.agent_id]
    d.emit(
        ev.OfferExpired(
            at=d.at,
            contact_id=offer.contact_id,
            interaction_id=offer.interaction_id,
            offer_id=offer.id,
            agent_id=offer.agent_id,
            why="no_answer" if proven else "no_proof",
        )
    )
    requeue(d, d.state.interactions[offer.interaction_id], "no_answer" if proven else "no_proof")
    if not proven:
        make_not_ready(d, agent, "unresponsive", by_system=True)
    elif 0 < agent.spec.no_answer_limit <= agent.missed:
        make_not_ready(d, agent, "no_answer", by_system=True)


def _no_proof(d: Decision, offer_id: str) -> None:
    """A dead page must not look like a slow person: the agent gets nothing more until they say that they are back."""
    _expire(d, offer_id, proven=False)


def _no_answer(d: Decision, offer_id: str) -> None:
    _expire(d, offer_id, proven=True)


def _work_over(d: Decision, interaction_id: str) -> None:
    wrap_up(d, d.state.interactions[interaction_id], "", by_timer=True)


def _customer_gone(d: Decision, interaction_id: str) -> None:
    end(d, d.state.interactions[interaction_id], _PRESENCE, "customer_left")


def _target_busy(d: Decision, interaction_id: str) -> None:
    interaction = d.state.interactions[interaction_id]
    requeue(d, interaction, "preference_timeout" if interaction.target_kind in PREFERRED else "transfer_timeout")


def _widen(d: Decision, interaction_id: str) -> None:
    """It asks for less from now on; the place stays."""
    interaction = d.state.interactions[interaction_id]
    step = d.state.policy_of(d.state.queues[interaction.queue_id]).steps[interaction.step]
    d.emit(
        ev.InteractionWidened(
            at=d.at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=interaction.queue_id,
            step=interaction.step + 1,
            kind=step.kind,
            alternatives=step.alternatives,
        )
    )


_HAPPENINGS: dict[Due, Callable[[Decision, str], None]] = {
    Due.PROOF: _no_proof,
    Due.RING: _no_answer,
    Due.AFTER_CONTACT_WORK: _work_over,
    Due.AWAY: _customer_gone,
    Due.TARGET: _target_busy,
    Due.WIDEN: _widen,
    Due.CALL_BACK: call_back_due,
    Due.RULE: rule_due,
}
