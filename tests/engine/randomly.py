"""Random floors and random commands, valid and wrong ones mixed, for the twin and for the drills of the fold."""

from __future__ import annotations

from random import Random

from rexian.engine import commands as cmd
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Medium, Mix, Party, QueueSpec
from tests.engine.random_calls import CALL_CHOICES, CALL_NEEDS, RandomCalls
from tests.engine.random_policies import AGENT_SKILLS, NEED_SKILLS, REGIONS, TENANTS, RandomPolicies

START = 1_790_000_000_000
CHOICES = (
    ("accept", 24), ("start", 18), ("end", 9), ("wrap", 9), ("tick", 6), ("prove", 18), ("state", 9), ("post", 3),
    ("reject", 5), ("transfer", 6), ("presence", 4), ("read", 2), ("extend", 2), ("rate", 2), ("agent", 1.5),
    ("queue", 0.7), ("note", 1), ("identify", 1), ("retire_agent", 0.5), ("retire_queue", 0.1), ("call_back", 4),
    ("policy", 1.5), ("switch", 2), ("self_service", 0.4), ("start_again", 0.6), ("reach", 2), *CALL_CHOICES,
)  # fmt: skip
NEEDS = {
    "prove": "offer", "accept": "offer", "reject": "offer", "end": "talking", "transfer": "talking",
    "wrap": "after_contact_work", "extend": "after_contact_work", "rate": "ended", "read": "talking",
    "call_back": "queued", **CALL_NEEDS,
}  # fmt: skip
UNANSWERED = ("reception", "queued", "offered", "scheduled")
MANY = {str(n): "x" for n in range(21)}
BAD_ATTRIBUTES: tuple[dict[str, str], ...] = (MANY, {"": "x"}, {"x" * 61: "x"}, {"x": "x" * 201})


