"""How quickly the engine decides, against the naive twin on the same floor and the same commands.

The floor: 2,000 agents in 200 teams of different skills, 60 skills, 60 queues that ask for one or two skills at a
level, 10,000 contacts waiting. One process, one thread, no journal.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from random import Random
from time import process_time

from tests.engine.twin import Twin

from bench.report import arguments, figure
from rexian.engine import commands as cmd
from rexian.engine.core import blocks
from rexian.engine.events import AnyEvent, InteractionOffered
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Party, QueueSpec

SKILLS = [f"skill:{n}" for n in range(60)]
SOMEBODY = Party("system", "bench")
CUSTOMER = Party("customer", "k")


class Hall:
    """Commands for a floor of a given size; the same seed makes the same floor."""

    def __init__(self, agents: int, waiting: int, teams: int = 200) -> None:
        self.random = Random(1)
        self.agents, self.waiting = agents, waiting
        self.teams = [
            {skill: self.random.randint(2, 5) for skill in self.random.sample(SKILLS, 6)} for _ in range(teams)
        ]
        self.now = 1_790_000_000_000
        self.started = 0

    def queues(self) -> list[cmd.AnyCommand]:
        return [
            cmd.DefineQueue(
                queue=QueueSpec(
                    id=f"q{n}",
                    tenant_id="t",
                    needs=dict.fromkeys((SKILLS[n], *self.random.sample(SKILLS, n % 2)), 2),
                    slope=1 + n % 2,
                    priority=n % 3 * 10_000,
                )
            )
            for n in range(60)
        ]

    def people(self) -> list[cmd.AnyCommand]:
        return [
            cmd.DefineAgent(agent=AgentSpec(id=f"a{n}", skills=self.teams[n % len(self.teams)], capacity={"chat": 1}))
            for n in range(self.agents)
        ]

    def start(self) -> cmd.StartContact:
        self.started += 1
        return cmd.StartContact(
            contact_id=f"c{self.started}",
            interaction_id=f"i{self.started}",
            tenant_id="t",
            customer_id="k",
            queue_id=f"q{self.random.randrange(60)}",
            medium="chat",
        )

    def setup(self) -> list[cmd.AnyCommand]:
        return [*self.queues(), *(self.start() for _ in range(self.waiting)), *self.people()]

    def envelope(self, command: cmd.AnyCommand) -> cmd.Envelope:
        self.now += 1
        return cmd.Envelope(id="bench", at=self.now, by=SOMEBODY, command=command)


def timed(work: Callable[[], object]) -> float:
    """Seconds of this process, however busy the machine; the garbage collector is held off as the runtime does."""
    gc.collect()
    gc.disable()
    began = process_time()
    work()
    took = process_time() - began
    gc.enable()
    return took


def filled(hall: Hall) -> Floor:
    floor = Floor()
    for command in hall.setup():
        floor.decide(hall.envelope(command))
    return floor


def ready(hall: Hall, count: int) -> list[cmd.Envelope]:
    return [hall.envelope(cmd.SetAgentState(agent_id=f"a{n}", state="available")) for n in range(count)]


def pulls_against_the_twin(as_json: bool) -> None:
    """An agent becomes available and is offered the right one of 10,000: the whole command, events and all."""
    hall, peer = Hall(2_000, 10_000), Twin()
    floor = Floor()
    for command in hall.setup():
        envelope = hall.envelope(command)
        floor.decide(envelope)
        peer.decide(envelope)
    envelopes, few = ready(hall, 2_000), 40
    ours: list[list[object]] = []
    theirs: list[list[object]] = []
    seconds = timed(lambda: ours.extend(floor.decide(envelope) for envelope in envelopes))
    peer_seconds = timed(lambda: theirs.extend(peer.decide(envelope) for envelope in envelopes[:few]))
    assert theirs == ours[:few], "the twin must agree"
    rate, peer_rate = len(envelopes) / seconds, few / peer_seconds
    figure("engine.pull_command", rate, "1/s", "naive twin", peer_rate, as_json=as_json)


def choices(hall: Hall, floor: Floor, rounds: int) -> float:
    """Decisions alone, without events: which of all that wait suits this agent and is first, and which would be next;
    the first goes, another comes.
    """
    core, now = floor._core, hall.now
    best, displace, place = core.matcher.best_interactions, core.matcher.displace, core.matcher.place
    able = []
    for agent in floor.agents():
        agent.wanted = "available"
        core.matcher.file(agent)
        if best(agent, now, blocks)[0] is not None:
            able.append(agent)
    order = [hall.random.choice(able) for _ in range(rounds)]

    def work() -> None:
        for agent in order:
            found, _ = best(agent, now, blocks)
            assert found is not None
            displace(found.id)
            found.since += 20_000_000  # it comes in again as a newcomer at the end
            place(found, core.request_of(found), core.key_of(found))

    return rounds / timed(work)


def decisions(as_json: bool) -> None:
    hall = Hall(2_000, 10_000)
    small = choices(hall, filled(hall), 60_000)
    figure("engine.pull_decision", small, "1/s", "goal", 100_000, as_json=as_json)
    hall = Hall(20_000, 100_000)
    large = choices(hall, filled(hall), 60_000)
    figure("engine.pull_decision_10x", 1e6 / large, "µs", "1x", 1e6 / small, as_json=as_json)


def quick_contact() -> float:
    """A call from start to wrap-up and gone: four commands, eight events, nobody waiting, forgotten by the minute."""
    floor, hall, rounds = Floor(), Hall(400, 0, teams=20), 20_000
    for command in hall.queues()[:20]:
        floor.decide(hall.envelope(command))
    for number in range(400):
        skills = {SKILLS[(number + n) % 20]: 3 for n in range(4)}
        agent = AgentSpec(id=f"a{number}", skills=skills, capacity={"chat": 1, "voice": 1})
        floor.decide(hall.envelope(cmd.DefineAgent(agent=agent)))
        floor.decide(hall.envelope(cmd.SetAgentState(agent_id=agent.id, state="available")))
    floor.decide(
        hall.envelope(cmd.DefineQueue(queue=QueueSpec(id="q", tenant_id="t", needs={SKILLS[0]: 2}, rating_ms=0)))
    )

    def work() -> None:
        for number in range(rounds):
            start = cmd.StartContact(contact_id=f"c{number}", interaction_id=f"i{number}", tenant_id="t",
                                     customer_id="k", queue_id="q", medium="voice")  # fmt: skip
            offer = floor.decide(hall.envelope(start))[2]
            assert isinstance(offer, InteractionOffered)
            id, agent = offer.interaction_id, offer.agent_id
            floor.decide(hall.envelope(cmd.AcceptOffer(offer_id=offer.offer_id, agent_id=agent)))
            floor.decide(hall.envelope(cmd.EndInteraction(interaction_id=id, by=Party("agent", agent))))
            floor.decide(hall.envelope(cmd.WrapUp(interaction_id=id, agent_id=agent, disposition="solved")))
            if number % 2_000 == 1_999:
                hall.now += 120_000
                floor.decide(hall.envelope(cmd.Tick()))

    return 1e6 * timed(work) / rounds


def compiled(interpreter: str, as_json: bool) -> None:
    """The cost of a contact with the engine of another interpreter, against this one's: in turns, the best of three."""
    program = "import rexian.engine.core as core, bench.engine as bench; print(core.__file__, bench.quick_contact())"
    here, there = (dict(os.environ), sys.executable), ({**os.environ, "PYTHONPATH": os.getcwd()}, interpreter)
    best: dict[str, float] = {}
    for env, python in (here, there) * 3:
        told = subprocess.run([python, "-c", program], env=env, capture_output=True, text=True, check=True).stdout
        file, microseconds = told.split()
        kind = "pure" if file.endswith(".py") else "compiled"
        best[kind] = min(float(microseconds), best.get(kind, float("inf")))
    figure("engine.quick_contact_compiled", best["compiled"], "µs", "pure", best["pure"], as_json=as_json)


