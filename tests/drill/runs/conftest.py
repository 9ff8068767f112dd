"""The real server, with a floor on which something has happened."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rexian.kit.database import Database
from tests.served import Served, serving


@pytest.fixture(scope="module")
async def served(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(db_module, tmp_path_factory.mktemp("home")) as running:
        yield running
