"""Files in chats: judged by their bytes, kept whole or not at all, shown in place only when that is safe."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import wave
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from rexian.channels.chat import files
from rexian.channels.chat.files import FileStore
from rexian.channels.chat.sniff import sniff
from rexian.directory.audit.tables import audit
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem
from tests.served import Page, Served


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (20, 120, 90)).save(out, form)
    return out.getvalue()


def office(folder: str = "word/", **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<w/>")
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


async def send(served: Served, page: Page, data: bytes, name: str = "照片.png", **headers: str) -> httpx.Response:
    async with served.client() as client:
        return await client.post(
            "/chat/files",
            content=data,
            headers={"x-rexian-visitor": page.visitor or "", "x-file-name": quote(name), **headers},
        )


@pytest.fixture
async def page(served: Served) -> AsyncIterator[Page]:
    served.house.chat.uploads.clear()
    page = await served.page()
    await page.start()
    yield page
    await page.close()


# -- from the customer to the agent and back ---------------------------------------------------------------------------
async def test_a_picture_reaches_the_agent_and_can_be_opened_by_both(served: Served, page: Page) -> None:
    li = await served.desk(served.city.li, "me")
    await li.available()
    handling = await li.accept()
    await li.sub(f"contact:{handling['contact_id']}")
    data = picture()
    sent = (await send(served, page, data, "碎屏 照片.png")).json()
    assert sent == {"id": sent["id"], "name": "碎屏 照片.png", "type": "image/png", "size": len(data), "image": True,
                    "width": 40, "height": 30}  # fmt: skip
    message = new_id()
    page.own[message] = ""
    await page.send(t="post", id=message, file=sent["id"])
    assert (await page.answer(message))["number"] == 2
    shown = await li.until(lambda: li.view(f"contact:{handling['contact_id']}", "messages").get(message))
    assert (shown["kind"], shown["file"]) == ("file", sent)
    async with await served.staff(served.city.li) as browser:
        got = await browser.get(f"/api/files/{sent['id']}")
        assert (got.content, got.headers["content-type"]) == (data, "image/png")
        assert got.headers["content-disposition"].startswith("inline")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in got.headers["content-security-policy"]
    await page.drop()
    page.messages = {}
    await page.open()
    url = page.messages[2]["file"]["url"]
    async with served.client() as client:
        assert (await client.get(url)).content == data
    await li.close()


async def test_an_agents_file_reaches_the_customer(served: Served, page: Page) -> None:
    li = await served.desk(served.city.li, "me")
    await li.available()
    handling = await li.accept()
    async with await served.staff(served.city.li) as browser:
        sent = (
            await browser.post("/api/files", files={"file": ("保修单.pdf", b"%PDF-1.7\n1 0 obj\n", "text/html")})
        ).json()
    assert (sent["type"], sent["image"], sent["name"]) == ("application/pdf", False, "保修单.pdf")
    await li.do("PostMessage", interaction_id=handling["id"], message_id=new_id(), file_id=sent["id"])
    await page.until(lambda: len(page.messages) == 2)
    file = page.messages[2]["file"]
    async with served.client() as client:
        got = await client.get(file["url"])
    assert got.headers["content-disposition"].startswith("attachment")
    assert quote("保修单.pdf") in got.headers["content-disposition"]
    assert got.headers["content-type"] == "application/octet-stream"
    await li.close()


async def test_each_opening_of_a_voice_is_audited(served: Served, page: Page) -> None:
    with wave.open(out := io.BytesIO(), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(1_600))
    sound = (await send(served, page, out.getvalue(), "留言.wav")).json()
    image = (await send(served, page, picture())).json()
    async with await served.staff(served.city.zhao) as browser:
        for _ in range(2):
            got = await browser.get(f"/api/files/{sound['id']}")
            assert (got.content, got.headers["cache-control"]) == (out.getvalue(), "private, no-store")
        assert (await browser.get(f"/api/files/{image['id']}")).status_code == 200
    async with served.house.db.system() as tx:
        opened = sa.select(audit.c.object_id).where(audit.c.action == "message.listened")
        assert list(await tx.scalars(opened)) == [sound["id"]] * 2


# -- who may open what -------------------------------------------------------------------------------------------------
async def test_a_file_opens_with_its_signature_only(served: Served, page: Page) -> None:
    sent = (await send(served, page, picture())).json()
    signer, now = served.house.chat.signer, served.house.clock.now_ms()
    good, old = signer.file_pass(sent["id"], now + 1000), signer.file_pass(sent["id"], now - 1)
    async with served.client() as client:
        assert (await client.get(f"/chat/files/{sent['id']}?v={good}")).status_code == 200
        other = signer.file_pass(new_id(), now + 1000)
        for v in ("", "x", old, other, good[:-1], good.replace(str(now + 1000), str(now + 9999)), "1.é", "9" * 40):
            assert (await client.get(f"/chat/files/{sent['id']}", params={"v": v})).status_code == 404, v
        for path in ("../../etc/passwd", "%2e%2e%2fsecret", "x", "00000000-0000-0000-0000-000000000000"):
            assert (await client.get(f"/chat/files/{path}?v={good}")).status_code in (400, 404)


async def test_another_tenants_file_does_not_exist(served: Served, page: Page) -> None:
    """3: qian of Jianglan asks for a file of Yunshan."""
    sent = (await send(served, page, picture())).json()
    async with await served.staff(served.city.qian) as browser:
        assert (await browser.get(f"/api/files/{sent['id']}")).status_code == 404
    async with await served.staff(served.city.zhao) as browser:
        assert (await browser.get(f"/api/files/{sent['id']}")).status_code == 200


async def test_a_file_opens_for_those_who_may_see_its_contact(served: Served, page: Page) -> None:
    """3: Wang works for the same companies as Li, but this customer is at Li's desk."""
    sent = (await send(served, page, picture())).json()
    li = await served.desk(served.city.li, "me")
    await li.available()
    handling = await li.accept()

    async def opens(person_id: str) -> int:
        async with await served.staff(person_id) as browser:
            return (await browser.get(f"/api/files/{sent['id']}")).status_code

    assert await opens(served.city.li) == 404  # posted to nobody yet
    message = new_id()
    page.own[message] = ""
    await page.send(t="post", id=message, file=sent["id"])
    await page.answer(message)
    assert await opens(served.city.li) == 200
    assert await opens(served.city.zhao) == 200  # a supervisor of the company
    assert await opens(served.city.wang) == 404
    async with served.house.db.system() as tx:
        refused = audit.c.object_kind == "file", audit.c.object_id == sent["id"], audit.c.actor_id == served.city.wang
        assert len(list(await tx.execute(sa.select(audit).where(*refused)))) == 1
    await li.do("EndInteraction", interaction_id=handling["id"])
    await served.house.readers.caught_up()
    assert await opens(served.city.li) == 200  # those who handled it may look it up later
    await li.close()


