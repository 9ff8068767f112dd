"""The media process: `python -m rexian.channels.voice.webrtc.process HOME`, its settings as JSON on standard input.

It is started by `EmbeddedEngine` in a session of its own and lets its parent go at once (0: started, 3: another one is
there), so that it outlives the web server. It holds `HOME/voice.lock` as long as it lives: there is only one. It logs
to `HOME/voice.log`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import resource
import signal
import sys
from pathlib import Path

import msgspec
import structlog

from rexian.channels.voice.webrtc.config import Config
from rexian.kit.log import configure

log = structlog.get_logger(__name__)

TAKEN = 3
"""Exit status: another process holds the lock."""
_LOG_BYTES = 5_000_000


def socket_path(home: Path) -> Path:
    """Where the process listens."""
    return home / "voice.sock"


def main() -> int:
    """Run until it isn't needed any more. Returns the exit status."""
    home = Path(sys.argv[1])
    lock = _lock(home)
    if lock is None:
        return TAKEN
    config = msgspec.json.decode(sys.stdin.buffer.read() or b"{}", type=Config)
    if os.fork():  # before anything that makes threads is imported; the lock goes with the child
        return 0
    _log_to(home / "voice.log")
    configure(form="json")
    logging.getLogger("aioice").setLevel(logging.WARNING)  # it names addresses of people at "info"
    log.info("voice.started", pid=os.getpid(), priority_raised=_raise_priority())
    _allow_sockets()
    try:
        _run(home, config)
    except Exception:
        log.exception("voice.failed")
        return 1
    log.info("voice.ended", pid=os.getpid())
    return 0


def _lock(home: Path) -> int | None:
    descriptor = os.open(home / "voice.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _log_to(path: Path) -> None:
    """The terminal or pipe of the web server goes away with it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, flags, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _raise_priority() -> bool:
    """A late beat is heard by everybody: ask for a better place at the processor. Only root is granted it."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    except OSError:
        return False
    return True


def _allow_sockets() -> None:
    """Each leg has a socket for each address of the machine: take as many files as we are allowed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _run(home: Path, config: Config) -> None:
    factory = None
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_serve(home, config))


async def _serve(home: Path, config: Config) -> None:
    from rexian.channels.voice.webrtc.dtls import process_identity
    from rexian.channels.voice.webrtc.server import Server

    process_identity().prepare()
    server = Server(socket_path(home), config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.end)
    await server.start()
    gc.collect()
    gc.freeze()  # what lives for ever need not be looked at again
    gc.set_threshold(50_000, 20, 20)
    await server.wait()
    await server.close()


if __name__ == "__main__":
    sys.exit(main())
