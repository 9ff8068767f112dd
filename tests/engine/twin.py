"""The naive twin: the same rules told in the plainest way, without heaps, masks, indexes or a fold. O(n) everywhere.

It shares nothing with the engine but the commands, the events and the refusal, and must answer event for event alike.
"""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.refusal import Refusal
from rexian.engine.specs import MEDIA, Party, Passed, Reason

MEDIA_ONLY = [Thing(medium=medium) for medium in MEDIA]
RETRY_MS = 10_000
TARGET_WAIT_MS = 60_000
MINUTE = 60_000


class Twin:
    def __init__(self) -> None:
        self.at = 0
        self.queues: dict[str, Any] = {}
        self.agents: dict[str, Any] = {}
        self.contacts: dict[str, Any] = {}
        self.inters: dict[str, Any] = {}
        self.offers: dict[str, Any] = {}
        self.counts = {"agent": 0, "inter": 0}
        self.out: list[Any] = []
        self.freed: list[str] = []
        self.unplaced: list[str] = []

    # -- the frame ---------------------------------------------------------------------------------------------------
    def decide(self, envelope: cmd.Envelope) -> list[Any]:
        self.out, self.freed, self.unplaced = [], [], []
        before, self.at = self.at, max(envelope.at, self.at)
        try:
            getattr(self, "do_" + type(envelope.command).__name__)(envelope.command)
        except Refusal:
            self.at = before
            raise
        self.settle()
        if not self.out:
            self.at = before
        return self.out

    def emit(self, event_type: Any, **fields: Any) -> None:
        self.out.append(event_type(at=self.at, **fields))

    def free(self, agent: Any) -> None:
        if agent.id not in self.freed:
            self.freed.append(agent.id)

    # -- matching ----------------------------------------------------------------------------------------------------
    def needs(self, i: Any) -> dict[str, int]:
        queue = self.queues[i.queue].spec.needs
        return {s: max(queue.get(s, 0), i.needs.get(s, 0)) for s in [*queue, *i.needs]}

    def load(self, agent: Any, medium: str | None = None) -> int:
        mine = [i for i in self.inters.values() if i.agent == agent.id and i.state in ("offered", "talking", "acw")]
        return sum(medium is None or i.medium == medium for i in mine)

    def has_place(self, agent: Any, i: Any) -> bool:
        return agent.wanted == "available" and self.load(agent, i.medium) < agent.spec.capacity.get(i.medium, 0)

    def suits(self, agent: Any, i: Any) -> bool:
        return all(agent.spec.skills.get(skill, 0) >= level for skill, level in self.needs(i).items())

    def blocked(self, agent: Any, i: Any) -> bool:
        until, changes = i.declined.get(agent.id, (0, -1))
        return self.at < until and changes == agent.changes

    def score(self, i: Any) -> int:
        spec = self.queues[i.queue].spec
        return spec.slope * (self.at - i.since) + spec.priority + i.credit

    def minor(self, agent: Any, i: Any) -> bool:
        return any(skill in agent.spec.minor for skill in self.needs(i))

    def settle(self) -> None:
        for agent_id in self.freed:
            if agent_id in self.agents:
                self.pull(self.agents[agent_id])
        looking = [self.inters[id] for id in self.unplaced if self.inters[id].state == "queued"]
        self.freed, self.unplaced = [], []
        for i in sorted(looking, key=lambda i: (-self.score(i), i.number)):
            self.push(i)

    def pull(self, agent: Any) -> None:
        while True:
            free = {i.medium for i in MEDIA_ONLY if self.has_place(agent, i)}
            queued = [i for i in self.inters.values() if i.state == "queued" and i.medium in free] if free else []
            mine = sorted((i for i in queued if i.target == agent.id), key=lambda i: i.target_number)
            anyones = [i for i in queued if not i.target and self.suits(agent, i) and not self.blocked(agent, i)]
            if mine:
                self.offer(mine[0], agent, "transfer_to_agent")
            elif anyones:
                self.offer(min(anyones, key=lambda i: (-self.score(i), i.number)), agent, "agent_freed")
            else:
                return

    def push(self, i: Any) -> None:
        if i.target:
            if self.has_place(self.agents[i.target], i):
                self.offer(i, self.agents[i.target], "transfer_to_agent")
            return
        able = [a for a in self.agents.values() if a.wanted == "available" and self.suits(a, i)]
        able = [a for a in able if self.has_place(a, i) and not self.blocked(a, i)]
        able = [a for a in able if a.id not in i.declined] or able
        able.sort(key=lambda a: (self.minor(a, i), self.load(a), a.idle_since, a.number))
        if len(able) == 1:
            self.offer(i, able[0], "only_one_free")
        elif able:
            best, second = able[:2]
            if self.minor(second, i) and not self.minor(best, i):
                why = "minor_skill"
            else:
                why = "busier" if self.load(second) > self.load(best) else "shorter_idle"
            self.offer(i, best, "longest_idle", len(able), Passed(second.id, why))

    def offer(self, i: Any, agent: Any, rule: str, candidates: int = 1, runner_up: Passed | None = None) -> None:
        spec = self.queues[i.queue].spec
        reason = Reason(
            rule=rule, waited_ms=self.at - i.waiting_from, needs=self.needs(i), idle_ms=self.at - agent.idle_since,
            candidates=candidates, runner_up=runner_up, attempt=i.attempt + 1,
        )  # fmt: skip
        i.attempt += 1
        i.state, i.agent, i.offer = "offered", agent.id, f"{i.id}.{i.attempt}"
        proof, ring = self.at + spec.proof_ms, self.at + spec.ring_ms
        self.offers[i.offer] = Thing(id=i.offer, i=i, agent=agent.id, proof=proof, ring=ring, proven=False)
        self.emit(
            ev.InteractionOffered, contact_id=i.contact, interaction_id=i.id, queue_id=i.queue, offer_id=i.offer,
            agent_id=agent.id, proof_due_at=proof, ring_due_at=ring, reason=reason,
        )  # fmt: skip

    # -- steps -------------------------------------------------------------------------------------------------------
    def queued(self, i: Any, why: str) -> None:
        if why not in ("new", "transfer"):
            i.target = None
        i.state, i.agent, i.offer = "queued", None, None
        if why in ("transfer", "agent_retired") and i.away:
            i.away = self.at + self.queues[i.queue].spec.away_waiting_ms
        if i.id not in self.unplaced:
            self.unplaced.append(i.id)
        self.emit(
            ev.InteractionQueued, contact_id=i.contact, interaction_id=i.id, queue_id=i.queue, medium=i.medium,
            needs=i.needs, since=i.since, credit_ms=i.credit, why=why,
        )  # fmt: skip

    def take_back(self, kind: Any, offer_id: str, agent: Any, **more: Any) -> Any:
        i = self.offers.pop(offer_id).i
        i.state, i.agent, i.offer = "queued", None, None
        self.free(agent)
        self.emit(kind, contact_id=i.contact, interaction_id=i.id, offer_id=offer_id, agent_id=agent.id, **more)
        return i

    def clear_desk(self, agent: Any, why: str) -> None:
        for offer_id in [o.id for o in self.offers.values() if o.agent == agent.id]:
            self.queued(self.take_back(ev.OfferWithdrawn, offer_id, agent, why=why), why)
        awaited = [i for i in self.inters.values() if i.state == "queued" and i.target == agent.id]
        for i in sorted(awaited, key=lambda i: i.target_number):
            self.queued(i, why)

    def not_ready(self, agent: Any, reason: str, by_system: bool) -> None:
        agent.wanted, agent.reason, agent.by_system, agent.missed = "not_ready", reason, by_system, 0
        agent.changes += 1
        self.free(agent)
        self.emit(ev.AgentStateChanged, agent_id=agent.id, state="not_ready", reason=reason, by_system=by_system)
        self.clear_desk(agent, "agent_not_ready")

    def stop_talking(self, i: Any) -> None:
        i.talked += self.at - i.accepted
        i.waiting_from = self.at
        self.agents[i.agent].idle_since = self.at

    def end(self, i: Any, by: Party, reason: str) -> None:
        if i.state == "offered":
            why = "customer_left" if by.kind == "customer" else "ended"
            self.take_back(ev.OfferWithdrawn, i.offer, self.agents[i.agent], why=why)
        talking = i.state == "talking"
        i.target, i.away, i.ended = None, 0, self.at
        self.emit(
            ev.InteractionEnded, contact_id=i.contact, interaction_id=i.id, queue_id=i.queue, by=by, reason=reason,
            outcome="handled" if i.answered else "abandoned", agent_id=i.agent if talking else None,
            waited_ms=i.waited + (0 if talking else self.at - i.waiting_from),
            talk_ms=i.talked + (self.at - i.accepted if talking else 0),
        )  # fmt: skip
        if not talking:
            i.state = "ended"
            self.close(i)
        elif (acw_ms := self.queues[i.queue].spec.acw_ms) == 0:
            self.wrap(i, "", True)
        else:
            i.state, i.acw_from, i.acw_due = "acw", self.at, self.at + acw_ms
            ids = {"contact_id": i.contact, "interaction_id": i.id, "agent_id": i.agent}
            self.emit(ev.AfterContactWorkStarted, **ids, due_at=i.acw_due)

    def wrap(self, i: Any, disposition: str, by_timer: bool) -> None:
        acw_ms = self.at - i.acw_from if i.state == "acw" else 0
        i.state, i.disposition, i.wrapper = "ended", disposition, i.agent
        self.agents[i.agent].idle_since = self.at
        self.free(self.agents[i.agent])
        self.emit(
            ev.HandlingWrappedUp, contact_id=i.contact, interaction_id=i.id, queue_id=i.queue, agent_id=i.agent,
            disposition=disposition, acw_ms=acw_ms, by_timer=by_timer,
        )  # fmt: skip
        self.close(i)

    def close(self, i: Any) -> None:
        contact = self.contacts[i.contact]
        contact.forget = (self.at + self.queues[i.queue].spec.rating_ms) // MINUTE * MINUTE + MINUTE
        self.emit(ev.ContactClosed, contact_id=contact.id)

    def find(self, table: dict[str, Any], id: str, code: str) -> Any:
        if id not in table:
            raise Refusal(code)
        return table[id]

    # -- configuration -----------------------------------------------------------------------------------------------
    def do_DefineQueue(self, c: cmd.DefineQueue) -> None:
        known = self.queues.get(c.queue.id)
        if known and known.spec == c.queue and not known.retired:
            return
        self.queues[c.queue.id] = Thing(spec=c.queue, retired=False)
        self.emit(ev.QueueDefined, queue=c.queue)
        self.unplaced += [i.id for i in self.inters.values() if i.queue == c.queue.id and i.state == "queued"]

    def do_RetireQueue(self, c: cmd.RetireQueue) -> None:
        queue = self.find(self.queues, c.queue_id, "unknown_queue")
        if not queue.retired:
            queue.retired = True
            self.emit(ev.QueueRetired, queue_id=c.queue_id)

    def do_DefineAgent(self, c: cmd.DefineAgent) -> None:
        agent = self.agents.get(c.agent.id)
        if agent and agent.spec == c.agent:
            return
        if not agent:
            self.counts["agent"] += 1
            agent = self.agents[c.agent.id] = Thing(
                id=c.agent.id, number=self.counts["agent"], wanted="not_ready", reason="signed_out", by_system=False,
                changes=0, idle_since=0, missed=0,
            )  # fmt: skip
        agent.spec = c.agent
        self.free(agent)
        self.emit(ev.AgentDefined, agent=c.agent)

    def do_RetireAgent(self, c: cmd.RetireAgent) -> None:
        if c.agent_id not in self.agents:
            return
        agent = self.agents[c.agent_id]
        self.clear_desk(agent, "agent_retired")
        handlings = [i for i in self.inters.values() if i.agent == agent.id and i.state in ("talking", "acw")]
        for i in sorted(handlings, key=lambda i: i.handling_number):
            if i.state == "talking":
                self.stop_talking(i)
                self.queued(i, "agent_retired")
            else:
                self.wrap(i, "", True)
        del self.agents[agent.id]
        self.emit(ev.AgentRetired, agent_id=agent.id)

    # -- the agent ---------------------------------------------------------------------------------------------------
    def do_SetAgentState(self, c: cmd.SetAgentState) -> None:
        agent = self.find(self.agents, c.agent_id, "unknown_agent")
        if c.state == "available":
            if agent.wanted != "available":
                agent.wanted, agent.reason, agent.by_system, agent.missed = "available", None, False, 0
                agent.changes += 1
                agent.idle_since = self.at
                self.free(agent)
                self.emit(ev.AgentStateChanged, agent_id=agent.id, state="available")
        elif not c.reason:
            raise Refusal("reason_required")
        elif (agent.wanted, agent.reason, agent.by_system) != ("not_ready", c.reason, False):
            self.not_ready(agent, c.reason, False)

    def ringing(self, offer_id: str, agent_id: str) -> Any:
        """The offer; None when this agent has accepted it already."""
        self.find(self.agents, agent_id, "unknown_agent")
        interaction_id, _, attempt = offer_id.rpartition(".")
        i = self.inters.get(interaction_id)
        if i is None or not 1 <= int(attempt) <= i.attempt:
            raise Refusal("unknown_offer")
        if offer_id in self.offers:
            offer = self.offers[offer_id]
            if offer.agent != agent_id:
                raise Refusal("not_your_offer")
            if offer.ring > self.at and (offer.proven or offer.proof > self.at):
                return offer
        elif i.offer == offer_id and i.agent == agent_id:
            return None
        raise Refusal("offer_gone")

    def do_ProveOffer(self, c: cmd.ProveOffer) -> None:
        offer = self.ringing(c.offer_id, c.agent_id)
        if offer and not offer.proven:
            offer.proven = True
            self.emit(ev.OfferProven, contact_id=offer.i.contact, offer_id=offer.id, agent_id=offer.agent)

    def do_AcceptOffer(self, c: cmd.AcceptOffer) -> None:
        offer = self.ringing(c.offer_id, c.agent_id)
        if not offer:
            return
        del self.offers[offer.id]
        i, agent = offer.i, self.agents[offer.agent]
        waited = self.at - i.waiting_from
        self.counts["handling"] = self.counts.get("handling", 0) + 1
        i.state, i.accepted, i.answered, i.declined, i.target = "talking", self.at, True, {}, None
        i.waited += waited
        i.handling_number = self.counts["handling"]
        if i.away:
            i.away = self.at + self.queues[i.queue].spec.away_talking_ms
        agent.missed, agent.idle_since = 0, self.at
        self.emit(
            ev.OfferAccepted, contact_id=i.contact, interaction_id=i.id, queue_id=i.queue, offer_id=offer.id,
            agent_id=agent.id, waited_ms=waited,
        )  # fmt: skip

    def do_RejectOffer(self, c: cmd.RejectOffer) -> None:
        agent = self.find(self.agents, c.agent_id, "unknown_agent")
        i = self.inters.get(c.offer_id.rpartition(".")[0])
        attempt = int(c.offer_id.rpartition(".")[2])
        if i and c.offer_id not in self.offers and agent.id in i.declined and attempt <= i.attempt:
            return
        offer = self.ringing(c.offer_id, c.agent_id)
        if offer is None:
            raise Refusal("offer_gone")
        agent.idle_since = self.at
        offer.i.declined[agent.id] = (self.at + RETRY_MS, agent.changes)
        self.queued(self.take_back(ev.OfferRejected, offer.id, agent, reason=c.reason), "rejected")

    # -- the contact -------------------------------------------------------------------------------------------------
    def do_StartContact(self, c: cmd.StartContact) -> None:
        if c.contact_id in self.contacts or c.interaction_id in self.inters:
            contact = self.contacts.get(c.contact_id)
            if not contact or contact.command != c:
                raise Refusal("id_in_use")
            return
        queue = self.find(self.queues, c.queue_id, "unknown_queue")
        if queue.spec.tenant_id != c.tenant_id:
            raise Refusal("unknown_queue")
        if queue.retired:
            raise Refusal("queue_retired")
        if queue.spec.max_waiting:
            line = [i for i in self.inters.values() if i.queue == c.queue_id and i.state == "queued"]
            if len(line) >= queue.spec.max_waiting:
                raise Refusal("queue_full")
        self.contacts[c.contact_id] = Thing(
            id=c.contact_id, command=c, customer=c.customer_id, notes=[], rating=0, forget=0
        )
        self.emit(
            ev.ContactStarted, contact_id=c.contact_id, tenant_id=c.tenant_id, customer_id=c.customer_id,
            simulated=c.simulated,
        )  # fmt: skip
        self.counts["inter"] += 1
        i = self.inters[c.interaction_id] = Thing(
            id=c.interaction_id, contact=c.contact_id, queue=c.queue_id, medium=c.medium, needs=c.needs,
            credit=c.credit_ms, since=self.at, number=self.counts["inter"], waiting_from=self.at, waited=0, talked=0,
            attempt=0, declined={}, target=None, target_number=0, target_due=0, away=0, messages=[], answered=False,
            read={"customer": 0, "agent": 0}, ended=0, state="queued", agent=None, offer=None, accepted=0,
            wrapper=None, extensions=0, acw_from=0, acw_due=0, handling_number=0, disposition="", sent_by=None,
            sent_to=None, fired=set(),
        )  # fmt: skip
        self.queued(i, "new")

    def do_IdentifyCustomer(self, c: cmd.IdentifyCustomer) -> None:
        contact = self.find(self.contacts, c.contact_id, "unknown_contact")
        if contact.customer != c.customer_id:
            contact.customer = c.customer_id
            self.emit(ev.CustomerIdentified, contact_id=c.contact_id, customer_id=c.customer_id)

    def do_SetCustomerPresence(self, c: cmd.SetCustomerPresence) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.state in ("ended", "acw"):
            return
        if c.present and i.away:
            i.away = 0
            self.emit(ev.CustomerReturned, contact_id=i.contact, interaction_id=i.id)
        elif not c.present and not i.away:
            spec = self.queues[i.queue].spec
            i.away = self.at + (spec.away_talking_ms if i.state == "talking" else spec.away_waiting_ms)
            self.emit(ev.CustomerAway, contact_id=i.contact, interaction_id=i.id, due_at=i.away)

    def do_AddNote(self, c: cmd.AddNote) -> None:
        contact = self.find(self.contacts, c.contact_id, "unknown_contact")
        if c.note_id not in contact.notes:
            contact.notes.append(c.note_id)
            self.emit(ev.NoteAdded, contact_id=c.contact_id, note_id=c.note_id, author=c.author)

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
        self.emit(
            ev.MessagePosted, contact_id=i.contact, interaction_id=i.id, message_id=c.message_id,
            number=len(i.messages), author=c.author, kind=c.kind,
        )  # fmt: skip

    def do_MarkRead(self, c: cmd.MarkRead) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if c.reader.kind == "agent" and c.reader.id not in (i.agent, i.wrapper):
            raise Refusal("not_your_interaction")
        number = min(c.number, len(i.messages))
        if number > i.read[c.reader.kind]:
            i.read[c.reader.kind] = number
            self.emit(ev.MessagesRead, contact_id=i.contact, interaction_id=i.id, reader=c.reader, number=number)

    def do_TransferInteraction(self, c: cmd.TransferInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if (i.sent_by, i.sent_to) == (c.agent_id, (c.to_queue_id, c.to_agent_id)) and i.agent != c.agent_id:
            return
        if i.state in ("ended", "acw"):
            raise Refusal("already_ended")
        self.talking(i, c.agent_id)
        if (c.to_queue_id is None) == (c.to_agent_id is None):
            raise Refusal("transfer_target_invalid")
        if c.to_queue_id is not None:
            queue = self.queues.get(c.to_queue_id)
            if not queue or queue.retired or queue.spec.tenant_id != self.contacts[i.contact].command.tenant_id:
                raise Refusal("transfer_target_invalid")
        else:
            target = self.agents.get(str(c.to_agent_id))
            if not target or target.id == i.agent or not target.spec.capacity.get(i.medium, 0):
                raise Refusal("transfer_target_invalid")
            if any(s.startswith("tenant:") and s not in target.spec.skills for s in self.needs(i)):
                raise Refusal("transfer_target_invalid")
            if target.wanted != "available":
                raise Refusal("agent_not_ready")
        sender, before = self.agents[i.agent], i.queue
        self.stop_talking(i)
        self.free(sender)
        i.queue = c.to_queue_id or i.queue
        i.sent_by, i.sent_to = sender.id, (c.to_queue_id, c.to_agent_id)
        i.declined[sender.id] = (self.at + RETRY_MS, sender.changes)
        if c.to_agent_id is not None:
            self.counts["target"] = self.counts.get("target", 0) + 1
            i.target, i.target_number, i.target_due = c.to_agent_id, self.counts["target"], self.at + TARGET_WAIT_MS
        self.emit(
            ev.InteractionTransferred, contact_id=i.contact, interaction_id=i.id, agent_id=sender.id,
            from_queue_id=before, to_queue_id=i.queue, to_agent_id=c.to_agent_id,
        )  # fmt: skip
        self.queued(i, "transfer")

    # -- the end -----------------------------------------------------------------------------------------------------
    def do_EndInteraction(self, c: cmd.EndInteraction) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.state in ("ended", "acw"):
            return
        if c.by.kind == "agent":
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
        self.emit(
            ev.AfterContactWorkExtended, contact_id=i.contact, interaction_id=i.id, agent_id=i.agent, due_at=i.acw_due
        )

    def do_WrapUp(self, c: cmd.WrapUp) -> None:
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        self.own_work(i, c.agent_id)
        if i.state == "acw":
            self.wrap(i, c.disposition, False)
        elif c.disposition and not i.disposition:
            i.disposition = c.disposition
            self.emit(
                ev.DispositionAdded, contact_id=i.contact, interaction_id=i.id, agent_id=c.agent_id,
                disposition=c.disposition,
            )  # fmt: skip

    def do_RateContact(self, c: cmd.RateContact) -> None:
        contact = self.find(self.contacts, c.contact_id, "unknown_contact")
        i = self.find(self.inters, c.interaction_id, "unknown_interaction")
        if i.contact != contact.id:
            raise Refusal("unknown_interaction")
        if c.score not in (1, 2, 3, 4, 5):
            raise Refusal("bad_score")
        if contact.rating == c.score:
            return
        if contact.rating or not i.ended or not i.answered:
            raise Refusal("not_rateable")
        if self.at >= i.ended + self.queues[i.queue].spec.rating_ms:
            raise Refusal("not_rateable")
        contact.rating = c.score
        self.emit(ev.ContactRated, contact_id=contact.id, interaction_id=i.id, score=c.score)

    # -- time --------------------------------------------------------------------------------------------------------
    def due(self) -> list[tuple[int, int, str]]:
        due = []
        for o in self.offers.values():
            due += [(o.proof, 0, o.id)] * (not o.proven) + [(o.ring, 1, o.id)]
        for i in self.inters.values():
            due += [(i.acw_due, 2, i.id)] * (i.state == "acw") + [(i.away, 3, i.id)] * bool(i.away)
            if i.state == "queued":
                due += [(i.target_due, 4, i.id)] * bool(i.target)
                due += [(until, 5, i.id) for until, _ in i.declined.values() if until not in i.fired]
        due += [(c.forget, 6, c.id) for c in self.contacts.values() if c.forget]
        return sorted(d for d in due if d[0] <= self.at)

    def do_Tick(self, c: cmd.Tick) -> None:
        forgotten, again = [], []
        while due := self.due():
            when, kind, id = due[0]
            if kind == 6:
                forgotten.append(id)
                self.contacts[id].forget = 0
                continue
            if kind == 5:
                self.inters[id].fired.add(when)
                again.append(id)
                continue
            if kind == 4:
                self.queued(self.inters[id], "transfer_timeout")
            elif kind == 3:
                self.end(self.inters[id], Party("system", "presence"), "customer_left")
            elif kind == 2:
                self.wrap(self.inters[id], "", True)
            else:
                self.expire(self.offers[id], proven=kind == 1)
            self.settle()
        self.unplaced = list(dict.fromkeys(again))
        self.settle()
        if forgotten:
            self.emit(ev.ContactsForgotten, contact_ids=tuple(forgotten))
            for id in forgotten:
                self.inters = {key: i for key, i in self.inters.items() if i.contact != id}
                del self.contacts[id]

    def expire(self, offer: Any, proven: bool) -> None:
        why = "no_answer" if proven else "no_proof"
        agent = self.agents[offer.agent]
        agent.missed += 1
        agent.idle_since = self.at
        offer.i.declined[agent.id] = (self.at + RETRY_MS, agent.changes)
        self.queued(self.take_back(ev.OfferExpired, offer.id, agent, why=why), why)
        if not proven:
            self.not_ready(agent, "unresponsive", True)
        elif 0 < agent.spec.no_answer_limit <= agent.missed:
            self.not_ready(agent, "no_answer", True)
