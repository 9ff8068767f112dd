"""Who is free, and who among them comes first. An index only, it holds no facts.

One pile per profile and medium, its entries by (fewest contacts, what the strategy goes by, idle for longest, order of
definition). There is one such row of piles for each strategy that some policy uses, and one for the agents whom an
emergency may interrupt.
"""

from __future__ import annotations

from collections.abc import Callable

from rexian.engine.classes import BITS, MEDIUM_INDEX, NUMBER_BITS, Profile, entry_of
from rexian.engine.piles import NONE, Pile
from rexian.engine.plans import BEST_FITTING, FEWEST_CONTACTS, LEAST_OCCUPIED, LONGEST_IDLE
from rexian.engine.specs import MEDIA, Medium
from rexian.engine.state import Agent

INTERRUPTIBLE = 4  # the row beside the strategies' orders
_IDLE_BITS = 48
_KEY_BITS = 32
_LOAD_BITS = _IDLE_BITS + _KEY_BITS


def strategy_key(order: int, agent: Agent) -> int:
    """What the order looks at between the number of contacts and the idle time; the smaller comes first."""
    if order == LEAST_OCCUPIED:
        return agent.occupancy
    if order == BEST_FITTING:
        return sum(agent.spec.skills.values())
    return agent.handled if order == FEWEST_CONTACTS else 0


class Row:
    """Piles of agents per medium and profile, by one order."""

    __slots__ = ("bits", "counts", "heads", "order", "piles")

    def __init__(self, order: int, profiles: int) -> None:
        self.order = order
        self.piles: list[list[Pile[Agent]]] = [[] for _ in MEDIA]
        self.heads: list[list[int]] = [[] for _ in MEDIA]
        self.counts: list[list[int]] = [[] for _ in MEDIA]  # how many lie in each pile
        self.bits: list[int] = [0 for _ in MEDIA]  # profiles that have somebody there
        for _ in range(profiles):
            self.grow()

    def grow(self) -> None:
        """A new profile has appeared."""
        for heads, piles, counts in zip(self.heads, self.piles, self.counts, strict=True):
            heads.append(NONE)
            piles.append(Pile(heads, len(piles)))
            counts.append(0)

    def move(self, agent: Agent, index: int, entry: int, media: int, to_entry: int, to_media: int) -> None:
        """Take the agent out of where it was (media as bits) and put it where it is now."""
        for medium, bit in enumerate(BITS):
            if not (media | to_media) & bit:
                continue
            pile = self.piles[medium][index]
            if media & bit:
                pile.remove(entry)
            if to_media & bit:
                pile.add(to_entry, agent)
            self.counts[medium][index] = len(pile.live)
            if pile.live:
                self.bits[medium] |= 1 << index
            else:
                self.bits[medium] &= ~(1 << index)


class Slot:
    """One medium of an agent's: how many places it has, and the pile of the plain row in which it is free."""

    __slots__ = ("bit", "capacity", "index", "medium", "pile")

    def __init__(self, medium: Medium, capacity: int, row: Row, profile: int) -> None:
        self.medium = medium
        self.capacity = capacity
        self.index = MEDIUM_INDEX[medium]
        self.bit = 1 << self.index
        self.pile = row.piles[self.index][profile]


class Filing:
    """Where an agent lies: per row the entry and the media (as bits) under which it is there."""

    __slots__ = ("capable", "deaf", "entry", "extra", "media", "on_duty", "profile", "slots", "taking")

    def __init__(self, profile: Profile, agent: Agent, row: Row) -> None:
        self.profile = profile
        self.entry = NONE
        self.media = 0
        self.extra: dict[int, tuple[int, int]] = {}  # row → (entry, media)
        self.on_duty = False
        self.slots = [
            Slot(medium, places, row, profile.index) for medium, places in agent.spec.capacity.items() if places
        ]
        self.capable = sum(slot.bit for slot in self.slots)
        self.deaf = 0  # media that can't ring there now
        self.taking = 0  # media under which the agent counts as at work in the profile


