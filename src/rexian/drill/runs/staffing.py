"""More or fewer people: the same roster with agents taken out of teams or added to them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from rexian.drill.rehearsal.files.staff import Shift, Staff


def restaffed(staff: Staff, teams: Mapping[str, int], agents: int = 0) -> Staff:
    """The roster with `teams[team]` more or fewer in each team, and `agents` more or fewer spread over all.

    Who is added works as one of the team does, one after the other in the order of the roster: the same skills, the
    same hours. Who goes is spread evenly over the team. Nobody is taken out twice.
    """
    keep = list(range(len(staff.agents)))
    added: list[int] = []
    for team in dict.fromkeys(staff.teams):
        members = [number for number in keep if staff.teams[number] == team]
        keep, added = _changed(keep, added, members, teams.get(team, 0))
    keep, added = _changed(keep, added, list(keep), agents)
    return _of(staff, keep, added)


def _changed(keep: list[int], added: list[int], members: list[int], by: int) -> tuple[list[int], list[int]]:
    if by < 0 and members:
        gone = min(-by, len(members))
        out = {members[index * len(members) // gone] for index in range(gone)}
        return [number for number in keep if number not in out], added
    return keep, added + [members[index % len(members)] for index in range(by) if members]


def _of(staff: Staff, keep: list[int], added: list[int]) -> Staff:
    made = Staff(Path(staff.path))
    shifts: dict[int, list[Shift]] = {}
    for shift in staff.shifts:
        shifts.setdefault(shift.agent, []).append(shift)
    for copy, number in [(0, one) for one in keep] + list(enumerate(added, 1)):
        spec = staff.agents[number]
        made.agents.append(structs.replace(spec, id=f"{spec.id}+{copy}") if copy else spec)
        made.teams.append(staff.teams[number])
        made.shifts += [replace(shift, agent=len(made.agents) - 1) for shift in shifts.get(number, ())]
    return made
