"""How long a browser test waits for what it expects, at one place: the option of `expect` is one for all tests."""

from __future__ import annotations

from playwright.async_api import expect

PATIENCE_MS = 30_000
"""A machine that builds, serves, records and draws at once may be slow; whoever waits for nothing waits no longer."""
PATIENCE_S = PATIENCE_MS / 1000

expect.set_options(timeout=PATIENCE_MS)