class Idle:
    """All rows, and where each agent lies."""

    def __init__(self) -> None:
        self.filed: dict[str, Filing] = {}
        self.profiles = 0
        self.row = Row(LONGEST_IDLE, 0)
        self.rows: dict[int, Row] = {LONGEST_IDLE: self.row}
        # Whether all that the agent has may be interrupted; None while no policy allows it.
        self.interruptible: Callable[[Agent], bool] | None = None

    def grow(self) -> None:
        self.profiles += 1
        for row in self.rows.values():
            row.grow()

    def use(self, orders: list[int]) -> None:
        """Keep just these rows besides the plain one; whoever calls files everybody anew."""
        self.rows = {LONGEST_IDLE: self.row, **{order: Row(order, self.profiles) for order in orders}}
        for filing in self.filed.values():
            filing.extra.clear()

    # -- filing ------------------------------------------------------------------------------------------------------
    def file(self, agent: Agent, filing: Filing) -> None:
        """Bring the agent's entries up to what the agent is now: one per medium with a place free, all alike."""
        on_duty, media = agent.wanted == "available", 0
        filing.on_duty = on_duty
        if on_duty:
            if agent.spec.mix is None:
                used = agent.used
                for slot in filing.slots:
                    if used.get(slot.medium, 0) < slot.capacity:
                        media |= slot.bit
            else:
                media = sum(slot.bit for slot in filing.slots if agent.free(slot.medium))
        if agent.unreachable or filing.deaf:
            filing.deaf = sum(BITS[MEDIUM_INDEX[medium]] for medium in agent.unreachable)
            media &= ~filing.deaf
        taking = filing.capable & ~filing.deaf if on_duty else 0
        if taking != filing.taking:
            self._take(filing, taking)
        if media or filing.media:
            self._move(agent, filing, media)
        if len(self.rows) > 1:
            self._file_extra(agent, filing)

    def _take(self, filing: Filing, taking: int) -> None:
        """The agent is at work for other media than before."""
        counts = filing.profile.taking
        for slot in filing.slots:
            if (taking ^ filing.taking) & slot.bit:
                counts[slot.index] += 1 if taking & slot.bit else -1
        filing.taking = taking

    def _move(self, agent: Agent, filing: Filing, media: int) -> None:
        """In the plain row."""
        if media:
            load = len(agent.offers) + len(agent.handlings)
            entry = (((load << _LOAD_BITS) + agent.idle_since) << NUMBER_BITS) + agent.number
        else:
            entry = NONE
        was_entry, was = filing.entry, filing.media
        if entry == was_entry and media == was:
            return
        for slot in filing.slots:
            bit = slot.bit
            if was & bit:
                slot.pile.remove(was_entry)
            if media & bit:
                slot.pile.add(entry, agent)
            if (was ^ media) & bit:
                self._count(filing, slot, 1 if media & bit else -1)
        filing.entry, filing.media = entry, media

    def _count(self, filing: Filing, slot: Slot, change: int) -> None:
        """One agent more or less is free for a medium."""
        index, row = filing.profile.index, self.row
        counts = row.counts[slot.index]
        counts[index] += change
        if not counts[index]:
            row.bits[slot.index] &= ~(1 << index)
        elif counts[index] == 1:
            row.bits[slot.index] |= 1 << index
        for reserved in filing.profile.reserves:
            reserved.free[slot.index] += change

    def _file_extra(self, agent: Agent, filing: Filing) -> None:
        for order, row in self.rows.items():
            if order == LONGEST_IDLE:
                continue
            media = self._interruptible_media(agent, filing) if order == INTERRUPTIBLE else filing.media
            load = len(agent.offers) + len(agent.handlings)
            key = (((load << _KEY_BITS) + strategy_key(order, agent)) << _IDLE_BITS) + agent.idle_since
            self._put(agent, filing, row, entry_of(key, agent.number) if media else NONE, media)

    def _put(self, agent: Agent, filing: Filing, row: Row, entry: int, media: int) -> None:
        was = filing.extra.get(row.order, (NONE, 0))
        if was != (entry, media):
            row.move(agent, filing.profile.index, *was, entry, media)
            filing.extra[row.order] = (entry, media)

    def _interruptible_media(self, agent: Agent, filing: Filing) -> int:
        if self.interruptible is None or not self.interruptible(agent):
            return 0
        return filing.capable & ~filing.media & ~filing.deaf

    def interruptible_media(self, filing: Filing) -> int:
        """The media of which an emergency may interrupt this agent now."""
        return filing.extra[INTERRUPTIBLE][1] if INTERRUPTIBLE in filing.extra else 0

    def drop(self, agent: Agent) -> None:
        filing = self.filed.pop(agent.id, None)
        if filing is None:
            return
        self._take(filing, 0)
        self._move(agent, filing, 0)
        for order in tuple(filing.extra):
            self._put(agent, filing, self.rows[order], NONE, 0)
