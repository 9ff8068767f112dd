"""Who a session or a token stands for: read anew at every request, so that a changed right counts at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import Select, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.directory.principal import Principal
from rexian.directory.scopes import ROLES, Role, grants_of
from rexian.directory.tenants.tables import tenant
from rexian.kit.database import Id
from rexian.runtime.tables import floor_tenant


async def load_principal(
    tx: AsyncConnection,
    person_id: str,
    *,
    session_id: str,
    via: Literal["session", "token"],
    only: Collection[str] | None = None,
    demo: bool = False,
) -> Principal | None:
    """Return who `person_id` is, or None if they don't work here any more (or their employer doesn't).

    `tx` is a system transaction. `only` narrows the scopes (a token's). In a demo everybody may turn the demo's knobs.
    """
    row = (await tx.execute(_person(person_id))).one_or_none()
    if row is None:
        return None
    roles: frozenset[Role] = frozenset(role for role in ROLES if role in row.roles)
    everyone = await _all_tenants(tx) if "city_operator" in roles else []
    grants = grants_of(roles, employer=row.tenant_id, serves=row.serves, everyone=everyone)
    if demo:
        grants[row.tenant_id] |= {"demo.control"}
    held = frozenset().union(*grants.values())
    return Principal(
        person_id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        locale=row.locale,
        theme=row.theme,
        roles=roles,
        tenants=frozenset((row.tenant_id, *row.serves)),
        scopes=held if only is None else held & frozenset(only),
        session_id=session_id,
        via=via,
        agent="agent" in roles,
        floor_id=row.floor_id,
        grants=grants,
        practice=frozenset(row.practice),
    )


def _person(person_id: str) -> Select[Any]:
    employer = tenant.alias("employer")
    works_here = and_(person.c.id == person_id, person.c.active, employer.c.active)
    return (
        select(
            person.c.id,
            person.c.tenant_id,
            person.c.name,
            person.c.locale,
            person.c.theme,
            _roles(),
            _serves(),
            _practice(),
            _floor(),
        )
        .join(employer, employer.c.tenant_id == person.c.tenant_id)
        .where(works_here)
    )


def _roles() -> Any:
    found = select(role_grant.c.role).where(role_grant.c.person_id == person.c.id).correlate(person)
    return func.array(found.scalar_subquery(), type_=ARRAY(Text)).label("roles")


def _serves() -> Any:
    served = (
        select(person_serves.c.tenant_id)
        .join(tenant, tenant.c.tenant_id == person_serves.c.tenant_id)
        .where(person_serves.c.person_id == person.c.id, tenant.c.active)
        .correlate(person)
    )
    return func.array(served.scalar_subquery(), type_=ARRAY(Id)).label("serves")


def _practice() -> Any:
    """Those of the tenants served that are shadows of others."""
    served = (
        select(person_serves.c.tenant_id)
        .join(tenant, tenant.c.tenant_id == person_serves.c.tenant_id)
        .where(person_serves.c.person_id == person.c.id, tenant.c.shadow_of.is_not(None))
        .correlate(person)
    )
    return func.array(served.scalar_subquery(), type_=ARRAY(Id)).label("practice")


def _floor() -> Any:
    """The floor of the tenants served, else of the employer. An agent works on one floor (see `floors.wanted`)."""
    own = select(person_serves.c.tenant_id).where(person_serves.c.person_id == person.c.id).correlate(person)
    near = or_(floor_tenant.c.tenant_id.in_(own), floor_tenant.c.tenant_id == person.c.tenant_id)
    order = (floor_tenant.c.tenant_id.not_in(own), floor_tenant.c.floor_id)
    found = select(floor_tenant.c.floor_id).where(near).order_by(*order).limit(1)
    return found.correlate(person).scalar_subquery().label("floor_id")


async def _all_tenants(tx: AsyncConnection) -> list[str]:
    """All companies; where people only practise is their own company's business."""
    found = select(tenant.c.tenant_id).where(tenant.c.active, tenant.c.shadow_of.is_(None))
    return [row.tenant_id for row in await tx.execute(found)]
