"""A little cross-training does nearly all: Wallace and Whitt, "A Staffing Algorithm for Call Centers with Skill-Based
Routing" (2005). Six types of contact, 90 agents, 30 places to wait, 84 Erlangs offered.
"""

from __future__ import annotations

from random import Random

import pytest

from rexian.engine.specs import AgentSpec
from tests.engine.virtual import Customer, Estimate, Hall

MINUTE = 60_000
TYPES, AGENTS, PLACES = 6, 90, 30
RATE = 8.4  # a minute, all types; services of 10 minutes in the mean
WAITS = {1: 3.06, 2: 0.60, 3: 0.49, 6: 0.47}  # skills per agent → mean wait in minutes


def agent(number: int, skills: int) -> AgentSpec:
    """One major skill, the others minor and spread evenly."""
    own, turn = number % TYPES, number // TYPES
    others = [type for type in range(TYPES) if type != own]
    lent = tuple(f"type:{others[(turn + n) % len(others)]}" for n in range(skills - 1))
    return AgentSpec(id=f"a{number}", skills=dict.fromkeys((f"type:{own}", *lent), 1), minor=lent, capacity={"chat": 1})


def mean_wait(seed: int, skills: int, contacts: int) -> float:
    """In minutes, of those who got in, without the first tenth."""
    r, at = Random(seed), 0.0
    customers = []
    for _ in range(contacts):
        at += r.expovariate(RATE)
        needs = {f"type:{r.randrange(TYPES)}": 1}
        customers.append(Customer(int(at * MINUTE), int(r.expovariate(0.1) * MINUTE), needs=needs))
    hall = Hall((agent(number, skills) for number in range(AGENTS)), room=AGENTS + PLACES)
    hall.run(customers)
    counted = [c for c in customers[contacts // 10 :] if c.outcome == "answered"]
    return sum(c.waited_ms for c in counted) / len(counted) / MINUTE


def waits(skills: int, contacts: int, replications: int) -> Estimate:
    estimate = Estimate.of([mean_wait(seed, skills, contacts) for seed in range(replications)])
    print(f"{skills} skills per agent: {estimate} min, near {WAITS[skills]}")
    return estimate


def test_a_second_skill_takes_most_of_the_wait_away() -> None:
    one, two, all_six = (waits(skills, 7_000, 3).mean for skills in (1, 2, 6))
    assert one > 3 * two, "two skills do most of it"
    assert two < 2 * all_six, "all six add little to that"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("skills", WAITS)
def test_the_mean_wait_is_that_of_the_paper(skills: int) -> None:
    """Within three standard errors and a twentieth: the paper's own figures are simulated too."""
    found = waits(skills, 50_000, 8)
    assert found.error < 0.08 * WAITS[skills], "enough replications to say anything"
    assert abs(found.mean - WAITS[skills]) < 3 * found.error + 0.05 * WAITS[skills]
