"""Frames and parts of frames that all visitors' sockets share."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from rexian.directory.text import ObjectId

MAX_NAME = 80
MAX_ATTRIBUTES = 20

Uuid = ObjectId
Attributes = Annotated[
    dict[
        Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*$")],
        Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")],
    ],
    Meta(max_length=MAX_ATTRIBUTES),
]


class Page(Struct):
    url: Annotated[str, Meta(max_length=2_000)] = ""
    title: Annotated[str, Meta(max_length=300)] = ""


class Ping(Struct, tag_field="t", tag="ping"):
    n: Annotated[int, Meta(ge=0, le=2**53)] = 0


class Rate(Struct, tag_field="t", tag="rate"):
    id: Uuid
    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=2_000)] = ""


class Name(Struct):
    name: str


class TopicView(Struct):
    key: str
    label: str


class SiteView(Struct, kw_only=True):
    """`name`: what the place for writing is called, `company`: whose it is, for pages of other media."""

    name: str
    company: str = ""
    greeting: str
    colour: str
    topics: list[TopicView]
    locale: str
    voice: bool = False  # calls are taken, at the page `/v/{key}`


class HoursView(Struct):
    open: bool
    text: str


class Position(Struct, tag_field="t", tag="position", kw_only=True):
    position: int
    of: int
    wait_low_ms: int | None = None
    wait_high_ms: int | None = None


class Nack(Struct, tag_field="t", tag="nack", kw_only=True):
    """The ask `id` was not carried out. `text` is for the customer, in their language.

    `alternatives`: what the customer may do besides (`call_back`, `scheduled_call_back`, `message`, `self_service`).
    """

    id: str | None
    code: str
    text: str
    alternatives: list[str] = []


class Degraded(Struct, tag_field="t", tag="degraded"):
    on: bool


class Pong(Struct, tag_field="t", tag="pong"):
    n: int
    now: int
