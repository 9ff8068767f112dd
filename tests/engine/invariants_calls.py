"""What must be true of live calls at every event and after every command; see `invariants.py`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rexian.engine import events as ev
from rexian.engine.floor import Floor
from rexian.engine.state import Interaction


class CallHistory:
    """What the events alone say of calls: who is there, for how long the customer was held, what is consulted about."""

    folded: Floor

    def __init__(self) -> None:
        self.held: dict[str, int] = {}  # interaction → since
        self.held_ms: Counter[str] = Counter()
        self.there: dict[tuple[str, str], str] = {}  # (interaction, participant) → role
        self.promised: str | None = None  # this one must end now: the customer went over to a colleague

    def seen(self, event: Any) -> None:
        """Every event, before its own check."""
        if self.promised is not None and not isinstance(event, ev.ParticipantLeft):
            assert isinstance(event, ev.InteractionEnded)
            assert (event.interaction_id, event.reason) == (self.promised, "transferred")
            assert event.outcome == "handled"
            self.promised = None

    def i(self, id: str) -> Interaction:
        interaction = self.folded.interaction(id)
        assert interaction is not None
        return interaction

    # -- reception ---------------------------------------------------------------------------------------------------
    def InteractionReceived(self, e: ev.InteractionReceived) -> None:
        contact = self.folded.contact(e.contact_id)
        assert contact is not None
        assert contact.interaction_ids == [], "it is the contact's first"

    def queued(self, e: ev.InteractionQueued) -> None:
        before = self.folded.interaction(e.interaction_id)
        assert (e.why == "reception") == (before is not None and before.state == "reception")
        assert (e.why in ("new", "consult")) == (before is None)
        if e.why == "consult":
            primary = self.i(str(e.consult_of))
            assert (primary.state, primary.contact_id, primary.agent_id) == ("talking", e.contact_id, e.consult_by)
        self.parted(e.interaction_id, e.at)

    # -- hold and participants ---------------------------------------------------------------------------------------
    def InteractionHeld(self, e: ev.InteractionHeld) -> None:
        assert e.interaction_id not in self.held
        self.held[e.interaction_id] = e.at

    def InteractionResumed(self, e: ev.InteractionResumed) -> None:
        assert e.held_ms == e.at - self.held[e.interaction_id]
        self.end_hold(e.interaction_id, e.at)

    def end_hold(self, id: str, at: int) -> None:
        self.held_ms[id] += at - self.held.pop(id, at)

    def parted(self, id: str, at: int) -> None:
        """It ends or is queued: everybody has left before."""
        self.end_hold(id, at)
        assert id not in [where for where, _ in self.there], "who listens leaves with an event"

    def ParticipantJoined(self, e: ev.ParticipantJoined) -> None:
        where = (e.interaction_id, e.person_id)
        assert self.there.get(where) != e.role
        assert "external" not in (self.there.get(where), e.role) or where not in self.there, "guests stay guests"
        self.there[where] = e.role

    def ParticipantLeft(self, e: ev.ParticipantLeft) -> None:
        assert self.there.pop((e.interaction_id, e.person_id)) == e.role

    def InteractionTransferred(self, e: ev.InteractionTransferred) -> None:
        self.parted(e.interaction_id, e.at)

    def InteractionTakenOver(self, e: ev.InteractionTakenOver) -> None:
        i = self.i(e.interaction_id)
        assert (i.state, i.agent_id, i.is_consult) == ("talking", e.from_agent_id, False)
        assert e.from_agent_id != e.agent_id
        assert (e.interaction_id, e.agent_id) not in self.there, "they listened until now"
        self.end_hold(e.interaction_id, e.at)

    def ConsultPromoted(self, e: ev.ConsultPromoted) -> None:
        consult, primary = self.i(e.interaction_id), self.i(e.consult_of)
        assert (consult.state, consult.agent_id, consult.is_consult) == ("talking", e.agent_id, True)
        assert (primary.state, primary.id) == ("talking", consult.consult_of)
        self.promised = primary.id

    def over(self, e: ev.InteractionEnded) -> None:
        self.parted(e.interaction_id, e.at)
        assert e.hold_ms == self.held_ms.pop(e.interaction_id, 0) <= e.talk_ms, "the talk includes the hold"
        i = self.i(e.interaction_id)
        assert (e.outcome == "consult") == i.is_consult, "a consultation counts nowhere, until it has the customer"
        assert (not e.queue_id) == (i.state == "reception")


def call_holds(floor: Floor, i: Interaction) -> None:
    """Of one interaction, whatever was asked before."""
    assert not i.held_at or i.state == "talking", "a held customer talks with somebody"
    assert not i.participants or i.state == "talking", "participants only while they talk"
    assert i.agent_id not in i.participants or i.state != "talking", "nobody listens to their own talk"
    assert sum(role == "external" for role in i.participants.values()) <= 3
    assert i.queue_id or i.state in ("reception", "ended"), "only the reception has no queue"
    assert not (i.recording in ("on", "paused") and i.ended_at), "the recording is over with the talk"
    if i.state == "reception":
        assert (i.queue_id, i.agent_id, i.answered, floor.position(i.id)) == ("", None, False, None)
    if i.consult_of is not None and i.state != "ended":
        consult_holds(floor, i)


def consult_holds(floor: Floor, i: Interaction) -> None:
    primary = floor.interaction(str(i.consult_of))
    assert primary is not None
    assert primary.contact_id == i.contact_id
    if i.promoted:
        assert primary.state in ("after_contact_work", "ended"), "the customer is with one agent"
        return
    assert primary.state == "talking", "what is consulted about goes on"
    assert not primary.is_consult
    assert i.consult_by == primary.agent_id != i.agent_id, "nobody consults themselves"
    assert (i.held_at, i.away_due_at, i.call_back) == (0, 0, False), "there is no customer in it"
    others = [other for other in floor.interactions() if other.consult_of == primary.id and other.is_consult]
    assert [other.id for other in others if other.state != "ended"] == [i.id], "one at a time"


def consults_come_first(floor: Floor, queue_id: str) -> None:
    """Before all but emergencies."""
    plain = [i.is_consult for i in floor.waiting(queue_id) if not floor.emergency(i.id)]
    assert plain == sorted(plain, reverse=True)
