"""The twin's configuration and its agents' acts."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.refusal import Refusal
from rexian.engine.specs import MEDIA, AgentSpec, Party, Policy, QueuePolicy
from tests.engine.twin_routing import Routing
from tests.engine.twin_words import ANY, IN_HANDS, ids, is_consult, new_queue, queued_event

RETRY_MS = 10_000
MINUTE = 60_000
LONGEST = 10**12
NEVER = 10**18
FRESH = ("new", "reception", "consult")


def within(least: int, most: int, *numbers: int) -> bool:
    return all(least <= number <= most for number in numbers)


def levels_hold(*tables: dict[str, int] | None) -> None:
    if not all(within(1, 5, *table.values()) for table in tables if table):
        raise Refusal("bad_definition")


def agent_holds(spec: AgentSpec) -> bool:
    mix = spec.mix
    together = (mix.limit, *mix.weights.values()) if mix else ()
    return within(0, 1_000, spec.no_answer_limit, *spec.capacity.values(), *together)


def policy_holds(policy: Policy) -> bool:
    names = [rule.id for rule in policy.rules]
    rules = all(
        r.id and chr(31) not in r.id and within(-LONGEST, LONGEST, r.boost_ms)
        and within(0, 10**15, r.from_at, r.until_at) and (r.until_at == 0 or r.until_at > r.from_at)
        for r in policy.rules
    )  # fmt: skip
    return rules and len(set(names)) == len(names) and all(queue_policy_holds(q) for q in policy.queues.values())


def queue_policy_holds(q: QueuePolicy) -> bool:
    after = [step.after_ms for step in q.steps]
    partners = [share.partner for share in q.shares]
    return (
        within(0, LONGEST, q.last_agent_ms, q.named_agent_ms, q.max_wait_ms, q.call_back_lead_ms, *after)
        and after == sorted(set(after))
        and all(within(0, 5, step.lower) and within(1, 5, *(step.needs or {}).values()) for step in q.steps)
        and all(partners)
        and len(set(partners)) == len(partners)
        and sum(share.percent for share in q.shares) <= 100
        and all(within(0, 100, s.percent, s.floor) and within(0, 1_000, s.ceiling) for s in q.shares)
        and (not q.lend or lend_holds(q.lend.waiting, q.lend.waited_ms, q.lend.until_waiting))
        and (not q.reserve or bool(q.reserve.skill and within(0, 1_000, q.reserve.keep)))
    )


def lend_holds(*numbers: int) -> bool:
    return min(numbers) >= 0 and (numbers[0] > 0 or numbers[1] > 0)


class Desk(Routing):
    # -- steps -------------------------------------------------------------------------------------------------------
    def free_up(self, agent: Any) -> None:
        if agent.id not in self.freed:
            self.freed.append(agent.id)

    def look(self, *some: Any) -> None:
        for i in some:
            if i.state == "queued" and i.id not in self.unplaced:
                self.unplaced.append(i.id)

    def idle_now(self, agent: Any) -> None:
        agent.idle_since = self.at
        busy = agent.busy_ms + (self.at - agent.busy_since if agent.busy_since else 0)
        agent.occupancy = busy * 10_000 // max(1, self.at - agent.duty_since)

    def queued(self, i: Any, why: str) -> None:
        if why not in (*FRESH, "transfer"):
            i.target = None
        i.state, i.agent, i.offer = "queued", None, None
        if why in (*FRESH, "transfer", "call_back"):
            i.entered = self.at
        if is_consult(i):
            self.spare_the_asker(i)
        if why in ("transfer", "agent_retired", "reception") and i.away:
            i.away = 0 if i.call_back else self.at + self.queues[i.queue].spec.away_waiting_ms
        self.look(i)
        more = {}
        if why in FRESH:
            more = {"expected": i.expected, "target_agent_id": i.target}
            if i.target:
                more |= {"target_due_at": i.target_due, "target_kind": i.target_kind}
        self.emit(ev.InteractionQueued, **queued_event(i), why=why, **more)

    def spare_the_asker(self, i: Any) -> None:
        i.declined[i.asker] = (NEVER, ANY)

    def share_freed(self, i: Any) -> None:
        """An offer or handling ends: a ceiling may be lower than what is left."""
        shares = self.policy(i.queue).shares
        if any(share.partner == i.partner and share.ceiling for share in shares):
            self.loosened.add(i.queue)
        i.partner = None

    def take_back(self, kind: Any, offer_id: str, agent: Any, **more: Any) -> Any:
        i = self.offers.pop(offer_id).i
        i.state, i.agent, i.offer = "queued", None, None
        self.share_freed(i)
        self.free_up(agent)
        self.emit(kind, **ids(i), offer_id=offer_id, agent_id=agent.id, **more)
        return i

    def clear_desk(self, agent: Any, why: str, media: Any = MEDIA) -> None:
        for offer_id in [o.id for o in self.offers.values() if o.agent == agent.id and o.i.medium in media]:
            self.queued(self.take_back(ev.OfferWithdrawn, offer_id, agent, why=why), why)
        awaited = [i for i in self.inters.values() if i.state == "queued" and i.target == agent.id]
        for i in sorted(awaited, key=lambda i: i.target_number):
            if i.medium in media:
                self.queued(i, why)

    def not_ready(self, agent: Any, reason: str, by_system: bool) -> None:
        agent.wanted, agent.reason, agent.by_system, agent.missed = "not_ready", reason, by_system, 0
        agent.changes += 1
        self.free_up(agent)
        self.emit(ev.AgentStateChanged, agent_id=agent.id, state="not_ready", reason=reason, by_system=by_system)
        self.clear_desk(agent, "agent_not_ready")

    def let_go(self, i: Any) -> None:
        """The agent has it no longer in hands."""
        agent = self.agents[i.agent]
        if len([h for h in self.held(agent) if h.state in IN_HANDS]) == 1:
            agent.busy_ms += self.at - agent.busy_since
            agent.busy_since = 0
        self.idle_now(agent)
        self.share_freed(i)
        self.free_up(agent)

    def end_hold(self, i: Any) -> None:
        i.held_ms += self.at - i.held if i.held else 0
        i.held = 0

    def consults(self, i: Any) -> list[Any]:
        return [other for other in self.inters.values()
                if other.about == i.id and is_consult(other) and other.state != "ended"]  # fmt: skip

    def dismiss(self, i: Any, person_id: str, why: str) -> None:
        role = i.people.pop(person_id)
        self.emit(ev.ParticipantLeft, **ids(i), person_id=person_id, role=role, why=why)

    def part(self, i: Any, by: Party, why: str) -> None:
        for consult in self.consults(i):
            self.end(consult, by, "consult_over")
        for person_id in sorted(i.people):
            self.dismiss(i, person_id, why)

    def stop_talking(self, i: Any) -> None:
        self.end_hold(i)
        i.talked += self.at - i.accepted
        i.waiting_from = self.at
        self.let_go(i)

    def wrap(self, i: Any, disposition: str, by_timer: bool) -> None:
        acw_ms = self.at - i.acw_from if i.state == "acw" else 0
        self.let_go(i)
        i.state, i.disposition, i.wrapper = "ended", disposition, i.agent
        self.emit(
            ev.HandlingWrappedUp, **ids(i), queue_id=i.queue, agent_id=i.agent, disposition=disposition,
            acw_ms=acw_ms, by_timer=by_timer,
        )  # fmt: skip
        self.close(i)

    def close(self, i: Any) -> None:
        contact = self.contacts[i.contact]
        mine = [other for other in self.inters.values() if other.contact == i.contact]
        if any(other.state != "ended" for other in mine):
            return
        rating_ms = max(self.queues[other.queue].spec.rating_ms if other.queue else 0 for other in mine)
        contact.forget = (self.at + rating_ms) // MINUTE * MINUTE + MINUTE
        self.emit(ev.ContactClosed, contact_id=contact.id)

    def end(self, i: Any, by: Party, reason: str) -> None:
        if i.state == "offered":
            why = "customer_left" if by.kind == "customer" else "ended"
            self.take_back(ev.OfferWithdrawn, i.offer, self.agents[i.agent], why=why)
        talking = i.state == "talking"
        if talking:
            self.part(i, by, "ended")
        self.end_hold(i)
        i.recording = "off" if i.recording else ""
        waited = i.waited + (self.at - i.waiting_from if i.state == "queued" else 0)
        i.target, i.away, i.ended = None, 0, self.at
        self.emit(
            ev.InteractionEnded, **ids(i), queue_id=i.queue, by=by, reason=reason,
            outcome="consult" if is_consult(i) else "handled" if i.answered else "abandoned",
            agent_id=i.agent if talking else None, waited_ms=waited,
            talk_ms=i.talked + (self.at - i.accepted if talking else 0), hold_ms=i.held_ms,
        )  # fmt: skip
        if not talking:
            if i.expected and not i.answered and waited > i.expected[1]:
                self.queues[i.queue].said += 1
            in_line, i.state = i.state == "queued", "ended"
            if in_line:
                self.left_the_line(i)
            self.close(i)
        elif (acw_ms := self.queues[i.queue].spec.acw_ms) == 0 or is_consult(i):
            self.wrap(i, "", True)
        else:
            i.state, i.acw_from, i.acw_due = "acw", self.at, self.at + acw_ms
            self.emit(ev.AfterContactWorkStarted, **ids(i), agent_id=i.agent, due_at=i.acw_due)

    # -- configuration -----------------------------------------------------------------------------------------------
    def do_DefineQueue(self, c: cmd.DefineQueue) -> None:
        levels_hold(c.queue.needs)
        if not within(1, 1_000, c.queue.slope) or not within(-LONGEST, LONGEST, c.queue.priority):
            raise Refusal("bad_definition")
        known = self.queues.get(c.queue.id)
        if known and known.spec == c.queue and not known.retired:
            return
        if known and known.spec.tenant_id != c.queue.tenant_id:
            raise Refusal("id_in_use")
        if known:
            known.spec, known.retired = c.queue, False
        else:
            self.queues[c.queue.id] = new_queue(c.queue)
        self.emit(ev.QueueDefined, queue=c.queue)
        self.look(*self.queued_in(c.queue.id))

    def do_RetireQueue(self, c: cmd.RetireQueue) -> None:
        queue = self.find(self.queues, c.queue_id, "unknown_queue")
        if not queue.retired:
            queue.retired = True
            self.emit(ev.QueueRetired, queue_id=c.queue_id)

    def do_DefineAgent(self, c: cmd.DefineAgent) -> None:
        levels_hold(c.agent.skills)
        if not agent_holds(c.agent):
            raise Refusal("bad_definition")
        agent = self.agents.get(c.agent.id)
        if agent and agent.spec == c.agent:
            return
        if not agent:
            self.counts["agent"] += 1
            agent = self.agents[c.agent.id] = Thing(
                id=c.agent.id, number=self.counts["agent"], wanted="not_ready", reason="signed_out", by_system=False,
                changes=0, idle_since=0, missed=0, handled=0, busy_ms=0, busy_since=0, duty_since=0, occupancy=0,
                unreachable=set(),
            )  # fmt: skip
        agent.spec = c.agent
        self.free_up(agent)
        self.emit(ev.AgentDefined, agent=c.agent)

    def do_RetireAgent(self, c: cmd.RetireAgent) -> None:
        if c.agent_id not in self.agents:
            return
        agent = self.agents[c.agent_id]
        self.clear_desk(agent, "agent_retired")
        handlings = [i for i in self.held(agent) if i.state in IN_HANDS]
        for i in sorted(handlings, key=lambda i: i.handling_number):
            if i.state == "talking":
                self.part(i, self.by, "queued")
                self.stop_talking(i)
                self.queued(i, "agent_retired")
            else:
                self.wrap(i, "", True)
        del self.agents[agent.id]
        self.emit(ev.AgentRetired, agent_id=agent.id)

    def do_PublishPolicy(self, c: cmd.PublishPolicy) -> None:
        policy, present = c.policy, self.policies.get(c.policy.tenant_id)
        if policy == present:
            return
        if policy.version <= (present.version if present else 0):
            raise Refusal("policy_outdated")
        if not policy_holds(policy):
            raise Refusal("policy_invalid")
        active = [r.id for r in policy.rules if r.on and r.from_at <= self.at and not 0 < r.until_at <= self.at]
        self.policies[policy.tenant_id] = policy
        self.active[policy.tenant_id] = set(active)
        self.rule_since |= {(policy.tenant_id, r.id): self.at for r in policy.rules}
        for i in self.inters.values():
            if i.state != "ended":
                i.step = min(i.step, len(self.policy(i.queue).steps))
        for queue in self.queues.values():
            named = {"", *(share.partner for share in self.policy(queue.id).shares)}
            queue.shared = {partner: count for partner, count in queue.shared.items() if partner in named}
            queue.lending = queue.lending and self.policy(queue.id).lend is not None
        self.emit(ev.PolicyPublished, policy=policy, active=tuple(active))
        self.look(*self.inters.values())

    def do_SwitchRule(self, c: cmd.SwitchRule) -> None:
        policy = self.policies.get(c.tenant_id)
        rule = next((r for r in policy.rules if r.id == c.rule_id), None) if policy else None
        if rule is None:
            raise Refusal("unknown_rule")
        if (rule.id in self.active[c.tenant_id]) != c.on:
            self.switch(c.tenant_id, rule, c.on, self.at, by_timer=False)

    def switch(self, tenant: str, rule: Any, on: bool, since: int, *, by_timer: bool) -> None:
        active = self.active[tenant]
        self.active[tenant] = active | {rule.id} if on else active - {rule.id}
        self.rule_since[tenant, rule.id] = since
        self.emit(ev.RuleSwitched, tenant_id=tenant, rule_id=rule.id, on=on, by_timer=by_timer)
        for i in self.inters.values():
            concerned = i.tenant == tenant and self.fits(rule, i)
            # Those who are helped are emergencies no longer, so that others of them may interrupt now.
            if concerned or (rule.emergency and self.emergency(i)):
                self.look(i)

    # -- the agent ---------------------------------------------------------------------------------------------------
    def do_SetAgentState(self, c: cmd.SetAgentState) -> None:
        agent = self.find(self.agents, c.agent_id, "unknown_agent")
        if c.state == "available":
            if agent.wanted != "available":
                if agent.reason == "signed_out":
                    agent.handled, agent.busy_ms, agent.duty_since, agent.occupancy = 0, 0, self.at, 0
                    agent.busy_since = self.at if agent.busy_since else 0
                agent.wanted, agent.reason, agent.by_system, agent.missed = "available", None, False, 0
                agent.changes += 1
                agent.idle_since = self.at
                self.free_up(agent)
                self.emit(ev.AgentStateChanged, agent_id=agent.id, state="available")
        elif not c.reason:
            raise Refusal("reason_required")
        elif (agent.wanted, agent.reason, agent.by_system) != ("not_ready", c.reason, False):
            self.not_ready(agent, c.reason, False)

    def do_SetReach(self, c: cmd.SetReach) -> None:
        agent = self.find(self.agents, c.agent_id, "unknown_agent")
        if c.on != (c.medium in agent.unreachable):
            return
        agent.unreachable ^= {c.medium}
        self.free_up(agent)
        self.emit(ev.AgentReachChanged, agent_id=agent.id, medium=c.medium, on=c.on)
        if not c.on:
            self.clear_desk(agent, "agent_not_ready", (c.medium,))

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
        i, agent, queue = offer.i, self.agents[offer.agent], self.queues[offer.i.queue]
        waited = self.at - i.waiting_from
        i.waited += waited
        if i.expected and not i.answered:
            queue.said += 1
            queue.kept += i.expected[0] <= i.waited <= i.expected[1]
        self.counts["handling"] += 1
        i.state, i.accepted, i.answered, i.declined, i.target = "talking", self.at, True, {}, None
        i.handling_number = self.counts["handling"]
        if i.away:
            i.away = self.at + queue.spec.away_talking_ms
        agent.missed = 0
        agent.handled += 1
        agent.busy_since = agent.busy_since or self.at
        self.idle_now(agent)
        if queue.last_answer:
            queue.gaps = [*queue.gaps, self.at - queue.last_answer][-32:]
        queue.last_answer = self.at if self.line(queue.id) else 0
        self.free_up(agent)
        self.emit(ev.OfferAccepted, **ids(i), queue_id=i.queue, offer_id=offer.id, agent_id=agent.id, waited_ms=waited)

    def do_RejectOffer(self, c: cmd.RejectOffer) -> None:
        agent = self.find(self.agents, c.agent_id, "unknown_agent")
        i = self.inters.get(c.offer_id.rpartition(".")[0])
        attempt = int(c.offer_id.rpartition(".")[2])
        if i and c.offer_id not in self.offers and agent.id in i.declined and attempt <= i.attempt:
            return
        offer = self.ringing(c.offer_id, c.agent_id)
        if offer is None:
            raise Refusal("offer_gone")
        self.idle_now(agent)
        offer.i.declined[agent.id] = (self.at + RETRY_MS, agent.changes)
        self.queued(self.take_back(ev.OfferRejected, offer.id, agent, reason=c.reason), "rejected")

    def expire(self, offer: Any, proven: bool) -> None:
        why = "no_answer" if proven else "no_proof"
        agent = self.agents[offer.agent]
        agent.missed += 1
        self.idle_now(agent)
        offer.i.declined[agent.id] = (self.at + RETRY_MS, agent.changes)
        self.queued(self.take_back(ev.OfferExpired, offer.id, agent, why=why), why)
        if not proven:
            self.not_ready(agent, "unresponsive", True)
        elif 0 < agent.spec.no_answer_limit <= agent.missed:
            self.not_ready(agent, "no_answer", True)
