"""What a told event is made of: names looked up at reading time, its words, durations as people say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from rexian.kit import i18n, simulated
from rexian.kit.i18n import t

Tone = Literal["plain", "good", "warn", "bad"]
Reader = Literal["customer", "agent", "supervisor"]
"""For whom a story is told: a customer hears no names of staff and no inner words, an agent not how others compared."""

EXCERPT = 160
"""Longest excerpt of somebody's words in a sentence, in characters."""


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the story. `at` is ms since 1970 UTC, `time` the same as a clock in the tenant's zone shows it."""

    seq: int
    at: int
    time: str
    kind: str
    text: str
    tone: Tone = "plain"
    detail: dict[str, Any] = {}


class Words(Struct, frozen=True, kw_only=True):
    """What was said with an event: the text, or the file's name. Both empty: it has been erased."""

    kind: str
    text: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Ids to names, as the directory knows them now. What it no longer knows gets a general word."""

    locale: str
    zone: ZoneInfo
    reader: Reader = "supervisor"
    rules: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    dispositions: Mapping[str, str] = field(default_factory=dict)
    supervision_shown: bool = True  # agents hear who listened to them or whispered

    def say(self, key: str, **params: Any) -> str:
        return t(self.locale, f"trace.{key}", **params)

    def has(self, key: str) -> bool:
        """Say whether the catalogue has a sentence for this code (codes may be younger than the catalogue)."""
        return i18n.has(f"trace.{key}")

    def agent(self, id: str | None) -> str:
        return self.agents.get(id or "") or self.say("someone")

    def queue(self, id: str) -> str:
        return self.queues.get(id) or self.say("some_queue")

    def customer(self, id: str) -> str:
        return self.customers.get(id) or self.say("some_customer")

    def reason(self, code: str | None) -> str:
        """A reason code in words; a free reason as it was written."""
        return self._code("reason", code or "")

    def node(self, code: str) -> str:
        """A step of the reception in words: its prompt's name, or as the flow calls it."""
        return self._code("node", code)

    def choice(self, value: str) -> str:
        """What a customer chose there: a queue by its name, an act in words, else the key as it was pressed."""
        return self.queues.get(value) or self._code("choice", value)

    def recording_reason(self, code: str) -> str:
        return self._code("recording_why", code)

    def _code(self, group: str, code: str) -> str:
        return self.say(f"{group}.{code}") if code.isidentifier() and self.has(f"{group}.{code}") else code

    def needs(self, needs: Mapping[str, int]) -> str:
        """Skills and least levels in words: 「手机 3 级以上、普通话」."""
        said = [
            self.say("skill_at_level", skill=self._skill(key), level=level) if level > 1 else self._skill(key)
            for key, level in needs.items()
            if key not in simulated.MARKS and not key.startswith("tenant:")  # marks, not abilities
        ]
        return self.say("list_separator").join(said)

    def _skill(self, key: str) -> str:
        """A skill's name; partners and sites are called what they are called."""
        kind, _, name = key.partition(":")
        return self.skills.get(key) or (name if kind in {"partner", "site"} else key)

    def duration(self, ms: int) -> str:
        return spoken(ms, self.locale)

    def clock(self, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, self.zone).strftime("%H:%M:%S")

    def moment(self, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, self.zone).strftime("%m-%d %H:%M")

    def rule(self, id: str) -> str:
        return self.rules.get(id) or id

    def alternatives(self, kinds: Iterable[str]) -> str:
        return self.say("list_separator").join(i18n.t(self.locale, f"policy.alternative.{kind}") for kind in kinds)

    def attribute(self, name: str) -> str:
        key = f"policy.attribute.{name}"
        return i18n.t(self.locale, key) if name.isidentifier() and i18n.has(key) else name

    def quote(self, words: Words | None) -> str:
        if words is None or not words.text:
            return self.say("erased")
        text = " ".join(words.text.split())
        return self.say("quote", text=text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…")


def spoken(ms: int, locale: str) -> str:
    """A duration as people say it, two units at most: `492_000` → 「8 分 12 秒」 or "8 min 12 s"."""
    seconds = max(0, ms + 500) // 1000
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days:
        return t(locale, "trace.day_h", d=days, h=h)
    if hours:
        return t(locale, "trace.hour_m" if m else "trace.hour", h=h, m=m)
    if minutes:
        return t(locale, "trace.minute_s" if s else "trace.minute", m=m, s=s)
    return t(locale, "trace.second_s", s=s)
