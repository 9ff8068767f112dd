"""A change under way: its transaction, whose data it touches, who does it and when.

Services take an `Act`; what they change they `note`, which writes the audit trail and tells the other processes, in the
same transaction as the change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.audit.service import SYSTEM, Actor, actor_of, record
from rexian.directory.principal import Principal
from rexian.directory.signals import announce
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem, not_found

NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Act:
    """One change of one tenant's data. `quiet`: nobody has to hear of it (the first seeding)."""

    tx: AsyncConnection
    tenant_id: str
    now_ms: int
    actor: Actor = SYSTEM
    quiet: bool = False

    @property
    def by_id(self) -> str:
        """The person who acts, or the nil id for the system."""
        return self.actor.id if self.actor.kind != "system" else NOBODY

    async def record(self, action: str, object_kind: str, object_id: str, **detail: Any) -> None:
        """Put the change into the audit trail."""
        await record(
            self.tx,
            self.tenant_id,
            at=self.now_ms,
            actor=self.actor,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            detail=detail,
        )

    async def note(self, action: str, object_kind: str, object_id: str, **detail: Any) -> None:
        """Put the change into the audit trail and let everybody know that the directory changed."""
        await self.record(action, object_kind, object_id, **detail)
        if not self.quiet:
            await announce(self.tx, "directory_changed", tenant_id=self.tenant_id)

    async def insert_once(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert `row` unless its id is there already; say whether it was inserted.

        A repeat finds its own row. Raises `Problem` (409 `id_in_use`) when the id belongs to something else.
        """
        fresh = insert(table).values(row).on_conflict_do_nothing(index_elements=[table.c.id]).returning(table.c.id)
        if (await self.tx.execute(fresh)).first() is not None:
            return True
        there = (await self.tx.execute(select(table).where(table.c.id == row["id"]))).one_or_none()
        if there is None or any(there._mapping[name] != value for name, value in row.items() if name != "created_at"):
            raise Problem("id_in_use", 409, errors=[{"field": "id", "code": "id_in_use"}])
        return False

    async def check_name(self, table: Table, name: str, own_id: str | None) -> None:
        """Names of live things of one kind differ within a tenant. Raises `Problem` (409 `name_taken`)."""
        live = select(table.c.id).where(
            table.c.tenant_id == self.tenant_id, table.c.name == name, table.c.retired_at.is_(None)
        )
        if own_id is not None:
            live = live.where(table.c.id != own_id)
        if (await self.tx.execute(live)).first() is not None:
            raise Problem("name_taken", 409, errors=[{"field": "name", "code": "name_taken"}], name=name)


@asynccontextmanager
async def acting(db: Database, clock: Clock, who: Principal, tenant_id: str) -> AsyncIterator[Act]:
    """A change by `who` at one tenant, whose right to it has been checked."""
    async with db.tenant(tenant_id) as tx:
        yield Act(tx, tenant_id, clock.now_ms(), actor_of(who))


@asynccontextmanager
async def acting_everywhere(db: Database, clock: Clock, who: Principal, tenant_id: str) -> AsyncIterator[Act]:
    """As `acting`, in a transaction that sees all tenants: for what reaches over their walls and checks for itself."""
    async with db.system() as tx:
        yield Act(tx, tenant_id, clock.now_ms(), actor_of(who))


def within(who: Principal, scope: str, tenant_id: str | None) -> frozenset[str]:
    """Return the tenants of a list: all at which `scope` is theirs, or of those only `tenant_id`.

    Where they only practise comes in when it is named.
    """
    return who.reach(scope) if tenant_id is None else who.everywhere(scope) & {tenant_id}


async def locate_tenant(db: Database, clock: Clock, who: Principal, scope: str, tenant_id: str) -> str:
    """Return the tenant's id if `who` has `scope` there; else as `locate`."""
    if tenant_id not in who.grants:
        await refuse(db, clock, who, "tenant", tenant_id)
    if not who.may(scope, tenant_id):
        raise Problem("scope_missing", 403, scope=scope)
    return tenant_id


async def tenant_for(db: Database, clock: Clock, who: Principal, scope: str, wanted: str | None) -> str:
    """Return the tenant at which something is to be made: `wanted`, or the employer.

    Raises `Problem`: 404 (audited) for a tenant that is not theirs to see, 403 for one where they lack the scope.
    """
    return await locate_tenant(db, clock, who, scope, wanted or who.tenant_id)


async def locate(db: Database, clock: Clock, who: Principal, scope: str, table: Table, object_id: str) -> str:
    """Return the tenant to which the row with this id belongs, if `who` has `scope` there.

    Raises `Problem`: 404 when there is no such row; the same, and a line in the audit trail, when it is another
    tenant's; 403 when the tenant is theirs but not the scope.
    """
    async with db.system() as tx:
        owner = (await tx.execute(select(table.c.tenant_id).where(table.c.id == object_id))).scalar_one_or_none()
    if owner is None:
        raise not_found(table.name)
    if owner not in who.grants:
        await refuse(db, clock, who, table.name, object_id)
    if not who.may(scope, owner):
        raise Problem("scope_missing", 403, scope=scope)
    return str(owner)


async def refuse(db: Database, clock: Clock, who: Principal, object_kind: str, object_id: str) -> None:
    """Audit a reach for another tenant's thing, with the asker's own tenant, and raise 404."""
    async with db.tenant(who.tenant_id) as tx:
        await record(
            tx,
            who.tenant_id,
            at=clock.now_ms(),
            actor=actor_of(who),
            action="access.refused",
            object_kind=object_kind,
            object_id=object_id,
        )
    raise not_found(object_kind)
