"""How the floor says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A command can't be carried out; nothing has changed. `code` is stable, `detail` carries ids and numbers only."""

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
