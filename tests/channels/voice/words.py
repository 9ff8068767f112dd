"""Callers who leave words, for the tests of what becomes of these."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from rexian.channels.voice.port import RecordingOrder
from rexian.kit.g711 import encode
from rexian.kit.sealed import SealedWriter
from rexian.runtime.tables import content
from rexian.work.recordings.tables import recording
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import Caller, Street


def write_sound(order: RecordingOrder, seconds: float = 1) -> None:
    """What a real engine would write: a tone on the customer's track."""
    count = int(8_000 * seconds)
    tone = (8_000 * np.sin(np.arange(count) * 2 * np.pi * 440 / 8_000)).astype(np.int16)
    both = np.zeros(2 * count, np.uint8)
    both[::2] = np.frombuffer(encode(tone), np.uint8)
    writer = SealedWriter(Path(order.path), order.key)
    writer.write(b"RIFF\xff\xff\xff\xffWAVEfmt \x12\0\0\0\x07\0\x02\0" + bytes(14) + b"data\xff\xff\xff\xff")
    writer.write(both.tobytes())
    writer.close()


def seal(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, seconds: float = 1) -> None:
    """Make the engine write so much sound into every recording."""

    async def record(bridge_id: str, order: RecordingOrder) -> None:
        write_sound(order, seconds)
        await FakeEngine.record(engine, bridge_id, order)

    monkeypatch.setattr(engine, "record", record)


async def asked(street: Street) -> Caller:
    """A caller in the line who is about to hear the tone."""
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    await street.until(lambda: caller.of("say"))
    await caller.send(t="key", digit="2")
    return caller


async def leaving(street: Street) -> Caller:
    """A caller who speaks after the tone."""
    caller = await asked(street)
    await street.until(lambda: street.engine.recordings)
    return caller


async def one(street: Street, query: sa.Select[Any]) -> Any:
    async with street.served.house.db.system() as tx:
        return (await tx.execute(query)).one_or_none()


async def row_of(street: Street, caller: Caller) -> Any:
    """The message's recording."""
    return await one(street, sa.select(recording).where(recording.c.contact_id == caller.contact))


async def words_of(street: Street, caller: Caller) -> Any:
    """What is in the transcript."""
    return await one(street, sa.select(content).where(content.c.contact_id == caller.contact))


async def until(holds: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """What tables say, which tell nobody when they change."""
    async with asyncio.timeout(seconds):
        while not (found := await holds()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return found
