"""A tenant's routing policies, which are kept in versions, and who switched their rules."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.audit.tables import audit
from rexian.directory.people.tables import person
from rexian.directory.policies.checks import check
from rexian.directory.policies.model import Body, LastSwitch, Version
from rexian.directory.policies.tables import POLICIES, routing_policy
from rexian.directory.policies.words import in_words
from rexian.directory.policies.world import World
from rexian.directory.versions import drafts
from rexian.directory.versions.model import Author, Findings, Publication
from rexian.directory.versions.shelf import SHOWN, Shelf


def version_of(shelf: Shelf, row: Row[Any], world: World, locale: str) -> Version:
    """One version with its body, and what that says in `locale`."""
    body = POLICIES.content_of(row)
    return Version(**shelf.about(row), body=body, words=in_words(body, world, locale))


async def publish(act: Act, wanted: Publication, world: World, locale: str) -> Findings:
    """Put the draft in force and return what there is to say about it. What is in force already stays as it is.

    Raises `Problem`: 404 without such a draft, 409 `version_outdated`, 412 when it has changed, 422 `policy_invalid`.
    """

    def look(body: Body) -> Findings:
        return check(body, world, act.now_ms, locale)

    findings, row = await drafts.publish(act, POLICIES, wanted, look)
    if row is not None:
        await act.note("routing.published", "routing_policy", str(row.version), note=row.note, body=row.body)
    return findings


async def values_seen(tx: AsyncConnection, tenant_id: str) -> dict[str, set[str]]:
    """Return the attributes that the tenant's policies name, with their values, drafts included."""
    seen: dict[str, set[str]] = {}
    mine = select(routing_policy.c.body).where(routing_policy.c.tenant_id == tenant_id)
    newest = mine.order_by(routing_policy.c.version.desc()).limit(SHOWN)
    for row in await tx.execute(newest):
        for rule in POLICIES.content_of(row).rules:
            for name, values in rule.when.items():
                seen.setdefault(name, set()).update(values)
    return seen


async def last_switches(tx: AsyncConnection, tenant_id: str) -> dict[str, LastSwitch]:
    """Return by rule who switched it last, as the audit trail has it."""
    mine = (audit.c.tenant_id == tenant_id, audit.c.object_kind == "routing_rule")
    newest = select(func.max(audit.c.seq)).where(*mine, audit.c.action == "routing.rule_switched")
    rows = await tx.execute(
        select(audit.c.object_id, audit.c.at, audit.c.detail, audit.c.actor_id, person.c.name)
        .outerjoin(person, cast(person.c.id, Text) == audit.c.actor_id)
        .where(audit.c.tenant_id == tenant_id, audit.c.seq.in_(newest.group_by(audit.c.object_id)))
    )
    return {
        row.object_id: LastSwitch(
            at=row.at,
            by=Author(id=row.actor_id, name=row.name) if row.name else None,
            on=bool(json.loads(row.detail).get("on")),
        )
        for row in rows
    }
