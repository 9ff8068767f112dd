"""Where files are read and recordings written: never on the thread that keeps the beat."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Threads:
    """A thread for reading and one for writing, so that neither waits for the other."""

    def __init__(self) -> None:
        self._read = ThreadPoolExecutor(1, "voice-files")
        self._write = ThreadPoolExecutor(1, "voice-recordings")

    def read(self, work: Callable[[], None]) -> None:
        self._read.submit(work)

    def write(self, work: Callable[[], None]) -> None:
        self._write.submit(work)

    def close(self) -> None:
        """Waits for what is being written."""
        self._read.shutdown(wait=False, cancel_futures=True)
        self._write.shutdown(wait=True)


class Inline:
    """Everything at once, on the caller's thread: for tests."""

    def read(self, work: Callable[[], None]) -> None:
        work()

    def write(self, work: Callable[[], None]) -> None:
        work()

    def close(self) -> None:
        pass
