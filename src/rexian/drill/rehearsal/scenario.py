"""What is rehearsed: the queues, the people and their shifts, the policies, and the day's demand as columns.

All instants are offsets in ms from `Scenario.start_at`; durations are ms. The columns are NumPy arrays of integers, so
a day of 1,600,000 contacts takes a few tens of megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from rexian.engine.specs import AgentSpec, Medium, Policy, QueueSpec

Column = NDArray[np.int64]
Path = Literal["bot", "self_service"]

FOREVER_MS = 2**31 - 1
NO_ANSWER, REJECTS = -1, -2  # in `Demand.answer`: what the first agent who is offered the contact does


class Title(Struct, frozen=True):
    """How something is called in both languages."""

    zh: str
    en: str

    def of(self, locale: str) -> str:
        return self.zh if locale == "zh-CN" else self.en


class Form(Struct, frozen=True, kw_only=True):
    """One kind of contact: where it goes and what it asks for. Contacts name theirs by number."""

    queue: int
    medium: Medium
    needs: dict[str, int] = {}
    credit_ms: int = 0
    attributes: dict[str, str] = {}


class MachineForm(Struct, frozen=True):
    """One kind of demand that a machine meets."""

    tenant_id: str
    medium: Medium
    path: Path


class Behaviour(Struct, frozen=True, kw_only=True):
    """What people do. Shares are per 10,000."""

    retry_per_10k: int = 0  # of those who gave up or were turned away call again
    retry_from_ms: int = 60_000
    retry_to_ms: int = 900_000
    most_tries: int = 3  # first call included
    call_back_per_10k: int = 0  # of those to whom a call-back is offered take it
    back_after_ms: int = 60_000  # an agent who missed an offer is back after this


class DutyEntry(Struct, frozen=True, array_like=True):
    """At this instant the agent (by number) becomes available, or not ready for a reason."""

    at: int
    agent: int
    state: Literal["available", "break", "signed_out"]


@dataclass(frozen=True, slots=True)
class Demand:
    """Contacts for people, one row each, in any order.

    `answer`: how long the first agent lets it ring, or `NO_ANSWER`, `REJECTS`.
    """

    at: Column
    form: Column
    talk: Column
    patience: Column
    acw: Column
    answer: Column

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Machine:
    """Demands that a machine meets, one row each."""

    at: Column
    form: Column
    took: Column

    def __len__(self) -> int:
        return len(self.at)


def nothing() -> Machine:
    """No demand for machines."""
    empty = np.empty(0, dtype=np.int64)
    return Machine(empty, empty, empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A day, ready to be rehearsed. `groups` names each agent's team, by agent number."""

    name: str
    seed: int
    start_at: int
    until: int  # offset at which it stops, whatever still waits
    zone: str
    queues: list[QueueSpec]
    agents: list[AgentSpec]
    groups: list[str]
    duty: list[DutyEntry]
    forms: list[Form]
    demand: Demand
    policies: list[Policy] = field(default_factory=list)
    machine_forms: list[MachineForm] = field(default_factory=list)
    machine: Machine = field(default_factory=nothing)
    behaviour: Behaviour = field(default_factory=Behaviour)
    titles: dict[str, Title] = field(default_factory=dict)  # of queues, tenants and groups

    def title(self, id: str) -> Title:
        return self.titles.get(id) or Title(id, id)
