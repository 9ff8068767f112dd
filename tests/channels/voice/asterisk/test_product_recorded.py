"""Recordings of calls over a real exchange, when something dies: nothing is lost, and nothing lies about in clear."""

from __future__ import annotations

import asyncio
import errno
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from rexian.channels.chat.tables import chat_file
from rexian.channels.voice.asterisk.spool import names_of
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.work.recordings.slice import make_book
from rexian.work.recordings.tables import recording
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import JIANGLAN, Killable, Product, killable, open_product, until_heard
from tests.channels.voice.asterisk.product import hears as toned
from tests.channels.voice.asterisk.sip import SipPhone
from tests.channels.voice.asterisk.test_product_killed import CALLERS, HZ, talk
from tests.channels.voice.conformance.rig import RATE, Samples, hears, is_silent
from tests.channels.voice.conformance.rig_embedded import DECODED


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0", "p1", "p2"))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def house(
    db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Product, Killable]]:
    async with killable(db, tmp_path_factory.mktemp("house"), exchange, li="p0", he="p1") as both:
        yield both


@pytest.fixture
async def product(db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with open_product(db, tmp_path_factory.mktemp("house"), exchange, li="p0", he="p1") as product:
        yield product


@pytest.fixture
def small_spool(exchange: Exchange) -> Iterator[None]:
    """A disk of 64 kB for the exchange's recordings: four seconds. Mounting needs root, as the exchange does."""
    folder = str(exchange.run / "spool" / "recording")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    yield
    subprocess.run(["umount", folder], check=True)


async def row_of(product: Product, interaction_id: str) -> Any:
    """The first recording of an interaction."""
    mine = sa.select(recording).where(recording.c.interaction_id == interaction_id)
    async with product.served.house.db.system() as tx:
        return (await tx.execute(mine.order_by(recording.c.started_at).limit(1))).one()


async def kept(product: Product, interaction_id: str, seconds: float = 60) -> Any:
    async with asyncio.timeout(seconds):
        while (row := await row_of(product, interaction_id)).state == "writing":  # noqa: ASYNC110 (a table tells nobody)
            await asyncio.sleep(0.2)
    assert row.state == "kept", row.why
    return row


async def sound_of(product: Product, row: Any) -> tuple[Samples, Samples]:
    """What the customer and the others said, by the sealed file."""
    book = make_book(product.served.house.db, SystemClock(), product.served.settings)
    with await book.open(row) as reader:
        data = reader.read(0, reader.plain_size)
    both = DECODED[np.frombuffer(data[data.index(b"data") + 8 :], np.uint8)].reshape(-1, 2)
    return both[:, 0], both[:, 1]


def spool(exchange: Exchange) -> list[str]:
    return sorted(path.name for path in (exchange.run / "spool" / "recording").rglob("*") if path.is_file())


def written(exchange: Exchange, recording_id: str, seconds: float) -> list[Samples]:
    """The last seconds of the tracks that Asterisk writes."""
    folder, size = exchange.run / "spool" / "recording", int(seconds * RATE)
    files = [(folder / f"{name}.ulaw").read_bytes()[-size:] for name in names_of(recording_id)]
    return [DECODED[np.frombuffer(data, np.uint8)] for data in files]


async def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 (a file tells nobody)
            await asyncio.sleep(0.1)


def loud_at(sound: Samples, hz: int) -> list[bool]:
    """Whether the tone is heard, for every half second."""
    step = RATE // 2
    return [hears(sound[at : at + step], hz) for at in range(0, len(sound) - step, step)]


async def test_a_killed_house_goes_on_recording_and_can_pause_it(
    house: tuple[Product, Killable], exchange: Exchange
) -> None:
    product, server = house
    city = product.served.city
    caller, _, li, interaction = await talk(product, city.li, "p0")
    other, _, _, others = await talk(product, city.he, "p1")
    await until(lambda: len(spool(exchange)) == 4)
    row = await row_of(product, interaction)
    await until(lambda: all(len(track) == RATE * 2 for track in written(exchange, row.id, 2)))
    server.kill()
    await other.hang_up()  # nobody of us is there to hear it
    await server.start()

    li = await product.served.desk(city.li, "me")
    product.desks.append(li)
    await li.until(lambda: li.view("me", "handlings").get(interaction, {}).get("recording") == "on")
    assert not all(map(is_silent, written(exchange, row.id, 0.5)))
    await li.do("SetRecording", interaction_id=interaction, state="paused", why="card")
    await until(lambda: all(map(is_silent, written(exchange, row.id, 1.5))))
    await li.do("SetRecording", interaction_id=interaction, state="on")
    await until(lambda: not any(map(is_silent, written(exchange, row.id, 1))))
    await li.do("EndInteraction", interaction_id=interaction)
    await caller.hang_up()

    row, lost = await kept(product, interaction), await kept(product, others)
    left, right = await sound_of(product, row)
    for sound, hz in ((left, CALLERS["p0"]), (right, HZ["p0"])):
        loud = loud_at(sound, hz)
        assert loud[1], "before the kill"
        assert True in loud[-3:], "after the pause"
        assert loud[1:-2].count(False) >= 2, "the pause"
    assert hears((await sound_of(product, lost))[0][:RATE], CALLERS["p1"])
    await until(lambda: not spool(exchange))
    for id in (interaction, others):
        async with asyncio.timeout(20):
            while "RecordingStored" not in await product.kinds(id):  # noqa: ASYNC110 (the journal tells nobody)
                await asyncio.sleep(0.2)


async def test_words_that_are_being_left_when_the_house_is_killed_are_kept(
    house: tuple[Product, Killable], exchange: Exchange
) -> None:
    product, server = house
    caller = await product.caller("+8613800000007", CALLERS["p0"])
    await leave_words(caller, exchange)
    server.kill()
    await server.start()
    async with asyncio.timeout(60):
        while not (found := await messages(product)):  # noqa: ASYNC110 (a table tells nobody)
            await asyncio.sleep(0.2)
    assert found[0].size > 2 * RATE * 2
    await until(lambda: not spool(exchange))
    await caller.hang_up()


async def leave_words(caller: SipPhone, exchange: Exchange) -> None:
    """They have chosen that in the line, and have spoken for two seconds."""
    assert await caller.dial(JIANGLAN) == "SIP/2.0 200 OK"
    async with asyncio.timeout(40):
        while not spool(exchange):
            await caller.press("2")
            await asyncio.sleep(2)
    await until(lambda: len(spool(exchange)) == 2)
    await asyncio.sleep(2)


async def test_who_hangs_up_on_their_words_while_the_house_is_killed_is_called_back(
    house: tuple[Product, Killable], exchange: Exchange
) -> None:
    product, server = house
    caller = await product.caller("+8613800000008", CALLERS["p0"])
    await leave_words(caller, exchange)
    server.kill()
    await caller.hang_up()
    await server.start()
    async with asyncio.timeout(60):
        while not await messages(product):  # noqa: ASYNC110 (a table tells nobody)
            await asyncio.sleep(0.2)
        while "CallBackRequested" not in (kinds := {row.kind for row in await product.journal()}):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    assert "InteractionEnded" not in kinds
    await until(lambda: not spool(exchange))


async def test_an_agent_who_answers_ends_the_words_and_nothing_of_the_talk_comes_into_them(
    product: Product, exchange: Exchange
) -> None:
    caller = await product.caller("+8613800000009", CALLERS["p0"])
    await leave_words(caller, exchange)
    agent, desk = await product.phone("p0", HZ["p0"]), await product.desk(product.served.city.li)
    handling = await desk.accept()
    await until_heard(caller, HZ["p0"])
    await until_heard(agent, CALLERS["p0"])
    async with asyncio.timeout(30):
        while not (found := await messages(product)):  # noqa: ASYNC110 (a table tells nobody)
            await asyncio.sleep(0.2)
    await caller.press("#")
    assert await toned(caller, HZ["p0"], 2)
    assert await toned(agent, CALLERS["p0"])
    await desk.do("EndInteraction", interaction_id=handling["id"])
    await caller.hang_up()
    assert len(await messages(product)) == len(found) == 1
    await until(lambda: not spool(exchange))


async def messages(product: Product) -> list[Any]:
    """Words that are in a transcript."""
    async with product.served.house.db.system() as tx:
        return list(await tx.execute(sa.select(chat_file).where(chat_file.c.name == "voicemail.wav")))


@pytest.mark.usefixtures("small_spool")
async def test_a_full_disk_of_the_exchange_ends_the_recording_only_and_is_told(
    product: Product, exchange: Exchange
) -> None:
    """28."""
    city = product.served.city
    wall = await product.served.desk(city.zhao, "wall")
    product.desks.append(wall)
    keypad = await product.keypad(city.li)
    caller, _, li, interaction = await talk(product, city.li, "p0")
    assert (await keypad.got("nack", code="not_recorded"))["text"]
    await li.until(lambda: li.view("me", "handlings")[interaction]["recording"] == "off", 20)
    alarm = await wall.until(lambda: wall.view("wall", "alerts").get("recording_failed"), 20)
    assert alarm["severity"] == "bad"
    row = await kept(product, interaction)
    assert row.why == "failed"
    assert True in loud_at((await sound_of(product, row))[0], CALLERS["p0"]), "what there was is kept"
    await until(lambda: not spool(exchange))
    assert await toned(caller, HZ["p0"]), "the talk goes on"
    await caller.hang_up()


async def test_the_journal_knows_what_was_recorded_when_the_caller_hangs_up(product: Product) -> None:
    caller, _, _, interaction = await talk(product, product.served.city.li, "p0")
    await until(lambda: len(spool(product.exchange)) == 2)
    await caller.hang_up()
    row = await kept(product, interaction)
    async with asyncio.timeout(20):
        while "RecordingStored" not in await product.kinds(interaction):  # noqa: ASYNC110 (the journal tells nobody)
            await asyncio.sleep(0.2)
    (noted,) = [one.body for one in await product.journal() if one.kind == "RecordingStored"]
    assert (noted["recording_id"], noted["sha256"]) == (row.id, row.sha256)


async def test_what_our_full_disk_did_not_take_is_sealed_later(
    product: Product, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """28: it stays with the exchange until there is room again."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    voice = product.served.house.voice
    assert voice is not None
    caller, _, _, interaction = await talk(product, product.served.city.li, "p0")
    await until(lambda: len(spool(exchange)) == 2)
    monkeypatch.setattr("rexian.channels.voice.asterisk.spool.sealed", full)
    await caller.hang_up()
    await until(lambda: voice.recorder.trouble == "disk_full")
    await voice.keeping.take_over()
    assert (await row_of(product, interaction)).state == "writing"
    assert len(spool(exchange)) == 2
    monkeypatch.undo()
    await voice.keeping.take_over()
    row = await kept(product, interaction)
    assert hears((await sound_of(product, row))[0], CALLERS["p0"])
    await until(lambda: not spool(exchange))


async def test_what_is_in_no_book_does_not_stay_in_the_spool(
    house: tuple[Product, Killable], exchange: Exchange
) -> None:
    folder = exchange.run / "spool" / "recording"
    (folder / "rx-rec-0123456789abcdef01234567.ulaw").write_bytes(b"\xff" * 8_000)
    (folder / "somebody-elses.ulaw").write_bytes(b"\xff" * 8_000)
    await until(lambda: spool(exchange) == ["somebody-elses.ulaw"], 60)
