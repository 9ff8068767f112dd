"""Making, changing and retiring queues."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Integer, Row, Select, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.hours.service import check_hours
from rexian.directory.people.tables import person, person_serves, person_skill, role_grant, skill
from rexian.directory.queues.model import Need, NewQueue, Queue, QueueChange, check_needs
from rexian.directory.queues.tables import queue, queue_need
from rexian.directory.sites.tables import site
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found

_PLAIN = (
    "name", "name_en", "medium", "priority", "ring_ms", "acw_ms", "service_level_ms", "service_level_goal",
    "max_waiting", "hours_id",
)  # fmt: skip


async def create_queue(act: Act, new: NewQueue) -> Queue:
    """Make a queue. `act.tx` is a system transaction. Raises `Problem`: 400 for what is unknown, 409 `name_taken`."""
    await _check(act, new.needs, new.hours_id)
    await act.check_name(queue, new.name, new.id)
    row: dict[str, Any] = {name: getattr(new, name) for name in _PLAIN}
    row |= {"id": new.id or new_id(), "tenant_id": act.tenant_id, "name_en": new.name_en or new.name}
    if await act.insert_once(queue, {**row, "created_at": act.now_ms}):
        await _set_needs(act, row["id"], new.needs)
        await act.note("queue.created", "queue", row["id"], **msgspec.to_builtins(new))
    return await get_queue(act.tx, row["id"])


async def change_queue(act: Act, queue_id: str, change: QueueChange) -> Queue:
    """Change what is given. `retired` false brings a retired queue back. `act.tx` is a system transaction."""
    values = changed_fields(change)
    await _check(act, change.needs, values.get("hours_id"))
    noted = msgspec.to_builtins(values)
    needs = values.pop("needs", None)
    if "name" in values or "retired" in values:
        await act.check_name(queue, values.get("name") or (await get_queue(act.tx, queue_id)).name, queue_id)
    if values.pop("retired", None) is False:
        values["retired_at"] = None
    if values:
        await act.tx.execute(queue.update().where(queue.c.id == queue_id).values(values))
    if needs is not None:
        await _set_needs(act, queue_id, needs)
    if noted:
        await act.note("queue.changed", "queue", queue_id, **noted)
    return await get_queue(act.tx, queue_id)


async def retire_queue(act: Act, queue_id: str) -> None:
    """Let the queue take no new contacts; those that wait are served. Raises `Problem` (409 `queue_in_use`)."""
    named = func.jsonb_build_array(func.jsonb_build_object("queue_id", queue_id))
    offered = select(site.c.name).where(site.c.topics.contains(named), site.c.retired_at.is_(None)).limit(5)
    sites = [row.name for row in await act.tx.execute(offered)]
    if sites:
        raise Problem("queue_in_use", 409, sites="、".join(sites))
    live = (queue.c.id == queue_id, queue.c.retired_at.is_(None))
    if (await act.tx.execute(queue.update().where(*live).values(retired_at=act.now_ms))).rowcount:
        await act.note("queue.retired", "queue", queue_id)


def queues(reach: Collection[str], *, retired: bool = False) -> Select[Any]:
    """Select these tenants' queues with what they need; `tx` must be a system transaction."""
    found = _queues().where(queue.c.tenant_id.in_(list(reach)))
    return found if retired else found.where(queue.c.retired_at.is_(None))


async def get_queue(tx: AsyncConnection, queue_id: str) -> Queue:
    row = (await tx.execute(_queues().where(queue.c.id == queue_id))).one_or_none()
    if row is None:
        raise not_found("queue")
    return queue_of(row)


def queue_of(row: Row[Any]) -> Queue:
    needs = [msgspec.convert(need, Need) for need in row.needs]
    return Queue(
        id=row.id,
        tenant_id=row.tenant_id,
        needs=sorted(needs, key=lambda need: need.skill_id),
        retired=row.retired_at is not None,
        able=row.able,
        **{name: row._mapping[name] for name in _PLAIN},
    )


def _queues() -> Select[Any]:
    one = func.jsonb_build_object("skill_id", queue_need.c.skill_id, "level", queue_need.c.level)
    needs = (
        select(func.coalesce(func.jsonb_agg(one, type_=JSONB), func.jsonb_build_array()))
        .where(queue_need.c.queue_id == queue.c.id)
        .correlate(queue)
    )
    return select(queue, needs.scalar_subquery().label("needs"), _able().label("able"))


def _able() -> Any:
    """How many active agents serve the tenant and have every skill that the queue needs."""
    # Named one by one: SQLAlchemy ties a subquery to the statement right around it only, not to the one beyond.
    held = (
        select(person_skill.c.person_id)
        .where(
            person_skill.c.person_id == person.c.id,
            person_skill.c.skill_id == queue_need.c.skill_id,
            person_skill.c.level >= queue_need.c.level,
        )
        .correlate(person, queue_need)
    )
    lacking = (
        select(queue_need.c.skill_id)
        .where(queue_need.c.queue_id == queue.c.id, ~held.exists())
        .correlate(person, queue)
    )
    serving = (
        select(person_serves.c.person_id)
        .where(person_serves.c.person_id == person.c.id, person_serves.c.tenant_id == queue.c.tenant_id)
        .correlate(person, queue)
    )
    agent = exists().where(role_grant.c.person_id == person.c.id, role_grant.c.role == "agent")
    able = select(func.count(type_=Integer)).select_from(person)
    able = able.where(person.c.active, agent, serving.exists(), ~lacking.exists())
    return able.correlate(queue).scalar_subquery()


async def _check(act: Act, needs: Collection[Need] | None, hours_id: str | None) -> None:
    await check_hours(act, hours_id)
    if not needs:
        return
    wanted = list(needs)
    check_needs(wanted)
    near = or_(skill.c.tenant_id.is_(None), skill.c.tenant_id == act.tenant_id)
    known = select(skill.c.id).where(
        skill.c.id.in_([need.skill_id for need in wanted]), near, skill.c.retired_at.is_(None)
    )
    found = {row.id for row in await act.tx.execute(known)}
    for index, need in enumerate(wanted):
        if need.skill_id not in found:
            field = f"needs.{index}.skill_id"
            raise Problem("unknown_skill", 400, errors=[{"field": field, "code": "unknown_skill"}])


async def _set_needs(act: Act, queue_id: str, needs: Collection[Need]) -> None:
    await act.tx.execute(delete(queue_need).where(queue_need.c.queue_id == queue_id))
    rows = [
        {"queue_id": queue_id, "tenant_id": act.tenant_id, "skill_id": need.skill_id, "level": need.level}
        for need in needs
    ]
    if rows:
        await act.tx.execute(queue_need.insert(), rows)
