"""What must be true of a floor's journal, checked event by event while it is folded. Pure: no database.

A row that is no event, or an event that does not fit what came before, ends the audit, since nothing after it can be
believed. All else is noted and the fold goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from rexian.engine import events as e
from rexian.engine.codec import decode_event
from rexian.engine.floor import Floor
from rexian.runtime.rows import Columns

MOST_FAULTS = 100  # more are counted, not kept


class Line(Struct, frozen=True, kw_only=True):
    """A journal row as it lies in the database."""

    seq: int
    at: int
    kind: str
    tenant_id: str | None
    contact_id: str | None
    interaction_id: str | None
    agent_id: str | None
    body: str


class Fault(Struct, frozen=True, kw_only=True):
    """Something that is not as it must be. `code` is one of the catalogue's `replay.fault.*`, `detail` fills it."""

    seq: int
    code: str
    detail: dict[str, Any] = {}


class Broken(Exception):
    """The fold can't go on after this fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Tally(Struct, kw_only=True):
    """Contacts since the audit began. `carried`: open at its beginning. A self-served one begins and ends at once."""

    carried: int = 0
    started: int = 0
    self_served: int = 0
    closed: int = 0
    forgotten: int = 0


class Audit:
    """A floor that is folded from its journal under suspicion, from its beginning or from a snapshot (`floor`, `seq`).

    `faults` are in order; `found` counts those that are not kept, too.
    """

    def __init__(self, floor: Floor, seq: int = 0) -> None:
        self.floor = floor
        self.seq = seq
        self.at = floor.now
        self.tally = Tally(carried=open_contacts(floor))
        self.faults: list[Fault] = []
        self.found = 0
        self._columns = Columns()

    def expect(self, line: Line) -> e.AnyEvent:
        """Return the row's event, to be folded by `fold` next. Raises `Broken`."""
        if line.seq != self.seq + 1:
            raise self._broken(line.seq, "gap", after=self.seq, missing=self.seq + 1)
        try:
            event = decode_event(line.body)
        except (msgspec.MsgspecError, ValueError) as error:
            raise self._broken(line.seq, "no_event", why=str(error)) from error
        if event.at < self.at:
            self._note(line.seq, "back_in_time", at=event.at, before=self.at)
        for code, detail in _suspicions(self.floor, event):
            self._note(line.seq, code, **detail)
        return event

    def fold(self, line: Line, event: e.AnyEvent) -> None:
        """Fold the event that `expect` returned. Raises `Broken`."""
        try:
            self.floor.apply(event)
        except Exception as error:  # whatever it was: an event that a floor can't take was not written by one
            why = f"{type(error).__name__}: {error}"
            raise self._broken(line.seq, "unfit", kind=type(event).__name__, why=why) from error
        self.seq, self.at = line.seq, max(self.at, event.at)
        self._count(event)
        self._compare(line, event)

    def balance(self) -> None:
        """Check that nothing has been lost or doubled: contacts, queues, offers and what agents have in hand."""
        tally = self.tally
        expected, there = tally.carried + tally.started - tally.closed, open_contacts(self.floor)
        if expected != there:
            self._note(self.seq, "contacts", expected=expected, there=there)
        for code, detail in _imbalances(self.floor):
            self._note(self.seq, code, **detail)

    def snapshot(self, checksum: str) -> None:
        """Compare with the checksum of the state that a snapshot of this very seq holds."""
        own = self.floor.checksum()
        if own != checksum:
            self._note(self.seq, "snapshot_differs", folded=own, stored=checksum)

    def note(self, seq: int, code: str, **detail: Any) -> None:
        """Something that was found beside the fold."""
        self._note(seq, code, **detail)

    def _count(self, event: e.AnyEvent) -> None:
        tally = self.tally
        match event:
            case e.ContactStarted():
                tally.started += 1
            case e.SelfServed():
                tally.self_served += 1
            case e.ContactClosed():
                tally.closed += 1
            case e.ContactsForgotten():
                tally.forgotten += len(event.contact_ids)
            case _:
                pass

    def _compare(self, line: Line, event: e.AnyEvent) -> None:
        """The columns repeat the body, for searching and for the tenants' walls: they must say the same."""
        tenant, contact, interaction, agent = self._columns.ids(self.floor, event)
        stored = (line.tenant_id, line.contact_id, line.interaction_id, line.agent_id)
        if stored == (tenant, contact, interaction, agent) and (line.at, line.kind) == (event.at, type(event).__name__):
            return  # nearly always
        said: dict[str, tuple[Any, Any]] = {
            "at": (line.at, event.at),
            "kind": (line.kind, type(event).__name__),
            "contact_id": (line.contact_id, contact),
            "interaction_id": (line.interaction_id, interaction),
            "agent_id": (line.agent_id, agent),
        }
        if contact is not None and tenant is not None:  # of one forgotten before the fold began nothing is known
            said["tenant_id"] = (line.tenant_id, tenant)
        for column, (kept, meant) in said.items():
            if _plain(kept) != _plain(meant):
                self._note(line.seq, "column", column=column, stored=kept, body=meant)

    def _note(self, seq: int, code: str, **detail: Any) -> Fault:
        fault = Fault(seq=seq, code=code, detail=detail)
        self.found += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)
        return fault

    def _broken(self, seq: int, code: str, **detail: Any) -> Broken:
        return Broken(self._note(seq, code, **detail))


