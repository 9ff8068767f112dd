"""What a live drill is: who comes how fast, who practises, how far it is, what it found."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from rexian.directory.practice.contract import Trainee
from rexian.directory.text import Email, ObjectId
from rexian.drill.runs.model import Csv, Starter

MOST_MINUTES: Final = 240
MOST_CUSTOMERS: Final = 5_000
MOST_TRAINEES: Final = 200
KEPT_MS: Final = 30 * 86_400_000

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$(?!\n)", description="A time of the day, HH:MM.")]
State = Literal["running", "ending", "ended"]
Reason = Literal["stopped", "time", "served", "failed"]
OPEN: Final[tuple[State, ...]] = ("running", "ending")


class FestivalCurve(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="festival"):
    """The festival's curve from `at` on, with so many customers in its busiest hour."""

    at: Clock = "19:30"
    per_hour: Annotated[int, Meta(ge=1, le=2_000)] = 60


class OwnArrivals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="file"):
    """An arrivals file (CSV) as `rexian drill run` reads it, from its first row on or from `at` on."""

    arrivals: Csv
    at: Clock | None = None


class NewLive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to start a live drill. `trainees` by e-mail; `real_too`: real contacts go on ringing at theirs.

    `speed` brings the customers faster or slower; what people do (reading, typing, waiting) takes the time it takes.
    """

    source: FestivalCurve | OwnArrivals = field(default_factory=FestivalCurve)
    speed: Annotated[float, Meta(ge=0.1, le=20)] = 1.0
    minutes: Annotated[int, Meta(ge=1, le=MOST_MINUTES)] = 60
    trainees: Annotated[list[Email], Meta(min_length=1, max_length=MOST_TRAINEES)]
    real_too: bool = False
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    id: ObjectId | None = None


class Coming(Struct, frozen=True, array_like=True):
    """A customer to come: so many ms after the start, for this topic; `patience_ms` None: drawn by mood."""

    at: int
    topic: str
    patience_ms: int | None = None


class DrillQueue(Struct, frozen=True, kw_only=True):
    """A queue of the shadow tenant."""

    id: str
    name: str
    name_en: str
    threshold_ms: int


class Plan(Struct, frozen=True, kw_only=True):
    """All that is fixed at the start."""

    source: Literal["festival", "file"]
    speed: float
    minutes: int
    seed: int
    real_too: bool
    site_key: str
    book: str  # the real tenant's key, under which dialogues may be written
    trainees: list[Trainee]
    queues: list[DrillQueue]
    customers: list[Coming]


class TraineeResult(Struct, frozen=True, kw_only=True):
    """What became of a trainee's work. Durations are means in ms, `rating` is in hundredths; null: nothing to tell."""

    id: str
    name: str
    offered: int = 0
    contacts: int = 0
    missed: int = 0
    answer_ms: int | None = None
    talk_ms: int | None = None
    acw_ms: int | None = None
    ratings: int = 0
    rating: int | None = None


class QueueResult(Struct, frozen=True, kw_only=True):
    """A queue of the drill. `service_level` in percent, over those that the drill's end didn't cut off."""

    id: str
    name: str
    name_en: str
    threshold_ms: int
    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    cut_off: int = 0
    service_level: int | None = None
    asa_ms: int | None = None


class Debrief(Struct, frozen=True, kw_only=True):
    """What came of it, so far or in the end."""

    trainees: list[TraineeResult]
    queues: list[QueueResult]


class LiveDrill(Struct, frozen=True, kw_only=True):
    """A live drill. `due`: customers in all; `came`: those who have come; `missed`: whose time passed without them.

    `interruptions`: how often the server was restarted meanwhile. `debrief` is the state of things while it runs.
    """

    id: str
    tenant_id: str
    shadow_id: str
    state: State
    reason: Reason | None
    source: Literal["festival", "file"]
    speed: float
    minutes: int
    real_too: bool
    trainees: list[Trainee]
    due: int
    came: int
    missed: int
    interruptions: int
    started_at: int
    ends_at: int
    ended_at: int | None
    purged_at: int | None
    created_by: Starter
    debrief: Debrief | None = None
