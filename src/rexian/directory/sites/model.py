"""What a chat site is: a place where a tenant's widget stands, what it says and where its contacts go."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from rexian.directory.text import Colour, Key, Name, NameEn, ObjectId
from rexian.kit.problem import FieldError, Problem

Greeting = Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$", description="What the widget says first.")]
Origin = Annotated[
    str,
    Meta(
        max_length=200,
        pattern=r"^(\*|https?://[a-z0-9.\-\[\]:]+)$(?!\n)",
        description="scheme://host[:port] of pages that may show the widget; * for all.",
    ),
]
Origins = Annotated[list[Origin], Meta(max_length=50)]

_ORIGIN = re.compile(
    r"https?://([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(:\d{1,5})?"
)


class Topic(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A choice offered to the customer, and the queue to which it leads."""

    key: Key
    label: Name
    label_en: NameEn = ""
    queue_id: ObjectId


Topics = Annotated[list[Topic], Meta(min_length=1, max_length=20)]


class Site(Struct, frozen=True, kw_only=True):
    """A chat site. The first topic is where contacts without a choice go. `hours_id` null: always open."""

    id: str
    tenant_id: str
    key: str
    name: str
    name_en: str
    greeting: str
    greeting_en: str
    colour: str
    origins: list[str]
    topics: list[Topic]
    hours_id: str | None
    retired: bool

    def allows(self, origin: str | None) -> bool:
        """Say whether a page of this origin may show the widget."""
        return "*" in self.origins or (origin is not None and origin.lower() in self.origins)

    def queue_for(self, topic: str | None) -> str | None:
        """Return the queue of a topic, the first one's without a topic, None for an unknown one."""
        if topic is None:
            return self.topics[0].queue_id
        return next((one.queue_id for one in self.topics if one.key == topic), None)


class NewSite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a chat site."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    key: Key
    name: Name
    name_en: NameEn = ""
    greeting: Greeting = ""
    greeting_en: Greeting = ""
    colour: Colour = "#0f766e"
    origins: Origins = []
    topics: Topics
    hours_id: ObjectId | None = None


class SiteChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays. The key stays: it stands in other people's pages."""

    name: Name | None = None
    name_en: NameEn | None = None
    greeting: Greeting | None = None
    greeting_en: Greeting | None = None
    colour: Colour | None = None
    origins: Origins | None = None
    topics: Topics | None = None
    hours_id: ObjectId | UnsetType | None = UNSET


def check_origins(origins: list[str]) -> None:
    """Raises `Problem` (400 `bad_origin`) for what no browser would send as an Origin."""
    errors: list[FieldError] = [
        {"field": f"origins.{index}", "code": "bad_origin"}
        for index, origin in enumerate(origins)
        if origin != "*" and not _ORIGIN.fullmatch(origin)
    ]
    if errors:
        raise Problem("bad_origin", 400, errors=errors)


def check_topics(topics: list[Topic]) -> None:
    """Each key once. Raises `Problem` (400 `topic_twice`)."""
    seen: set[str] = set()
    for index, topic in enumerate(topics):
        if topic.key in seen:
            raise Problem("topic_twice", 400, errors=[{"field": f"topics.{index}.key", "code": "topic_twice"}])
        seen.add(topic.key)
