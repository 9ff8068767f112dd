"""What others may know of people and skills."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.people.model import engine_name
from rexian.directory.people.tables import person, skill, team
from rexian.directory.tenants.tables import tenant

__all__ = ["Card", "agent_cards", "engine_name", "skill_names", "team_names"]


class Card(Struct, frozen=True, kw_only=True):
    """As much of a person as colleagues and customers see. `team` is empty without one, `phone` too."""

    id: str
    tenant_id: str
    name: str
    level: int
    team: str
    team_en: str
    active: bool
    phone: str = ""


async def agent_cards(tx: AsyncConnection, ids: Iterable[str] | None = None) -> dict[str, Card]:
    """Return the people with these ids (all that `tx` sees, without `ids`), those who have left included."""
    found = select(person, team.c.name.label("team"), team.c.name_en.label("team_en")).outerjoin(team)
    if ids is not None:
        found = found.where(person.c.id.in_(list(ids)))
    return {
        row.id: Card(
            id=row.id,
            tenant_id=row.tenant_id,
            name=row.name,
            level=row.level,
            team=row.team or "",
            team_en=row.team_en or "",
            active=row.active,
            phone=row.phone or "",
        )
        for row in await tx.execute(found)
    }


async def skill_names(tx: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Return the names (Chinese, English) of all skills by the name that the engine and the journal use.

    `tx` is a system transaction. A tenant itself stands under `tenant:<id>`, a team under `team:<id>`.
    """
    own = select(skill.c.key, skill.c.name, skill.c.name_en, tenant.c.key.label("tenant_key")).outerjoin(tenant)
    names = {engine_name(row.key, row.tenant_key): (row.name, row.name_en) for row in await tx.execute(own)}
    for row in await tx.execute(select(tenant.c.tenant_id, tenant.c.name, tenant.c.name_en)):
        names[f"tenant:{row.tenant_id}"] = (row.name, row.name_en)
    for row in await tx.execute(select(team.c.id, team.c.name, team.c.name_en)):
        names[f"team:{row.id}"] = (row.name, row.name_en)
    return names


async def team_names(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the teams' names, Chinese and English, by id."""
    found = select(team.c.id, team.c.name, team.c.name_en).where(team.c.id.in_(list(ids)))
    return {row.id: (row.name, row.name_en or row.name) for row in await tx.execute(found)}
