"""Runs of this server: waits in a short line, plays one after another in a process of its own, keeps what was found.

A run is a folder `<home>/drills/<id>` with `run.json` and, once it is done, `result.json`. What was open when the
server stopped has failed: nobody plays it any more. After thirty days a folder is removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from pathlib import Path

import msgspec
from msgspec import structs

from rexian.directory.policies.contract import Body
from rexian.drill.runs.child import Line, Task
from rexian.drill.runs.model import LONGEST_S, OPEN, RETENTION_MS, Fault, NewRun, Run, State
from rexian.kit import log, processes
from rexian.kit.clock import Clock
from rexian.kit.problem import Problem, not_found

MOST_WAITING = 5
TIDY_EVERY_S = 3_600
STOP_WITHIN_S = 3.0
_log = log.get(__name__)


class Keeper:
    """All runs of a server."""

    def __init__(self, folder: Path, clock: Clock, database_url: str, *, longest_s: float = LONGEST_S) -> None:
        self._folder = folder
        self._clock = clock
        self._url = database_url
        self._longest_s = longest_s
        self._runs: dict[str, Run] = {}
        self._tasks: dict[str, bytes] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._cancelled: set[str] = set()
        self._more = asyncio.Event()
        self._loaded = False

    # -- asked by people -----------------------------------------------------------------------------------------------
    def start(self, run: Run, new: NewRun, locale: str, draft: Body | None) -> Run:
        """Put a run into the line. The same id again is the same run. Raises `Problem` (429 `drills_busy`)."""
        self._load()
        if (known := self._runs.get(run.id)) is not None:
            if known.tenant_id != run.tenant_id or known.created_by.id != run.created_by.id:
                raise Problem("id_in_use", 409, errors=[{"field": "id", "code": "id_in_use"}])
            return self.view(run.id)
        if sum(one.state == "queued" for one in self._runs.values()) >= MOST_WAITING:
            raise Problem("drills_busy", 429, most=MOST_WAITING)
        folder = self._folder / run.id
        folder.mkdir(parents=True, mode=0o700)
        task = Task(folder=str(folder), tenant_id=run.tenant_id, locale=locale, database_url=self._url, new=new,
                    draft=draft)  # fmt: skip
        self._tasks[run.id] = msgspec.json.encode(task)
        self._keep(run)
        self._more.set()
        return self.view(run.id)

    def runs(self, tenant_id: str) -> list[Run]:
        """The tenant's runs, newest first."""
        self._load()
        mine = [one.id for one in self._runs.values() if one.tenant_id == tenant_id]
        return [self.view(id) for id in sorted(mine, key=lambda id: -self._runs[id].created_at)]

    def view(self, run_id: str) -> Run:
        """A run with its place in the line. Raises `Problem` (404)."""
        self._load()
        run = self._runs.get(run_id)
        if run is None:
            raise not_found("drill")
        waiting = [one.id for one in self._line()]
        return structs.replace(run, place=waiting.index(run_id) + 1) if run_id in waiting else run

    def result(self, run_id: str) -> bytes | None:
        """What was found, as JSON."""
        path = self._folder / run_id / "result.json"
        return path.read_bytes() if path.is_file() else None

    def cancel(self, run_id: str) -> Run:
        """End a run that is open; one that is over stays as it is."""
        run = self.view(run_id)
        if run.state == "queued":
            self._end(run_id, "cancelled")
        elif run.state == "running":
            self._cancelled.add(run_id)
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.terminate()
        return self.view(run_id)

    # -- the server's task ---------------------------------------------------------------------------------------------
    async def run(self) -> None:
        """Play what is in the line, one after another, for as long as the server runs."""
        self._load()
        tidied = -TIDY_EVERY_S * 1_000
        while True:
            if self._clock.now_ms() - tidied >= TIDY_EVERY_S * 1_000:
                tidied = self._clock.now_ms()
                self._tidy()
            line = self._line()
            if line:
                await self._play(line[0].id)
                continue
            self._more.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_EVERY_S):
                    await self._more.wait()

    async def _play(self, run_id: str) -> None:
        self._keep(structs.replace(self._runs[run_id], state="running", started_at=self._clock.now_ms()))
        task, errors = self._tasks.pop(run_id), self._folder / run_id / "errors.log"
        with errors.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rexian.drill.runs.child",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=stderr,
            )  # fmt: skip
        self._process = process
        fault: Fault | None = Fault(code="stopped")
        try:
            async with asyncio.timeout(self._longest_s):
                fault = await self._follow(process, run_id, task)
        except TimeoutError:
            fault = Fault(code="too_long")
        finally:
            await processes.end(process, STOP_WITHIN_S)
            self._process = None
            if run_id in self._cancelled:
                self._cancelled.discard(run_id)
                self._end(run_id, "cancelled")
            elif fault is not None:
                self._end(run_id, "failed", fault)
                _log.warning("drill.failed", run=run_id, code=fault.code)
            else:
                self._end(run_id, "done")

    async def _follow(self, process: asyncio.subprocess.Process, run_id: str, task: bytes) -> Fault | None:
        """Hand over the task and hear how far it is. Returns why it failed; None: it has not."""
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(task)
            await process.stdin.drain()
            process.stdin.close()
        async for raw in process.stdout:
            line = msgspec.json.decode(raw, type=Line)
            if line.fault is not None:
                return line.fault
            self._runs[run_id] = structs.replace(self._runs[run_id], done=line.done)
            if line.finished:
                return None
        return Fault(code="stopped")

    # -- what is kept --------------------------------------------------------------------------------------------------
    def _line(self) -> list[Run]:
        return sorted((one for one in self._runs.values() if one.state == "queued"), key=lambda one: one.created_at)

    def _end(self, run_id: str, state: State, fault: Fault | None = None) -> None:
        self._tasks.pop(run_id, None)
        done = 10_000 if state == "done" else self._runs[run_id].done
        ended = self._clock.now_ms()
        self._keep(structs.replace(self._runs[run_id], state=state, ended_at=ended, fault=fault, done=done))
        for name in ("arrivals.csv", "staff.csv"):
            (self._folder / run_id / name).unlink(missing_ok=True)

    def _keep(self, run: Run) -> None:
        self._runs[run.id] = run
        path = self._folder / run.id / "run.json"
        path.with_suffix(".part").write_bytes(msgspec.json.encode(run))
        path.with_suffix(".part").rename(path)

    def _load(self) -> None:
        """Read what earlier servers left, once."""
        if self._loaded:
            return
        self._loaded = True
        for path in sorted(self._folder.glob("*/run.json")):
            try:
                run = msgspec.json.decode(path.read_bytes(), type=Run)
            except (OSError, msgspec.DecodeError) as error:
                _log.warning("drill.unreadable", path=str(path), error=str(error)[:200])
                continue
            self._runs[run.id] = run
            if run.state in OPEN:
                self._end(run.id, "failed", Fault(code="server_stopped"))

    def _tidy(self) -> None:
        """Remove what is older than it is kept."""
        oldest = self._clock.now_ms() - RETENTION_MS
        for run in [one for one in self._runs.values() if one.state not in OPEN and one.created_at < oldest]:
            del self._runs[run.id]
            shutil.rmtree(self._folder / run.id, ignore_errors=True)
