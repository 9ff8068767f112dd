"""The one function that a command, a test or a page of the console calls."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rexian.drill.rehearsal.driver import Cancelled, Driver
from rexian.drill.rehearsal.reduce import reduce
from rexian.drill.rehearsal.result import DayResult
from rexian.drill.rehearsal.scenario import Scenario

__all__ = ["Cancelled", "play", "quiet"]


def play(
    scenario: Scenario,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DayResult:
    """Rehearse the day. `progress` hears the part done (0 to 1) and `cancelled` is asked once per simulated minute.

    Raises `Cancelled`. Blocks for as long as it takes: a server calls it in a process of its own.
    """

    def watch(at: int) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(min(1.0, at / max(1, scenario.until)))

    began, cpu = time.perf_counter(), time.process_time()
    driver = Driver(scenario, watch)
    driver.run()
    return reduce(driver, time.perf_counter() - began, time.process_time() - cpu)


@contextmanager
def quiet() -> Iterator[None]:
    """The garbage collector held off, for a process that does nothing else: while a day runs, nothing makes cycles."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
