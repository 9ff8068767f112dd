"""Every error is a problem (RFC 9457): clear, in the reader's language, a 4xx for bad input and never a 500."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest

from rexian.kit import i18n
from rexian.kit.ids import new_id
from tests.served import Served


def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert body["title"]
    assert not body["title"].startswith("errors."), f"no words for {code}"
    return body


async def test_what_is_not_there_is_404(served: Served) -> None:
    async with served.client() as client:
        for path in (
            "/nothing",
            "/api/nothing",
            "/api",
            "/console/assets/nothing.js",
            "/c",
            "/c/a/b",
            "/chat/ws",
            "/feed",
        ):
            check(await client.get(path), 404, "not_found")


async def test_a_method_that_does_not_fit_is_405(served: Served) -> None:
    async with served.client() as client:
        answer = await client.delete("/healthz")
        check(answer, 405, "method_not_allowed")
        assert "GET" in answer.headers["allow"]
        check(await client.post("/", content=b""), 404, "not_found")


async def test_problems_speak_the_readers_language(served: Served) -> None:
    async with served.client() as client:
        for header, title in (
            ("zh-CN", "没有找到"),
            ("en", "Not found"),
            ("fr,en;q=0.5", "Not found"),
            ("", "没有找到"),
        ):
            answer = await client.get("/api/nothing", headers={"accept-language": header})
            assert answer.json()["title"] == title


async def test_who_is_not_signed_in_is_told_so(served: Served) -> None:
    async with served.client() as client:
        for path in ("/api/session", "/api/queues", f"/api/files/{new_id()}"):
            answer = await client.get(path)
            check(answer, 401, "not_signed_in")
            assert "www-authenticate" in answer.headers


BODIES = {
    "nothing": b"",
    "not JSON": b"hello",
    "half of it": b'{"id": ',
    "deep nesting": b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep nesting where anything goes": b'{"id":"' + new_id().encode() + b'","name":"X","args":' + b'{"a":' * 50_000
    + b"1" + b"}" * 50_000 + b"}",
    "NaN": b'{"id":NaN}',
    "infinity": b'{"id":1e999}',
    "invalid UTF-8": b'{"id":"\xff\xfe"}',
    "a lone surrogate": b'{"id":"\\ud800","name":"x"}',
    "a list": b"[]",
    "null": b"null",
    "NUL": b'{"id":"a\\u0000b","name":"x"}',
    "a field too many": b'{"id":"' + new_id().encode() + b'","name":"AddNote","args":{},"more":1}',
    "a wrong id": b'{"id":"1","name":"AddNote"}',
    "2^63 as text": b'{"id":9223372036854775808,"name":"AddNote"}',
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BODIES))
async def test_bad_bodies_are_400(served: Served, name: str) -> None:
    """17, 18."""
    async with await served.staff(served.city.li) as browser:
        answer = await browser.post("/api/commands", content=BODIES[name], headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    check(answer, 400, answer.json()["code"])
    assert answer.json()["code"] in ("malformed_body", "validation")


async def test_validation_names_the_fields(served: Served) -> None:
    async with await served.staff(served.city.li) as browser:
        body = check(await browser.post("/api/commands", json={"id": "1", "name": "x"}), 400, "validation")
    assert body["errors"][0]["message"]


@pytest.mark.parametrize(
    "query", ["limit=9223372036854775808", "limit=-1", "limit=x", "limit=1e3", "cursor=%00", "cursor=!"]
)
async def test_bad_queries_are_400(served: Served, query: str) -> None:
    """7, 17, 18."""
    async with await served.staff(served.city.sun) as browser:
        answer = await browser.get(f"/api/queues?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE queue; --", "%", "_", "\\", "' OR 1=1", "\u202e", "𠮷", "{{7*7}}", "${x}"]
)
async def test_searches_take_text_literally(served: Served, text: str) -> None:
    """7."""
    async with await served.staff(served.city.sun) as browser:
        answer = await browser.get("/api/customers", params={"q": text})
        assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    "path", ["/api/queues/1", "/api/queues/%00", "/api/queues/..%2f..", "/api/files/%ff", "/api/people/é"]
)
async def test_bad_ids_in_paths_are_4xx(served: Served, path: str) -> None:
    async with await served.staff(served.city.sun) as browser:
        answer = await browser.get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_of_more_than_a_megabyte_is_413(served: Served) -> None:
    async with await served.staff(served.city.li) as browser:
        answer = await browser.post("/api/commands", content=b"x" * 1_000_001)
        check(answer, 413, "too_large")

        async def chunks() -> Any:
            for _ in range(20):
                yield b"x" * 100_000

        check(await browser.post("/api/commands", content=chunks()), 413, "too_large")


async def test_another_content_type_is_refused(served: Served) -> None:
    async with await served.staff(served.city.li) as browser:
        for type in (
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ):
            answer = await browser.post("/api/commands", content=b"<a/>", headers={"content-type": type})
            assert 400 <= answer.status_code < 500, (type, answer.status_code)
            assert answer.headers["content-type"] == "application/problem+json"


def test_every_code_that_we_raise_has_words() -> None:
    """The codes in the source, in both languages."""
    import re
    from pathlib import Path

    source = Path(__file__).parents[2] / "src" / "rexian"
    codes: set[str] = set()
    for folder in ("web", "channels"):
        for path in (source / folder).rglob("*.py"):
            codes |= set(re.findall(r'Problem\(\s*"([a-z_]+)"', path.read_text()))
    codes |= set(re.findall(r'Refusal\("([a-z_]+)"', "".join(p.read_text() for p in (source / "engine").rglob("*.py"))))
    missing = [f"{locale}: {code}" for code in sorted(codes) for locale in ("zh-CN", "en")
               if i18n.t(locale, f"errors.{code}") == f"errors.{code}"]  # fmt: skip
    assert not missing


async def test_a_page_that_goes_in_the_middle_of_its_request_is_no_fault_of_ours(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with await served.staff(served.city.li) as browser:
        kept = "".join(f"{name}: {browser.headers[name]}\r\n" for name in ("cookie", "x-csrf-token"))
    url = httpx.URL(served.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    head = f"POST /api/feed-ticket HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n{kept}Idempotency-Key: {new_id()}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n".encode() + b'{"half":')
    await writer.drain()
    await asyncio.sleep(0.3)
    writer.close()
    async with asyncio.timeout(5):
        while "request.client_gone" not in caplog.text:  # noqa: ASYNC110 (a log tells nobody)
            await asyncio.sleep(0.05)
    assert "request.failed" not in caplog.text
