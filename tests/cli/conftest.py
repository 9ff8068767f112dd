"""Commands run inside the test process: what they set up for themselves is taken back afterwards."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _taken_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**config)
    for number, handler in signals.items():
        signal.signal(number, handler)
