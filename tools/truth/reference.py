"""Reference pages that are made from the code: commands and events, settings, the command line, the HTTP interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tools.truth import pages
from tools.truth.paths import DOCS, ROOT

PAGES: dict[str, Callable[[], str]] = {
    "journal.md": pages.journal,
    "settings.md": pages.settings,
    "command-line.md": pages.command_line,
    "http.md": pages.http,
}


def write() -> Iterator[Path]:
    for name, make in PAGES.items():
        path = DOCS / "reference" / name
        path.write_text(make(), "utf-8")
        yield path.relative_to(ROOT)


def faults() -> Iterator[str]:
    for name, make in PAGES.items():
        path = DOCS / "reference" / name
        if not path.exists() or path.read_text("utf-8") != make():
            yield f"docs/reference/{name} is out of date: python -m tools.truth --write"
