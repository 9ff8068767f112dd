"""The audit trail: who did what to whose thing, chained per tenant so that a changed row is found.

Each row's hash covers the hash of the row before it and its own content as canonical JSON. A row is written in the
transaction of the change that it tells of: either both are there or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.audit.tables import audit, head
from rexian.directory.principal import Principal
from rexian.directory.tenants.tables import tenant
from rexian.kit.database import Database

GENESIS = bytes(32)
_ACT = ("actor_kind", "actor_id", "action", "object_kind", "object_id", "detail", "address")
_HASHED = ("tenant_id", "seq", "at", *_ACT)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a `person`, a `token` of theirs (with the person's id), or the `system` (a part's name)."""

    kind: str
    id: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row of a tenant's trail that is not as it was written. `why`: changed, missing, cut_off."""

    tenant_id: str
    seq: int
    why: str


SYSTEM = Actor("system", "rexian")


def actor_of(who: Principal) -> Actor:
    return Actor("token" if who.via == "token" else "person", who.person_id, who.address)


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON with one form only: keys sorted, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(previous: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the hash of a row that follows the one whose hash is `previous`."""
    content = canonical({name: row[name] for name in _HASHED})
    return hashlib.sha256(previous + content.encode()).digest()


async def record(
    tx: AsyncConnection,
    tenant_id: str,
    *,
    at: int,
    actor: Actor,
    action: str,
    object_kind: str,
    object_id: str,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Add a row to the tenant's trail and return its number. Others who write to it wait for this commit."""
    last = await _locked_head(tx, tenant_id)
    row: dict[str, Any] = {
        "tenant_id": tenant_id,
        "seq": last.seq + 1,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "action": action,
        "object_kind": object_kind,
        "object_id": object_id,
        "detail": canonical(detail or {}),
        "address": actor.address,
    }
    hashed = digest(last.hash, row)
    await tx.execute(audit.insert().values(**row, previous=last.hash, hash=hashed))
    await tx.execute(head.update().where(head.c.tenant_id == tenant_id).values(seq=row["seq"], hash=hashed))
    return int(row["seq"])


async def _locked_head(tx: AsyncConnection, tenant_id: str) -> Row[Any]:
    """Return number and hash of the trail's last row, locked until the transaction ends."""
    wanted = select(head).where(head.c.tenant_id == tenant_id).with_for_update()
    last: Row[Any] | None = (await tx.execute(wanted)).one_or_none()
    if last is None:
        await tx.execute(insert(head).values(tenant_id=tenant_id, seq=0, hash=GENESIS).on_conflict_do_nothing())
        last = (await tx.execute(wanted)).one()
    return last


async def verify(tx: AsyncConnection, tenant_id: str) -> Broken | None:
    """Return the first row of the tenant's trail that was changed, taken out or cut off; None if all is as written."""
    # The head first: rows that are added while we read come after it and are checked like the others.
    last = (await tx.execute(select(head).where(head.c.tenant_id == tenant_id))).one_or_none()
    expected, previous = 1, GENESIS
    async with tx.stream(select(audit).where(audit.c.tenant_id == tenant_id).order_by(audit.c.seq)) as rows:
        async for row in rows:
            if row.seq != expected:
                return Broken(tenant_id, expected, "missing")
            headed = last is None or row.seq != last.seq or row.hash == last.hash
            if row.previous != previous or digest(previous, row._asdict()) != row.hash or not headed:
                return Broken(tenant_id, row.seq, "changed")
            expected, previous = expected + 1, row.hash
    if last is not None and last.seq >= expected:
        return Broken(tenant_id, expected, "cut_off")
    return None


async def verify_all(db: Database) -> list[Broken]:
    """Verify every tenant's trail; return the first broken row of each that has one. For `rexian audit verify`."""
    broken = []
    async with db.system() as tx:
        for row in (await tx.execute(select(tenant.c.tenant_id).order_by(tenant.c.key))).all():
            fault = await verify(tx, row.tenant_id)
            broken += [fault] if fault else []
    return broken


async def page(
    tx: AsyncConnection, tenant_id: str, *, before: int | None, limit: int, **filters: str | None
) -> list[Row[Any]]:
    """Return up to `limit` rows with numbers below `before`, newest first. `filters` by column, empty ones left out."""
    found = select(audit).where(audit.c.tenant_id == tenant_id)
    if before is not None:
        found = found.where(audit.c.seq < before)
    for column, value in filters.items():
        if value:
            found = found.where(audit.c[column] == value)
    return list(await tx.execute(found.order_by(audit.c.seq.desc()).limit(limit)))
