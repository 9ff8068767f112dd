"""All slices of this room, for the composition root."""

from __future__ import annotations

from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.slice import Slice
from rexian.runtime.host import FloorHost
from rexian.work.desk.slice import make as desk
from rexian.work.figures.slice import make as figures
from rexian.work.recordings.contract import Book
from rexian.work.recordings.slice import make as recordings
from rexian.work.trace.slice import make as trace
from rexian.work.webhooks.slice import make as webhooks


def all_slices(db: Database, clock: Clock, settings: Settings, floors: FloorHost, book: Book) -> list[Slice]:
    """The desk, the trace, the figures, the recordings and the webhooks, ready to run."""
    del floors
    return [desk(), trace(), figures(), recordings(db, clock, settings, book), webhooks(db, clock, settings)]
