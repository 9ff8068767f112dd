"""Open chats of one floor: which sockets follow which contact, and what they are told when something happens.

It follows the mirror, so that a customer hears of nothing that is not committed. Everything here is synchronous; a
socket that is attached sees every later event exactly once, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from rexian.channels.chat import wire
from rexian.channels.chat.reading import Post
from rexian.channels.chat.wire import Position
from rexian.engine import events
from rexian.engine.state import Interaction
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Committed, Content

_log = log.get(__name__)
OPEN = ("queued", "offered", "talking")


class ChatSocket(Protocol):
    """A customer's socket as its line knows it."""

    wire: wire.Wire
    own: dict[str, str]  # message id → id of the ask that waits for its ack
    last_position: Position | None

    def send(self, payload: bytes) -> None: ...

    def restart(self) -> None:
        """Make the page come back and resume: this socket has lost the thread."""
        ...


class Lines:
    """The open chats of one floor."""

    def __init__(
        self, mirror: Mirror, clock: Clock, agent_name: Callable[[str], str],
        file_view: Callable[[str | None], wire.FileView | None], restart_away_ms: int,
    ) -> None:  # fmt: skip
        self.mirror = mirror
        self._clock = clock
        self._agent_name = agent_name
        self._file_view = file_view
        self._restart_away_ms = restart_away_ms
        self._sockets: dict[str, set[ChatSocket]] = {}
        self.gone: dict[str, int] = {}  # interaction → instant from which its customer counts as away
        self.open_of: dict[str, str] = {}  # customer → open contact
        self._starting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        mirror.watch(self._take, self._reset)
        if mirror.ready:
            self._reset()

    def _reset(self) -> None:
        """After a (re)start nobody is here yet: whoever doesn't come back in time is away."""
        due = self._clock.now_ms() + self._restart_away_ms
        floor = self.mirror.floor
        self.open_of = {}
        for interaction in floor.interactions():
            if interaction.medium != "chat" or interaction.state not in OPEN:
                continue
            if contact := floor.contact(interaction.contact_id):
                self.open_of[contact.customer_id] = contact.id
            if interaction.contact_id not in self._sockets and not interaction.away_due_at:
                self.gone.setdefault(interaction.id, due)
        for sockets in list(self._sockets.values()):
            for socket in list(sockets):
                socket.restart()

    # -- sockets -------------------------------------------------------------------------------------------------------
    def starting(self, customer_id: str) -> asyncio.Lock:
        """Held while a contact of this customer is begun: of two tabs that begin at once the second joins the first."""
        return self._starting.setdefault(customer_id, asyncio.Lock())

    def attach(self, contact_id: str, socket: ChatSocket) -> None:
        self._sockets.setdefault(contact_id, set()).add(socket)

    def detach(self, socket: ChatSocket, away_ms: int) -> None:
        """The socket has gone; if it was the contact's last, the customer is away in `away_ms`."""
        contact_id = socket.wire.contact_id
        sockets = self._sockets.get(contact_id or "")
        if not sockets or contact_id is None:
            return
        sockets.discard(socket)
        if not sockets:
            del self._sockets[contact_id]
            interaction = self.interaction(contact_id)
            if interaction is not None and interaction.state in OPEN:
                self.gone[interaction.id] = self._clock.now_ms() + away_ms

    def interaction(self, contact_id: str) -> Interaction | None:
        """The contact's latest chat interaction, as long as the floor remembers it."""
        contact = self.mirror.floor.contact(contact_id)
        ids = reversed(contact.interaction_ids) if contact else ()
        known = (self.mirror.floor.interaction(id) for id in ids)
        return next((one for one in known if one is not None and one.medium == "chat"), None)

    def of_interaction(self, interaction_id: str) -> list[ChatSocket]:
        """The sockets that follow this interaction."""
        interaction = self.mirror.floor.interaction(interaction_id)
        return list(self._sockets.get(interaction.contact_id, ())) if interaction else []

    # -- events --------------------------------------------------------------------------------------------------------
    def _take(self, batch: Sequence[Committed]) -> None:
        for committed in batch:
            event = committed.event
            self._keep_open(event)
            sockets = self._sockets.get(getattr(event, "contact_id", ""))
            if sockets:
                for socket in list(sockets):
                    self._tell(socket, event, committed.content)

    def _keep_open(self, event: events.AnyEvent) -> None:
        match event:
            case events.ContactStarted():
                interaction = self.interaction(event.contact_id)
                if interaction is not None:  # a call of theirs is another contact: they may write beside it
                    self.open_of[event.customer_id] = event.contact_id
            case events.InteractionEnded():
                self.gone.pop(event.interaction_id, None)
                contact = self.mirror.floor.contact(event.contact_id)
                if contact is not None and self.open_of.get(contact.customer_id) == contact.id:
                    del self.open_of[contact.customer_id]

    def _tell(self, socket: ChatSocket, event: events.AnyEvent, content: Content | None) -> None:
        try:
            payload = self._payload(socket, event, content)
        except LookupError as error:
            _log.warning("chat.thread_lost", contact_id=socket.wire.contact_id, error=str(error))
            socket.restart()
            return
        if payload is not None:
            socket.send(payload)

    def _payload(self, socket: ChatSocket, event: events.AnyEvent, content: Content | None) -> bytes | None:
        match event:
            case events.MessagePosted():
                return self._posted(socket, event, content)
            case events.MessagesRead() if event.reader.kind == "agent":
                return socket.wire.say(wire.ReadMark(event.number))
            case events.OfferAccepted():
                name = wire.Name(self._agent_name(event.agent_id))
                return socket.wire.changed(wire.State(state="talking", agent=name))
            case events.InteractionQueued():
                return socket.wire.changed(wire.State(state="waiting"))
            case events.InteractionEnded():
                return socket.wire.changed(wire.State(state="ended", ended_by=event.by.kind))
            case events.ContactRated():
                return socket.wire.changed(wire.State(state="ended", rating=event.score))
        return None

    def _posted(self, socket: ChatSocket, event: events.MessagePosted, content: Content | None) -> bytes | None:
        ask_id = socket.own.pop(event.message_id, None)
        if ask_id is not None:
            return socket.wire.posted(wire.Ack(id=ask_id, number=event.number, at=event.at))
        post = Post(
            id=event.message_id, number=event.number, at=event.at, author_kind=event.author.kind,
            author_id=event.author.id, text=content.text if content else "",
            file_id=content.file_id if content else None,
        )  # fmt: skip
        return socket.wire.message(self.message(post))

    def message(self, post: Post) -> wire.Message:
        """A message as the customer sees it."""
        return wire.Message(
            id=post.id,
            number=post.number,
            at=post.at,
            author=post.author_kind,
            name=self._agent_name(post.author_id) if post.author_kind == "agent" else None,
            text=post.text,
            file=self._file_view(post.file_id),
        )

    def contact_view(self, interaction: Interaction) -> wire.ContactView:
        """The contact as the customer sees it: an offer that rings is still waiting to them."""
        contact = self.mirror.floor.contact(interaction.contact_id)
        ended = interaction.state in ("ended", "after_contact_work")
        agent_id = interaction.wrapped_by or interaction.agent_id
        named = agent_id is not None and interaction.state != "offered"
        return wire.ContactView(
            id=interaction.contact_id,
            interaction=interaction.id,
            state="ended" if ended else "talking" if interaction.state == "talking" else "waiting",
            started_at=contact.started_at if contact else 0,
            rating=(contact.rating or None) if contact else None,
            agent=wire.Name(self._agent_name(agent_id)) if named and agent_id else None,
        )

    # -- time ----------------------------------------------------------------------------------------------------------
    def push_positions(self) -> None:
        """Tell those who wait where they stand, if that has changed."""
        floor = self.mirror.floor
        for contact_id, sockets in self._sockets.items():
            interaction = self.interaction(contact_id)
            if interaction is None or not interaction.waiting:
                continue
            place = floor.position(interaction.id)
            if place is None:
                continue
            low, high = floor.expected_wait(interaction.id) or (None, None)
            position = wire.Position(position=place[0], of=place[1], wait_low_ms=low, wait_high_ms=high)
            for socket in sockets:
                if socket.last_position != position:
                    socket.last_position = position
                    socket.send(socket.wire.say(position))

    def away_now(self) -> list[str]:
        """Interactions whose customer has been gone long enough; each is named once."""
        now = self._clock.now_ms()
        due = [interaction_id for interaction_id, at in self.gone.items() if at <= now]
        for interaction_id in due:
            del self.gone[interaction_id]
        return due
