"""Migrations: the schema of an existing database brought to that of this version, forward only.

Revisions lie in `kit/migrations/versions`, made by `rexian migrate --autogenerate`, which writes roles, row-level
security and grants of new tables into the revision as they are on that day. `schema.create_schema` makes the same
schema in one go; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import URL

from rexian.kit.database import metadata, normal_url, rls_statements, role_statements
from rexian.kit.schema import all_tables

if TYPE_CHECKING:  # imported where it is used: a server that finds its schema at head never needs Alembic
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext

_LOCK = 0x72657869616E  # "rexian": one migration at a time, whoever else starts now waits


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("rexian.kit") / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connected(url: str | URL) -> Iterator[Connection]:
    engine = create_engine(normal_url(url) if isinstance(url, str) else url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def head() -> str | None:
    """Return the newest revision of this version of Rexian; None while there is none."""
    names = [file.name for file in (files("rexian.kit") / "migrations" / "versions").iterdir()]
    return max((name.split("_")[0] for name in names if re.match(r"\d{4}_.*\.py$", name)), default=None)


def current(url: str | URL) -> str | None:
    """Return the revision that a database is at; None when it is empty. Raises what `is_outage` knows."""
    with _connected(url) as connection:
        return _current(connection)


def _current(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found is not None else None


def at_head(url: str | URL) -> bool:
    """Say whether the database has exactly the schema that this version needs."""
    return (newest := head()) is not None and current(url) == newest


def upgrade(url: str | URL, revision: str = "head") -> str | None:
    """Bring the database to the newest revision, in one transaction, and return that revision. Blocks.

    `revision`: an older one, for tests of what comes after it.
    """
    from alembic import command

    with _connected(url) as connection:
        with connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(_config(connection), revision)
        return _current(connection)


def autogenerate(url: str | URL, message: str) -> str:
    """Write a new revision with what the tables in the code have more than an empty database brought to head.

    For developers. `url` is any database of a server on which a scratch database may be made. Returns the file's path.
    """
    target = normal_url(url) if isinstance(url, str) else url
    scratch = target.set(database="rexian_scratch")
    with _connected(target) as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        free.execute(text("DROP DATABASE IF EXISTS rexian_scratch WITH (FORCE)"))
        free.execute(text("CREATE DATABASE rexian_scratch"))
        try:
            return _write_revision(scratch, message)
        finally:
            free.execute(text("DROP DATABASE rexian_scratch WITH (FORCE)"))


def _write_revision(scratch: URL, message: str) -> str:
    from alembic import command
    from alembic.script import ScriptDirectory

    upgrade(scratch)
    with _connected(scratch) as connection:
        config = _config(connection)
        config.attributes["metadata"] = all_tables()
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        made: Any = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    return str(made.path)


def add_walls(context: MigrationContext, revision: object, directives: list[Any]) -> None:
    """Alembic's hook: add roles, row-level security and grants for the tables that a revision makes."""
    from alembic.operations import ops

    del context, revision
    for script in directives:
        made = [step.table_name for step in script.upgrade_ops.ops if isinstance(step, ops.CreateTableOp)]
        if not made:
            continue
        before = [ops.ExecuteSQLOp(_literal(statement)) for statement in role_statements()]
        after = [
            ops.ExecuteSQLOp(_literal(statement)) for statement in rls_statements([metadata.tables[n] for n in made])
        ]
        script.upgrade_ops.ops[:] = [*before, *script.upgrade_ops.ops, *after]


def _literal(statement: str) -> str:
    """`op.execute` takes `:name` for a parameter: here it never is one."""
    return re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", statement)
