"""The chat socket's protocol without any I/O: frames in, asks out; what happened in, frames out.

A `Wire` belongs to one socket. It keeps the order of things (`hello` first and once, no message without a contact),
checks sizes, slows down who talks too fast, and never shows a message twice or out of order. It knows no floor, no
database and no clock: instants (ms since 1970 UTC) come in as arguments.

    new ──hello──► greeting ──welcome()──► ready ──close──► closed
"""

from __future__ import annotations

from typing import Any

import msgspec

from rexian.channels.chat.frames import (
    MAX_ATTRIBUTES,
    MAX_TEXT,
    Ack,
    Ask,
    ContactView,
    Degraded,
    End,
    FileView,
    Hello,
    HoursView,
    Message,
    Nack,
    Name,
    Page,
    Ping,
    Pong,
    Position,
    Post,
    Rate,
    Read,
    ReadMark,
    Simple,
    SiteView,
    Start,
    State,
    TopicView,
    Typing,
    Welcome,
)
from rexian.channels.visiting.protocol import Manners, Pace, Refusal, Violation

__all__ = [
    "MAX_ATTRIBUTES",
    "MAX_TEXT",
    "Ack",
    "Ask",
    "ContactView",
    "Degraded",
    "End",
    "FileView",
    "Hello",
    "HoursView",
    "Message",
    "Nack",
    "Name",
    "Pace",
    "Page",
    "Ping",
    "Pong",
    "Position",
    "Post",
    "Rate",
    "Read",
    "ReadMark",
    "Refusal",
    "Simple",
    "SiteView",
    "Start",
    "State",
    "TopicView",
    "Typing",
    "Violation",
    "Welcome",
    "Wire",
    "encode",
]

_encoder = msgspec.json.Encoder()


class Wire(Manners[Ask]):
    """The protocol of one socket; see the module's text."""

    _decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
    _hello = Hello
    _ping = Ping

    def __init__(self, *, pace: Pace, max_bad_frames: int = 20) -> None:
        super().__init__(pace=pace, max_bad_frames=max_bad_frames)
        self.contact_id: str | None = None
        self.interaction_id: str | None = None
        self.ended = False
        self.shown = 0  # number of the last message that this socket was given

    # -- from the peer -------------------------------------------------------------------------------------------------
    def _check(self, ask: Ask, now_ms: int) -> None:
        match ask:
            case Start():
                if self.contact_id not in (None, ask.contact) and not self.ended:
                    raise Refusal("contact_open", ask.id)
                _check_text(ask.text, ask.id)
                self._slow_down(ask.id, now_ms)
            case Post():
                self._need_contact(ask.id)
                if (ask.text is None) == (ask.file is None):
                    raise Refusal("malformed", ask.id)
                if ask.text is not None:
                    _check_text(ask.text, ask.id)
                self._slow_down(ask.id, now_ms)
            case End() | Rate():
                self._need_contact(ask.id)
            case Typing() | Read():
                self._need_contact(None)

    def _need_contact(self, id: str | None) -> None:
        if self.contact_id is None:
            raise Refusal("no_contact", id)

    # -- to the peer ---------------------------------------------------------------------------------------------------
    def welcome(self, welcome: Welcome, *, after: int) -> bytes:
        """Answer the hello. From here on the socket follows `welcome.contact`; `after` is the last message it has."""
        self._greeted()
        self.shown = after
        if welcome.contact is not None:
            self.follow(welcome.contact.id, welcome.contact.interaction, ended=welcome.contact.state == "ended")
        if welcome.messages:
            self.shown = max(after, welcome.messages[-1].number)
        return _encoder.encode(welcome)

    def follow(self, contact_id: str, interaction_id: str, *, ended: bool = False) -> None:
        """The socket's contact is this one now; a new one counts its messages from 1."""
        if self.contact_id not in (None, contact_id):
            self.shown = 0
        self.contact_id = contact_id
        self.interaction_id = interaction_id
        self.ended = ended

    def message(self, message: Message) -> bytes | None:
        """Show a message; None when this socket has it already. Raises `LookupError` when one before it is missing."""
        if not self._next(message.number):
            return None
        return _encoder.encode(message)

    def posted(self, ack: Ack) -> bytes:
        """Confirm a message of this very socket: it is committed under `ack.number`. A repeat is confirmed again."""
        if ack.number is not None:
            self._next(ack.number)
        return _encoder.encode(ack)

    def _next(self, number: int) -> bool:
        if number <= self.shown:
            return False
        if number > self.shown + 1:
            raise LookupError(f"message {self.shown + 1} is missing before {number}")
        self.shown = number
        return True

    def changed(self, state: State) -> bytes:
        self.ended = state.state == "ended"
        return _encoder.encode(state)

    def say(self, frame: Ack | Nack | Position | Simple | Degraded | ReadMark | Pong) -> bytes:
        """Everything that needs no book-keeping."""
        return _encoder.encode(frame)


def _check_text(text: str, id: str) -> None:
    if not text.strip():
        raise Refusal("text_empty", id)
    if len(text) > MAX_TEXT:
        raise Refusal("text_too_long", id)
    if "\x00" in text:
        raise Refusal("text_unreadable", id)


def encode(message: Any) -> bytes:
    """JSON of a server frame that is the same for every socket."""
    return _encoder.encode(message)
