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
from urllib.request import urlopen

import psycopg

from rexian.cli.doctor_voice import voice
from rexian.cli.findings import Finding, Level, found
from rexian.engine import core
from rexian.kit import migrate
from rexian.kit.database import SYSTEM_ROLE, TENANT_ROLE, normal_url
from rexian.kit.postgres import PostgresError, PrivatePostgres, private
from rexian.kit.settings import Settings, SettingsError, load_settings

_LITTLE_SPACE = 2_000_000_000  # bytes
_NO_SPACE = 200_000_000
_CLOCK_OFF_MS = 2_000
_OLDEST = 160_000  # PostgreSQL 16, as server_version_num


def examine(home: Path | None = None) -> list[Finding]:
    """Look at everything, in the order in which one thing needs the other."""
    findings = [found("ok", "python", "state", version=".".join(map(str, sys.version_info[:3])))]
    findings.append(found("ok", "engine", "plain" if str(core.__file__).endswith(".py") else "compiled"))
    try:
        settings = load_settings(home=home)
    except SettingsError as error:
        return [*findings, found("bad", "settings", "bad", "bad_mend", why=error)]
    findings.append(found("ok", "settings", "ok"))
    findings += [
        *_folder(settings),
        *_exposure(settings),
        *_database(settings),
        _interface(),
        _port(settings),
        *voice(settings),
    ]
    return findings


def _folder(settings: Settings) -> Iterator[Finding]:
    there = settings.home
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK):
        yield found("bad", "home", "closed", "closed_mend", folder=settings.home)
        return
    yield found("ok", "home", "there" if there == settings.home else "later", folder=settings.home)
    free = shutil.disk_usage(there).free
    level: Level = "bad" if free < _NO_SPACE else "warn" if free < _LITTLE_SPACE else "ok"
    yield found(level, "disk", "state", "" if level == "ok" else "mend", free=f"{free / 1e9:.1f}")
    secret = settings.home / "secret"
    if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        yield found("bad", "secret", "open", "open_mend", path=secret)


def _exposure(settings: Settings) -> Iterator[Finding]:
    local = settings.host in {"127.0.0.1", "::1", "localhost"}
    if settings.demo and not local:
        yield found("bad", "demo", "open", "open_mend", host=settings.host)
    if not local and settings.url.startswith("http://"):
        yield found("warn", "address", "plain", "plain_mend", url=settings.url)


# -- the database ----------------------------------------------------------------------------------------------------
def _database(settings: Settings) -> Iterator[Finding]:
    try:
        server = private(settings)
    except PostgresError as error:
        yield found("bad", "postgres", "bad", why=error)
        return
    if server is None:
        yield from _reachable(settings.database_url)
    elif not (server.data / "PG_VERSION").exists():
        yield found("ok", "postgres", "later")
    else:
        yield from _private(server)


def _private(server: PrivatePostgres) -> Iterator[Finding]:
    pid = server.pid()
    try:
        url = server.start()
    except (PostgresError, psycopg.Error, OSError) as error:
        yield found("bad", "postgres", "stuck", "stuck_mend", why=error, log=server.log)
        return
    try:
        yield found("ok", "private", "runs" if pid else "rests", pid=pid)
        yield from _reachable(url)
    finally:
        server.stop()


def _reachable(url: str) -> Iterator[Finding]:
    try:
        plain = normal_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain, connect_timeout=5, autocommit=True)
    except (psycopg.Error, ValueError) as error:
        yield found("bad", "postgres", "away", "away_mend", why=str(error).strip())
        return
    with connection:
        yield _version(connection)
        for look in (_schema, _roles, _clock, _floors):
            yield from _looked(connection, url, look)


def _looked(
    connection: psycopg.Connection, url: str, look: Callable[[psycopg.Connection, str], Finding | None]
) -> Iterator[Finding]:
    try:
        finding = look(connection, url)
    except psycopg.Error as error:
        finding = found("bad", "looked", "bad", why=str(error).strip())
    if finding is not None:
        yield finding


def _version(connection: psycopg.Connection) -> Finding:
    number = connection.info.server_version
    version = f"{number // 10_000}.{number % 10_000}"
    if number < _OLDEST:
        return found("bad", "postgres", "old", "old_mend", version=version)
    return found("ok", "postgres", "ok", version=version)


def _schema(connection: psycopg.Connection, url: str) -> Finding:
    del connection
    newest, there = migrate.head(), migrate.current(url)
    if newest == there:
        return found("ok", "schema", "ok", revision=there or "–")
    return found("bad", "schema", "old", "old_mend", revision=there or "–", wanted=newest)


def _roles(connection: psycopg.Connection, url: str) -> Finding:
    del url
    for role in (TENANT_ROLE, SYSTEM_ROLE):
        row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if row is None:
            return found("bad", "roles", "missing", "missing_mend", role=role)
        if row[0]:
            return found("bad", "roles", "strong", "strong_mend", role=role)
        allowed = connection.execute("SELECT pg_has_role(session_user, %s, 'SET')", (role,)).fetchone()
        if allowed is None or not allowed[0]:
            return found("bad", "roles", "denied", "denied_mend", role=role)
    return found("ok", "roles", "ok")


def _clock(connection: psycopg.Connection, url: str) -> Finding:
    del url
    row = connection.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").fetchone()
    off = time.time_ns() // 1_000_000 - (row[0] if row else 0)
    if abs(off) > _CLOCK_OFF_MS:
        return found("warn", "clock", "off", "off_mend", off=off)
    return found("ok", "clock", "ok")


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
    return found("ok", "floors", "ok", floors=floors, led=led)


# -- the rest --------------------------------------------------------------------------------------------------------
def _interface() -> Finding:
    static = files("rexian") / "web" / "static"
    built = ("console/index.html", "widget/loader.js", "widget/call.html")
    missing = [file for file in built if not (static / file).is_file()]
    if missing:
        return found("bad", "interface", "missing", "missing_mend", missing=", ".join(missing))
    return found("ok", "interface", "ok")


def _port(settings: Settings) -> Finding:
    address = f"{settings.host}:{settings.port}"
    try:
        with socket.create_server((settings.host, settings.port)):
            return found("ok", "port", "free", address=address)
    except OSError as error:
        why = error.strerror or str(error)
    try:
        with urlopen(f"http://{address}/healthz", timeout=2) as answer:
            if answer.status == HTTPStatus.OK:
                return found("ok", "port", "ours", address=address)
    except (OSError, HTTPException):
        pass
    return found("bad", "port", "taken", "taken_mend", address=address, why=why)
