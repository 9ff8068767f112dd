"""A day of a tenant's floor, read from the journal: who came, what it took, who was there.

Only the tenant's own contacts come in. Its agents may have worked for others too: while all their places were taken by
other tenants' contacts they count as away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.floors.wanted import Wanted, tenant_skill
from rexian.drill.rehearsal.files.arrivals import NOT_GIVEN, Arrivals, Kind
from rexian.drill.rehearsal.files.plans import Plan
from rexian.drill.rehearsal.files.staff import Shift, Staff
from rexian.drill.runs.model import MOST_CONTACTS, MOST_EVENTS, Known, Patience
from rexian.drill.runs.patience import mean_patience, patience_of
from rexian.engine import events as ev
from rexian.engine.codec import decode_event
from rexian.engine.specs import Policy
from rexian.runtime.tables import journal

HOUR_MS = 3_600_000
BEFORE_MS = 16 * HOUR_MS  # as far back as somebody may have signed in
AFTER_MS = 4 * HOUR_MS  # as long as the last contacts of the day may take
CHUNK = 5_000
USUAL_TALK_MS = 240_000
KINDS = (
    "AgentStateChanged", "InteractionQueued", "OfferAccepted", "InteractionEnded", "HandlingWrappedUp",
    "InteractionTransferred", "AgentRetired",
)  # fmt: skip


class NoDay(Exception):
    """There is nothing to rehearse; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Piece:
    """One interaction of the tenant, as far as it is known."""

    at: int
    kind: Kind
    waited: int = 0
    answered: bool = False
    left: bool = False
    talk: int | None = None
    acw: int = NOT_GIVEN


@dataclass(slots=True)
class Presence:
    """One agent's day: spans of presence with breaks. Times are instants."""

    present: bool = False
    away: bool = False
    taken: int = 0  # places taken by other tenants' contacts
    marks: list[tuple[int, str]] = field(default_factory=list)


def bounds(day: str, zone: str) -> tuple[int, int]:
    """The day's first instant and the next day's, in ms."""
    first, tz = date.fromisoformat(day), ZoneInfo(zone)
    start = datetime(first.year, first.month, first.day, tzinfo=tz)
    after = first + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=tz)
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


async def seq_at(tx: AsyncConnection, floor_id: str, at: int) -> int:
    """The first `seq` that is not before `at`. The journal is ordered in time, so it is found by halving."""
    low, high = (await tx.execute(select(func.min(journal.c.seq), func.max(journal.c.seq)).where(
        journal.c.floor_id == floor_id))).one()  # fmt: skip
    if low is None:
        return 0
    high += 1
    while low < high:
        middle = (low + high) // 2
        found = select(journal.c.at).where(journal.c.floor_id == floor_id, journal.c.seq == middle)
        instant = (await tx.execute(found)).scalar_one_or_none()
        if instant is None or instant < at:
            low = middle + 1
        else:
            high = middle
    return int(low)


async def events_between(tx: AsyncConnection, floor_id: str, first: int, last: int) -> AsyncIterator[ev.AnyEvent]:
    """The events of the kinds that count, from `first` to before `last`, in order."""
    while first < last:
        upto = min(last, first + CHUNK)
        rows = await tx.execute(
            select(cast(journal.c.body, Text).label("body"))
            .where(journal.c.floor_id == floor_id, journal.c.seq >= first, journal.c.seq < upto,
                   journal.c.kind.in_(KINDS))
            .order_by(journal.c.seq)
        )  # fmt: skip
        for row in rows:
            yield decode_event(row.body)
        first = upto


