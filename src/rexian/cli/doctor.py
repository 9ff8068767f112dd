"""`rexian doctor`: what is wrong with this installation, and how to mend it. Changes nothing that stays."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import psycopg
from msgspec import Struct

from rexian.kit import migrate
from rexian.kit.database import SYSTEM_ROLE, TENANT_ROLE, normal_url
from rexian.kit.postgres import PostgresError, PrivatePostgres, private
from rexian.kit.settings import Settings, SettingsError, load_settings

_LITTLE_SPACE = 2_000_000_000  # bytes
_NO_SPACE = 200_000_000
_CLOCK_OFF_MS = 2_000
_OLDEST = 160_000  # PostgreSQL 16, as server_version_num


class Finding(Struct, frozen=True):
    """One thing looked at: `mend` says what to do when it isn't well."""

    level: Literal["ok", "warn", "bad"]
    what: str
    state: str
    mend: str = ""

    @property
    def sign(self) -> str:
        return {"ok": "✓", "warn": "!", "bad": "✗"}[self.level]


def examine(home: Path | None = None) -> list[Finding]:
    """Look at everything, in the order in which one thing needs the other."""
    findings = [_python()]
    try:
        settings = load_settings(home=home)
    except SettingsError as error:
        return [
            *findings,
            Finding("bad", "settings", str(error), "correct it; `rexian settings` shows what is in force"),
        ]
    findings.append(Finding("ok", "settings", "read"))
    findings += [*_folder(settings), *_exposure(settings), *_database(settings), _interface(), _port(settings)]
    return findings


def _python() -> Finding:
    return Finding("ok", "python", ".".join(map(str, sys.version_info[:3])))


def _folder(settings: Settings) -> Iterator[Finding]:
    there = settings.home
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            "bad", "data folder", f"{settings.home} can't be written", "give it to this user, or set REXIAN_HOME"
        )
        return
    state = "is there" if there == settings.home else "is made at the first start"
    yield Finding("ok", "data folder", f"{settings.home} {state}")
    free = shutil.disk_usage(there).free
    shown = f"{free / 1e9:.1f} GB free"
    if free < _LITTLE_SPACE:
        level: Literal["warn", "bad"] = "bad" if free < _NO_SPACE else "warn"
        yield Finding(level, "disk space", shown, "make room: without it nothing can be acknowledged")
    else:
        yield Finding("ok", "disk space", shown)
    secret = settings.home / "secret"
    if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        yield Finding("bad", "secret", f"{secret} can be read by others", f"chmod 600 {secret}")


def _exposure(settings: Settings) -> Iterator[Finding]:
    local = settings.host in {"127.0.0.1", "::1", "localhost"}
    if settings.demo and not local:
        yield Finding(
            "bad", "demo", f"open to the network on {settings.host}", "set REXIAN_HOST=127.0.0.1 or REXIAN_DEMO=no"
        )
    if not local and settings.url.startswith("http://"):
        yield Finding(
            "warn",
            "address",
            f"{settings.url} is not encrypted",
            "put a proxy with TLS before it, set REXIAN_PUBLIC_URL",
        )


# -- the database ----------------------------------------------------------------------------------------------------
def _database(settings: Settings) -> Iterator[Finding]:
    try:
        server = private(settings)
    except PostgresError as error:
        yield Finding("bad", "PostgreSQL", str(error))
        return
    if server is None:
        yield from _reachable(settings.database_url)
    elif not (server.data / "PG_VERSION").exists():
        yield Finding("ok", "PostgreSQL", "a private one is made at the first start")
    else:
        yield from _private(server)


def _private(server: PrivatePostgres) -> Iterator[Finding]:
    running = server.pid()
    try:
        url = server.start()
    except (PostgresError, psycopg.Error, OSError) as error:
        yield Finding("bad", "PostgreSQL", f"the private one does not start: {error}", f"see its log {server.log}")
        return
    try:
        state = f"runs as process {running}" if running else "does not run now; it starts when it should"
        yield Finding("ok", "private PostgreSQL", state)
        yield from _reachable(url)
    finally:
        server.stop()


