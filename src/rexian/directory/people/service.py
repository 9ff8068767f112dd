"""Making and changing people. Takes system transactions: a person may serve tenants beside their employer.

Whoever calls has checked the right to the employer's people; what reaches further is checked here: other tenants that
somebody is to serve, and the role of city operator.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, or_, select, update

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.people.model import NewPerson, Person, PersonChange, PersonSkill
from rexian.directory.people.queries import get_person
from rexian.directory.people.tables import person, person_serves, person_skill, role_grant, skill, team
from rexian.directory.scopes import Role
from rexian.directory.sign_in.sessions import close_all
from rexian.directory.sign_in.tables import api_token
from rexian.directory.signals import announce
from rexian.directory.tenants.tables import tenant
from rexian.directory.text import checked_email
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem


async def create_person(act: Act, new: NewPerson, *, may_lend: Collection[str], operator: bool = False) -> Person:
    """Make a person employed by `act.tenant_id`.

    `may_lend`: the tenants that the actor may let somebody serve; `operator`: whether they may make city operators.
    The password is not stored here. Raises `Problem`: 409 `email_taken`, `phone_taken`, 400 for what is unknown.
    """
    _check_roles(new.roles, operator)
    serves = [act.tenant_id] if new.serves is None else new.serves
    _check_lending(serves, [], {act.tenant_id, *may_lend})
    await _check_team(act, new.team_id)
    row = {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "name": new.name,
        "email": new.email,
        "email_key": await _free_email(act, new.email, new.id),
        "locale": new.locale,
        "level": new.level,
        "capacity": msgspec.to_builtins(new.capacity),
        "team_id": new.team_id,
        "partner": new.partner,
        "site": new.site,
        "phone": await _free_phone(act, new.phone, new.id),
        "active": True,
        "created_at": act.now_ms,
    }
    made = await act.insert_once(person, row)
    if made:
        await _set_roles(act, row["id"], new.roles)
        await _set_serves(act, row["id"], serves)
        await _set_skills(act, row["id"], new.skills, serves)
        await act.note("person.created", "person", row["id"], name=new.name, roles=sorted(new.roles), serves=serves)
    return await get_person(act.tx, row["id"], administered=[act.tenant_id])


async def change_person(act: Act, person_id: str, change: PersonChange, *, may_lend: Collection[str]) -> Person:
    """Change what is given. `active` false shuts the person out: sessions and tokens end, open sockets are closed."""
    before = await get_person(act.tx, person_id, administered=[act.tenant_id])
    values = changed_fields(change)
    serves = values.pop("serves", None)
    if "team_id" in values:
        await _check_team(act, values["team_id"])
    if "email" in values:
        values["email_key"] = await _free_email(act, values["email"], person_id)
    if values.get("phone") is not None:
        await _free_phone(act, values["phone"], person_id)
    if "capacity" in values:
        values["capacity"] = msgspec.to_builtins(values["capacity"])
    if values.get("active") is False and act.actor.id == person_id:
        raise Problem("not_yourself", 409)
    if values:
        await act.tx.execute(person.update().where(person.c.id == person_id).values(values))
    if serves is not None:
        _check_lending(serves, before.serves, {act.tenant_id, *may_lend})
        await _set_serves(act, person_id, serves)
    if values.get("active") is False:
        await shut_out(act, person_id)
    if values or serves is not None:
        shown = {name: value for name, value in values.items() if name != "email_key"}
        await act.note("person.changed", "person", person_id, **shown, **({"serves": serves} if serves else {}))
        await announce(act.tx, "rights_changed", person_id=person_id)
    return await get_person(act.tx, person_id, administered=[act.tenant_id])


async def shut_out(act: Act, person_id: str) -> None:
    """End the person's sessions and tokens and tell all processes, which close their sockets."""
    await close_all(act.tx, person_id)
    mine = (api_token.c.person_id == person_id, api_token.c.revoked_at.is_(None))
    await act.tx.execute(api_token.update().where(*mine).values(revoked_at=act.now_ms))
    await announce(act.tx, "person_closed", person_id=person_id)


async def set_roles(act: Act, person_id: str, roles: Collection[Role], *, operator: bool = False) -> Person:
    """Give the person exactly these roles. Nobody changes their own."""
    before = await get_person(act.tx, person_id)
    if act.actor.id == person_id:
        raise Problem("not_yourself", 409)
    _check_roles({*roles, *before.roles}, operator)
    await _set_roles(act, person_id, roles)
    await act.note("person.roles_changed", "person", person_id, roles=sorted(set(roles)), before=sorted(before.roles))
    await announce(act.tx, "rights_changed", person_id=person_id)
    return await get_person(act.tx, person_id, administered=[act.tenant_id])


