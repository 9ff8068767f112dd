"""Short codes in commands: the journal keeps them for ever, so they are bounded."""

from __future__ import annotations

from rexian.engine.refusal import Refusal

LONGEST_CODE = 64


def check_code(field: str, value: str, longest: int = LONGEST_CODE) -> None:
    """Raises `Refusal("bad_value")` beyond so many characters."""
    if len(value) > longest:
        raise Refusal("bad_value", field=field, longest=longest)
