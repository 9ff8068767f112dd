"""The chat socket's protocol without any I/O: frames in, asks out; what happened in, frames out.

A `Wire` belongs to one socket. It keeps the order of things (`hello` first and once, no message without a contact),
checks sizes, slows down who talks too fast, and never shows a message twice or out of order. It knows no floor, no
database and no clock: instants (ms since 1970 UTC) come in as arguments.

    new ──hello──► greeting ──welcome()──► ready ──close──► closed
"""

from __future__ import annotations

from collections import deque
from typing import Any, Literal

import msgspec
from msgspec import Struct

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

_decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)


class _Loose(Struct):
    """Just enough of a bad frame to say which one it was."""

    t: str = ""
    id: str | None = None


_loose = msgspec.json.Decoder(_Loose)


_encoder = msgspec.json.Encoder()


class Refusal(Exception):
    """An ask that is not carried out. `id` is the ask's, when it could be read. The socket stays open."""

    def __init__(self, code: str, id: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.id = id


class Violation(Exception):
    """The peer doesn't speak this protocol: close the socket with `close_code` (RFC 6455)."""

    def __init__(self, code: str, close_code: int) -> None:
        super().__init__(code)
        self.code = code
        self.close_code = close_code


class Pace:
    """At most `limit` things in any `window_ms`."""

    def __init__(self, limit: int, window_ms: int) -> None:
        self.limit = limit
        self.window_ms = window_ms
        self._at: deque[int] = deque()

    def take(self, now_ms: int) -> bool:
        """Count one thing, or say False when there were too many already."""
        while self._at and self._at[0] <= now_ms - self.window_ms:
            self._at.popleft()
        if len(self._at) >= self.limit:
            return False
        self._at.append(now_ms)
        return True


class Wire:
    """The protocol of one socket; see the module's text."""

    def __init__(self, *, pace: Pace, max_bad_frames: int = 20) -> None:
        self.state: Literal["new", "greeting", "ready", "closed"] = "new"
        self.contact_id: str | None = None
        self.interaction_id: str | None = None
        self.ended = False
        self.shown = 0  # number of the last message that this socket was given
        self._pace = pace
        self._bad_frames_left = max_bad_frames

    # -- from the peer -------------------------------------------------------------------------------------------------
    def receive(self, frame: str, now_ms: int) -> Ask:
        """Read one frame. Raises `Refusal` (tell the peer, go on) or `Violation` (close)."""
        ask = self._decode(frame)
        if self.state == "closed":
            raise Violation("closed", 1002)
        if isinstance(ask, Hello):
            self._take_hello(ask)
        elif self.state != "ready" and not isinstance(ask, Ping):
            raise Violation("hello_first", 1002)
        else:
            self._check(ask, now_ms)
        return ask

    def _decode(self, frame: str) -> Ask:
        try:
            return _decoder.decode(frame)
        except msgspec.ValidationError:
            loose = self._decode_loosely(frame)
            self._count_bad_frame()
            if self.state == "new":
                raise Violation("bad_hello", 1008) from None
            raise Refusal("malformed", loose.id) from None
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Violation("not_json", 1007) from None

    def _decode_loosely(self, frame: str) -> _Loose:
        try:
            loose = _loose.decode(frame)
        except msgspec.ValidationError:
            return _Loose()
        return loose if loose.id is None or len(loose.id) <= 64 else _Loose(loose.t)

    def _count_bad_frame(self) -> None:
        self._bad_frames_left -= 1
        if self._bad_frames_left < 0:
            self.state = "closed"
            raise Violation("too_many_bad_frames", 1008)

    def _take_hello(self, hello: Hello) -> None:
        if self.state != "new":
            raise Violation("hello_twice", 1002)
        if hello.v != 1:
            raise Violation("unknown_version", 1008)
        self.state = "greeting"

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

    def _slow_down(self, id: str, now_ms: int) -> None:
        if not self._pace.take(now_ms):
            raise Refusal("slow_down", id)

    # -- to the peer ---------------------------------------------------------------------------------------------------
    def welcome(self, welcome: Welcome, *, after: int) -> bytes:
        """Answer the hello. From here on the socket follows `welcome.contact`; `after` is the last message it has."""
        if self.state != "greeting":
            raise RuntimeError(f"welcome in state {self.state}")
        self.state = "ready"
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

    def close(self) -> None:
        self.state = "closed"


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
