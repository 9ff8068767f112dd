"""docs/reference/capabilities.md: every id of the specification, where it lives, and which test shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.truth.paths import DOCS, ROOT

PAGE = DOCS / "reference/capabilities.md"
COUNTS = {"A": 7, "B": 11, "C": 6, "D": 6, "E": 8, "F": 3, "G": 4, "H": 9, "I": 5, "J": 4, "K": 4, "L": 4}
ROW = re.compile(r"^\|\s*([A-L]\d+)\s*\|(.*)\|\s*$")
STATES = ("done", "first form", "open")


def expected() -> list[str]:
    return [f"{letter}{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)]


def faults() -> Iterator[str]:
    if not PAGE.exists():
        yield "docs/reference/capabilities.md is missing"
        return
    seen: list[str] = []
    for line in PAGE.read_text("utf-8").splitlines():
        if not (row := ROW.match(line)):
            continue
        identifier, cells = row.group(1), [cell.strip() for cell in row.group(2).split("|")]
        seen.append(identifier)
        state, where, tests = cells[-3:]
        if state not in STATES:
            yield f"capabilities: {identifier} has state {state!r}; one of {', '.join(STATES)}"
        if state != "open" and not (where and tests):
            yield f"capabilities: {identifier} is {state} and names no place or no test"
        for path in re.findall(r"`([^`]+)`", where + tests):
            if not (ROOT / path.split("::")[0]).exists():
                yield f"capabilities: {identifier} names {path}, which does not exist"
    if seen != expected():
        yield f"capabilities: ids missing or out of order: {sorted(set(expected()) ^ set(seen))}"
