"""Words that callers leave: kept sealed among the recordings, heard by those who may, lost by nothing."""

from __future__ import annotations

import asyncio
import errno
import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import sqlalchemy as sa

from rexian.channels.chat import files
from rexian.channels.chat.tables import chat_file
from rexian.directory.audit.tables import audit
from rexian.engine.specs import Party
from rexian.kit import i18n
from rexian.kit.clock import FakeClock
from rexian.kit.ids import new_id
from rexian.kit.keys import master_of
from rexian.kit.settings import Settings
from rexian.runtime.port import Unavailable
from rexian.runtime.tables import journal
from rexian.work.recordings import book as module
from rexian.work.recordings.contract import Book, Message
from rexian.work.recordings.keeping import Keeper
from rexian.work.recordings.model import DAY_MS
from rexian.work.recordings.storage import StorageTrouble
from rexian.work.recordings.tables import recording
from tests.channels.voice.rig import Caller, Street
from tests.channels.voice.words import leaving, one, row_of, seal, until, words_of

SAVED = i18n.t("zh-CN", "prompts.voicemail_saved")


@pytest.fixture(autouse=True)
def sealing(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the rig's engine write what a real one would: one second of a tone on the customer's track."""
    seal(street.engine, monkeypatch)


@pytest.fixture
def book(street: Street) -> Book:
    return street.served.house.recordings


async def left(street: Street) -> tuple[Caller, Any]:
    """A caller whose words are saved; the message's recording."""
    caller = await leaving(street)
    await caller.send(t="key", digit="#")
    await caller.state("call_back")
    return caller, await row_of(street, caller)


async def acts(street: Street, object_id: str) -> list[str]:
    async with street.served.house.db.system() as tx:
        rows = await tx.execute(sa.select(audit.c.action).where(audit.c.object_id == object_id).order_by(audit.c.seq))
    return [row.action for row in rows]


async def messages_of(admin: httpx.AsyncClient, caller: Caller) -> list[dict[str, Any]]:
    return list((await admin.get(f"/api/contacts/{caller.contact}")).json()["messages"])


def spool(street: Street) -> list[str]:
    return sorted(path.name for path in (street.served.settings.home / "voicemail").glob("*"))


def hertz(wav: bytes) -> int:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8_000)
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return int(np.argmax(np.abs(np.fft.rfft(sound[:8_000]))))


# -- the same house as recordings --------------------------------------------------------------------------------------
async def test_words_that_are_left_are_in_the_transcript_before_they_are_called_saved(street: Street) -> None:
    caller = await leaving(street)
    await caller.send(t="key", digit="#")
    await street.until(lambda: caller.leg not in street.engine.legs)
    words = await words_of(street, caller)
    card = await one(street, sa.select(chat_file).where(chat_file.c.id == words.file_id))
    assert (card.type, card.name) == ("audio/wav", "voicemail.wav")
    await caller.state("call_back")
    li, _ = await street.agent(street.city.li)
    assert (await li.accept())["id"] == caller.interaction
    async with await street.served.staff(street.city.li) as agent:
        answer = await agent.get(f"/api/files/{words.file_id}")
    assert hertz(answer.content) == 440
    assert answer.headers["content-disposition"] == 'attachment; filename="voicemail.wav"'
    assert (answer.headers["content-length"], answer.headers["cache-control"]) == (str(card.size), "private, no-store")
    assert await acts(street, words.file_id) == ["message.listened"]


async def test_a_caller_who_hangs_up_while_leaving_words_has_left_them(street: Street) -> None:
    caller = await leaving(street)
    street.engine.bye(caller.leg)
    await caller.state("call_back")
    assert await words_of(street, caller)


async def test_a_message_lies_sealed_and_nowhere_in_clear(street: Street, book: Book) -> None:
    caller, row = await left(street)
    assert (row.kind, row.state, row.duration_ms, row.interaction_id) == ("message", "kept", 1_000, caller.interaction)
    lies = (book.folder / street.city.yunshan / f"{row.id}.rxs").read_bytes()
    with await book.open(row) as reader:
        plain = reader.read(0, reader.plain_size)
    assert hertz(plain) == 440
    assert plain[44:144] not in lies
    assert not spool(street)
    home = street.served.settings.home
    assert not [path for path in home.rglob("*") if path.is_file() and plain[44:144] in path.read_bytes()]


async def test_the_journal_knows_its_hash(street: Street) -> None:
    caller, row = await left(street)
    stored = sa.select(journal.c.body).where(journal.c.kind == "RecordingStored")
    mine = stored.where(journal.c.body["recording_id"].as_string() == row.id)
    noted = await until(lambda: one(street, mine))
    assert (noted.body["sha256"], noted.body["interaction_id"]) == (row.sha256, caller.interaction)


