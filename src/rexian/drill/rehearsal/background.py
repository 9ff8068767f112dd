"""A rehearsal in a process of its own, for a server that must not stand still meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from rexian.drill.rehearsal.driver import Cancelled, NotPlayable
from rexian.drill.rehearsal.files.faults import BadFiles, Fault
from rexian.drill.rehearsal.play import play
from rexian.drill.rehearsal.result import DayResult
from rexian.drill.rehearsal.scenario import Scenario

Made = Callable[[], Scenario]
ENDS_WITHIN_S = 5.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended: exactly one of these, or none of them when it was cancelled."""

    result: DayResult | None = None
    faults: list[Fault] = []
    refused: str = ""  # what the engine did not take
    broken: str = ""


class Background:
    """Starts at once. `make` is called there, so it must be picklable: `partial(festival, seed, contacts)`."""

    def __init__(self, make: Made) -> None:
        context = get_context("spawn")
        self._done = context.Value("d", 0.0)
        self._stop = context.Event()
        self._ear, mouth = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(make, mouth, self._done, self._stop), daemon=True)
        self._process.start()
        mouth.close()
        self._outcome: Outcome | None = None

    @property
    def progress(self) -> float:
        """The part done, 0 to 1."""
        return float(self._done.value)

    def cancel(self) -> None:
        """It ends within a simulated minute; `outcome` says so. No harm when it is over already."""
        self._stop.set()

    def outcome(self, wait_s: float = 0.0) -> Outcome | None:
        """How it ended; None while it goes on. Never waits longer than `wait_s`."""
        if self._outcome is None and self._ear.poll(wait_s):
            try:
                self._outcome = msgspec.json.decode(self._ear.recv_bytes(), type=Outcome)
            except EOFError:
                self._outcome = Outcome(broken="the process ended")
            self._process.join(ENDS_WITHIN_S)
        return self._outcome


def _work(make: Made, mouth: Connection, done: Any, stop: Any) -> None:
    gc.disable()

    def tell(part: float) -> None:
        done.value = part

    try:
        outcome = Outcome(result=play(make(), progress=tell, cancelled=stop.is_set))
    except Cancelled:
        outcome = Outcome()
    except BadFiles as bad:
        outcome = Outcome(faults=bad.faults)
    except NotPlayable as error:
        outcome = Outcome(refused=str(error))
    mouth.send_bytes(msgspec.json.encode(outcome))
    mouth.close()
