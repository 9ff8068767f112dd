"""What the trace hands to the composition root."""

from __future__ import annotations

from rexian.kit.slice import Slice
from rexian.work.trace.api import routes


def make() -> Slice:
    return Slice("trace", routes)
