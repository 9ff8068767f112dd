"""The database goes away and comes back: clear answers meanwhile, nothing lost, nothing doubled (FAULTS 30, 31)."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema
from tests.served import Desk, Page, Served, serving


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[tuple[Served, PrivatePostgres]]:
    """A city on a PostgreSQL of its own that may be killed, and therefore is as durable as in production."""
    folder = Path(tempfile.mkdtemp(prefix="rexian-outage-"))
    folder.chmod(0o711)  # noqa: ASYNC240
    postgres = PrivatePostgres(folder / "pg")
    url = await asyncio.to_thread(postgres.start)
    async with owner(url) as engine:
        await create_schema(engine)
    db = Database(url)
    try:
        async with serving(db, tmp_path) as served:
            yield served, postgres
    finally:
        await db.close()
        await asyncio.to_thread(postgres.stop, force=True)
        shutil.rmtree(folder, ignore_errors=True)


async def again(send: Callable[[], Awaitable[dict[str, Any]]], talking: Desk | Page) -> dict[str, Any]:
    """Send the same until it is acknowledged, as browsers do."""
    while True:
        talking.frames.clear()
        answer = await send()
        if answer["t"] == "ack":
            return answer
        assert answer["code"] == "unavailable"
        await asyncio.sleep(0.2)


async def test_an_outage_from_beginning_to_end(fragile: tuple[Served, PrivatePostgres]) -> None:
    served, postgres = fragile
    li, page = await served.desk(served.city.li, "me"), await served.page()
    browser = await served.staff(served.city.li)
    await li.available()
    await page.start("一")
    handling = await li.accept()

    await asyncio.to_thread(postgres.stop, force=True)
    mine, theirs = new_id(), new_id()
    said = {"interaction_id": handling["id"], "message_id": new_id(), "text": "三"}
    page.own[theirs] = "二"
    await page.send(t="post", id=theirs, text="二")
    await li.send(t="cmd", id=mine, name="PostMessage", args=said)
    assert (await page.answer(theirs))["code"] == "unavailable"
    assert (await li.got("nack", id=mine))["code"] == "unavailable"
    await li.got("degraded", on=True)
    await page.got("degraded", on=True)
    async with served.client() as client:
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert not next(part for part in ready.json()["parts"] if part["name"] == "database")["ok"]
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/app/desk")).status_code in (200, 503)
    for answer in (await browser.get("/api/queues"), await browser.post("/api/feed-ticket")):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1

    await asyncio.to_thread(postgres.start)
    await li.until(lambda: li.of("degraded")[-1]["on"] is False, 20)
    await page.until(lambda: page.of("degraded")[-1]["on"] is False)
    assert (await again(lambda: page.say("二", theirs), page))["number"] == 2
    assert (await again(lambda: li.cmd("PostMessage", id=mine, **said), li))["result"]["number"] == 3
    await page.until(lambda: page.texts == ["一", "二", "三"])
    assert (await browser.get("/api/queues")).status_code == 200
    await browser.aclose()
    await li.close()
    await page.close()
