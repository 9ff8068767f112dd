"""A floor without a database: commands are decided and committed at once. For tests of what is pushed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from rexian.engine.codec import encode_event
from rexian.engine.commands import AnyCommand, Envelope, PostMessage
from rexian.engine.floor import Floor
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Party
from rexian.kit.clock import FakeClock
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Committed, Content, Listener, Receipt, Refused
from rexian.web.feed.facts import Talk
from rexian.web.feed.hub import Hub
from rexian.web.feed.live import OPEN, LiveView
from rexian.web.feed.names import AgentCard, Names, Title
from rexian.web.feed.story import Story
from tests.engine.randomly import Chance

T = TypeVar("T")


class InstantFloor:
    """A `FloorPort` whose commit always succeeds."""

    def __init__(self, clock: FakeClock) -> None:
        self.floor_id = "floor"
        self.epoch = 1
        self.seq = 0
        self.floor = Floor()
        self.journal: list[Committed] = []
        self._clock = clock
        self._listeners: list[Listener] = []

    def decide(self, envelope: Envelope, content: Content | None = None) -> list[Committed]:
        try:
            events = self.floor.decide(envelope)
        except Refusal as refusal:
            raise Refused(refusal.code, **refusal.detail) from None
        batch = [
            Committed(
                floor_id="floor", seq=self.seq + n, event=event, by=envelope.by, command_id=envelope.id,
                content=content if getattr(event, "message_id", "") == (content.id if content else None) else None,
            )
            for n, event in enumerate(events, 1)
        ]  # fmt: skip
        self.seq += len(batch)
        self.journal += batch
        for listener in self._listeners if batch else ():
            listener(batch)
        return batch

    async def submit(self, command: AnyCommand, *, id: str, by: Party, content: Sequence[Content] = ()) -> Receipt:
        envelope = Envelope(id=id, at=self._clock.now_ms(), by=by, command=command)
        batch = self.decide(envelope, content[0] if content else None)
        return Receipt(seq=self.seq, committed=tuple(batch))

    async def ask(self, question: Callable[[Floor], T]) -> T:
        return question(self.floor)

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def words(self, interaction_id: str) -> list[Committed]:
        """The committed messages of an interaction."""
        return [
            item for item in self.journal
            if type(item.event).__name__ == "MessagePosted" and item.event.interaction_id == interaction_id  # type: ignore[union-attr]
        ]  # fmt: skip


class RandomHistory:
    """H1's random commands on an instant floor, with a hub that follows it."""

    def __init__(self, seed: int) -> None:
        self.clock = FakeClock()
        self.port = InstantFloor(self.clock)
        self.mirror = Mirror(self.port)
        self.names = Names()
        self.chance = Chance(seed)
        self.random = Random(seed)
        self._number = 0
        for agent in self.chance.agents:
            employer = self.random.choice(("spruce", "river"))
            self.names.agents[agent] = AgentCard(name=f"坐席{agent}", tenant_id=employer, team=Title("一组", "Team 1"))
        for queue in self.chance.queues:
            self.names.queues[queue] = Title(f"队列{queue}", f"Queue {queue}")
        self.hub = self.make_hub()

    def make_hub(self) -> Hub:
        return Hub(self.mirror, LiveView(self.mirror, self.names), self.clock, self.talks, self.story)

    async def start(self) -> None:
        await self.mirror.start()
        await self.hub.start()

    async def talks(self) -> dict[str, Talk]:
        """As the database has them."""
        found: dict[str, Talk] = {}
        for interaction in self.mirror.floor.interactions():
            if interaction.state not in OPEN:
                continue
            for item in self.port.words(interaction.id):
                event, text = item.event, item.content.text if item.content else ""
                talk = found.setdefault(interaction.id, Talk())
                talk.number, talk.at, talk.text, talk.author_kind = event.number, event.at, text, event.author.kind  # type: ignore[union-attr]
                if event.author.kind == "customer":  # type: ignore[union-attr]
                    talk.said = text
                    talk.numbers.append(event.number)  # type: ignore[union-attr]
        return found

    async def story(self, contact_id: str) -> Story:
        story = Story(contact_id, self.names, lambda file_id: None)
        for item in self.port.journal:
            if getattr(item.event, "contact_id", None) == contact_id:
                for collection, id, value in story.take(item):
                    assert value is not None
                    story.view[collection][id] = value
        return story

    def step(self) -> None:
        """One random command, carried out or refused."""
        envelope = self.chance.envelope(self.port.floor, self._number)
        self._number += 1
        self.clock.set(max(self.clock.now_ms(), envelope.at))
        content = None
        if isinstance(envelope.command, PostMessage):
            content = Content(
                id=envelope.command.message_id, tenant_id="spruce", contact_id="", interaction_id=None,
                author=envelope.command.author, kind="text", text=f"第{self._number}句",
            )  # fmt: skip
        try:
            self.port.decide(envelope, content)
        except Refused:
            return

    def learn_names(self) -> None:
        """Customers' names come in, as far as somebody has missed them."""
        missing = self.names.take_missing()
        self.names.put_customers((id, f"客户{id}") for id in missing)
        self.hub.renamed(frozenset(missing))

    def digest(self) -> bytes:
        return b"".join(encode_event(item.event) for item in self.port.journal)
