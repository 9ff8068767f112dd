"""When a failed delivery is tried again, and when a webhook that always fails is switched off. Pure; ms throughout."""

from __future__ import annotations

from typing import Final

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

STEPS: Final = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)
"""Pauses after the first, second, … failure; the last one repeats."""

GIVE_UP_MS: Final = 24 * HOUR
"""A delivery is not tried later than this after it was made."""

SWITCH_OFF_MS: Final = 72 * HOUR
"""A webhook that has failed for so long without one success is switched off."""

JITTER_PERCENT: Final = 20
MAX_ASKED_MS: Final = HOUR


def next_at(made_at: int, attempts: int, now: int, luck: int, *, asked_ms: int = 0) -> int | None:
    """When to try again after `attempts` failures, or None when it is no use any more.

    `luck` (0–999) spreads the attempts of many deliveries: up to 20 % earlier or later. `asked_ms`: the receiver's
    `Retry-After`, honoured up to an hour.
    """
    pause = STEPS[min(attempts, len(STEPS)) - 1]
    pause += pause * JITTER_PERCENT * (2 * luck - 999) // 99_900
    at = now + max(pause, min(asked_ms, MAX_ASKED_MS))
    return at if at <= made_at + GIVE_UP_MS else None


def persistent(failing_since: int | None, now: int) -> bool:
    """Say whether a webhook has failed long enough to be switched off."""
    return failing_since is not None and now - failing_since >= SWITCH_OFF_MS
