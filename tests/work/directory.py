"""Just enough of a directory for the slices' tests: tenants, people, skills, queues by their tables."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.people.tables import person, person_serves, skill, team
from rexian.directory.queues.tables import queue
from rexian.directory.tenants.tables import tenant
from rexian.kit.ids import new_id

CITY = new_id()
TENANTS = {"city": CITY, "yunshan": new_id(), "jianglan": new_id()}
QUEUES = {"phone": new_id(), "home": new_id(), "outage": new_id()}
LI, WANG, HE = new_id(), new_id(), new_id()
TEAM = new_id()
AT = 1_760_000_000_000


async def seed_directory(tx: AsyncConnection) -> None:
    """Insert the rows, in a system transaction."""
    names = {
        "city": ("云城热线", "City hotline"),
        "yunshan": ("云杉智能", "Yunshan"),
        "jianglan": ("江岚供电", "Jianglan"),
    }
    await tx.execute(
        tenant.insert(),
        [
            {
                "tenant_id": id, "key": key, "name": names[key][0], "name_en": names[key][1], "colour": "#08c",
                "zone": "Asia/Shanghai", "operator": key == "city", "active": True, "created_at": AT,
            }
            for key, id in TENANTS.items()
        ],
    )  # fmt: skip
    await tx.execute(
        team.insert(), [{"id": TEAM, "tenant_id": CITY, "name": "一组", "name_en": "Team 1", "created_at": AT}]
    )
    await tx.execute(
        person.insert(),
        [
            {
                "id": id, "tenant_id": CITY, "name": name, "email": f"{key}@example.com",
                "email_key": f"{key}@example.com", "locale": "zh-CN", "level": 3, "capacity": {"chat": 3},
                "team_id": TEAM, "active": True, "created_at": AT,
            }
            for id, key, name in ((LI, "li", "李晓雯"), (WANG, "wang", "王磊"), (HE, "he", "何静"))
        ],
    )  # fmt: skip
    serving = [(LI, "yunshan"), (WANG, "yunshan"), (HE, "jianglan"), (LI, "jianglan")]
    await tx.execute(person_serves.insert(), [{"person_id": id, "tenant_id": TENANTS[key]} for id, key in serving])
    await tx.execute(
        skill.insert(),
        [
            {
                "id": new_id(), "tenant_id": TENANTS[key], "key": code, "name": name, "name_en": english,
                "kind": "product", "created_at": AT,
            }
            for key, code, name, english in (
                ("yunshan", "product:phone", "手机", "phones"), ("yunshan", "product:home", "智能家居", "smart home"),
                ("jianglan", "power", "供电", "power"),
            )
        ],
    )  # fmt: skip
    await tx.execute(
        queue.insert(),
        [
            {
                "id": QUEUES[key], "tenant_id": TENANTS[owner], "name": name, "name_en": english, "medium": "chat",
                "priority": 0, "ring_ms": 20_000, "acw_ms": 60_000, "service_level_ms": 20_000,
                "service_level_goal": 80, "max_waiting": 0, "created_at": AT,
            }
            for key, owner, name, english in (
                ("phone", "yunshan", "手机售后", "Phone support"), ("home", "yunshan", "智能家居", "Smart home"),
                ("outage", "jianglan", "停电报修", "Outages"),
            )
        ],
    )  # fmt: skip
