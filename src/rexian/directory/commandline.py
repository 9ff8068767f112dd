"""What the `rexian` command does with the directory: the first tenant, the first user."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.floors.service import ensure_floor, put_on_floor
from rexian.directory.people.model import NewPerson
from rexian.directory.people.service import create_person
from rexian.directory.people.skills import ensure_common
from rexian.directory.scopes import ROLES, Role
from rexian.directory.sign_in.password import Passwords, check_choice
from rexian.directory.sign_in.service import set_hash
from rexian.directory.tenants.model import ZONE, NewTenant
from rexian.directory.tenants.service import create_tenant
from rexian.directory.tenants.tables import tenant
from rexian.directory.text import checked
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem
from rexian.kit.settings import Settings


async def make_tenant(
    db: Database, clock: Clock, *, key: str, name: str, name_en: str = "", zone: str = ZONE, operator: bool = False
) -> str:
    """Make a tenant, put it on the first floor (made if there is none) and return its id. Raises `Problem`."""
    new = checked(NewTenant, {"key": key, "name": name, "name_en": name_en, "zone": zone})
    async with db.system() as tx:
        act = Act(tx, new_id(), clock.now_ms())
        made = await create_tenant(act, new, operator=operator)
        await ensure_common(tx, act.now_ms)
        await put_on_floor(tx, made.id, await ensure_floor(tx, name="大厅", zone=zone))
    return made.id


async def make_user(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    tenant_key: str,
    email: str,
    name: str,
    password: str,
    roles: Sequence[str],
    locale: str = "zh-CN",
) -> str:
    """Make a person with a password and return their id. Raises `Problem`."""
    new = checked(NewPerson, {"name": name, "email": email, "roles": _roles(roles), "locale": locale})
    check_choice(password, email=email)
    encoded = await Passwords(settings.argon2_memory_kib).hash(password)
    async with db.system() as tx:
        employer = await _tenant_id(tx, tenant_key)
        act = Act(tx, employer, clock.now_ms())
        made = await create_person(act, new, may_lend=[], operator=True)
        await set_hash(tx, employer, made.id, encoded, act.now_ms)
    return made.id


def _roles(names: Sequence[str]) -> list[Role]:
    known: list[Role] = [role for role in ROLES if role in names]
    if unknown := [name for name in names if name not in ROLES]:
        raise Problem("unknown_role", 400, role=unknown[0], roles=", ".join(ROLES))
    return known


async def _tenant_id(tx: AsyncConnection, key: str) -> str:
    found = (await tx.execute(select(tenant.c.tenant_id).where(tenant.c.key == key))).scalar_one_or_none()
    if found is None:
        known = [row.key for row in await tx.execute(select(tenant.c.key).order_by(tenant.c.key))]
        raise Problem("unknown_tenant_key", 404, key=key, keys=", ".join(known) or "–")
    return str(found)
