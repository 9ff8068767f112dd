"""How figures are printed: for people, or with `--json` as one JSON object a line.

Keys: name, value, unit, peer, peer_value, ratio. The peer is what a figure is compared with, measured in the same run,
or the limit that it must keep; `ratio` is value / peer_value.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value. A peer is named together with its value, in the same unit."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer_value if self.peer_value else None


def arguments(description: str | None) -> ArgumentParser:
    """A parser that knows `--json`; a bench may add its own."""
    parser = ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def show(figures: Iterable[Figure], as_json: bool) -> None:
    """Print figures as they come."""
    for one in figures:
        sys.stdout.write(_line_for_machines(one) if as_json else _line_for_people(one))
        sys.stdout.flush()


def figure(
    name: str, value: float, unit: str, peer: str | None = None, peer_value: float | None = None, *, as_json: bool
) -> None:
    """Print one figure."""
    show([Figure(name, value, unit, peer, peer_value)], as_json)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 … 1) of the values lie, by nearest rank; 0.0 of nothing."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def _line_for_machines(one: Figure) -> str:
    row = asdict(one) | {"ratio": one.ratio}
    rounded = {key: _round(value) if isinstance(value, float) else value for key, value in row.items()}
    return json.dumps(rounded, ensure_ascii=False) + "\n"


def _line_for_people(one: Figure) -> str:
    line = f"{one.name:<40} {_plain(one.value):>14} {one.unit}"
    if one.peer is not None and one.peer_value is not None:
        ratio = "" if one.ratio is None else f", ratio {_plain(one.ratio)}"
        line += f"   ({one.peer}: {_plain(one.peer_value)} {one.unit}{ratio})"
    return line + "\n"


def _round(value: float) -> float:
    return round(value) if abs(value) >= 1_000 else float(f"{value:.4g}")


def _plain(value: float) -> str:
    return f"{_round(value):,}"
