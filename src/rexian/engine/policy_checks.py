"""What a tenant's policy may say. Anything beyond is refused as `policy_invalid`, with where and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rexian.engine.refusal import Refusal
from rexian.engine.specs import MAX_LEVEL, STRATEGIES, Lend, Policy, QueuePolicy, Reserve, Rule, Share, Step

LONGEST_MS = 10**12  # 31 years
LATEST = 10**15  # as an instant
MOST = 1_000  # contacts at once, agents kept

Fault = tuple[str, str]  # where, why


def check_policy(policy: Policy) -> None:
    """Raises `Refusal("policy_invalid")` for the first fault: `where` (as `queues.sales.steps.0`) and `why`."""
    for where, why in _faults(policy):
        raise Refusal("policy_invalid", where=where, why=why)


def _faults(policy: Policy) -> Iterator[Fault]:
    for queue_id, queue in policy.queues.items():
        for where, why in _queue_faults(queue):
            yield f"queues.{queue_id}.{where}", why
    for index, rule in enumerate(policy.rules):
        for why in _rule_faults(rule):
            yield f"rules.{index}", why
    if not _distinct([rule.id for rule in policy.rules]):
        yield "rules", "id_twice"


def _queue_faults(queue: QueuePolicy) -> Iterator[Fault]:
    if queue.strategy not in STRATEGIES:
        yield "strategy", "unknown"
    for name in ("last_agent_ms", "named_agent_ms", "max_wait_ms", "call_back_lead_ms"):
        if not 0 <= getattr(queue, name) <= LONGEST_MS:
            yield name, "out_of_range"
    yield from _step_faults(queue.steps)
    yield from _share_faults(queue.shares)
    if queue.lend is not None:
        yield from _lend_faults(queue.lend)
    if queue.reserve is not None:
        yield from _reserve_faults(queue.reserve)


def _step_faults(steps: tuple[Step, ...]) -> Iterator[Fault]:
    before = -1
    for index, step in enumerate(steps):
        if not before < step.after_ms <= LONGEST_MS:
            yield f"steps.{index}.after_ms", "not_after_the_one_before"
        if not 0 <= step.lower <= MAX_LEVEL:
            yield f"steps.{index}.lower", "out_of_range"
        if not all(1 <= level <= MAX_LEVEL for level in (step.needs or {}).values()):
            yield f"steps.{index}.needs", "level"
        before = step.after_ms


def _share_faults(shares: tuple[Share, ...]) -> Iterator[Fault]:
    partners = [share.partner for share in shares]
    if "" in partners or not _distinct(partners):
        yield "shares", "partner"
    for index, share in enumerate(shares):
        if not (0 <= share.percent <= 100 and 0 <= share.floor <= 100 and 0 <= share.ceiling <= MOST):
            yield f"shares.{index}", "out_of_range"
    if sum(share.percent for share in shares) > 100:
        yield "shares", "more_than_100_percent"


def _lend_faults(lend: Lend) -> Iterator[Fault]:
    numbers = (lend.waiting, lend.waited_ms, lend.until_waiting)
    if not all(0 <= number <= LONGEST_MS for number in numbers):
        yield "lend", "out_of_range"
    if not lend.waiting and not lend.waited_ms:
        yield "lend", "never"


def _reserve_faults(reserve: Reserve) -> Iterator[Fault]:
    if not reserve.skill:
        yield "reserve.skill", "empty"
    if not 0 <= reserve.keep <= MOST:
        yield "reserve.keep", "out_of_range"


def _rule_faults(rule: Rule) -> Iterator[str]:
    if not rule.id or chr(31) in rule.id:
        yield "id"
    if abs(rule.boost_ms) > LONGEST_MS:
        yield "boost_ms"
    if not (0 <= rule.from_at <= LATEST and 0 <= rule.until_at <= LATEST):
        yield "out_of_range"
    if 0 < rule.until_at <= rule.from_at:
        yield "until_before_from"


def _distinct(names: Collection[str]) -> bool:
    return len({*names}) == len(names)
