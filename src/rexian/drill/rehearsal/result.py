"""What a rehearsal found, as plain structs: the report, the JSON and a page of the console show the same ones.

Instants are ms since 1970 UTC, durations ms, shares per 10,000 (None: nothing to judge).
"""

from __future__ import annotations

from msgspec import Struct

from rexian.drill.rehearsal.scenario import Title


class Figures(Struct, frozen=True, kw_only=True):
    """Counts of any set of contacts for people; `contacts` = answered + abandoned + waiting + turned_away.

    `service_level`: answered within the queue's threshold ÷ (answered + abandoned after it), as on the live wall.
    """

    contacts: int = 0
    answered: int = 0
    abandoned: int = 0
    waiting: int = 0  # still, when the rehearsal stopped
    turned_away: int = 0
    in_time: int = 0
    gave_up_in_time: int = 0
    waited_ms: int = 0  # of the answered
    asa_ms: int | None = None
    wait_p95_ms: int | None = None  # of the answered
    longest_ms: int = 0  # of the answered and the abandoned
    service_level: int | None = None
    abandonment: int | None = None


class QueueFigures(Struct, frozen=True, kw_only=True):
    """One queue's day."""

    queue_id: str
    tenant_id: str
    title: Title
    threshold_ms: int
    figures: Figures


class TenantFigures(Struct, frozen=True, kw_only=True):
    """One company's day."""

    tenant_id: str
    title: Title
    figures: Figures
    self_served: int


class TeamFigures(Struct, frozen=True, kw_only=True):
    """A team's presence. `occupancy`: busy with at least one contact ÷ present."""

    team: str
    title: Title
    agents: int
    present_ms: int
    engaged_ms: int
    occupancy: int | None


class HalfHour(Struct, frozen=True, kw_only=True):
    """Half an hour: what became of those who came then, and how it looked meanwhile (sampled every minute)."""

    at: int
    contacts: int
    self_served: int
    service_level: int | None
    abandonment: int | None
    asa_ms: int | None
    queue_mean: int  # contacts waiting, in hundredths
    queue_most: int
    present_mean: int  # agents, in hundredths
    occupancy: int | None


class LongWait(Struct, frozen=True, kw_only=True):
    """One who waited longest, and why. `rule`: how it was answered, empty for those who gave up.

    `could_on_duty`: planned at work when it came and able to take it as it asked; `could_widened`: after its last
    widening. `blocked`: free agents it must not go to at the end, by cause.
    """

    contact: int
    queue_id: str
    title: Title
    came_at: int
    waited_ms: int
    answered: bool
    asked: dict[str, int]
    steps: tuple[str, ...]
    rule: str
    blocked: dict[str, int]
    could_on_duty: int
    could_widened: int
    in_line: int  # waiting in its queue when it came


class Mix(Struct, frozen=True, kw_only=True):
    """Who met the demand."""

    bot: int
    self_service: int
    people: int
    retries: int  # of those for people: the same matter, once more


class DayResult(Struct, frozen=True, kw_only=True):
    """A whole rehearsal."""

    name: str
    seed: int
    zone: str
    start_at: int
    until_at: int
    agents: int
    most_present: int
    mix: Mix
    total: Figures
    occupancy: int | None
    tenants: list[TenantFigures]
    queues: list[QueueFigures]
    teams: list[TeamFigures]
    half_hours: list[HalfHour]
    longest: list[LongWait]
    rules: dict[str, int]  # answered, by the rule that chose the agent
    widened: dict[int, int]  # answered and abandoned, by the step they had reached
    call_backs: int
    lapses: dict[str, int]  # offers that came to nothing, by why
    refusals: dict[str, int]
    commands: int
    events: int
    checksum: str
    wall_s: float
    cpu_s: float
