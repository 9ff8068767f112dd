"""The arrivals file: who came when, for what, how long it took, and how long they would wait."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

from rexian.drill.rehearsal.files import cells
from rexian.drill.rehearsal.files.faults import BadCell, Faults
from rexian.drill.rehearsal.files.sheets import rows
from rexian.engine.specs import Medium

MUST = ("at", "talk_s")
MAY = ("queue", "skills", "patience_s", "priority", "medium", "acw_s")
NOT_GIVEN = -1
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Kind:
    """What a row asks for. `queue` is empty when only skills were given."""

    queue: str
    medium: Medium
    skills: tuple[tuple[str, int], ...]
    credit_ms: int
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Arrivals:
    """One row per contact. Durations in ms, `NOT_GIVEN` where empty. `first_line`: where a kind first stood."""

    path: Path
    at: array[int] = field(default_factory=lambda: array("q"))
    kind: array[int] = field(default_factory=lambda: array("i"))
    talk: array[int] = field(default_factory=lambda: array("q"))
    patience: array[int] = field(default_factory=lambda: array("q"))
    acw: array[int] = field(default_factory=lambda: array("q"))
    kinds: dict[Kind, int] = field(default_factory=dict)
    first_line: dict[Kind, int] = field(default_factory=dict)

    def add(self, line: int, row: cells.Row) -> None:
        """One row. Raises `BadCell`."""
        at = cells.instant(row, "at")
        cells.required(row, "talk_s")
        talk = cells.seconds(row, "talk_s", 0, _DAY_S)
        patience = cells.seconds(row, "patience_s", 0, _DAY_S)
        acw = cells.seconds(row, "acw_s", 0, _DAY_S)
        credit = cells.seconds(row, "priority", -_DAY_S, _DAY_S) or 0
        skills = cells.skills(row, "skills")
        queue = row.get("queue", "").strip()
        if not queue and not skills:
            raise BadCell("queue_or_skills")
        kind = Kind(queue, cells.medium(row, "medium"), tuple(sorted(skills.items())), credit)
        self.first_line.setdefault(kind, line)
        self.kind.append(self.kinds.setdefault(kind, len(self.kinds)))
        self.at.append(at)
        self.talk.append(max(1, talk or 0))
        self.patience.append(NOT_GIVEN if patience is None else max(1, patience))
        self.acw.append(NOT_GIVEN if acw is None else acw)


def read_arrivals(path: Path, faults: Faults) -> Arrivals:
    """All rows, in any order of time. What can't be read goes to `faults`."""
    arrivals = Arrivals(path)
    for line, row in rows(path, MUST, MAY, faults):
        try:
            arrivals.add(line, row)
        except BadCell as bad:
            faults.add(path, line, bad.code, **bad.params)
    return arrivals
