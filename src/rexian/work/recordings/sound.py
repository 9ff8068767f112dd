"""A kept recording's WAV as it is sent to whoever may hear it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Row

from rexian.kit.keys import KeyTrouble
from rexian.kit.problem import Problem
from rexian.kit.sealed import Broken, SealedReader
from rexian.work.recordings.book import HEAD, Book
from rexian.work.recordings.storage import StorageTrouble
from rexian.work.recordings.wav import NotWav, layout_of, right_header

PIECE = 65_536


class Sound:
    """A recording's WAV as it is sent: the header made right, the rest as it was sealed. `size` in bytes."""

    def __init__(self, reader: SealedReader) -> None:
        head = reader.read(0, HEAD)
        self._header = right_header(head, layout_of(head), reader.plain_size)
        self._reader = reader
        self.size = reader.plain_size

    async def pieces(self, begin: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `begin` up to `end`; closes the file."""
        with self._reader as reader:
            while begin < end:
                if begin < len(self._header):
                    piece = self._header[begin:end]
                else:
                    piece = reader.read(begin, min(PIECE, end - begin))
                if not piece:
                    return
                yield piece
                begin += len(piece)


async def open_sound(book: Book, row: Row[Any]) -> Sound:
    """The sound of this row. Raises `Problem`: 409 `recording_not_kept`, `recording_damaged`; 503 `store_away`."""
    if row.state != "kept":
        raise Problem("recording_not_kept", 409, state=row.state)
    try:
        return Sound(await book.open(row))
    except (StorageTrouble, KeyTrouble, OSError) as error:
        raise Problem("store_away", 503, retry_after_s=60) from error
    except (Broken, NotWav) as error:
        raise Problem("recording_damaged", 409) from error
