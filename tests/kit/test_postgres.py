"""The private PostgreSQL comes up by itself, whatever happened to it, and goes when nobody needs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from rexian.kit.postgres import PostgresError, PrivatePostgres, ensure_database, private
from rexian.kit.settings import Settings

OPTIONS = {"fsync": "off"}


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="rexian-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[PrivatePostgres]:
    made = PrivatePostgres(folder / "pg", options=OPTIONS)
    made.start()
    yield made
    made.stop(force=True)


def ask(server: PrivatePostgres, query: str) -> object:
    with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def killed(server: PrivatePostgres) -> int:
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.pid() is None)
    return pid


def test_it_is_durable_unicode_and_without_a_network_port(folder: Path) -> None:
    server = PrivatePostgres(folder / "pg")
    server.start()
    try:
        settings = {name: ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")}
        assert set(settings.values()) == {"on"}
        assert ask(server, "SHOW server_encoding") == "UTF8"
        assert ask(server, "SHOW listen_addresses") == ""
        assert ask(server, "SHOW TimeZone") == "UTC"
        assert not (folder / "pg").stat().st_mode & 0o077  # only the owner reaches the socket
    finally:
        server.stop(force=True)


def test_the_last_user_stops_it(folder: Path) -> None:
    one, two = (PrivatePostgres(folder / "pg", options=OPTIONS) for _ in range(2))
    assert one.start() == two.start()
    assert one.pid() == two.pid()
    assert not one.stop()
    assert two.pid() is not None
    assert two.stop()
    assert two.pid() is None


USER = """
import sys
from pathlib import Path
from rexian.kit.postgres import PrivatePostgres
PrivatePostgres(Path(sys.argv[1])).start()
print("started", flush=True)
sys.stdin.read()
"""


def test_a_user_that_was_killed_does_not_count(server: PrivatePostgres) -> None:
    """kill -9 of the server leaves PostgreSQL running; the next clean stop stops it all the same."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(server.data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        process.kill()
    assert server.pid() is not None
    assert server.stop()
    assert server.pid() is None


def test_killed_it_starts_again_with_all_that_was_committed(server: PrivatePostgres) -> None:
    with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    before = killed(server)
    server.start()
    assert server.pid() not in {None, before}
    assert ask(server, "SELECT answer FROM kept") == 42


def test_a_stale_file_with_somebody_elses_number_is_seen_through(server: PrivatePostgres) -> None:
    """After a restart of a container process numbers come again: ours may be in the file of the dead server."""
    pid = killed(server)
    for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        path = server.data / lock
        path.write_text(path.read_text().replace(str(pid), str(os.getpid()), 1))
    assert server.pid() is None
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_a_set_up_that_was_cut_off_is_begun_anew(folder: Path) -> None:
    (folder / "pg" / "base").mkdir(parents=True)
    (folder / "pg" / "half").write_text("written")
    server = PrivatePostgres(folder / "pg", options=OPTIONS)
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.stop(force=True)


def test_a_deep_data_folder_works_although_socket_paths_are_short(folder: Path) -> None:
    server = PrivatePostgres(folder / ("深" * 20) / ("x" * 60) / "pg", options=OPTIONS)
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.stop(force=True)


def test_data_of_another_version_is_explained(folder: Path) -> None:
    (folder / "pg").mkdir()
    (folder / "pg" / "PG_VERSION").write_text("15\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 15"):
        PrivatePostgres(folder / "pg").start()


def test_a_given_url_is_used_as_it_is() -> None:
    settings = Settings(database_url="postgresql://db.example/rexian")
    assert private(settings) is None
    assert ensure_database(settings) == "postgresql://db.example/rexian"
