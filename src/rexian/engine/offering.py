"""An offer, with the whole reason for it."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.core import Asked
from rexian.engine.decision import Decision
from rexian.engine.specs import Passed, Reason
from rexian.engine.state import Agent, Interaction

_NONE: dict[str, int] = {}


def offer(
    d: Decision,
    interaction: Interaction,
    agent: Agent,
    rule: str,
    candidates: int = 1,
    runner_up: Passed | None = None,
    blocked: dict[str, int] = _NONE,
    next_up: str | None = None,
    asked: Asked | None = None,
) -> None:
    """Ring at the agent's desk. `asked`: what it asks for, when that is known already."""
    at, core = d.at, d.core
    spec = d.state.queues[interaction.queue_id].spec
    attempt = interaction.attempt + 1
    routing = d.state.routing.get(spec.tenant_id) if d.state.routing else None
    d.emit(
        ev.InteractionOffered(
            at=at,
            contact_id=interaction.contact_id,
            interaction_id=interaction.id,
            queue_id=spec.id,
            offer_id=f"{interaction.id}.{attempt}",
            agent_id=agent.spec.id,
            proof_due_at=at + spec.proof_ms,
            ring_due_at=at + spec.ring_ms,
            reason=Reason(
                rule=rule,
                waited_ms=at - interaction.waiting_from,
                needs=(asked or core.asked(interaction)).needs,
                idle_ms=at - agent.idle_since,
                candidates=candidates,
                runner_up=runner_up,
                attempt=attempt,
                step=interaction.step,
                score=spec.slope * at - core.key_of(interaction),
                blocked=blocked,
                next_up=next_up,
                policy=0 if routing is None else routing.policy.version,
            ),
        )
    )
