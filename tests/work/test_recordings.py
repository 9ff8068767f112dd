"""Recordings: sealed where they lie, heard by those who may and each time audited, kept and erased by rule."""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
import wave
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import select, text, update

from rexian.directory.act import Act
from rexian.directory.audit.tables import audit
from rexian.directory.keys.tables import tenant_key
from rexian.kit.clock import FakeClock
from rexian.kit.ids import new_id
from rexian.work.recordings.contract import Book, Ended
from rexian.work.recordings.keeping import AT_ONCE, Keeper
from rexian.work.recordings.model import DAY_MS
from rexian.work.recordings.service import PASS_MS, Passes, hold
from rexian.work.recordings.tables import recording
from tests.served import Served
from tests.work.recorded import RATE, sound, write


@pytest.fixture
def book(served: Served) -> Book:
    return served.house.recordings


async def made(served: Served, body: bytes, *, keep: bool = True) -> str:
    book = served.house.recordings
    order = await book.begin(served.city.yunshan, new_id(), new_id())
    ended = write(order, body)
    if keep:
        await book.finish(order.id, ended)
        await Keeper(served.house.db, served.house.clock, book).once()
    return order.id


async def acts(served: Served, object_id: str) -> list[str]:
    async with served.house.db.system() as tx:
        rows = await tx.execute(select(audit.c.action).where(audit.c.object_id == object_id).order_by(audit.c.seq))
    return [row.action for row in rows]


async def heard(client: httpx.AsyncClient, id: str, **headers: str) -> httpx.Response:
    url = (await client.post(f"/api/recordings/{id}/listenings")).raise_for_status().json()["url"]
    return await client.get(url, headers=headers)


