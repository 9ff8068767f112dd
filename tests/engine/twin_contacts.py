"""What customers and agents do with a contact on the twin's floor."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.refusal import Refusal
from rexian.engine.specs import QueueSpec
from tests.engine.twin_desk import LONGEST, RETRY_MS, Desk, levels_hold, within
from tests.engine.twin_words import PERMISSIONS, ids, is_consult

TARGET_WAIT_MS = 60_000
CALL_BACK_WITHIN_MS = 30 * 86_400_000
COMPARED = (
    "contact_id", "interaction_id", "tenant_id", "customer_id", "queue_id", "medium", "needs", "credit_ms",
    "attributes", "emergency",
)  # fmt: skip


def sizes_hold(attributes: dict[str, str]) -> None:
    sizes = [len(attributes) <= 20, *(1 <= len(k) <= 60 and len(v) <= 200 for k, v in attributes.items())]
    if not all(sizes):
        raise Refusal("bad_attributes")


class ContactActs(Desk):
    # -- how it begins -----------------------------------------------------------------------------------------------
    def do_StartContact(self, c: cmd.StartContact) -> None:
        if self.known_already(c, COMPARED):
            return
        queue = self.check_queue(c, c.tenant_id, c.attributes)
        i = self.newcomer(
            c, queue=c.queue_id, needs=c.needs, credit=c.credit_ms, attributes=c.attributes, emergency=c.emergency,
            medium=c.medium,
        )  # fmt: skip
        i.expected = self.expected(i)
        self.check_room(i, queue)
        self.begin(c)
        self.come_in(i)
        self.prefer_somebody(i, c)
        self.queued(i, "new")

    def known_already(self, c: Any, compared: tuple[str, ...]) -> bool:
        if c.contact_id not in self.contacts and c.interaction_id not in self.inters:
            return False
        contact = self.contacts.get(c.contact_id)
        if not contact or type(contact.command) is not type(c):
            raise Refusal("id_in_use")
        if any(getattr(contact.command, name) != getattr(c, name) for name in compared):
            raise Refusal("id_in_use")
        return True

    def check_queue(self, c: Any, tenant: str, attributes: dict[str, str]) -> Any:
        queue = self.find(self.queues, c.queue_id, "unknown_queue")
        if queue.spec.tenant_id != tenant:
            raise Refusal("unknown_queue")
        if queue.retired:
            raise Refusal("queue_retired")
        levels_hold(c.needs)
        if not within(-LONGEST, LONGEST, c.credit_ms):
            raise Refusal("bad_definition")
        sizes_hold(attributes)
        return queue

    def newcomer(self, c: Any, *, primary: Any = None, **asked: Any) -> Any:
        return Thing(
            id=c.consult_id if primary else c.interaction_id, contact=primary.contact if primary else c.contact_id,
            tenant=primary.tenant if primary else c.tenant_id, **asked, since=self.at,
            number=self.counts["inter"] + 1, entered=self.at, step=0, waiting_from=self.at, waited=0, talked=0,
            attempt=0, declined={}, fired=set(), target=None, target_kind="", target_number=0, target_due=0, away=0,
            messages=[], answered=False, read={"customer": 0, "agent": 0}, ended=0, state="queued", agent=None,
            offer=None, partner=None, accepted=0, wrapper=None, extensions=0, acw_from=0, acw_due=0,
            handling_number=0, disposition="", sent_by=None, sent_to=None, call_back=None, call_back_due=0,
            expected=None, received=None, routed=None, held=0, held_ms=0, people={}, recording="", recordings=[],
            about=None, asker=None, asked_for=None, promoted=False,
        )  # fmt: skip

    def come_in(self, i: Any) -> None:
        self.counts["inter"] += 1
        self.inters[i.id] = i

    def arrive(self, c: Any, **asked: Any) -> Any:
        i = self.newcomer(c, **asked)
        self.come_in(i)
        return i

    def begin(self, c: Any) -> None:
        self.contacts[c.contact_id] = Thing(
            id=c.contact_id, command=c, customer=c.customer_id, notes=[], rating=0, forget=0
        )
        self.emit(
            ev.ContactStarted, contact_id=c.contact_id, tenant_id=c.tenant_id, customer_id=c.customer_id,
            simulated=c.simulated,
        )  # fmt: skip

    def prefer_somebody(self, i: Any, c: Any) -> None:
        policy = self.policy(c.queue_id)
        self.prefer(i, c.named_agent_id, "named_agent", policy.named_agent_ms)
        self.prefer(i, c.last_agent_id, "last_agent", policy.last_agent_ms)

    def check_room(self, i: Any, queue: Any) -> None:
        if self.emergency(i):
            return
        policy, most = self.policy(queue.id), queue.spec.max_waiting
        if 0 < most <= len(self.queued_in(queue.id)):
            raise Refusal("queue_full", queue_id=queue.id, max_waiting=most, alternatives=policy.alternatives)
        if policy.max_wait_ms and i.expected and i.expected[0] > policy.max_wait_ms:
            low, high = i.expected
            raise Refusal(
                "wait_too_long", queue_id=queue.id, low_ms=low, high_ms=high, alternatives=policy.alternatives
            )

    def prefer(self, i: Any, agent_id: str | None, kind: str, ms: int) -> None:
        agent = self.agents.get(agent_id or "")
        if i.target or not agent or not self.at_work(agent, i.medium):
            return
        permissions = kind == "named_agent"
        asked = {s: n for s, n in self.needs(i).items() if s.startswith(PERMISSIONS) or not permissions}
        if any(agent.spec.skills.get(skill, 0) < level for skill, level in asked.items()):
            return
        if self.free(agent, i.medium) or (ms and not self.emergency(i)):
            self.aim(i, agent.id, kind, self.at + ms)

    def aim(self, i: Any, agent_id: str, kind: str, due_at: int) -> None:
        self.counts["target"] += 1
        i.target, i.target_kind, i.target_number, i.target_due = agent_id, kind, self.counts["target"], due_at

    def do_RecordSelfService(self, c: cmd.RecordSelfService) -> None:
        self.emit(
            ev.SelfServed, contact_id=c.contact_id, tenant_id=c.tenant_id, customer_id=c.customer_id,
            medium=c.medium, path=c.path, took_ms=c.took_ms, simulated=c.simulated,
        )  # fmt: skip

    def do_RequestCallBack(self, c: cmd.RequestCallBack) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.call_back == (c.due_at, c.medium):
            return
        rings = i.state == "offered" and (c.due_at, c.medium) == (0, i.medium)
        if i.state != "queued" and not rings:
            raise Refusal("not_waiting")
        if is_consult(i):
            raise Refusal("is_consult")
        self.due_holds(c.due_at)
        self.promise(i, c.due_at, c.medium)

    def due_holds(self, due_at: int) -> None:
        if due_at and not self.at < due_at <= self.at + CALL_BACK_WITHIN_MS:
            raise Refusal("bad_time")

    def promise(self, i: Any, due_at: int, medium: Any) -> None:
        i.call_back, i.medium, i.target, i.away = (due_at, medium), medium, None, 0
        if due_at:
            i.state, i.call_back_due = "scheduled", due_at
            i.waited += self.at - i.waiting_from
            self.left_the_line(i)
        self.emit(ev.CallBackRequested, **ids(i), queue_id=i.queue, due_at=due_at, medium=medium)
        self.look(i)

    def call_back_due(self, i: Any) -> None:
        i.since = i.call_back_due - self.policy(i.queue).call_back_lead_ms
        i.waiting_from, i.step = self.at, 0
        self.queued(i, "call_back")

    def do_IdentifyCustomer(self, c: cmd.IdentifyCustomer) -> None:
        contact = self.find(self.contacts, c.contact_id, "unknown_contact")
        if contact.customer != c.customer_id:
            contact.customer = c.customer_id
            self.emit(ev.CustomerIdentified, contact_id=c.contact_id, customer_id=c.customer_id)

    def do_SetCustomerPresence(self, c: cmd.SetCustomerPresence) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.state in ("ended", "acw") or (i.call_back and i.state != "talking") or is_consult(i):
            return
        if c.present and i.away:
            i.away = 0
            self.emit(ev.CustomerReturned, **ids(i))
        elif not c.present and not i.away:
            spec = self.queues[i.queue].spec if i.queue else QueueSpec(id="", tenant_id="")
            i.away = self.at + (spec.away_talking_ms if i.state == "talking" else spec.away_waiting_ms)
            self.emit(ev.CustomerAway, **ids(i), due_at=i.away)

    def do_AddNote(self, c: cmd.AddNote) -> None:
        contact = self.find(self.contacts, c.contact_id, "unknown_contact")
        if c.note_id not in contact.notes:
            contact.notes.append(c.note_id)
            self.emit(ev.NoteAdded, contact_id=c.contact_id, note_id=c.note_id, author=c.author)

    # -- while they talk ---------------------------------------------------------------------------------------------
    def talking(self, i: Any, agent_id: str) -> None:
        if i.state != "talking":
            raise Refusal("not_talking")
        if i.agent != agent_id:
            raise Refusal("not_your_interaction")

    def do_PostMessage(self, c: cmd.PostMessage) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if c.message_id in i.messages:
            return
        if i.state in ("ended", "acw"):
            raise Refusal("already_ended")
        if c.author.kind == "agent":
            self.talking(i, c.author.id)
        i.messages.append(c.message_id)
        number = len(i.messages)
        self.emit(ev.MessagePosted, **ids(i), message_id=c.message_id, number=number, author=c.author, kind=c.kind)

    def do_MarkRead(self, c: cmd.MarkRead) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if c.reader.kind == "agent" and c.reader.id not in (i.agent, i.wrapper):
            raise Refusal("not_your_interaction")
        number = min(c.number, len(i.messages))
        if number > i.read[c.reader.kind]:
            i.read[c.reader.kind] = number
            self.emit(ev.MessagesRead, **ids(i), reader=c.reader, number=number)

    def do_TransferInteraction(self, c: cmd.TransferInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if (i.sent_by, i.sent_to) == (c.agent_id, (c.to_queue_id, c.to_agent_id)) and i.agent != c.agent_id:
            return
        if i.state in ("ended", "acw"):
            raise Refusal("already_ended")
        self.talking(i, c.agent_id)
        if is_consult(i):
            raise Refusal("is_consult")
        self.target_holds(i, c.to_queue_id, c.to_agent_id)
        self.part(i, self.by, "queued")
        sender, before = self.agents[i.agent], i.queue
        self.stop_talking(i)
        if c.to_queue_id is not None:
            i.queue, i.step = c.to_queue_id, 0
        i.sent_by, i.sent_to = sender.id, (c.to_queue_id, c.to_agent_id)
        i.declined[sender.id] = (self.at + RETRY_MS, sender.changes)
        if c.to_agent_id is not None:
            self.aim(i, c.to_agent_id, "transfer_to_agent", self.at + TARGET_WAIT_MS)
        self.emit(
            ev.InteractionTransferred, **ids(i), agent_id=sender.id, from_queue_id=before, to_queue_id=i.queue,
            to_agent_id=c.to_agent_id,
        )  # fmt: skip
        self.queued(i, "transfer")

    def target_holds(self, i: Any, queue_id: str | None, agent_id: str | None) -> None:
        if (queue_id is None) == (agent_id is None):
            raise Refusal("transfer_target_invalid")
        if queue_id is not None:
            queue = self.queues.get(queue_id)
            if not queue or queue.retired or queue.spec.tenant_id != i.tenant:
                raise Refusal("transfer_target_invalid")
            return
        target = self.agents.get(str(agent_id))
        if not target or target.id == i.agent or not target.spec.capacity.get(i.medium, 0):
            raise Refusal("transfer_target_invalid")
        if any(s.startswith("tenant:") and s not in target.spec.skills for s in self.needs(i)):
            raise Refusal("transfer_target_invalid")
        if not self.at_work(target, i.medium):
            raise Refusal("agent_not_ready")

    # -- the end -----------------------------------------------------------------------------------------------------
    def do_EndInteraction(self, c: cmd.EndInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.state in ("ended", "acw"):
            return
        if c.by.kind == "customer" and is_consult(i):
            raise Refusal("is_consult")
        if c.by.kind == "agent" and not (is_consult(i) and i.asker == c.by.id):
            self.talking(i, c.by.id)
        self.end(i, c.by, c.reason)

    def own_work(self, i: Any, agent_id: str) -> None:
        if i.agent != agent_id:
            raise Refusal("not_your_interaction")
        if i.state in ("offered", "talking"):
            raise Refusal("still_open")

    def do_ExtendAfterContactWork(self, c: cmd.ExtendAfterContactWork) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        self.own_work(i, c.agent_id)
        if i.state == "ended":
            raise Refusal("already_ended")
        spec = self.queues[i.queue].spec
        if i.extensions >= spec.acw_extensions:
            raise Refusal("acw_extension_limit")
        i.extensions += 1
        i.acw_due += spec.acw_extension_ms
        self.emit(ev.AfterContactWorkExtended, **ids(i), agent_id=i.agent, due_at=i.acw_due)

    def do_WrapUp(self, c: cmd.WrapUp) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        self.own_work(i, c.agent_id)
        if i.state == "acw":
            self.wrap(i, c.disposition, False)
        elif c.disposition and not i.disposition:
            i.disposition = c.disposition
            self.emit(ev.DispositionAdded, **ids(i), agent_id=c.agent_id, disposition=c.disposition)

    def do_RateContact(self, c: cmd.RateContact) -> None:
        contact = self.find(self.contacts, c.contact_id, "unknown_contact")
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.contact != contact.id:
            raise Refusal("unknown_interaction")
        if c.score not in (1, 2, 3, 4, 5):
            raise Refusal("bad_score")
        if contact.rating == c.score:
            return
        if contact.rating or not i.ended or not i.answered or is_consult(i):
            raise Refusal("not_rateable")
        if self.at >= i.ended + self.queues[i.queue].spec.rating_ms:
            raise Refusal("not_rateable")
        if any(other.promoted and other.about == i.id for other in self.inters.values()):
            raise Refusal("not_rateable")
        contact.rating = c.score
        self.emit(ev.ContactRated, contact_id=contact.id, interaction_id=i.id, score=c.score)
