"""What leaves the server: security headers, caches, static pages; and the server's word on its own health."""

from __future__ import annotations

import re

import pytest

from rexian.web.static_files import HERE, Pages
from tests.served import Served


@pytest.mark.parametrize(
    "path", ["/", "/app/desk", "/c/yunshan", "/demo/shop", "/api/openapi.json", "/healthz", "/nothing"]
)
async def test_every_answer_is_strict(served: Served, path: str) -> None:
    async with served.client() as client:
        headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert re.fullmatch("[0-9a-f]{32}", headers["x-trace-id"])
    assert "server" not in headers


async def test_a_trace_is_carried_on(served: Served) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with served.client() as client:
        answer = await client.get("/healthz", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
        assert answer.headers["x-trace-id"] == trace
        bad = await client.get("/healthz", headers={"traceparent": "00-zz-1-1"})
        assert re.fullmatch("[0-9a-f]{32}", bad.headers["x-trace-id"])


async def test_a_hostile_host_header_stays_out_of_the_policy(served: Served) -> None:
    async with served.client() as client:
        answer = await client.get("/demo/shop", headers={"host": "x; script-src *"})
    assert "script-src *" not in answer.headers.get("content-security-policy", "")


async def test_the_api_is_not_cached(served: Served) -> None:
    async with await served.staff(served.city.li) as browser:
        assert (await browser.get("/api/session")).headers["cache-control"] == "no-store"


async def test_health(served: Served) -> None:
    async with served.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        names = {part["name"].split()[0] for part in ready.json()["parts"]}
        assert {"database", "floor", "feed", "reader"} <= names
        figures = (await client.get("/metrics")).text
    for name in ("rexian_feed_sockets", "rexian_chat_sockets", "process_cpu_seconds_total"):
        assert f"\n{name}" in figures


# -- static content, from folders made here ----------------------------------------------------------------------------
@pytest.fixture
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    root = tmp_path_factory.mktemp("static")
    for name, text in {
        "console/index.html": "<!doctype html>console",
        "console/assets/index-Ab3dEf_9.js": "console.log(1);" * 200,
        "console/favicon.svg": "<svg/>",
        "widget/loader.js": "loader",
        "widget/widget-BDLed04s.js": "widget",
        "widget/hosted.js": "hosted",
        "widget/hosted.html": "<!doctype html>hosted",
        "secret.txt": "secret",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return Pages(root, HERE / "pages", demo=True)


@pytest.mark.parametrize(
    ("path", "query", "body", "cache"),
    [
        ("/", "", b"<!doctype html>console", b"no-cache"),
        ("/sign-in", "", b"<!doctype html>console", b"no-cache"),
        ("/app", "", b"<!doctype html>console", b"no-cache"),
        ("/app/contacts/1", "", b"<!doctype html>console", b"no-cache"),
        ("/console/favicon.svg", "", b"<svg/>", b"no-cache"),
        ("/w.js", "", b"loader", b"public, max-age=300"),
        ("/widget/widget-BDLed04s.js", "", b"widget", b"public, max-age=31536000, immutable"),
        ("/widget/hosted.js", "v=1", b"hosted", b"public, max-age=31536000, immutable"),
        ("/widget/hosted.js", "", b"hosted", b"public, max-age=300"),
        ("/c/yunshan", "", b"<!doctype html>hosted", b"no-cache"),
    ],
)
def test_static_paths(pages: Pages, path: str, query: str, body: bytes, cache: bytes) -> None:
    found = pages.find(path, query)
    assert found is not None
    assert (found.asset.body, found.cache, found.status) == (body, cache, 200)


def test_hashed_assets_are_kept_for_ever_and_packed(pages: Pages) -> None:
    found = pages.find("/console/assets/index-Ab3dEf_9.js")
    assert found is not None
    assert found.cache == b"public, max-age=31536000, immutable"
    assert found.asset.packed is not None
    assert found.asset.type == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/console/../secret.txt", "/console/assets/../../secret.txt", "/widget//../../secret.txt", "/widget/",
        "/widget", "/console/assets", "/console/\x00", "/widget/.hidden", "/demo/shop/../../problems.py",
        "/demo/shop/nothing",
        "/console/assets/nothing.js", "/c/", "/c/a/b", "/application", "/api/x", "/widget/" + "a" * 5000,
    ],
)  # fmt: skip
def test_nothing_else_is_found(pages: Pages, path: str) -> None:
    """27."""
    assert pages.find(path) is None


def test_a_changed_file_is_read_again(pages: Pages) -> None:
    assert pages.find("/w.js").asset.body == b"loader"  # type: ignore[union-attr]
    file = pages._static / "widget" / "loader.js"
    file.write_text("another")
    import os

    os.utime(file, ns=(1, 1))
    assert pages.find("/w.js").asset.body == b"another"  # type: ignore[union-attr]


def test_without_a_build_the_page_says_what_to_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = Pages(tmp_path_factory.mktemp("none"), HERE / "pages")
    found = empty.find("/", languages="en")
    assert found is not None
    assert found.status == 503
    assert b"make ui" in found.asset.body
    assert empty.find("/demo/shop") is None, "the shop is for the demo only"


def test_the_call_page_carries_the_number_to_dial(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who can't reach us by the page has to find it in the page; whatever the setting says, it stays words."""
    root = tmp_path_factory.mktemp("calls")
    (root / "widget").mkdir()
    built = (HERE.parents[2] / "ui" / "call" / "call.html").read_bytes()
    (root / "widget" / "call.html").write_bytes(built)
    told = Pages(root, HERE / "pages", phone='400 "820" <0000>').find("/v/yunshan")
    assert told is not None
    assert b'<meta name="phone" content="400 &quot;820&quot; &lt;0000&gt;" />' in told.asset.body
    silent = Pages(root, HERE / "pages").find("/v/yunshan")
    assert silent is not None
    assert silent.asset.body == built
    assert silent.asset.etag != told.asset.etag


async def test_conditional_requests_packing_and_head(served: Served) -> None:
    async with served.client() as client:
        first = await client.get("/demo/shop", headers={"accept-encoding": "gzip"})
        assert (first.status_code, first.headers["content-encoding"]) == (200, "gzip")
        again = await client.get("/demo/shop", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await client.head("/demo/shop")
        assert (head.status_code, head.content) == (200, b"")


async def test_the_shop_is_bilingual_and_holds_nothing_inline(served: Served) -> None:
    async with served.client() as client:
        zh = await client.get("/demo/shop", headers={"accept-language": "zh"})
        en = await client.get("/demo/shop?lang=en", headers={"accept-language": "zh"})
    assert 'lang="zh-CN"' in zh.text
    assert 'lang="en"' in en.text
    for page in (zh.text, en.text):
        assert '<script src="/w.js" data-site="yunshan" async></script>' in page
        assert not re.search(r"<style|style=|\son[a-z]+=|<script(?! src)", page)
