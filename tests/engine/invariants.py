"""What must be true of a floor at every event and after every command, worked out in the plainest way.

`History` sees every event before it happens (on a floor of its own that folds them) and remembers what the events say;
`check` looks at the floor afterwards. Neither asks any index of the engine how it came to its choice.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from rexian.engine import events as ev
from rexian.engine.floor import Floor
from rexian.engine.specs import MEDIA
from rexian.engine.state import Agent, Interaction, InteractionState
from tests.engine.invariants_calls import CallHistory, call_holds, consults_come_first
from tests.engine.seen import Followed, words_of
from tests.engine.twin_words import Words

WAITING = ("queued", "offered")
COUNTED: tuple[InteractionState, ...] = ("queued", "offered", "scheduled", "talking", "after_contact_work")
TARGETED = ("transfer_to_agent", "last_agent", "named_agent", "consult")


class History(CallHistory):
    """What the events alone say: numbers without gaps, one end each, nothing lost, nobody passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.folded = Floor()
        self.followed = Followed()
        self.started: set[str] = set()  # not yet forgotten, like the next two
        self.ended: set[str] = set()
        self.closed: set[str] = set()
        self.numbers: Counter[str] = Counter()
        self.ringing: dict[str, str] = {}
        self.booked: dict[str, int] = {}
        self.told: dict[str, tuple[int, int]] = {}
        self.accuracy: dict[str, tuple[int, int]] = {}
        self.now = 0

    def add(self, events: list[Any], floor: Floor) -> None:
        for event in events:
            assert event.at >= self.now, "instants never go backwards"
            self.now = event.at
            self.seen(event)
            check = getattr(self, type(event).__name__, None)
            if check is not None:
                check(event)
            self.folded.apply(event)
        if events:
            assert self.folded.checksum() == floor.checksum(), "the fold is the same floor"
        assert {contact.id for contact in floor.contacts()} == self.started, "no contact appears or disappears"
        states = {i.id: i.state for i in floor.interactions()}
        assert {id for id, state in states.items() if state == "scheduled"} == set(self.booked)
        for queue in floor.queues():
            assert floor.accuracy(queue.id) == self.accuracy.get(queue.id, (0, 0))

    def words(self) -> Words:
        """The floor as it is before the present event."""
        return words_of(self.folded, self.now, self.followed)

    # -- contacts ----------------------------------------------------------------------------------------------------
    def ContactStarted(self, e: ev.ContactStarted) -> None:
        assert e.contact_id not in self.started
        self.started.add(e.contact_id)

    def MessagePosted(self, e: ev.MessagePosted) -> None:
        self.numbers[e.interaction_id] += 1
        assert e.number == self.numbers[e.interaction_id], "message numbers have no gaps"

    def ContactClosed(self, e: ev.ContactClosed) -> None:
        assert e.contact_id not in self.closed, "a contact closes once"
        self.closed.add(e.contact_id)

    def ContactsForgotten(self, e: ev.ContactsForgotten) -> None:
        for contact_id in e.contact_ids:
            self.started.remove(contact_id)
            self.closed.remove(contact_id)
            contact = self.folded.contact(contact_id)
            assert contact is not None
            self.ended.difference_update(contact.interaction_ids)

    # -- waiting -----------------------------------------------------------------------------------------------------
    def InteractionQueued(self, e: ev.InteractionQueued) -> None:
        self.queued(e)
        assert e.interaction_id not in self.ringing
        assert (e.interaction_id in self.booked) == (e.why == "call_back")
        if e.why == "call_back":
            due_at = self.booked.pop(e.interaction_id)
            lead = self.words().policy(e.queue_id).call_back_lead_ms
            assert e.at >= due_at, "not before its time"
            assert e.since == due_at - lead
        if e.expected:
            self.told[e.interaction_id] = e.expected

    def InteractionWidened(self, e: ev.InteractionWidened) -> None:
        i = self.folded.interaction(e.interaction_id)
        assert i is not None
        assert (i.state, i.target_agent_id) == ("queued", None)
        steps = self.words().policy(e.queue_id).steps
        assert e.step == i.step + 1, "one step after the other"
        assert e.at >= i.entered_at + steps[i.step].after_ms
        assert (e.kind, e.alternatives) == (steps[i.step].kind, steps[i.step].alternatives)

    def CallBackRequested(self, e: ev.CallBackRequested) -> None:
        if e.due_at:
            assert e.due_at > e.at
            self.booked[e.interaction_id] = e.due_at

    # -- offers ------------------------------------------------------------------------------------------------------
    def InteractionOffered(self, e: ev.InteractionOffered) -> None:
        assert e.interaction_id not in self.ringing, "never offered to two agents"
        self.ringing[e.interaction_id] = e.offer_id
        words = self.words()
        agent, i = words.agents[e.agent_id], words.inters[e.interaction_id]
        assert i.state == "queued"
        assert agent.wanted == "available"
        assert e.reason.score == words.score(i)
        if e.reason.rule in TARGETED:
            assert i.target == agent.id
            assert words.free(agent, i.medium), "no offer beyond the capacity"
        else:
            self.untargeted(e, words, agent, i)
        self.followed.offered(e, words)

    def untargeted(self, e: ev.InteractionOffered, words: Words, agent: Any, i: Any) -> None:
        assert not i.target
        assert words.suits(agent, i)
        assert words.gate(agent, i) is None, "no gate is passed: reserves, ceilings, lending, refusals"
        if e.reason.rule == "interrupts":
            assert words.interruptible(agent, i), "only an emergency goes beyond the capacity"
        else:
            assert words.free(agent, i.medium), "no offer beyond the capacity"
        if e.reason.rule == "agent_freed":
            assert self.best_for(words, agent) is i, "nobody whom the agent could take had a higher score"
            queued = [other for other in words.inters.values() if other.state == "queued"]
            awaited = any(other.target == agent.id and words.free(agent, other.medium) for other in queued)
            assert not awaited or words.emergency(i), "those who wait for this person come first"

    def best_for(self, words: Words, agent: Any) -> Any:
        could = [
            i for i in words.inters.values()
            if i.state == "queued" and not i.target and words.suits(agent, i) and not words.gate(agent, i)
            and (words.free(agent, i.medium) or words.interruptible(agent, i))
        ]  # fmt: skip
        return words.by_score(could)[0]

    def _silent(self, e: Any) -> None:
        assert self.ringing.pop(e.interaction_id) == e.offer_id, "an offer ends once"

    OfferRejected = OfferExpired = OfferWithdrawn = _silent

    def OfferAccepted(self, e: ev.OfferAccepted) -> None:
        self._silent(e)
        i = self.folded.interaction(e.interaction_id)
        assert i is not None
        if (told := self.told.pop(e.interaction_id, None)) is not None:
            kept, said = self.accuracy.get(e.queue_id, (0, 0))
            held = told[0] <= i.waited_ms + e.waited_ms <= told[1]
            self.accuracy[e.queue_id] = (kept + held, said + 1)

    def InteractionEnded(self, e: ev.InteractionEnded) -> None:
        self.over(e)
        assert e.interaction_id not in self.ended, "an interaction ends once"
        assert e.interaction_id not in self.ringing
        self.ended.add(e.interaction_id)
        self.booked.pop(e.interaction_id, None)
        told = self.told.pop(e.interaction_id, None)
        if told and e.outcome == "abandoned" and e.waited_ms > told[1]:
            kept, said = self.accuracy.get(e.queue_id, (0, 0))
            self.accuracy[e.queue_id] = (kept, said + 1)

    # -- policy ------------------------------------------------------------------------------------------------------
    def PolicyPublished(self, e: ev.PolicyPublished) -> None:
        present = self.followed.policies.get(e.policy.tenant_id)
        assert present is None or e.policy.version > present.version
        self.followed.policy_published(e, self.words())

    def RuleSwitched(self, e: ev.RuleSwitched) -> None:
        self.followed.rule_switched(e)

    def InteractionTakenOver(self, e: ev.InteractionTakenOver) -> None:
        super().InteractionTakenOver(e)
        self.followed.taken_over(e)

    def LendingChanged(self, e: ev.LendingChanged) -> None:
        self.followed.lending_changed(e, self.words())


