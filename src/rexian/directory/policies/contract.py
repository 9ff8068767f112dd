"""What others may know of routing policies."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.policies.model import Body, to_engine
from rexian.directory.policies.tables import POLICIES, routing_policy
from rexian.directory.versions import drafts

__all__ = ["Body", "RuleCard", "drafted", "establish", "published", "rule_cards", "to_engine"]


class RuleCard(Struct, frozen=True, kw_only=True):
    """A rule as boards and stories show it."""

    name: str
    name_en: str
    boost_ms: int
    emergency: bool


async def published(tx: AsyncConnection, tenant_ids: Collection[str]) -> dict[str, tuple[int, Body]]:
    """Return the policies in force: version and body by tenant."""
    return await POLICIES.published(tx, tenant_ids)


async def drafted(tx: AsyncConnection, tenant_id: str) -> tuple[int, Body] | None:
    """Return the tenant's draft, version and body, as it was last saved."""
    return await POLICIES.drafted(tx, tenant_id)


async def rule_cards(tx: AsyncConnection, *, tenant_id: str | None = None) -> dict[tuple[str, str], RuleCard]:
    """Return the rules of all published versions by tenant and id, as the newest version with that rule names them."""
    found = select(routing_policy.c.tenant_id, routing_policy.c.body).where(routing_policy.c.state != "draft")
    if tenant_id is not None:
        found = found.where(routing_policy.c.tenant_id == tenant_id)
    return {
        (row.tenant_id, rule.id): RuleCard(
            name=rule.name, name_en=rule.name_en or rule.name, boost_ms=rule.boost_ms, emergency=rule.emergency
        )
        for row in await tx.execute(found.order_by(routing_policy.c.tenant_id, routing_policy.c.version))
        for rule in POLICIES.content_of(row).rules
    }


async def establish(act: Act, body: Body, note: str) -> None:
    """Give a tenant that has none its first policy, in force at once (the demo's seeding)."""
    await drafts.establish(act, POLICIES, body, note)
