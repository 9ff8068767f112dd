"""Processes that run one floor, seen from outside: started, killed, stopped, woken, cut off from the database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

import msgspec
from sqlalchemy.engine import make_url

from rexian.engine.codec import encode_command
from rexian.engine.commands import AnyCommand
from rexian.engine.specs import Party
from rexian.kit.ids import new_id

Direction = Literal["to_server", "to_client"]
_SOCKET = ".s.PGSQL.5432"


class Network:
    """Between one node and PostgreSQL: can lose everything, either way, without a word to anybody."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._behind = str(Path(str(parsed.query["host"])) / _SOCKET)
        self._folder = Path(tempfile.mkdtemp(prefix="rexian-net-"))
        self._lost: set[Direction] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.url = parsed.update_query_dict({"host": str(self._folder)}).render_as_string(hide_password=False)

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._connect, self._folder / _SOCKET)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        (self._folder / _SOCKET).unlink(missing_ok=True)
        self._folder.rmdir()

    def lose(self, *directions: Direction) -> None:
        """From now on nothing arrives in these directions; connections stay open."""
        self._lost = set(directions)

    def heal(self) -> None:
        """Whatever connects from now on gets through; what was open has missed bytes and is closed."""
        self._lost = set()
        self._cut()

    def _cut(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_unix_connection(self._behind)
        except OSError:
            writer.close()
            return
        self._writers.add(back)
        for one in (self._pass(reader, back, "to_server"), self._pass(there, writer, "to_client")):
            task = asyncio.create_task(one)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if way not in self._lost:
                    writer.write(data)
                    await writer.drain()
        if way not in self._lost:  # that the other end has gone is news as well, and news is lost
            writer.close()


class Gone(Exception):
    """The process didn't answer: dead, asleep, or too slow."""


class Node:
    """One process. `stages` are what it said about itself, `heard` (seq, instant,
    command id) the events that its listeners were told of."""

    def __init__(self, url: str, floor_id: str, name: str) -> None:
        self.name = name
        self.network = Network(url)
        self.stage = ""
        self.epochs: list[int] = []
        self.heard: list[tuple[int, int, str]] = []
        self._floor_id = floor_id
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        if self._process is None:
            await self.network.open()
        self.stage = ""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.runtime.node", self.network.url, self._floor_id, self.name,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while (line := await process.stdout.readline()).endswith(b"\n"):
            said = msgspec.json.decode(line)
            if "stage" in said:
                self.stage = said["stage"]
                if self.stage == "leading":
                    self.epochs.append(said["epoch"])
                self._changed.set()
            elif "heard" in said:
                self.heard += [tuple(item) for item in said["heard"]]
            elif (waiting := self._answers.pop(said["id"], None)) is not None and not waiting.done():
                waiting.set_result(said)

    async def until(self, stage: str, seconds: float = 30) -> None:
        """Wait until it says that it is so. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while self.stage != stage:
                self._changed.clear()
                await self._changed.wait()

    # -- asking ------------------------------------------------------------------------------------------------------
    def tell(self, **what: Any) -> None:
        """Send a line. Raises `Gone` when nobody is there."""
        if self._process is None or self._process.stdin is None or self._process.returncode is not None:
            raise Gone(self.name)
        try:
            self._process.stdin.write(msgspec.json.encode(what) + b"\n")
        except OSError as error:
            raise Gone(self.name) from error

    async def asked(self, seconds: float = 2.0, **what: Any) -> dict[str, Any]:
        """Send a line and return the answer to it. Raises `Gone`."""
        what.setdefault("id", new_id())
        answer = self._answers[what["id"]] = asyncio.get_running_loop().create_future()
        try:
            self.tell(**what)
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError as error:
            raise Gone(self.name) from error

    async def submit(self, command: AnyCommand, id: str, by: Party, seconds: float = 2.0) -> dict[str, Any]:
        return await self.asked(
            seconds, id=id, by=(by.kind, by.id), command=msgspec.json.decode(encode_command(command))
        )

    # -- what may befall it ------------------------------------------------------------------------------------------
    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, number)

    async def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self) -> None:
        if self._process is None or self._reader is None:
            return
        await self._process.wait()
        await self._reader
        self._process._transport.close()  # type: ignore[attr-defined]
        self.stage = ""

    async def close(self) -> None:
        if self._process is not None:
            await self.kill()
            await self.network.close()
