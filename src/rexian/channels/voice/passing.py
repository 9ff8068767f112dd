"""Sounds with something of one caller's in them (their number read back): kept for minutes, wherever they lie."""

from __future__ import annotations

from pathlib import Path

FOLDER = "passing"
"""Files in a folder of this name are such; no copy of them is kept for longer than they are."""
KEPT_S = 600


def is_passing(path: str) -> bool:
    return Path(path).parent.name == FOLDER
