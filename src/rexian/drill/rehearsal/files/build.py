"""From a plan to a scenario: the log as it was, or another day like it."""

from __future__ import annotations

import numpy as np
from numpy.random import PCG64, Generator

from rexian.drill.rehearsal.files.arrivals import NOT_GIVEN, Arrivals, Kind
from rexian.drill.rehearsal.files.faults import Faults
from rexian.drill.rehearsal.files.plans import TENANT, Plan
from rexian.drill.rehearsal.ledger import column_of
from rexian.drill.rehearsal.scenario import Column, Demand, DutyEntry, Form, Scenario, Title
from rexian.engine.specs import QueueSpec

HALF_HOUR_MS = 1_800_000
MOST_DAYS = 31
_DAY_MS = 86_400_000
_PATIENCE_SIGMA = 0.9


def as_it_was(plan: Plan, seed: int) -> Scenario:
    """The log itself; only what it does not say (patience, how soon agents answer) comes from the seed."""
    return _scenario(plan, seed, np.arange(len(plan.arrivals.at)), np.zeros(len(plan.arrivals.at), dtype=np.int64))


def another_day(plan: Plan, seed: int) -> Scenario:
    """A day like it: each contact comes as often as a Poisson draw of mean 1 says, at another time of its half hour.

    Two plans over the same arrivals get the very same day for the same seed.
    """
    rng = Generator(PCG64([seed, 1]))
    at = column_of(plan.arrivals.at)
    rows = np.repeat(np.arange(len(at)), rng.poisson(1.0, len(at)))
    moved = at[rows] // HALF_HOUR_MS * HALF_HOUR_MS + rng.integers(0, HALF_HOUR_MS, len(rows)) - at[rows]
    return _scenario(plan, seed, rows, moved)


def _scenario(plan: Plan, seed: int, rows: Column, moved: Column) -> Scenario:
    queues, forms = _queues_and_forms(plan)
    start_at, until = _span(plan)
    return Scenario(
        name=plan.name,
        seed=seed,
        start_at=start_at,
        until=until,
        zone=plan.zone,
        queues=queues,
        agents=plan.staff.agents,
        groups=plan.staff.teams,
        duty=_duty(plan, start_at),
        forms=forms,
        demand=_demand(plan, seed, rows, moved, start_at),
        policies=plan.policies,
        behaviour=plan.habits,
        titles={TENANT: Title("本企业", "Own company")},
    )


def _span(plan: Plan) -> tuple[int, int]:
    """From the half hour of whatever comes first to half an hour after whatever ends last."""
    first = min(min(plan.arrivals.at), min(shift.begins for shift in plan.staff.shifts))
    last = max(max(plan.arrivals.at), max(shift.ends for shift in plan.staff.shifts))
    start_at = first // HALF_HOUR_MS * HALF_HOUR_MS
    until = (last - start_at) // HALF_HOUR_MS * HALF_HOUR_MS + 2 * HALF_HOUR_MS
    if until > MOST_DAYS * _DAY_MS:
        with Faults() as faults:
            faults.add(plan.arrivals.path, 0, "span", days=-(-until // _DAY_MS), most=MOST_DAYS)
    return start_at, until


# -- queues ------------------------------------------------------------------------------------------------------------
def _queue_of(kind: Kind) -> str:
    return kind.queue or ";".join(name for name, _ in kind.skills)


def _queues_and_forms(plan: Plan) -> tuple[list[QueueSpec], list[Form]]:
    defined = {queue.id: queue for queue in plan.queues}
    with Faults() as faults:
        for kind in plan.arrivals.kinds:
            name = _queue_of(kind)
            if name not in defined:
                defined[name] = _made(plan, name, kind, faults)
    numbers = {name: number for number, name in enumerate(defined)}
    forms = [
        Form(
            queue=numbers[_queue_of(kind)],
            medium=kind.medium,
            needs=dict(kind.skills),
            credit_ms=kind.credit_ms,
            attributes=dict(kind.attributes),
        )
        for kind in plan.arrivals.kinds
    ]
    return list(defined.values()), forms


def _made(plan: Plan, name: str, kind: Kind, faults: Faults) -> QueueSpec:
    """A queue that only the arrivals name: it needs the skill of that name, if anybody on the roster has it."""
    needs = {name: 1} if any(name in agent.skills for agent in plan.staff.agents) else {}
    if not needs and not kind.skills:
        faults.add(plan.arrivals.path, plan.arrivals.first_line[kind], "queue_unknown", value=name)
    tenant = next((one.tenant_id for one in plan.policies if name in one.queues), None)
    if tenant is None:
        tenant = plan.policies[0].tenant_id if plan.policies else TENANT
    return QueueSpec(id=name, tenant_id=tenant, needs=needs, proof_ms=3_600_000, acw_ms=_longest_acw(plan.arrivals),
                     rating_ms=0)  # fmt: skip


def _longest_acw(arrivals: Arrivals) -> int:
    """The floor ends after-contact work at the queue's limit; a log knows how long it really took."""
    return max(60_000, max(arrivals.acw) + 1)


# -- people ------------------------------------------------------------------------------------------------------------
def _duty(plan: Plan, start_at: int) -> list[DutyEntry]:
    found: list[DutyEntry] = []
    for shift in plan.staff.shifts:
        begins = shift.begins - start_at
        found.append(DutyEntry(begins, shift.agent, "available"))
        for after, long in shift.breaks:
            found.append(DutyEntry(begins + after, shift.agent, "break"))
            found.append(DutyEntry(begins + after + long, shift.agent, "available"))
        found.append(DutyEntry(shift.ends - start_at, shift.agent, "signed_out"))
    # Who goes at the instant at which the next shift begins goes first: one shift after another is no absence.
    return sorted(found, key=lambda one: (one.at, one.state == "available", one.agent))


def _demand(plan: Plan, seed: int, rows: Column, moved: Column, start_at: int) -> Demand:
    """The columns; each draw is made for every row, so that a filled cell changes nobody else's luck."""
    arrivals, habits, count = plan.arrivals, plan.habits, len(rows)
    rng = Generator(PCG64([seed, 2]))
    drawn = habits.patience_median_ms * np.exp(_PATIENCE_SIGMA * rng.standard_normal(count))
    patience = column_of(arrivals.patience)[rows]
    acw = column_of(arrivals.acw)[rows]
    answer = rng.integers(habits.answer_from_ms, max(habits.answer_from_ms, habits.answer_to_ms) + 1, count)
    return Demand(
        at=column_of(arrivals.at)[rows] + moved - start_at,
        form=column_of(arrivals.kind)[rows],
        talk=column_of(arrivals.talk)[rows],
        patience=np.where(patience == NOT_GIVEN, np.maximum(1_000, drawn).astype(np.int64), patience),
        acw=np.where(acw == NOT_GIVEN, habits.acw_ms, acw),
        answer=answer,
    )