def _reachable(url: str) -> Iterator[Finding]:
    try:
        plain = normal_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain, connect_timeout=5, autocommit=True)
    except (psycopg.Error, ValueError) as error:
        yield Finding(
            "bad", "PostgreSQL", f"can't be reached: {str(error).strip()}", "check REXIAN_DATABASE_URL and the server"
        )
        return
    with connection:
        yield _version(connection)
        yield from _looked(connection, url, _schema)
        yield from _looked(connection, url, _roles)
        yield from _looked(connection, url, _clock)
        yield from _looked(connection, url, _floors)


def _looked(
    connection: psycopg.Connection, url: str, look: Callable[[psycopg.Connection, str], Finding | None]
) -> Iterator[Finding]:
    try:
        found = look(connection, url)
    except psycopg.Error as error:
        found = Finding("bad", look.__name__.strip("_"), str(error).strip())
    if found is not None:
        yield found


def _version(connection: psycopg.Connection) -> Finding:
    number = connection.info.server_version
    shown = f"version {number // 10_000}.{number % 10_000}"
    if number < _OLDEST:
        return Finding("bad", "PostgreSQL", shown, "Rexian needs PostgreSQL 16 or later")
    return Finding("ok", "PostgreSQL", f"answers, {shown}")


def _schema(connection: psycopg.Connection, url: str) -> Finding:
    del connection
    newest, there = migrate.head(), migrate.current(url)
    if newest == there:
        return Finding("ok", "schema", f"at {there}, the newest")
    return Finding("bad", "schema", f"at {there or 'nothing'}, this version needs {newest}", "run `rexian migrate`")


def _roles(connection: psycopg.Connection, url: str) -> Finding:
    del url
    for role in (TENANT_ROLE, SYSTEM_ROLE):
        row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if row is None:
            return Finding("bad", "roles", f"{role} is missing", "run `rexian migrate` as a role that may make roles")
        if row[0]:
            return Finding(
                "bad", "roles", f"{role} passes the tenants' walls", f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
            )
        allowed = connection.execute("SELECT pg_has_role(session_user, %s, 'SET')", (role,)).fetchone()
        if allowed is None or not allowed[0]:
            return Finding(
                "bad", "roles", f"the login may not take on {role}", f"GRANT {role} TO the login WITH SET TRUE"
            )
    return Finding("ok", "roles", "as they should be")


def _clock(connection: psycopg.Connection, url: str) -> Finding:
    del url
    row = connection.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").fetchone()
    off = time.time_ns() // 1_000_000 - (row[0] if row else 0)
    if abs(off) > _CLOCK_OFF_MS:
        return Finding("warn", "clock", f"{off} ms off the database's", "let both machines set their clocks by NTP")
    return Finding("ok", "clock", "agrees with the database's")


def _floors(connection: psycopg.Connection, url: str) -> Finding | None:
    del url
    if not (connection.execute("SELECT to_regclass('floor_lease') IS NOT NULL").fetchone() or (False,))[0]:
        return None
    row = connection.execute(
        """SELECT count(*), count(l.floor_id) FILTER (
  WHERE l.expires_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
FROM floor f LEFT JOIN floor_lease l ON l.floor_id = f.id"""
    ).fetchone()
    floors, led = row or (0, 0)
    return Finding("ok", "floors", f"{floors}, of which {led} led now")


# -- the rest --------------------------------------------------------------------------------------------------------
def _interface() -> Finding:
    static = files("rexian") / "web" / "static"
    missing = [
        name
        for name, file in (("console", "index.html"), ("widget", "widget.js"))
        if not (static / name / file).is_file()
    ]
    if missing:
        return Finding("bad", "interface", f"not built: {', '.join(missing)}", "run `make ui` (a wheel has it inside)")
    return Finding("ok", "interface", "built")


def _port(settings: Settings) -> Finding:
    try:
        with socket.create_server((settings.host, settings.port)):
            return Finding("ok", "port", f"{settings.host}:{settings.port} is free")
    except OSError as error:
        problem = error.strerror or str(error)
    try:
        with urlopen(f"http://{settings.host}:{settings.port}/healthz", timeout=2) as answer:
            if answer.status == HTTPStatus.OK:
                return Finding("ok", "port", f"{settings.host}:{settings.port}: a server answers there")
    except (OSError, HTTPException):
        pass
    return Finding("bad", "port", f"{settings.host}:{settings.port}: {problem}", "free it, or set REXIAN_PORT")
