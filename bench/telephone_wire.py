"""What the wire between the house and Asterisk (`bench.ari_wire`) says of calls: how long until agent and caller hear
each other, and whose time that was."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote


@dataclass
class Asked:
    """A request and its answer; seconds on the wire's clock."""

    at: float
    method: str
    uri: str
    body: str
    answered: float = 0.0
    status: int = 0


@dataclass(frozen=True)
class Joining:
    """One call, from the agent's line being up to caller and agent both in the bridge. `ours`: no request about this
    call was with Asterisk."""

    total_ms: float
    ours_ms: float


class Story:
    """All messages of a run."""

    def __init__(self, lines: Iterable[Sequence[Any]]) -> None:
        self.asked: list[Asked] = []
        self.up: dict[str, float] = {}
        self._named: dict[str, list[Asked]] | None = None
        open_: dict[str, Asked] = {}
        for at, kind, *rest in lines:
            if kind == "ask":
                number, method, uri, body = rest
                open_[number] = Asked(at, method, uri, body)
                self.asked.append(open_[number])
            elif kind == "answer" and (one := open_.pop(rest[0], None)) is not None:
                one.answered, one.status = at, int(rest[1])
            elif kind == "event" and rest[2] == "Up":
                self.up.setdefault(rest[1], at)

    def joinings(self) -> list[Joining]:
        """Of each call in which an agent was joined with a caller."""
        dialled = {_part(one.uri, 1) for one in self.asked if _dials(one)}
        members: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for one in self.asked:
            if one.uri.endswith("/addChannel") and one.status < 300 and one.answered:
                members[_part(one.uri, 1)] += [(leg, one.answered) for leg in json.loads(one.body)["channel"]]
        found: list[Joining] = []
        for bridge, joined in members.items():
            agents = [(leg, at) for leg, at in joined if leg in dialled and leg in self.up]
            callers = [(leg, at) for leg, at in joined if leg not in dialled]
            if agents and callers:
                (agent, came), (caller, met) = agents[0], callers[0]
                found.append(self._joining({bridge, agent, caller}, self.up[agent], max(came, met)))
        return found

    def _joining(self, about: set[str], began: float, ended: float) -> Joining:
        waits = sorted(
            (max(one.at, began), min(one.answered or ended, ended)) for one in self._about(about)
            if one.at < ended and (one.answered or ended) > began
        )  # fmt: skip
        waited, reached = 0.0, began
        for start, stop in waits:
            waited += max(0.0, stop - max(start, reached))
            reached = max(reached, stop)
        total = (ended - began) * 1000
        return Joining(total, total - waited * 1000)

    def _about(self, ids: set[str]) -> list[Asked]:
        """Requests that name one of these, or a playback or a snoop that was begun on one of these."""
        if self._named is None:
            self._named = defaultdict(list)
            companions: dict[str, str] = {}
            for one in self.asked:
                words = _words(one.uri)
                if len(words) == 4:  # channels/ID/play/ID, channels/ID/snoop/ID
                    companions[words[3]] = words[1]
                if len(words) > 1:  # not `channels` as a whole
                    self._named[companions.get(words[1], words[1])].append(one)
        return [one for id in ids for one in self._named[id]]


def _part(uri: str, at: int) -> str:
    words = _words(uri)
    return words[at] if len(words) > at else ""


def _words(uri: str) -> list[str]:
    return [unquote(word) for word in uri.partition("?")[0].split("/")]


def _dials(one: Asked) -> bool:
    """`POST channels/ID` originates, if it was let."""
    return one.method == "POST" and one.uri.partition("?")[0].count("/") == 1 and one.uri.startswith("channels/")
