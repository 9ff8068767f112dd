"""`rexian serve` and `rexian demo`: database, schema, seed, server, population, in this order; and back again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from http.client import HTTPException
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import click
import msgspec

from rexian.cli.words import say, terminal_locale
from rexian.kit import log, migrate, processes
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database, owner
from rexian.kit.postgres import PrivatePostgres, private, supervise
from rexian.kit.schema import create_schema
from rexian.kit.settings import Settings, SettingsError
from rexian.kit.trouble import Trouble

if TYPE_CHECKING:
    from uvicorn import Server

logger = log.get("rexian.serve")

_READY_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 10
_BEGIN_S = 8
"""What doesn't work after so long is told at the start; a voice engine begins after the server is ready."""


class Serving:
    """One server process from start to end."""

    def __init__(self, settings: Settings, *, population: bool = False) -> None:
        self._settings = settings
        self._population = population
        self._postgres: PrivatePostgres | None = None
        self._server: Server | None = None
        self._stopping = False

    def run(self) -> None:
        """Serve until told to stop. Raises `SettingsError`, `PostgresError` and what `is_outage` knows."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        listener = _listen(self._settings)
        port = listener.getsockname()[1]
        self._settings = msgspec.structs.replace(self._settings, port=port)
        try:
            self._postgres = private(self._settings)
            if self._postgres is not None:
                self._settings = msgspec.structs.replace(self._settings, database_url=self._postgres.start())
            self._bring_schema()
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._serve(listener))
        finally:
            self._stopping = True
            listener.close()
            if self._postgres is not None:
                self._postgres.stop()

    def _told(self, number: int, frame: FrameType | None) -> None:
        """SIGTERM or Ctrl-C. uvicorn takes signals over while it serves, and hands them on here afterwards."""
        del number, frame
        if self._server is None and not self._stopping:
            self._stopping = True
            raise SystemExit(0)

    # -- before ------------------------------------------------------------------------------------------------------
    def _bring_schema(self) -> None:
        url = self._settings.database_url
        if migrate.head() is None:
            logger.warning("schema.without_migrations", why="there is no revision yet (development)")
            asyncio.run(_create_if_empty(url))
        elif migrate.at_head(url):
            return
        elif self._postgres is not None or self._settings.demo:
            migrate.upgrade(url)
        else:
            raise SettingsError("the database has not the schema of this version: run `rexian migrate` first")

    async def _seed(self) -> None:
        from rexian.directory import demo
        from rexian.work.desk import demo as desk

        db = Database(self._settings.database_url, pool_size=2)
        try:
            await demo.seed(db, SystemClock(), self._settings)
            await desk.seed(db, SystemClock())
        finally:
            await db.close()

    # -- the server --------------------------------------------------------------------------------------------------
    async def _serve(self, listener: socket.socket) -> None:
        from rexian.app import create_app
        from rexian.kit import collector
        from rexian.web.server import make_server

        if self._settings.demo:
            await self._seed()
        app = create_app(self._settings)
        collector.calm()
        self._server = server = make_server(app, self._settings.host, self._settings.port)
        beside: list[Coroutine[Any, Any, None]] = [self._say_ready()]
        if self._postgres is not None:
            beside.append(supervise(self._postgres))
        if self._population:
            beside.append(self._populate())
        tasks = [asyncio.create_task(work) for work in beside]
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _local_url(self) -> str:
        host = _local_host(self._settings)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._settings.port}"

    async def _until_ready(self) -> None:
        async with asyncio.timeout(_READY_TIMEOUT_S):
            while not await _answers_ready(self._settings):  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(0.05)

    async def _say_ready(self) -> None:
        try:
            await self._until_ready()
        except TimeoutError:
            logger.error("serve.not_ready", after_s=_READY_TIMEOUT_S, see=f"{self._local_url()}/readyz")
            return
        click.echo(f"ready: {self._settings.url}")
        sys.stdout.flush()
        await self._say_degraded()

    async def _say_degraded(self) -> None:
        """What keeps a part of it from working, once it has had time to begin: each trouble in one line."""
        until = time.monotonic() + _BEGIN_S
        while (why := await asyncio.to_thread(_degraded, self._local_url())) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        for part, trouble in why.items():
            click.echo(say("cli.serve_degraded", part=part, why=trouble.said(terminal_locale())), err=True)

    async def _populate(self) -> None:
        """Keep the simulated population running beside the server, as a process of its own."""
        await self._until_ready()
        environment = {
            **os.environ,
            "REXIAN_HOME": str(self._settings.home),
            "REXIAN_SECRET": self._settings.secret,
            "REXIAN_DEMO": "true",
        }
        while True:
            # Its standard input is a pipe that ends with this process, however that ends: so does the population.
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rexian.drill.population", "--url", self._local_url(),
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                await processes.end(process, _STOP_TIMEOUT_S)
                raise
            logger.warning("population.ended", code=code)
            await asyncio.sleep(2)


async def _answers_ready(settings: Settings) -> bool:
    """Ask our own `/readyz`. By hand: importing an HTTP client would take longer than all the rest of the start."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection(_local_host(settings), settings.port)
        try:
            writer.write(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in await reader.readline()
        finally:
            writer.close()
    return False


def _degraded(url: str) -> dict[str, Trouble]:
    """Which parts don't work, by what `/readyz` says; nothing when it can't be asked."""
    try:
        with urlopen(f"{url}/readyz", timeout=3) as answer:  # noqa: S310 - our own address
            parts = json.load(answer)["parts"]
    except (OSError, ValueError, HTTPException):
        return {}
    return {part["name"]: Trouble(part["code"], part["params"]) for part in parts if part["degraded"]}


def _local_host(settings: Settings) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else, so that a second server says so at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=4096)
    except OSError as error:
        raise SettingsError(
            f"port: {settings.host}:{settings.port} can't be listened on ({error.strerror});"
            " set REXIAN_PORT or --port to a free one"
        ) from error


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _create_if_empty(url: str) -> None:
    async with owner(url) as engine:
        async with engine.connect() as connection:
            made = await connection.run_sync(lambda sync: sync.dialect.has_table(sync, "journal"))
        if not made:
            await create_schema(engine)
