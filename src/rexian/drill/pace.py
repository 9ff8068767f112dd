"""Simulated time: it runs at 0× to 20× real time, and everybody who sleeps in it wakes when it gets there."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

MAX_SPEED = 20


class Pace:
    """A clock whose speed can change at any moment. At 0 it stands still and nobody wakes."""

    def __init__(self, now: Callable[[], float], speed: float = 1.0) -> None:
        self._now = now
        self._speed = speed
        self._real = now()
        self._at = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = 0
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float:
        return self._speed

    def time(self) -> float:
        """Seconds of simulated time since the start."""
        return self._at + (self._now() - self._real) * self._speed

    def set_speed(self, speed: float) -> None:
        """Run at `speed` from now on (0 to 20)."""
        if speed == self._speed:
            return
        self._at, self._real = self.time(), self._now()
        self._speed = min(max(speed, 0.0), MAX_SPEED)
        self._changed.set()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of simulated time."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number += 1
        heapq.heappush(self._sleepers, (self.time() + max(0.0, seconds), self._number, future))
        self._changed.set()
        await future

    async def run(self) -> None:
        """Wake the sleepers in time; endless."""
        while True:
            self._changed.clear()
            self._wake()
            try:
                async with asyncio.timeout(self._pause()):
                    await self._changed.wait()
            except TimeoutError:
                pass

    def _wake(self) -> None:
        now = self.time()
        while self._sleepers and (self._sleepers[0][0] <= now or self._sleepers[0][2].done()):
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)

    def _pause(self) -> float | None:
        """Real seconds until the next sleeper is due; None: nobody is, or time stands still."""
        if not self._sleepers or self._speed <= 0:
            return None
        return max(0.0, (self._sleepers[0][0] - self.time()) / self._speed)
