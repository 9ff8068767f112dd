"""What a queue is, and what may be said about one."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from rexian.directory.people.model import Level
from rexian.directory.text import Name, NameEn, ObjectId
from rexian.kit.problem import Problem

QueueMedium = Literal["chat", "voice", "social", "email", "sms"]
RingMs = Annotated[int, Meta(ge=5_000, le=120_000, description="How long an offer rings at one agent, ms.")]
AcwMs = Annotated[int, Meta(ge=0, le=1_800_000, description="After-contact work before its timer ends it, ms.")]
ServiceLevelMs = Annotated[int, Meta(ge=1_000, le=86_400_000, description="Answered within this time is in time, ms.")]
Goal = Annotated[int, Meta(ge=0, le=100, description="Goal of the service level, percent.")]
Priority = Annotated[
    int, Meta(ge=0, le=3_600_000, description="Head start over other queues' contacts, ms of waiting.")
]
MaxWaiting = Annotated[int, Meta(ge=0, le=100_000, description="How many may wait; 0: no limit.")]


class Need(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A skill that every contact of the queue asks for, at this level or above."""

    skill_id: ObjectId
    level: Level = 1


Needs = Annotated[list[Need], Meta(max_length=20)]


class Queue(Struct, frozen=True, kw_only=True):
    """A queue of one tenant. `able` counts the people who have all that it needs."""

    id: str
    tenant_id: str
    name: str
    name_en: str
    medium: QueueMedium
    needs: list[Need]
    priority: int
    ring_ms: int
    acw_ms: int
    service_level_ms: int
    service_level_goal: int
    max_waiting: int
    hours_id: str | None
    retired: bool
    able: int = 0


class NewQueue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a queue."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    name: Name
    name_en: NameEn = ""
    medium: QueueMedium = "chat"
    needs: Needs = field(default_factory=list)
    priority: Priority = 0
    ring_ms: RingMs = 20_000
    acw_ms: AcwMs = 60_000
    service_level_ms: ServiceLevelMs = 20_000
    service_level_goal: Goal = 80
    max_waiting: MaxWaiting = 0
    hours_id: ObjectId | None = None


class QueueChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays. `hours_id` null: always open. The medium stays what it is."""

    name: Name | None = None
    name_en: NameEn | None = None
    needs: Needs | None = None
    priority: Priority | None = None
    ring_ms: RingMs | None = None
    acw_ms: AcwMs | None = None
    service_level_ms: ServiceLevelMs | None = None
    service_level_goal: Goal | None = None
    max_waiting: MaxWaiting | None = None
    hours_id: ObjectId | UnsetType | None = UNSET
    retired: Literal[False] | None = None


def check_needs(needs: list[Need]) -> None:
    """Each skill once. Raises `Problem` (400 `skill_twice`)."""
    seen: set[str] = set()
    for index, need in enumerate(needs):
        if need.skill_id in seen:
            raise Problem("skill_twice", 400, errors=[{"field": f"needs.{index}.skill_id", "code": "skill_twice"}])
        seen.add(need.skill_id)
