"""The media process's door: a unix socket for controllers (web servers). Several may come and go; all hear everything.

What a controller must not miss is kept until one has seen it: a recording that ended while the web server was away is
told to the next one, right after its `Welcome`.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import time
from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import structlog

from rexian import __version__
from rexian.channels.voice.port import BadMedia, Dtmf, MediaStatistics, VoiceEvent
from rexian.channels.voice.webrtc import frames
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.core import Core

log = structlog.get_logger(__name__)

FIRST_VISIT_S = 15.0
KEPT = 2_000
"""Events kept for a controller that is away."""
_SOUND_LIMIT = 1 << 18
_LIMIT = 1 << 23
"""Bytes unread by a controller: from the first on, taps leave sound out; at the second it is cut."""


class Controller:
    """One connected web server."""

    def __init__(self, core: Core, writer: asyncio.StreamWriter) -> None:
        self._core = core
        self._writer = writer
        self.taps: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, frame: frames.ToWeb) -> None:
        """Never blocks: who doesn't read is cut."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > _LIMIT:
            log.warning("voice.controller_cut")
            transport.abort()
            return
        self._writer.write(frames.encode(frame))

    def sound(self, tap_id: str, pcm: bytes) -> None:
        if self._writer.transport.get_write_buffer_size() < _SOUND_LIMIT:
            self.send(frames.Sound(tap_id=tap_id, pcm=pcm))

    def ask(self, ask: frames.Ask) -> None:
        """Answer a request: at once and in order, but for those that take time."""
        arguments = {name: getattr(ask.op, name) for name in ask.op.__struct_fields__}
        if isinstance(ask.op, frames.Tap):
            arguments["sink"] = lambda pcm, tap_id=ask.op.tap_id: self.sound(tap_id, pcm)
            self.taps.add(ask.op.tap_id)
        try:
            value = getattr(self._core, str(ask.op.__struct_config__.tag))(**arguments)
        except Exception as error:
            self.send(_refusal(ask.n, error))
            return
        if inspect.isawaitable(value):
            task = asyncio.ensure_future(self._later(ask.n, value))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self.send(frames.Answer(n=ask.n, value=value))

    async def _later(self, n: int, value: Any) -> None:
        try:
            self.send(frames.Answer(n=n, value=await value))
        except Exception as error:
            self.send(_refusal(n, error))

    def close(self) -> None:
        for tap_id in self.taps:
            self._core.stop_tap(tap_id)
        self._writer.transport.abort()


def _refusal(n: int, error: Exception) -> frames.Answer:
    name = type(error).__name__
    if name not in frames.ERRORS:
        if not isinstance(error, ValueError):
            log.exception("voice.request_failed", exc_info=error)
        name = "invalid"
    return frames.Answer(n=n, error=name, text=error.code if isinstance(error, BadMedia) else str(error))


class Server:
    """Listens, and knows when it isn't needed any more (`wait`)."""

    def __init__(self, path: Path, config: Config) -> None:
        self._path = path
        self.core = Core(config, self._tell)
        self._controllers: set[Controller] = set()
        self._visited = False
        self._unseen: deque[VoiceEvent] = deque(maxlen=KEPT)
        self._alone_since = time.monotonic()
        self._ended = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Open the door. An old socket at the place is removed: the caller holds the lock."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path))
        finally:
            os.umask(mask)
        self.core.start()

    async def wait(self) -> None:
        """Return when the process is to end."""
        while not self._ended.is_set() and not self._lonely():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._ended.wait()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self.core.close()
        for controller in list(self._controllers):
            controller.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    def end(self) -> None:
        """End now, with all legs."""
        self._ended.set()

    def _lonely(self) -> bool:
        """Without a controller for too long: nobody may ever come back for these calls."""
        if self._controllers:
            return False
        config = self.core.config
        patience = config.lonely_calls_s if self.core.legs else config.lonely_s
        if not self._visited:  # whoever started it may be slow to come
            patience = max(patience, FIRST_VISIT_S)
        return time.monotonic() - self._alone_since > patience

    def _tell(self, event: VoiceEvent) -> None:
        if not isinstance(event, MediaStatistics | Dtmf):  # old news of these is no news
            self._unseen.append(event)
        for controller in list(self._controllers):
            controller.send(frames.Heard(event=event))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        controller = Controller(self.core, writer)
        try:
            hello = await frames.read_to_engine(reader)
            welcome = frames.Welcome(
                protocol=frames.PROTOCOL, epoch=self.core.epoch, version=__version__, pid=os.getpid()
            )
            controller.send(welcome)
            if not isinstance(hello, frames.Hello) or hello.protocol != frames.PROTOCOL:
                return
            self._welcome(controller, hello)
            while True:
                self._take(controller, await frames.read_to_engine(reader))
        except (OSError, EOFError):
            pass
        except msgspec.MsgspecError as error:
            log.warning("voice.frame_unreadable", error=str(error))
        finally:
            self._controllers.discard(controller)
            self._alone_since = time.monotonic()
            with contextlib.suppress(Exception):
                await writer.drain()
            controller.close()

    def _welcome(self, controller: Controller, hello: frames.Hello) -> None:
        self.core.configure(hello.config)
        for event in self._unseen:
            controller.send(frames.Heard(event=event))
        self._visited = True
        self._controllers.add(controller)

    def _take(self, controller: Controller, frame: frames.ToEngine) -> None:
        match frame:
            case frames.Ask():
                controller.ask(frame)
            case frames.Seen():
                while self._unseen and self._unseen[0].seq <= frame.seq:
                    self._unseen.popleft()
            case frames.Goodbye():
                if frame.at_once or not self.core.legs:
                    self.end()
            case frames.Hello():
                self.core.configure(frame.config)
