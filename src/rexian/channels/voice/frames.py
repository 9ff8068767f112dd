"""The frames of the customers' voice socket: what the page sends and what the server sends, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from rexian.channels.visiting.frames import (
    MAX_NAME,
    Attributes,
    Degraded,
    HoursView,
    Nack,
    Name,
    Page,
    Ping,
    Pong,
    Position,
    Rate,
    SiteView,
    Uuid,
)

__all__ = ["Degraded", "HoursView", "Nack", "Name", "Page", "Ping", "Pong", "Position", "Rate", "SiteView"]

MAX_SDP = 16_384  # characters

Sdp = Annotated[str, Meta(min_length=1, max_length=MAX_SDP, pattern=r"^[^\x00]*$")]
Number = Annotated[str, Meta(max_length=32, pattern=r"^[\s0-9０-９+＋()（）\[\]\-‐-―－.．·/／]*$(?!\n)")]
"""As people write it; the socket takes the digits out of it (`plain_phone`)."""
Digit = Annotated[str, Meta(pattern=r"^[0-9*#A-D]$(?!\n)")]
Instant = Annotated[int, Meta(ge=0, le=2**53)]
State_ = Literal["reception", "waiting", "talking", "held", "cut", "call_back", "ended"]


# -- what the customer's page sends ------------------------------------------------------------------------------------
class Hello(Struct, tag_field="t", tag="hello"):
    """The first frame."""

    site: Annotated[str, Meta(min_length=1, max_length=64)]
    v: int = 1
    visitor: Annotated[str, Meta(max_length=600)] | None = None
    locale: Annotated[str, Meta(max_length=35)] = "zh-CN"
    contact: Uuid | None = None
    page: Page | None = None


class Call(Struct, tag_field="t", tag="call"):
    """Call in. The same `contact` and `interaction` again with a new `sdp`: the line was lost, go on in the same call.

    `number` is where the customer can be called back, as they say themselves.
    """

    id: Uuid
    contact: Uuid
    interaction: Uuid
    sdp: Sdp
    topic: Annotated[str, Meta(max_length=64)] | None = None
    attributes: Attributes | None = None
    name: Annotated[str, Meta(max_length=MAX_NAME)] | None = None
    number: Number = ""


class Key(Struct, tag_field="t", tag="key"):
    digit: Digit


class HangUp(Struct, tag_field="t", tag="hangup"):
    id: Uuid


class CallBack(Struct, tag_field="t", tag="call_back"):
    """Call me back: in place (`at` 0), or booked. `number` empty: ring this page.

    With `contact` and `interaction`, new ones: somebody who gets no line now wants to be called; it needs the number.
    """

    id: Uuid
    number: Number = ""
    at: Instant = 0
    contact: Uuid | None = None
    interaction: Uuid | None = None
    topic: Annotated[str, Meta(max_length=64)] | None = None
    attributes: Attributes | None = None
    name: Annotated[str, Meta(max_length=MAX_NAME)] | None = None


class Check(Struct, tag_field="t", tag="check"):
    """An echo test: the page hears itself for a while."""

    id: Uuid
    sdp: Sdp


Ask = Hello | Call | Key | HangUp | CallBack | Rate | Check | Ping


# -- what the server sends ---------------------------------------------------------------------------------------------
class IceServer(Struct, kw_only=True, omit_defaults=True):
    """As `RTCIceServer` of the browser."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class VoiceView(Struct, kw_only=True):
    """Whether one may call now; if not, `why` in words and the telephone number, if the house has one.

    `call_back`: whether the company calls back those who ask for it. `recorded`: whether it records all talks, which
    nobody tells those aloud who are called back without having been on the line.
    """

    available: bool
    why: str = ""
    phone: str = ""
    call_back: bool = True
    recorded: bool = False
    ice_servers: list[IceServer] = field(default_factory=list)


class ContactView(Struct, kw_only=True):
    id: str
    interaction: str
    state: State_
    agent: Name | None = None
    recording: str = ""


class Welcome(Struct, tag_field="t", tag="welcome", kw_only=True):
    visitor: str
    site: SiteView
    hours: HoursView
    voice: VoiceView
    contact: ContactView | None
    now: int


class Ice(Struct, tag_field="t", tag="ice"):
    """STUN and TURN servers for the next connection, in place of those that were told before."""

    ice_servers: list[IceServer]


class Answer(Struct, tag_field="t", tag="answer"):
    id: str
    sdp: str


class State(Struct, tag_field="t", tag="state", kw_only=True, omit_defaults=True):
    """`cut`: the line is lost; the page calls in again by itself with the same ids.

    `reason`: of `cut` (`engine_down`, `engine_up`), and why it `ended`, as the journal has it.
    `recording`: `on` or `paused`; not sent: nothing is recorded.
    """

    state: State_
    agent: Name | None = None
    ended_by: str | None = None
    reason: str = ""
    recording: str = ""
    rating: int = 0


class KeyView(Struct):
    digit: str
    label: str


class Say(Struct, tag_field="t", tag="say"):
    """The words of what plays, and the keys that may be pressed."""

    text: str
    keys: list[KeyView] = field(default_factory=list)


class Ring(Struct, tag_field="t", tag="ring"):
    """An in-page call-back: the customer's page rings; answering is a `call` with the same ids."""

    contact: str


class Ack(Struct, tag_field="t", tag="ack"):
    id: str
