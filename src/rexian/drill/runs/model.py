"""What a run is: which day, what is changed, how far it is, what it found."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from rexian.directory.text import ObjectId
from rexian.drill.rehearsal.compare import Comparison
from rexian.drill.rehearsal.result import DayResult

MOST_CONTACTS: Final = 200_000
MOST_EVENTS: Final = 4_000_000
MOST_AGENTS: Final = 5_000
MOST_BYTES: Final = 4_000_000
RETENTION_MS: Final = 30 * 86_400_000
LONGEST_S: Final = 900

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
Csv = Annotated[str, Meta(min_length=1, max_length=MOST_BYTES)]
State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: Final[tuple[State, ...]] = ("queued", "running")


class Past(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="day"):
    """A day of this tenant's floor, as the journal has it."""

    date: Day


class Festival(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="festival"):
    """The festival's reference day, at a size of one's own."""

    contacts: Annotated[int, Meta(ge=100, le=MOST_CONTACTS)] = 16_000
    agents: Annotated[int, Meta(ge=1, le=MOST_AGENTS)] | None = None


class Files(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="files"):
    """Arrivals and staff from own files (CSV), as the command line reads them."""

    arrivals: Csv
    staff: Csv


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different in the second run. `teams`: agents more or fewer, by team (`""`: those without one)."""

    policy: Literal["present", "draft"] = "present"
    agents: Annotated[int, Meta(ge=-MOST_AGENTS, le=MOST_AGENTS)] = 0
    teams: Annotated[dict[str, Annotated[int, Meta(ge=-500, le=500)]], Meta(max_length=100)] = {}
    rules_on: Annotated[list[str], Meta(max_length=50)] = []

    @property
    def nothing(self) -> bool:
        """Whether the second run would be the first once more."""
        return self.policy == "present" and not self.agents and not any(self.teams.values()) and not self.rules_on


class NewRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to start a run. `replications`: days played with the same luck for both, for the intervals."""

    source: Past | Festival | Files
    change: Change = field(default_factory=Change)
    replications: Annotated[int, Meta(ge=2, le=20)] = 5
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    id: ObjectId | None = None


class Starter(Struct, frozen=True):
    """Who started a run."""

    id: str
    name: str


class Fault(Struct, frozen=True, kw_only=True):
    """Why a run failed; `lines` in the language of who started it."""

    code: str
    lines: list[str] = []


class Run(Struct, frozen=True, kw_only=True):
    """A run without its result. `done`: ten-thousandths; `place`: how many are before it while it is queued."""

    id: str
    tenant_id: str
    source: Literal["day", "festival", "files"]
    date: str | None = None
    contacts: int | None = None
    agents: int | None = None
    change: Change = field(default_factory=Change)
    replications: int = 5
    state: State = "queued"
    done: int = 0
    place: int = 0
    created_at: int
    created_by: Starter
    started_at: int | None = None
    ended_at: int | None = None
    fault: Fault | None = None


class Patience(Struct, frozen=True, kw_only=True):
    """How patience was estimated: exponential, with the answered as censored. `mean_ms` None: nobody gave up."""

    gave_up: int
    answered: int
    mean_ms: int | None


class Known(Struct, frozen=True, kw_only=True):
    """What really happened that day, to hold the first run against. Shares per 10,000."""

    contacts: int
    answered: int
    abandoned: int
    service_level: int | None
    asa_ms: int | None
    patience: Patience
    skipped: int  # contacts of queues that are gone, or that agents sent on to other queues
    transferred: int
    agents: int


class Found(Struct, frozen=True, kw_only=True):
    """A run's result. `after`, `comparison`: where something was changed. `known`: for a day of the past."""

    before: DayResult
    after: DayResult | None = None
    comparison: Comparison | None = None
    known: Known | None = None


class RunView(Struct, frozen=True, kw_only=True):
    """A run with its result, as soon as there is one."""

    run: Run
    result: Found | None = None


class TeamChoice(Struct, frozen=True, kw_only=True):
    """A team and how many of its agents serve the tenant."""

    id: str
    name: str
    name_en: str
    agents: int


class Choices(Struct, frozen=True, kw_only=True):
    """What the form offers. `days`: newest first, those that the journal has."""

    days: list[str]
    teams: list[TeamChoice]
    draft: int | None
    present: int | None
    zone: str
