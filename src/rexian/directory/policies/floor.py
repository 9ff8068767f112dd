"""A tenant's policy on the floors: what they run, bringing a version to them, switching a rule."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.policies.model import FloorVersion
from rexian.engine.commands import PublishPolicy, SwitchRule
from rexian.engine.floor import Floor
from rexian.engine.specs import Party, Policy, Rule
from rexian.kit.ids import new_id
from rexian.runtime.port import FloorPort, Unavailable
from rexian.runtime.tables import floor_tenant

BY = Party("system", "directory")
Find = Callable[[str], FloorPort]


class Running(Struct, frozen=True, kw_only=True):
    """What a floor runs for a tenant. `rules`: those of its version; `active`: the ones that hold at `now`."""

    version: int = 0
    rules: tuple[Rule, ...] = ()
    active: frozenset[str] = frozenset()
    now: int = 0


def running(floor: Floor, tenant_id: str) -> Running:
    """Read it from the floor's state."""
    policy = floor.policy(tenant_id)
    if policy is None:
        return Running(now=floor.now)
    active = frozenset(floor.active_rules(tenant_id))
    return Running(version=policy.version, rules=policy.rules, active=active, now=floor.now)


async def floors_of(tx: AsyncConnection, tenant_id: str) -> list[str]:
    """Return the floors that serve the tenant. `tx` is the tenant's or the system's."""
    found = select(floor_tenant.c.floor_id).where(floor_tenant.c.tenant_id == tenant_id)
    return [row.floor_id for row in await tx.execute(found.order_by(floor_tenant.c.floor_id))]


async def ask(find: Find, floor_ids: Sequence[str], tenant_id: str) -> dict[str, Running]:
    """Return what each floor runs. Raises `Unavailable`."""
    return {id: await find(id).ask(lambda floor: running(floor, tenant_id)) for id in floor_ids}


async def glance(find: Find, floor_ids: Sequence[str], tenant_id: str) -> dict[str, Running]:
    """As `ask`, without the floors that can't answer just now."""
    found: dict[str, Running] = {}
    for floor_id in floor_ids:
        with contextlib.suppress(Unavailable):
            found |= await ask(find, [floor_id], tenant_id)
    return found


async def bring(port: FloorPort, policy: Policy) -> bool:
    """Let the floor run at least this version and return once it is committed; False: it did already.

    What was switched by hand stays as it was switched, as long as the rule itself is still there.
    Raises `Refused` or `Unavailable`.
    """
    before = await port.ask(lambda floor: running(floor, policy.tenant_id))
    if before.version >= policy.version:
        return False
    await port.submit(PublishPolicy(policy=policy), id=new_id(), by=BY)
    for switch in by_hand(before, policy):
        await port.submit(switch, id=new_id(), by=BY)
    return True


def by_hand(before: Running, policy: Policy) -> Iterator[SwitchRule]:
    """The switches that keep hand-switched rules as they are when `policy` takes over."""
    known = {rule.id: rule for rule in before.rules}
    for rule in policy.rules:
        old = known.get(rule.id)
        if old is None or (rule.until_at and rule.until_at <= before.now):
            continue
        was, due = rule.id in before.active, _by_itself(old, before.now)
        if was != due and was != _by_itself(rule, before.now):
            yield SwitchRule(tenant_id=policy.tenant_id, rule_id=rule.id, on=was)


def _by_itself(rule: Rule, now: int) -> bool:
    """Whether the rule holds at `now` unless somebody switches it."""
    return rule.on and rule.from_at <= now and (not rule.until_at or now < rule.until_at)


def versions(found: dict[str, Running]) -> list[FloorVersion]:
    return [FloorVersion(floor_id=id, version=one.version) for id, one in found.items()]
