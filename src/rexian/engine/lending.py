"""Minor skills are lent to a queue that is short of agents, and called back when it is not."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.decision import Decision
from rexian.engine.plans import Plan
from rexian.engine.routing import push_classes
from rexian.engine.specs import Lend


def lend(d: Decision) -> None:
    """Once at the end of a command: see which queues are short now."""
    for plan in d.core.lenders:
        if plan.policy.lend is not None:
            _look(d, plan, plan.policy.lend)


def _look(d: Decision, plan: Plan, rule: Lend) -> None:
    queue = plan.queue
    waited = _longest_wait(d, queue.id)
    short = 0 < rule.waiting <= queue.waiting or 0 < rule.waited_ms <= waited
    if short == queue.lending or (not short and queue.waiting > rule.until_waiting):
        return
    d.emit(ev.LendingChanged(at=d.at, queue_id=queue.id, on=short, waiting=queue.waiting, waited_ms=waited))
    if short:
        push_classes(d, d.core.matcher.classes_of((queue.id,)))


def _longest_wait(d: Decision, queue_id: str) -> int:
    """Of the first in line, queued or ringing."""
    first = d.core.lines.members(queue_id, 1)
    return d.at - d.state.interactions[first[0]].waiting_from if first else 0
