"""A floor as bytes, and its fingerprint."""

from __future__ import annotations

import hashlib

import msgspec

from rexian.engine.state import State

VERSION = 3  # raise it when `State` changes its shape
READABLE = (2, 3)  # an older one is refused and the journal folded instead; since 2, `State` has only got more fields

_pack = msgspec.msgpack.Encoder(order="deterministic")


class Snapshot(msgspec.Struct, array_like=True):
    """`version` comes first, so that it can be read whatever follows."""

    version: int
    state: State


class _Head(msgspec.Struct, array_like=True):
    version: int


class SnapshotOutdated(ValueError):
    """The snapshot was written by another version of the engine: fold the journal from its beginning."""


def take(state: State) -> bytes:
    """msgpack; equal states give equal bytes."""
    return _pack.encode(Snapshot(VERSION, state))


def read(data: bytes) -> State:
    """Raises `SnapshotOutdated`, or `msgspec.DecodeError` for what is no snapshot at all."""
    version = msgspec.msgpack.decode(data, type=_Head).version
    if version not in READABLE:
        raise SnapshotOutdated(f"snapshot version {version}, this engine reads {READABLE}")
    return msgspec.msgpack.decode(data, type=Snapshot).state


def checksum(state: State) -> str:
    """sha256, hex. Tables are sorted by id, so the order of insertion and the hash seed do not matter."""
    return hashlib.sha256(_pack.encode(state)).hexdigest()
