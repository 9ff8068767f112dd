"""The naive twin: the same rules told in the plainest way, without heaps, masks, indexes or a fold. O(n) everywhere.

It shares nothing with the engine but the commands, the events, the specs, the refusal and the range of a wait, and must
answer event for event alike. The rules' words are in `twin_words`, who gets what in `twin_routing`, the acts in
`twin_desk` (configuration, agents), `twin_contacts` and `twin_calls`; here are the frame of a command and the passing
of time.
"""

from __future__ import annotations

from typing import Any

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Party
from tests.engine.twin_calls import CallActs
from tests.engine.twin_words import ids

PROOF, RING, WORK, AWAY, TARGET, WIDEN, CALL_BACK, RULE, _LEND, RETRY, FORGET = range(11)


class Twin(CallActs):
    def decide(self, envelope: cmd.Envelope) -> list[Any]:
        self.out, self.freed, self.unplaced, self.loosened = [], [], [], set()
        before, self.at = self.at, max(envelope.at, self.at)
        self.by = envelope.by
        try:
            getattr(self, "do_" + type(envelope.command).__name__)(envelope.command)
        except Refusal:
            self.at = before
            raise
        if not isinstance(envelope.command, cmd.Tick):
            self.settle()
            if self.out:
                self.lend()
        if not self.out:
            self.at = before
        return self.out

    def due(self) -> list[tuple[int, int, str]]:
        """All that has fallen due: (when, kind, id)."""
        due = []
        for o in self.offers.values():
            due += [(o.proof, PROOF, o.id)] * (not o.proven) + [(o.ring, RING, o.id)]
        for i in self.inters.values():
            due += [(i.acw_due, WORK, i.id)] * (i.state == "acw") + [(i.away, AWAY, i.id)] * bool(i.away)
            if i.state == "scheduled":
                due.append((i.call_back_due, CALL_BACK, i.id))
            elif i.state == "queued":
                steps = self.policy(i.queue).steps[i.step :]
                if i.target:
                    due.append((i.target_due, TARGET, i.id))
                elif steps:
                    due.append((i.entered + steps[0].after_ms, WIDEN, i.id))
                due += [(until, RETRY, i.id) for until, _ in i.declined.values() if until not in i.fired]
        due += [(c.forget, FORGET, c.id) for c in self.contacts.values() if c.forget]
        return sorted(d for d in [*due, *self.rules_due()] if d[0] <= self.at)

    def rules_due(self) -> list[tuple[int, int, str]]:
        due = []
        for tenant, policy in self.policies.items():
            for rule in policy.rules:
                on, since = rule.id in self.active[tenant], self.rule_since[tenant, rule.id]
                edge = rule.until_at if on else rule.from_at
                if edge > since and (on or rule.on):
                    due.append((edge, RULE, f"{tenant}{chr(31)}{rule.id}"))
        return due

    def do_Tick(self, c: cmd.Tick) -> None:
        forgotten, again = [], []
        while due := self.due():
            when, kind, id = due[0]
            if kind == FORGET:
                forgotten.append(id)
                self.contacts[id].forget = 0
            elif kind == RETRY:
                self.inters[id].fired.add(when)
                again.append(self.inters[id])
            else:
                self.happen(when, kind, id)
                self.settle()
        self.look(*again)
        self.settle()
        self.lend()
        if forgotten:
            self.emit(ev.ContactsForgotten, contact_ids=tuple(forgotten))
            for id in forgotten:
                self.inters = {key: i for key, i in self.inters.items() if i.contact != id}
                del self.contacts[id]

    def happen(self, when: int, kind: int, id: str) -> None:
        if kind == RULE:
            tenant, rule_id = id.split(chr(31))
            rule = next(r for r in self.policies[tenant].rules if r.id == rule_id)
            self.switch(tenant, rule, rule_id not in self.active[tenant], when, by_timer=True)
        elif kind in (PROOF, RING):
            self.expire(self.offers[id], proven=kind == RING)
        elif kind == WORK:
            self.wrap(self.inters[id], "", True)
        elif kind == AWAY:
            self.end(self.inters[id], Party("system", "presence"), "customer_left")
        elif kind == TARGET:
            transferred = self.inters[id].target_kind in ("transfer_to_agent", "consult")
            self.queued(self.inters[id], "transfer_timeout" if transferred else "preference_timeout")
        elif kind == CALL_BACK:
            self.call_back_due(self.inters[id])
        else:
            self.widen(self.inters[id])

    def widen(self, i: Any) -> None:
        i.step += 1
        step = self.policy(i.queue).steps[i.step - 1]
        self.emit(
            ev.InteractionWidened, **ids(i), queue_id=i.queue, step=i.step, kind=step.kind,
            alternatives=step.alternatives,
        )  # fmt: skip
        self.look(i)
