"""A real TURN server for tests: coturn on loopback, with short-lived names and passwords."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.city import free_port

SECRET = "a secret that only coturn and the house know"


class Coturn:
    """Relays between addresses of this machine. `users`: lasting ones (`name:password`) in place of the secret."""

    def __init__(self, folder: Path, *users: str) -> None:
        program = shutil.which("turnserver")
        if program is None:
            if os.environ.get("CI"):
                raise RuntimeError("no coturn: run tools/setup-test-machine")
            pytest.skip("no coturn: run tools/setup-test-machine")
        self.port = free_port()
        self.log = folder / "coturn.log"
        self._program, self._config = program, folder / "turnserver.conf"
        login = [f"user={user}" for user in users] or ["use-auth-secret", f"static-auth-secret={SECRET}"]
        self._folder = folder
        self.configure("\n".join([
            f"listening-port={self.port}", "listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "realm=rexian.test",
            "min-port=41000", "max-port=44000", "fingerprint", "lt-cred-mech" if users else "", *login,
            "allow-loopback-peers", "no-cli", "no-tls", "no-dtls", "no-multicast-peers",
        ]))  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, text: str) -> None:
        folder = self._folder
        files = f"log-file={self.log}\nsimple-log\nverbose\npidfile={folder}/coturn.pid\nuserdb={folder}/turndb\n"
        self._config.write_text(f"{text}\n{files}")

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self._process.poll() is None, self.said()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(f"coturn does not get ready: {self.said()}")

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