async def test_it_is_listed_held_and_erased_as_a_recording_is(street: Street, book: Book) -> None:
    caller, row = await left(street)
    db, id = street.served.house.db, row.id
    assert row.erase_at == row.started_at + 90 * DAY_MS
    later = Keeper(db, FakeClock(street.served.house.clock.now_ms() + 4_000 * DAY_MS), book)
    async with await street.served.staff(street.city.sun) as admin:
        listed = (await admin.get("/api/recordings", params={"contact_id": caller.contact})).json()["items"]
        assert [(item["id"], item["kind"]) for item in listed] == [(id, "message")]
        url = (await admin.post(f"/api/recordings/{id}/listenings")).json()["url"]
        assert hertz((await admin.get(url)).content) == 440
        await admin.put(f"/api/recordings/{id}/hold", json={"reason": "投诉未结案"})
        await later.once()
        picture = (await admin.get(f"/api/recordings/{id}")).json()["picture"]
        assert (max(picture["customer"]) > 20, max(picture["agent"])) == (True, 0)
        assert hertz((await admin.get(f"/api/files/{id}")).content) == 440
        await admin.delete(f"/api/recordings/{id}/hold")
        await later.once()
        gone = await admin.get(f"/api/files/{id}")
        assert (gone.status_code, gone.json()["code"]) == (409, "recording_not_kept")
    assert not (book.folder / street.city.yunshan / f"{id}.rxs").exists()
    assert not [path for path in street.served.settings.home.rglob(f"*{id}*") if path.is_file()]


async def test_one_that_was_erased_is_shown_so_and_its_link_writes_no_listening(street: Street, book: Book) -> None:
    caller, row = await left(street)
    li, _ = await street.agent(street.city.li)
    await li.accept()
    async with await street.served.staff(street.city.sun) as admin:
        assert [one["erased"] for one in await messages_of(admin, caller)] == [False]
        assert (await admin.delete(f"/api/recordings/{row.id}")).status_code == 204
        assert [one["erased"] for one in await messages_of(admin, caller)] == [True]
        assert (await admin.get(f"/api/files/{row.id}")).status_code == 409
    await li.sub(topic := f"contact:{caller.contact}")
    (told,) = li.view(topic, "messages").values()
    assert (told["kind"], told["erased"]) == ("file", True)
    assert "message.listened" not in await acts(street, row.id)