def _plain(value: Any) -> Any:
    """Ids as the database writes them."""
    return value.lower() if isinstance(value, str) else value


def open_contacts(floor: Floor) -> int:
    """How many contacts are not closed."""
    return sum(not contact.closed_at for contact in floor.contacts())


# -- before an event ---------------------------------------------------------------------------------------------------
Suspicion = tuple[str, dict[str, Any]]


def _suspicions(floor: Floor, event: e.AnyEvent) -> Iterator[Suspicion]:
    """What the state before it says against this event."""
    look = _LOOKS.get(type(event))
    if look is not None:
        yield from look(floor, event)


def _started(floor: Floor, event: e.ContactStarted) -> Iterator[Suspicion]:
    if floor.contact(event.contact_id) is not None:
        yield "started_twice", {"contact_id": event.contact_id}


def _offered(floor: Floor, event: e.InteractionOffered) -> Iterator[Suspicion]:
    interaction, agent = floor.interaction(event.interaction_id), floor.agent(event.agent_id)
    if interaction is None or agent is None:
        return  # it won't fold
    if interaction.state != "queued":
        yield "offered_twice", {
            "interaction_id": interaction.id, "agent_id": agent.id, "state": interaction.state,
            "other": interaction.agent_id or "",
        }  # fmt: skip
    elif not (agent.free(interaction.medium) or event.reason.rule == "interrupts"):
        yield "offered_unfree", {"interaction_id": interaction.id, "agent_id": agent.id}


def _of_offer(floor: Floor, event: Any) -> Iterator[Suspicion]:
    offer = floor.offer(event.offer_id)
    if offer is not None and offer.agent_id != event.agent_id:
        yield "offer_of_other", {"offer_id": offer.id, "agent_id": event.agent_id, "other": offer.agent_id}


def _ended(floor: Floor, event: e.InteractionEnded) -> Iterator[Suspicion]:
    interaction = floor.interaction(event.interaction_id)
    if interaction is not None and interaction.state == "ended":
        yield "ended_twice", {"interaction_id": interaction.id}


def _closed(floor: Floor, event: e.ContactClosed) -> Iterator[Suspicion]:
    contact = floor.contact(event.contact_id)
    if contact is None:
        return
    states = [known.state for id in contact.interaction_ids if (known := floor.interaction(id)) is not None]
    if contact.closed_at:
        yield "closed_twice", {"contact_id": contact.id}
    elif any(state != "ended" for state in states):
        yield "closed_open", {"contact_id": contact.id}


def _forgotten(floor: Floor, event: e.ContactsForgotten) -> Iterator[Suspicion]:
    for id in event.contact_ids:
        contact = floor.contact(id)
        if contact is not None and not contact.closed_at:
            yield "forgotten_open", {"contact_id": id}


_LOOKS: dict[type[e.Event], Callable[[Floor, Any], Iterator[Suspicion]]] = {
    e.ContactStarted: _started,
    e.InteractionOffered: _offered,
    e.OfferProven: _of_offer,
    e.OfferAccepted: _of_offer,
    e.OfferRejected: _of_offer,
    e.OfferExpired: _of_offer,
    e.OfferWithdrawn: _of_offer,
    e.InteractionEnded: _ended,
    e.ContactClosed: _closed,
    e.ContactsForgotten: _forgotten,
}


# -- the whole state ---------------------------------------------------------------------------------------------------
_COUNTED = {
    "queued": "waiting", "offered": "offered", "talking": "talking", "after_contact_work": "after_contact_work",
    "scheduled": "scheduled",
}  # fmt: skip


def _imbalances(floor: Floor) -> Iterator[Suspicion]:
    counts: Counter[tuple[str, str]] = Counter()
    held: Counter[str] = Counter()
    for interaction in floor.interactions():
        counts[interaction.queue_id, interaction.state] += 1
    for queue in floor.queues():
        for state, name in _COUNTED.items():
            said, there = getattr(queue, name), counts[queue.id, state]
            if said != there:
                yield "queue_count", {"queue_id": queue.id, "state": state, "expected": said, "there": there}
    ringing: Counter[str] = Counter()
    for offer in floor.offers():
        ringing[offer.interaction_id] += 1
        agent = floor.agent(offer.agent_id)
        if agent is None or offer.id not in agent.offers:
            yield "offer_unheld", {"offer_id": offer.id, "agent_id": offer.agent_id}
    for agent in floor.agents():
        held.update(agent.handlings)
        said, there = sum(agent.used.values()), len(agent.offers) + len(agent.handlings)
        if said != there:
            yield "agent_count", {"agent_id": agent.id, "expected": said, "there": there}
    for interaction_id, times in (ringing + held).items():
        if times > 1:
            yield "in_two_hands", {"interaction_id": interaction_id, "times": times}
