"""A wall clock that tests set: in their own process, and in those that they start."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOUR, YEAR = 3_600, 365 * 86_400
JUMPS = (YEAR, -YEAR, -HOUR, HOUR, 7)
"""By how many seconds. Seven: what a round trip could be taken for."""

IN_OTHERS = """
import time
from pathlib import Path

_file, _time, _time_ns = Path(%r), time.time, time.time_ns

def _offset_s():
    try:
        return int(_file.read_text() or 0)
    except (OSError, ValueError):
        return 0

time.time = lambda: _time() + _offset_s()
time.time_ns = lambda: _time_ns() + _offset_s() * 1_000_000_000
"""
"""Python reads `sitecustomize` before all else, so that every process begins with this clock."""


class WallClock:
    """Set it by `jump(seconds)`; jumps add up."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "offset"
        self._offset_s = 0
        (folder / "sitecustomize.py").write_text(IN_OTHERS % str(self._file))

    def jump(self, seconds: int) -> None:
        self._offset_s += seconds
        made = self._file.with_suffix(".new")
        made.write_text(str(self._offset_s))
        made.replace(self._file)

    @property
    def offset_s(self) -> int:
        return self._offset_s


@contextmanager
def settable(folder: Path) -> Iterator[WallClock]:
    """The clock of this process, and of those that are started within, can be set."""
    clock, real, real_ns = WallClock(folder), time.time, time.time_ns
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        patch.setattr(time, "time", lambda: real() + clock.offset_s)
        patch.setattr(time, "time_ns", lambda: real_ns() + clock.offset_s * 1_000_000_000)
        yield clock
