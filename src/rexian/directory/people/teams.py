"""Teams: who works together, and in which shift."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.hours.service import check_hours
from rexian.directory.people.model import NewTeam, Team, TeamChange
from rexian.directory.people.service import forget_team
from rexian.directory.people.tables import team
from rexian.kit.ids import new_id
from rexian.kit.problem import not_found


async def create_team(act: Act, new: NewTeam) -> Team:
    """Make a team. Raises `Problem`: 409 `name_taken`, 400 `unknown_hours`."""
    await check_hours(act, new.hours_id)
    row = {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "name": new.name,
        "name_en": new.name_en or new.name,
        "hours_id": new.hours_id,
        "created_at": act.now_ms,
    }
    await act.check_name(team, new.name, new.id)
    if await act.insert_once(team, row):
        await act.note("team.created", "team", str(row["id"]), name=new.name)
    return await get_team(act.tx, str(row["id"]))


async def change_team(act: Act, team_id: str, change: TeamChange) -> Team:
    values = changed_fields(change)
    if "hours_id" in values:
        await check_hours(act, values["hours_id"])
    if "name" in values:
        await act.check_name(team, values["name"], team_id)
    if values:
        await act.tx.execute(team.update().where(team.c.id == team_id).values(values))
        await act.note("team.changed", "team", team_id, **values)
    return await get_team(act.tx, team_id)


async def retire_team(act: Act, team_id: str) -> None:
    """Dissolve the team; its people stay, without one."""
    live = (team.c.id == team_id, team.c.retired_at.is_(None))
    if (await act.tx.execute(team.update().where(*live).values(retired_at=act.now_ms))).rowcount:
        await forget_team(act, team_id)
        await act.note("team.retired", "team", team_id)


async def get_team(tx: AsyncConnection, team_id: str) -> Team:
    row = (await tx.execute(select(team).where(team.c.id == team_id))).one_or_none()
    if row is None:
        raise not_found("team")
    return team_of(row)


def team_of(row: Row[Any]) -> Team:
    return Team(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        name_en=row.name_en,
        hours_id=row.hours_id,
        retired=row.retired_at is not None,
    )
