"""Who waited longest, and why: from the reason of the offer, the widenings, and who was planned to be at work."""

from __future__ import annotations

from rexian.drill.rehearsal.driver import Driver
from rexian.drill.rehearsal.ledger import Fate
from rexian.drill.rehearsal.result import LongWait
from rexian.drill.rehearsal.scenario import DutyEntry, Scenario
from rexian.drill.rehearsal.timetable import MINUTE_MS
from rexian.engine.specs import Reason, Step

_PERMISSIONS = ("tenant:", "scope:")


def longest_waits(driver: Driver) -> list[LongWait]:
    """The longest waits, longest first; those who gave up are among them."""
    ranked = sorted(driver.audience.longest, key=lambda one: (-one[0], -one[1]))
    return [_explained(driver, waited, -number, reason) for waited, number, reason in ranked]


def _explained(driver: Driver, waited: int, number: int, reason: Reason | None) -> LongWait:
    scenario, ledger = driver.scenario, driver.ledger
    form = scenario.forms[ledger.form[number]]
    queue = scenario.queues[form.queue]
    steps = _steps(scenario, queue.tenant_id, queue.id)[: ledger.step[number]]
    asked = _merged(queue.needs, form.needs)
    at = ledger.at[number]
    samples = driver.audience.waiting_samples
    sample = (
        min(max(0, at - 1) // MINUTE_MS, len(samples) // len(scenario.queues) - 1) * len(scenario.queues) + form.queue
    )
    return LongWait(
        contact=number,
        queue_id=queue.id,
        title=scenario.title(queue.id),
        came_at=scenario.start_at + at,
        waited_ms=waited,
        answered=ledger.fate[number] != Fate.ABANDONED,
        asked=asked,
        steps=tuple(step.kind for step in steps),
        rule="" if reason is None else reason.rule,
        blocked={} if reason is None else dict(reason.blocked),
        could_on_duty=_able(scenario, asked, form.medium, at),
        could_widened=_able(scenario, _widened(queue.needs, form.needs, steps), form.medium, at + waited),
        in_line=samples[sample],
    )


def _steps(scenario: Scenario, tenant_id: str, queue_id: str) -> tuple[Step, ...]:
    for policy in scenario.policies:
        if policy.tenant_id == tenant_id and queue_id in policy.queues:
            return policy.queues[queue_id].steps
    return ()


def _merged(needs: dict[str, int], own: dict[str, int]) -> dict[str, int]:
    return {skill: max(needs.get(skill, 0), own.get(skill, 0)) for skill in {**needs, **own}}


def _widened(needs: dict[str, int], own: dict[str, int], steps: tuple[Step, ...]) -> dict[str, int]:
    """What it asked for in the end, as ROUTING says: the step's needs, its own lowered, permissions never."""
    if not steps:
        return _merged(needs, own)
    last = steps[-1]
    lowered = {
        skill: level if skill.startswith(_PERMISSIONS) else max(1, level - last.lower) for skill, level in own.items()
    }
    return _merged(needs if last.needs is None else last.needs, lowered)


def _able(scenario: Scenario, asked: dict[str, int], medium: str, at: int) -> int:
    """How many agents planned to be at work at that instant have the skills and take the medium."""
    state: dict[int, DutyEntry] = {}
    for entry in scenario.duty:
        if entry.at > at:
            break
        state[entry.agent] = entry
    count = 0
    for number, entry in state.items():
        spec = scenario.agents[number]
        able = all(spec.skills.get(skill, 0) >= level for skill, level in asked.items())
        count += entry.state == "available" and able and any(m == medium and n for m, n in spec.capacity.items())
    return count
