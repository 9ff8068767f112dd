"""Random commands about live calls, for `randomly.Chance`: mostly what makes sense, now and then what does not."""

from __future__ import annotations

from random import Random
from typing import Any

from rexian.engine import commands as cmd
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.engine.state import Interaction
from tests.engine.random_policies import REGIONS

CALL_CHOICES = (
    ("receive", 5), ("queue_it", 8), ("receive_again", 0.4), ("note_reception", 1), ("hold", 4), ("consult", 5),
    ("consult_again", 0.3), ("complete", 6), ("give_up", 2), ("join", 3), ("external", 2), ("leave", 1),
    ("take_over", 2), ("recording", 2), ("stored", 1),
)  # fmt: skip
CALL_NEEDS = {
    "queue_it": "reception", "hold": "talking", "consult": "talking", "complete": "consult", "give_up": "consult",
    "join": "talking", "external": "talking", "leave": "talking", "take_over": "talking", "recording": "talking",
}  # fmt: skip
LONG = "x" * 65


class RandomCalls:
    """`random`, `agents`, `queues` and the rest are `Chance`'s."""

    random: Random
    agents: list[str]
    queues: list[str]
    contacts: int
    tenant_of: dict[str, str]
    urgent: float
    received: cmd.ReceiveContact | cmd.QueueInteraction | None = None
    asked: cmd.Consult | cmd.CompleteTransfer | None = None
    consults = 0

    def needs(self, most: int) -> dict[str, int]:
        raise NotImplementedError

    def an_agent(self) -> str:
        raise NotImplementedError

    def an_interaction(self, floor: Floor, *states: str) -> tuple[str, str]:
        raise NotImplementedError

    def an_odd(self, text: str) -> str:
        return LONG if self.random.random() < 0.03 else text

    # -- reception ---------------------------------------------------------------------------------------------------
    def make_receive(self, floor: Floor) -> cmd.ReceiveContact:
        r = self.random
        self.contacts += r.random() < 0.97
        attributes = {"region": r.choice(REGIONS)} if r.random() < 0.9 else {"": "x"}
        self.received = cmd.ReceiveContact(
            contact_id=f"c{self.contacts}", interaction_id=f"i{self.contacts}", customer_id=f"k{r.randint(1, 9)}",
            tenant_id=r.choice([self.tenant_of[queue] for queue in self.queues]), attributes=attributes,
            medium=r.choice(("chat", "chat", "voice")), entry="site" if r.random() < 0.98 else "x" * 121,
        )  # fmt: skip
        return self.received

    def make_queue_it(self, floor: Floor) -> cmd.QueueInteraction:
        r = self.random
        id, _ = self.an_interaction(floor, "reception")
        i = floor.interaction(id)
        suiting = [queue for queue in self.queues if i and self.tenant_of[queue] == i.tenant_id and r.random() < 0.97]
        self.received = cmd.QueueInteraction(
            interaction_id=id, queue_id=r.choice(suiting or [*self.queues, "q?"]), needs=self.needs(1),
            credit_ms=10**13 if r.random() < 0.01 else r.choice((0, 0, 4_000)),
            attributes={"region": r.choice(REGIONS)} if r.random() < 0.3 else {},
            last_agent_id=self.an_agent() if r.random() < 0.25 else None,
            named_agent_id=self.an_agent() if r.random() < 0.2 else None, emergency=r.random() < self.urgent,
        )  # fmt: skip
        return self.received

    def make_receive_again(self, floor: Floor) -> cmd.AnyCommand:
        return self.received or self.make_receive(floor)

    def make_note_reception(self, floor: Floor) -> cmd.NoteReception:
        id, _ = self.an_interaction(floor)
        node = self.random.choice(("menu", "menu", "menu", ""))
        return cmd.NoteReception(interaction_id=id, node=node, kind="choice", value=self.an_odd("1"))

    # -- while they talk ---------------------------------------------------------------------------------------------
    def make_hold(self, floor: Floor) -> cmd.SetHold:
        id, agent = self.an_interaction(floor, "talking")
        return cmd.SetHold(interaction_id=id, agent_id=agent, on=self.random.random() < 0.6)

    def make_join(self, floor: Floor) -> cmd.JoinInteraction:
        r = self.random
        id, _ = self.an_interaction(floor, "talking")
        person = r.choice((self.an_agent(), *(f"s{n}" for n in range(7)), "e0"))
        role = r.choice(("listen", "whisper", "barge"))
        return cmd.JoinInteraction(interaction_id=self.a_crowd(floor) or id, person_id=person, role=role)

    def make_external(self, floor: Floor) -> cmd.AddExternal:
        id, agent = self.an_interaction(floor, "talking")
        crowd = self.a_crowd(floor)
        if crowd:
            id, agent = crowd, str(floor.interaction(crowd).agent_id)  # type: ignore[union-attr]
        person = f"{self.random.choice('eeeees')}{self.random.randint(0, 4)}"
        return cmd.AddExternal(interaction_id=id, agent_id=agent, participant_id=person)

    def a_crowd(self, floor: Floor) -> str:
        """Where somebody has joined already: else it never gets full."""
        crowds = [i.id for i in floor.interactions() if i.participants]
        return self.random.choice(crowds) if crowds and self.random.random() < 0.8 else ""

    def make_leave(self, floor: Floor) -> cmd.LeaveInteraction:
        id, _ = self.an_interaction(floor, "talking")
        id = self.a_crowd(floor) or id
        i = floor.interaction(id)
        person = self.random.choice([*(i.participants if i else ()), "s0"])
        return cmd.LeaveInteraction(interaction_id=id, person_id=person, why=self.an_odd("left"))

    def make_take_over(self, floor: Floor) -> cmd.TakeOver:
        id, _ = self.an_interaction(floor, "talking")
        i = floor.interaction(id)
        there = [person for person in (i.participants if i else ()) if floor.agent(person)]
        taker = self.random.choice(there) if there and self.random.random() < 0.5 else self.an_agent()
        return cmd.TakeOver(interaction_id=id, agent_id=taker)

    # -- consultation ------------------------------------------------------------------------------------------------
    def make_consult(self, floor: Floor) -> cmd.Consult:
        r = self.random
        id, agent = self.an_interaction(floor, "talking")
        self.consults += r.random() < 0.97
        to_queue = r.choice(self.queues) if r.random() < 0.6 else None
        to_agent = self.an_agent() if to_queue is None or r.random() < 0.03 else None
        self.asked = cmd.Consult(
            interaction_id=id,
            agent_id=agent,
            consult_id=f"x{self.consults}",
            to_queue_id=to_queue,
            to_agent_id=to_agent,
        )
        return self.asked

    def make_consult_again(self, floor: Floor) -> cmd.AnyCommand:
        return self.asked or self.make_consult(floor)

    def a_consult(self, floor: Floor) -> tuple[Interaction, Interaction] | None:
        """(consultation, what it is about), best one that talks."""
        found = [i for i in floor.interactions() if i.is_consult and i.state != "ended"]
        talking = [i for i in found if i.state == "talking"]
        if not found:
            return None
        chosen = self.random.choice(talking if talking and self.random.random() < 0.9 else found)
        return chosen, floor.interaction(str(chosen.consult_of))  # type: ignore[return-value]

    def make_complete(self, floor: Floor) -> cmd.CompleteTransfer:
        found = self.a_consult(floor)
        id, agent = self.an_interaction(floor, "talking")
        if not found:
            return cmd.CompleteTransfer(interaction_id=id, agent_id=agent, consult_id=id)
        consult, primary = found
        if self.random.random() < 0.95:
            id, agent = primary.id, str(primary.agent_id)
        who = agent if self.random.random() < 0.95 else self.an_agent()
        self.asked = cmd.CompleteTransfer(interaction_id=id, agent_id=who, consult_id=consult.id)
        return self.asked

    def make_give_up(self, floor: Floor) -> cmd.EndInteraction:
        found = self.a_consult(floor)
        id, agent = self.an_interaction(floor, "talking")
        if found:
            id = found[0].id
            agent = self.random.choice([str(one.agent_id) for one in found])
        by = Party("customer", "k1") if self.random.random() < 0.1 else Party("agent", agent)
        return cmd.EndInteraction(interaction_id=id, by=by)

    # -- recording ---------------------------------------------------------------------------------------------------
    def make_recording(self, floor: Floor) -> cmd.SetRecording:
        r = self.random
        id, agent = self.an_interaction(floor, *(("talking", "reception", "queued") if r.random() < 0.9 else ()))
        by = r.choice((Party("agent", agent), Party("system", "voice")))
        state: Any = r.choice(("on", "on", "paused", "off"))
        return cmd.SetRecording(interaction_id=id, by=by, state=state, why=self.an_odd("card"))

    def make_stored(self, floor: Floor) -> cmd.NoteRecording:
        r = self.random
        id, _ = self.an_interaction(floor)
        sha256 = r.choice(("0f" * 32, "0f" * 32, "0f" * 31, "0F" * 32))
        return cmd.NoteRecording(
            interaction_id=id, recording_id=f"r{r.randint(1, 9)}", sha256=sha256,
            duration_ms=r.choice((0, 90_000, -1)), size=r.choice((0, 44, 2**60 if r.random() < 0.1 else 4_096)),
        )  # fmt: skip
