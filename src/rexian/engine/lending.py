"""Minor skills are lent to a queue that is short of agents, and called back when it is not.

Only queues in which something has happened since the last look, or whose first in line has waited long enough by now,
can have changed: the others are not looked at.
"""

from __future__ import annotations

from heapq import heappop, heappush

from rexian.engine import events as ev
from rexian.engine.decision import Decision
from rexian.engine.plans import Plan
from rexian.engine.routing import push_classes
from rexian.engine.specs import Lend


def lend(d: Decision) -> None:
    """Once at the end of a command: see which queues are short now."""
    touched, due = d.core.lines.touched, d.core.lend_due
    while due and due[0][0] <= d.at:
        touched[heappop(due)[1]] = None
    queue_ids = sorted(touched)
    touched.clear()
    for queue_id in queue_ids:
        plan = d.core.plans.get(queue_id)
        if plan is not None and plan.policy.lend is not None:
            _look(d, plan, plan.policy.lend)


def _look(d: Decision, plan: Plan, rule: Lend) -> None:
    queue = plan.queue
    since = _first_since(d, plan.queue.id)
    waited = d.at - since if since else 0
    short = 0 < rule.waiting <= queue.waiting or 0 < rule.waited_ms <= waited
    if since and rule.waited_ms and not short and plan.lend_at != since + rule.waited_ms:
        plan.lend_at = since + rule.waited_ms
        heappush(d.core.lend_due, (plan.lend_at, queue.id))
    if short == queue.lending or (not short and queue.waiting > rule.until_waiting):
        return
    d.emit(ev.LendingChanged(at=d.at, queue_id=queue.id, on=short, waiting=queue.waiting, waited_ms=waited))
    if short:
        push_classes(d, d.core.matcher.classes_of((queue.id,)))


def _first_since(d: Decision, queue_id: str) -> int:
    """Since when the first in line waits, queued or ringing; 0: nobody does."""
    first = d.core.lines.members(queue_id, 1)
    return d.state.interactions[first[0]].waiting_from if first else 0
