"""What follows from the tenants' policies for each queue and contact. An index only, worked out from the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rexian.engine.specs import PERMISSIONS, Medium, QueuePolicy, Rule, Share
from rexian.engine.state import Interaction, Queue

EMERGENCY_MS = 10**13  # head start of an emergency: beyond every other

# Orders of idle agents beside the fewest contacts; `weighted_shares` goes by idle time within a share.
LONGEST_IDLE, LEAST_OCCUPIED, BEST_FITTING, FEWEST_CONTACTS = range(4)
_ORDERS = {
    "longest_idle": LONGEST_IDLE,
    "least_occupied": LEAST_OCCUPIED,
    "best_fitting": BEST_FITTING,
    "fewest_contacts": FEWEST_CONTACTS,
    "weighted_shares": LONGEST_IDLE,
}


class Plan:
    """One queue's policy, ready to be asked. `own` when its requests must not share a class with other queues'."""

    __slots__ = ("gated", "lend_at", "order", "own", "policy", "queue", "shares", "weighted")

    def __init__(self, queue: Queue, policy: QueuePolicy) -> None:
        self.queue = queue
        self.policy = policy
        self.order = _ORDERS[policy.strategy]
        self.weighted = policy.strategy == "weighted_shares"
        self.shares = policy.shares
        self.gated = policy.lend is not None or any(share.ceiling for share in policy.shares)
        self.lend_at = 0  # the last instant that was noted for a look at lending
        self.own = self.gated or policy.reserve is not None or policy.strategy != "longest_idle"

    def share_of(self, skills: Mapping[str, int]) -> Share | None:
        """The share that an agent with these skills counts in: the first in the policy's order."""
        for share in self.shares:
            if share.partner in skills:
                return share
        return None

    def share_named(self, partner: str) -> Share | None:
        for share in self.shares:
            if share.partner == partner:
                return share
        return None

    def needs_at(self, step: int) -> dict[str, int]:
        """The queue's needs, as widened."""
        given = self.policy.steps[step - 1].needs if step else None
        return self.queue.spec.needs if given is None else given

    def lowered_at(self, step: int) -> int:
        return self.policy.steps[step - 1].lower if step else 0


def merged(needs: Mapping[str, int], own: Mapping[str, int], lower: int) -> dict[str, int]:
    """The queue's needs with the contact's own on top, the higher level counts. Permissions are never lowered."""
    result = dict(needs)
    for skill, level in own.items():
        if lower and not skill.startswith(PERMISSIONS):
            level = max(1, level - lower)
        if level > result.get(skill, 0):
            result[skill] = level
    return result


def fits(rule: Rule, tenant_id: str, queue_id: str, medium: Medium, attributes: Mapping[str, str]) -> bool:
    """Whether a contact with these attributes is one that the rule is for."""
    for name, values in rule.when.items():
        if name == "queue":
            value: str | None = queue_id
        elif name == "medium":
            value = medium
        elif name == "tenant":
            value = tenant_id
        else:
            value = attributes.get(name)
        if value not in values:
            return False
    return True


def fits_interaction(rule: Rule, i: Interaction) -> bool:
    return fits(rule, i.tenant_id, i.queue_id, i.medium, i.attributes)


def boost(
    rules: Sequence[Rule], tenant_id: str, queue_id: str, medium: Medium, attributes: Mapping[str, str]
) -> tuple[int, bool]:
    """(head start in ms, whether it is an emergency) by these active rules, without an emergency's own head start."""
    total, urgent = 0, False
    for rule in rules:
        if fits(rule, tenant_id, queue_id, medium, attributes):
            total += rule.boost_ms
            urgent = urgent or rule.emergency
    return total, urgent