def samples(wav: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    at = wav.index(b"data") + 8
    assert struct.unpack_from("<I", wav, at - 4)[0] == len(wav) - at  # the length is true
    assert struct.unpack_from("<I", wav, 4)[0] == len(wav) - 8
    return np.frombuffer(wav[at:], np.uint8).reshape(-1, 2)


async def test_the_sound_is_sealed_on_the_disk_and_whole_to_whoever_may_listen(served: Served, book: Book) -> None:
    body = sound((1.5, 440, 0), (1.5, 0, 1_000))
    id = await made(served, body)
    lies = (book.folder / served.city.yunshan / f"{id}.rxs").read_bytes()
    assert body[:200] not in lies
    assert (book.folder / served.city.yunshan / f"{id}.rxs").stat().st_mode & 0o077 == 0
    async with await served.staff(served.city.zhao) as supervisor:
        said = (await supervisor.get(f"/api/recordings/{id}")).json()
        assert (said["state"], said["duration_ms"], said["sha256"]) == ("kept", 3_000, hashlib.sha256(lies).hexdigest())
        answer = await heard(supervisor, id)
        assert answer.headers["content-type"] == "audio/wav"
        assert samples(answer.content).tobytes() == body


async def test_a_player_may_jump(served: Served) -> None:
    id = await made(served, sound((30, 440, 1_000)))
    async with await served.staff(served.city.zhao) as supervisor:
        whole = (await heard(supervisor, id)).content
        part = await heard(supervisor, id, range="bytes=100000-100099")
        assert (part.status_code, part.content) == (206, whole[100_000:100_100])
        assert part.headers["content-range"] == f"bytes 100000-100099/{len(whole)}"
        assert (await heard(supervisor, id, range="bytes=-50")).content == whole[-50:]
        assert (await heard(supervisor, id, range="bytes=20-")).content == whole[20:]
        assert (await heard(supervisor, id, range=f"bytes={len(whole)}-")).status_code == 416
        assert (await heard(supervisor, id, range="lines=1-2")).status_code == 200


async def test_the_picture_shows_who_speaks_when(served: Served) -> None:
    id = await made(served, sound((1, 440, 0), (3, 0, 0), (1, 440, 1_000), (1, 0, 1_000)))
    async with await served.staff(served.city.zhao) as supervisor:
        picture = (await supervisor.get(f"/api/recordings/{id}")).json()["picture"]
    loud = [[peak > 20 for peak in picture[track]] for track in ("customer", "agent")]
    assert picture["bucket_ms"] == 100
    assert loud[0] == [True] * 10 + [False] * 30 + [True] * 10 + [False] * 10
    assert loud[1] == [False] * 40 + [True] * 20
    assert (picture["silences"], picture["overlaps"]) == ([[1_000, 4_000]], [[4_000, 5_000]])


async def test_each_listening_is_audited_and_its_address_is_nobody_elses(served: Served) -> None:
    id = await made(served, sound((0.5, 440, 0)))
    async with await served.staff(served.city.zhao) as supervisor, await served.staff(served.city.sun) as admin:
        url = (await supervisor.post(f"/api/recordings/{id}/listenings")).json()["url"]
        assert (await supervisor.get(url)).status_code == 200
        assert (await admin.get(url)).status_code == 404  # not hers
        assert (await supervisor.get(url.split("?")[0])).status_code == 404
        assert (await supervisor.get(url[:-1] + ("0" if url[-1] != "0" else "1"))).status_code == 404
    assert await acts(served, id) == ["recording.listened"]


async def test_agents_and_other_companies_hear_nothing(served: Served) -> None:
    id = await made(served, sound((0.5, 440, 0)))
    async with await served.staff(served.city.wang) as agent, await served.staff(served.city.qian) as foreign:
        assert (await agent.get("/api/recordings")).status_code == 403
        assert (await agent.post(f"/api/recordings/{id}/listenings")).status_code == 403
        assert (await foreign.get(f"/api/recordings/{id}")).status_code == 404
        assert (await foreign.post(f"/api/recordings/{id}/listenings")).status_code == 404
        assert id not in [one["id"] for one in (await foreign.get("/api/recordings")).json()["items"]]


async def test_legal_hold_is_stronger_than_hand_and_rule(served: Served, book: Book) -> None:
    id = await made(served, sound((0.5, 440, 0)))
    later = FakeClock(served.house.clock.now_ms() + 4_000 * DAY_MS)
    async with await served.staff(served.city.sun) as admin:
        await admin.put(f"/api/recordings/{id}/hold", json={"reason": "投诉未结案"})
        refused = await admin.delete(f"/api/recordings/{id}")
        assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
        await Keeper(served.house.db, later, book).once()
        assert (await admin.get(f"/api/recordings/{id}")).json()["state"] == "kept"
        await admin.delete(f"/api/recordings/{id}/hold")
        await Keeper(served.house.db, later, book).once()
        said = (await admin.get(f"/api/recordings/{id}")).json()
        assert (said["state"], said["picture"]) == ("erased", None)
        assert (await admin.post(f"/api/recordings/{id}/listenings")).status_code == 409
    assert not (book.folder / served.city.yunshan / f"{id}.rxs").exists()
    assert await acts(served, id) == [
        "recording.held", "recording.erase_refused", "recording.released", "recording.erased"
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["rule", "hand"])
async def test_a_hold_that_is_being_set_is_not_overtaken_by_erasing(served: Served, book: Book, by: str) -> None:
    """Two at once: whoever comes second waits, and then sees the hold."""
    id, db, tenant_id = await made(served, sound((0.5, 440, 0))), served.house.db, served.city.yunshan
    later = FakeClock(served.house.clock.now_ms() + 4_000 * DAY_MS)
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'tuple' AND relation = 'recording'::regclass")

    admin = await served.staff(served.city.sun)

    async def erase() -> None:
        if by == "rule":
            await Keeper(db, later, book).once()
        else:
            assert (await admin.delete(f"/api/recordings/{id}")).json()["code"] == "legal_hold"

    async def waits() -> bool:
        async with db.system() as watch:
            return bool((await watch.execute(waiting)).scalar_one())

    async with db.tenant(tenant_id) as tx:
        await hold(Act(tx, tenant_id, served.house.clock.now_ms()), id, "投诉")
        erasing = asyncio.create_task(erase())
        async with asyncio.timeout(20):
            while not await waits():  # noqa: ASYNC110 (who waits tells nobody)
                await asyncio.sleep(0.02)
    await erasing
    async with db.system() as tx:
        row = (await tx.execute(select(recording).where(recording.c.id == id))).one()
    assert (row.state, row.hold_reason) == ("kept", "投诉")
    assert (book.folder / tenant_id / f"{id}.rxs").exists()
    assert "recording.erased" not in await acts(served, id)
    await admin.delete(f"/api/recordings/{id}/hold")
    await admin.aclose()


def test_an_address_is_good_for_minutes_only() -> None:
    """Each listening is audited: nobody hears the same again tomorrow by yesterday's press."""
    passes, now = Passes("secret"), 1_000_000
    given = passes.make("r", "p", now + PASS_MS)
    assert passes.opens(given, "r", "p", now + 5 * 60_000)
    assert not passes.opens(given, "r", "p", now + 15 * 60_000)


async def test_the_rule_says_how_long(served: Served, book: Book) -> None:
    id = await made(served, sound((0.5, 440, 0)))
    async with await served.staff(served.city.sun) as admin, await served.staff(served.city.zhao) as supervisor:
        rule = {"consent": "never", "keep_days": 7}
        assert (await supervisor.put("/api/recording-rule", json=rule)).status_code == 403
        assert (await admin.put("/api/recording-rule", json=rule)).json() == rule
        assert (await admin.get("/api/recording-rule")).json() == rule
        wrong = await admin.put("/api/recording-rule", json={"consent": "sometimes", "keep_days": 0})
        assert wrong.status_code == 400
        now = served.house.clock.now_ms()
        await Keeper(served.house.db, FakeClock(now + 6 * DAY_MS), book).once()
        assert (await admin.get(f"/api/recordings/{id}")).json()["state"] == "kept"
        await Keeper(served.house.db, FakeClock(now + 8 * DAY_MS), book).once()
        assert (await admin.get(f"/api/recordings/{id}")).json()["state"] == "erased"
        await admin.put("/api/recording-rule", json={"consent": "always", "keep_days": 90})


async def test_a_reception_is_tried_out_under_the_rule_as_it_is(served: Served) -> None:
    flow = {"person": "q", "consent": {"notice": {"text": "有录音。"}, "question": {"text": "可以录音吗？"}}}
    asked = {"flow": flow, "move": {"kind": "start"}}
    async with await served.staff(served.city.sun) as admin:
        heard = {}
        for consent in ("prompt", "never", "always"):
            await admin.put("/api/recording-rule", json={"consent": consent, "keep_days": 90})
            tried = (await admin.post("/api/reception/try", json=asked)).json()
            heard[consent] = [one["text"] for one in tried["heard"] if one["prompt"].startswith("recording")]
        assert heard == {"always": ["有录音。"], "prompt": ["可以录音吗？"], "never": []}
        old = asked | {"flow": {"person": "q", "consent": {"mode": "ask"}}}
        assert (await admin.post("/api/reception/try", json=old)).status_code == 400
        theirs = await admin.post("/api/reception/try", params={"tenant_id": new_id()}, json=asked)
        assert theirs.status_code == 404


async def test_what_a_dead_process_left_is_kept_as_far_as_it_got(served: Served, book: Book) -> None:
    order = await book.begin(served.city.yunshan, new_id(), new_id())
    write(order, sound((20, 440, 1_000)), close=False)
    alive = await book.begin(served.city.yunshan, new_id(), new_id())
    gone = await book.begin(served.city.yunshan, new_id(), new_id())  # not even a file
    assert await book.adopt({alive.id}) == 0  # too young: its engine may just be beginning
    later = FakeClock(served.house.clock.now_ms() + 60_000)
    assert await Book(served.house.db, later, book.keys, book.store, book.folder).adopt({alive.id}) >= 2
    async with await served.staff(served.city.zhao) as supervisor:
        said = (await supervisor.get(f"/api/recordings/{order.id}")).json()
        assert (said["state"], said["why"]) == ("kept", "engine_down")
        assert 18_000 <= said["duration_ms"] <= 20_000
        assert len((await heard(supervisor, order.id)).content) > 18 * 2 * RATE
        assert (await supervisor.get(f"/api/recordings/{gone.id}")).json()["state"] == "lost"
        assert (await supervisor.get(f"/api/recordings/{alive.id}")).json()["state"] == "writing"
    await book.finish(alive.id, write(alive, sound((1, 440, 0))))


async def test_files_that_are_gone_hold_up_no_other_recording(served: Served, book: Book) -> None:
    """More of them than are looked at in one round: the next round takes those that can be drawn."""
    for _ in range(AT_ONCE):
        order = await book.begin(served.city.yunshan, new_id(), new_id())
        await book.finish(order.id, Ended(1_000, 8_000, "0" * 64, "stopped"))
    id = await made(served, sound((1, 440, 0)), keep=False)
    await book.finish(id, Ended(1_000, 16_000, "0" * 64, "stopped"))
    keeper = Keeper(served.house.db, served.house.clock, book)
    for _ in range(2):
        await keeper.once()
    async with served.house.db.system() as tx:
        row = (await tx.execute(select(recording).where(recording.c.id == id))).one()
    assert row.picture is not None


async def test_an_altered_file_is_said_to_be_damaged(served: Served, book: Book) -> None:
    id = await made(served, sound((5, 440, 0)))
    path = book.folder / served.city.yunshan / f"{id}.rxs"
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    async with await served.staff(served.city.zhao) as supervisor:
        answer = await heard(supervisor, id)
        assert (answer.status_code, answer.json()["code"]) == (409, "recording_damaged")
        path.unlink()
        assert (await heard(supervisor, id)).status_code == 503


async def test_new_keys_open_old_recordings_and_the_master_key_can_change(served: Served, book: Book) -> None:
    from rexian.directory.act import Act
    from rexian.directory.keys.contract import KeyRing
    from rexian.kit.keys import KeyTrouble, LocalMaster, new_key

    old, new = new_key(), new_key()
    db, tenant_id = served.house.db, served.city.jianglan
    ring = KeyRing(lambda: LocalMaster([old]))
    async with db.system() as tx:
        before = await ring.wrap(tx, tenant_id, "one", b"k" * 32, 1)
        await ring.rotate(Act(tx, tenant_id, 2))
        after = await ring.wrap(tx, tenant_id, "two", b"l" * 32, 3)
        assert before.key_id != after.key_id
    moved = KeyRing(lambda: LocalMaster([new, old]))
    async with db.system() as tx:
        mine = tenant_key.c.tenant_id != tenant_id
        await tx.execute(update(tenant_key).where(mine).values(wrapper=LocalMaster([new]).id))  # the server's own keys
        assert await moved.rewrap(tx) == 2
    only_new = KeyRing(lambda: LocalMaster([new]))
    async with db.system() as tx:
        assert await only_new.unwrap(tx, "one", before) == b"k" * 32
        assert await only_new.unwrap(tx, "two", after) == b"l" * 32
        with pytest.raises(KeyTrouble):
            await only_new.unwrap(tx, "one", after)  # another object's
        with pytest.raises(KeyTrouble):
            await KeyRing(lambda: LocalMaster([old])).unwrap(tx, "one", before)
        own = LocalMaster([new]).id
        await tx.execute(update(tenant_key).where(mine, tenant_key.c.wrapper == own).values(wrapper="local:test"))


async def test_a_key_service_behind_a_command(tmp_path: Path) -> None:
    from rexian.kit.keys import CommandMaster, KeyTrouble

    script = tmp_path / "kms"
    script.write_text("#!/bin/sh\n[ $2 = acme ] || exit 3\nread line; echo $line | tr 'A-Za-z' 'N-ZA-Mn-za-m'\n")
    script.chmod(0o700)
    master = CommandMaster(str(script))
    wrapped = await master.wrap("acme", b"x" * 30)
    assert wrapped != b"x" * 30
    assert await master.unwrap("acme", wrapped) == b"x" * 30
    with pytest.raises(KeyTrouble, match="ended with 3"):
        await master.unwrap("other", wrapped)
    with pytest.raises(KeyTrouble, match="can't be started"):
        await CommandMaster("/nowhere/kms").wrap("acme", b"x" * 30)


def test_a_wav_reader_of_python_understands_what_is_sent() -> None:
    """16-bit PCM is understood too: what an exchange records."""
    from rexian.work.recordings.wav import layout_of, right_header

    with wave.open(out := io.BytesIO(), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\0" * 400)
    raw = out.getvalue()
    layout = layout_of(raw)
    assert (layout.channels, layout.rate, layout.frame, layout.law) == (2, RATE, 4, 1)
    fixed = right_header(raw, layout, layout.start + 200) + raw[layout.start : layout.start + 200]
    with wave.open(io.BytesIO(fixed)) as file:
        assert file.getnframes() == 50


async def test_rows_are_their_tenants_own(served: Served) -> None:
    id = await made(served, sound((0.3, 440, 0)))
    async with served.house.db.tenant(served.city.jianglan) as tx:
        assert (await tx.execute(select(recording).where(recording.c.id == id))).one_or_none() is None
