"""How a tenant wants its queues to be routed, and the rules that somebody switches by hand."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.commands import PublishPolicy, SwitchRule
from rexian.engine.decision import Decision
from rexian.engine.policy_checks import check_policy
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Rule
from rexian.engine.timers import edge_of, rule_of


def publish_policy(d: Decision, c: PublishPolicy) -> None:
    """Holds at once, for those who wait too: all of them look for an agent again."""
    policy = c.policy
    known = d.state.routing.get(policy.tenant_id)
    if known is not None and known.policy == policy:
        return
    present = 0 if known is None else known.policy.version
    if policy.version <= present:
        raise Refusal("policy_outdated", tenant_id=policy.tenant_id, version=present)
    check_policy(policy)
    active = tuple(rule.id for rule in policy.rules if _holds(rule, d.at))
    d.emit(ev.PolicyPublished(at=d.at, policy=policy, active=active))
    for interaction in d.state.interactions.values():
        if interaction.state == "queued":
            d.unplaced[interaction.id] = None


def _holds(rule: Rule, at: int) -> bool:
    return rule.on and rule.from_at <= at and (not rule.until_at or at < rule.until_at)


def switch_rule(d: Decision, c: SwitchRule) -> None:
    rule = _rule(d, c.tenant_id, c.rule_id)
    if rule is None:
        raise Refusal("unknown_rule", tenant_id=c.tenant_id, rule_id=c.rule_id)
    if (rule.id in d.state.routing[c.tenant_id].active) != c.on:
        _switch(d, c.tenant_id, rule, on=c.on, by_timer=False)


def rule_due(d: Decision, id: str) -> None:
    """The rule's own time begins or ends."""
    tenant_id, rule_id = rule_of(id)
    rule = _rule(d, tenant_id, rule_id)
    routing = d.state.routing[tenant_id]
    if rule is not None and edge_of(routing, rule):
        _switch(d, tenant_id, rule, on=rule.id not in routing.active, by_timer=True)


def _rule(d: Decision, tenant_id: str, rule_id: str) -> Rule | None:
    routing = d.state.routing.get(tenant_id)
    rules = () if routing is None else routing.policy.rules
    return next((rule for rule in rules if rule.id == rule_id), None)


def _switch(d: Decision, tenant_id: str, rule: Rule, *, on: bool, by_timer: bool) -> None:
    """Whom it fits looks for an agent. So does every emergency: what agents have in hand may be interrupted now."""
    d.emit(ev.RuleSwitched(at=d.at, tenant_id=tenant_id, rule_id=rule.id, on=on, by_timer=by_timer))
    concerned = d.core.queued_that_fit(tenant_id, rule)
    if rule.emergency:
        concerned += d.core.matcher.waiting.urgent_ones()
    for interaction in concerned:
        d.unplaced[interaction.id] = None
