"""What the directory tells the floor: queues and agents."""

from __future__ import annotations

from collections.abc import Mapping

from rexian.engine import events as ev
from rexian.engine.commands import DefineAgent, DefineQueue, RetireAgent, RetireQueue
from rexian.engine.decision import Decision
from rexian.engine.policy_checks import LONGEST_MS, MOST
from rexian.engine.refusal import Refusal
from rexian.engine.specs import MAX_LEVEL, AgentSpec, QueueSpec
from rexian.engine.steps import clear_desk, part, requeue, wrap_up

MAX_SLOPE = 1_000
MAX_WEIGHT = 1_000


def _check_levels(skills: Mapping[str, int]) -> None:
    for skill, level in skills.items():
        if not 1 <= level <= MAX_LEVEL:
            raise Refusal("bad_definition", field="level", skill=skill, level=level)


def check_needs(needs: Mapping[str, int]) -> None:
    """Raises `Refusal("bad_definition")` for a level outside 1 … 5."""
    _check_levels(needs)


def check_head_start(ms: int) -> None:
    """Raises `Refusal("bad_definition")` beyond `LONGEST_MS` either way: an integer must fit wherever it goes."""
    if abs(ms) > LONGEST_MS:
        raise Refusal("bad_definition", field="head_start", ms=ms)


def _check_queue(spec: QueueSpec) -> None:
    _check_levels(spec.needs)
    check_head_start(spec.priority)
    if not 1 <= spec.slope <= MAX_SLOPE:
        raise Refusal("bad_definition", field="slope", queue_id=spec.id)
    at_least_1 = ("ring_ms", "proof_ms", "away_waiting_ms", "away_talking_ms")
    at_least_0 = ("acw_ms", "acw_extension_ms", "acw_extensions", "service_level_ms", "max_waiting", "rating_ms")
    for names, least in ((at_least_1, 1), (at_least_0, 0)):
        for name in names:
            if not least <= getattr(spec, name) <= LONGEST_MS:
                raise Refusal("bad_definition", field=name, queue_id=spec.id)


def _check_agent(spec: AgentSpec) -> None:
    _check_levels(spec.skills)
    for field, numbers in (("capacity", spec.capacity.values()), ("no_answer_limit", (spec.no_answer_limit,))):
        if not all(0 <= number <= MOST for number in numbers):
            raise Refusal("bad_definition", field=field, agent_id=spec.id)
    if spec.mix is not None and not all(0 <= n <= MAX_WEIGHT for n in (spec.mix.limit, *spec.mix.weights.values())):
        raise Refusal("bad_definition", field="mix", agent_id=spec.id)


def define_queue(d: Decision, c: DefineQueue) -> None:
    """New or changed; a retired queue comes back to life. Its tenant can't change: contacts of one wait in it."""
    _check_queue(c.queue)
    known = d.state.queues.get(c.queue.id)
    if known is not None:
        if known.spec == c.queue and not known.retired:
            return
        if known.tenant_id != c.queue.tenant_id:
            raise Refusal("id_in_use", queue_id=c.queue.id)
    d.emit(ev.QueueDefined(at=d.at, queue=c.queue))
    for interaction_id in d.core.lines.members(c.queue.id):
        d.unplaced[interaction_id] = None  # easier needs may suit somebody who is free


def retire_queue(d: Decision, c: RetireQueue) -> None:
    if not d.queue(c.queue_id).retired:
        d.emit(ev.QueueRetired(at=d.at, queue_id=c.queue_id))


def define_agent(d: Decision, c: DefineAgent) -> None:
    """New (not ready, signed out) or changed. What an agent already has or hears ringing stays."""
    _check_agent(c.agent)
    known = d.state.agents.get(c.agent.id)
    if known is None or known.spec != c.agent:
        d.emit(ev.AgentDefined(at=d.at, agent=c.agent))


def retire_agent(d: Decision, c: RetireAgent) -> None:
    """Everything that the agent has finds another place; then the agent is gone."""
    agent = d.state.agents.get(c.agent_id)
    if agent is None:
        return
    clear_desk(d, agent, "agent_retired")
    for interaction_id in tuple(agent.handlings):
        interaction = d.state.interactions[interaction_id]
        if interaction.state == "talking":
            part(d, interaction, d.by, "queued")
            requeue(d, interaction, "agent_retired")
        else:
            wrap_up(d, interaction, "", by_timer=True)
    d.emit(ev.AgentRetired(at=d.at, agent_id=agent.id))
