"""What the recordings hand to the composition root."""

from __future__ import annotations

from rexian.directory.keys.contract import KeyRing
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.keys import master_of
from rexian.kit.settings import Settings
from rexian.kit.slice import Slice
from rexian.work.recordings.api import make_routes
from rexian.work.recordings.book import Book
from rexian.work.recordings.keeping import Keeper
from rexian.work.recordings.service import Passes
from rexian.work.recordings.storage import store_of


def make_book(db: Database, clock: Clock, settings: Settings) -> Book:
    """The book of recordings by the settings. Raises `SettingsError`."""
    return Book(db, clock, KeyRing(lambda: master_of(settings)), store_of(settings), settings.recordings)


def make(db: Database, clock: Clock, settings: Settings, book: Book) -> Slice:
    routes = make_routes(book, Passes(settings.secret))
    return Slice("recordings", routes, tasks=(Keeper(db, clock, book).run,))
