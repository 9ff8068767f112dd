"""What tests do behind the scenes by the public API: hire a colleague, read the story, leave a clean floor."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import websockets

from rexian.directory.demo import TENANT_IDS
from rexian.kit.ids import new_id

PASSWORD = "knock on wood, twice over"
YUNSHAN = TENANT_IDS["yunshan"]


@dataclass
class Office:
    """The demo's administrator at the API."""

    url: str

    @asynccontextmanager
    async def client(self, role: str = "admin") -> AsyncIterator[httpx.AsyncClient]:
        """A signed-in browser without a page."""
        headers = {"origin": self.url}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, trust_env=False) as client:
            entered = await client.post("/api/demo/enter", json={"role": role})
            assert entered.status_code == 200, entered.text
            client.headers["x-csrf-token"] = entered.json()["csrf"]
            yield client

    @asynccontextmanager
    async def employee(self, email: str) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody hired by `hire`."""
        headers = {"origin": self.url}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, trust_env=False) as client:
            entered = await client.post("/api/session", json={"email": email, "password": PASSWORD})
            assert entered.status_code == 200, entered.text
            client.headers["x-csrf-token"] = entered.json()["csrf"]
            yield client

    async def hire(self, name: str, email: str, level: int = 3, roles: tuple[str, ...] = ("agent",)) -> str:
        """A colleague of the shared staff who can do everything of Yunshan's. Returns the person's id."""
        async with self.client() as client:
            skills = (await client.get("/api/skills", params={"tenant_id": YUNSHAN, "limit": 200})).json()["items"]
            person = {
                "name": name,
                "email": email,
                "password": PASSWORD,
                "roles": list(roles),
                "capacity": {"chat": 3, "voice": 1},
                "serves": [YUNSHAN],
                "level": level,
                "skills": [{"skill_id": skill["id"], "level": level} for skill in skills],
            }
            made = await client.post("/api/people", json=person)
            assert made.status_code == 201, made.text
            return str(made.json()["id"])

    async def trace(self, contact_id: str, locale: str = "zh-CN") -> list[dict[str, Any]]:
        async with self.client("supervisor") as client:
            told = await client.get(f"/api/contacts/{contact_id}/trace", params={"locale": locale})
            assert told.status_code == 200, told.text
            return list(told.json()["entries"])

    async def audit(self, action: str) -> list[dict[str, Any]]:
        """Yunshan's audit trail of one kind of act, newest first."""
        async with self.client() as client:
            told = await client.get("/api/audit", params={"tenant_id": YUNSHAN, "action": action})
            assert told.status_code == 200, told.text
            return list(told.json()["items"])

    async def latest_contact(self) -> str:
        async with self.client("supervisor") as client:
            listed = await client.get("/api/contacts", params={"limit": 1})
            assert listed.status_code == 200, listed.text
            return str(listed.json()["items"][0]["id"])


async def leave_queue(url: str, site: str, visitor: str) -> None:
    """Ends the open contact of a customer whose page is gone, so that the next test finds an empty line."""
    async with websockets.connect(url.replace("http", "ws") + "/chat/ws", proxy=None, close_timeout=1) as socket:
        page = {"url": url, "title": "tidying"}
        hello = {"t": "hello", "v": 1, "site": site, "visitor": visitor, "locale": "zh-CN", "after": 0, "contact": None}
        await socket.send(json.dumps(hello | {"page": page}))
        async with asyncio.timeout(10):
            while (frame := json.loads(await socket.recv()))["t"] != "welcome":
                pass
            contact = frame["contact"]
            if not contact or contact["state"] == "ended":
                return
            await socket.send(json.dumps({"t": "end", "id": (ending := new_id())}))
            while (frame := json.loads(await socket.recv())).get("id") != ending:
                pass


async def clear_desk(client: httpx.AsyncClient) -> None:
    """Ends and wraps up what an agent still has, and sends the agent to a break."""
    ticket = (await client.post("/api/feed-ticket")).json()["ticket"]
    address = str(client.base_url).rstrip("/").replace("http", "ws")
    async with websockets.connect(f"{address}/feed?ticket={ticket}", proxy=None, close_timeout=1) as socket:
        await socket.send(json.dumps({"t": "sub", "topic": "me"}))
        async with asyncio.timeout(15):
            while (frame := json.loads(await socket.recv()))["t"] != "snap":
                pass
            view = frame["data"]
            for handling in view.get("handlings", {}).values():
                if handling["state"] == "talking":
                    await _command(socket, "EndInteraction", interaction_id=handling["id"])
                wrap_up = {"disposition": "resolved", "text": ""}
                await _command(socket, "WrapUp", interaction_id=handling["id"], **wrap_up)
            if view.get("agent"):
                await _command(socket, "SetAgentState", state="not_ready", reason="break")


async def _command(socket: Any, name: str, **args: Any) -> None:
    frame = {"t": "cmd", "id": new_id(), "name": name, "args": args}
    await socket.send(json.dumps(frame))
    while json.loads(await socket.recv()).get("id") != frame["id"]:
        pass
