"""The demo city as a subprocess, as a newcomer starts it: for end-to-end tests and for tests that kill it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from rexian.kit.postgres import PrivatePostgres


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class City:
    """`rexian demo --no-population` on a free port with a data folder of its own."""

    def __init__(self, home: Path, *, arguments: tuple[str, ...] = ("--no-population",), **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments = arguments
        self.settings = settings
        self.process: subprocess.Popen[str] | None = None
        self.log = home / "server.log"

    def start(self, within_s: float = 60) -> float:
        """Starts the server and returns the seconds until it said that it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "REXIAN_HOME": str(self.home),
            "REXIAN_PORT": str(self.port),
            **{f"REXIAN_{name.upper()}": value for name, value in self.settings.items()},
        }
        started = time.monotonic()
        log = self.log.open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rexian.cli", "demo", *self.arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        log.close()
        ready = threading.Event()
        threading.Thread(target=self._read, args=(self.process, ready), daemon=True).start()
        while not ready.wait(0.1):
            if self.process.poll() is not None or time.monotonic() - started > within_s:
                raise AssertionError(f"not ready within {within_s} s:\n{self.log.read_text()[-4000:]}")
        return time.monotonic() - started

    def _read(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if line.startswith("ready: "):
                    ready.set()

    def kill(self) -> None:
        """`kill -9` of the server, and of it alone: its database goes on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    @property
    def database_url(self) -> str:
        """For reading with plain SQL what the server wrote."""
        return PrivatePostgres(self.home / "pg").url().replace("+psycopg", "")

    def postmaster(self) -> int:
        return int((self.home / "pg" / "postmaster.pid").read_text().split()[0])

    def kill_database(self) -> None:
        os.kill(self.postmaster(), signal.SIGKILL)

    def stop(self) -> None:
        """A clean end; the private database ends with its last user."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        pid_file = self.home / "pg" / "postmaster.pid"
        if pid_file.exists():
            os.kill(self.postmaster(), signal.SIGINT)
            for _ in range(100):
                if not pid_file.exists():
                    break
                time.sleep(0.1)