def check(floor: Floor, at: int, history: History) -> Counter[str]:
    """`at`: the instant of the last command. Returns why agents and contacts that would suit are kept apart."""
    for interaction in floor.interactions():
        _one_place(floor, interaction)
    words = words_of(floor, at, history.followed)
    for agent in floor.agents():
        _desk(floor, agent, words)
    _queues(floor, words, history.followed)
    late = [i.id for i in floor.interactions() if i.state == "scheduled" and i.call_back_at <= words.at]
    assert not late or (floor.next_due() or 0) <= words.at, "the next Tick brings booked call-backs back"
    return _nobody_idle(floor, words)


def _one_place(floor: Floor, i: Interaction) -> None:
    """In line, or ringing at one desk while in line, or booked, or in one agent's hands, or at its end."""
    agents = list(floor.agents())
    in_hands = [agent.id for agent in agents if i.id in agent.handlings]
    ringing = [offer.id for offer in floor.offers() if offer.interaction_id == i.id]
    awaiting = [agent.id for agent in agents if i.id in agent.awaited]
    in_line = [member.id for member in floor.waiting(i.queue_id)].count(i.id)
    assert in_line == (i.state in WAITING) == (floor.position(i.id) is not None)
    assert in_hands == ([i.agent_id] if i.state in ("talking", "after_contact_work") else [])
    assert ringing == ([i.offer_id] if i.state == "offered" else [])
    assert awaiting == ([i.target_agent_id] if i.state == "queued" and i.target_agent_id else [])
    assert (i.state in ("ended", "after_contact_work")) == bool(i.ended_at)
    contact = floor.contact(i.contact_id)
    assert contact is not None
    assert i.id in contact.interaction_ids
    states = [floor.interaction(id).state for id in contact.interaction_ids]  # type: ignore[union-attr]
    assert bool(contact.closed_at) == (set(states) == {"ended"})
    call_holds(floor, i)


