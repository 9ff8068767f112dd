"""A state machine that plays a floor and looks after every step whether all that must hold does hold."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rexian.engine import commands as cmd
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.specs import (
    STRATEGIES,
    AgentSpec,
    Lend,
    Medium,
    Mix,
    Party,
    Policy,
    QueuePolicy,
    QueueSpec,
    Reserve,
    Rule,
    Share,
    Step,
)  # fmt: skip
from tests.engine.invariants import History, check
from tests.engine.play import START
from tests.engine.randomly import Chance

SKILLS = ("product:phone", "lang:en")
ALL_SKILLS = (*SKILLS, "partner:north", "partner:south", "team:red")
levels = st.integers(1, 3)
skills = st.dictionaries(st.sampled_from(SKILLS), levels, max_size=2)
agents = st.sampled_from(("李", "王", "张"))
queues = st.sampled_from(("q1", "q2"))
media: st.SearchStrategy[Medium] = st.sampled_from(("chat", "voice"))
pick = st.integers(0, 10**6)
percent = st.sampled_from((0, 20, 50))
times = st.sampled_from((1, 3_000, 40_000))

steps = st.lists(
    st.builds(
        Step, after_ms=times, kind=st.just("anyone"), needs=st.none() | skills, lower=st.integers(0, 2),
    ),
    max_size=3, unique_by=lambda step: step.after_ms,
).map(lambda some: tuple(sorted(some, key=lambda step: step.after_ms)))  # fmt: skip
shares = st.lists(
    st.builds(
        Share, partner=st.sampled_from(ALL_SKILLS[2:4]), percent=percent, floor=percent, ceiling=st.integers(0, 2)
    ),
    max_size=2, unique_by=lambda share: share.partner,
).map(tuple)  # fmt: skip
queue_policies = st.builds(
    QueuePolicy,
    strategy=st.sampled_from(STRATEGIES), steps=steps, last_agent_ms=st.sampled_from((0, 9_000)),
    named_agent_ms=st.sampled_from((0, 9_000)), shares=shares,
    lend=st.none() | st.builds(Lend, waiting=st.integers(1, 3), waited_ms=times, until_waiting=st.integers(0, 1)),
    reserve=st.none() | st.builds(Reserve, skill=st.just("team:red"), keep=st.integers(0, 2)),
    interruptible=st.booleans(), max_wait_ms=st.sampled_from((0, 0, 1, 5_000)),
    call_back_lead_ms=st.sampled_from((0, 300_000)),
)  # fmt: skip
values = st.lists(st.sampled_from(("north", "south")), min_size=1, max_size=2, unique=True).map(tuple)
rules = st.builds(
    Rule, id=st.just("r"), when=st.just({}) | st.fixed_dictionaries({"region": values}),
    boost_ms=st.sampled_from((0, 5_000, 10**9, -4_000)), emergency=st.booleans(),
    from_at=st.sampled_from((0, START + 60_000)), until_at=st.sampled_from((0, START + 900_000)), on=st.booleans(),
)  # fmt: skip
mixes = st.none() | st.builds(
    Mix, weights=st.just({"chat": 50, "voice": 100}), interrupts=st.sampled_from(({}, {"voice": ("chat",)}))
)


class FloorMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.history = History()
        self.now = START
        self.made = self.version = 0
        for id in ("q1", "q2"):
            self.do(cmd.DefineQueue(queue=QueueSpec(id=id, tenant_id="t")))
        for id in ("李", "王", "张"):
            self.do(cmd.DefineAgent(agent=AgentSpec(id=id, capacity={"chat": 2, "voice": 1})))
            self.do(cmd.SetAgentState(agent_id=id, state="available"))

    def do(self, command: cmd.AnyCommand) -> None:
        before = self.floor.snapshot()
        try:
            events = self.floor.decide(cmd.Envelope(id="1", at=self.now, by=Party("system", "t"), command=command))
        except Refusal:
            assert self.floor.snapshot() == before, "a refusal changes nothing"
            return
        if not isinstance(command, cmd.RecordSelfService):  # which only the journal knows
            assert (self.floor.snapshot() == before) == (not events), "nothing changes without an event"
        self.history.add(events, self.floor)

    def one(self, which: int, *states: str) -> tuple[str, str]:
        found = [i for i in self.floor.interactions() if i.state in states]
        return (found[which % len(found)].id, str(found[which % len(found)].agent_id)) if found else ("?", "?")

    def some(self, *states: str) -> bool:
        return any(i.state in states for i in self.floor.interactions())

    # -- rules -------------------------------------------------------------------------------------------------------
    @rule(id=queues, needs=skills, priority=st.sampled_from((0, 9_000)), slope=st.integers(1, 3), acw=st.integers(0, 1))
    def define_queue(self, id: str, needs: dict[str, int], priority: int, slope: int, acw: int) -> None:
        spec = QueueSpec(id=id, tenant_id="t", needs=needs, priority=priority, slope=slope, acw_ms=acw * 30_000)
        self.do(cmd.DefineQueue(queue=spec))

    @rule(
        id=agents, skills=st.dictionaries(st.sampled_from(ALL_SKILLS), levels), mix=mixes, limit=levels,
        minor=st.sets(st.sampled_from(SKILLS)), chat=st.integers(0, 3),
    )  # fmt: skip
    def define_agent(
        self, id: str, skills: dict[str, int], mix: Mix | None, limit: int, minor: set[str], chat: int
    ) -> None:
        capacity: dict[Medium, int] = {"chat": chat, "voice": 1}
        spec = AgentSpec(
            id=id, skills=skills, minor=tuple(sorted(minor)), capacity=capacity, no_answer_limit=limit - 1, mix=mix
        )
        self.do(cmd.DefineAgent(agent=spec))

    @rule(queues=st.dictionaries(queues, queue_policies), rules=st.lists(rules, max_size=1).map(tuple))
    def publish_policy(self, queues: dict[str, QueuePolicy], rules: tuple[Rule, ...]) -> None:
        self.version += 1
        self.do(cmd.PublishPolicy(policy=Policy(tenant_id="t", version=self.version, queues=queues, rules=rules)))

    @rule(on=st.booleans())
    def switch_rule(self, on: bool) -> None:
        self.do(cmd.SwitchRule(tenant_id="t", rule_id="r", on=on))

    @rule()
    def self_service(self) -> None:
        self.do(cmd.RecordSelfService(contact_id="s", tenant_id="t", customer_id="k", medium="voice"))

    @rule(id=agents)
    def retire_agent(self, id: str) -> None:
        self.do(cmd.RetireAgent(agent_id=id))

    @rule(id=agents, ready=st.sampled_from((True, True, False)))
    def set_state(self, id: str, ready: bool) -> None:
        if ready:
            self.do(cmd.SetAgentState(agent_id=id, state="available"))
        else:
            self.do(cmd.SetAgentState(agent_id=id, state="not_ready", reason="break"))

    @rule(
        queue=queues, medium=media, needs=skills, credit=st.sampled_from((0, 5_000)), emergency=st.integers(0, 7),
        region=st.none() | st.sampled_from(("north", "south")), last=st.none() | agents, named=st.none() | agents,
    )  # fmt: skip
    def start(
        self, queue: str, medium: Medium, needs: dict[str, int], credit: int, emergency: int, region: str | None,
        last: str | None, named: str | None,
    ) -> None:  # fmt: skip
        self.made += 1
        self.do(
            cmd.StartContact(
                contact_id=f"c{self.made}", interaction_id=f"i{self.made}", tenant_id="t", customer_id="k",
                queue_id=queue, medium=medium, needs=needs, credit_ms=credit, emergency=emergency == 7,
                attributes={"region": region} if region else {}, last_agent_id=last, named_agent_id=named,
            )
        )  # fmt: skip

    @precondition(lambda self: self.some("queued", "offered"))
    @rule(which=pick, later=st.none() | times, medium=media)
    def call_back(self, which: int, later: int | None, medium: Medium) -> None:
        id, _ = self.one(which, "queued", "offered")
        self.do(cmd.RequestCallBack(interaction_id=id, due_at=self.now + later if later else 0, medium=medium))

    @precondition(lambda self: self.some("offered"))
    @rule(which=pick, act=st.sampled_from((cmd.ProveOffer, cmd.AcceptOffer, cmd.AcceptOffer, cmd.RejectOffer)))
    def answer(self, which: int, act: type[cmd.AcceptOffer]) -> None:
        id, agent = self.one(which, "offered")
        self.do(act(offer_id=str(self.floor.interaction(id).offer_id), agent_id=agent))  # type: ignore[union-attr]

    @precondition(lambda self: self.some("offered"))
    @rule()
    def all_answer(self) -> None:
        for offer in tuple(self.floor.offers()):
            self.do(cmd.AcceptOffer(offer_id=offer.id, agent_id=offer.agent_id))

    @precondition(lambda self: self.some("queued", "offered", "talking"))
    @rule(which=pick, message=st.integers(1, 9), by_agent=st.booleans())
    def post(self, which: int, message: int, by_agent: bool) -> None:
        id, agent = self.one(which, "queued", "offered", "talking")
        author = Party("agent", agent) if by_agent else Party("customer", "k")
        self.do(cmd.PostMessage(interaction_id=id, message_id=f"m{message}", author=author))

    @precondition(lambda self: self.some("reception", "queued", "offered", "talking"))
    @rule(which=pick, present=st.booleans())
    def presence(self, which: int, present: bool) -> None:
        id, _ = self.one(which, "reception", "queued", "offered", "talking")
        self.do(cmd.SetCustomerPresence(interaction_id=id, present=present))

    @precondition(lambda self: self.some("talking"))
    @rule(which=pick, queue=st.none() | queues, person=agents)
    def transfer(self, which: int, queue: str | None, person: str) -> None:
        id, agent = self.one(which, "talking")
        to_agent = person if queue is None else None
        self.do(cmd.TransferInteraction(interaction_id=id, agent_id=agent, to_queue_id=queue, to_agent_id=to_agent))

    @precondition(lambda self: self.some("reception", "queued", "offered", "scheduled", "talking"))
    @rule(which=pick)
    def end(self, which: int) -> None:
        id, _ = self.one(which, "reception", "queued", "offered", "scheduled", "talking")
        self.do(cmd.EndInteraction(interaction_id=id, by=Party("customer", "k")))

    @precondition(lambda self: self.some("after_contact_work"))
    @rule(which=pick, extend=st.booleans())
    def wrap(self, which: int, extend: bool) -> None:
        id, agent = self.one(which, "after_contact_work")
        if extend:
            self.do(cmd.ExtendAfterContactWork(interaction_id=id, agent_id=agent))
        else:
            self.do(cmd.WrapUp(interaction_id=id, agent_id=agent, disposition="solved"))

    @rule(ms=st.sampled_from((1, 500, 3_000, 10_000, 60_000, 86_400_000)), late=st.booleans())
    def time_passes(self, ms: int, late: bool) -> None:
        until = self.now + ms
        while not late and (due := self.floor.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.do(cmd.Tick())
            self.everything_holds()
        self.now = until
        self.do(cmd.Tick())
        due = self.floor.next_due()
        assert due is None or due > self.now, "a Tick leaves nothing behind"
        assert all(i.call_back_at > self.now for i in self.floor.interactions() if i.state == "scheduled")

    # -- calls -------------------------------------------------------------------------------------------------------
    @rule(medium=media, region=st.none() | st.sampled_from(("north", "south")))
    def receive(self, medium: Medium, region: str | None) -> None:
        self.made += 1
        self.do(
            cmd.ReceiveContact(
                contact_id=f"c{self.made}", interaction_id=f"i{self.made}", tenant_id="t", customer_id="k",
                medium=medium, attributes={"region": region} if region else {},
            )
        )  # fmt: skip

    @precondition(lambda self: self.some("reception"))
    @rule(which=pick, queue=queues, needs=skills, named=st.none() | agents, emergency=st.integers(0, 7))
    def queue_it(self, which: int, queue: str, needs: dict[str, int], named: str | None, emergency: int) -> None:
        id, _ = self.one(which, "reception")
        self.do(
            cmd.QueueInteraction(
                interaction_id=id, queue_id=queue, needs=needs, named_agent_id=named, emergency=emergency == 7
            )
        )

    @precondition(lambda self: self.some("talking"))
    @rule(which=pick, on=st.booleans())
    def hold(self, which: int, on: bool) -> None:
        id, agent = self.one(which, "talking")
        self.do(cmd.SetHold(interaction_id=id, agent_id=agent, on=on))

    @precondition(lambda self: self.some("talking"))
    @rule(which=pick, person=agents, role=st.sampled_from(("listen", "whisper", "barge", "external")))
    def join(self, which: int, person: str, role: str) -> None:
        id, agent = self.one(which, "talking")
        if role == "external":
            self.do(cmd.AddExternal(interaction_id=id, agent_id=agent, participant_id="e" + person))
        else:
            self.do(cmd.JoinInteraction(interaction_id=id, person_id=person, role=role))  # type: ignore[arg-type]

    @precondition(lambda self: self.some("talking"))
    @rule(which=pick, person=agents)
    def take_over(self, which: int, person: str) -> None:
        self.do(cmd.TakeOver(interaction_id=self.one(which, "talking")[0], agent_id=person))

    @precondition(lambda self: self.some("talking"))
    @rule(which=pick, queue=st.none() | queues, person=agents)
    def consult(self, which: int, queue: str | None, person: str) -> None:
        id, agent = self.one(which, "talking")
        self.made += 1
        to_agent = person if queue is None else None
        self.do(
            cmd.Consult(
                interaction_id=id, agent_id=agent, consult_id=f"x{self.made}", to_queue_id=queue, to_agent_id=to_agent
            )
        )

    def a_consult(self, which: int) -> tuple[str, str, str]:
        """(the consultation, what it is about, who asks)."""
        found = [i for i in self.floor.interactions() if i.is_consult and i.state != "ended"]
        chosen = found[which % len(found)]
        return chosen.id, str(chosen.consult_of), str(chosen.consult_by)

    @precondition(lambda self: any(i.is_consult and i.state != "ended" for i in self.floor.interactions()))
    @rule(which=pick, how=st.sampled_from(("complete", "complete", "give up")))
    def settle_consult(self, which: int, how: str) -> None:
        consult, primary, agent = self.a_consult(which)
        if how == "complete":
            self.do(cmd.CompleteTransfer(interaction_id=primary, agent_id=agent, consult_id=consult))
        else:
            self.do(cmd.EndInteraction(interaction_id=consult, by=Party("agent", agent)))

    @precondition(lambda self: self.some("reception", "queued", "talking"))
    @rule(which=pick, state=st.sampled_from(("on", "paused", "off")))
    def record(self, which: int, state: str) -> None:
        id, _ = self.one(which, "reception", "queued", "talking")
        self.do(cmd.SetRecording(interaction_id=id, by=Party("system", "v"), state=state))  # type: ignore[arg-type]

    # -- what holds --------------------------------------------------------------------------------------------------
    @invariant()
    def everything_holds(self) -> None:
        check(self.floor, self.now, self.history)


class CallMachine(FloorMachine):
    """The same floor in the midst of calls: two are talking, one with a colleague asked, one is in the reception."""

    def __init__(self) -> None:
        super().__init__()
        for queue in ("q1", "q2"):
            self.start(queue, "chat", {}, 0, 0, None, None, None)
            self.all_answer()
        self.consult(0, "q1", "")
        self.all_answer()
        self.receive("voice", None)
        assert [i.state for i in self.floor.interactions()] == ["talking"] * 3 + ["reception"]


CallMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCalls = CallMachine.TestCase
FloorMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFloor = FloorMachine.TestCase


def test_long_random_histories_keep_the_invariants() -> None:
    gates: Counter[str] = Counter()
    for seed in range(10_000, 10_030):
        chance, floor, history = Chance(seed), Floor(), History()
        for number in range(350):
            envelope = chance.envelope(floor, number)
            try:
                history.add(floor.decide(envelope), floor)
            except Refusal:
                continue
            gates += check(floor, envelope.at, history)
    assert set(gates) == {"reserved", "not_lent", "ceiling", "declined"}, "nothing else keeps those apart who suit"