async def test_one_whose_store_is_away_writes_no_listening(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    _, row = await left(street)

    async def away(*_: Any) -> Any:
        raise StorageTrouble("away")

    monkeypatch.setattr(Book, "open", away)
    async with await street.served.staff(street.city.sun) as admin:
        assert (await admin.get(f"/api/files/{row.id}")).status_code == 503
    assert "message.listened" not in await acts(street, row.id)


async def test_it_is_heard_by_nobody_who_may_not_see_the_contact(street: Street) -> None:
    _, row = await left(street)
    async with await street.served.staff(street.city.qian) as foreign, await street.served.staff(street.city.he) as he:
        for who in (foreign, he):
            assert (await who.get(f"/api/files/{row.id}")).status_code in (403, 404)
            assert (await who.post(f"/api/recordings/{row.id}/listenings")).status_code in (403, 404)
    assert "message.listened" not in await acts(street, row.id)


async def test_the_customer_hears_their_own_by_its_signed_address(street: Street) -> None:
    _, row = await left(street)
    signer, now = street.served.house.chat.signer, street.served.house.clock.now_ms()
    async with street.served.client() as page:
        found = await page.get(f"/chat/files/{row.id}", params={"v": signer.file_pass(row.id, now + 60_000)})
        assert (hertz(found.content), found.headers["access-control-allow-origin"]) == (440, "*")
        assert (await page.get(f"/chat/files/{row.id}", params={"v": "1.x"})).status_code == 404


async def test_a_message_of_before_is_still_heard(street: Street) -> None:
    """Those of older versions stay where they are: files of transcripts, in clear."""
    house = street.served.house
    with wave.open(out := io.BytesIO(), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes((8_000 * np.sin(np.arange(8_000) * 2 * np.pi * 300 / 8_000)).astype(np.int16).tobytes())

    async def chunks() -> Any:
        yield out.getvalue()

    stored = await house.chat.store.put(chunks())
    async with house.db.tenant(street.city.yunshan) as tx:
        by = Party("customer", new_id())
        card = await files.add(tx, stored, tenant_id=street.city.yunshan, name="voicemail.wav", by=by, now=1)
    async with await street.served.staff(street.city.sun) as admin:
        assert hertz((await admin.get(f"/api/files/{card.id}")).content) == 300
    assert await acts(street, card.id) == ["message.listened"]


# -- what is away is waited for ----------------------------------------------------------------------------------------
@pytest.fixture(params=["no key", "full disk"])
def trouble(
    request: pytest.FixtureRequest, book: Book, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """Nothing can be kept, until it is undone."""
    trouble = pytest.MonkeyPatch()

    def no_key() -> Any:
        return master_of(Settings(master_key="is missing"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    if request.param == "no key":
        trouble.setattr(book.keys, "_opened", {})
        trouble.setattr(book.keys, "_found", None)
        trouble.setattr(book.keys, "_find", no_key)
    else:
        trouble.setattr("rexian.work.recordings.book._seal", full)
    monkeypatch.setattr("rexian.channels.voice.voicemail._AGAIN_MS", 200)
    yield trouble
    trouble.undo()


async def test_what_cannot_be_kept_is_not_called_saved_alarms_and_is_kept_later(
    street: Street, trouble: pytest.MonkeyPatch
) -> None:
    """28: the caller keeps the place; the words lie sealed, and are in the transcript once it is mended."""
    zhao = await street.desk(street.city.zhao, "wall")
    caller = await leaving(street)
    await caller.send(t="key", digit="#")
    alarm = await zhao.until(lambda: zhao.view("wall", "alerts").get("messages_unkept"), seconds=15)
    assert (alarm["severity"], alarm["params"]) == ("bad", {"messages": 1})
    await street.until(lambda: not street.voice.director.calls[caller.contact].saving)
    assert len(spool(street)) == 1
    assert await words_of(street, caller) is None
    assert await row_of(street, caller) is None
    trouble.undo()
    await until(lambda: words_of(street, caller))
    await street.until(lambda: not spool(street))
    assert street.voice.voicemails.unkept == 0
    assert not [said for said in caller.of("say") if SAVED in said["text"]]
    assert caller.states[-1] == "waiting"


async def test_who_has_hung_up_meanwhile_is_called_back_and_heard(street: Street, trouble: pytest.MonkeyPatch) -> None:
    caller = await leaving(street)
    street.engine.bye(caller.leg)
    await caller.state("call_back")
    assert await words_of(street, caller) is None
    trouble.undo()
    await until(lambda: words_of(street, caller))


# -- whoever dies ------------------------------------------------------------------------------------------------------
async def test_who_dies_between_keeping_and_telling_tells_later_and_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept, and not yet in the transcript: the same message comes into it."""
    show = street.voice.voicemails._show

    async def dies(*_: object) -> None:
        raise Unavailable("killed")

    monkeypatch.setattr(street.voice.voicemails, "_show", dies)
    monkeypatch.setattr("rexian.channels.voice.voicemail._AGAIN_MS", 200)
    caller = await leaving(street)
    await caller.send(t="key", digit="#")
    row = await until(lambda: row_of(street, caller))
    assert await words_of(street, caller) is None
    monkeypatch.setattr(street.voice.voicemails, "_show", show)
    words = await until(lambda: words_of(street, caller))
    assert words.file_id == row.id
    await street.until(lambda: not spool(street))
    again = await row_of(street, caller)
    assert (again.sha256, again.started_at) == (row.sha256, row.started_at)


@pytest.mark.parametrize("place", ["before the file", "before the commit", "after the commit"])
async def test_taking_a_message_in_again_after_a_crash(
    street: Street, book: Book, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Wherever it was cut: one row, one file, and the row's key opens it."""
    words = Message(new_id(), street.city.yunshan, new_id(), new_id(), 1_000, 1_000)
    put = module._put

    def killed(part: Path, path: Path) -> None:
        if place == "before the commit":
            put(part, path)
        raise RuntimeError("killed")

    if place != "after the commit":
        monkeypatch.setattr(module, "_put", killed)
        with pytest.raises(RuntimeError):
            await book.take_in(words, b"RIFF" * 100)
        monkeypatch.setattr(module, "_put", put)
    first = await book.take_in(words, b"RIFF" * 100)
    row, other = await asyncio.gather(book.take_in(words, b"RIFF" * 100), book.take_in(words, b"RIFF" * 100))
    assert first.sha256 == row.sha256 == other.sha256
    async with street.served.house.db.system() as tx:
        (kept,) = await tx.execute(sa.select(recording).where(recording.c.id == words.id))
    with await book.open(kept) as reader:
        assert (reader.read(0, 1_000), reader.truncated) == (b"RIFF" * 100, False)
    assert not list(book.folder.rglob("*.part"))
    async with street.served.house.db.system() as tx:
        await tx.execute(recording.delete().where(recording.c.id == words.id))