async def set_skills(act: Act, person_id: str, skills: Sequence[PersonSkill]) -> Person:
    """Give the person exactly these skills."""
    before = await get_person(act.tx, person_id)
    await _set_skills(act, person_id, skills, before.serves)
    levels = {one.skill_id: -one.level if one.minor else one.level for one in skills}
    await act.note("person.skills_changed", "person", person_id, levels=levels)
    return await get_person(act.tx, person_id, administered=[act.tenant_id])


async def _set_roles(act: Act, person_id: str, roles: Collection[Role]) -> None:
    await act.tx.execute(delete(role_grant).where(role_grant.c.person_id == person_id))
    rows = [{"person_id": person_id, "role": role, "tenant_id": act.tenant_id} for role in sorted(set(roles))]
    if rows:
        await act.tx.execute(role_grant.insert(), rows)


async def _set_serves(act: Act, person_id: str, serves: Collection[str]) -> None:
    shadows = select(tenant.c.tenant_id).where(tenant.c.shadow_of.is_not(None))  # who practises goes on practising
    mine = (person_serves.c.person_id == person_id, person_serves.c.tenant_id.not_in(shadows))
    await act.tx.execute(delete(person_serves).where(*mine))
    rows = [{"person_id": person_id, "tenant_id": tenant_id} for tenant_id in sorted(set(serves))]
    if rows:
        await act.tx.execute(person_serves.insert(), rows)


async def _set_skills(act: Act, person_id: str, skills: Sequence[PersonSkill], serves: Collection[str]) -> None:
    """Skills of the installation, of the employer and of the tenants served may be given."""
    wanted = {one.skill_id: one for one in skills}
    if len(wanted) != len(skills):
        raise Problem("skill_twice", 400, errors=[{"field": "skills", "code": "skill_twice"}])
    near = or_(skill.c.tenant_id.is_(None), skill.c.tenant_id.in_([act.tenant_id, *serves]))
    known = select(skill.c.id).where(skill.c.id.in_(list(wanted)), near, skill.c.retired_at.is_(None))
    found = {row.id for row in await act.tx.execute(known)}
    if unknown := [index for index, one in enumerate(skills) if one.skill_id not in found]:
        field = f"skills.{unknown[0]}.skill_id"
        raise Problem("unknown_skill", 400, errors=[{"field": field, "code": "unknown_skill"}])
    await act.tx.execute(delete(person_skill).where(person_skill.c.person_id == person_id))
    rows: list[dict[str, Any]] = [
        {"person_id": person_id, "tenant_id": act.tenant_id, **msgspec.to_builtins(one)} for one in skills
    ]
    if rows:
        await act.tx.execute(person_skill.insert(), rows)


def _check_roles(roles: Collection[Role], operator: bool) -> None:
    if "city_operator" in roles and not operator:
        raise Problem("role_too_high", 403, role="city_operator")


def _check_lending(wanted: Collection[str], before: Collection[str], allowed: Collection[str]) -> None:
    """Who is to serve which tenant is up to that tenant's administrators: both adding and taking away."""
    if not set(wanted) ^ set(before) <= set(allowed):
        raise Problem("unknown_tenant", 400, errors=[{"field": "serves", "code": "unknown_tenant"}])


async def _check_team(act: Act, team_id: str | None) -> None:
    if team_id is None:
        return
    own = select(team.c.id).where(team.c.id == team_id, team.c.tenant_id == act.tenant_id, team.c.retired_at.is_(None))
    if (await act.tx.execute(own)).first() is None:
        raise Problem("unknown_team", 400, errors=[{"field": "team_id", "code": "unknown_team"}])


async def _free_email(act: Act, email: str, owner_id: str | None) -> str:
    key = checked_email(email)
    holder = (await act.tx.execute(select(person.c.id).where(person.c.email_key == key))).scalar_one_or_none()
    if holder is not None and holder != owner_id:
        raise Problem("email_taken", 409, errors=[{"field": "email", "code": "email_taken"}], email=email)
    return key


async def _free_phone(act: Act, name: str | None, owner_id: str | None) -> str | None:
    """A phone rings for one person. Raises `Problem` (409 `phone_taken`)."""
    held = select(person.c.id).where(person.c.phone == name)
    holder = None if name is None else (await act.tx.execute(held)).scalar_one_or_none()
    if holder is not None and holder != owner_id:
        raise Problem("phone_taken", 409, errors=[{"field": "phone", "code": "phone_taken"}], name=name)
    return name


async def forget_team(act: Act, team_id: str) -> None:
    """Nobody is in this team any more."""
    await act.tx.execute(update(person).where(person.c.team_id == team_id).values(team_id=None))
