"""Tables as they come: CSV or TSV in UTF-8 (with or without BOM), UTF-16 with BOM or GB18030, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rexian.drill.rehearsal.files.cells import Row
from rexian.drill.rehearsal.files.faults import Faults

KINDS = (".csv", ".tsv", ".parquet")
_MOST_CELL = 100_000


def rows(path: Path, must: Sequence[str], may: Sequence[str], faults: Faults) -> Iterator[tuple[int, Row]]:
    """(line, cells by column). What is wrong with the file as a whole goes to `faults`, and nothing comes."""
    if not path.is_file():
        faults.add(path, 0, "missing_file")
    elif path.suffix.lower() == ".parquet":
        yield from _parquet(path, must, may, faults)
    elif path.suffix.lower() in KINDS:
        yield from _text(path, must, may, faults)
    else:
        faults.add(path, 0, "kind")


def _header_fits(path: Path, header: Sequence[str], must: Sequence[str], may: Sequence[str], faults: Faults) -> bool:
    missing = [name for name in must if name not in header]
    unknown = [name or "(empty)" for name in header if name not in (*must, *may)]
    if missing:
        faults.add(path, 1, "columns_missing", columns=", ".join(missing))
    elif unknown:
        faults.add(path, 1, "column_unknown", columns=", ".join(unknown), known=", ".join((*must, *may)))
    return not missing and not unknown


# -- text --------------------------------------------------------------------------------------------------------------
def decoded(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _read_as(data, "utf-16")
    return _read_as(data, "utf-8-sig") or _read_as(data, "gb18030")


def _read_as(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _text(path: Path, must: Sequence[str], may: Sequence[str], faults: Faults) -> Iterator[tuple[int, Row]]:
    data = path.read_bytes()
    text = decoded(data)
    if text is None:
        faults.add(path, 0, "encoding" if data else "empty")
        return
    first = text.partition("\n")[0]
    csv.field_size_limit(_MOST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first and "," not in first else ",")
    header: list[str] = []
    line, found = 1, 0
    for cells in reader:
        starts, line = line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = [cell.strip().lower() for cell in cells]
            if not _header_fits(path, header, must, may, faults):
                return
            continue
        found += 1
        if len(cells) != len(header):
            faults.add(path, starts, "cells", found=len(cells), wanted=len(header))
        else:
            yield starts, dict(zip(header, cells, strict=True))
    if not found:
        faults.add(path, 0, "empty")


# -- Parquet -----------------------------------------------------------------------------------------------------------
def _parquet(path: Path, must: Sequence[str], may: Sequence[str], faults: Faults) -> Iterator[tuple[int, Row]]:
    """`line` is the number of the row."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        faults.add(path, 0, "parquet")
        return
    try:
        file = parquet.ParquetFile(path)
    except (ArrowException, OSError) as error:
        faults.add(path, 0, "toml", why=str(error).splitlines()[0])
        return
    header = [str(name).strip().lower() for name in file.schema_arrow.names]
    if not _header_fits(path, header, must, may, faults):
        return
    number = 0
    for batch in file.iter_batches(batch_size=8_192):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            yield number, {name: _cell(value) for name, value in zip(header, values, strict=True)}
    if not number:
        faults.add(path, 0, "empty")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
