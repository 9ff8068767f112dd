"""The engine and the naive twin get the same random histories and must answer alike, event for event."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from rexian.engine.commands import Envelope
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from tests.engine.randomly import Chance
from tests.engine.twin import Twin

RUNS, COMMANDS, LOTS = 320, 220, 8


def answer(decider: Any, envelope: Envelope) -> list[Any]:
    try:
        return list(decider.decide(envelope))
    except Refusal as refusal:
        return [refusal.code]


@pytest.mark.parametrize("lot", range(LOTS))
def test_agrees_with_the_naive_twin_event_for_event(lot: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(lot, RUNS, LOTS):
        chance, floor, twin = Chance(seed), Floor(), Twin()
        for number in range(COMMANDS):
            envelope = chance.envelope(floor, number)
            ours, theirs = answer(floor, envelope), answer(twin, envelope)
            assert ours == theirs, f"seed {seed}, command {number}: {envelope}"
            seen.update(event if isinstance(event, str) else type(event).__name__ for event in ours)
    corners = {"OfferExpired", "OfferRejected", "InteractionTransferred", "ContactsForgotten", "AgentRetired"}
    assert corners <= set(seen), "the histories must reach every corner"
