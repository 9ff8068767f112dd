"""The chat socket's protocol without any I/O: frames in, asks out; what happened in, frames out.

A `Wire` belongs to one socket. It keeps the order of things (`hello` first and once, no message without a contact),
checks sizes, slows down who talks too fast, and never shows a message twice or out of order. It knows no floor, no
database and no clock: instants (ms since 1970 UTC) come in as arguments.

    new ──hello──► greeting ──welcome()──► ready ──close──► closed
"""

from __future__ import annotations

from collections import deque
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from rexian.directory.text import ObjectId

MAX_TEXT = 4_000  # characters in one message
MAX_NAME = 80

Uuid = ObjectId
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]


# -- what the customer's page sends ------------------------------------------------------------------------------------
class Page(Struct):
    url: Annotated[str, Meta(max_length=2_000)] = ""
    title: Annotated[str, Meta(max_length=300)] = ""


class Hello(Struct, tag_field="t", tag="hello"):
    """The first frame. `after`: number of the last message that the page has of `contact`."""

    site: Annotated[str, Meta(min_length=1, max_length=64)]
    v: int = 1
    visitor: Annotated[str, Meta(max_length=600)] | None = None
    locale: Annotated[str, Meta(max_length=35)] = "zh-CN"
    after: Number = 0
    contact: Uuid | None = None
    page: Page | None = None
    earlier: bool = False


class Start(Struct, tag_field="t", tag="start"):
    """Ask for a person: a new contact with its first interaction and its first message."""

    id: Uuid
    contact: Uuid
    interaction: Uuid
    text: str
    message: Uuid
    topic: Annotated[str, Meta(max_length=64)] | None = None
    name: Annotated[str, Meta(max_length=MAX_NAME)] | None = None


class Post(Struct, tag_field="t", tag="post"):
    id: Uuid
    text: str | None = None
    file: Uuid | None = None


class Typing(Struct, tag_field="t", tag="typing"):
    on: bool


class Read(Struct, tag_field="t", tag="read"):
    number: Number


class End(Struct, tag_field="t", tag="end"):
    id: Uuid


class Rate(Struct, tag_field="t", tag="rate"):
    id: Uuid
    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=2_000)] = ""


class Ping(Struct, tag_field="t", tag="ping"):
    n: Annotated[int, Meta(ge=0, le=2**53)] = 0


Ask = Hello | Start | Post | Typing | Read | End | Rate | Ping
_decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)


class _Loose(Struct):
    """Just enough of a bad frame to say which one it was."""

    t: str = ""
    id: str | None = None


_loose = msgspec.json.Decoder(_Loose)


# -- what the server sends ---------------------------------------------------------------------------------------------
class FileView(Struct, kw_only=True):
    id: str
    name: str
    type: str
    size: int
    image: bool
    url: str
    width: int | None = None
    height: int | None = None


class Message(Struct, tag_field="t", tag="message", kw_only=True):
    """`number` counts within the interaction; `author` is `customer`, `agent` or `system`."""

    id: str
    number: int
    at: int
    author: str
    name: str | None
    text: str
    file: FileView | None = None


class Name(Struct):
    name: str


class ContactView(Struct, kw_only=True):
    id: str
    interaction: str
    state: Literal["waiting", "offered", "talking", "ended"]
    started_at: int
    rating: int | None = None
    agent: Name | None = None


class TopicView(Struct):
    key: str
    label: str


class SiteView(Struct, kw_only=True):
    name: str
    greeting: str
    colour: str
    topics: list[TopicView]
    locale: str


class HoursView(Struct):
    open: bool
    text: str


class Welcome(Struct, tag_field="t", tag="welcome", kw_only=True):
    visitor: str
    site: SiteView
    hours: HoursView
    contact: ContactView | None
    messages: list[Message]
    now: int


class State(Struct, tag_field="t", tag="state", kw_only=True):
    state: Literal["waiting", "offered", "talking", "ended"]
    agent: Name | None = None
    ended_by: str | None = None
    rating: int | None = None


class Position(Struct, tag_field="t", tag="position", kw_only=True):
    position: int
    of: int
    wait_low_ms: int | None = None
    wait_high_ms: int | None = None


class Ack(Struct, tag_field="t", tag="ack", kw_only=True, omit_defaults=True):
    id: str
    number: int | None = None
    at: int | None = None


class Nack(Struct, tag_field="t", tag="nack", kw_only=True):
    """The ask `id` was not carried out. `text` is for the customer, in their language."""

    id: str | None
    code: str
    text: str


class Simple(Struct, tag_field="t", tag="typing"):
    on: bool


class Degraded(Struct, tag_field="t", tag="degraded"):
    on: bool


class ReadMark(Struct, tag_field="t", tag="read"):
    number: int


class Pong(Struct, tag_field="t", tag="pong"):
    n: int
    now: int


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
