"""The contact list as CSV for spreadsheets, with everything that a spreadsheet would run made inert (FAULTS 55)."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rexian.kit.i18n import t
from rexian.work.desk.views import ContactItem

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the system's code page, and Chinese for rubbish
MOST = 50_000
COLUMNS = (
    "started", "closed", "tenant", "medium", "queue", "customer", "agents", "state", "outcome", "waited_s", "talk_s",
    "disposition", "rating", "simulated", "preview", "id",
)  # fmt: skip

# What makes a spreadsheet take a cell for a formula or a command, the full-width forms included.
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def neutral(cell: str) -> str:
    """A cell that is shown as it is and never run: an apostrophe stands before whatever could start a formula."""
    stripped = cell.lstrip(" \u00a0\u200b\ufeff\u3000")
    return f"'{cell}" if stripped.startswith(_TRIGGERS) else cell


async def as_csv(chunks: AsyncIterator[list[ContactItem]], locale: str, zone: str) -> AsyncIterator[bytes]:
    """The list as UTF-8 CSV, a chunk at a time, times on the clock of `zone`."""
    heading = [t(locale, f"desk.csv.{name}") for name in COLUMNS]
    yield (BYTE_ORDER_MARK + _lines([heading])).encode()
    clock = ZoneInfo(zone)
    async for items in chunks:
        yield _lines(_row(item, locale, clock) for item in items).encode()


def _lines(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([neutral(cell) for cell in row])
    return out.getvalue()


def _row(item: ContactItem, locale: str, clock: ZoneInfo) -> list[str]:
    english = locale == "en"
    return [
        _time(item.started_at, clock),
        _time(item.closed_at, clock),
        item.tenant_name_en if english else item.tenant_name,
        t(locale, f"policy.medium.{item.medium}") if item.medium else "",
        item.queue_name_en if english else item.queue_name,
        item.customer.name,
        "、".join(agent.name for agent in item.agents) if not english else ", ".join(a.name for a in item.agents),
        t(locale, f"desk.state.{item.state}"),
        t(locale, f"desk.outcome.{item.outcome}") if item.outcome else "",
        _seconds(item.waited_ms),
        _seconds(item.talk_ms),
        (item.disposition_name_en if english else item.disposition_name) or item.disposition or "",
        "" if item.rating is None else str(item.rating),
        t(locale, "desk.yes") if item.simulated else "",
        item.preview,
        item.id,
    ]


def _time(at: int | None, clock: ZoneInfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at / 1000, clock).strftime("%Y-%m-%d %H:%M:%S")


def _seconds(ms: int | None) -> str:
    return "" if ms is None else str((ms + 500) // 1000)
