"""Ending child processes."""

from __future__ import annotations

import asyncio
import contextlib


async def end(process: asyncio.subprocess.Process, within_s: float) -> None:
    """Close its input, ask it to end, and kill it when it has not gone within so many seconds. It is gone then."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(within_s):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
