"""What the figures hand to the composition root."""

from __future__ import annotations

from rexian.kit.slice import Slice
from rexian.work.figures.api import routes
from rexian.work.figures.reader import FiguresReader
from rexian.work.figures.service import forget_simulated


def make() -> Slice:
    return Slice("figures", routes, readers=(FiguresReader(),), forget_simulated=forget_simulated)
