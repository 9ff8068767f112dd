"""What a tenant is."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Meta, Struct

from rexian.directory.text import Colour, Key, Name, NameEn, ObjectId
from rexian.kit.problem import Problem

COLOUR = "#0f766e"
ZONE = "Asia/Shanghai"

Zone = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA time zone such as Asia/Shanghai.")]

_KEY_FROM = re.compile(r"[^a-z0-9]+")


class Tenant(Struct, frozen=True, kw_only=True):
    """A company on this installation. `operator`: the one that runs the installation for the others.

    `shadow_of`: no company, but where the people of that one practise in a live drill. `supervision_shown`: agents see
    who listens to their calls or whispers to them.
    """

    id: str
    key: str
    name: str
    name_en: str
    colour: str
    zone: str
    operator: bool = False
    active: bool = True
    supervision_shown: bool = True
    shadow_of: str | None = None


class TenantCard(Struct, frozen=True, kw_only=True):
    """As much of a tenant as everybody who serves it sees."""

    id: str
    name: str
    name_en: str
    colour: str


class NewTenant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a tenant. `id` makes a repeat of the request harmless."""

    id: ObjectId | None = None
    key: Key
    name: Name
    name_en: NameEn = ""
    colour: Colour = COLOUR
    zone: Zone = ZONE


class TenantChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays."""

    name: Name | None = None
    name_en: NameEn | None = None
    colour: Colour | None = None
    zone: Zone | None = None
    supervision_shown: bool | None = None


def key_from(name: str) -> str:
    """Return a key made of the Latin letters of `name`, `tenant` when there are none."""
    key = _KEY_FROM.sub("-", name.lower()).strip("-")[:40].strip("-")
    return key if len(key) >= 2 and key[0].isalpha() else "tenant"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def checked_zone(zone: str, field: str = "zone") -> ZoneInfo:
    """Return the time zone. Raises `Problem` (400 `unknown_zone`)."""
    if zone not in _zones():
        raise Problem("unknown_zone", 400, errors=[{"field": field, "code": "unknown_zone"}], zone=zone[:64])
    return ZoneInfo(zone)
