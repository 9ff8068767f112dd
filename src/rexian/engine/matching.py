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
_BITS = [1 << index for index in range(len(MEDIA))]


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

    __slots__ = ("groups", "index", "mask", "minor", "on_duty")

    def __init__(self, index: int, mask: int, minor: int) -> None:
        self.index = index
        self.mask = mask
        self.minor = minor
        self.groups: list[dict[int, list[int]]] = [{} for _ in MEDIA]  # medium → slope → classes
        self.on_duty = 0  # agents who are available, free or not


class Filing:
    """Where an agent lies: the entry and the media (as bits) under which it is among the idle ones."""

    __slots__ = ("entry", "media", "on_duty", "places", "profile")

    def __init__(self, profile: Profile, agent: Agent) -> None:
        self.profile = profile
        self.entry = NONE
        self.media = 0
        self.on_duty = False
        self.places = [(medium, 1 << _MEDIUM_INDEX[medium], places) for medium, places in agent.spec.capacity.items()]


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
        self._filed: dict[str, Filing] = {}

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
        """Bring the agent's entries up to what the agent is now: one per medium with a place free, all alike."""
        filing = self._filed.get(agent.id)
        if filing is None:
            filing = self._filed[agent.id] = Filing(self._profile(agent), agent)
        on_duty, media = agent.wanted == "available", 0
        if on_duty != filing.on_duty:
            filing.on_duty = on_duty
            filing.profile.on_duty += 1 if on_duty else -1
        if on_duty:
            used = agent.used
            for medium, bit, capacity in filing.places:
                if used.get(medium, 0) < capacity:
                    media |= bit
        load = len(agent.offers) + len(agent.handlings)
        entry = entry_of((load << _IDLE_BITS) + agent.idle_since, agent.number) if media else NONE
        if entry != filing.entry or media != filing.media:
            self._move(agent, filing, entry, media)

    def refile(self, agent: Agent) -> None:
        """The same after the agent's skills or capacity have changed."""
        self.drop(agent)
        self.file(agent)

    def drop(self, agent: Agent) -> None:
        filing = self._filed.pop(agent.id, None)
        if filing is not None:
            filing.profile.on_duty -= filing.on_duty
            self._move(agent, filing, NONE, 0)

    def _move(self, agent: Agent, filing: Filing, entry: int, media: int) -> None:
        index = filing.profile.index
        for medium, (piles, bit) in enumerate(zip(self._idle, _BITS, strict=True)):
            if not (filing.media | media) & bit:
                continue
            pile = piles[index]
            if filing.media & bit:
                pile.remove(filing.entry)
            if media & bit:
                pile.add(entry, agent)
            if pile.live:
                self._idle_bits[medium] |= 1 << index
            else:
                self._idle_bits[medium] &= ~(1 << index)
        filing.entry, filing.media = entry, media

    # -- choosing ----------------------------------------------------------------------------------------------------
    def anybody_free(self, request: RequestClass) -> bool:
        return request.eligible & self._idle_bits[request.medium] != 0

    def anybody_on_duty(self, request: RequestClass) -> bool:
        """Whether somebody who could take it is at work, busy or not."""
        return any(self._profiles[index].on_duty for tier in (request.major, request.minor) for index in tier)

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
        return request.need & self._filed[agent.id].profile.minor != 0

    def eligible(self, request: RequestClass, agent: Agent) -> bool:
        """Whether the agent has the skills; says nothing of being free."""
        return request.need & self._filed[agent.id].profile.mask == request.need

    def best_interaction(self, agent: Agent, now: int, passes: Callable[[Interaction], bool]) -> Interaction | None:
        """The highest score among all that the agent could take, over all media with a place free."""
        filing = self._filed[agent.id]
        if not filing.media:
            return None
        found = self._choose(filing, now)
        if found < 0:
            return None
        head = self._waiting[found].head()
        if head is not None and (not head.declined or passes(head)):
            return head
        return best_of(self._waiting, lambda: self._choose(filing, now), passes)

    def _choose(self, filing: Filing, now: int) -> int:
        """Index of the class whose head has the highest score; -1 when nothing waits."""
        heads = self._waiting_heads
        best = -1
        best_score = best_number = 0
        for groups, bit in zip(filing.profile.groups, _BITS, strict=True):
            if not filing.media & bit:
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
