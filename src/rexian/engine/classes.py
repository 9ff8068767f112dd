"""Who could take what: skills as bits, classes of requests, profiles of agents. An index only, it holds no facts.

A skill takes five bits. An agent's mask has the bits 1 … level set, a request's mask the one bit of the level that it
asks for, so "meets every required level" is one AND of two integers, and it is worked out only when a new kind of
request (class) or a new kind of agent (profile) first appears.
"""

from __future__ import annotations

from collections.abc import Mapping

from rexian.engine.piles import Pile
from rexian.engine.specs import MAX_LEVEL, MEDIA
from rexian.engine.state import Interaction

NUMBER_BITS = 40
NUMBER = (1 << NUMBER_BITS) - 1
MEDIUM_INDEX = {medium: index for index, medium in enumerate(MEDIA)}
BITS = [1 << index for index in range(len(MEDIA))]


def entry_of(key: int, number: int) -> int:
    """One integer that sorts by key, then by order of arrival."""
    return (key << NUMBER_BITS) + number


class Skills:
    """Which bits belong to which skill."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}

    def bit(self, skill: str) -> int:
        """The lowest of its five."""
        return self._bits.setdefault(skill, MAX_LEVEL * len(self._bits))

    def needed(self, needs: Mapping[str, int]) -> int:
        mask = 0
        for skill, level in needs.items():
            mask |= 1 << (self.bit(skill) + level - 1)
        return mask

    def had(self, skills: Mapping[str, int]) -> int:
        mask = 0
        for skill, level in skills.items():
            mask |= ((1 << level) - 1) << self.bit(skill)
        return mask

    def minor(self, skills: tuple[str, ...]) -> int:
        mask = 0
        for skill in skills:
            mask |= ((1 << MAX_LEVEL) - 1) << self.bit(skill)
        return mask


class RequestClass:
    """All requests that the same agents can take, that age at the same pace and that the same gates concern.

    `owner`: the queue whose policy they are routed by; empty for all queues without a particular one.
    """

    __slots__ = ("eligible", "index", "major", "medium", "minor", "need", "owner", "pile", "slope", "urgent")

    def __init__(
        self, index: int, need: int, medium: int, slope: int, owner: str, urgent: bool, pile: Pile[Interaction]
    ) -> None:
        self.index = index
        self.need = need
        self.medium = medium
        self.slope = slope
        self.owner = owner
        self.urgent = urgent
        self.pile = pile
        self.major: list[int] = []  # profiles that have all of it among their major skills
        self.minor: list[int] = []
        self.eligible = 0  # the same as bits, for the quick answer "nobody is free"


class Reserved:
    """Agents with a skill that are kept for one queue, and how many of them are free now, by medium."""

    __slots__ = ("bit", "free", "keep", "owner", "skill")

    def __init__(self, owner: str, skill: str, bit: int, keep: int) -> None:
        self.owner = owner
        self.skill = skill
        self.bit = bit
        self.keep = keep
        self.free = [0 for _ in MEDIA]


Groups = list[dict[int, list[int]]]  # medium → slope → classes
Lanes = list[tuple[int, list[int]]]  # (slope, classes): their heads compare without looking at the clock


class Profile:
    """All agents with the same skills."""

    __slots__ = ("careful", "groups", "index", "lanes", "mask", "minor", "owners", "reserves", "taking", "urgent")

    def __init__(self, index: int, mask: int, minor: int) -> None:
        self.index = index
        self.mask = mask
        self.minor = minor
        self.groups: Groups = [{} for _ in MEDIA]
        self.urgent: Groups = [{} for _ in MEDIA]  # the same for emergencies
        self.lanes: dict[int, Lanes] = {}  # media (as bits) → all that is in the groups of these media
        self.owners: dict[str, None] = {}  # queues with a policy of their own that this profile could help
        self.taking = [0 for _ in MEDIA]  # agents who take contacts of a medium, free or not
        self.reserves: tuple[Reserved, ...] = ()
        self.careful = False  # whether a gate may stand between it and what waits

    def link(self, request: RequestClass) -> None:
        """Agents of this profile can take these requests."""
        groups = self.urgent if request.urgent else self.groups
        groups[request.medium].setdefault(request.slope, []).append(request.index)
        self.lanes.clear()
        if request.owner:
            self.owners[request.owner] = None

    def lanes_of(self, media: int) -> Lanes:
        known = self.lanes.get(media)
        if known is None:
            known = self.lanes[media] = lanes_in(self.groups, media)
        return known


def lanes_in(groups: Groups, media: int) -> Lanes:
    """Classes of the same slope in one lane, whatever their medium."""
    lanes: dict[int, list[int]] = {}
    for by_slope, bit in zip(groups, BITS, strict=True):
        if media & bit:
            for slope, classes in by_slope.items():
                lanes.setdefault(slope, []).extend(classes)
    return list(lanes.items())
