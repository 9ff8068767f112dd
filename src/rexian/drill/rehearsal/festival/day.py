"""The festival's demand: when people come, for what, how long it takes and how long they wait. Sampled by the seed."""

from __future__ import annotations

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from rexian.drill.rehearsal.festival.city import PRODUCTS, TENANTS, titles
from rexian.drill.rehearsal.festival.policy import policies, queue_spec
from rexian.drill.rehearsal.festival.staff import DAY_MS, MINUTE_MS, Staff
from rexian.drill.rehearsal.scenario import (
    NO_ANSWER,
    REJECTS,
    Behaviour,
    Column,
    Demand,
    Form,
    Machine,
    MachineForm,
    Path,
    Scenario,
)  # fmt: skip
from rexian.engine.specs import Medium

CONTACTS, AGENTS = 1_600_000, 1_800
START_AT = 1_795_881_600_000  # 2026-11-29 00:00 in Asia/Shanghai
ZONE = "Asia/Shanghai"
TO_PEOPLE = 30  # percent of all contacts
LAUNCH_TO_PEOPLE, LAUNCH_TO_MACHINES = 7, 14  # percent of each that the launch brings
_HOURS = (
    0.22, 0.16, 0.12, 0.10, 0.11, 0.18, 0.34, 0.58, 0.90, 1.08, 1.12, 1.06,
    0.90, 0.88, 1.00, 1.06, 1.06, 1.04, 1.02, 1.06, 1.02, 0.84, 0.56, 0.34,
)  # fmt: skip
_MEDIA: tuple[Medium, ...] = ("voice", "chat")
_KINDS: tuple[tuple[dict[str, int], int], ...] = (({}, 0), ({"lang:en": 3}, 0), ({}, 30_000))  # plain, English, valued
_KIND_PARTS = (0.90, 0.04, 0.06)
_PATHS: tuple[Path, ...] = ("bot", "self_service")
_CHAT_PART = 0.42
_CHAT_LONGER = 2.3  # a chat takes longer, but two or three go on at once
_MACHINE_FORMS = [MachineForm(tenant, medium, path) for tenant in TENANTS for medium in _MEDIA for path in _PATHS]


def _minutes(launch: bool) -> NDArray[np.float64]:
    """How busy each minute of the day is, as floats that sum to 1."""
    minute = np.arange(1_440)
    if not launch:
        hours = np.append(_HOURS, _HOURS[0])
        busy = np.interp(minute / 60, np.arange(25), hours)
    else:
        after = minute - 20 * 60
        busy = np.where(after >= 0, np.exp(-after / 38), 0.06 * np.exp(after / 20))
    return busy / busy.sum()  # type: ignore[no-any-return]


def per_minute() -> list[float]:
    """How busy people are in each minute of the day, launch included: shares that sum to 1."""
    both = (100 - LAUNCH_TO_PEOPLE) * _minutes(False) + LAUNCH_TO_PEOPLE * _minutes(True)
    return [float(part) for part in both / 100]


def _times(rng: Generator, count: int, launch: bool) -> Column:
    per_minute = rng.multinomial(count, _minutes(launch))
    minute = np.repeat(np.arange(1_440, dtype=np.int64), per_minute)
    return minute * MINUTE_MS + rng.integers(0, MINUTE_MS, count)


def _weights(launch: bool) -> NDArray[np.float64]:
    """Each product's part of all contacts."""
    if launch:
        parts = np.array([product.launch for product in PRODUCTS], dtype=float)
    else:
        of_tenant = {key: sum(one.weight for one in PRODUCTS if one.tenant == key) for key in TENANTS}
        parts = np.array([TENANTS[one.tenant][0] * one.weight / of_tenant[one.tenant] for one in PRODUCTS])
    return parts / parts.sum()  # type: ignore[no-any-return]


def forms() -> list[Form]:
    """Product × medium × kind × whether the launch brought it, in this order."""
    return [
        Form(queue=queue, medium=medium, needs=needs, credit_ms=credit, attributes={"topic": topic} if topic else {})
        for queue in range(len(PRODUCTS))
        for medium in _MEDIA
        for needs, credit in _KINDS
        for topic in ("", "launch")
    ]


def _demand(rng: Generator, count: int) -> Demand:
    launched = round(count * LAUNCH_TO_PEOPLE / 100)
    at = np.concatenate([_times(rng, count - launched, False), _times(rng, launched, True)])
    product = np.concatenate(
        [
            rng.choice(len(PRODUCTS), count - launched, p=_weights(False)),
            rng.choice(len(PRODUCTS), launched, p=_weights(True)),
        ]
    )
    topic = np.arange(count) >= count - launched
    chat = rng.random(count) < _CHAT_PART
    kind = rng.choice(len(_KINDS), count, p=_KIND_PARTS)
    form = ((product * len(_MEDIA) + chat) * len(_KINDS) + kind) * 2 + topic
    mean_s = np.array([one.talk_s for one in PRODUCTS])[product] * np.where(chat, _CHAT_LONGER, 1.0)
    talk = rng.lognormal(np.log(mean_s) - 0.245, 0.7)
    acw = rng.exponential(np.where(chat, 12.0, 22.0))
    patience = np.where(chat, rng.lognormal(np.log(240), 0.9, count), rng.exponential(200, count) + 5)
    answer = rng.integers(1_000, np.where(chat, 6_000, 3_500))
    luck = rng.random(count)
    answer = np.where(luck < 0.002, NO_ANSWER, np.where(luck < 0.006, REJECTS, answer))
    return Demand(at, form.astype(np.int64), _ms(talk, 5), _ms(patience, 2), _ms(acw, 1), answer)


def _ms(seconds: NDArray[np.float64], least_s: int) -> Column:
    """Whole milliseconds, at least `least_s` and at most two hours."""
    return np.clip(seconds * 1_000, least_s * 1_000, 7_200_000).astype(np.int64)


def _machine(rng: Generator, count: int) -> Machine:
    launched = round(count * LAUNCH_TO_MACHINES / 100)
    at = np.concatenate([_times(rng, count - launched, False), _times(rng, launched, True)])
    parts = np.array([part for part, _ in TENANTS.values()], dtype=float)
    tenant = rng.choice(len(TENANTS), count, p=parts / parts.sum())
    tenant[count - launched :] = 0
    form = (tenant * 2 + rng.integers(0, 2, count)) * 2 + (rng.random(count) < 0.36)
    took = rng.lognormal(np.log(70), 0.6, count)
    return Machine(at, form.astype(np.int64), _ms(took, 3))


def festival(seed: int = 1, contacts: int = CONTACTS, agents: int | None = None) -> Scenario:
    """The reference day. Fewer contacts without `agents` get fewer agents, so that the load stays what it is."""
    at_peak = max(120, AGENTS * contacts // CONTACTS) if agents is None else agents
    people = contacts * TO_PEOPLE // 100
    rng = Generator(PCG64(seed))
    staff = Staff(at_peak, seed=20)
    return Scenario(
        name="festival",
        seed=seed,
        start_at=START_AT,
        until=DAY_MS,
        zone=ZONE,
        queues=[queue_spec(product) for product in PRODUCTS],
        agents=staff.agents,
        groups=staff.groups,
        duty=staff.duty,
        forms=forms(),
        demand=_demand(rng, people),
        policies=policies(START_AT),
        machine_forms=_MACHINE_FORMS,
        machine=_machine(rng, contacts - people),
        behaviour=Behaviour(retry_per_10k=4_500, call_back_per_10k=1_500),
        titles=titles(),
    )
