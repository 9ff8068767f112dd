"""The served demo city."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rexian.directory.demo import seed as seed_city
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.work.desk.demo import seed as seed_desk
from tests.served import SECRET, City, Served, running


@pytest.fixture(scope="module")
async def demo(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The city of `rexian demo`, with its floor; nobody is there yet."""
    home: Path = tmp_path_factory.mktemp("home")
    settings = Settings(
        home=home, database_url=db_module.url.render_as_string(hide_password=False), secret=SECRET, demo=True, port=0,
        argon2_memory_kib=8192,
    )  # fmt: skip
    await seed_city(db_module, SystemClock(), settings)
    await seed_desk(db_module, SystemClock())
    async with running(settings) as (house, port):
        yield Served(house, City(floor_id=next(iter(house.host)).floor_id), port, settings)