class Chance(RandomCalls):
    """One random history; `envelope` looks at the floor to ask for something that mostly makes sense."""

    def __init__(self, seed: int) -> None:
        self.random = r = Random(seed)
        self.now = START
        self.contacts = 0
        self.calm = r.random() < 0.6  # agents are skilled and quick, so that there is a choice and a gate now and then
        self.agents = [f"a{n}" for n in range(r.choice((1, 2, 3, 3, 4, 5)))]
        self.queues = [f"q{n}" for n in range(r.randint(1, 4))]
        self.tenant_of = {queue: r.choice(TENANTS) for queue in self.queues}
        self.pace = r.choice((1, 300, 2_000) if self.calm else (1, 300, 2_000, 8_000))
        self.crowd = r.random() < 0.15  # much at the same instant and nearly all alike: scores are often equal
        self.pace = 10 if self.crowd else self.pace
        self.policies = RandomPolicies(r, self.tenant_of, self.pace)
        self.urgent = r.choice((0, 0.03, 0.2))
        self.started: cmd.StartContact | None = None
        weights = [weight * r.choice((0.3, 1, 1, 2)) for _, weight in CHOICES]
        self.names, self.weights = [name for name, _ in CHOICES], weights
        if self.calm:
            self.weights[self.names.index("start")] = r.choice((5, 10, 18))
        setup: list[cmd.AnyCommand] = [
            *(self.agent(id) for id in self.agents),
            *(self.queue(id) for id in self.queues),
            *(self.policies.publish(tenant, self.now) for tenant in TENANTS if r.random() < 0.9),
        ]
        r.shuffle(setup)
        ready = [cmd.SetAgentState(agent_id=id, state="available") for id in self.agents]
        self.setup = [*setup, *ready]

    def envelope(self, floor: Floor, number: int) -> cmd.Envelope:
        if number < len(self.setup):
            command = self.setup[number]
        else:
            later = (0, 0, 1, self.pace, self.pace * self.random.randint(1, 6))
            self.now += self.random.choice((0, 0, 0, 10, 10, 20) if self.crowd else later)
            due = floor.next_due()
            if due is not None and due <= self.now and self.random.random() < 0.9:
                command = cmd.Tick()  # mostly in time, sometimes late
            else:
                command = getattr(self, f"make_{self.a_sensible_name(floor)}")(floor)
        return cmd.Envelope(id=str(number), at=self.now, by=Party("system", "test"), command=command)

    def a_sensible_name(self, floor: Floor) -> str:
        """Mostly something for which there is an object; now and then anything."""
        states: set[str] = {interaction.state for interaction in floor.interactions()}
        if list(floor.offers()):
            states.add("offer")
        if any(interaction.is_consult and interaction.state != "ended" for interaction in floor.interactions()):
            states.add("consult")
        while True:
            name = self.random.choices(self.names, self.weights)[0]
            if NEEDS.get(name, name) in {name, *states} or self.random.random() < 0.02:
                return name

    # -- configuration -----------------------------------------------------------------------------------------------
    def needs(self, most: int) -> dict[str, int]:
        r = self.random
        sizes = (0, 0, 0, 0, 0, 0, 0, 1) if self.crowd else (0, 0, 0, 1, most)
        return {skill: r.randint(1, 3) for skill in r.sample(NEED_SKILLS, r.choice(sizes))}

    def agent(self, id: str) -> cmd.DefineAgent:
        r = self.random
        fewest, least = (6, 2) if self.calm else (2, 1)
        some = r.sample(AGENT_SKILLS, r.randint(fewest, len(AGENT_SKILLS)))
        skills = {skill: r.randint(least, 5) for skill in some}
        capacity: dict[Medium, int] = {"chat": r.choice((1, 1, 2, 3))}
        if r.random() < 0.6:
            capacity["voice"] = 1
        minor = tuple(skill for skill in NEED_SKILLS if r.random() < 0.3)
        if r.random() < 0.02:
            skills["lang:en"] = 6
        return cmd.DefineAgent(
            agent=AgentSpec(
                id=id, skills=skills, minor=minor, capacity=capacity, no_answer_limit=r.choice((0, 1, 2)),
                mix=self.mix() if r.random() < 0.4 else None,
            )
        )  # fmt: skip

    def mix(self) -> Mix:
        r = self.random
        weights: dict[Medium, int] = {"chat": r.choice((30, 50)), "voice": r.choice((60, 100))}
        interrupts: dict[Medium, tuple[Medium, ...]] = {"voice": ("chat",)} if r.random() < 0.5 else {}
        return Mix(
            limit=r.choice((100, 100, 150, -1 if r.random() < 0.1 else 100)), weights=weights, interrupts=interrupts
        )

    def queue(self, id: str) -> cmd.DefineQueue:
        r = self.random
        spec = QueueSpec(
            id=id, tenant_id=self.tenant_of[id], needs=self.needs(2),
            priority=r.choice((0, 0, 0 if self.crowd else 5_000, 0 if self.crowd else -3_000)),
            slope=r.choice((1, 1, 2, 5)) if r.random() < 0.98 else 0,
            ring_ms=20_000 if self.calm else r.choice((5_000, 20_000)),
            proof_ms=9_000 if self.calm else r.choice((800, 9_000, 9_000)), acw_ms=r.choice((0, 3_000, 60_000)),
            acw_extensions=r.choice((0, 2)), away_waiting_ms=r.choice((4_000, 120_000)),
            away_talking_ms=r.choice((9_000, 900_000)), max_waiting=r.choice((0, 0, 5)),
            rating_ms=r.choice((0, 30_000, 300_000)),
        )  # fmt: skip
        return cmd.DefineQueue(queue=spec)

    # -- things that are there ---------------------------------------------------------------------------------------
    def an_agent(self) -> str:
        return self.random.choice((*self.agents * 5, "nobody"))

    def an_interaction(self, floor: Floor, *states: str) -> tuple[str, str]:
        """(interaction, its agent); now and then one that does not fit, or none at all."""
        r = self.random
        anything = not states or r.random() < 0.04
        fitting = [i for i in floor.interactions() if anything or i.state in states]
        if not fitting:
            return "i?", self.an_agent()
        chosen = r.choice(fitting)
        return chosen.id, chosen.agent_id if chosen.agent_id and r.random() < 0.95 else self.an_agent()

    def an_offer(self, floor: Floor) -> tuple[str, str]:
        r = self.random
        offers = sorted(floor.offers(), key=lambda offer: offer.proven)[: r.choice((1, 2, 9))]
        if offers and r.random() < 0.95:
            chosen = r.choice(offers)
            return chosen.id, chosen.agent_id if r.random() < 0.95 else self.an_agent()
        id, agent = self.an_interaction(floor)
        return f"{id}.{r.randint(1, 3)}", agent

    # -- commands ----------------------------------------------------------------------------------------------------
    def make_start(self, floor: Floor) -> cmd.StartContact:
        r = self.random
        self.contacts += r.random() < 0.97
        queue = r.choice(self.queues)
        tenant = self.tenant_of[queue] if r.random() < 0.97 else r.choice(TENANTS)
        attributes = {"region": r.choice(REGIONS)} if r.random() < 0.7 else {}
        odd = r.random()
        self.started = cmd.StartContact(
            contact_id=f"c{self.contacts}", interaction_id=f"i{self.contacts}", tenant_id=tenant,
            customer_id=f"k{r.randint(1, 9)}", queue_id=queue, medium=r.choice(("chat", "chat", "voice")),
            needs={"lang:en": 7} if odd < 0.01 else self.needs(1),
            credit_ms=10**13 if 0.01 < odd < 0.02 else r.choice((0, 0, 4_000)),
            attributes=attributes if not 0.02 < odd < 0.04 else r.choice(BAD_ATTRIBUTES),
            last_agent_id=self.an_agent() if r.random() < 0.25 else None,
            named_agent_id=self.an_agent() if r.random() < 0.2 else None, emergency=r.random() < self.urgent,
        )  # fmt: skip
        return self.started

    def make_start_again(self, floor: Floor) -> cmd.StartContact:
        return self.started or self.make_start(floor)

    def make_self_service(self, floor: Floor) -> cmd.RecordSelfService:
        self.contacts += 1
        return cmd.RecordSelfService(
            contact_id=f"c{self.contacts}", tenant_id=self.random.choice(TENANTS), customer_id="k1", medium="voice",
            path=self.random.choice(("bot", "self_service")), took_ms=self.random.randint(0, 90_000),
        )  # fmt: skip

    def make_call_back(self, floor: Floor) -> cmd.RequestCallBack:
        r = self.random
        id, _ = self.an_interaction(floor, "queued", *(("scheduled", "offered") * (r.random() < 0.2)))
        booked = self.now + r.choice((-1, 0, 1, self.pace * r.randint(1, 20), 31 * 86_400_000))
        due_at = r.choice((0, booked))
        return cmd.RequestCallBack(interaction_id=id, due_at=due_at, medium=r.choice(("voice", "voice", "chat")))

    def make_policy(self, floor: Floor) -> cmd.PublishPolicy:
        return self.policies.publish(self.random.choice(TENANTS), self.now)

    def make_switch(self, floor: Floor) -> cmd.SwitchRule:
        r = self.random
        return cmd.SwitchRule(tenant_id=r.choice(TENANTS), rule_id=f"r{r.randint(0, 3)}", on=r.random() < 0.5)

    def make_tick(self, floor: Floor) -> cmd.Tick:
        return cmd.Tick()

    def make_prove(self, floor: Floor) -> cmd.ProveOffer:
        offer, agent = self.an_offer(floor)
        return cmd.ProveOffer(offer_id=offer, agent_id=agent)

    def make_accept(self, floor: Floor) -> cmd.AcceptOffer:
        offer, agent = self.an_offer(floor)
        return cmd.AcceptOffer(offer_id=offer, agent_id=agent)

    def make_reject(self, floor: Floor) -> cmd.RejectOffer:
        offer, agent = self.an_offer(floor)
        return cmd.RejectOffer(offer_id=offer, agent_id=agent, reason="busy")

    def make_state(self, floor: Floor) -> cmd.SetAgentState:
        if self.random.random() < 0.8:
            return cmd.SetAgentState(agent_id=self.an_agent(), state="available")
        reason = self.random.choice(("break", "lunch", "signed_out", None))
        return cmd.SetAgentState(agent_id=self.an_agent(), state="not_ready", reason=reason)

    def make_reach(self, floor: Floor) -> cmd.SetReach:
        r = self.random
        return cmd.SetReach(agent_id=self.an_agent(), medium=r.choice(("chat", "voice")), on=r.random() < 0.7)

    def make_post(self, floor: Floor) -> cmd.PostMessage:
        id, agent = self.an_interaction(floor, "queued", "offered", "talking", "scheduled")
        author = self.random.choice((Party("customer", "k1"), Party("agent", agent), Party("system", "greeting")))
        return cmd.PostMessage(interaction_id=id, message_id=f"m{self.random.randint(1, 40)}", author=author)

    def make_read(self, floor: Floor) -> cmd.MarkRead:
        id, agent = self.an_interaction(floor)
        reader = self.random.choice((Party("customer", "k1"), Party("agent", agent)))
        return cmd.MarkRead(interaction_id=id, reader=reader, number=self.random.randint(0, 9))

    def make_transfer(self, floor: Floor) -> cmd.TransferInteraction:
        id, agent = self.an_interaction(floor, "talking")
        r = self.random
        to_queue = r.choice(self.queues) if r.random() < 0.5 else None
        to_agent = self.an_agent() if to_queue is None or r.random() < 0.05 else None
        return cmd.TransferInteraction(interaction_id=id, agent_id=agent, to_queue_id=to_queue, to_agent_id=to_agent)

    def make_presence(self, floor: Floor) -> cmd.SetCustomerPresence:
        id, _ = self.an_interaction(floor, "reception", "queued", "offered", "talking", "scheduled")
        return cmd.SetCustomerPresence(interaction_id=id, present=self.random.random() < 0.4)

    def make_end(self, floor: Floor) -> cmd.EndInteraction:
        id, agent = self.an_interaction(floor, "talking", *(UNANSWERED * (self.random.random() < 0.2)))
        by = self.random.choice((Party("customer", "k1"), Party("agent", agent), Party("agent", agent)))
        return cmd.EndInteraction(interaction_id=id, by=by)

    def make_wrap(self, floor: Floor) -> cmd.WrapUp:
        id, agent = self.an_interaction(floor, "after_contact_work", *(("ended",) * (self.random.random() < 0.1)))
        return cmd.WrapUp(interaction_id=id, agent_id=agent, disposition=self.random.choice(("solved", "", "other")))

    def make_extend(self, floor: Floor) -> cmd.ExtendAfterContactWork:
        id, agent = self.an_interaction(floor, "after_contact_work", *(("talking",) * (self.random.random() < 0.2)))
        return cmd.ExtendAfterContactWork(interaction_id=id, agent_id=agent)

    def make_rate(self, floor: Floor) -> cmd.RateContact:
        id, _ = self.an_interaction(floor, "after_contact_work", "ended")
        i = floor.interaction(id)
        contact = i.contact_id if i and self.random.random() < 0.9 else "c1"
        return cmd.RateContact(contact_id=contact, interaction_id=id, score=self.random.randint(0, 6))

    def make_note(self, floor: Floor) -> cmd.AddNote:
        note = f"n{self.random.randint(1, 5)}"
        return cmd.AddNote(contact_id=f"c{self.contacts}", note_id=note, author=Party("agent", "a0"))

    def make_identify(self, floor: Floor) -> cmd.IdentifyCustomer:
        return cmd.IdentifyCustomer(contact_id=f"c{self.contacts}", customer_id=f"k{self.random.randint(1, 9)}")

    def make_agent(self, floor: Floor) -> cmd.DefineAgent:
        return self.agent(self.random.choice(self.agents))

    def make_queue(self, floor: Floor) -> cmd.DefineQueue:
        return self.queue(self.random.choice(self.queues))

    def make_retire_agent(self, floor: Floor) -> cmd.RetireAgent:
        return cmd.RetireAgent(agent_id=self.an_agent())

    def make_retire_queue(self, floor: Floor) -> cmd.RetireQueue:
        return cmd.RetireQueue(queue_id=self.random.choice((*self.queues, "q?")))
