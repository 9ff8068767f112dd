"""What all simulated people share: the time, what the ribbon says, who plays which dialogue, who was here before."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from rexian.drill.pace import Pace
from rexian.drill.texts import Dialogue

REMEMBERED = 5_000
VISITORS_EACH = 60


class Human(Struct, frozen=True, kw_only=True):
    """A real agent who is at work. `places`: what they could take, as (site, topic)."""

    id: str
    locale: str = "zh-CN"
    idle: bool = False
    places: list[tuple[str, str]] = []


class Backstage(Struct, frozen=True, kw_only=True):
    """What the population is told by the server: the ribbon's settings, who is really there, how full it is."""

    on: bool = False
    speed: float = 1.0
    humans: list[Human] = []
    waiting: int = 0
    hour: float = 12.0


@dataclass(slots=True)
class Play:
    """A dialogue that is being played. `for_people`: it was begun for a real agent."""

    site: str
    dialogue: Dialogue
    for_people: bool = False
    said_by_agent: int = 0


@dataclass(slots=True)
class Stage:
    """Shared by all simulated people of this process."""

    url: str
    key: str
    pace: Pace
    rng: random.Random
    home: Path | None = None
    told: Backstage = field(default_factory=Backstage)
    plays: OrderedDict[str, Play] = field(default_factory=OrderedDict)  # contact id → play
    visitors: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # site → (token, name)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    tenants: dict[str, str] = field(default_factory=dict)  # tenant id → key
    shop: tuple[str, str] = ("/demo/shop", "演示商城")  # the page from which they come: path, title

    @property
    def on(self) -> bool:
        return self.told.on

    @property
    def socket_url(self) -> str:
        return "ws" + self.url.removeprefix("http")

    def tell(self, told: Backstage) -> None:
        """Take in what the server says now."""
        self.told = told
        self.pace.set_speed(told.speed if told.on else max(1.0, told.speed))  # off: who is there finishes
        self.changed.set()

    def remember(self, contact_id: str, play: Play) -> None:
        self.plays[contact_id] = play
        while len(self.plays) > REMEMBERED:
            self.plays.popitem(last=False)

    async def soon(self, seconds: float) -> None:
        """Wait in real time, shorter when time runs fast: for what must not hang while time stands still."""
        await asyncio.sleep(seconds / max(1.0, self.pace.speed))

    # -- people who come again ----------------------------------------------------------------------------------------
    def some_visitor(self, site: str) -> tuple[str, str] | None:
        """Somebody who has been here before (half of the time, once there are enough), taken out of the pool."""
        known = self.visitors.setdefault(site, [])
        if len(known) < VISITORS_EACH // 4 or (len(known) < VISITORS_EACH and self.rng.random() < 0.5):
            return None
        return known.pop(self.rng.randrange(len(known)))

    def keep_visitor(self, site: str, token: str, name: str) -> None:
        known = self.visitors.setdefault(site, [])
        if len(known) < VISITORS_EACH:
            known.append((token, name))

    def load_visitors(self) -> None:
        """Read the pool of an earlier run, so that a restart doesn't fill the directory with strangers."""
        if self.home is None:
            return
        with contextlib.suppress(OSError, ValueError):
            stored = json.loads((self.home / "population.json").read_text(encoding="utf-8"))
            self.visitors = {site: [(str(a), str(b)) for a, b in pairs] for site, pairs in stored.items()}

    def save_visitors(self) -> None:
        if self.home is None:
            return
        path = self.home / "population.json"
        with contextlib.suppress(OSError):
            new = path.with_suffix(".new")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(self.visitors, file, ensure_ascii=False)
            new.replace(path)
