"""The engine and the naive twin get the same random histories and must answer alike, event for event."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.commands import AnyCommand, Envelope
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.specs import STRATEGIES, AgentSpec, Party, Policy, QueuePolicy, QueueSpec, Share
from tests.engine.randomly import START, Chance
from tests.engine.twin import Twin

COMMANDS, LOTS = 420, 8
QUICK, ALL = range(136), range(136, 1_200)
LOOK_EVERY = 60

WHY_QUEUED = {
    "new", "rejected", "no_answer", "no_proof", "agent_not_ready", "agent_retired", "transfer", "transfer_timeout",
    "preference_timeout", "call_back", "reception", "consult",
}  # fmt: skip
RULES = {
    "only_one_free", "agent_freed", "interrupts", "transfer_to_agent", "last_agent", "named_agent", "consult",
    *STRATEGIES,
}  # fmt: skip
PASSED = {
    "minor_skill", "share_reached", "busier", "shorter_idle", "more_occupied", "broader_skills", "more_contacts",
}  # fmt: skip
GATES = {"reserved", "not_lent", "ceiling", "declined"}
REFUSALS = {
    "acw_extension_limit", "agent_not_ready", "already_ended", "bad_attributes", "bad_definition", "bad_score",
    "bad_time", "id_in_use", "not_rateable", "not_talking", "not_waiting", "not_your_interaction", "not_your_offer",
    "offer_gone", "policy_invalid", "policy_outdated", "queue_full", "queue_retired", "reason_required", "still_open",
    "transfer_target_invalid", "unknown_agent", "unknown_contact", "unknown_interaction", "unknown_offer",
    "unknown_queue", "unknown_rule", "wait_too_long", "bad_value", "consult_not_talking", "consult_open", "is_consult",
    "not_in_reception", "not_its_consult", "talks_already", "too_many_participants",
}  # fmt: skip
ENDS = (
    "handled", "abandoned", "consult", "transferred", "consult_over", "customer_left", "held", "in reception",
)  # fmt: skip
MUST = {
    *(f"event {kind.__name__}" for kind in ev.AnyEvent.__args__),
    *(f"command {kind.__name__}" for kind in AnyCommand.__args__),
    *(f"rule {rule}" for rule in RULES),
    *(f"passed {why}" for why in PASSED),
    *(f"blocked {gate}" for gate in GATES),
    *(f"queued {why}" for why in WHY_QUEUED),
    *(f"refused {code}" for code in REFUSALS),
    *(f"ended {how}" for how in ENDS),
    *(f"left {why}" for why in ("left", "ended", "queued", "took_over")),
    *("next_up", "step", "rule by hand", "rule on by timer", "rule off by timer", "lent", "lent no longer", "expected"),
}
NEEDS_DETAIL = ("queue_full", "wait_too_long")  # the customer is told what else there is


def answer(decider: Any, envelope: Envelope) -> list[Any]:
    try:
        return list(decider.decide(envelope))
    except Refusal as refusal:
        if refusal.code in NEEDS_DETAIL:
            return [refusal.code, f"detail {msgspec.json.encode(refusal.detail, order='sorted').decode()}"]
        return [refusal.code]


def note(seen: Counter[str], envelope: Envelope, answers: list[Any]) -> None:
    """What was reached."""
    seen[f"command {type(envelope.command).__name__}"] += 1
    for event in answers:
        if isinstance(event, str):
            seen["detail" if event.startswith("detail") else f"refused {event}"] += 1
            continue
        seen[f"event {type(event).__name__}"] += 1
        if isinstance(event, ev.InteractionOffered):
            reason = event.reason
            seen.update([f"rule {reason.rule}", *(f"blocked {gate}" for gate in reason.blocked)])
            if reason.runner_up:
                seen[f"passed {reason.runner_up.why}"] += 1
            seen.update(["next_up"] * bool(reason.next_up) + ["step"] * bool(reason.step))
        elif isinstance(event, ev.InteractionQueued):
            seen.update([f"queued {event.why}"] + ["expected"] * bool(event.expected))
        elif isinstance(event, ev.InteractionEnded):
            seen.update([f"ended {event.outcome}", f"ended {event.reason}"])
            seen.update(["ended held"] * bool(event.hold_ms) + ["ended in reception"] * (not event.queue_id))
        elif isinstance(event, ev.ParticipantLeft):
            seen[f"left {event.why}"] += 1
        elif isinstance(event, ev.RuleSwitched):
            seen[f"rule {'on' if event.on else 'off'} by timer" if event.by_timer else "rule by hand"] += 1
        elif isinstance(event, ev.LendingChanged):
            seen["lent" if event.on else "lent no longer"] += 1


def facts_of_the_floor(floor: Floor) -> dict[str, Any]:
    return {
        **{a.id: (a.handled, a.occupancy, a.idle_since, a.changes, a.missed) for a in floor.agents()},
        **{q.id: (q.lending, q.shared, q.answer_gaps_ms, q.last_answer_at) for q in floor.queues()},
        "accuracy": {q.id: floor.accuracy(q.id) for q in floor.queues()},
        **{i.id: (i.step, i.medium, i.attempt, floor.position(i.id)) for i in floor.interactions()},
        "calls": {i.id: (i.held_ms, i.recording, i.participants) for i in floor.interactions()},
    }  # fmt: skip


def facts_of_the_twin(twin: Twin) -> dict[str, Any]:
    places: dict[str, tuple[int, int]] = {}
    for queue in twin.queues:
        line = twin.line(queue)
        places |= {i.id: (place, len(line)) for place, i in enumerate(line, 1)}
    return {
        **{a.id: (a.handled, a.occupancy, a.idle_since, a.changes, a.missed) for a in twin.agents.values()},
        **{q.id: (q.lending, q.shared, q.gaps, q.last_answer) for q in twin.queues.values()},
        "accuracy": {q.id: (q.kept, q.said) for q in twin.queues.values()},
        **{i.id: (i.step, i.medium, i.attempt, places.get(i.id)) for i in twin.inters.values()},
        "calls": {i.id: (i.held_ms, i.recording, i.people) for i in twin.inters.values()},
    }


def compare(seed: int, seen: Counter[str]) -> None:
    chance, floor, twin = Chance(seed), Floor(), Twin()
    for number in range(COMMANDS):
        envelope = chance.envelope(floor, number)
        ours, theirs = answer(floor, envelope), answer(twin, envelope)
        assert ours == theirs, f"seed {seed}, command {number}: {envelope}"
        note(seen, envelope, ours)
        if number % LOOK_EVERY == 0 or number == COMMANDS - 1:
            assert facts_of_the_floor(floor) == facts_of_the_twin(twin), f"seed {seed}, after command {number}"


@pytest.mark.parametrize("lot", range(LOTS))
def test_agrees_with_the_naive_twin_event_for_event(lot: int) -> None:
    for seed in QUICK[lot::LOTS]:
        compare(seed, Counter())


def both(floor: Floor, twin: Twin, at: int, command: AnyCommand) -> list[Any]:
    envelope = Envelope(id="1", at=at, by=Party("system", "test"), command=command)
    ours = answer(floor, envelope)
    assert ours == answer(twin, envelope), envelope
    return ours


@pytest.mark.parametrize(("percent", "rest"), [(30, 10), (40, 0)])
def test_agrees_on_shares_until_their_counts_have_been_halved(percent: int, rest: int) -> None:
    """Longer than any of the random histories: 1,300 offers of one queue among two partners and nobody's agents."""
    floor, twin, at, r = Floor(), Twin(), START, Random(1)
    shares = (Share(partner="p:north", percent=60, floor=25), Share(partner="p:south", percent=percent, ceiling=2))
    policy = QueuePolicy(strategy="weighted_shares", shares=shares)
    both(floor, twin, at, cmd.DefineQueue(queue=QueueSpec(id="q", tenant_id="t", acw_ms=0, rating_ms=0)))
    both(floor, twin, at, cmd.PublishPolicy(policy=Policy(tenant_id="t", version=1, queues={"q": policy})))
    for n, skills in enumerate(({"p:north": 1}, {"p:north": 1}, {"p:south": 1}, {"p:south": 1}, {"p:south": 1}, {})):
        both(floor, twin, at, cmd.DefineAgent(agent=AgentSpec(id=f"a{n}", skills=skills)))
        both(floor, twin, at, cmd.SetAgentState(agent_id=f"a{n}", state="available"))
    talking: list[str] = []
    totals = []
    for n in range(1_300):
        at += r.randint(0, 9_000)
        start = cmd.StartContact(
            contact_id=f"c{n}", interaction_id=f"i{n}", tenant_id="t", customer_id="k", queue_id="q", medium="chat"
        )
        for event in both(floor, twin, at, start):
            if isinstance(event, ev.InteractionOffered):
                both(floor, twin, at, cmd.AcceptOffer(offer_id=event.offer_id, agent_id=event.agent_id))
                talking.append(event.interaction_id)
        while len(talking) > 4:
            gone = talking.pop(r.randrange(5))
            both(floor, twin, at, cmd.EndInteraction(interaction_id=gone, by=Party("customer", "k")))
        both(floor, twin, at, cmd.Tick())
        totals.append(sum(twin.queues["q"].shared.values()))
    assert max(totals) == 999
    assert totals[-1] < 999, "the counts have been halved"
    assert facts_of_the_floor(floor) == facts_of_the_twin(twin)
    got = twin.queues["q"].shared
    for partner, wanted in (("p:north", 60), ("p:south", percent), ("", rest)):
        assert 100 * got.get(partner, 0) == pytest.approx(wanted * totals[-1], abs=2 * totals[-1])


