"""What live drills' tests do at the server: begin, look, stop, and count what the real tenant sees."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from rexian.directory.people.tables import person_serves
from rexian.directory.tenants.tables import tenant
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.work.desk.tables import contact
from rexian.work.webhooks.tables import delivery
from tests.drill.waiting import until
from tests.served import SECRET, Served

HEADER = "at,queue,talk_s,patience_s\n"


def rows(*customers: tuple[int, str, int]) -> str:
    """An arrivals file: (seconds, queue, patience in seconds). Whoever is first comes at once, the others in step."""
    return HEADER + "".join(f"2025-11-11T20:00:{at:02}+08:00,{queue},60,{wait}\n" for at, queue, wait in customers)


def own_settings(db: Database, home: Path) -> Settings:
    """Outside of demo mode, at a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return Settings(
        home=home, database_url=db.url.render_as_string(hide_password=False), secret=SECRET, port=port,
        argon2_memory_kib=8192,
    )  # fmt: skip


async def begin(client: httpx.AsyncClient, arrivals: str, *trainees: str, **more: Any) -> dict[str, Any]:
    body = {"source": {"kind": "file", "arrivals": arrivals}, "trainees": list(trainees), "minutes": 1} | more
    answer = await client.post("/api/drills/live", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def view(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/drills/live/{id}")).raise_for_status().json()
    return found


async def over(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        found = await view(client, id)
        return found if found["state"] == "ended" else None

    found: dict[str, Any] = await until(ended)
    return found


async def stop(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    assert (await client.delete(f"/api/drills/live/{id}")).status_code == 202
    return await over(client, id)


async def knows(served: Served, drill: dict[str, Any], person_id: str) -> None:
    """Wait until the floor has the trainee at the shadow."""
    floor = served.house.rooms[served.city.floor_id].mirror.floor

    async def there() -> bool:
        agent = floor.agent(person_id)
        return agent is not None and f"tenant:{drill['shadow_id']}" in agent.spec.skills

    await until(there)


async def contacts_of(served: Served, drill: dict[str, Any]) -> int:
    async with served.house.db.tenant(drill["shadow_id"]) as tx:
        return int((await tx.execute(select(func.count()).select_from(contact))).scalar_one())


async def real_numbers(served: Served, client: httpx.AsyncClient) -> dict[str, Any]:
    """Everything that the real tenant's supervisor is told in sums and lists."""
    today = (await client.get("/api/wall/today", params={"simulated": "both"})).raise_for_status().json()
    contacts = (await client.get("/api/contacts")).raise_for_status().json()
    customers = (await client.get("/api/customers")).raise_for_status().json()
    listed = (await client.get("/api/queues")).raise_for_status().json()
    room = served.house.rooms[served.city.floor_id]
    await room.watch.count()
    room.watch.judge(room._health)
    wall = await served.desk(served.city.zhao, "wall")  # begins with all that there is now
    shown = {
        id: {k: v for k, v in row.items() if k != "available_agents"} for id, row in wall.view("wall", "queues").items()
    }
    alerts = {id for id in wall.view("wall", "alerts") if not id.startswith("agent_state_long")}
    await wall.close()
    async with served.house.db.system() as tx:
        sent = (await tx.execute(select(func.count()).select_from(delivery))).scalar_one()
    queues = [{k: v for k, v in one.items() if k != "able"} for one in listed["items"]]
    figures = {"total": today["total"], "queues": today["queues"], "intervals": today["intervals"]}
    return figures | {
        "contacts": [one["id"] for one in contacts["items"]], "customers": [one["id"] for one in customers["items"]],
        "listed": queues, "wall": shown, "alerts": alerts, "sent": sent,
    }  # fmt: skip


async def retired(served: Served, drill: dict[str, Any]) -> None:
    async with served.house.db.system() as tx:
        row = (await tx.execute(select(tenant).where(tenant.c.tenant_id == drill["shadow_id"]))).one()
        assert (row.active, row.shadow_of) == (False, served.city.yunshan)
        left = select(person_serves).where(person_serves.c.tenant_id == drill["shadow_id"])
        assert not (await tx.execute(left)).all()
    floor = served.house.rooms[served.city.floor_id].mirror.floor

    async def gone() -> bool:
        skill = f"tenant:{drill['shadow_id']}"
        return all(skill not in agent.spec.skills for agent in floor.agents()) and all(
            queue.retired for queue in floor.queues() if queue.tenant_id == drill["shadow_id"]
        )

    await until(gone)
