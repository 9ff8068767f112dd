"""All tables of the house, and how to make them in an empty database.

Rooms above the kit can't be imported here by name (layers point downwards), so their `tables` modules are found
as files and imported on demand.
"""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from rexian.kit.database import metadata, rls_statements, role_statements


def table_modules() -> list[str]:
    """Return the dotted names of all `tables.py` modules of the package, sorted."""
    root = Path(str(files("rexian")))
    paths = (path.relative_to(root).with_suffix("") for path in root.rglob("tables.py"))
    return sorted(".".join(("rexian", *path.parts)) for path in paths)


def all_tables() -> MetaData:
    """Import every room's tables and return the metadata that then knows all of them."""
    for module in table_modules():
        if find_spec(module) is not None:
            import_module(module)
    return metadata


def grants(tables: list[Table] | None = None) -> list[str]:
    """Return the statements that make roles, row-level security and grants for all tables, in order."""
    chosen = list(all_tables().sorted_tables) if tables is None else tables
    return [*role_statements(), *rls_statements(chosen)]


async def create_schema(engine: AsyncEngine) -> None:
    """Make all tables, roles and policies in an empty database. `engine` is the owner's (see `database.owner`)."""
    tables = all_tables()
    async with engine.begin() as tx:
        for statement in role_statements():
            await run_statement(tx, statement)
        await tx.run_sync(tables.create_all)
        for statement in rls_statements(tables.sorted_tables):
            await run_statement(tx, statement)


async def run_statement(tx: AsyncConnection, statement: str) -> None:
    """Run one statement as it is written: `%` and `:` mean nothing in it."""
    await tx.exec_driver_sql(statement.replace("%", "%%"))
