"""What waits, and which of it comes first for an agent. An index only, it holds no facts.

Waiting requests lie in one heap per class under `key = slope * since - priority - credit - boost`. Because ageing is
linear, the order inside a class never changes; across classes the score `slope * now - key` decides, then the order of
arrival.
"""

from __future__ import annotations

from collections.abc import Iterable

from rexian.engine.classes import NUMBER_BITS, Lanes, RequestClass, entry_of
from rexian.engine.piles import NONE, Pile
from rexian.engine.state import Interaction

# A rank is (score, number) as one integer, the greater the earlier: `slope * now` shifted, less the entry.
_NOTHING = -(1 << 190)  # below any rank, above that of an empty pile
_EMPTY: list[int] = []


class Waiting:
    """One pile per class."""

    def __init__(self) -> None:
        self.heads: list[int] = []
        self.piles: list[Pile[Interaction]] = []
        self.classes: list[RequestClass] = []
        self.urgent = 0  # emergencies that wait for anybody
        self.placed: dict[str, tuple[RequestClass, int]] = {}

    def new_class(self, need: int, medium: int, slope: int, owner: str, urgent: bool) -> RequestClass:
        index = len(self.classes)
        self.heads.append(NONE)
        pile: Pile[Interaction] = Pile(self.heads, index)
        made = RequestClass(index, need, medium, slope, owner, urgent, pile)
        self.classes.append(made)
        self.piles.append(pile)
        return made

    def place(self, interaction: Interaction, request: RequestClass, key: int) -> None:
        """It waits for anybody of its class."""
        id = interaction.id
        if id in self.placed:
            self.displace(id)
        entry = entry_of(key, interaction.number)
        request.pile.add(entry, interaction)
        self.placed[id] = (request, entry)
        if request.urgent:
            self.urgent += 1

    def displace(self, interaction_id: str) -> None:
        """It waits no longer; no harm when it did not."""
        placed = self.placed.pop(interaction_id, None)
        if placed is not None:
            request, entry = placed
            request.pile.remove(entry)
            if request.urgent:
                self.urgent -= 1

    def choose(self, lanes: Lanes, now: int) -> int:
        """Index of the class whose head has the highest score; -1 when nothing waits."""
        heads = self.heads
        best, best_rank = -1, _NOTHING
        for slope, classes in lanes:
            index = min(classes, key=heads.__getitem__) if len(classes) > 1 else classes[0]
            rank = (slope * now << NUMBER_BITS) - heads[index]
            if rank > best_rank:
                best, best_rank = index, rank
        return best

    def first_two(self, lanes: Lanes, now: int) -> tuple[Interaction | None, Interaction | None]:
        """The two that come first of all that waits in these lanes, whoever has declined them."""
        heads = self.heads
        best, best_rank, next_, next_rank, base, lane = -1, _NOTHING, -1, _NOTHING, 0, _EMPTY
        for slope, classes in lanes:
            index = min(classes, key=heads.__getitem__) if len(classes) > 1 else classes[0]
            rank = (slope * now << NUMBER_BITS) - heads[index]
            if rank > best_rank:
                next_, next_rank = best, best_rank
                best, best_rank, base, lane = index, rank, slope * now << NUMBER_BITS, classes
            elif rank > next_rank:
                next_, next_rank = index, rank
        if best < 0:
            return None, None
        pile = self.piles[best]
        entry = heads[best]
        heads[best] = pile.second()
        index = min(lane, key=heads.__getitem__) if len(lane) > 1 else best
        if base - heads[index] > next_rank:
            next_ = index
        following = self.piles[next_].live[heads[next_]] if next_ >= 0 else None
        heads[best] = entry
        return pile.live[entry], following

    def lanes_of(self, classes: Iterable[RequestClass]) -> Lanes:
        """These classes, those of the same slope together."""
        lanes: dict[int, list[int]] = {}
        for request in classes:
            lanes.setdefault(request.slope, []).append(request.index)
        return list(lanes.items())

    def urgent_ones(self) -> list[Interaction]:
        """Every emergency that waits for anybody."""
        return [one for request in self.classes if request.urgent for one in request.pile.live.values()]
