"""The festival's agents and their day: three shifts with handovers, breaks, voice, chat and mixed desks, partners."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from rexian.drill.rehearsal.festival.city import FAMILIES, PARTNERS, PRODUCTS, SHARED, TENANTS, team_id
from rexian.drill.rehearsal.festival.policy import assist_skill, general_skill, tenant_skill
from rexian.drill.rehearsal.scenario import DutyEntry
from rexian.engine.specs import AgentSpec, Medium, Mix

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
HANDOVER_MS = 5 * MINUTE_MS
PROFILES = 10  # kinds of agent in a team
DAY_MS = 24 * HOUR_MS
EARLY, NIGHT = 80, 20  # percent of the late shift
_MIXED = Mix(weights={"voice": 100, "chat": 50}, interrupts={"voice": ("chat",)})

# Parts of a shift by team; the launching company has more of the late shift.
_TEAMS = [team_id(tenant, family) for tenant, family in FAMILIES] + [SHARED, *PARTNERS]
_PARTS: dict[str, dict[str, int]] = {
    "early": dict(zip(_TEAMS, (9, 6, 8, 9, 9, 10, 7, 5, 10, 9, 12, 4, 2), strict=True)),
    "late": dict(zip(_TEAMS, (14, 5, 13, 7, 7, 9, 6, 4, 8, 7, 12, 5, 3), strict=True)),
}
_PARTS["night"] = _PARTS["early"]


def _profile(group: str, rng: Random) -> tuple[dict[str, int], tuple[str, ...]]:
    """Skills of one kind of agent in a team, and which of them are minor."""
    skills = {"lang:zh-CN": 5}
    if rng.random() < 0.3:
        skills["lang:en"] = rng.randint(3, 5)
    if group in PARTNERS:
        skills[group] = 1
        for tenant in TENANTS:
            skills |= {tenant_skill(tenant): 1, assist_skill(tenant): 1}
        for product in rng.sample(PRODUCTS, 6):
            skills[product.skill] = rng.randint(2, 3)
        return skills, ()
    if group == SHARED:
        served = rng.sample(sorted(TENANTS), 2)
        for tenant in served:
            own = [product for product in PRODUCTS if product.tenant == tenant]
            skills |= dict.fromkeys((tenant_skill(tenant), general_skill(tenant), assist_skill(tenant)), 1)
            skills |= {product.skill: rng.randint(3, 4) for product in rng.sample(own, 6)}
        return skills, ()
    return _own_profile(group, rng, skills)


def _own_profile(group: str, rng: Random, skills: dict[str, int]) -> tuple[dict[str, int], tuple[str, ...]]:
    tenant, family = group.removeprefix("team:").split("/")
    skills |= dict.fromkeys((tenant_skill(tenant), general_skill(tenant), assist_skill(tenant)), 1)
    own = [product for product in PRODUCTS if (product.tenant, product.family) == (tenant, family)]
    others = [product for product in PRODUCTS if product.tenant == tenant and product.family != family]
    expert = set(rng.sample(own, max(2, len(own) * 2 // 3)))
    for product in own:
        skills[product.skill] = rng.randint(3, 5) if product in expert else rng.randint(1, 2)
    lent = rng.sample(others, 2)
    skills |= {product.skill: rng.randint(1, 3) for product in lent}
    return skills, tuple(product.skill for product in lent)


def _capacity(seat: int) -> tuple[dict[Medium, int], Mix | None]:
    """Of 20 desks 9 take calls, 6 take chats (two or three at once), 5 take both."""
    place = seat * 7 % 20
    if place < 9:
        return {"voice": 1}, None
    if place < 15:
        return {"chat": 3 if place % 3 else 2}, None
    return {"voice": 1, "chat": 2}, _MIXED


def _teams(shift: str, seats: int) -> Iterator[str]:
    """The team of each seat, spread evenly."""
    parts = _PARTS[shift]
    given = dict.fromkeys(parts, 0)
    whole = sum(parts.values())
    for seat in range(1, seats + 1):
        team = max(parts, key=lambda name: parts[name] * seat - given[name] * whole)
        given[team] += 1
        yield team


class Staff:
    """Agents, their teams and their duty, for so many at work at the peak."""

    def __init__(self, at_peak: int, seed: int) -> None:
        rng = Random(seed)  # noqa: S311 - people of a drill, not secrets
        self._profiles = {group: [_profile(group, rng) for _ in range(PROFILES)] for group in _TEAMS}
        self.agents: list[AgentSpec] = []
        self.groups: list[str] = []
        self.duty: list[DutyEntry] = []
        early, night = max(1, at_peak * EARLY // 100), max(1, at_peak * NIGHT // 100)
        self._shift("early", early, lambda seat: self._early(seat, early))
        self._shift("late", at_peak, lambda seat: self._late(seat, early, at_peak))
        self._shift("night", night, lambda seat: self._night(seat, night))
        self.duty.sort(key=lambda one: (one.at, one.agent))

    def _shift(self, name: str, seats: int, times: object) -> None:
        for seat, team in enumerate(_teams(name, seats)):
            number = len(self.agents)
            skills, minor = self._profiles[team][number % PROFILES]
            capacity, mix = _capacity(seat)
            self.agents.append(AgentSpec(id=f"a{number}", skills=skills, minor=minor, capacity=capacity, mix=mix))
            self.groups.append(team)
            for begins, ends, breaks in times(seat):  # type: ignore[operator]
                self._on(number, begins, ends, breaks)

    def _on(self, agent: int, begins: int, ends: int, breaks: tuple[tuple[int, int], ...]) -> None:
        self.duty.append(DutyEntry(begins, agent, "available"))
        for at, long in breaks:
            self.duty.append(DutyEntry(at, agent, "break"))
            self.duty.append(DutyEntry(at + long, agent, "available"))
        if ends < DAY_MS:
            self.duty.append(DutyEntry(ends, agent, "signed_out"))

    # -- the three shifts: begin, end, breaks as (at, how long) -----------------------------------------------------
    def _early(self, seat: int, seats: int) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """06:00–08:30 to 14:00–14:30, as the morning needs them; a quarter-hour, a meal, a quarter-hour."""
        begins = 6 * HOUR_MS + seat * 150 * MINUTE_MS // seats
        ends = 14 * HOUR_MS + seat * 30 * MINUTE_MS // seats
        spread = seat * 7 % 120 * MINUTE_MS
        breaks = ((9 * HOUR_MS + spread * 3 // 4, 15), (11 * HOUR_MS + spread, 30), (13 * HOUR_MS + spread // 3, 10))
        yield begins, ends, tuple((at, long * MINUTE_MS) for at, long in breaks)

    def _late(self, seat: int, early: int, seats: int) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """Takes over with five minutes to hand over; more come until 18:00. No breaks from 19:30 to 21:30."""
        if seat < early:
            begins = 14 * HOUR_MS + seat * 30 * MINUTE_MS // early - HANDOVER_MS
        else:
            begins = 15 * HOUR_MS + (seat - early) * 180 * MINUTE_MS // max(1, seats - early)
        ends = 22 * HOUR_MS + seat * 80 * MINUTE_MS // seats
        spread = seat * 7 % 120 * MINUTE_MS
        breaks = [(17 * HOUR_MS + spread, 30), (21 * HOUR_MS + 30 * MINUTE_MS + spread // 6, 10)]
        if seat < early:
            breaks.insert(0, (15 * HOUR_MS + spread * 3 // 4, 15))
        else:
            breaks[0] = (18 * HOUR_MS + spread * 7 // 12, 15)
        yield begins, ends, tuple((at, long * MINUTE_MS) for at, long in breaks)

    def _night(self, seat: int, seats: int) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """00:00 to the early shift's coming, and again from the end of the late shift."""
        ends = 6 * HOUR_MS + 30 * MINUTE_MS + seat * 60 * MINUTE_MS // seats
        yield 0, ends, (((2 * HOUR_MS + seat * 7 % 120 * MINUTE_MS), 30 * MINUTE_MS),)
        yield 22 * HOUR_MS + (2 + seat * 78 // seats) * MINUTE_MS, DAY_MS, ()