class Reader:
    """Takes a floor's events one by one and keeps what belongs to the tenant's day."""

    def __init__(self, wanted: Wanted, tenant_id: str, start: int, end: int) -> None:
        self.start, self.end = start, end
        self._wanted = wanted
        self._own = {id for id, queue in wanted.queues.items() if queue.tenant_id == tenant_id}
        skill = tenant_skill(tenant_id)
        self.agents = {id: spec for id, spec in wanted.agents.items() if skill in spec.skills}
        self.presence = {id: Presence() for id in self.agents}
        self.pieces: dict[str, Piece] = {}
        self._elsewhere: dict[str, str] = {}  # interactions of other tenants → who has them in hand
        self.skipped = self.transferred = 0

    def take(self, event: ev.AnyEvent) -> None:
        """One event, in order."""
        match event:
            case ev.AgentStateChanged():
                self._state(event)
            case ev.InteractionQueued() if event.why == "new":
                self._queued(event)
            case ev.OfferAccepted():
                self._accepted(event)
            case ev.InteractionEnded():
                self._ended(event)
            case ev.HandlingWrappedUp():
                self._given_back(event.interaction_id, event.at)
                if (piece := self.pieces.get(event.interaction_id)) is not None:
                    piece.acw = max(piece.acw, event.acw_ms)
            case ev.InteractionTransferred():
                self._given_back(event.interaction_id, event.at)
                self.transferred += event.interaction_id in self.pieces
            case _:
                pass

    def _state(self, event: ev.AgentStateChanged) -> None:
        one = self.presence.get(event.agent_id)
        if one is None:
            return
        if event.state == "not_ready":
            if event.reason in (None, "signed_out"):
                one.present = one.away = False
                one.marks.append((event.at, "signed_out"))
                return
            one.away = True
        else:
            one.present, one.away = True, False
        self._mark(event.agent_id, event.at)

    def _mark(self, agent_id: str, at: int) -> None:
        one = self.presence[agent_id]
        if not one.present:
            return
        places = max(1, sum(self.agents[agent_id].capacity.values()))
        one.marks.append((at, "break" if one.away or one.taken >= places else "available"))

    def _queued(self, event: ev.InteractionQueued) -> None:
        if not self.start <= event.at < self.end:
            return
        if event.queue_id not in self._own:
            self.skipped += event.queue_id not in self._wanted.queues
            return
        if len(self.pieces) >= MOST_CONTACTS:
            raise NoDay("too_large")
        needs, attributes = tuple(sorted(event.needs.items())), tuple(sorted(event.attributes.items()))
        kind = Kind(event.queue_id, event.medium, needs, event.credit_ms, attributes)
        self.pieces[event.interaction_id] = Piece(event.at, kind)

    def _accepted(self, event: ev.OfferAccepted) -> None:
        piece = self.pieces.get(event.interaction_id)
        if piece is not None:
            if not piece.answered:
                piece.answered, piece.waited = True, event.waited_ms
        elif event.queue_id not in self._own and (one := self.presence.get(event.agent_id)) is not None:
            self._elsewhere[event.interaction_id] = event.agent_id
            one.taken += 1
            self._mark(event.agent_id, event.at)

    def _ended(self, event: ev.InteractionEnded) -> None:
        piece = self.pieces.get(event.interaction_id)
        if piece is None:
            return
        if event.outcome == "handled":
            piece.talk = event.talk_ms
        elif not piece.answered:
            piece.left, piece.waited = True, event.waited_ms

    def _given_back(self, interaction_id: str, at: int) -> None:
        agent_id = self._elsewhere.pop(interaction_id, None)
        if agent_id is not None:
            self.presence[agent_id].taken -= 1
            self._mark(agent_id, at)

    # -- what came of it -----------------------------------------------------------------------------------------------
    def plan(self, name: str, zone: str, seed: int, policies: list[Policy]) -> tuple[Plan, Known]:
        """Everything together. Raises `NoDay`."""
        pieces = list(self.pieces.values())
        if not pieces:
            raise NoDay("no_contacts")
        for piece in pieces:
            if not piece.answered and not piece.left:  # still waiting when the reading stopped: longer than that
                piece.waited = self.end + AFTER_MS - piece.at
        staff = self._staff()
        if not staff.shifts:
            raise NoDay("nobody_there")
        mean = mean_patience([one.waited for one in pieces if one.left], [one.waited for one in pieces if not one.left])
        arrivals = self._arrivals(pieces, mean, seed)
        longest = max(60_000, max(arrivals.acw) + 1)
        queues = [
            structs.replace(queue, proof_ms=HOUR_MS, rating_ms=0, acw_ms=longest)
            for id, queue in self._wanted.queues.items()
            if id in self._own
        ]
        plan = Plan(name=name, arrivals=arrivals, staff=staff, policies=policies, queues=queues, zone=zone)
        return plan, self._known(pieces, mean, len(staff.agents))

    def _arrivals(self, pieces: list[Piece], mean: float | None, seed: int) -> Arrivals:
        talks = sorted(one.talk for one in pieces if one.talk)
        usual = talks[len(talks) // 2] if talks else USUAL_TALK_MS
        drawn = patience_of([one.waited for one in pieces], [one.left for one in pieces], mean, seed)
        made = Arrivals(Path("journal"))
        for piece, patience in zip(pieces, drawn, strict=True):
            made.first_line.setdefault(piece.kind, 0)
            made.kind.append(made.kinds.setdefault(piece.kind, len(made.kinds)))
            made.at.append(piece.at)
            made.talk.append(max(1, usual if piece.talk is None else piece.talk))
            made.patience.append(patience)
            made.acw.append(piece.acw)
        return made

    def _staff(self) -> Staff:
        staff = Staff(Path("journal"))
        for agent_id, one in self.presence.items():
            shifts = shifts_of(one.marks, self.start, self.end)
            if not shifts:
                continue
            number = len(staff.agents)
            staff.agents.append(self.agents[agent_id])
            staff.teams.append(_team(self.agents[agent_id].skills))
            staff.shifts += [Shift(number, begins, ends, breaks, 0) for begins, ends, breaks in shifts]
        return staff

    def _known(self, pieces: list[Piece], mean: float | None, agents: int) -> Known:
        answered = [one for one in pieces if one.answered]
        left = [one for one in pieces if one.left]

        def limit(one: Piece) -> int:
            return self._wanted.queues[one.kind.queue].service_level_ms

        in_time = sum(one.waited <= limit(one) for one in answered)
        judged = len(answered) + sum(one.waited > limit(one) for one in left)
        patience = Patience(gave_up=len(left), answered=len(answered), mean_ms=None if mean is None else round(mean))
        return Known(
            contacts=len(pieces),
            answered=len(answered),
            abandoned=len(left),
            service_level=None if not judged else 10_000 * in_time // judged,
            asa_ms=None if not answered else sum(one.waited for one in answered) // len(answered),
            patience=patience,
            skipped=self.skipped,
            transferred=self.transferred,
            agents=agents,
        )


def _team(skills: dict[str, int]) -> str:
    return next((name.removeprefix("team:") for name in skills if name.startswith("team:")), "")


Span = tuple[int, int, tuple[tuple[int, int], ...]]


def shifts_of(marks: list[tuple[int, str]], start: int, end: int) -> list[Span]:
    """Make shifts with breaks, within the day, of marks in order: `available`, `break`, `signed_out`."""
    found: list[Span] = []
    begins: int | None = None
    pause: int | None = None
    breaks: list[tuple[int, int]] = []

    def close(at: int) -> None:
        nonlocal begins, pause, breaks
        ends = at if pause is None else pause  # a break that never ended was the end
        if begins is not None and ends > begins:
            found.append((begins, ends, tuple(breaks)))
        begins, pause, breaks = None, None, []

    for instant, what in marks:
        at = min(max(instant, start), end)
        if what == "signed_out":
            close(at)
        elif what == "break":
            pause = at if begins is not None and pause is None else pause
        elif begins is None:
            begins = at
        elif pause is not None:
            if at > pause and pause > begins:
                breaks.append((pause - begins, at - pause))
            elif at > pause:
                begins = at
            pause = None
    close(end)
    return [(first, last, pauses) for first, last, pauses in found if first < end]


async def read_day(tx: AsyncConnection, wanted: Wanted, floor_id: str, tenant_id: str, span: tuple[int, int]) -> Reader:
    """Read the day. Raises `NoDay`."""
    start, end = span
    first = await seq_at(tx, floor_id, start - BEFORE_MS)
    last = await seq_at(tx, floor_id, end + AFTER_MS)
    if last - first > MOST_EVENTS:
        raise NoDay("too_large")
    reader = Reader(wanted, tenant_id, start, end)
    async for event in events_between(tx, floor_id, first, last):
        reader.take(event)
    return reader
