"""The audit trail over HTTP: read only."""

from __future__ import annotations

import json
from typing import Annotated, Any

from litestar import get
from litestar.params import Parameter
from msgspec import Struct

from rexian.directory.act import tenant_for
from rexian.directory.api import Cursor, Limit, TenantFilter
from rexian.directory.audit.service import page, verify
from rexian.directory.page import LIMIT, Page, bad_cursor, seal, unseal
from rexian.directory.people.contract import agent_cards
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import is_id

Word = Annotated[str | None, Parameter(max_length=80, pattern=r"^[^\x00]*$")]


class AuditEntry(Struct, frozen=True, kw_only=True):
    """Who did what to whose thing, when. `hash` covers this row and the one before it."""

    tenant_id: str
    seq: int
    at: int
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]
    address: str
    hash: str


class AuditState(Struct, frozen=True, kw_only=True):
    """Whether the trail is as it was written; else the first row that isn't and why (changed, missing, cut_off)."""

    tenant_id: str
    intact: bool
    broken_seq: int | None
    why: str | None


@get("/api/audit", opt={"scope": "audit.read"}, operation_id="listAudit", tags=["audit"], summary="The audit trail")
async def list_audit(
    who: Principal,
    db: Database,
    clock: Clock,
    tenant_id: TenantFilter = None,
    action: Word = None,
    object_kind: Word = None,
    object_id: Word = None,
    actor_id: Word = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> Page[AuditEntry]:
    """List one tenant's audit trail (the employer's, if none is named), newest first."""
    owner = await tenant_for(db, clock, who, "audit.read", tenant_id)
    async with db.tenant(owner) as tx:
        rows = await page(
            tx, owner, before=_number(cursor), limit=limit + 1,
            action=action, object_kind=object_kind, object_id=object_id, actor_id=actor_id,
        )  # fmt: skip
    async with db.system() as tx:
        people = await agent_cards(tx, {row.actor_id for row in rows if is_id(row.actor_id)})
    names = {id: card.name for id, card in people.items()}
    entries = [
        AuditEntry(
            **{name: row._mapping[name] for name in _SAME},
            actor_name=names.get(row.actor_id, ""),
            detail=json.loads(row.detail),
            hash=row.hash.hex(),
        )
        for row in rows[:limit]
    ]
    return Page(entries, seal(str(entries[-1].seq)) if len(rows) > limit else None)


@get("/api/audit/verify", opt={"scope": "audit.read"}, operation_id="verifyAudit", tags=["audit"],
     summary="Verify the audit trail")  # fmt: skip
async def verify_audit(who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None) -> AuditState:
    """Recompute the trail's hashes and name the first row that was changed, taken out or cut off."""
    owner = await tenant_for(db, clock, who, "audit.read", tenant_id)
    async with db.tenant(owner) as tx:
        broken = await verify(tx, owner)
    return AuditState(
        tenant_id=owner,
        intact=broken is None,
        broken_seq=broken.seq if broken else None,
        why=broken.why if broken else None,
    )


_SAME = ("tenant_id", "seq", "at", "actor_kind", "actor_id", "action", "object_kind", "object_id", "address")


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    place = unseal(cursor)
    if not (place.isascii() and place.isdecimal() and len(place) <= 18):
        raise bad_cursor()
    return int(place)


routes = [list_audit, verify_audit]