async def test_an_agent_opens_the_own_upload_before_it_is_posted(served: Served) -> None:
    async with await served.staff(served.city.li) as browser:
        sent = (await browser.post("/api/files", files={"file": ("a.png", picture(), "image/png")})).json()
        assert (await browser.get(f"/api/files/{sent['id']}")).status_code == 200
    async with await served.staff(served.city.wang) as browser:
        assert (await browser.get(f"/api/files/{sent['id']}")).status_code == 404


async def test_only_the_own_file_can_be_posted(served: Served, page: Page) -> None:
    thief = await served.page()
    await thief.start()
    sent = (await send(served, page, picture())).json()
    id = new_id()
    await thief.send(t="post", id=id, file=sent["id"])
    assert (await thief.answer(id))["code"] == "file_unknown"
    await thief.close()


async def test_sending_needs_a_visitor_and_a_page_that_may(served: Served, page: Page) -> None:
    async with served.client() as client:
        refused = await client.post("/chat/files", content=picture(), headers={"x-rexian-visitor": "v1.x.y"})
        assert (refused.status_code, refused.json()["code"]) == (401, "visitor_unknown")
        assert (await client.post("/chat/files", content=picture())).status_code == 400
    assert (await send(served, page, picture(), origin="https://evil.example")).status_code == 403
    refused = await send(served, page, b"", origin="https://shop.example")
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (400, "*")
    allowed = await send(served, page, picture(), origin="https://shop.example")
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (201, "*")
    async with served.client() as client:
        asked = await client.options("/chat/files", headers={"origin": "https://shop.example"})
    assert asked.status_code == 204
    assert "X-Rexian-Visitor" in asked.headers["access-control-allow-headers"]


async def test_uploads_are_paced(served: Served, page: Page) -> None:
    codes = [(await send(served, page, b"a text")).status_code for _ in range(22)]
    assert codes == [201] * 20 + [429] * 2


# -- what a file is ----------------------------------------------------------------------------------------------------
SCRIPT = b"<script>alert(document.domain)</script>"
DOWNLOADS = {
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><html><body>" + SCRIPT,
    "script in a text": SCRIPT,
    "picture with a page behind it": picture() + b"<html>" + SCRIPT,
    "picture with an archive behind it": picture("JPEG") + office(),
    "picture with a script in its comment": picture("GIF") + b"!\xfe\x10" + SCRIPT,
    "pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
    "word": office(),
    "excel": office("xl/"),
    "GB18030 text": "热线，您好".encode("gb18030"),
}


@pytest.mark.parametrize("name", sorted(DOWNLOADS))
async def test_what_browsers_could_run_is_for_downloading_only(served: Served, page: Page, name: str) -> None:
    """25: polyglot, SVG, HTML: an attachment without a type of its own."""
    answer = await send(served, page, DOWNLOADS[name], "a.png")
    assert answer.status_code == 201, answer.text
    sent = answer.json()
    assert sent["image"] is False
    async with await served.staff(served.city.zhao) as browser:
        got = await browser.get(f"/api/files/{sent['id']}")
    assert got.content == DOWNLOADS[name]
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-type"] == "application/octet-stream"


