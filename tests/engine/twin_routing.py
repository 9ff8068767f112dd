"""How the twin brings contacts and agents together."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from rexian.engine import events as ev
from rexian.engine.specs import MEDIA, Passed, Reason
from tests.engine.twin_words import Words, ids

BY_STRATEGY = {"least_occupied": "more_occupied", "best_fitting": "broader_skills", "fewest_contacts": "more_contacts"}


class Routing(Words):
    def settle(self) -> None:
        freed = [self.agents[id] for id in self.freed if id in self.agents]
        loosened = set(self.loosened)
        for queue_id in self.queues:
            reserve = self.policy(queue_id).reserve
            if reserve and any(reserve.skill in agent.spec.skills for agent in freed):
                loosened |= set(self.queues) - {queue_id}
        unplaced = self.unplaced
        self.freed, self.unplaced, self.loosened = [], [], set()
        for agent in freed:
            self.pull(agent)
        looking = [self.inters[id] for id in unplaced if self.inters[id].state == "queued"]
        for i in self.by_score(looking):
            self.push(i)
        # Offers loosen nothing, so one round is all.
        if loosened:
            for i in self.by_score(i for i in self.queued_in(*loosened) if i not in looking):
                self.push(i)

    # -- an agent looks for a contact --------------------------------------------------------------------------------
    def pull(self, agent: Any) -> None:
        while agent.wanted == "available":
            free = [medium for medium in MEDIA if self.free(agent, medium)]
            queued = [i for i in self.inters.values() if i.state == "queued"]
            awaited = [i for i in queued if i.target == agent.id and i.medium in free]
            others = [i for i in queued if not i.target and (i.medium in free or self.interruptible(agent, i))]
            others = self.by_score(i for i in others if self.suits(agent, i) and not self.gate(agent, i))
            best = others[0] if others else None
            if awaited and not (best and self.emergency(best)):
                first = min(awaited, key=lambda i: i.target_number)
                self.offer(first, agent, first.target_kind)
            elif best:
                rule = "agent_freed" if best.medium in free else "interrupts"
                self.offer(best, agent, rule, next_up=others[1].id if len(others) > 1 else None)
            else:
                return

    # -- a contact looks for an agent --------------------------------------------------------------------------------
    def push(self, i: Any) -> None:
        if i.target:
            if self.free(self.agents[i.target], i.medium):
                self.offer(i, self.agents[i.target], i.target_kind)
            return
        skilled = [a for a in self.agents.values() if a.wanted == "available" and self.suits(a, i)]
        gates = {a.id: self.gate(a, i) for a in skilled if self.free(a, i.medium)}
        blocked = [gate for gate in gates.values() if gate]
        able = [a for a in skilled if a.id in gates and not gates[a.id]]
        strategy = self.policy(i.queue).strategy
        if able:
            best, rule, candidates, second = self.choose(i, able, strategy)
            if not second:
                rule = "only_one_free"
            self.offer(i, best, rule, candidates, second, {gate: blocked.count(gate) for gate in blocked})
        elif self.emergency(i):
            able = [a for a in skilled if self.interruptible(a, i) and not self.gate(a, i)]
            if able:
                self.offer(i, *self.choose(i, able, "interrupts"))

    def choose(self, i: Any, able: list[Any], strategy: str) -> tuple[Any, str, int, Passed | None]:
        """(the best, the rule, how many there were, who was passed and why)."""
        able = [a for a in able if a.id not in i.declined] or able
        ranks = {a.id: 0 for a in able}
        if strategy == "weighted_shares":
            for minor in (False, True):
                ranks |= self.ranks(i.queue, [a for a in able if self.minor(a, i) == minor])
        own = {
            "least_occupied": {a.id: a.occupancy for a in able},
            "best_fitting": {a.id: sum(a.spec.skills.values()) for a in able},
            "fewest_contacts": {a.id: a.handled for a in able},
        }.get(strategy, dict.fromkeys(ranks, 0))
        words = ("minor_skill", "share_reached", "busier", BY_STRATEGY.get(strategy, ""), "shorter_idle", "")

        def order(a: Any) -> tuple[int, ...]:
            return self.minor(a, i), ranks[a.id], len(self.held(a)), own[a.id], a.idle_since, a.number

        best, *rest = sorted(able, key=order)
        if not rest:
            return best, strategy, 1, None
        differs = next(n for n, (x, y) in enumerate(zip(order(best), order(rest[0]), strict=True)) if x != y)
        why = words[differs] or "shorter_idle"  # equally long idle: the order of definition
        return best, strategy, len(able), Passed(rest[0].id, why)

    # -- the offer ---------------------------------------------------------------------------------------------------
    def offer(
        self, i: Any, agent: Any, rule: str, candidates: int = 1, runner_up: Passed | None = None,
        blocked: dict[str, int] | None = None, next_up: str | None = None,
    ) -> None:  # fmt: skip
        queue, policy = self.queues[i.queue], self.policy(i.queue)
        i.attempt += 1
        reason = Reason(
            rule=rule, waited_ms=self.at - i.waiting_from, needs=self.needs(i), idle_ms=self.at - agent.idle_since,
            candidates=candidates, runner_up=runner_up, attempt=i.attempt, step=i.step, score=self.score(i),
            blocked=blocked or {}, next_up=next_up,
            policy=self.policies[i.tenant].version if i.tenant in self.policies else 0,
        )  # fmt: skip
        share = self.share(agent, i.queue)
        partner = share.partner if share else ""
        i.partner = partner if policy.shares else None
        if policy.strategy == "weighted_shares":
            queue.shared[partner] = queue.shared.get(partner, 0) + 1
            if sum(queue.shared.values()) >= 1000:
                queue.shared = {name: count // 2 for name, count in queue.shared.items()}
        i.state, i.agent, i.offer = "offered", agent.id, f"{i.id}.{i.attempt}"
        proof, ring = self.at + queue.spec.proof_ms, self.at + queue.spec.ring_ms
        self.offers[i.offer] = Thing(id=i.offer, i=i, agent=agent.id, proof=proof, ring=ring, proven=False)
        self.emit(
            ev.InteractionOffered, **ids(i), queue_id=i.queue, offer_id=i.offer, agent_id=agent.id,
            proof_due_at=proof, ring_due_at=ring, reason=reason,
        )  # fmt: skip

    # -- lending -----------------------------------------------------------------------------------------------------
    def lend(self) -> None:
        for queue_id in sorted(self.queues):
            queue, lend = self.queues[queue_id], self.policy(queue_id).lend
            if not lend:
                continue
            line = self.line(queue.id)
            waiting = self.queued_in(queue.id)
            waited = self.at - line[0].waiting_from if line else 0
            short = 0 < lend.waiting <= len(waiting) or 0 < lend.waited_ms <= waited
            numbers = {"queue_id": queue.id, "waiting": len(waiting), "waited_ms": waited}
            if short and not queue.lending:
                queue.lending = True
                self.emit(ev.LendingChanged, on=True, **numbers)
                for i in self.by_score(waiting):
                    self.push(i)
            elif queue.lending and not short and len(waiting) <= lend.until_waiting:
                queue.lending = False
                self.emit(ev.LendingChanged, on=False, **numbers)