def _desk(floor: Floor, agent: Agent, words: Words) -> None:
    taken = [floor.offer(id).medium for id in agent.offers]  # type: ignore[union-attr]
    taken += [floor.interaction(id).medium for id in agent.handlings]  # type: ignore[union-attr]
    assert {medium: count for medium, count in agent.used.items() if count} == Counter(taken)
    assert not agent.offers or agent.wanted == "available", "nothing rings at a desk that is not ready"
    wrapping = [id for id in agent.handlings if floor.interaction(id).state == "after_contact_work"]  # type: ignore[union-attr]
    assert agent.wrapping == len(wrapping)
    assert bool(agent.wrapping_since) == (0 < len(wrapping) == len(agent.handlings))
    assert bool(agent.busy_since) == bool(agent.handlings)
    assert 0 <= agent.occupancy <= 10_000
    for medium in MEDIA:
        assert agent.free(medium) == words.free(words.agents[agent.id], medium)


def _queues(floor: Floor, words: Words, followed: Followed) -> None:
    counts = Counter((i.queue_id, i.state) for i in floor.interactions())
    for queue in floor.queues():
        seen = (queue.waiting, queue.offered, queue.scheduled, queue.talking, queue.after_contact_work)
        assert seen == tuple(counts[queue.id, state] for state in COUNTED)
        consults_come_first(floor, queue.id)
        line = [i.id for i in words.line(queue.id)]
        assert [i.id for i in floor.waiting(queue.id)] == line, "places follow the score"
        assert [floor.position(id) for id in line] == [(place, len(line)) for place in range(1, len(line) + 1)]
        assert queue.lending == (queue.id in followed.lending)
        assert queue.shared == followed.shared.get(queue.id, {}), "what partners got is counted"
        for share in words.policy(queue.id).shares:
            assert queue.busy_shares.get(share.partner, 0) == words.busy(queue.id, share.partner)


def _nobody_idle(floor: Floor, words: Words) -> Counter[str]:
    """No agent with a free place while somebody waits whom they could take, but for a gate; the gates are counted."""
    gates: Counter[str] = Counter()
    for agent in words.agents.values():
        for i in words.inters.values():
            if i.state != "queued" or agent.wanted != "available":
                continue
            free = words.free(agent, i.medium)
            if i.target:
                assert not (free and i.target == agent.id), "the awaited person is free"
            elif words.suits(agent, i) and (free or words.interruptible(agent, i)):
                gate = words.gate(agent, i)
                if gate is None:
                    assert agent.id in i.declined, f"{agent.id} is idle and {i.id} waits"
                    assert (floor.next_due() or 0) <= words.at, "time to ask again"
                    gate = "declined"
                gates[gate] += 1
    return gates
