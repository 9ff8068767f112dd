"""Waiting for what rings no bell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

LONG_S = 150.0
"""Only a thing that never comes takes so long, on however busy a machine."""


async def until(holds: Callable[[], Awaitable[Any]], seconds: float = LONG_S) -> Any:
    """Ask until it is so, and return the answer."""
    async with asyncio.timeout(seconds):
        while not (value := await holds()):  # noqa: ASYNC110 - asked over HTTP, as the front page does
            await asyncio.sleep(0.1)
        return value
