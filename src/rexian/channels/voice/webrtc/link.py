"""The web server's line to the media process: found or started, kept alive, told and asked.

The process outlives this web server; the next one finds it by its socket and takes its calls over.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog

from rexian.channels.voice.instants import stamps
from rexian.channels.voice.port import Down, EngineDown, EngineUp, TapEnded, VoiceEvent
from rexian.channels.voice.webrtc import frames
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.process import TAKEN, socket_path
from rexian.kit.trouble import Trouble

log = structlog.get_logger(__name__)

_BACK_OFF_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_STEADY_S = 30.0
"""A line that held so long was no failure."""
_START_S = 15.0
_ASK_S = 10.0
_PULSE_S = 2.0
_HUNG_S = 10.0
"""A process that doesn't answer for so long is ended: its calls have been silent all the while."""
_TAP_FRAMES = 100
_LONGEST_PATH = 100  # of a unix socket, on all systems


class Link:
    """Keeps the line. `tell(event)` gets every event, `EngineUp` and `EngineDown` of our own among them."""

    def __init__(self, home: Path, config: Config, tell: Callable[[VoiceEvent], None]) -> None:
        self._home = home
        self._config = config
        self._tell = tell
        self._keeper: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._taps: dict[str, asyncio.Queue[bytes | None]] = {}
        self._up = False
        self._trouble = "starting"
        self.why: Trouble | None = None
        self.epoch = 0
        self.pid = 0
        """Of the media process, 0 before it was first reached."""

    def start(self) -> None:
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def stop(self, *, with_calls: bool = False) -> None:
        """Let go. A process without calls ends; one with calls waits for the next web server, or ends `with_calls`."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        if self._writer is not None and self._up:
            self._writer.write(frames.encode(frames.Goodbye(at_once=with_calls)))
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._writer.drain()
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        self._forget("stopped")

    async def _keep(self) -> None:
        """Have a line for ever: connect, or start a process and connect; wait longer after each failure."""
        failures = 0
        while True:
            began = time.monotonic()
            self._lost(await self._one_line())
            failures = 0 if time.monotonic() - began > _STEADY_S else failures + 1
            await asyncio.sleep(_BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)])

    async def _one_line(self) -> Trouble:
        """Speak until the line ends, and say why it did."""
        writer: asyncio.StreamWriter | None = None
        try:
            reader, writer = await self._reach()
            await self._speak(reader, writer, await self._greet(reader, writer))
        except (OSError, EOFError, TimeoutError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
            return _trouble_of(error)
        finally:
            if writer is not None:
                writer.close()
        return Trouble("media_gone")

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        path = str(socket_path(self._home))
        if len(path.encode()) > _LONGEST_PATH:
            raise OSError(f"the data folder's path is too long for a socket in it: {path}")
        deadline, started = time.monotonic() + _START_S, False
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                return await asyncio.open_unix_connection(path)
            if not started:  # another one may be there and just about to end: then ask again
                started = await asyncio.to_thread(_spawn, self._home, self._config)
            await asyncio.sleep(0.05 if started else 0.3)
        raise _NotStarted("the media process did not start; see voice.log")

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> frames.Welcome:
        writer.write(frames.encode(frames.Hello(protocol=frames.PROTOCOL, config=self._config)))
        async with asyncio.timeout(_HUNG_S):
            welcome = await frames.read_to_web(reader)
        if isinstance(welcome, frames.Welcome) and welcome.protocol == frames.PROTOCOL:
            return welcome
        if isinstance(welcome, frames.Welcome):  # of another version: it can't be spoken with, so its calls are lost
            log.warning("voice.other_protocol", protocol=welcome.protocol)
            _end_process(welcome.pid, signal.SIGTERM)
        raise ConnectionError("the media process is of another version; it is being replaced")

    async def _speak(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: frames.Welcome
    ) -> None:  # fmt: skip
        self._writer, self._up, self._trouble, self.why = writer, True, "", None
        self.epoch, self.pid = welcome.epoch, welcome.pid
        pulse = asyncio.create_task(self._pulse(welcome.pid))
        try:
            self._tell(EngineUp(epoch=welcome.epoch, version=welcome.version, **stamps()))
            while True:
                self._take(await frames.read_to_web(reader))
        finally:
            pulse.cancel()

    def _take(self, frame: frames.ToWeb) -> None:
        match frame:
            case frames.Answer():
                self._answered(frame)
            case frames.Heard():
                self._tell(frame.event)
                self._send(frames.Seen(seq=frame.event.seq))
                if isinstance(frame.event, TapEnded):
                    self.end_tap(frame.event.tap_id)
            case frames.Sound():
                _push(self._taps.get(frame.tap_id), frame.pcm)
            case frames.Welcome():
                pass

    def _lost(self, why: Trouble) -> None:
        was_up, reason = self._up, str(why)
        self._forget(reason)
        self.why = why
        if was_up:
            self._tell(EngineDown(reason=reason, why=why, epoch=self.epoch, **stamps()))
        else:
            log.warning("voice.engine_unreachable", reason=reason)

    def _forget(self, reason: str) -> None:
        """Whoever waits for an answer or for sound waits no longer."""
        self._up, self._writer, self._trouble = False, None, reason
        asked, self._asked = self._asked, {}
        for future in asked.values():
            if not future.done():
                future.set_exception(Down(reason))
        for tap_id in list(self._taps):
            self.end_tap(tap_id)

    async def _pulse(self, pid: int) -> None:
        """Feel the process's pulse; one that hangs is ended, and the line's end starts another."""
        while True:
            await asyncio.sleep(_PULSE_S)
            try:
                await self.ask(frames.Health(), seconds=_HUNG_S)
            except Down:
                log.error("voice.engine_hangs", pid=pid)
                _end_process(pid, signal.SIGKILL)
                return

    # -- asking ----------------------------------------------------------------------------------------------------
    def _send(self, frame: frames.ToEngine) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(frames.encode(frame))

    async def ask(self, op: frames.Op, seconds: float = _ASK_S) -> Any:
        if not self._up:
            raise Down(self._trouble)
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self._send(frames.Ask(n=number, op=op))
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError as error:
            raise Down("no answer from the media process") from error
        finally:
            self._asked.pop(number, None)

    def _answered(self, answer: frames.Answer) -> None:
        future = self._asked.get(answer.n)
        if future is None or future.done():
            return
        if not answer.error:
            future.set_result(answer.value)
        else:
            future.set_exception(frames.ERRORS.get(answer.error, ValueError)(answer.text))

    # -- taps ------------------------------------------------------------------------------------------------------
    def open_tap(self, tap_id: str) -> asyncio.Queue[bytes | None]:
        """Where a tap's sound is put: of what nobody takes, the newest two seconds; None at the end.

        Whoever read it before reads no more.
        """
        self.end_tap(tap_id)
        queue = self._taps[tap_id] = asyncio.Queue(_TAP_FRAMES + 1)
        return queue

    def end_tap(self, tap_id: str) -> None:
        _push(self._taps.pop(tap_id, None), None)


class _NotStarted(OSError):
    """There is no media process, and none could be made."""


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, _NotStarted):
        return Trouble("media_stuck")
    if isinstance(error, EOFError | ConnectionResetError):
        return Trouble("media_gone")
    return Trouble("engine_says", {"why": str(error) or type(error).__name__})


def _spawn(home: Path, config: Config) -> bool:
    """Start a process that nobody's death takes along; False: there is one already. Raises OSError."""
    home.mkdir(parents=True, exist_ok=True)
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "rexian.channels.voice.webrtc.process", str(home)],
        input=msgspec.json.encode(config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, close_fds=True, timeout=_START_S, check=False,
    )  # fmt: skip
    if process.returncode not in (0, TAKEN):
        raise _NotStarted(f"the media process did not start ({process.returncode}); see voice.log")
    return process.returncode == 0


def _push(queue: asyncio.Queue[bytes | None] | None, pcm: bytes | None) -> None:
    if queue is not None:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(pcm)


def _end_process(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
