"""The staff file: one row per shift of an agent. It may run over midnight and over a change of the clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rexian.drill.rehearsal.files import cells
from rexian.drill.rehearsal.files.faults import BadCell, Faults
from rexian.drill.rehearsal.files.sheets import rows
from rexian.engine.specs import MEDIA, AgentSpec, Medium, Mix

MUST = ("agent", "from", "to")
MAY = ("skills", "minor", "capacity", "breaks", "team")
LONGEST_SHIFT_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Shift:
    """From `begins` to `ends`, ms since 1970; breaks as (after the start, how long)."""

    agent: int
    begins: int
    ends: int
    breaks: tuple[tuple[int, int], ...]
    line: int


@dataclass(slots=True)
class Staff:
    """The agents in the order in which the file names them."""

    path: Path
    agents: list[AgentSpec] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _lines: list[int] = field(default_factory=list)

    def add(self, line: int, row: cells.Row) -> None:
        """One row. Raises `BadCell`."""
        name = cells.required(row, "agent")
        begins, ends = cells.instant(row, "from"), cells.instant(row, "to")
        if ends <= begins:
            raise BadCell("order")
        if ends - begins > LONGEST_SHIFT_MS:
            raise BadCell("too_long")
        breaks = cells.breaks(row, "breaks", ends - begins)
        number = self._agent(line, name, row)
        self.shifts.append(Shift(number, begins, ends, breaks, line))

    def _agent(self, line: int, name: str, row: cells.Row) -> int:
        spec = _spec(name, row)
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.agents)
            self.agents.append(spec)
            self.teams.append(row.get("team", "").strip() or "–")
            self._lines.append(line)
        elif self.agents[number] != spec:
            raise BadCell("differs", value=name, other=self._lines[number])
        return number

    def check_overlaps(self, faults: Faults) -> None:
        """Nobody can work twice at once."""
        latest: dict[int, Shift] = {}
        for shift in sorted(self.shifts, key=lambda one: (one.begins, one.line)):
            before = latest.get(shift.agent)
            if before is not None and shift.begins < before.ends:
                name = self.agents[shift.agent].id
                faults.add(self.path, shift.line, "overlap", value=name, other=before.line)
            latest[shift.agent] = shift if before is None or shift.ends > before.ends else before


def _spec(name: str, row: cells.Row) -> AgentSpec:
    skills, minor = cells.skills(row, "skills"), cells.names(row, "minor")
    for skill in minor:
        if skill not in skills:
            raise BadCell("minor", value=skill)
    capacity = cells.capacity(row, "capacity")
    one_at_a_time: dict[Medium, int] = dict.fromkeys(MEDIA, 1)
    capacity = capacity or one_at_a_time
    mix = Mix(weights={medium: 100 // places for medium, places in capacity.items()}) if len(capacity) > 1 else None
    return AgentSpec(id=name, skills=skills, minor=minor, capacity=capacity, mix=mix)


def read_staff(path: Path, faults: Faults) -> Staff:
    """All rows. What can't be read goes to `faults`."""
    staff = Staff(path)
    for line, row in rows(path, MUST, MAY, faults):
        try:
            staff.add(line, row)
        except BadCell as bad:
            faults.add(path, line, bad.code, **bad.params)
    staff.check_overlaps(faults)
    return staff
