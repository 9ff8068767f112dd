"""A state machine that plays a floor and looks after every step whether all that must hold does hold."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rexian.engine import commands as cmd
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.specs import AgentSpec, Medium, Party, QueueSpec
from tests.engine.invariants import History, check
from tests.engine.play import START
from tests.engine.randomly import Chance

SKILLS = ("product:phone", "lang:en")
levels = st.integers(1, 3)
skills = st.dictionaries(st.sampled_from(SKILLS), levels, max_size=2)
agents = st.sampled_from(("李", "王", "张"))
queues = st.sampled_from(("q1", "q2"))
media: st.SearchStrategy[Medium] = st.sampled_from(("chat", "voice"))
pick = st.integers(0, 10**6)


class FloorMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.folded = Floor()
        self.history = History()
        self.now = START
        self.made = 0
        for id in ("q1", "q2"):
            self.do(cmd.DefineQueue(queue=QueueSpec(id=id, tenant_id="t")))
        self.do(cmd.DefineAgent(agent=AgentSpec(id="李")))
        self.do(cmd.SetAgentState(agent_id="李", state="available"))

    def do(self, command: cmd.AnyCommand) -> None:
        before = self.floor.snapshot()
        try:
            events = self.floor.decide(cmd.Envelope(id="1", at=self.now, by=Party("system", "t"), command=command))
        except Refusal:
            assert self.floor.snapshot() == before, "a refusal changes nothing"
            return
        assert (self.floor.snapshot() == before) == (not events), "nothing changes without an event"
        self.history.add(events, self.floor)
        for event in events:
            self.folded.apply(event)

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

    @rule(id=agents, skills=skills, minor=st.sets(st.sampled_from(SKILLS)), chat=st.integers(0, 3), limit=levels)
    def define_agent(self, id: str, skills: dict[str, int], minor: set[str], chat: int, limit: int) -> None:
        capacity: dict[Medium, int] = {"chat": chat, "voice": 1}
        spec = AgentSpec(id=id, skills=skills, minor=tuple(sorted(minor)), capacity=capacity, no_answer_limit=limit - 1)
        self.do(cmd.DefineAgent(agent=spec))

    @rule(id=agents)
    def retire_agent(self, id: str) -> None:
        self.do(cmd.RetireAgent(agent_id=id))

    @rule(id=agents, ready=st.sampled_from((True, True, False)))
    def set_state(self, id: str, ready: bool) -> None:
        if ready:
            self.do(cmd.SetAgentState(agent_id=id, state="available"))
        else:
            self.do(cmd.SetAgentState(agent_id=id, state="not_ready", reason="break"))

    @rule(queue=queues, medium=media, needs=skills, credit=st.sampled_from((0, 5_000)))
    def start(self, queue: str, medium: Medium, needs: dict[str, int], credit: int) -> None:
        self.made += 1
        self.do(
            cmd.StartContact(
                contact_id=f"c{self.made}",
                interaction_id=f"i{self.made}",
                tenant_id="t",
                customer_id="k",
                queue_id=queue,
                medium=medium,
                needs=needs,
                credit_ms=credit,
            )
        )

    @precondition(lambda self: self.some("offered"))
    @rule(which=pick, act=st.sampled_from((cmd.ProveOffer, cmd.AcceptOffer, cmd.AcceptOffer, cmd.RejectOffer)))
    def answer(self, which: int, act: type[cmd.AcceptOffer]) -> None:
        id, agent = self.one(which, "offered")
        self.do(act(offer_id=str(self.floor.interaction(id).offer_id), agent_id=agent))  # type: ignore[union-attr]

    @precondition(lambda self: self.some("queued", "offered", "talking"))
    @rule(which=pick, message=st.integers(1, 9), by_agent=st.booleans())
    def post(self, which: int, message: int, by_agent: bool) -> None:
        id, agent = self.one(which, "queued", "offered", "talking")
        author = Party("agent", agent) if by_agent else Party("customer", "k")
        self.do(cmd.PostMessage(interaction_id=id, message_id=f"m{message}", author=author))

    @precondition(lambda self: self.some("queued", "offered", "talking"))
    @rule(which=pick, present=st.booleans())
    def presence(self, which: int, present: bool) -> None:
        id, _ = self.one(which, "queued", "offered", "talking")
        self.do(cmd.SetCustomerPresence(interaction_id=id, present=present))

    @precondition(lambda self: self.some("talking"))
    @rule(which=pick, queue=st.none() | queues, person=agents)
    def transfer(self, which: int, queue: str | None, person: str) -> None:
        id, agent = self.one(which, "talking")
        to_agent = person if queue is None else None
        self.do(cmd.TransferInteraction(interaction_id=id, agent_id=agent, to_queue_id=queue, to_agent_id=to_agent))

    @precondition(lambda self: self.some("queued", "offered", "talking"))
    @rule(which=pick)
    def end(self, which: int) -> None:
        id, _ = self.one(which, "queued", "offered", "talking")
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

    # -- what holds --------------------------------------------------------------------------------------------------
    @invariant()
    def everything_holds(self) -> None:
        check(self.floor, self.now)

    @invariant()
    def the_fold_is_the_same_floor(self) -> None:
        assert self.folded.snapshot() == self.floor.snapshot()


FloorMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFloor = FloorMachine.TestCase


def test_long_random_histories_keep_the_invariants() -> None:
    for seed in range(1_000, 1_020):
        chance, floor, history = Chance(seed), Floor(), History()
        for number in range(300):
            envelope = chance.envelope(floor, number)
            try:
                history.add(floor.decide(envelope), floor)
            except Refusal:
                continue
            check(floor, envelope.at)
