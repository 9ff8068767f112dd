"""Looks after the nodes: gives up the calls of one that stays away, and reads which are to get no new ones.

Asterisk does not tell why a connection is lost. Where it is refused, nobody is there any more, and no call either.
Otherwise the network between us may be cut while people talk on, so that a node is given time.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import structlog

from rexian.channels.voice.asterisk.adoption import Adoption
from rexian.channels.voice.asterisk.hall import Hall, Node
from rexian.channels.voice.port import EngineUp

log = structlog.get_logger(__name__)

EVERY_S = 0.5
AWAY_S = 30.0
"""How long a node that doesn't answer keeps its calls."""
REFUSED_S = 1.0


def read_draining(path: Path) -> frozenset[str]:
    """The nodes that were drained by hand, a line each."""
    with suppress(OSError):
        return frozenset(line.strip() for line in path.read_text().splitlines() if line.strip())
    return frozenset()


def write_draining(path: Path, nodes: frozenset[str]) -> None:
    """It is read all the time, so it is never half there."""
    made = path.with_suffix(".new")
    made.write_text("".join(f"{node}\n" for node in sorted(nodes)))
    made.replace(path)


class Watch:
    """Runs while the engine does. `always`: nodes that the settings keep from new calls."""

    def __init__(self, hall: Hall, adoption: Adoption, drained: Path | None, always: tuple[str, ...]) -> None:
        self._hall, self._adoption, self._drained, self._always = hall, adoption, drained, always
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self.look()
            self._task = asyncio.create_task(self._run(), name="asterisk nodes")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self.look()

    def look(self) -> None:
        by_hand = read_draining(self._drained) if self._drained else frozenset()
        for node in self._hall.nodes.values():
            draining = node.name in self._always or node.name in by_hand
            if draining != node.draining:
                node.draining = draining
                log.info("asterisk.draining", node=node.name, on=draining, legs=self._hall.count(node.name))
            if self._is_lost(node):
                self._give_up(node)

    def _is_lost(self, node: Node) -> bool:
        if node.line.up or node.given_up or not node.away_since:
            return False
        if not any(other.line.up for other in self._hall.nodes.values()):
            return False  # that is the engine's being down, which is told otherwise
        away = time.monotonic() - node.away_since
        return away >= (REFUSED_S if node.line.refused else AWAY_S)

    def _give_up(self, node: Node) -> None:
        node.given_up = True
        log.warning("asterisk.node_lost", node=node.name, legs=self._hall.count(node.name), why=str(node.line.trouble))
        self._adoption.forget(node, tell=True)
        self._hall.emit(EngineUp)  # whoever waited for this node's lines need not wait any more
