"""From events to counts, purely: a *visit* is one stay of an interaction in one queue, up to the end of its handling.

The visit remembers up to which `seq` of the journal it is true. Events it knows already change nothing, so a batch may
come twice (a reader may be restarted anywhere) and nothing is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from rexian.engine import events as e
from rexian.work.figures.metrics import INTERVAL_MS, SATISFIED_FROM, Counts, Reception

OF_VISITS = (
    e.InteractionReceived,
    e.InteractionQueued,
    e.OfferAccepted,
    e.InteractionHeld,
    e.InteractionResumed,
    e.ConsultPromoted,
    e.InteractionTakenOver,
    e.InteractionTransferred,
    e.CallBackRequested,
    e.InteractionEnded,
    e.HandlingWrappedUp,
    e.ContactRated,
)
"""Events that concern one interaction's visits."""


class Visit(Struct, kw_only=True):
    """One stay in a queue, or (`queue_id` None) in reception. Instants are ms since 1970 UTC, 0: not yet.

    `consult_of`: a colleague is asked beside that interaction. It counts nowhere unless it takes that one's place.
    """

    interaction_id: str
    number: int
    contact_id: str
    tenant_id: str
    queue_id: str | None
    simulated: bool
    threshold_ms: int
    entered_at: int
    seq: int
    answered_at: int = 0
    agent_id: str | None = None
    talk_ended_at: int = 0
    left_at: int = 0  # abandoned, or taken out of the queue by a transfer
    score: int = 0
    held_at: int = 0  # on hold since
    hold_ms: int = 0
    consult_of: str | None = None

    @property
    def waiting(self) -> bool:
        return not self.answered_at and not self.left_at

    @property
    def talking(self) -> bool:
        return bool(self.answered_at) and not self.talk_ended_at


class ReceptionKey(Struct, frozen=True, order=True):
    """Where a reception's counts belong: one row of its table."""

    tenant_id: str
    at: int
    simulated: bool


class Key(Struct, frozen=True, order=True):
    """Where counts belong: one row of the interval table."""

    tenant_id: str
    queue_id: str
    at: int
    simulated: bool


