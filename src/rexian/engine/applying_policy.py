"""What policies, rules, lending, widening and call-backs do to the facts (see `applying.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rexian.engine import events as ev
from rexian.engine.applying_steps import leave_agent, leave_line, shift
from rexian.engine.core import Core
from rexian.engine.plans import fits_interaction
from rexian.engine.specs import Policy, Rule
from rexian.engine.state import Interaction, Routing
from rexian.engine.timers import Due


# -- policies and rules ------------------------------------------------------------------------------------------------
def _policy_published(core: Core, e: ev.PolicyPublished) -> None:
    tenant_id = e.policy.tenant_id
    since = {rule.id: e.at for rule in e.policy.rules}
    core.state.routing[tenant_id] = Routing(policy=e.policy, active=e.active, rule_since=since)
    _fit_queues(core, e.policy)
    for interaction in core.state.interactions.values():
        if interaction.step and interaction.tenant_id == tenant_id and interaction.state != "ended":
            steps = core.state.policy_of(core.state.queues[interaction.queue_id]).steps
            interaction.step = min(interaction.step, len(steps))
    core.follow_rules(tenant_id)
    core.follow()
    for interaction in core.waiting_of(tenant_id):
        core.place_anew(interaction)


def _fit_queues(core: Core, policy: Policy) -> None:
    """What the queues remember for rules that they no longer have goes."""
    for queue in core.state.queues.values():
        if queue.tenant_id == policy.tenant_id:
            now = core.state.policy_of(queue)
            partners = {"", *(share.partner for share in now.shares)}
            queue.lending = queue.lending and now.lend is not None
            queue.shared = {partner: count for partner, count in queue.shared.items() if partner in partners}


def _rule_switched(core: Core, e: ev.RuleSwitched) -> None:
    routing = core.state.routing[e.tenant_id]
    (rule,) = (rule for rule in routing.policy.rules if rule.id == e.rule_id)
    active = {*routing.active, rule.id} if e.on else {*routing.active} - {rule.id}
    routing.active = tuple(known.id for known in routing.policy.rules if known.id in active)
    if e.by_timer:
        routing.rule_since[rule.id] = rule.from_at if e.on else rule.until_at
    else:
        routing.rule_since[rule.id] = e.at
    core.follow_rules(e.tenant_id)
    for interaction in core.waiting_of(e.tenant_id):
        if fits_interaction(rule, interaction):
            core.place_anew(interaction)
    _file_interruptible(core, rule)


def _file_interruptible(core: Core, rule: Rule) -> None:
    """What agents have in hand may have become an emergency, or be one no longer."""
    if rule.emergency and core.matcher.idle.interruptible is not None:
        for agent in core.state.agents.values():
            if agent.handlings:
                core.matcher.file(agent)


def _lending_changed(core: Core, e: ev.LendingChanged) -> None:
    core.state.queues[e.queue_id].lending = e.on


# -- one contact -------------------------------------------------------------------------------------------------------
def _widened(core: Core, e: ev.InteractionWidened) -> None:
    interaction = core.state.interactions[e.interaction_id]
    interaction.step = e.step
    core.enqueue(interaction)


def _call_back_requested(core: Core, e: ev.CallBackRequested) -> None:
    interaction = core.state.interactions[e.interaction_id]
    leave_agent(core, interaction)
    interaction.call_back = True
    interaction.call_back_at = e.due_at
    interaction.medium = e.medium
    interaction.away_due_at = 0
    if e.due_at:
        _book(core, interaction, e)
    elif interaction.state == "queued":
        core.enqueue(interaction)


def _book(core: Core, interaction: Interaction, e: ev.CallBackRequested) -> None:
    leave_line(core, interaction)
    shift(core, interaction, "scheduled")
    interaction.waited_ms += e.at - interaction.waiting_from
    core.book(interaction)
    core.timers.add(e.due_at, Due.CALL_BACK, interaction.id)


POLICY: dict[type[Any], Callable[[Core, Any], None]] = {
    ev.PolicyPublished: _policy_published,
    ev.RuleSwitched: _rule_switched,
    ev.LendingChanged: _lending_changed,
    ev.InteractionWidened: _widened,
    ev.CallBackRequested: _call_back_requested,
}
