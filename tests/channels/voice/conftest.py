"""A served city with an engine without sound, for the tests of the channel itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from rexian.channels.voice.settings import VoiceLimits
from rexian.directory.people.tables import person
from rexian.kit.database import Database
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import Street
from tests.served import serving


@pytest.fixture(scope="module")
async def running_street(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    engine = FakeEngine()
    async with serving(db_module, tmp_path_factory.mktemp("home"), voice=engine) as served:
        async with served.house.db.system() as tx:
            await tx.execute(sa.update(person).values(capacity={"chat": 3, "voice": 1}))
        await served.house.directory.sync.once()
        yield Street(served, engine)


@pytest.fixture
async def street(running_street: Street) -> AsyncIterator[Street]:
    """The city with nobody on the line."""
    await running_street.settle()
    yield running_street
    running_street.voice.limits = VoiceLimits()
    await running_street.settle()


@pytest.fixture
def hotline(street: Street, monkeypatch: pytest.MonkeyPatch) -> Street:
    """The city with a telephone number."""

    async def number_of(dialled: str) -> tuple[str, str] | None:
        return (street.city.yunshan, "yunshan") if dialled == "4008123456" else None

    monkeypatch.setattr(street.voice, "number_of", number_of)
    return street
