"""Fences that import-linter has no words for: tables are private, the web framework stays at the edge."""

from __future__ import annotations

import grimp
import pytest


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("rexian", include_external_packages=True, cache_dir=None)


# The directory is one room with one schema, joined freely inside; the journal and its words may be read by everybody.
ONE_ROOM = "rexian.directory"
READ_BY_ALL = "rexian.runtime.tables"


def room(tables: str) -> str:
    return ONE_ROOM if tables.startswith(ONE_ROOM + ".") else tables.rsplit(".", 1)[0]


def test_tables_are_private_to_their_room(graph: grimp.ImportGraph) -> None:
    crossings = [
        (importer, tables)
        for tables in graph.modules
        if tables.endswith(".tables") and tables != READ_BY_ALL
        for importer in graph.find_modules_that_directly_import(tables)
        if not importer.startswith(room(tables) + ".")
    ]
    assert crossings == []


def test_the_web_framework_is_only_in_web_and_api(graph: grimp.ImportGraph) -> None:
    allowed = ("rexian.web", "rexian.app")
    strangers = [
        importer
        for importer in graph.find_modules_that_directly_import("litestar")
        if not importer.startswith(allowed) and not importer.endswith(".api")
    ]
    assert strangers == []
