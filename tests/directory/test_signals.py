"""Signals: heard by every process, after the commit and never without it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

import pytest
from sqlalchemy import text

from rexian.directory.signals import Kind, Signals, announce
from rexian.kit.database import owner
from tests.directory.conftest import City


class Ears:
    """Hears everything, as another process would."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.news = asyncio.Event()
        kinds: tuple[Kind, ...] = ("person_closed", "session_closed", "rights_changed", "directory_changed", "resync")
        for kind in kinds:
            signals.subscribe(kind, self._note(kind))

    def _note(self, kind: str):  # type: ignore[no-untyped-def]
        def hear(ids: Mapping[str, str]) -> None:
            self.heard.append((kind, dict(ids)))
            self.news.set()

        return hear

    async def until(self, kind: str, **ids: str) -> None:
        """Wait until this was heard; at most 5 s, which is what FAULTS 49 allows."""
        async with asyncio.timeout(5):
            while (kind, ids) not in self.heard:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def ears(city: City) -> AsyncIterator[Ears]:
    made = Ears(Signals(city.db.url))
    running = asyncio.create_task(made.signals.run())
    await asyncio.wait_for(made.signals.connected.wait(), 5)
    yield made
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_person_who_leaves_is_announced_within_five_seconds(city: City, ears: Ears) -> None:
    """FAULTS 49: this is what the sockets listen to."""
    admin = await city.as_("admin")
    await admin.patch(f"/api/people/{city.people['agent']}", {"active": False})
    await ears.until("person_closed", person_id=city.people["agent"])


async def test_signing_out_is_announced(city: City, ears: Ears) -> None:
    agent = await city.as_("agent")
    who = await city.sign_in.resolve_session(agent.http.cookies["rexian"])
    assert who is not None
    await agent.delete("/api/session")
    await ears.until("session_closed", session_id=who.session_id, person_id=who.person_id)


async def test_changed_rights_and_queues_are_announced(city: City, ears: Ears) -> None:
    admin = await city.as_("admin")
    await admin.put(f"/api/people/{city.people['agent']}/roles", ["supervisor"])
    await ears.until("rights_changed", person_id=city.people["agent"])
    await admin.post("/api/queues", {"name": "手机使用"})
    await ears.until("directory_changed", tenant_id=city.tenants["yunshan"])


async def test_what_is_rolled_back_is_not_announced(city: City, ears: Ears) -> None:
    with pytest.raises(RuntimeError):
        async with city.db.system() as tx:
            await announce(tx, "person_closed", person_id="nobody")
            raise RuntimeError
    async with city.db.system() as tx:
        await announce(tx, "person_closed", person_id="somebody")
    await ears.until("person_closed", person_id="somebody")
    assert ("person_closed", {"person_id": "nobody"}) not in ears.heard


async def test_after_a_lost_connection_everybody_looks_for_themselves(city: City, ears: Ears) -> None:
    """FAULTS 30: signals sent meanwhile are lost, so `resync` says that some may have been."""
    ears.heard.clear()
    async with owner(city.db.url) as engine, engine.begin() as tx:
        await tx.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR"
                 " (query = 'SELECT 1' AND state = 'idle' AND datname = current_database())")
        )  # fmt: skip
    await ears.until("resync")


async def test_a_listener_that_fails_keeps_nobody_else_from_hearing(city: City, ears: Ears) -> None:
    def broken(_ids: Mapping[str, str]) -> None:
        raise ValueError

    ears.signals._callbacks["person_closed"].insert(0, broken)
    async with city.db.system() as tx:
        await announce(tx, "person_closed", person_id="somebody")
    await ears.until("person_closed", person_id="somebody")


async def test_sockets_can_ask_which_sessions_are_still_good(city: City) -> None:
    """FAULTS 49: even if a signal was lost."""
    agent, admin = await city.as_("agent"), await city.as_("admin")
    token = await admin.post("/api/tokens", {"name": "脚本", "scopes": ["queue.read"]})
    found = [await city.sign_in.resolve_session(one.http.cookies["rexian"]) for one in (agent, admin)]
    ids = [one.session_id for one in found if one is not None] + [token["id"]]
    assert await city.sign_in.still_valid(ids) == set(ids)
    await admin.patch(f"/api/people/{city.people['agent']}", {"active": False})
    await admin.delete(f"/api/tokens/{token['id']}")
    assert await city.sign_in.still_valid(ids) == {ids[1]}
    city.clock.advance(24 * 3_600_000)
    assert await city.sign_in.still_valid(ids) == set()
    assert await city.sign_in.still_valid([]) == set()
