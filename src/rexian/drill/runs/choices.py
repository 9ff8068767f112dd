"""What the form of a new drill offers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.floors.wanted import tenant_skill, wanted
from rexian.directory.people.contract import team_names
from rexian.directory.policies.contract import drafted, published
from rexian.drill.runs.model import Choices, TeamChoice
from rexian.runtime.tables import floor, floor_tenant, journal

DAYS = 30
HOME = "Asia/Shanghai"


async def choices_of(tx: AsyncConnection, tenant_id: str, now_ms: int) -> Choices:
    """`tx` is a system transaction; only the tenant's own days, teams and versions come out."""
    found = select(floor.c.id, floor.c.tz).join(floor_tenant, floor_tenant.c.floor_id == floor.c.id)
    row = (await tx.execute(found.where(floor_tenant.c.tenant_id == tenant_id))).first()
    present, draft = (await published(tx, [tenant_id])).get(tenant_id), await drafted(tx, tenant_id)
    versions = {"present": present[0] if present else None, "draft": draft[0] if draft else None}
    if row is None:
        return Choices(days=[], teams=[], zone=HOME, **versions)
    world = await wanted(tx, row.id)
    skill = tenant_skill(tenant_id)
    sizes = Counter(
        next((name.removeprefix("team:") for name in agent.skills if name.startswith("team:")), "")
        for agent in world.agents.values()
        if skill in agent.skills
    )
    names = await team_names(tx, [id for id in sizes if id])
    teams = [
        TeamChoice(id=id, name=names.get(id, ("", ""))[0], name_en=names.get(id, ("", ""))[1], agents=count)
        for id, count in sorted(sizes.items())
    ]
    return Choices(days=await _days(tx, row.id, row.tz, now_ms), teams=teams, zone=row.tz, **versions)


async def _days(tx: AsyncConnection, floor_id: str, zone: str, now_ms: int) -> list[str]:
    """From today back to the journal's first day."""
    first = (
        await tx.execute(
            select(journal.c.at).where(
                journal.c.floor_id == floor_id,
                journal.c.seq
                == select(func.min(journal.c.seq)).where(journal.c.floor_id == floor_id).scalar_subquery(),
            )
        )
    ).scalar_one_or_none()
    if first is None:
        return []
    tz = ZoneInfo(zone)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(tz).date()
    oldest = datetime.fromtimestamp(first / 1000, UTC).astimezone(tz).date()
    count = min(DAYS, (today - oldest).days + 1)
    return [(today - timedelta(days=number)).isoformat() for number in range(count)]
