"""`EmbeddedEngine`: the port's side of the embedded engine, inside the web server.

It keeps a line to the media process, starts one when none answers, and ends one that hangs. The process outlives this
web server; the next one finds it by its socket and takes its calls over.
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
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog

from rexian.channels.voice.port import (
    Caller,
    Cause,
    Down,
    Endpoint,
    EngineDown,
    EngineUp,
    Gone,
    Health,
    Inventory,
    Music,
    RecordingOrder,
    Role,
    Side,
    Source,
    TapEnded,
    Unsupported,
    VoiceEvent,
    VoiceListener,
)
from rexian.channels.voice.webrtc import frames
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.process import TAKEN, socket_path

log = structlog.get_logger(__name__)

_BACK_OFF_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_START_S = 15.0
_ASK_S = 10.0
_PULSE_S = 2.0
_HUNG_S = 10.0
"""A process that doesn't answer for so long is ended: its calls have been silent all the while."""
_TAP_FRAMES = 100
_LONGEST_PATH = 100  # of a unix socket, on all systems


class EmbeddedEngine:
    """See `VoiceEngine`. `home`: Rexian's data folder."""

    name = "embedded"

    def __init__(self, home: Path, config: Config | None = None) -> None:
        self._home = home
        self._config = config or Config()
        self._listeners: list[VoiceListener] = []
        self._keeper: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._taps: dict[str, asyncio.Queue[bytes | None]] = {}
        self._epoch = 0
        self.pid = 0
        """Of the media process, 0 before it was first reached."""
        self._up = False
        self._trouble = "starting"

    # -- life ------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
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

    def listen(self, listener: VoiceListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _tell(self, event: VoiceEvent) -> None:
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("voice.listener_failed", event=type(event).__name__)

    # -- the line to the process -----------------------------------------------------------------------------------
    async def _keep(self) -> None:
        """Have a line for ever: connect, or start a process and connect; wait longer after each failure."""
        failures = 0
        while True:
            try:
                reader, writer = await self._reach()
                welcome = await self._greet(reader, writer)
                failures = 0
                await self._speak(reader, writer, welcome)
                reason = "the media process has gone"
            except (OSError, EOFError, TimeoutError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
                reason = str(error) or type(error).__name__
            self._lost(reason)
            await asyncio.sleep(_BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)])
            failures += 1

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        path = str(socket_path(self._home))
        if len(path.encode()) > _LONGEST_PATH:
            raise OSError(f"the data folder's path is too long for a socket in it: {path}")
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            return await asyncio.open_unix_connection(path)
        await asyncio.to_thread(_spawn, self._home, self._config)
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                return await asyncio.open_unix_connection(path)
            await asyncio.sleep(0.05)
        raise OSError("the media process did not start; see voice.log")

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> frames.Welcome:
        writer.write(frames.encode(frames.Hello(protocol=frames.PROTOCOL, config=self._config)))
        async with asyncio.timeout(_HUNG_S):
            welcome = await frames.read_to_web(reader)
        if isinstance(welcome, frames.Welcome) and welcome.protocol == frames.PROTOCOL:
            return welcome
        writer.close()
        if isinstance(welcome, frames.Welcome):  # of another version: it can't be spoken with, so its calls are lost
            log.warning("voice.other_protocol", protocol=welcome.protocol)
            _end_process(welcome.pid, signal.SIGTERM)
        raise ConnectionError("the media process is of another version; it is being replaced")

    async def _speak(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: frames.Welcome
    ) -> None:  # fmt: skip
        self._writer, self._up, self._trouble = writer, True, ""
        self._epoch, self.pid = welcome.epoch, welcome.pid
        pulse = asyncio.create_task(self._pulse(welcome.pid))
        try:
            self._tell(EngineUp(epoch=welcome.epoch, version=welcome.version, **_stamps()))
            while True:
                self._take(await frames.read_to_web(reader))
        finally:
            pulse.cancel()
            writer.close()

    def _take(self, frame: frames.ToWeb) -> None:
        match frame:
            case frames.Answer():
                self._answered(frame)
            case frames.Heard():
                self._tell(frame.event)
                self._send(frames.Seen(seq=frame.event.seq))
                if isinstance(frame.event, TapEnded):
                    self._end_tap(frame.event.tap_id)
            case frames.Sound():
                _push(self._taps.get(frame.tap_id), frame.pcm)
            case frames.Welcome():
                pass

    def _lost(self, reason: str) -> None:
        was_up, self._up, self._writer, self._trouble = self._up, False, None, reason
        asked, self._asked = self._asked, {}
        for future in asked.values():
            if not future.done():
                future.set_exception(Down(reason))
        for tap_id in list(self._taps):
            self._end_tap(tap_id)
        if was_up:
            self._tell(EngineDown(reason=reason, epoch=self._epoch, **_stamps()))
        else:
            log.warning("voice.engine_unreachable", reason=reason)

    async def _pulse(self, pid: int) -> None:
        """Feel the process's pulse; one that hangs is ended, and the line's end starts another."""
        while True:
            await asyncio.sleep(_PULSE_S)
            try:
                await self._ask(frames.Health(), seconds=_HUNG_S)
            except Down:
                log.error("voice.engine_hangs", pid=pid)
                _end_process(pid, signal.SIGKILL)
                return

    # -- asking ----------------------------------------------------------------------------------------------------
    def _send(self, frame: frames.ToEngine) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(frames.encode(frame))

    async def _ask(self, op: frames.Op, seconds: float = _ASK_S) -> Any:
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

    async def health(self) -> Health:
        """Never raises: what is wrong stands in `trouble`."""
        try:
            return msgspec.convert(await self._ask(frames.Health()), Health)
        except Down as error:
            return Health(up=False, engine=self.name, epoch=self._epoch, trouble=str(error))

    async def inventory(self) -> Inventory:
        listing = msgspec.convert(await self._ask(frames.Inventory()), frames.Listing)
        return Inventory(epoch=self._epoch, legs=listing.legs, bridges=listing.bridges)

    # -- legs ------------------------------------------------------------------------------------------------------
    async def connect(self, leg_id: str, sdp: str, *, side: Side, tag: str = "") -> str:
        return str(await self._ask(frames.Connect(leg_id=leg_id, sdp=sdp, side=side, tag=tag)))

    async def answer(self, leg_id: str, *, side: Side, tag: str = "") -> None:
        """No leg is ever offered here: one that lives was answered by `connect`."""
        if all(leg.id != leg_id for leg in (await self.inventory()).legs):
            raise Gone(leg_id)

    async def reject(self, leg_id: str, cause: Cause = "busy") -> None:
        await self.hang_up(leg_id, cause)

    async def hang_up(self, leg_id: str, cause: Cause = "normal") -> None:
        await self._ask(frames.HangUp(leg_id=leg_id, cause=cause))

    async def originate(
        self, leg_id: str, to: Endpoint, *, side: Side, tag: str = "", caller: Caller | None = None,
        timeout_ms: int = 30_000,
    ) -> None:  # fmt: skip
        """A browser is asked over its own socket, and then `connect`s; telephone lines there are none."""
        raise Unsupported

    async def transfer(self, leg_id: str, to: Endpoint) -> None:
        raise Unsupported

    # -- media -----------------------------------------------------------------------------------------------------
    async def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        await self._ask(frames.Play(leg_id=leg_id, playback_id=playback_id, source=source))

    async def stop_playback(self, leg_id: str, playback_id: str) -> None:
        await self._ask(frames.StopPlayback(leg_id=leg_id, playback_id=playback_id))

    async def collect(
        self, leg_id: str, collect_id: str, *, most: int = 1, first_ms: int = 8_000, between_ms: int = 3_000,
        end_key: str = "#",
    ) -> None:  # fmt: skip
        await self._ask(
            frames.Collect(
                leg_id=leg_id, collect_id=collect_id, most=most, first_ms=first_ms, between_ms=between_ms,
                end_key=end_key,
            )
        )  # fmt: skip

    async def stop_collecting(self, leg_id: str, collect_id: str) -> None:
        await self._ask(frames.StopCollecting(leg_id=leg_id, collect_id=collect_id))

    async def send_dtmf(self, leg_id: str, digits: str) -> None:
        """Raises ValueError for what is no key."""
        await self._ask(frames.SendDtmf(leg_id=leg_id, digits=digits))

    async def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        await self._ask(frames.Hold(leg_id=leg_id, on=on, music=music))

    async def mute(self, leg_id: str, on: bool) -> None:
        await self._ask(frames.Mute(leg_id=leg_id, on=on))

    # -- bridges ---------------------------------------------------------------------------------------------------
    async def create_bridge(self, bridge_id: str) -> None:
        await self._ask(frames.CreateBridge(bridge_id=bridge_id))

    async def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        await self._ask(frames.Join(bridge_id=bridge_id, leg_id=leg_id, role=role))

    async def leave(self, leg_id: str) -> None:
        await self._ask(frames.Leave(leg_id=leg_id))

    async def destroy_bridge(self, bridge_id: str) -> None:
        await self._ask(frames.DestroyBridge(bridge_id=bridge_id))

    # -- recordings ------------------------------------------------------------------------------------------------
    async def record(self, bridge_id: str, order: RecordingOrder) -> None:
        await self._ask(frames.Record(bridge_id=bridge_id, order=order))

    async def pause_recording(self, recording_id: str, paused: bool) -> None:
        await self._ask(frames.PauseRecording(recording_id=recording_id, paused=paused))

    async def stop_recording(self, recording_id: str) -> None:
        await self._ask(frames.StopRecording(recording_id=recording_id))

    # -- taps ------------------------------------------------------------------------------------------------------
    async def tap(self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"]) -> AsyncIterator[bytes]:
        """A reader that is more than two seconds behind loses the oldest sound."""
        queue = self._taps.setdefault(tap_id, asyncio.Queue(_TAP_FRAMES + 1))
        try:
            await self._ask(frames.Tap(tap_id=tap_id, leg_id=leg_id, what=what))
        except BaseException:
            self._taps.pop(tap_id, None)
            raise
        return _drain(queue)

    async def inject(self, leg_id: str, pcm: bytes) -> None:
        await self._ask(frames.Inject(leg_id=leg_id, pcm=pcm))

    async def stop_tap(self, tap_id: str) -> None:
        await self._ask(frames.StopTap(tap_id=tap_id))

    def _end_tap(self, tap_id: str) -> None:
        _push(self._taps.pop(tap_id, None), None)


def _spawn(home: Path, config: Config) -> None:
    """Start a process that nobody's death takes along. Raises OSError."""
    home.mkdir(parents=True, exist_ok=True)
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "rexian.channels.voice.webrtc.process", str(home)],
        input=msgspec.json.encode(config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, close_fds=True, timeout=_START_S, check=False,
    )  # fmt: skip
    if process.returncode not in (0, TAKEN):
        raise OSError(f"the media process did not start ({process.returncode}); see voice.log")


def _push(queue: asyncio.Queue[bytes | None] | None, pcm: bytes | None) -> None:
    if queue is not None:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(pcm)


async def _drain(queue: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
    while (pcm := await queue.get()) is not None:
        yield pcm


def _stamps() -> dict[str, int]:
    return {"at": time.time_ns() // 1_000_000, "mono_ms": int(time.monotonic() * 1_000)}


def _end_process(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
