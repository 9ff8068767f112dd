"""Who could take what, and who comes first: skill masks, request classes, heaps. An index only, it holds no facts.

A skill takes five bits. An agent's mask has the bits 1 … level set, a request's mask the one bit of the level that it
asks for, so "meets every required level" is one AND of two integers, and it is worked out only when a new kind of
request (class) or a new kind of agent (profile) first appears.

Waiting requests lie in one heap per class under `key = slope * since - priority - credit`. Because ageing is linear,
the order inside a class never changes; across classes the score `slope * now - key` decides, then the order of arrival.
Idle agents lie in one heap per profile and medium: fewest contacts, then idle for longest, then order of definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rexian.engine.piles import NONE, Pile, best_of
from rexian.engine.specs import MAX_LEVEL, MEDIA, Medium
from rexian.engine.state import Agent, Interaction

NUMBER_BITS = 40
_NUMBER = (1 << NUMBER_BITS) - 1
_IDLE_BITS = 48
_MEDIUM_INDEX = {medium: index for index, medium in enumerate(MEDIA)}


def entry_of(key: int, number: int) -> int:
    """One integer that sorts by key, then by order of arrival."""
    return (key << NUMBER_BITS) + number


class RequestClass:
    """All requests that the same agents can take and that age at the same pace."""

    __slots__ = ("eligible", "index", "major", "medium", "minor", "need", "pile", "slope")

    def __init__(self, index: int, need: int, medium: int, slope: int, pile: Pile[Interaction]) -> None:
        self.index = index
        self.need = need
        self.medium = medium
        self.slope = slope
        self.pile = pile
        self.major: list[int] = []  # profiles that have all of it among their major skills
        self.minor: list[int] = []
        self.eligible = 0  # the same as bits, for the quick answer "nobody is free"


class Profile:
    """All agents with the same skills."""

    __slots__ = ("groups", "index", "mask", "minor")

    def __init__(self, index: int, mask: int, minor: int) -> None:
        self.index = index
        self.mask = mask
        self.minor = minor
        self.groups: list[dict[int, list[int]]] = [{} for _ in MEDIA]  # medium → slope → classes


class Matcher:
    """The index over waiting interactions and idle agents."""

    def __init__(self) -> None:
        self._skills: dict[str, int] = {}
        self._classes: list[RequestClass] = []
        self._class_of: dict[tuple[int, int, int], RequestClass] = {}
        self._waiting: list[Pile[Interaction]] = []
        self._waiting_heads: list[int] = []
        self._placed: dict[str, tuple[RequestClass, int]] = {}
        self._profiles: list[Profile] = []
        self._profile_of: dict[tuple[int, int], Profile] = {}
        self._idle: list[list[Pile[Agent]]] = [[] for _ in MEDIA]
        self._idle_heads: list[list[int]] = [[] for _ in MEDIA]
        self._idle_bits: list[int] = [0 for _ in MEDIA]
        self._filed: dict[str, tuple[Profile, list[int]]] = {}

    # -- masks, classes, profiles ------------------------------------------------------------------------------------
    def _bit(self, skill: str) -> int:
        return self._skills.setdefault(skill, MAX_LEVEL * len(self._skills))

    def request_class(self, needs: Mapping[str, int], medium: Medium, slope: int) -> RequestClass:
        """The class of such requests; made on first sight."""
        need = 0
        for skill, level in needs.items():
            need |= 1 << (self._bit(skill) + level - 1)
        where = (need, _MEDIUM_INDEX[medium], slope)
        known = self._class_of.get(where)
        if known is None:
            index = len(self._classes)
            self._waiting_heads.append(NONE)
            pile: Pile[Interaction] = Pile(self._waiting_heads, index)
            known = self._class_of[where] = RequestClass(index, *where, pile)
            self._classes.append(known)
            self._waiting.append(pile)
            for profile in self._profiles:
                self._link(known, profile)
        return known

    def _profile(self, agent: Agent) -> Profile:
        mask = minor = 0
        for skill, level in agent.spec.skills.items():
            mask |= ((1 << level) - 1) << self._bit(skill)
        for skill in agent.spec.minor:
            minor |= ((1 << MAX_LEVEL) - 1) << self._bit(skill)
        known = self._profile_of.get((mask, minor))
        if known is None:
            index = len(self._profiles)
            known = self._profile_of[mask, minor] = Profile(index, mask, minor)
            self._profiles.append(known)
            for heads, piles in zip(self._idle_heads, self._idle, strict=True):
                heads.append(NONE)
                piles.append(Pile(heads, index))
            for request in self._classes:
                self._link(request, known)
        return known

    def _link(self, request: RequestClass, profile: Profile) -> None:
        if request.need & profile.mask == request.need:
            request.eligible |= 1 << profile.index
            (request.minor if request.need & profile.minor else request.major).append(profile.index)
            profile.groups[request.medium].setdefault(request.slope, []).append(request.index)

    # -- filing ------------------------------------------------------------------------------------------------------
    def place(self, interaction: Interaction, request: RequestClass, key: int) -> None:
        """It waits for anybody of its class."""
        self.displace(interaction.id)
        entry = entry_of(key, interaction.number)
        request.pile.add(entry, interaction)
        self._placed[interaction.id] = (request, entry)

    def displace(self, interaction_id: str) -> None:
        """It waits no longer; no harm when it did not."""
        placed = self._placed.pop(interaction_id, None)
        if placed is not None:
            placed[0].pile.remove(placed[1])

    def file(self, agent: Agent) -> None:
        """Bring the agent's entries up to what the agent is now."""
        filed = self._filed.get(agent.id)
        profile = filed[0] if filed is not None else self._profile(agent)
        old = filed[1] if filed is not None else [NONE for _ in MEDIA]
        new = self._entries(agent)
        for index, (was, entry) in enumerate(zip(old, new, strict=True)):
            if was != entry:
                self._move(agent, profile, index, was, entry)
        self._filed[agent.id] = (profile, new)

    def refile(self, agent: Agent) -> None:
        """The same after the agent's skills have changed."""
        self.drop(agent)
        self.file(agent)

    def drop(self, agent: Agent) -> None:
        filed = self._filed.pop(agent.id, None)
        if filed is not None:
            for index, was in enumerate(filed[1]):
                self._move(agent, filed[0], index, was, NONE)

    def _entries(self, agent: Agent) -> list[int]:
        entries = [NONE for _ in MEDIA]
        if agent.wanted == "available":
            used = agent.used
            load = sum(used.values())
            entry = entry_of((load << _IDLE_BITS) + agent.idle_since, agent.number)
            for medium, capacity in agent.spec.capacity.items():
                if used.get(medium, 0) < capacity:
                    entries[_MEDIUM_INDEX[medium]] = entry
        return entries

    def _move(self, agent: Agent, profile: Profile, medium: int, was: int, entry: int) -> None:
        pile = self._idle[medium][profile.index]
        if was != NONE:
            pile.remove(was)
        if entry != NONE:
            pile.add(entry, agent)
        if pile.live:
            self._idle_bits[medium] |= 1 << profile.index
        else:
            self._idle_bits[medium] &= ~(1 << profile.index)

    # -- choosing ----------------------------------------------------------------------------------------------------
    def anybody_free(self, request: RequestClass) -> bool:
        return request.eligible & self._idle_bits[request.medium] != 0

    def candidates(self, request: RequestClass) -> int:
        """How many agents could take it now."""
        if not self.anybody_free(request):
            return 0
        piles = self._idle[request.medium]
        return sum(len(piles[index].live) for tier in (request.major, request.minor) for index in tier)

    def best_agent(self, request: RequestClass, passes: Callable[[Agent], bool] | None = None) -> Agent | None:
        """Major skills before minor, then fewest contacts, then idle for longest."""
        if not self.anybody_free(request):
            return None
        piles, heads = self._idle[request.medium], self._idle_heads[request.medium]
        for tier in (request.major, request.minor):
            if not tier:
                continue

            def choose(tier: list[int] = tier) -> int:
                index = min(tier, key=heads.__getitem__)
                return index if heads[index] != NONE else -1

            if passes is None:
                agent = piles[first].head() if (first := choose()) >= 0 else None
            else:
                agent = best_of(piles, choose, passes)
            if agent is not None:
                return agent
        return None

    def is_minor(self, request: RequestClass, agent: Agent) -> bool:
        return request.need & self._filed[agent.id][0].minor != 0

    def eligible(self, request: RequestClass, agent: Agent) -> bool:
        """Whether the agent has the skills; says nothing of being free."""
        return request.need & self._filed[agent.id][0].mask == request.need

    def best_interaction(self, agent: Agent, now: int, passes: Callable[[Interaction], bool]) -> Interaction | None:
        """The highest score among all that the agent could take, over all media with a place free."""
        _, entries = self._filed[agent.id]
        if all(entry == NONE for entry in entries):
            return None
        found = self._choose(agent, now)
        if found < 0:
            return None
        head = self._waiting[found].head()
        if head is not None and (not head.declined or passes(head)):
            return head
        return best_of(self._waiting, lambda: self._choose(agent, now), passes)

    def _choose(self, agent: Agent, now: int) -> int:
        """Index of the class whose head has the highest score; -1 when nothing waits."""
        profile, entries = self._filed[agent.id]
        heads = self._waiting_heads
        best = -1
        best_score = best_number = 0
        for groups, entry in zip(profile.groups, entries, strict=True):
            if entry == NONE:
                continue
            for slope, classes in groups.items():
                index = min(classes, key=heads.__getitem__)
                head = heads[index]
                if head == NONE:
                    continue
                score, number = slope * now - (head >> NUMBER_BITS), head & _NUMBER
                if best < 0 or score > best_score or (score == best_score and number < best_number):
                    best, best_score, best_number = index, score, number
        return best
