"""From the ledger's columns to figures. Floats appear only here, after the day is over."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from rexian.drill.rehearsal.driver import Driver
from rexian.drill.rehearsal.ledger import Fate, column_of
from rexian.drill.rehearsal.longest import longest_waits
from rexian.drill.rehearsal.result import (
    DayResult,
    Figures,
    HalfHour,
    Mix,
    QueueFigures,
    TeamFigures,
    TenantFigures,
)  # fmt: skip
from rexian.drill.rehearsal.scenario import Column
from rexian.drill.rehearsal.timetable import MINUTE_MS

HALF_HOUR_MS = 30 * MINUTE_MS
Mask = NDArray[np.bool_]


def per_10k(part: int, whole: int) -> int | None:
    """Share in ten-thousandths, rounded; None of nothing."""
    return None if whole <= 0 else (20_000 * part + whole) // (2 * whole)


class Columns:
    """The ledger's rows that had begun when the day stopped."""

    def __init__(self, driver: Driver) -> None:
        scenario, ledger = driver.scenario, driver.ledger
        fate = column_of(ledger.fate)
        begun = fate != Fate.TO_COME
        self.fate = fate[begun]
        self.at = column_of(ledger.at)[begun]
        self.step = column_of(ledger.step)[begun]
        self.rule = column_of(ledger.rule)[begun]
        self.tries = column_of(ledger.tries)[begun]
        self.away = column_of(ledger.away)[begun]
        form = column_of(ledger.form)[begun]
        self.queue = np.array([one.queue for one in scenario.forms] or [0], dtype=np.int64)[form]
        self.answered: Mask = (self.fate >= Fate.TALKING) & (self.fate <= Fate.DONE)
        self.abandoned: Mask = self.fate == Fate.ABANDONED
        self.turned_away: Mask = self.fate == Fate.TURNED_AWAY
        waited = column_of(ledger.waited)[begun]
        still = self.fate <= Fate.RINGING
        self.waited = np.where(still, scenario.until - self.at, waited)
        threshold = np.array([queue.service_level_ms for queue in scenario.queues], dtype=np.int64)
        self.in_time: Mask = self.waited <= threshold[self.queue]

    def figures(self, mask: Mask) -> Figures:
        """Of the rows under `mask`."""
        rows = np.flatnonzero(mask)
        answered, abandoned, in_time_too = self.answered[rows], self.abandoned[rows], self.in_time[rows]
        waited = self.waited[rows]
        waits, over = waited[answered], waited[answered | abandoned]
        contacts, served, lost = len(rows), len(waits), int(abandoned.sum())
        away = int(self.turned_away[rows].sum())
        in_time, early = int((answered & in_time_too).sum()), int((abandoned & in_time_too).sum())
        return Figures(
            contacts=contacts,
            answered=served,
            abandoned=lost,
            waiting=contacts - served - lost - away,
            turned_away=away,
            in_time=in_time,
            gave_up_in_time=early,
            waited_ms=int(waits.sum()),
            asa_ms=round(int(waits.sum()) / served) if served else None,
            wait_p95_ms=int(np.partition(waits, served * 95 // 100)[served * 95 // 100]) if served else None,
            longest_ms=int(over.max()) if len(over) else 0,
            service_level=per_10k(in_time, served + lost - early),
            abandonment=per_10k(lost, contacts),
        )


def reduce(driver: Driver, wall_s: float, cpu_s: float) -> DayResult:
    """The whole result."""
    scenario, audience, columns = driver.scenario, driver.audience, Columns(driver)
    everybody = np.ones(len(columns.at), dtype=bool)
    desks = audience.desks
    paths = Counter(_machine_served(driver, lambda form: form.path))
    names = {number: rule for rule, number in audience.rules.items()}
    rules = np.bincount(columns.rule[columns.answered], minlength=len(names))
    audience.trail.flush()
    return DayResult(
        name=scenario.name,
        seed=scenario.seed,
        zone=scenario.zone,
        start_at=scenario.start_at,
        until_at=scenario.start_at + scenario.until,
        agents=len(scenario.agents),
        most_present=desks.most_present,
        mix=Mix(
            bot=paths["bot"],
            self_service=paths["self_service"],
            people=len(columns.at),
            retries=int((columns.tries > 1).sum()),
        ),
        total=columns.figures(everybody),
        occupancy=per_10k(sum(desks.engaged_ms), sum(desks.present_ms)),
        tenants=_tenants(driver, columns),
        queues=_queues(driver, columns),
        teams=_teams(driver),
        half_hours=_half_hours(driver, columns),
        longest=longest_waits(driver),
        rules={names[number]: int(count) for number, count in enumerate(rules) if count},
        widened={step: int(count) for step, count in enumerate(np.bincount(columns.step)) if count},
        call_backs=int(columns.away.sum()),
        lapses=dict(sorted(audience.lapses.items())),
        refusals=dict(sorted(audience.refusals.items())),
        commands=driver.commands + driver.machine_served,
        events=audience.trail.count,
        checksum=audience.trail.hexdigest(driver.floor.checksum()),
        wall_s=round(wall_s, 2),
        cpu_s=round(cpu_s, 2),
    )


def _machine_served(driver: Driver, key: object) -> dict[str, int]:
    """Demands that a machine met, by `key(form)`."""
    served = np.bincount(
        column_of(driver.machine_forms)[: driver.machine_served], minlength=len(driver.scenario.machine_forms)
    )
    found: dict[str, int] = {}
    for form, count in zip(driver.scenario.machine_forms, served.tolist(), strict=False):
        name = key(form)  # type: ignore[operator]
        found[name] = found.get(name, 0) + count
    return found


def _tenants(driver: Driver, columns: Columns) -> list[TenantFigures]:
    scenario = driver.scenario
    machine = _machine_served(driver, lambda form: form.tenant_id)
    tenants = np.array([queue.tenant_id for queue in scenario.queues])
    return [
        TenantFigures(
            tenant_id=tenant,
            title=scenario.title(tenant),
            figures=columns.figures((tenants == tenant)[columns.queue]),
            self_served=machine.get(tenant, 0),
        )
        for tenant in dict.fromkeys(tenants.tolist())
    ]


def _queues(driver: Driver, columns: Columns) -> list[QueueFigures]:
    return [
        QueueFigures(
            queue_id=queue.id,
            tenant_id=queue.tenant_id,
            title=driver.scenario.title(queue.id),
            threshold_ms=queue.service_level_ms,
            figures=columns.figures(columns.queue == number),
        )
        for number, queue in enumerate(driver.scenario.queues)
    ]


def _teams(driver: Driver) -> list[TeamFigures]:
    scenario, desks = driver.scenario, driver.audience.desks
    made = []
    for team in dict.fromkeys(scenario.groups):
        members = [number for number, group in enumerate(scenario.groups) if group == team]
        present, engaged = (sum(column[one] for one in members) for column in (desks.present_ms, desks.engaged_ms))
        made.append(
            TeamFigures(
                team=team,
                title=scenario.title(team),
                agents=len(members),
                present_ms=present,
                engaged_ms=engaged,
                occupancy=per_10k(engaged, present),
            )
        )
    return made


def _half_hours(driver: Driver, columns: Columns) -> list[HalfHour]:
    scenario, audience = driver.scenario, driver.audience
    count = max(1, -(-scenario.until // HALF_HOUR_MS))
    lines = column_of(audience.waiting_samples).reshape(-1, len(scenario.queues)).sum(axis=1)
    desks = column_of(audience.desk_samples).reshape(-1, 2)
    machine = np.bincount(driver.machine_at[: driver.machine_served] // HALF_HOUR_MS, minlength=count)
    per = HALF_HOUR_MS // MINUTE_MS
    return [
        _half_hour(
            scenario.start_at + number * HALF_HOUR_MS,
            columns.figures(columns.at // HALF_HOUR_MS == number),
            int(machine[number]),
            lines[number * per : (number + 1) * per],
            desks[number * per : (number + 1) * per],
        )
        for number in range(count)
    ]


def _half_hour(at: int, figures: Figures, self_served: int, lines: Column, desks: Column) -> HalfHour:
    present, engaged = desks.sum(axis=0).tolist() if len(desks) else (0, 0)
    return HalfHour(
        at=at,
        contacts=figures.contacts,
        self_served=self_served,
        service_level=figures.service_level,
        abandonment=figures.abandonment,
        asa_ms=figures.asa_ms,
        queue_mean=int(lines.sum()) * 100 // max(1, len(lines)),
        queue_most=int(lines.max()) if len(lines) else 0,
        present_mean=present * 100 // max(1, len(desks)),
        occupancy=per_10k(engaged, present),
    )
