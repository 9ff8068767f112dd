"""Sealed files: what must not be readable on the disk, written in one go and read at any place.

    header   "RXS1", 8 random bytes of salt
    chunk n  16 KiB of plain text and 16 bytes of tag, AES-256-GCM (NIST SP 800-38D)
             nonce = salt, n (4 bytes, big endian); additional data = header, n, last (one byte, 0 or 1)
    last     as a chunk, shorter (perhaps empty), `last` = 1

A chunk altered, moved or taken from another file doesn't open. A file without its last chunk was cut, or its writer
died: it reads up to its last whole chunk, and the reader says `truncated`. A key may seal a million files before two of
them have the same salt with a likelihood of one in ten million; the keys here are one a file.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

MAGIC = b"RXS1"
CHUNK = 16 * 1024
_HEADER = len(MAGIC) + 8
_TAG = 16


class Broken(Exception):
    """The file isn't what was written: altered, of another key, or no sealed file at all."""


class Sealed(Struct, frozen=True, kw_only=True):
    """`sha256` (hex) and `size` (bytes) of the file as it lies on the disk, `plain_size` of what is in it."""

    sha256: str
    size: int
    plain_size: int


class _Cipher:
    """One file's key and header: seals and opens a chunk by its number."""

    def __init__(self, key: bytes, header: bytes) -> None:
        if len(key) != 32:
            raise ValueError("a key has 32 bytes")
        self._gcm, self._header = AESGCM(key), header

    def seal(self, number: int, plain: bytes, last: bool) -> bytes:
        return self._gcm.encrypt(*self._around(number, plain, last))

    def open(self, number: int, sealed: bytes, last: bool) -> bytes:
        return self._gcm.decrypt(*self._around(number, sealed, last))

    def _around(self, number: int, data: bytes, last: bool) -> tuple[bytes, bytes, bytes]:
        count = number.to_bytes(4, "big")
        return self._header[len(MAGIC) :] + count, data, self._header + count + bytes([last])


class SealedWriter:
    """Writes a new sealed file, chunk by chunk; at most 16 KiB are held back. Not for several threads at once.

    Raises `FileExistsError` when there is one of that name. After an `OSError` of `write` or `close` (disk full) the
    file ends with its last whole chunk, further writing is refused, and `close` says what is there.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        header = MAGIC + os.urandom(8)
        self._cipher = _Cipher(key, header)
        self._path, self._pending = path, bytearray()
        self._number = self._size = self._plain = 0
        self._hash = hashlib.sha256()
        self._failed = self._closed = False
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._append(header)
        except OSError:
            self.abandon()
            raise

    def write(self, data: bytes) -> None:
        """Add to it. Raises `OSError` when the disk is full or gone."""
        if self._failed or self._closed:
            raise OSError("the sealed file is closed")
        self._pending += data
        while len(self._pending) >= CHUNK:
            self._chunk(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def close(self) -> Sealed:
        """Write the last chunk and wait until all is on the disk. Again, or after a failure: tells what is there."""
        if not self._closed:
            with suppress(OSError) if self._failed else nullcontext():
                self._finish()
            self._closed = True
            os.close(self._fd)
        return Sealed(sha256=self._hash.hexdigest(), size=self._size, plain_size=self._plain)

    def abandon(self) -> None:
        """Close and delete the file, whatever state it is in."""
        if not self._closed:
            self._closed = True
            os.close(self._fd)
        self._path.unlink(missing_ok=True)

    def _finish(self) -> None:
        try:
            if not self._failed:
                self._chunk(bytes(self._pending), last=True)
            os.fsync(self._fd)
        except OSError:
            self._failed = True
            raise

    def _chunk(self, plain: bytes, last: bool) -> None:
        self._append(self._cipher.seal(self._number, plain, last))
        self._number += 1
        self._plain += len(plain)

    def _append(self, data: bytes) -> None:
        """All of `data`, or nothing: what a full disk still took of it is cut off again."""
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            self._failed = True
            with suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise
        self._hash.update(data)
        self._size += len(data)


class SealedReader:
    """Reads a sealed file at any place, also one that is still being written (as far as it was when opened).

    `plain_size`: bytes that can be read. `truncated`: it has no end; its writer died, or is still at work, or somebody
    cut it. Raises `Broken` when it is no sealed file, `OSError` as `open` does.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = path.open("rb")
        try:
            header = self._file.read(_HEADER)
            if len(header) < _HEADER or not header.startswith(MAGIC):
                raise Broken("not a sealed file")
            self._cipher = _Cipher(key, header)
            self._whole, rest = divmod(os.fstat(self._file.fileno()).st_size - _HEADER, CHUNK + _TAG)
            self._held: tuple[int, bytes] = (-1, b"")
            end = self._end(rest)
        except BaseException:
            self._file.close()
            raise
        self.truncated = end is None
        self._last = end or b""
        self.plain_size = self._whole * CHUNK + len(self._last)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer at the end. Raises `Broken` when what is asked for was altered."""
        offset, end = max(0, offset), min(self.plain_size, offset + length)
        parts = []
        while offset < end:
            number, skip = divmod(offset, CHUNK)
            parts.append(self._plain(number)[skip : skip + end - offset])
            offset += len(parts[-1])
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> SealedReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, it: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _plain(self, number: int) -> bytes:
        if number == self._whole:
            return self._last
        if self._held[0] != number:
            try:
                plain = self._cipher.open(number, self._sealed(number, CHUNK + _TAG), last=False)
            except InvalidTag:
                raise Broken(f"chunk {number} was altered, or the key is another's") from None
            self._held = (number, plain)
        return self._held[1]

    def _end(self, rest: int) -> bytes | None:
        """The last chunk; `None` when it isn't there or not whole. (Altered, it is gone too: the file's hash tells.)"""
        if rest < _TAG:
            return None
        try:
            return self._cipher.open(self._whole, self._sealed(self._whole, rest), last=True)
        except InvalidTag:
            return None

    def _sealed(self, number: int, length: int) -> bytes:
        self._file.seek(_HEADER + number * (CHUNK + _TAG))
        return self._file.read(length)
