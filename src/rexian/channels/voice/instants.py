"""The time of media engines, for all in a process the same: setting the wall clock moves nothing in a call."""

from __future__ import annotations

import time
from typing import Any

from rexian.kit.clock import SystemClock

_clock = SystemClock()


def now_ms() -> int:
    """ms since 1970 UTC: the wall clock as it was when the process began, carried on steadily."""
    return _clock.now_ms()


def now_s() -> float:
    """The same in seconds, to the microsecond."""
    return _clock.now_s()


def stamps() -> dict[str, Any]:
    """When an event is told: `at` and `mono_ms` of the port's events. Neither goes back."""
    return {"at": now_ms(), "mono_ms": int(time.monotonic() * 1_000)}
