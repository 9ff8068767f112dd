"""Every sentence of the server is there in both languages, with the same parameters."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.truth.paths import ROOT

CATALOGUES = ROOT / "src/rexian/kit/catalogues"
LOCALES = ("zh-CN", "en")
PARAMETER = re.compile(r"{(\w+)")


def flat(table: dict[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = str(value)
    return found


def load(path: Path) -> dict[str, str]:
    return flat(tomllib.loads(path.read_text("utf-8"))) if path.exists() else {}


def faults() -> Iterator[str]:
    rooms = sorted({path.name for locale in LOCALES for path in (CATALOGUES / locale).glob("*.toml")})
    if not rooms:
        yield f"{CATALOGUES.relative_to(ROOT)}: no catalogue found"
    for room in rooms:
        chinese, english = (load(CATALOGUES / locale / room) for locale in LOCALES)
        for key in sorted(chinese.keys() ^ english.keys()):
            yield f"catalogue {room}: {key} is missing in {'en' if key in chinese else 'zh-CN'}"
        for key in sorted(chinese.keys() & english.keys()):
            if set(PARAMETER.findall(chinese[key])) != set(PARAMETER.findall(english[key])):
                yield f"catalogue {room}: {key} has other parameters in zh-CN than in en"
