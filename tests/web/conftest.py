"""A served city for the tests of this folder: started once per module, empty again before each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rexian.kit.database import Database
from tests.served import Served, serving


@pytest.fixture(scope="module")
async def running_city(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(db_module, tmp_path_factory.mktemp("home")) as served:
        yield served


@pytest.fixture
async def served(running_city: Served) -> AsyncIterator[Served]:
    """The city with nobody on the floor."""
    await running_city.settle()
    yield running_city
    await running_city.settle()
