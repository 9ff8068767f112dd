"""What became of a drill's contacts, folded from the journal: the debrief, at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from rexian.drill.live.model import Debrief, DrillQueue, Plan, QueueResult, TraineeResult
from rexian.engine import events
from rexian.engine.events import AnyEvent

BY_DRILL = "live_drill"
"""The reason with which a drill ends what is open."""


@dataclass(slots=True)
class _Work:
    offered: int = 0
    accepted: int = 0
    missed: int = 0
    answer_ms: int = 0
    talks: int = 0
    talk_ms: int = 0
    wrapped: int = 0
    acw_ms: int = 0
    ratings: int = 0
    stars: int = 0


@dataclass(slots=True)
class _Line:
    offered: int = 0
    answered: int = 0
    in_time: int = 0
    waited_ms: int = 0
    abandoned: int = 0
    soon: int = 0
    cut_off: int = 0


@dataclass(slots=True)
class Ledger:
    """`seq`: the last event of the journal that was taken in."""

    plan: Plan
    seq: int
    _people: dict[str, _Work] = field(default_factory=lambda: defaultdict(_Work))
    _lines: dict[str, _Line] = field(default_factory=lambda: defaultdict(_Line))
    _offered_at: dict[str, int] = field(default_factory=dict)
    _agent_of: dict[str, str] = field(default_factory=dict)
    _limits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._limits = {queue.id: queue.threshold_ms for queue in self.plan.queues}

    def take(self, seq: int, event: AnyEvent) -> None:
        """Take in one more event of the shadow tenant, in the journal's order."""
        self.seq = seq
        match event:
            case events.InteractionQueued() if event.why in ("new", "transfer"):
                self._lines[event.queue_id].offered += 1
            case events.InteractionOffered():
                self._people[event.agent_id].offered += 1
                self._offered_at[event.offer_id] = event.at
            case events.OfferAccepted():
                self._accept(event)
            case events.OfferRejected() | events.OfferExpired():
                self._people[event.agent_id].missed += 1
            case events.InteractionEnded():
                self._end(event)
            case events.HandlingWrappedUp():
                work = self._people[event.agent_id]
                work.wrapped += 1
                work.acw_ms += event.acw_ms
            case events.ContactRated():
                work = self._people[self._agent_of.get(event.interaction_id, "")]
                work.ratings += 1
                work.stars += event.score

    def _accept(self, event: events.OfferAccepted) -> None:
        work, line = self._people[event.agent_id], self._lines[event.queue_id]
        work.accepted += 1
        work.answer_ms += event.at - self._offered_at.pop(event.offer_id, event.at)
        self._agent_of[event.interaction_id] = event.agent_id
        line.answered += 1
        line.waited_ms += event.waited_ms
        line.in_time += event.waited_ms <= self._limits.get(event.queue_id, 0)

    def _end(self, event: events.InteractionEnded) -> None:
        line = self._lines[event.queue_id]
        if event.outcome == "handled":
            work = self._people[event.agent_id or self._agent_of.get(event.interaction_id, "")]
            work.talks += 1
            work.talk_ms += event.talk_ms
        elif event.reason == BY_DRILL:
            line.cut_off += 1
        else:
            line.abandoned += 1
            line.soon += event.waited_ms <= self._limits.get(event.queue_id, 0)

    def debrief(self) -> Debrief:
        """What came of it so far."""
        return Debrief(
            trainees=[self._trainee(one.id, one.name) for one in self.plan.trainees],
            queues=[self._queue(queue) for queue in self.plan.queues],
        )

    def _trainee(self, id: str, name: str) -> TraineeResult:
        work = self._people.get(id, _Work())
        return TraineeResult(
            id=id, name=name, offered=work.offered, contacts=work.accepted, missed=work.missed,
            answer_ms=_mean(work.answer_ms, work.accepted), talk_ms=_mean(work.talk_ms, work.talks),
            acw_ms=_mean(work.acw_ms, work.wrapped), ratings=work.ratings, rating=_mean(100 * work.stars, work.ratings),
        )  # fmt: skip

    def _queue(self, queue: DrillQueue) -> QueueResult:
        line = self._lines.get(queue.id, _Line())
        return QueueResult(
            id=queue.id, name=queue.name, name_en=queue.name_en, threshold_ms=queue.threshold_ms, offered=line.offered,
            answered=line.answered, answered_in_time=line.in_time, abandoned=line.abandoned,
            abandoned_in_time=line.soon, cut_off=line.cut_off,
            service_level=_mean(100 * line.in_time, line.answered + line.abandoned - line.soon),
            asa_ms=_mean(line.waited_ms, line.answered),
        )  # fmt: skip


def fold(ledger: Ledger, told: Sequence[tuple[int, AnyEvent]]) -> Ledger:
    """Take in several."""
    for seq, event in told:
        ledger.take(seq, event)
    return ledger


def _mean(total: int, count: int) -> int | None:
    """Rounded; None: nothing to divide by."""
    return None if count <= 0 else (2 * total + count) // (2 * count)
