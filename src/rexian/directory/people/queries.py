"""Reading people: with their roles, skills and tenants in one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, Text, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.people.model import Capacity, Person, PersonSkill
from rexian.directory.people.tables import person, person_serves, person_skill, role_grant, skill
from rexian.directory.scopes import ROLES
from rexian.directory.sign_in.tables import credential
from rexian.directory.tenants.tables import tenant
from rexian.kit.database import Id
from rexian.kit.problem import not_found


def visible(reach: Collection[str]) -> ColumnElement[bool]:
    """People who are employed by, or serve, one of these tenants."""
    chosen = list(reach)
    serving = exists().where(person_serves.c.person_id == person.c.id, person_serves.c.tenant_id.in_(chosen))
    return or_(person.c.tenant_id.in_(chosen), serving)


def matching(text: str) -> ColumnElement[bool]:
    """People whose name or e-mail contains `text`, taken literally."""
    return or_(person.c.name.icontains(text, autoescape=True), person.c.email_key.icontains(text, autoescape=True))


def having_role(role: str) -> ColumnElement[bool]:
    return exists().where(role_grant.c.person_id == person.c.id, role_grant.c.role == role)


def people() -> Select[Any]:
    """Select people with all that belongs to them; `tx` must be a system transaction."""
    return select(person, *_lists())


def _lists() -> list[Any]:
    roles = select(role_grant.c.role).where(role_grant.c.person_id == person.c.id).correlate(person)
    serves = (  # where somebody only practises isn't administered
        select(person_serves.c.tenant_id)
        .join(tenant, and_(tenant.c.tenant_id == person_serves.c.tenant_id, tenant.c.shadow_of.is_(None)))
        .where(person_serves.c.person_id == person.c.id)
        .correlate(person)
    )
    held = func.jsonb_build_object(
        "skill_id", person_skill.c.skill_id, "level", person_skill.c.level, "minor", person_skill.c.minor
    )
    skills = (
        select(func.coalesce(func.jsonb_agg(held, type_=JSONB), func.jsonb_build_array()))
        .join(skill, and_(skill.c.id == person_skill.c.skill_id, skill.c.retired_at.is_(None)))
        .where(person_skill.c.person_id == person.c.id)
        .correlate(person)
    )
    factor = exists().where(credential.c.person_id == person.c.id, credential.c.totp_confirmed_at.is_not(None))
    return [
        factor.label("second_factor"),
        func.array(roles.scalar_subquery(), type_=ARRAY(Text)).label("roles"),
        func.array(serves.scalar_subquery(), type_=ARRAY(Id)).label("serves"),
        skills.scalar_subquery().label("skills"),
    ]


def person_of(row: Row[Any], *, administered: Collection[str] = ()) -> Person:
    """Make a person of a row of `people`; e-mail and second factor only if the employer is among `administered`."""
    theirs = row.tenant_id in administered
    skills = [msgspec.convert(one, PersonSkill) for one in row.skills]
    return Person(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        email=row.email if theirs else None,
        roles=[role for role in ROLES if role in row.roles],
        team_id=row.team_id,
        partner=row.partner,
        site=row.site,
        phone=row.phone,
        skills=sorted(skills, key=lambda one: one.skill_id),
        serves=sorted(row.serves),
        locale=row.locale,
        level=row.level,
        capacity=msgspec.convert(row.capacity, Capacity),
        active=row.active,
        second_factor=row.second_factor if theirs else None,
    )


async def get_person(tx: AsyncConnection, person_id: str, *, administered: Collection[str] = ()) -> Person:
    """Return the person. Raises `Problem` (404)."""
    row = (await tx.execute(people().where(person.c.id == person_id))).one_or_none()
    if row is None:
        raise not_found("person")
    return person_of(row, administered=administered)