def test_agrees_on_who_is_first_among_equal_scores() -> None:
    """Queues that age at different paces, waits in the same proportion: the order of arrival decides."""
    ties = 0
    for seed in range(20):
        floor, twin, at, r = Floor(), Twin(), START, Random(seed)
        both(floor, twin, at, cmd.DefineAgent(agent=AgentSpec(id="a", capacity={"chat": 1})))
        for slope in (1, 2, 3):
            spec = QueueSpec(id=f"q{slope}", tenant_id="t", acw_ms=0, slope=slope)
            both(floor, twin, at, cmd.DefineQueue(queue=spec))
        for n in range(30):
            at += r.choice((0, 0, 60))
            start = cmd.StartContact(
                contact_id=f"c{n}", interaction_id=f"i{n}", tenant_id="t", customer_id="k",
                queue_id=f"q{r.randint(1, 3)}", medium="chat",
            )  # fmt: skip
            both(floor, twin, at, start)
        ringing = both(floor, twin, at, cmd.SetAgentState(agent_id="a", state="available"))[-1:]
        while ringing:
            (offer,) = ringing
            assert isinstance(offer, ev.InteractionOffered)
            queued = [i for i in twin.inters.values() if i.state == "queued"]
            ties += sum(twin.score(i) == offer.reason.score and i.queue != offer.queue_id for i in queued)
            both(floor, twin, at, cmd.AcceptOffer(offer_id=offer.offer_id, agent_id="a"))
            at += r.choice((0, 60))
            end = cmd.EndInteraction(interaction_id=offer.interaction_id, by=Party("customer", "k"))
            ringing = [e for e in both(floor, twin, at, end) if isinstance(e, ev.InteractionOffered)]
    assert ties > 50


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_agrees_in_a_thousand_histories_that_reach_every_corner() -> None:
    seen: Counter[str] = Counter()
    for seed in ALL:
        compare(seed, seen)
    assert set(seen) >= MUST, f"the histories must reach every corner: {sorted(MUST - set(seen))}"


def test_the_quick_histories_reach_nearly_every_corner() -> None:
    """By the engine alone: what is not reached is not compared."""
    seen: Counter[str] = Counter()
    for seed in QUICK:
        chance, floor = Chance(seed), Floor()
        for number in range(COMMANDS):
            envelope = chance.envelope(floor, number)
            note(seen, envelope, answer(floor, envelope))
    assert set(seen) >= MUST, f"not reached: {sorted(MUST - set(seen))}"
