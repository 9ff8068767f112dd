"""A stage for live calls: the short verbs of `Play`, and those of the telephone."""

from __future__ import annotations

from typing import Any

from rexian.engine import commands as cmd
from rexian.engine.events import AnyEvent
from rexian.engine.specs import Party
from tests.engine.play import Play

VOICE = {"voice": 1}


class CallPlay(Play):
    def agent(self, id: str, skills: dict[str, int] | None = None, *, ready: bool = True, **spec: Any) -> None:
        super().agent(id, skills, ready=ready, **{"capacity": VOICE, **spec})

    def talk(self, id: str, agent: str, queue: str = "q") -> None:
        """This agent, the only one who is free, talks with a customer."""
        self.start(id, queue, medium="voice")
        assert self.rings_at(id) == agent
        self.accept(id)

    # -- commands ----------------------------------------------------------------------------------------------------
    def receive_command(self, id: str, **more: Any) -> cmd.ReceiveContact:
        fields = {"tenant_id": "云杉", "customer_id": "周先生", "medium": "voice", "entry": "hotline", **more}
        return cmd.ReceiveContact(contact_id=f"c-{id}", interaction_id=id, **fields)

    def receive(self, id: str, **more: Any) -> list[AnyEvent]:
        return self.do(self.receive_command(id, **more))

    def queue_command(self, id: str, queue: str = "q", **more: Any) -> cmd.QueueInteraction:
        return cmd.QueueInteraction(interaction_id=id, queue_id=queue, **more)

    def hold(self, id: str, on: bool = True) -> list[AnyEvent]:
        return self.do(cmd.SetHold(interaction_id=id, agent_id=str(self.i(id).agent_id), on=on))

    def consult_command(self, id: str, *, queue: str | None = None, agent: str | None = None) -> cmd.Consult:
        by = str(self.i(id).agent_id)
        return cmd.Consult(
            interaction_id=id, agent_id=by, consult_id=f"{id}-consult", to_queue_id=queue, to_agent_id=agent
        )

    def consult(self, id: str, *, queue: str | None = None, agent: str | None = None) -> list[AnyEvent]:
        return self.do(self.consult_command(id, queue=queue, agent=agent))

    def complete_command(self, id: str) -> cmd.CompleteTransfer:
        by = str(self.i(id).agent_id)
        return cmd.CompleteTransfer(interaction_id=id, agent_id=by, consult_id=f"{id}-consult")

    def complete(self, id: str) -> list[AnyEvent]:
        return self.do(self.complete_command(id))

    def join(self, id: str, person: str, role: Any = "listen") -> list[AnyEvent]:
        return self.do(cmd.JoinInteraction(interaction_id=id, person_id=person, role=role))

    def external(self, id: str, participant: str) -> list[AnyEvent]:
        by = str(self.i(id).agent_id)
        return self.do(cmd.AddExternal(interaction_id=id, agent_id=by, participant_id=participant))

    def take_over(self, id: str, agent: str) -> list[AnyEvent]:
        return self.do(cmd.TakeOver(interaction_id=id, agent_id=agent))

    def recording(self, id: str, state: Any, why: str = "", by: Party | None = None) -> list[AnyEvent]:
        who = by or Party("system", "voice")
        return self.do(cmd.SetRecording(interaction_id=id, by=who, state=state, why=why))
