"""The agent's state and the offers."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import AcceptOffer, ProveOffer, RejectOffer, SetAgentState, SetReach
from rexian.engine.decision import Decision
from rexian.engine.refusal import Refusal
from rexian.engine.state import Interaction, Offer
from rexian.engine.steps import clear_desk, make_not_ready, requeue


def set_agent_state(d: Decision, c: SetAgentState) -> None:
    """Signing out while talking leaves the handlings where they are: the agent may come back to them."""
    agent = d.agent(c.agent_id)
    if c.state == "available":
        if agent.wanted != "available":
            d.emit(ev.AgentStateChanged(at=d.at, agent_id=agent.id, state="available"))
        return
    if not c.reason:
        raise Refusal("reason_required", agent_id=agent.id)
    if agent.wanted != "not_ready" or agent.reason != c.reason or agent.by_system:
        make_not_ready(d, agent, c.reason, by_system=False)


def set_reach(d: Decision, c: SetReach) -> None:
    """What could not be heard there goes to others at once; nobody is made not ready for it."""
    agent = d.agent(c.agent_id)
    if (c.medium in agent.unreachable) != c.on:
        return
    d.emit(ev.AgentReachChanged(at=d.at, agent_id=agent.id, medium=c.medium, on=c.on))
    if not c.on:
        clear_desk(d, agent, "agent_not_ready", c.medium)


def _interaction_of(d: Decision, offer_id: str) -> tuple[Interaction, int] | None:
    """The interaction that an offer id belongs to and its attempt: the id says it, even when the offer is gone."""
    interaction_id, _, attempt = offer_id.rpartition(".")
    interaction = d.state.interactions.get(interaction_id)
    if interaction is None or not attempt.isdecimal() or not 1 <= int(attempt[:9]) <= interaction.attempt:
        return None
    return interaction, int(attempt[:9])


def _ringing(d: Decision, offer_id: str, agent_id: str) -> Offer:
    """The offer, if it still rings for this agent now. What is due at this instant is over, Tick or not."""
    offer = d.state.offers.get(offer_id)
    if offer is None:
        raise Refusal("unknown_offer" if _interaction_of(d, offer_id) is None else "offer_gone", offer_id=offer_id)
    if offer.agent_id != agent_id:
        raise Refusal("not_your_offer", offer_id=offer_id)
    if d.at >= offer.ring_due_at or (d.at >= offer.proof_due_at and not offer.proven):
        raise Refusal("offer_gone", offer_id=offer_id)
    return offer


def _accepted_already(d: Decision, offer_id: str, agent_id: str) -> bool:
    known = _interaction_of(d, offer_id)
    if known is None or offer_id in d.state.offers:
        return False
    return known[0].offer_id == offer_id and known[0].agent_id == agent_id


def prove_offer(d: Decision, c: ProveOffer) -> None:
    d.agent(c.agent_id)
    if _accepted_already(d, c.offer_id, c.agent_id):
        return
    offer = _ringing(d, c.offer_id, c.agent_id)
    if not offer.proven:
        d.emit(ev.OfferProven(at=d.at, contact_id=offer.contact_id, offer_id=offer.id, agent_id=offer.agent_id))


def accept_offer(d: Decision, c: AcceptOffer) -> None:
    """Accepting in time is proof enough."""
    d.agent(c.agent_id)
    if c.offer_id not in d.state.offers and _accepted_already(d, c.offer_id, c.agent_id):
        return
    offer = _ringing(d, c.offer_id, c.agent_id)
    interaction = d.state.interactions[offer.interaction_id]
    d.emit(
        ev.OfferAccepted(
            at=d.at,
            contact_id=offer.contact_id,
            interaction_id=offer.interaction_id,
            queue_id=offer.queue_id,
            offer_id=offer.id,
            agent_id=offer.agent_id,
            waited_ms=d.at - interaction.waiting_from,
        )
    )


def reject_offer(d: Decision, c: RejectOffer) -> None:
    """On to others. A repeat finds the agent among those who declined."""
    agent = d.agent(c.agent_id)
    known = _interaction_of(d, c.offer_id)
    if known is not None and c.offer_id not in d.state.offers and agent.id in known[0].declined:
        return
    offer = _ringing(d, c.offer_id, c.agent_id)
    interaction = d.state.interactions[offer.interaction_id]
    d.emit(
        ev.OfferRejected(
            at=d.at,
            contact_id=offer.contact_id,
            interaction_id=offer.interaction_id,
            offer_id=offer.id,
            agent_id=offer.agent_id,
            reason=c.reason,
        )
    )
    requeue(d, interaction, "rejected")
