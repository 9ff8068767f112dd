"""Random floors and random commands, valid and wrong ones mixed, for the twin and for the drills of the fold."""

from __future__ import annotations

from random import Random

from rexian.engine import commands as cmd
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Medium, Party, QueueSpec

START = 1_790_000_000_000
TENANTS = ("spruce", "river")
SKILLS = ("product:phone", "lang:en", "topic:billing", "tenant:spruce")
CHOICES = (
    ("accept", 24), ("start", 16), ("end", 9), ("wrap", 9), ("tick", 6), ("prove", 18), ("state", 9), ("post", 4),
    ("reject", 5), ("transfer", 6), ("presence", 4), ("read", 2), ("extend", 3), ("rate", 2), ("agent", 1.5),
    ("queue", 0.7), ("note", 1), ("identify", 1), ("retire_agent", 0.5), ("retire_queue", 0.1),
)  # fmt: skip
NEEDS = {
    "prove": "offer", "accept": "offer", "reject": "offer", "end": "talking", "transfer": "talking",
    "wrap": "after_contact_work", "extend": "after_contact_work", "rate": "ended", "read": "talking",
}  # fmt: skip


class Chance:
    """One random history; `command` looks at the floor to ask for something that mostly makes sense."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = START
        self.contacts = 0
        self.agents = [f"a{n}" for n in range(self.random.randint(1, 6))]
        self.queues = [f"q{n}" for n in range(self.random.randint(1, 4))]
        self.tenant_of = {queue: self.random.choice(TENANTS) for queue in self.queues}
        self.pace = self.random.choice((1, 300, 2_000, 8_000))
        weights = [weight * self.random.choice((0.3, 1, 1, 2)) for _, weight in CHOICES]
        self.names, self.weights = [name for name, _ in CHOICES], weights
        self.setup: list[cmd.AnyCommand] = [
            *(self.agent(id) for id in self.agents),
            *(self.queue(id) for id in self.queues),
            *(cmd.SetAgentState(agent_id=id, state="available") for id in self.agents),
        ]

    def envelope(self, floor: Floor, number: int) -> cmd.Envelope:
        if number < len(self.setup):
            command = self.setup[number]
        else:
            self.now += self.random.choice((0, 0, 1, self.pace, self.pace * self.random.randint(1, 6)))
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
        while True:
            name = self.random.choices(self.names, self.weights)[0]
            if NEEDS.get(name, name) in {name, *states} or self.random.random() < 0.02:
                return name

    # -- configuration -----------------------------------------------------------------------------------------------
    def needs(self, most: int) -> dict[str, int]:
        r = self.random
        return {skill: r.randint(1, 3) for skill in r.sample(SKILLS, r.choice((0, 0, 1, most)))}

    def agent(self, id: str) -> cmd.DefineAgent:
        r = self.random
        skills = {skill: r.randint(1, 5) for skill in r.sample(SKILLS, r.randint(1, 4))}
        capacity: dict[Medium, int] = {"chat": r.choice((1, 2, 3))}
        if r.random() < 0.4:
            capacity["voice"] = 1
        minor = tuple(skill for skill in SKILLS if r.random() < 0.25)
        return cmd.DefineAgent(
            agent=AgentSpec(id=id, skills=skills, minor=minor, capacity=capacity, no_answer_limit=r.choice((0, 1, 2)))
        )

    def queue(self, id: str) -> cmd.DefineQueue:
        r = self.random
        spec = QueueSpec(
            id=id, tenant_id=self.tenant_of[id], needs=self.needs(2), priority=r.choice((0, 0, 5_000, -3_000)),
            slope=r.choice((1, 1, 2, 5)), ring_ms=r.choice((5_000, 20_000)), proof_ms=r.choice((800, 9_000, 9_000)),
            acw_ms=r.choice((0, 3_000, 60_000)), acw_extensions=r.choice((0, 2)),
            away_waiting_ms=r.choice((4_000, 120_000)), away_talking_ms=r.choice((9_000, 900_000)),
            max_waiting=r.choice((0, 0, 5)), rating_ms=r.choice((0, 30_000, 300_000)),
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
        return cmd.StartContact(
            contact_id=f"c{self.contacts}", interaction_id=f"i{self.contacts}", tenant_id=tenant,
            customer_id=f"k{r.randint(1, 9)}", queue_id=queue, medium=r.choice(("chat", "chat", "voice")),
            needs=self.needs(1), credit_ms=r.choice((0, 0, 4_000)),
        )  # fmt: skip

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

    def make_post(self, floor: Floor) -> cmd.PostMessage:
        id, agent = self.an_interaction(floor, "queued", "offered", "talking", "talking")
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
        id, _ = self.an_interaction(floor, "queued", "offered", "talking")
        return cmd.SetCustomerPresence(interaction_id=id, present=self.random.random() < 0.4)

    def make_end(self, floor: Floor) -> cmd.EndInteraction:
        id, agent = self.an_interaction(floor, "talking", *(("queued", "offered") * (self.random.random() < 0.2)))
        by = self.random.choice((Party("customer", "k1"), Party("agent", agent), Party("agent", agent)))
        return cmd.EndInteraction(interaction_id=id, by=by)

    def make_wrap(self, floor: Floor) -> cmd.WrapUp:
        id, agent = self.an_interaction(floor, "after_contact_work", *(("ended",) * (self.random.random() < 0.1)))
        return cmd.WrapUp(interaction_id=id, agent_id=agent, disposition=self.random.choice(("solved", "", "other")))

    def make_extend(self, floor: Floor) -> cmd.ExtendAfterContactWork:
        id, agent = self.an_interaction(floor, "after_contact_work")
        return cmd.ExtendAfterContactWork(interaction_id=id, agent_id=agent)

    def make_rate(self, floor: Floor) -> cmd.RateContact:
        id, _ = self.an_interaction(floor, "after_contact_work", "ended")
        contact = "c" + id[1:] if self.random.random() < 0.9 else "c1"
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
