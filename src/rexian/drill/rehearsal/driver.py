"""The virtual clock: feeds the floor what customers and agents do, and hears from its events what comes next.

It knows the engine only as everybody does: commands in, events out. Integers throughout; the same scenario and seed
give the same day, event for event, on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Any

from rexian.drill.rehearsal.audience import Audience
from rexian.drill.rehearsal.ledger import Fate, Ledger, typed
from rexian.drill.rehearsal.scenario import Scenario
from rexian.drill.rehearsal.timetable import AT_BITS, KIND_BITS, NUMBER, entries, timetable
from rexian.engine import commands as cmd
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Party

FAR = 1 << 62
SYSTEM = Party("system", "drill")
CUSTOMER = Party("customer", "simulated")
_KIND = (1 << AT_BITS - KIND_BITS) - 1


class Cancelled(Exception):
    """Whoever watched wanted no more of it."""


class NotPlayable(Exception):
    """The engine does not take the scenario's queues, agents or policies."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code} {refusal.detail}")
        self.refusal = refusal


class Driver:
    """One day. `watch(offset)` is called every simulated minute; it may raise `Cancelled`."""

    def __init__(self, scenario: Scenario, watch: Callable[[int], None] | None = None) -> None:
        self.scenario = scenario
        self.floor = Floor()
        self.ledger = Ledger(scenario.demand)
        self.heap: list[int] = []
        self.later: Callable[[int], None] = partial(heappush, self.heap)  # takes what `timetable.entry` makes
        self.commands = 0
        self._watch = watch
        self._decide = self.floor.decide
        self._next_due = self.floor.next_due
        self._start_at = scenario.start_at
        self._due = FAR
        order = scenario.machine.at.argsort(kind="stable")
        self.machine_at = scenario.machine.at[order]
        self.machine_forms = typed("i", scenario.machine.form, order)
        self.machine_served = 0
        self._machine_took = typed("i", scenario.machine.took, order)
        self._forms = [(one, scenario.queues[one.queue]) for one in scenario.forms]
        self.audience = Audience(self)
        self._react = self.audience.reactions()
        self._acts: list[Callable[[int, int], None]] = [
            self._duty, self._back, self._accept, self._reject, self._end, self._wrap_up, self._leave,
            self._ask_call_back, self._start, self._self_served, self._mark,
        ]  # fmt: skip

    # -- time ----------------------------------------------------------------------------------------------------------
    def run(self) -> None:
        """Play the day to its end."""
        self._set_up()
        heap, acts = self.heap, self._acts
        for planned in entries(timetable(self.scenario, self.ledger, self.machine_at)):
            while True:
                head = heap[0] if heap and heap[0] < planned else planned
                at = head >> AT_BITS
                if self._due <= at:
                    self._tick(at)
                elif head == planned:
                    break
                else:
                    heappop(heap)
                    acts[head >> KIND_BITS & _KIND](at, head & NUMBER)
            acts[planned >> KIND_BITS & _KIND](at, planned & NUMBER)
        self.audience.finish(self.scenario.until)

    def _set_up(self) -> None:
        scenario = self.scenario
        commands: list[cmd.AnyCommand] = [cmd.DefineQueue(queue=queue) for queue in scenario.queues]
        commands += [cmd.DefineAgent(agent=agent) for agent in scenario.agents]
        commands += [cmd.PublishPolicy(policy=policy) for policy in scenario.policies]
        for command in commands:
            if not self.do(0, command):
                raise NotPlayable(self.audience.last_refusal)
        self.audience.views = list(self.floor.queues())

    def _tick(self, at: int) -> None:
        """What the floor itself has to do. Its timers may be stale by now: then it only says when it wants the next."""
        due = self._next_due()
        self._due = FAR if due is None else due - self._start_at
        if self._due <= at:
            self.do(self._due, cmd.Tick())

    def do(self, at: int, command: cmd.AnyCommand, by: Party = SYSTEM) -> bool:
        """One command, and what follows from it. False: refused."""
        self.commands += 1
        try:
            events = self._decide(cmd.Envelope(id="drill", at=self._start_at + at, by=by, command=command))
        except Refusal as refusal:
            self.audience.refused(refusal)
            return False
        react: dict[type[Any], Callable[[int, Any], None]] = self._react
        for event in events:
            react[type(event)](at, event)
        due = self._next_due()
        self._due = FAR if due is None else due - self._start_at
        return True

    # -- what people do ------------------------------------------------------------------------------------------------
    def _start(self, at: int, number: int) -> None:
        ledger = self.ledger
        form, queue = self._forms[ledger.form[number]]
        started = self.do(
            at,
            cmd.StartContact(
                contact_id=f"c{number}",
                interaction_id=f"i{number}",
                tenant_id=queue.tenant_id,
                customer_id=f"k{ledger.first[number]}",
                queue_id=queue.id,
                medium=form.medium,
                needs=form.needs,
                credit_ms=form.credit_ms,
                attributes=form.attributes,
                simulated=True,
            ),
        )
        if not started:
            ledger.fate[number] = Fate.TURNED_AWAY
            self.audience.perhaps_again(at, number)
        elif ledger.fate[number] == Fate.WAITING:
            self.audience.watch(at, number)

    def _self_served(self, at: int, number: int) -> None:
        form = self.scenario.machine_forms[self.machine_forms[number]]
        command = cmd.RecordSelfService(
            contact_id=f"s{number}",
            tenant_id=form.tenant_id,
            customer_id=f"m{number}",
            medium=form.medium,
            path=form.path,
            took_ms=self._machine_took[number],
            simulated=True,
        )
        self._decide(cmd.Envelope(id="drill", at=self._start_at + at, by=SYSTEM, command=command))
        self.machine_served += 1
        self.audience.self_served(at, number)

    def _accept(self, at: int, number: int) -> None:
        offer = self.audience.ringing.get(number)
        if offer is not None and self.ledger.rings_till[number] == at:
            self.do(at, cmd.AcceptOffer(offer_id=offer.offer_id, agent_id=offer.agent_id))

    def _reject(self, at: int, number: int) -> None:
        offer = self.audience.ringing.get(number)
        if offer is not None and self.ledger.rings_till[number] == at:
            self.do(at, cmd.RejectOffer(offer_id=offer.offer_id, agent_id=offer.agent_id))

    def _end(self, at: int, number: int) -> None:
        self.do(at, cmd.EndInteraction(interaction_id=f"i{number}", by=CUSTOMER))

    def _wrap_up(self, at: int, number: int) -> None:
        if self.ledger.fate[number] == Fate.WRAPPING:
            agent_id = self.audience.agent_ids[self.ledger.agent[number]]
            self.do(at, cmd.WrapUp(interaction_id=f"i{number}", agent_id=agent_id, disposition="done"))

    def _leave(self, at: int, number: int) -> None:
        if self.ledger.fate[number] <= Fate.RINGING and not self.ledger.away[number]:
            self.do(at, cmd.EndInteraction(interaction_id=f"i{number}", by=CUSTOMER, reason="gave_up"))

    def _ask_call_back(self, at: int, number: int) -> None:
        if self.ledger.fate[number] == Fate.WAITING:
            self.do(at, cmd.RequestCallBack(interaction_id=f"i{number}"))

    def _duty(self, at: int, number: int) -> None:
        entry = self.scenario.duty[number]
        self.audience.on_plan[entry.agent] = entry.state == "available"
        agent_id = self.audience.agent_ids[entry.agent]
        if entry.state == "available":
            self.do(at, cmd.SetAgentState(agent_id=agent_id, state="available"))
        else:
            self.do(at, cmd.SetAgentState(agent_id=agent_id, state="not_ready", reason=entry.state))

    def _back(self, at: int, number: int) -> None:
        if self.audience.on_plan[number]:
            self.do(at, cmd.SetAgentState(agent_id=self.audience.agent_ids[number], state="available"))

    def _mark(self, at: int, number: int) -> None:
        self.audience.sample()
        if self._watch is not None:
            self._watch(at)
