"""What the live view keeps beside the floor: last words, the day's figures, and what a batch has touched."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from rexian.runtime.port import Committed


class Talk(Struct):
    """The last words of an open interaction, and which of the customer's messages nobody has read yet."""

    text: str = ""
    at: int = 0
    author_kind: str = "customer"
    said: str = ""  # the customer's last words
    number: int = 0  # of the last message
    numbers: list[int] = []  # the customer's messages that the agent has not read, ascending

    def unread(self, read: int) -> int:
        """Forget what has been read up to number `read` and count the rest."""
        if self.numbers and self.numbers[0] <= read:
            self.numbers = [number for number in self.numbers if number > read]
        return len(self.numbers)


class Today(Struct, frozen=True):
    """A queue's figures of the day as the figures slice counts them. `judged`: contacts that `percent` is about."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    percent: int | None = None
    judged: int = 0
    threshold_ms: int = 0
    goal: int | None = None
    rule: str = ""
    rule_en: str = ""


@dataclass(slots=True)
class Touched:
    """What a batch of events has changed."""

    agents: set[str] = field(default_factory=set)
    queues: set[str] = field(default_factory=set)
    contacts: dict[str, list[Committed]] = field(default_factory=dict)
