"""What falls due when. An index only: whether an entry still holds is asked of the facts when it comes to the top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from heapq import heappop, heappush

from rexian.engine.specs import Rule
from rexian.engine.state import Interaction, Routing, State


class Due(IntEnum):
    """Kinds, in the order in which they happen when they fall due at the same instant."""

    PROOF = 0
    RING = 1
    AFTER_CONTACT_WORK = 2
    AWAY = 3
    TARGET = 4
    WIDEN = 5
    CALL_BACK = 6
    RULE = 7
    LEND = 8
    RETRY = 9
    FORGET = 10


NEVER = 1 << 60  # an instant that does not come

# due_at, kind, id of the offer, interaction or contact; for rules the tenant's and the rule's, see `rule_id`.
Timer = tuple[int, int, str]

_SEPARATOR = chr(31)


def rule_id(tenant_id: str, rule: str) -> str:
    """The id of a rule's timer; a policy is not valid with the separator in a rule's own id."""
    return tenant_id + _SEPARATOR + rule


def rule_of(id: str) -> tuple[str, str]:
    """(tenant, rule) of a timer's id."""
    tenant_id, _, rule = id.rpartition(_SEPARATOR)
    return tenant_id, rule


def edge_of(routing: Routing, rule: Rule) -> int:
    """When the rule's own time switches it next; 0: never. Times before the last switch lie in the past."""
    edge = rule.until_at if rule.id in routing.active else rule.from_at if rule.on else 0
    return edge if edge > routing.rule_since.get(rule.id, 0) else 0


def _proof_holds(state: State, due_at: int, id: str) -> bool:
    offer = state.offers.get(id)
    return offer is not None and due_at == offer.proof_due_at and not offer.proven


def _ring_holds(state: State, due_at: int, id: str) -> bool:
    offer = state.offers.get(id)
    return offer is not None and due_at == offer.ring_due_at


def _work_holds(state: State, due_at: int, id: str) -> bool:
    interaction = state.interactions.get(id)
    return interaction is not None and interaction.state == "after_contact_work" and interaction.acw_due_at == due_at


def _away_holds(state: State, due_at: int, id: str) -> bool:
    interaction = state.interactions.get(id)
    return interaction is not None and interaction.away_due_at == due_at


def _rule_holds(state: State, due_at: int, id: str) -> bool:
    tenant_id, name = rule_of(id)
    routing = state.routing.get(tenant_id)
    if routing is None:
        return False
    return any(rule.id == name and edge_of(routing, rule) == due_at for rule in routing.policy.rules)


def _widen_holds(state: State, due_at: int, id: str) -> bool:
    """The most frequent one by far, and nearly always over: most contacts are answered before their first step."""
    interaction = state.interactions.get(id)
    if interaction is None or interaction.state != "queued" or interaction.target_agent_id is not None:
        return False
    steps = state.policy_of(state.queues[interaction.queue_id]).steps
    return interaction.step < len(steps) and interaction.entered_at + steps[interaction.step].after_ms == due_at


def _pending_holds(kind: Due) -> Callable[[State, int, str], bool]:
    def holds(state: State, due_at: int, id: str) -> bool:
        interaction = state.interactions.get(id)
        return interaction is not None and (due_at, kind) in while_waiting(state, interaction)

    return holds


# By kind; that contacts are forgotten, `Timers` knows itself.
_HOLDS: tuple[Callable[[State, int, str], bool], ...] = (
    _proof_holds, _ring_holds, _work_holds, _away_holds, _pending_holds(Due.TARGET), _widen_holds,
    _pending_holds(Due.CALL_BACK), _rule_holds, _pending_holds(Due.LEND), _pending_holds(Due.RETRY),
)  # fmt: skip


def of_interaction(state: State, interaction: Interaction) -> Iterator[tuple[int, Due]]:
    """What is pending for an interaction: (due_at, kind)."""
    if interaction.state == "after_contact_work":
        yield interaction.acw_due_at, Due.AFTER_CONTACT_WORK
    if interaction.away_due_at:
        yield interaction.away_due_at, Due.AWAY
    yield from while_waiting(state, interaction)


def while_waiting(state: State, interaction: Interaction) -> Iterator[tuple[int, Due]]:
    """What is pending because nobody has it yet and it rings nowhere."""
    if interaction.state == "scheduled":
        yield interaction.call_back_at, Due.CALL_BACK
    if interaction.state != "queued":
        return
    for declined in interaction.declined.values():
        if declined.until != NEVER:
            yield declined.until, Due.RETRY
    if interaction.target_agent_id is not None:
        yield interaction.target_due_at, Due.TARGET
    yield from by_policy(state, interaction)


def by_policy(state: State, interaction: Interaction) -> Iterator[tuple[int, Due]]:
    """What the queue's policy has pending for one that is queued: the next widening, lending."""
    policy = state.policy_of(state.queues[interaction.queue_id])
    if interaction.target_agent_id is None and interaction.step < len(policy.steps):
        yield interaction.entered_at + policy.steps[interaction.step].after_ms, Due.WIDEN
    if policy.lend is not None and policy.lend.waited_ms:
        yield interaction.waiting_from + policy.lend.waited_ms, Due.LEND


class Timers:
    """A heap with lazy deletion."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._closed: dict[int, dict[str, None]] = {}  # when they are forgotten → contacts; one timer for all of them

    def forget(self, due_at: int, contact_id: str) -> None:
        """The contact is forgotten then, with all others of that instant."""
        known = self._closed.get(due_at)
        if known is None:
            self._closed[due_at] = {contact_id: None}
            heappush(self._heap, (due_at, Due.FORGET, ""))
        else:
            known[contact_id] = None

    def forgotten(self, due_at: int, contact_id: str) -> None:
        """It is."""
        known = self._closed[due_at]
        del known[contact_id]
        if not known:
            del self._closed[due_at]

    def to_forget(self, due_at: int) -> list[str]:
        """The contacts of that instant, by id."""
        return sorted(self._closed[due_at])

    def add(self, due_at: int, kind: Due, id: str) -> None:
        heappush(self._heap, (due_at, kind, id))

    def head(self, state: State) -> Timer | None:
        """The next one that holds; drops the dead before it."""
        heap = self._heap
        while heap:
            due_at, kind, id = heap[0]
            if self._holds(state, due_at, kind, id):
                return heap[0]
            heappop(heap)
        return None

    def pop(self, state: State, at: int) -> Timer | None:
        """The next one that is due by `at`, taken out."""
        heap = self._heap
        while heap and heap[0][0] <= at:
            due_at, kind, id = timer = heappop(heap)
            if self._holds(state, due_at, kind, id):
                return timer
        return None

    def _holds(self, state: State, due_at: int, kind: int, id: str) -> bool:
        return due_at in self._closed if kind == Due.FORGET else _HOLDS[kind](state, due_at, id)
