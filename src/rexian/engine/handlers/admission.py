"""Whether a queue takes somebody in, and whom they wait for: the same for new contacts and those out of a menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rexian.engine.commands import StartContact
from rexian.engine.decision import Decision
from rexian.engine.estimates import ENOUGH
from rexian.engine.handlers.configuration import check_head_start, check_needs
from rexian.engine.preferences import NOBODY, Target, Wish, preferred
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Medium
from rexian.engine.state import Queue

MOST_ATTRIBUTES = 20
LONGEST_NAME = 60
LONGEST_VALUE = 200


class Demand(NamedTuple):
    """What `StartContact` says of it, for one that the floor knows already."""

    tenant_id: str
    queue_id: str
    medium: Medium
    needs: dict[str, int]
    credit_ms: int
    attributes: dict[str, str]
    last_agent_id: str | None
    named_agent_id: str | None
    emergency: bool


class Admission(NamedTuple):
    """The wait that the customer hears first, and the person whom they wait for."""

    expected: tuple[int, int] | None
    target: Target


def check_attributes(attributes: Mapping[str, str]) -> None:
    """Raises `Refusal("bad_attributes")`: at most 20, names of 1 to 60 characters, values of at most 200."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise Refusal("bad_attributes", most=MOST_ATTRIBUTES)
    for name, value in attributes.items():
        if not 1 <= len(name) <= LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise Refusal("bad_attributes", name=name[:LONGEST_NAME])


def admit(d: Decision, c: StartContact | Demand, number: int = 0) -> Admission:
    """Check everything, or refuse. `number`: the order of arrival of one that has arrived already."""
    queue = _check(d, c)
    core, at, spec = d.core, d.at, queue.spec
    head_start, urgent = core.head_start(queue, c.medium, c.attributes, c.emergency)
    key = spec.slope * at - spec.priority - c.credit_ms - head_start
    expected = None
    if len(queue.answer_gaps_ms) >= ENOUGH:
        expected = core.expected_for(queue, c.medium, c.needs, urgent, key, at, number)
    if not urgent and (spec.max_waiting or expected is not None):
        _check_load(d, queue, expected)
    target = NOBODY
    if c.named_agent_id is not None or c.last_agent_id is not None:
        needs = core.would_ask(spec.id, c.medium, c.needs, urgent).needs
        target = preferred(d, Wish(c.medium, c.named_agent_id, c.last_agent_id), queue, needs, urgent)
    return Admission(expected, target)


def _check(d: Decision, c: StartContact | Demand) -> Queue:
    """A queue of another tenant is as unknown as one that does not exist."""
    queue = d.queue(c.queue_id)
    if queue.spec.tenant_id != c.tenant_id:
        raise Refusal("unknown_queue", queue_id=c.queue_id)
    if queue.retired:
        raise Refusal("queue_retired", queue_id=c.queue_id)
    if c.needs:
        check_needs(c.needs)
    if c.credit_ms:
        check_head_start(c.credit_ms)
    if c.attributes:
        check_attributes(c.attributes)
    return queue


def _check_load(d: Decision, queue: Queue, expected: tuple[int, int] | None) -> None:
    """A queue that can't promise anything takes nobody in, but says what the customer can do instead."""
    spec, policy = queue.spec, d.core.policy_of(queue.spec.id)
    if spec.max_waiting and queue.waiting >= spec.max_waiting:
        alternatives = list(policy.alternatives)
        raise Refusal("queue_full", queue_id=spec.id, max_waiting=spec.max_waiting, alternatives=alternatives)
    if policy.max_wait_ms and expected is not None and expected[0] > policy.max_wait_ms:
        low, high = expected
        alternatives = list(policy.alternatives)
        raise Refusal("wait_too_long", queue_id=spec.id, low_ms=low, high_ms=high, alternatives=alternatives)
