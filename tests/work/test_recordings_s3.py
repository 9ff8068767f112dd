"""Recordings in an S3-compatible store: a real server speaks the protocol over HTTP, on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from rexian.channels.chat.files import add_sound
from rexian.engine.specs import Party
from rexian.kit.ids import new_id
from rexian.kit.sealed import SealedReader
from rexian.kit.settings import Settings
from rexian.work.recordings.book import Book, Message
from rexian.work.recordings.keeping import Keeper
from rexian.work.recordings.storage import Bucket, StorageTrouble, store_of
from rexian.work.recordings.tables import recording
from tests.served import Served
from tests.work.recorded import header, sound, write
from tests.work.test_recordings import heard, samples

BUCKET, PREFIX = "yungang", "calls/"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """As an installation has it: address and bucket by settings, credentials by the environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
    store = store_of(Settings(recordings_s3=f"{BUCKET}/{PREFIX}", recordings_s3_endpoint=endpoint))
    assert isinstance(store, Bucket)
    return store


def names(endpoint: str) -> list[str]:
    listed = boto3.client("s3", endpoint_url=endpoint).list_objects_v2(Bucket=BUCKET)
    return [one["Key"] for one in listed.get("Contents", [])]


def there(path: str) -> bool:
    return Path(path).exists()


async def test_a_file_goes_comes_back_and_goes_for_good(bucket: Bucket, endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "one.rxs"
    file.write_bytes(bytes(range(256)) * 40_000)  # 10 MB: in parts
    body = file.read_bytes()
    await bucket.keep("acme/one.rxs", file)
    assert not file.exists()
    assert names(endpoint) == ["calls/acme/one.rxs"]
    came = await bucket.fetch("acme/one.rxs", tmp_path / "there" / "one.rxs")
    assert came.read_bytes() == body
    assert [one.name for one in came.parent.iterdir()] == ["one.rxs"]
    await bucket.erase("acme/one.rxs")
    await bucket.erase("acme/one.rxs")  # what is gone is gone
    assert names(endpoint) == []


async def test_what_the_store_lacks_or_a_store_that_is_away_is_trouble(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble, match="404"):
        await bucket.fetch("acme/nothing.rxs", tmp_path / "nothing.rxs")
    assert os.listdir(tmp_path) == []
    away = Bucket(BUCKET, PREFIX, "http://127.0.0.1:9")
    file = tmp_path / "two.rxs"
    file.write_bytes(b"two")
    with pytest.raises(StorageTrouble, match="Connect"):
        await away.keep("acme/two.rxs", file)
    assert file.read_bytes() == b"two"  # nothing is lost meanwhile


async def test_a_recording_is_put_away_heard_and_erased(
    served: Served, bucket: Bucket, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book: Book = served.house.recordings
    monkeypatch.setattr(book, "store", bucket)
    body = sound((2, 440, 1_000))
    order = await book.begin(served.city.yunshan, new_id(), new_id())
    await book.finish(order.id, write(order, body))
    keeper = Keeper(served.house.db, served.house.clock, book)
    await keeper.once()
    assert not there(order.path)
    name = f"{PREFIX}{served.city.yunshan}/{order.id}.rxs"
    assert names(endpoint) == [name]
    stored = boto3.client("s3", endpoint_url=endpoint).get_object(Bucket=BUCKET, Key=name)["Body"].read()
    assert body[:200] not in stored  # sealed before it leaves the house
    async with await served.staff(served.city.zhao) as supervisor:
        assert samples((await heard(supervisor, order.id)).content).tobytes() == body
    with SealedReader(Path(order.path), order.key) as reader:
        assert reader.plain_size > len(body)

    async with served.house.db.tenant(served.city.yunshan) as tx:
        await tx.execute(recording.update().where(recording.c.id == order.id).values(erase_at=1))
    await keeper.once()
    assert names(endpoint) == []
    assert not there(order.path)
    async with await served.staff(served.city.zhao) as supervisor:
        assert (await supervisor.get(f"/api/recordings/{order.id}")).json()["state"] == "erased"


async def test_a_voice_message_waits_for_a_store_that_is_away(
    served: Served, bucket: Bucket, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept, heard and alarmed of meanwhile, and carried over once the store is back."""
    book, db, clock = served.house.recordings, served.house.db, served.house.clock
    monkeypatch.setattr(book, "store", Bucket(BUCKET, PREFIX, "http://127.0.0.1:9"))
    wav = header() + sound((2, 440, 0))
    words = Message(new_id(), served.city.yunshan, new_id(), new_id(), clock.now_ms(), 2_000)
    await book.take_in(words, wav)
    async with db.tenant(words.tenant_id) as tx:
        by = Party("customer", new_id())
        await add_sound(tx, words.id, tenant_id=words.tenant_id, name="voicemail.wav", size=len(wav), by=by, now=1)
    await Keeper(db, clock, book).once()
    assert "Connect" in book.store_away
    async with await served.staff(served.city.sun) as admin:
        assert (await admin.get(f"/api/files/{words.id}")).content[-1_000:] == wav[-1_000:]
        monkeypatch.setattr(book, "store", bucket)
        await Keeper(db, clock, book).once()
        assert book.store_away == ""
        assert names(endpoint) == [f"{PREFIX}{words.tenant_id}/{words.id}.rxs"]
        assert not there(str(book.folder / words.tenant_id / f"{words.id}.rxs"))
        assert (await admin.get(f"/api/files/{words.id}")).content[-1_000:] == wav[-1_000:]


async def test_two_keepers_of_a_store_make_no_trouble_of_each_other(
    served: Served, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = served.house.recordings
    monkeypatch.setattr(book, "store", bucket)
    order = await book.begin(served.city.yunshan, new_id(), new_id())
    await book.finish(order.id, write(order, sound((1, 440, 0))))
    keep = bucket.keep

    async def second(name: str, path: Path) -> None:
        monkeypatch.setattr(bucket, "keep", keep)
        await Keeper(served.house.db, served.house.clock, book).once()
        await keep(name, path)

    monkeypatch.setattr(bucket, "keep", second)
    await Keeper(served.house.db, served.house.clock, book).once()
    assert book.store_away == ""