@dataclass(slots=True)
class Book:
    """What a batch of events needs to know, and what it changes."""

    queues: dict[str, tuple[str, int]] = field(default_factory=dict)  # id → tenant, service level threshold in ms
    contacts: dict[str, tuple[str, bool]] = field(default_factory=dict)  # id → tenant, simulated
    visits: dict[str, list[Visit]] = field(default_factory=dict)  # interaction id → visits, oldest first
    changed_queues: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)  # interaction ids
    deltas: dict[Key, Counts] = field(default_factory=dict)
    receptions: dict[ReceptionKey, Reception] = field(default_factory=dict)

    def take(self, seq: int, event: e.AnyEvent) -> None:
        """Fold one event in. Events of other kinds, and those already known, change nothing."""
        match event:
            case e.QueueDefined():
                self.queues[event.queue.id] = (event.queue.tenant_id, event.queue.service_level_ms)
                self.changed_queues.add(event.queue.id)
            case e.ContactStarted():
                self.contacts[event.contact_id] = (event.tenant_id, event.simulated)
            case _ if isinstance(event, OF_VISITS):
                visits = self.visits.setdefault(event.interaction_id, [])
                if all(visit.seq < seq for visit in visits):
                    self._fold(seq, event, visits)
            case _:
                pass

    def _fold(self, seq: int, event: e.AnyEvent, visits: list[Visit]) -> None:
        last = visits[-1] if visits else None
        match event:
            case e.InteractionReceived():
                self._receive(seq, event, visits)
            case e.InteractionQueued():
                self._enter(seq, event, visits)
            case e.InteractionTakenOver() if last is not None:
                self._take_over(seq, event, last, visits)
            case _ if last is not None:  # else it began before these figures did
                self._change(event, last, visits)
                last.seq = seq
                self.changed.add(last.interaction_id)

    def _change(self, event: e.AnyEvent, last: Visit, visits: list[Visit]) -> None:
        match event:
            case e.OfferAccepted():
                self._answer(last, event)
            case e.InteractionHeld():
                last.held_at = event.at
            case e.InteractionResumed():
                _resume(last, event.at)
            case e.ConsultPromoted():
                self._promote(visits)
            case e.InteractionTransferred():
                self._stop_talking(last, event.at)
            case e.CallBackRequested() if event.due_at and last.waiting:
                last.left_at = event.at  # not in the line until its time; then a visit of its own
                self._count(last, Counts(moved=1))
            case e.InteractionEnded():
                self._end(last, event)
            case e.HandlingWrappedUp():
                mine = next((v for v in reversed(visits) if v.agent_id == event.agent_id), last)
                self._count(mine, Counts(acw_ms=event.acw_ms))
            case e.ContactRated():
                self._rate(next((v for v in reversed(visits) if v.answered_at), last), event.score)
            case _:
                pass

    def _receive(self, seq: int, event: e.InteractionReceived, visits: list[Visit]) -> None:
        if not visits:
            visit = self._visit(seq, event, visits, queue_id=None)
            self._count_reception(visit, Reception(received=1))

    def _enter(self, seq: int, event: e.InteractionQueued, visits: list[Visit]) -> None:
        last = visits[-1] if visits else None
        self.changed.add(event.interaction_id)
        if last is not None and last.waiting and last.queue_id == event.queue_id:
            last.seq = seq  # offered, not taken, back in the same queue: still the same wait
            return
        if last is not None and last.waiting:
            last.left_at, last.seq = event.at, seq  # moved on without having been answered there
            self._count(last, Counts(moved=1))
        if last is not None:
            self._stop_talking(last, event.at)
        consult_of = event.consult_of or None if last is None else last.consult_of
        visit = self._visit(seq, event, visits, queue_id=event.queue_id, consult_of=consult_of)
        self._count(visit, Counts(offered=1))

    def _visit(
        self, seq: int, event: e.InteractionReceived | e.InteractionQueued | e.InteractionTakenOver,
        visits: list[Visit], *, queue_id: str | None, consult_of: str | None = None,
    ) -> Visit:  # fmt: skip
        """A new stay, which begins with `event`."""
        tenant_id, threshold_ms = self.queues.get(queue_id or "", ("", 0))
        contact_tenant, simulated = self.contacts.get(event.contact_id, (tenant_id, False))
        visit = Visit(
            interaction_id=event.interaction_id, number=len(visits) + 1, contact_id=event.contact_id,
            tenant_id=contact_tenant or tenant_id, queue_id=queue_id, simulated=simulated, threshold_ms=threshold_ms,
            entered_at=event.at, seq=seq, consult_of=consult_of,
        )  # fmt: skip
        visits.append(visit)
        self.changed.add(visit.interaction_id)
        return visit

    def _take_over(self, seq: int, event: e.InteractionTakenOver, last: Visit, visits: list[Visit]) -> None:
        """A second handling of the same stay: nobody was offered or answered anew."""
        self._stop_talking(last, event.at)
        last.seq = seq
        visit = self._visit(seq, event, visits, queue_id=last.queue_id, consult_of=last.consult_of)
        visit.answered_at, visit.agent_id = event.at, event.agent_id

    def _promote(self, visits: list[Visit]) -> None:
        """The colleague who was asked takes the customer: count what was not counted while it was a consult."""
        for visit in visits:
            if visit.consult_of is None:
                continue
            visit.consult_of = None
            self._count(visit, Counts(offered=1))
            if visit.answered_at:
                self._count_answer(visit)
            elif visit.left_at:
                self._count(visit, Counts(moved=1))
            if visit.talk_ended_at:
                self._count_talk(visit)

    def _answer(self, visit: Visit, event: e.OfferAccepted) -> None:
        if not visit.waiting:
            return
        visit.answered_at, visit.agent_id = event.at, event.agent_id
        self._count_answer(visit)

    def _count_answer(self, visit: Visit) -> None:
        waited = visit.answered_at - visit.entered_at
        in_time = int(waited <= visit.threshold_ms)
        self._count(visit, Counts(answered=1, answered_in_time=in_time, waited_ms=waited, longest_wait_ms=waited))

    def _end(self, visit: Visit, event: e.InteractionEnded) -> None:
        if visit.waiting:
            visit.left_at = event.at
            waited = event.at - visit.entered_at
            in_time = int(waited <= visit.threshold_ms)
            self._count(visit, Counts(abandoned=1, abandoned_in_time=in_time, longest_wait_ms=waited))
            if event.by.kind == "customer":
                self._count_reception(visit, Reception(left=1))
        self._stop_talking(visit, event.at)

    def _stop_talking(self, visit: Visit, at: int) -> None:
        if visit.talking:
            _resume(visit, at)
            visit.talk_ended_at = at
            self._count_talk(visit)

    def _count_talk(self, visit: Visit) -> None:
        self._count(visit, Counts(handled=1, talk_ms=visit.talk_ended_at - visit.answered_at, hold_ms=visit.hold_ms))

    def _rate(self, visit: Visit, score: int) -> None:
        before, visit.score = visit.score, score
        was, now = int(before >= SATISFIED_FROM), int(score >= SATISFIED_FROM)
        self._count(visit, Counts(ratings=int(not before), rating_sum=score - before, satisfied=now - was))
        self.changed.add(visit.interaction_id)

    def _count(self, visit: Visit, counts: Counts) -> None:
        """Add to the queue's figures; reception is no queue's, and a consult is nobody's."""
        if visit.queue_id is None or visit.consult_of is not None:
            return
        at = visit.entered_at // INTERVAL_MS * INTERVAL_MS
        key = Key(visit.tenant_id, visit.queue_id, at, visit.simulated)
        self.deltas.setdefault(key, Counts()).add(counts)

    def _count_reception(self, visit: Visit, counts: Reception) -> None:
        if visit.queue_id is None:
            key = ReceptionKey(visit.tenant_id, visit.entered_at // INTERVAL_MS * INTERVAL_MS, visit.simulated)
            self.receptions.setdefault(key, Reception()).add(counts)


def _resume(visit: Visit, at: int) -> None:
    if visit.held_at:
        visit.hold_ms += at - visit.held_at
        visit.held_at = 0
