"""What goes over the wire about business hours."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from rexian.directory.hours.model import DayKind, Rules
from rexian.directory.text import Name, NameEn, ObjectId

Zone = Annotated[str, Meta(min_length=1, max_length=64, description="IANA time zone; empty in requests: the tenant's.")]


class Hours(Struct, frozen=True, kw_only=True):
    """A calendar of business hours."""

    id: str
    tenant_id: str
    name: str
    name_en: str
    zone: str
    rules: Rules
    retired: bool
    open_now: bool
    holidays_known_until: str


class NewHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a calendar. Without a zone it is the tenant's."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    name: Name
    name_en: NameEn = ""
    zone: Zone | None = None
    rules: Rules


class HoursChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays."""

    name: Name | None = None
    name_en: NameEn | None = None
    zone: Zone | None = None
    rules: Rules | None = None


class Opening(Struct, frozen=True, kw_only=True):
    """Open from `opens_at` until `closes_at` (ms since 1970 UTC)."""

    opens_at: int
    closes_at: int


class PreviewDay(Struct, frozen=True, kw_only=True):
    """A local day, why it has its hours, and when it is open. `known` false: holidays not announced yet."""

    date: str
    kind: DayKind
    name: str
    name_en: str
    openings: list[Opening]
    open_ms: int
    known: bool


class Preview(Struct, frozen=True, kw_only=True):
    """What the rules mean from day to day."""

    zone: str
    open_now: bool
    next_opening_at: int | None
    days: list[PreviewDay]
    total_ms: int
