"""A floor seen through its views alone, in the twin's plain words; and what the events alone say of its routing."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from rexian.engine import events as ev
from rexian.engine.floor import Floor
from rexian.engine.specs import Policy
from tests.engine.twin_words import Words, new_queue

STATES = {"after_contact_work": "acw"}


class Followed:
    """Policies, rules in force, lending and shares, as the events tell them."""

    def __init__(self) -> None:
        self.policies: dict[str, Policy] = {}
        self.active: dict[str, set[str]] = {}
        self.lending: set[str] = set()
        self.partners: dict[str, str] = {}  # interaction → whose share its present offer or handling counts in
        self.shared: dict[str, dict[str, int]] = {}

    def policy_published(self, e: ev.PolicyPublished, words: Words) -> None:
        policy = e.policy
        self.policies[policy.tenant_id] = policy
        self.active[policy.tenant_id] = set(e.active)
        for queue_id, queue in words.queues.items():
            if queue.spec.tenant_id != policy.tenant_id:
                continue
            mine = policy.queues.get(queue_id)
            if not mine or not mine.lend:
                self.lending.discard(queue_id)
            named = {"", *(share.partner for share in mine.shares)} if mine else {""}
            counts = self.shared.get(queue_id, {})
            self.shared[queue_id] = {partner: count for partner, count in counts.items() if partner in named}

    def rule_switched(self, e: ev.RuleSwitched) -> None:
        active = self.active[e.tenant_id]
        assert (e.rule_id in active) != e.on, "a rule is switched only when it changes"
        (active.add if e.on else active.remove)(e.rule_id)

    def lending_changed(self, e: ev.LendingChanged, words: Words) -> None:
        """Hysteresis: on only from the one limit, off only at the other."""
        lend = words.policy(e.queue_id).lend
        assert lend is not None
        assert (e.queue_id in self.lending) != e.on
        short = 0 < lend.waiting <= e.waiting or 0 < lend.waited_ms <= e.waited_ms
        assert short if e.on else not short and e.waiting <= lend.until_waiting
        (self.lending.add if e.on else self.lending.remove)(e.queue_id)

    def taken_over(self, e: ev.InteractionTakenOver) -> None:
        self.partners.pop(e.interaction_id, None)

    def offered(self, e: ev.InteractionOffered, words: Words) -> None:
        """Before it is applied."""
        share = words.share(words.agents[e.agent_id], e.queue_id)
        policy = words.policy(e.queue_id)
        self.partners[e.interaction_id] = share.partner if share else ""
        if policy.strategy == "weighted_shares":
            counts = self.shared.setdefault(e.queue_id, {})
            partner = share.partner if share else ""
            counts[partner] = counts.get(partner, 0) + 1
            if sum(counts.values()) >= 1000:
                self.shared[e.queue_id] = {name: count // 2 for name, count in counts.items()}


def words_of(floor: Floor, at: int, followed: Followed) -> Words:
    """`at`: the instant of the last command."""
    words = Words()
    words.at = max(at, floor.now)
    words.policies, words.active = followed.policies, followed.active
    for queue in floor.queues():
        seen = words.queues[queue.id] = new_queue(queue.spec)
        seen.lending = queue.id in followed.lending
        seen.shared = followed.shared.get(queue.id, {})
    for a in floor.agents():
        words.agents[a.id] = Thing(
            id=a.id,
            spec=a.spec,
            wanted=a.wanted,
            changes=a.changes,
            number=a.number,
            idle_since=a.idle_since,
            unreachable=a.unreachable,
        )
    for i in floor.interactions():
        words.inters[i.id] = thing(i, followed)
    return words


def thing(i: Any, followed: Followed) -> Any:
    return Thing(
        id=i.id, number=i.number, queue=i.queue_id, tenant=i.tenant_id, medium=i.medium, needs=i.needs,
        credit=i.credit_ms, since=i.since, attributes=i.attributes, emergency=i.emergency, step=i.step,
        state=STATES.get(i.state, i.state), agent=i.agent_id, target=i.target_agent_id,
        partner=followed.partners.get(i.id, ""), about=i.consult_of, promoted=i.promoted,
        declined={id: (d.until, d.changes) for id, d in i.declined.items()},
    )  # fmt: skip
