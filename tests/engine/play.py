"""A floor on a stage: short verbs, a clock that the test turns, everything that happened in `log`."""

from __future__ import annotations

from typing import Any

import msgspec

from rexian.engine import commands as cmd
from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.specs import AgentSpec, Party, QueueSpec
from rexian.engine.state import Agent, Interaction, Offer

START = 1_790_000_000_000
CUSTOMER = Party("customer", "周先生")


class Play:
    def __init__(self) -> None:
        self.floor = Floor()
        self.now = START
        self.log: list[AnyEvent] = []

    # -- asking ------------------------------------------------------------------------------------------------------
    def do(self, command: cmd.AnyCommand) -> list[AnyEvent]:
        events = self.floor.decide(cmd.Envelope(id="1", at=self.now, by=Party("system", "test"), command=command))
        self.log += events
        return events

    def refused(self, command: cmd.AnyCommand) -> str:
        """The code of the refusal, which must not have changed anything."""
        before = self.floor.checksum()
        try:
            events = self.do(command)
        except Refusal as refusal:
            assert self.floor.checksum() == before
            return refusal.code
        raise AssertionError(f"not refused: {events}")

    def after(self, ms: int) -> list[AnyEvent]:
        """Let time pass; Ticks come exactly when the floor asks for them."""
        until, events = self.now + ms, list[AnyEvent]()
        while (due := self.floor.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            events += self.do(cmd.Tick())
        self.now = until
        return events

    # -- the cast ----------------------------------------------------------------------------------------------------
    def queue(self, id: str = "q", **spec: Any) -> None:
        self.do(cmd.DefineQueue(queue=QueueSpec(id=id, **{"tenant_id": "云杉", **spec})))

    def agent(self, id: str, skills: dict[str, int] | None = None, *, ready: bool = True, **spec: Any) -> None:
        spec = {"capacity": {"chat": 1}, **spec}
        self.do(cmd.DefineAgent(agent=AgentSpec(id=id, skills=skills or {}, **spec)))
        if ready:
            self.ready(id)

    def ready(self, id: str) -> list[AnyEvent]:
        return self.do(cmd.SetAgentState(agent_id=id, state="available"))

    def pause(self, id: str, reason: str = "break") -> list[AnyEvent]:
        return self.do(cmd.SetAgentState(agent_id=id, state="not_ready", reason=reason))

    def start_command(self, id: str, queue: str = "q", **more: Any) -> cmd.StartContact:
        fields = {"tenant_id": "云杉", "customer_id": "周先生", "medium": "chat", **more}
        return cmd.StartContact(contact_id=f"c-{id}", interaction_id=id, queue_id=queue, **fields)

    def start(self, id: str, queue: str = "q", **more: Any) -> list[AnyEvent]:
        return self.do(self.start_command(id, queue, **more))

    # -- the acts ----------------------------------------------------------------------------------------------------
    def ringing(self, id: str) -> Offer:
        offer = self.floor.offer(str(self.i(id).offer_id))
        assert offer is not None, f"{id} does not ring"
        return offer

    def rings_at(self, id: str) -> str | None:
        return self.i(id).agent_id if self.i(id).state == "offered" else None

    def prove(self, id: str) -> list[AnyEvent]:
        offer = self.ringing(id)
        return self.do(cmd.ProveOffer(offer_id=offer.id, agent_id=offer.agent_id))

    def accept(self, id: str) -> list[AnyEvent]:
        offer = self.ringing(id)
        return self.do(cmd.AcceptOffer(offer_id=offer.id, agent_id=offer.agent_id))

    def reject(self, id: str) -> list[AnyEvent]:
        offer = self.ringing(id)
        return self.do(cmd.RejectOffer(offer_id=offer.id, agent_id=offer.agent_id, reason="busy"))

    def say(self, id: str, message: str, agent: str | None = None) -> list[AnyEvent]:
        author = Party("agent", agent) if agent else CUSTOMER
        return self.do(cmd.PostMessage(interaction_id=id, message_id=message, author=author))

    def transfer(self, id: str, *, queue: str | None = None, agent: str | None = None) -> list[AnyEvent]:
        return self.do(self.transfer_command(id, queue=queue, agent=agent))

    def transfer_command(
        self, id: str, *, queue: str | None = None, agent: str | None = None
    ) -> cmd.TransferInteraction:
        by = str(self.i(id).agent_id)
        return cmd.TransferInteraction(interaction_id=id, agent_id=by, to_queue_id=queue, to_agent_id=agent)

    def end(self, id: str, by: Party = CUSTOMER) -> list[AnyEvent]:
        return self.do(cmd.EndInteraction(interaction_id=id, by=by))

    def wrap(self, id: str, disposition: str = "solved") -> list[AnyEvent]:
        return self.do(cmd.WrapUp(interaction_id=id, agent_id=str(self.i(id).agent_id), disposition=disposition))

    def handled(self, id: str, queue: str = "q") -> None:
        """A whole contact, from start to wrap-up, at one instant."""
        self.start(id, queue)
        self.accept(id)
        self.end(id)
        self.wrap(id)

    # -- looking -----------------------------------------------------------------------------------------------------
    def i(self, id: str) -> Interaction:
        interaction = self.floor.interaction(id)
        assert interaction is not None, f"{id} is not there"
        return interaction

    def a(self, id: str) -> Agent:
        agent = self.floor.agent(id)
        assert agent is not None, f"{id} is not there"
        return agent


def names(events: list[AnyEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def only(events: list[AnyEvent], kind: type[Any]) -> Any:
    """The one event of that kind."""
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


def plain(event: AnyEvent) -> dict[str, Any]:
    """Without the instant, to compare."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    fields.pop("at")
    return fields
