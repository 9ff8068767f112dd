"""How a figure is printed: for people, or as JSON lines for machines."""

from __future__ import annotations

import json
import sys


def figure(
    name: str, value: float, unit: str, peer: str | None = None, peer_value: float | None = None, *, as_json: bool
) -> None:
    """Print one figure; `peer` is what it is compared with, measured in the same run, or the limit that it must keep.

    `ratio` is value / peer_value. JSON keys: name, value, unit, peer, peer_value, ratio.
    """
    ratio = value / peer_value if peer_value else None
    if as_json:
        row = {
            "name": name,
            "value": _round(value),
            "unit": unit,
            "peer": peer,
            "peer_value": _round(peer_value),
            "ratio": _round(ratio),
        }
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    else:
        against = f"   {peer}: {_plain(peer_value)} {unit}, ratio {_plain(ratio)}" if peer else ""
        sys.stdout.write(f"{name:<44} {_plain(value):>14} {unit}{against}\n")
    sys.stdout.flush()


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}") if abs(value) < 1_000 else round(value)


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{_round(value):,}"
