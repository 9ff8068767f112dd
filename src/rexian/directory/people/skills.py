"""Skills: a tenant's own, and those of the whole installation (languages and dialects)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.people.model import NewSkill, Skill, SkillChange, check_key
from rexian.directory.people.tables import skill
from rexian.directory.queues.tables import queue, queue_need
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found

COMMON = (
    ("019a0000-0000-7000-8000-00000000a001", "lang:zh-CN", "普通话", "Mandarin Chinese", "language"),
    ("019a0000-0000-7000-8000-00000000a002", "lang:en", "英语", "English", "language"),
    ("019a0000-0000-7000-8000-00000000a003", "dialect:yue", "粤语", "Cantonese", "dialect"),
    ("019a0000-0000-7000-8000-00000000a004", "dialect:sichuan", "四川话", "Sichuanese", "dialect"),
    ("019a0000-0000-7000-8000-00000000a005", "dialect:wu", "上海话", "Shanghainese", "dialect"),
    ("019a0000-0000-7000-8000-00000000a006", "dialect:minnan", "闽南语", "Hokkien", "dialect"),
    ("019a0000-0000-7000-8000-00000000a007", "dialect:dongbei", "东北话", "Northeastern Mandarin", "dialect"),
)
"""The skills that every installation has, under ids that are the same everywhere."""


async def ensure_common(tx: AsyncConnection, now_ms: int) -> None:
    """Make the installation's skills if they are missing. `tx` is a system transaction."""
    rows = [
        {"id": id, "tenant_id": None, "key": key, "name": name, "name_en": name_en, "kind": kind, "created_at": now_ms}
        for id, key, name, name_en, kind in COMMON
    ]
    await tx.execute(insert(skill).values(rows).on_conflict_do_nothing())


def skills(reach: Collection[str], *, retired: bool = False) -> Select[Any]:
    """Select the installation's skills and those of these tenants; `tx` must be a system transaction."""
    found = select(skill).where(or_(skill.c.tenant_id.is_(None), skill.c.tenant_id.in_(list(reach))))
    return found if retired else found.where(skill.c.retired_at.is_(None))


async def create_skill(act: Act, new: NewSkill) -> Skill:
    """Make a skill of `act.tenant_id`, or (`new.common`) of the installation: then `act.tx` is a system transaction.

    Raises `Problem`: 400 `reserved_key`, 409 `key_taken`.
    """
    check_key(new)
    row: dict[str, Any] = {
        "id": new.id or new_id(),
        "tenant_id": None if new.common else act.tenant_id,
        "key": new.key,
        "name": new.name,
        "name_en": new.name_en or new.name,
        "kind": new.kind,
    }
    same = skill.c.tenant_id.is_(None) if new.common else skill.c.tenant_id == act.tenant_id
    holder = (await act.tx.execute(select(skill.c.id).where(skill.c.key == new.key, same))).scalar_one_or_none()
    if holder not in (None, new.id):
        raise Problem("key_taken", 409, errors=[{"field": "key", "code": "key_taken"}], key=new.key)
    if await act.insert_once(skill, {**row, "created_at": act.now_ms}):
        await act.note("skill.created", "skill", row["id"], key=new.key, name=new.name, common=new.common)
    return await get_skill(act.tx, row["id"])


async def change_skill(act: Act, skill_id: str, change: SkillChange) -> Skill:
    values = changed_fields(change)
    if values:
        await act.tx.execute(skill.update().where(skill.c.id == skill_id).values(values))
        await act.note("skill.changed", "skill", skill_id, **values)
    return await get_skill(act.tx, skill_id)


async def retire_skill(act: Act, skill_id: str) -> None:
    """Take the skill out of use. Raises `Problem` (409 `skill_in_use`) while a queue asks for it."""
    asked = (
        select(queue.c.name)
        .join(queue_need, and_(queue_need.c.queue_id == queue.c.id, queue_need.c.skill_id == skill_id))
        .where(queue.c.retired_at.is_(None))
        .order_by(queue.c.name)
    )
    names = [row.name for row in await act.tx.execute(asked.limit(5))]
    if names:
        raise Problem("skill_in_use", 409, queues="、".join(names))
    live = (skill.c.id == skill_id, skill.c.retired_at.is_(None))
    done = await act.tx.execute(skill.update().where(*live).values(retired_at=act.now_ms))
    if done.rowcount:
        await act.note("skill.retired", "skill", skill_id)


async def get_skill(tx: AsyncConnection, skill_id: str) -> Skill:
    row = (await tx.execute(select(skill).where(skill.c.id == skill_id))).one_or_none()
    if row is None:
        raise not_found("skill")
    return skill_of(row)


def skill_of(row: Row[Any]) -> Skill:
    return Skill(
        id=row.id,
        tenant_id=row.tenant_id,
        key=row.key,
        name=row.name,
        name_en=row.name_en,
        kind=row.kind,
        retired=row.retired_at is not None,
    )