def self_service(as_json: bool) -> None:
    """A demand that a machine has met: one command, one event."""
    floor, hall, rounds = Floor(), Hall(0, 0), 50_000

    def work() -> None:
        for number in range(rounds):
            served = cmd.RecordSelfService(contact_id=f"c{number}", tenant_id="t", customer_id="k", medium="voice")
            floor.decide(hall.envelope(served))

    figure("engine.self_service", 1e6 * timed(work) / rounds, "µs", as_json=as_json)


def whole_contacts(as_json: bool) -> None:
    """Start, accept, one message each way, end, wrap up, with 10,000 waiting all the time: six commands, ten events."""
    hall = Hall(2_000, 10_000)
    floor = filled(hall)
    offers = [event for envelope in ready(hall, 2_000) for event in floor.decide(envelope)]
    ringing = [event for event in offers if isinstance(event, InteractionOffered)]
    rounds, events = 5_000, 0

    def work() -> None:
        nonlocal events
        for number in range(rounds):
            offer = ringing[number]
            agent = Party("agent", offer.agent_id)
            id = offer.interaction_id
            made = []
            for command in (
                hall.start(),
                cmd.AcceptOffer(offer_id=offer.offer_id, agent_id=offer.agent_id),
                cmd.PostMessage(interaction_id=id, message_id="m1", author=CUSTOMER),
                cmd.PostMessage(interaction_id=id, message_id="m2", author=agent),
                cmd.EndInteraction(interaction_id=id, by=agent),
                cmd.WrapUp(interaction_id=id, agent_id=offer.agent_id, disposition="solved"),
            ):
                hall.now -= 1  # all within one instant, so that no offer grows old
                made += floor.decide(hall.envelope(command))
            events += len(made)
            ringing.extend(event for event in made if isinstance(event, InteractionOffered))

    seconds = timed(work)
    figure("engine.contacts", rounds / seconds, "1/s", as_json=as_json)
    figure("engine.events", events / seconds, "1/s", as_json=as_json)


