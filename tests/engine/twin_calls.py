"""Live calls on the twin's floor: reception, hold, consultation, participants, take-over, recording."""

from __future__ import annotations

from typing import Any

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Party
from tests.engine.twin_contacts import TARGET_WAIT_MS, ContactActs, sizes_hold
from tests.engine.twin_words import ids, is_consult

CONSULT_CREDIT_MS = 5_000_000_000_000
RECEIVED = ("contact_id", "interaction_id", "tenant_id", "customer_id", "medium", "attributes", "entry")


def short(longest: int, *texts: str) -> None:
    if any(len(text) > longest for text in texts):
        raise Refusal("bad_value")


class CallActs(ContactActs):
    # -- reception ---------------------------------------------------------------------------------------------------
    def do_ReceiveContact(self, c: cmd.ReceiveContact) -> None:
        if self.known_already(c, RECEIVED):
            return
        sizes_hold(c.attributes)
        short(120, c.entry)
        self.begin(c)
        i = self.arrive(c, queue="", needs={}, credit=0, attributes=c.attributes, emergency=False, medium=c.medium)
        i.state, i.received = "reception", c
        self.emit(
            ev.InteractionReceived, **ids(i), tenant_id=c.tenant_id, medium=c.medium, entry=c.entry,
            attributes=c.attributes,
        )  # fmt: skip

    def do_NoteReception(self, c: cmd.NoteReception) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if not c.node:
            raise Refusal("bad_value")
        short(64, c.node, c.value)
        self.emit(ev.ReceptionNoted, **ids(i), node=c.node, kind=c.kind, value=c.value)

    def do_QueueInteraction(self, c: cmd.QueueInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        attributes = {**(i.received.attributes if i.received else {}), **c.attributes}
        if i.received and i.routed:
            before = i.routed
            asked = [(x.queue_id, x.needs, x.credit_ms, x.emergency) for x in (before, c)]
            if asked[0] == asked[1] and attributes == i.attributes:
                return
        if i.state != "reception":
            raise Refusal("not_in_reception")
        queue = self.check_queue(c, i.tenant, attributes)
        was = dict(i.__dict__)
        i.queue, i.needs, i.credit, i.attributes = c.queue_id, c.needs, c.credit_ms, attributes
        i.emergency, i.since, i.waiting_from = c.emergency, self.at, self.at
        try:
            i.expected = self.expected(i)
            self.check_room(i, queue)
        except Refusal:
            i.__dict__.update(was)
            raise
        i.routed = c
        self.prefer_somebody(i, c)
        self.queued(i, "reception")

    # -- hold and participants ---------------------------------------------------------------------------------------
    def main_talk(self, id: str, agent_id: str) -> Any:
        i = self.find(self.inters, id, "unknown_interaction")
        self.talking(i, agent_id)
        if is_consult(i):
            raise Refusal("is_consult")
        return i

    def do_SetHold(self, c: cmd.SetHold) -> None:
        i = self.main_talk(c.interaction_id, c.agent_id)
        if c.on and not i.held:
            i.held = self.at
            self.emit(ev.InteractionHeld, **ids(i), agent_id=c.agent_id)
        elif i.held and not c.on:
            held_ms = self.at - i.held
            self.end_hold(i)
            self.emit(ev.InteractionResumed, **ids(i), agent_id=c.agent_id, held_ms=held_ms)

    def join(self, i: Any, person_id: str, role: str, most: int) -> None:
        same_kind = [other for other in i.people.values() if (other == "external") == (role == "external")]
        if person_id not in i.people and len(same_kind) >= most:
            raise Refusal("too_many_participants")
        i.people[person_id] = role
        self.emit(ev.ParticipantJoined, **ids(i), person_id=person_id, role=role)

    def do_JoinInteraction(self, c: cmd.JoinInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.state != "talking":
            raise Refusal("not_talking")
        if i.agent == c.person_id:
            raise Refusal("talks_already")
        if i.people.get(c.person_id) == "external":
            raise Refusal("id_in_use")
        if i.people.get(c.person_id) != c.role:
            self.join(i, c.person_id, c.role, 5)

    def do_AddExternal(self, c: cmd.AddExternal) -> None:
        i = self.main_talk(c.interaction_id, c.agent_id)
        if i.people.get(c.participant_id) == "external":
            return
        if c.participant_id in (*i.people, i.agent):
            raise Refusal("id_in_use")
        self.join(i, c.participant_id, "external", 3)

    def do_LeaveInteraction(self, c: cmd.LeaveInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        short(64, c.why)
        if c.person_id in i.people:
            self.dismiss(i, c.person_id, c.why)

    # -- take-over ---------------------------------------------------------------------------------------------------
    def do_TakeOver(self, c: cmd.TakeOver) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        taker = self.find(self.agents, c.agent_id, "unknown_agent")
        if i.state != "talking":
            raise Refusal("not_talking")
        if is_consult(i):
            raise Refusal("is_consult")
        if i.agent == taker.id:
            return
        for consult in self.consults(i):
            if taker.id in (consult.agent, consult.target):
                self.end(consult, Party("agent", taker.id), "consult_over")
        if taker.id in i.people:
            self.dismiss(i, taker.id, "took_over")
        former = i.agent
        self.stop_talking(i)
        self.counts["handling"] += 1
        i.agent, i.offer, i.accepted, i.handling_number = taker.id, None, self.at, self.counts["handling"]
        taker.busy_since = taker.busy_since or self.at
        taker.handled += 1
        self.idle_now(taker)
        self.free_up(taker)
        for consult in self.consults(i):
            consult.declined.pop(consult.asker, None)
            consult.asker = taker.id
            if consult.state != "talking":
                self.spare_the_asker(consult)
        self.emit(ev.InteractionTakenOver, **ids(i), queue_id=i.queue, from_agent_id=former, agent_id=taker.id)

    # -- consultation ------------------------------------------------------------------------------------------------
    def do_Consult(self, c: cmd.Consult) -> None:
        if known := self.inters.get(c.consult_id):
            asked = (c.interaction_id, c.to_queue_id, c.to_agent_id)
            if known.about is None or (known.about, *known.asked_for) != asked:
                raise Refusal("id_in_use")
            return
        i = self.main_talk(c.interaction_id, c.agent_id)
        self.target_holds(i, c.to_queue_id, c.to_agent_id)
        if self.consults(i):
            raise Refusal("consult_open")
        consult = self.arrive(
            c, queue=c.to_queue_id or i.queue, needs=i.needs, credit=CONSULT_CREDIT_MS, attributes=i.attributes,
            emergency=i.emergency, medium=i.medium, primary=i,
        )  # fmt: skip
        consult.about, consult.asker, consult.asked_for = i.id, c.agent_id, (c.to_queue_id, c.to_agent_id)
        if c.to_agent_id:
            self.aim(consult, c.to_agent_id, "consult", self.at + TARGET_WAIT_MS)
        self.queued(consult, "consult")

    def do_CompleteTransfer(self, c: cmd.CompleteTransfer) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        consult = self.find(self.inters, c.consult_id, "unknown_interaction")
        if consult.about != i.id:
            raise Refusal("not_its_consult")
        if consult.promoted and i.agent == c.agent_id:
            return
        self.main_talk(i.id, c.agent_id)
        if consult.state != "talking":
            raise Refusal("consult_not_talking")
        consult.promoted, consult.since, consult.credit = True, i.since, i.credit
        consult.recording, consult.away, i.away = i.recording, i.away, 0
        consult.call_back = (0, consult.medium) if i.call_back else None
        self.emit(ev.ConsultPromoted, **ids(consult), consult_of=i.id, agent_id=consult.agent)
        self.end(i, Party("agent", c.agent_id), "transferred")

    # -- recording ---------------------------------------------------------------------------------------------------
    def do_SetRecording(self, c: cmd.SetRecording) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        short(64, c.why)
        if i.recording == c.state:
            return
        if i.state in ("ended", "acw"):
            raise Refusal("already_ended")
        if c.by.kind == "agent":
            self.talking(i, c.by.id)
        if is_consult(i):
            raise Refusal("is_consult")
        i.recording = c.state
        self.emit(ev.RecordingChanged, **ids(i), by=c.by, state=c.state, why=c.why)

    def do_NoteRecording(self, c: cmd.NoteRecording) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if c.recording_id in i.recordings:
            return
        short(120, c.recording_id)
        short(64, c.why)
        if len(c.sha256) != 64 or set(c.sha256) - set("0123456789abcdef"):
            raise Refusal("bad_value")
        if not 0 <= c.duration_ms <= 10**12 or not 0 <= c.size <= 2**50:
            raise Refusal("bad_value")
        i.recordings.append(c.recording_id)
        self.emit(
            ev.RecordingStored, **ids(i), recording_id=c.recording_id, sha256=c.sha256, duration_ms=c.duration_ms,
            size=c.size, why=c.why,
        )  # fmt: skip
