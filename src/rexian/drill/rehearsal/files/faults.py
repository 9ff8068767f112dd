"""What is wrong with a file: by file, line and reason, in the reader's language, as many at once as anybody reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from rexian.kit.i18n import t

MOST = 20


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `line` 0: the file as a whole; the header of a CSV file is line 1."""

    file: str
    line: int
    code: str
    params: dict[str, Any] = {}

    def sentence(self, locale: str) -> str:
        why = t(locale, f"rehearsal.fault_{self.code}", **self.params)
        return t(
            locale, "rehearsal.fault_at" if self.line else "rehearsal.fault_in", file=self.file, line=self.line, why=why
        )


class BadFiles(Exception):
    """Nothing is run. `faults` are in the order of the rows, `more` when there were too many to list."""

    def __init__(self, faults: list[Fault], more: bool = False) -> None:
        super().__init__("; ".join(fault.sentence("en") for fault in faults))
        self.faults = faults
        self.more = more

    def sentences(self, locale: str) -> list[str]:
        """A heading, then one line for each."""
        lines = [t(locale, "rehearsal.bad_rows", count=f"{len(self.faults)}{'+' if self.more else ''}")]
        lines += [f"  {fault.sentence(locale)}" for fault in self.faults]
        if self.more:
            lines.append("  " + t(locale, "rehearsal.more_bad", shown=len(self.faults)))
        return lines


class _Enough(Exception):
    """More faults than anybody reads."""


class Faults:
    """Collects faults; `with faults:` raises `BadFiles` at its end when there are any."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, path: Path, line: int, code: str, **params: Any) -> None:
        """One more; the one too many ends the reading."""
        if len(self._found) == MOST:
            raise _Enough
        self._found.append(Fault(file=path.name, line=line, code=code, params=params))

    def __bool__(self) -> bool:
        return bool(self._found)

    def __enter__(self) -> Faults:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _Enough):
            raise BadFiles(self._found, more=True) from None
        if error is None and self._found:
            raise BadFiles(self._found)


class BadCell(ValueError):
    """A cell that can't be read; `code` and `params` as in `Fault`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
