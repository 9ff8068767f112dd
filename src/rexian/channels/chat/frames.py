"""The frames of the chat socket: what the customer's page sends and what the server sends, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rexian.channels.visiting.frames import (
    MAX_ATTRIBUTES,
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
    TopicView,
    Uuid,
)

__all__ = ["MAX_ATTRIBUTES", "Degraded", "HoursView", "Nack", "Name", "Page", "Ping", "Pong", "Position", "Rate",
           "SiteView", "TopicView"]  # fmt: skip

MAX_TEXT = 4_000  # characters in one message

Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]


# -- what the customer's page sends ------------------------------------------------------------------------------------
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
    """Ask for a person: a new contact with its first interaction and its first message.

    `attributes` are what the page knows of the demand (`region`, `product` …): routing rules look at them.
    """

    id: Uuid
    contact: Uuid
    interaction: Uuid
    text: str
    message: Uuid
    topic: Annotated[str, Meta(max_length=64)] | None = None
    attributes: Attributes | None = None
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


Ask = Hello | Start | Post | Typing | Read | End | Rate | Ping


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


class ContactView(Struct, kw_only=True):
    id: str
    interaction: str
    state: Literal["waiting", "offered", "talking", "ended"]
    started_at: int
    rating: int | None = None
    agent: Name | None = None


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


class Ack(Struct, tag_field="t", tag="ack", kw_only=True, omit_defaults=True):
    id: str
    number: int | None = None
    at: int | None = None


class Simple(Struct, tag_field="t", tag="typing"):
    on: bool


class ReadMark(Struct, tag_field="t", tag="read"):
    number: int