def keeping(as_json: bool) -> None:
    """Snapshot, restore and fold of a floor with 10,000 waiting."""
    hall = Hall(2_000, 10_000)
    floor, empty, journal = Floor(), Floor(), list[AnyEvent]()
    for command in hall.setup():
        journal += floor.decide(hall.envelope(command))
    snapshot = floor.snapshot()

    def fold() -> None:
        for event in journal:
            empty.apply(event)

    figure("engine.snapshot", 1e3 * timed(floor.snapshot), "ms", as_json=as_json)
    figure("engine.snapshot_size", len(snapshot) / 1e6, "MB", as_json=as_json)
    figure("engine.restore", 1e3 * timed(lambda: Floor.restore(snapshot)), "ms", as_json=as_json)
    seconds = timed(fold)
    assert empty.checksum() == floor.checksum(), "the fold must be the floor"
    figure("engine.fold", len(journal) / seconds, "events/s", as_json=as_json)


def memory(as_json: bool) -> None:
    """What 100,000 waiting contacts and 5,000 agents take; measured first, for the system only tells the peak."""
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kept = filled(Hall(5_000, 100_000))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert len(list(kept.contacts())) == 100_000
    figure("engine.memory_100k_waiting_5k_agents", grown / 1024, "MB", as_json=as_json)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument(
        "--compiled", metavar="PYTHON", help="only: the interpreter whose rexian is compiled, against it"
    )
    given = parser.parse_args()
    as_json: bool = given.json
    if given.compiled:
        compiled(given.compiled, as_json)
        return
    memory(as_json)
    keeping(as_json)
    pulls_against_the_twin(as_json)
    decisions(as_json)
    whole_contacts(as_json)
    figure("engine.quick_contact", quick_contact(), "µs", "goal", 60, as_json=as_json)
    self_service(as_json)


if __name__ == "__main__":
    main()
