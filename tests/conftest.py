"""What all tests share: a private PostgreSQL per test run, an empty database per test, a clock that stands still."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from rexian.kit.clock import FakeClock
from rexian.kit.database import Database, normal_url, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import all_tables, create_schema, run_statement

os.environ["LC_ALL"] = "C.UTF-8"  # the command line speaks the terminal's language

# Nothing here must survive a power cut, so the disk need not be waited for.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


# What hears sound, minds its own time or kills what runs has the machine to itself; all else runs side by side.
ALONE = ("channels/voice/", "e2e/", "kill/")
TESTS = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pass", choices=("together", "alone"), help="one of the two passes: see CONTRIBUTING.md")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave one pass. Its files with tests that take minutes come first, so that no worker ends long after another."""
    if not (wanted := config.getoption("--pass")):
        return
    left = [item for item in items if _alone(item) == (wanted == "alone")]
    config.hook.pytest_deselected(items=[item for item in items if _alone(item) != (wanted == "alone")])
    long = {item.path for item in left if item.get_closest_marker("slow")}
    items[:] = sorted(left, key=lambda item: item.path not in long)


def _alone(item: pytest.Item) -> bool:
    return item.path.relative_to(TESTS).as_posix().startswith(ALONE)


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> None:
    """The machine's own settings never leak into tests."""
    for name in [name for name in os.environ if name.startswith("REXIAN_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL of this test run alone, in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="rexian-test-"))
    folder.chmod(0o711)  # run as root, the server has a user of its own
    server = PrivatePostgres(folder / "pg", options=FAST)
    server.start()
    try:
        yield server
    finally:
        server.stop(force=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def template(postgres: PrivatePostgres) -> str:
    """Name of a database with all tables and no rows, from which others are copied in some 50 ms."""
    async with owner(postgres.url()) as engine:
        await create_schema(engine)
    return normal_url(postgres.url()).database or ""


async def _copy(postgres: PrivatePostgres, template: str) -> str:
    name = f"t_{new_id().replace('-', '')}"
    async with owner(postgres.url("postgres")) as engine, engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
    return name


async def _drop(postgres: PrivatePostgres, name: str) -> None:
    async with owner(postgres.url("postgres")) as engine, engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
async def database_url(postgres: PrivatePostgres, template: str) -> str:
    """URL of the database that `db` uses."""
    return postgres.url(await _copy(postgres, template))


@pytest.fixture(scope="session")
async def _session_db(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def db(_session_db: Database) -> AsyncIterator[Database]:
    """An empty database with all tables; emptied again after the test."""
    yield _session_db
    await empty(_session_db)


@pytest.fixture(scope="module")
async def db_module(postgres: PrivatePostgres, template: str) -> AsyncIterator[Database]:
    """A database of the module's own, kept over its tests: for costly seeds."""
    name = await _copy(postgres, template)
    database = Database(postgres.url(name))
    yield database
    await database.close()
    await _drop(postgres, name)


async def empty(database: Database) -> None:
    """Delete all rows, as the tables' owner, touching only tables that have some."""
    names = ", ".join(f"'{table.name}'" for table in all_tables().sorted_tables)
    if not names:
        return
    async with owner(database.url) as engine, engine.begin() as tx:
        await run_statement(tx, "SET LOCAL session_replication_role = replica")  # the audit trail refuses TRUNCATE
        await run_statement(
            tx,
            f"""DO $$ DECLARE name text; filled text[] := '{{}}'; found bool; BEGIN
  FOREACH name IN ARRAY ARRAY[{names}] LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO found;
    IF found THEN filled := filled || quote_ident(name); END IF;
  END LOOP;
  IF cardinality(filled) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE'; END IF;
END $$""",
        )


@pytest.fixture
def clock() -> FakeClock:
    """A clock at 2025-10-09 16:53:20 in Shanghai that moves only by `clock.advance(ms)`."""
    return FakeClock()
