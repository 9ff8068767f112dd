"""What a person, a team and a skill are, and what may be said about them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from rexian.directory.scopes import Role
from rexian.directory.text import Email, Name, NameEn, ObjectId
from rexian.kit.problem import Problem

Level = Annotated[int, Meta(ge=1, le=5, description="1 (new) to 5 (expert).")]
Places = Annotated[int, Meta(ge=0, le=20, description="How many contacts of a medium at once.")]
Locale = Literal["zh-CN", "en"]
SkillKind = Literal["product", "language", "dialect", "other"]
SkillKey = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=40,
        pattern=r"^[a-z]+(:[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*)?$(?!\n)",
        description="A lasting name such as product:phone; the installation's own are lang:… and dialect:….",
    ),
]
MADE = ("tenant", "queue", "team", "partner", "site")
"""Prefixes of engine skill names that follow from what people are: nobody defines those."""
RESERVED = (*MADE, "lang", "dialect")
"""Prefixes of engine skill names that a tenant can't define: they mean the same on the whole installation."""
Place = Annotated[
    str,
    Meta(
        min_length=1, max_length=40, pattern=r"^[^\s\x00-\x1f]+( [^\s\x00-\x1f]+)*$(?!\n)", description="A short name."
    ),
]


PhoneName = Annotated[
    str,
    Meta(
        min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$(?!\n)",
        description="Name of a phone at the telephone exchange, as in `asterisk_phones`.",
    ),
]  # fmt: skip


class Capacity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many contacts a person takes at once."""

    chat: Places = 3
    voice: Places = 0


class PersonSkill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`minor`: lent only when nobody with it as a major skill is free."""

    skill_id: ObjectId
    level: Level
    minor: bool = False


class Person(Struct, frozen=True, kw_only=True):
    """A person who works here. `email` and `second_factor` are null for those who may not administer the person."""

    id: str
    tenant_id: str
    name: str
    email: str | None
    roles: list[Role]
    team_id: str | None
    partner: str | None
    site: str | None
    phone: str | None
    skills: list[PersonSkill]
    serves: list[str]
    locale: str
    level: int
    capacity: Capacity
    active: bool
    second_factor: bool | None = None


class NewPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a person. Without `serves` they serve their employer.

    `partner`: the company that lends them, when they are not the tenant's own; `site`: where they work; `phone`:
    the SIP phone that rings when they have accepted a call.
    """

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    name: Name
    email: Email
    password: Annotated[str, Meta(max_length=200)] | None = None
    roles: Annotated[list[Role], Meta(max_length=10)] = field(default_factory=lambda: ["agent"])
    team_id: ObjectId | None = None
    partner: Place | None = None
    site: Place | None = None
    phone: PhoneName | None = None
    skills: Annotated[list[PersonSkill], Meta(max_length=100)] = field(default_factory=list)
    serves: Annotated[list[ObjectId], Meta(max_length=50)] | None = None
    locale: Locale = "zh-CN"
    level: Level = 1
    capacity: Capacity = Capacity()


class PersonChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays. `team_id`, `partner`, `site` or `phone` null: none."""

    name: Name | None = None
    email: Email | None = None
    team_id: ObjectId | UnsetType | None = UNSET
    partner: Place | UnsetType | None = UNSET
    site: Place | UnsetType | None = UNSET
    phone: PhoneName | UnsetType | None = UNSET
    serves: Annotated[list[ObjectId], Meta(max_length=50)] | None = None
    locale: Locale | None = None
    level: Level | None = None
    capacity: Capacity | None = None
    active: bool | None = None


class Team(Struct, frozen=True, kw_only=True):
    """A team of one employer; `hours_id` is its shift."""

    id: str
    tenant_id: str
    name: str
    name_en: str
    hours_id: str | None
    retired: bool


class NewTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a team."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    name: Name
    name_en: NameEn = ""
    hours_id: ObjectId | None = None


class TeamChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays. `hours_id` null: no shift."""

    name: Name | None = None
    name_en: NameEn | None = None
    hours_id: ObjectId | UnsetType | None = UNSET


class Skill(Struct, frozen=True, kw_only=True):
    """Something that a person can and a queue asks for. `tenant_id` null: the installation's (languages, dialects)."""

    id: str
    tenant_id: str | None
    key: str
    name: str
    name_en: str
    kind: SkillKind
    retired: bool


class NewSkill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes to make a skill. `common`: for the whole installation (city operator only)."""

    id: ObjectId | None = None
    tenant_id: ObjectId | None = None
    common: bool = False
    key: SkillKey
    name: Name
    name_en: NameEn = ""
    kind: SkillKind = "other"


class SkillChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed; what is left out stays."""

    name: Name | None = None
    name_en: NameEn | None = None


def check_key(new: NewSkill) -> None:
    """Keep the installation's vocabulary out of tenants' hands. Raises `Problem` (400 `reserved_key`)."""
    prefix = new.key.partition(":")[0]
    reserved = MADE if new.common else RESERVED
    if prefix in reserved:
        raise Problem("reserved_key", 400, errors=[{"field": "key", "code": "reserved_key"}], key=new.key)


def engine_name(key: str, tenant_key: str | None) -> str:
    """Return the name by which the routing engine knows a skill."""
    return key if tenant_key is None else f"{key}@{tenant_key}"