def huge_picture() -> bytes:
    """A PNG of 30,000 × 30,000 pixels in some kilobytes."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


REFUSED = {
    "nothing": (b"", 400, "file_empty"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(100), 415, "file_type_refused"),
    "a Windows program": (b"MZ\x90\x00" + bytes(200), 415, "file_type_refused"),
    "an archive": (office("x/"), 415, "file_type_refused"),
    "noise": (os.urandom(5000), 415, "file_type_refused"),
    "half a picture": (picture("JPEG", (400, 300))[:400], 422, "file_damaged"),
    "a picture's head only": (b"\x89PNG\r\n\x1a\n" + bytes(50), 422, "file_damaged"),
    "a GIF that is a script": (b"GIF89a/*" + SCRIPT + b"*/=1;alert(1)", 422, "file_damaged"),
    "a zip bomb as a picture": (huge_picture(), 422, "picture_too_large"),
    "a zip bomb as a document": (office(**{"word/x.xml": bytes(250_000_000)}), 422, "file_too_large_unpacked"),
    "a document with a way out": (office(**{"../../etc/cron.d/x": b"x"}), 422, "file_damaged"),
    "a document with macros": (office(**{"word/vbaProject.bin": b"x"}), 415, "file_type_refused"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_what_is_refused_and_how(served: Served, page: Page, name: str) -> None:
    """27 and others: a clear answer in the reader's language, and nothing is kept."""
    data, status, code = REFUSED[name]
    before = kept(served.settings.files)
    answer = await send(served, page, data, **{"accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["title"].isascii()
    assert kept(served.settings.files) == before


def kept(folder: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(folder))


async def test_too_large_is_refused_whether_it_says_so_or_not(served: Served, page: Page) -> None:
    """413 by Content-Length before a byte is read, and by counting when there is none."""
    declared = await send(served, page, b"x" * 21_000_000)
    assert declared.status_code == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 1_000_000

    async with served.client() as client:
        counted = await client.post(
            "/chat/files", content=chunks(), headers={"x-rexian-visitor": page.visitor or "", "x-file-name": "a"}
        )
    assert counted.status_code == 413
    assert not list((served.settings.files / "incoming").iterdir())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\照片.png", "照片.png"),
        ("..", "file"),
        ("", "file"),
        ("<img src=x>.png", "<img src=x>.png"),
        ("\u202egnp.exe", "\u202egnp.exe"),
        ("长" * 300, "长" * 200),
    ],
)
async def test_names_lose_their_path_and_nothing_else(served: Served, page: Page, given: str, shown: str) -> None:
    """8, 19, 27."""
    assert (await send(served, page, b"text", given)).json()["name"] == shown


async def test_names_that_can_not_be_read_are_refused(served: Served, page: Page) -> None:
    """18."""
    for name in ("a%00b", "%ff%fe"):
        async with served.client() as client:
            answer = await client.post(
                "/chat/files", content=b"x", headers={"x-rexian-visitor": page.visitor or "", "x-file-name": name}
            )
        assert (answer.status_code, answer.json()["code"]) == (400, "file_name_unreadable")


# -- how it is kept ----------------------------------------------------------------------------------------------------
async def stream(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", 1_000_000)
    data = b"hello " * 50_000
    stored = [await store.put(stream(data)) for _ in range(5)]
    assert {one.sha256 for one in stored} == {hashlib.sha256(data).hexdigest()}
    assert store.path(stored[0].sha256).read_bytes() == data
    assert kept(tmp_path / "files") == 1


async def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """28: 507, no partial file. `/dev/full` is what a full disk is like."""
    store = FileStore(tmp_path / "files", 10_000_000)
    real = os.fdopen

    def full(handle: int, *rest: object, **more: object) -> object:
        os.close(handle)
        return real(os.open("/dev/full", os.O_WRONLY), *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(files.os, "fdopen", full)
    with pytest.raises(Problem) as caught:
        await store.put(stream(b"x" * 3_000_000))
    assert (caught.value.status, caught.value.code, caught.value.retry_after_s) == (507, "storage_full", 60)
    assert kept(tmp_path / "files") == 0


async def test_a_sender_who_gives_up_leaves_nothing_behind(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", 10_000_000)

    async def breaking() -> AsyncIterator[bytes]:
        yield b"x" * 1_000_000
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await store.put(breaking())
    assert kept(tmp_path / "files") == 0


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_sound_pictures_are_pictures(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(picture(form))
    kind = sniff(path)
    assert (kind.image, kind.width, kind.height) == (True, 40, 30)
    assert kind.type == f"image/{form.lower()}"


@pytest.mark.parametrize(
    ("data", "type"),
    [
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        (b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(64), "audio/mpeg"),
        ("热线，您好\r\n".encode(), "text/plain"),
    ],
)
def test_sound_video_and_text_are_known(tmp_path: Path, data: bytes, type: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert sniff(path).type == type
