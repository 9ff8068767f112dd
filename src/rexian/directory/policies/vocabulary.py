"""What a policy's form offers to choose from."""

from __future__ import annotations

from typing import get_args

from msgspec import Struct

from rexian.directory.customers.contract import CustomerKind
from rexian.directory.policies import model
from rexian.directory.policies.checks import GIVEN
from rexian.directory.policies.world import World
from rexian.engine.specs import MEDIA
from rexian.kit.i18n import has, t

USUAL = ("region", "topic", "customer_kind")
"""Attributes that channels and the directory give to contacts."""
KINDS = tuple(kind for kind in get_args(CustomerKind) if kind)


class QueueChoice(Struct, frozen=True, kw_only=True):
    """A queue; `needs` are what it asks for, `able` how many people have that."""

    id: str
    name: str
    name_en: str
    medium: str
    needs: dict[str, int]
    able: int


class SkillChoice(Struct, frozen=True, kw_only=True):
    """Something to ask for; `people` have it."""

    key: str
    name: str
    name_en: str
    kind: str
    people: int


class AttributeChoice(Struct, frozen=True, kw_only=True):
    """What a rule may look at. `free`: other values may be given too."""

    key: str
    name: str
    name_en: str
    values: list[str]
    free: bool


class Limits(Struct, frozen=True, kw_only=True):
    steps: int = model.MAX_STEPS
    shares: int = model.MAX_SHARES
    rules: int = model.MAX_RULES
    attributes: int = model.MAX_ATTRIBUTES
    values: int = model.MAX_VALUES
    boost_ms: int = model.DAY_MS


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Everything that a policy can name, with labels in both languages."""

    queues: list[QueueChoice]
    skills: list[SkillChoice]
    teams: list[SkillChoice]
    partners: list[SkillChoice]
    sites: list[SkillChoice]
    attributes: list[AttributeChoice]
    limits: Limits = Limits()


def vocabulary_of(world: World, seen: dict[str, set[str]]) -> Vocabulary:
    """Put it together; `seen` are attributes with values that policies have named."""
    queues = [
        QueueChoice(
            id=id, name=card.name, name_en=card.name_en, medium=card.medium,
            needs={name: level for name, level in world.needs.get(id, {}).items() if name not in world.permission},
            able=len(world.able(world.needs.get(id, world.permission))),
        )
        for id, card in sorted(world.queues.items())
    ]  # fmt: skip
    skills = [
        SkillChoice(key=key, name=label.name, name_en=label.name_en, kind=label.kind, people=world.people(key))
        for key, label in world.labels.items()
    ]

    def of_kind(kind: str) -> list[SkillChoice]:
        return [one for one in skills if one.kind == kind]

    given: dict[str, list[str]] = {"queue": [one.id for one in queues], "medium": list(MEDIA)}
    usual = {"customer_kind": set(KINDS), "region": set[str](), "topic": set[str]()}
    free = sorted((usual.keys() | seen.keys()) - set(GIVEN), key=lambda name: (name not in USUAL, name))
    return Vocabulary(
        queues=queues,
        skills=[one for one in skills if one.kind not in {"team", "partner", "site"}],
        teams=of_kind("team"),
        partners=of_kind("partner"),
        sites=of_kind("site"),
        attributes=[
            *(_attribute(name, sorted(usual.get(name, set()) | seen.get(name, set())), free=True) for name in free),
            *(_attribute(name, values, free=False) for name, values in given.items()),
        ],
    )


def _attribute(name: str, values: list[str], *, free: bool) -> AttributeChoice:
    key = f"policy.attribute.{name}"
    known = name.isidentifier() and has(key)
    return AttributeChoice(
        key=name,
        name=t("zh-CN", key) if known else name,
        name_en=t("en", key) if known else name,
        values=values,
        free=free,
    )
