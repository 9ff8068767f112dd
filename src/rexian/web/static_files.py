"""The built interface and the few pages around it, from memory, with the cache rules that hashed names allow."""

from __future__ import annotations

import gzip
import hashlib
import html
import mimetypes
import re
from pathlib import Path
from typing import Final

from msgspec import Struct

from rexian.kit import i18n
from rexian.kit.sockets import Scope, Send, header
from rexian.web.headers import PageKind

HERE: Final = Path(__file__).parent
FOREVER: Final = b"public, max-age=31536000, immutable"
SHORT: Final = b"public, max-age=300"
ASK: Final = b"no-cache"
_HASHED: Final = re.compile(r"-[A-Za-z0-9_-]{8}\.(js|css)$")
_TEXT: Final = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")
_NO_PHONE: Final = b'<meta name="phone" content="" />'
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


class Asset(Struct, frozen=True):
    body: bytes
    packed: bytes | None
    type: str
    etag: str


class Found(Struct, frozen=True):
    """What a path leads to: an asset, how long it may be kept, and whose security rules apply."""

    asset: Asset
    cache: bytes
    kind: PageKind
    status: int = 200


class Pages:
    """Finds static content by path. Files are read at their first use and again when they have changed.

    `phone`: the number that the call's page shows also while it can't reach us.
    """

    def __init__(
        self, static: Path = HERE / "static", pages: Path = HERE / "pages", *, demo: bool = False, phone: str = ""
    ) -> None:
        self._static = static.resolve()
        self._pages = pages.resolve()
        self._demo = demo
        self._phone = phone
        self._with_phone: tuple[Asset, Asset] | None = None  # the call's page as built, and with the number
        self._kept: dict[Path, tuple[int, Asset]] = {}

    def find(self, path: str, query: str = "", languages: str | None = None) -> Found | None:
        """The content at `path`, or None when that is nothing static."""
        if path in {"/", "/sign-in", "/app"} or path.startswith("/app/"):
            return self._page(self._static / "console" / "index.html", "console", languages)
        if path.startswith("/console/"):
            return self._file(
                "console", path.removeprefix("/console/"), FOREVER if "/assets/" in path else ASK, "console"
            )
        if path == "/w.js":
            return self._file("widget", "loader.js", SHORT, "widget")
        if path.startswith("/widget/"):
            cache = FOREVER if query.startswith("v=") or _HASHED.search(path) else SHORT
            return self._file("widget", path.removeprefix("/widget/"), cache, "widget")
        if path.startswith("/c/") and path.count("/") == 2 and len(path) > 3:
            return self._page(self._static / "widget" / "hosted.html", "hosted", languages)
        if path.startswith("/v/") and path.count("/") == 2 and len(path) > 3:
            return self._call_page(languages)
        if path.startswith("/demo/shop") and self._demo:
            return self._shop(path, query, languages)
        return None

    def _call_page(self, languages: str | None) -> Found:
        found = self._page(self._static / "widget" / "call.html", "call", languages)
        if not self._phone or found.status != 200:
            return found
        if self._with_phone is None or self._with_phone[0] is not found.asset:
            told = _NO_PHONE.replace(b'""', f'"{html.escape(self._phone)}"'.encode())
            self._with_phone = (found.asset, _make(found.asset.body.replace(_NO_PHONE, told), "text/html"))
        return Found(self._with_phone[1], found.cache, found.kind)

    def _shop(self, path: str, query: str, languages: str | None) -> Found | None:
        if path == "/demo/shop":
            locale = i18n.negotiate(query.removeprefix("lang=") if query.startswith("lang=") else languages)
            return self._from(self._pages, f"shop.{locale}.html", ASK, "shop")
        if path.startswith("/demo/shop/"):
            return self._from(self._pages, path.removeprefix("/demo/shop/"), SHORT, "shop")
        return None

    def _file(self, folder: str, name: str, cache: bytes, kind: PageKind) -> Found | None:
        return self._from(self._static / folder, name, cache, kind)

    def _from(self, folder: Path, name: str, cache: bytes, kind: PageKind) -> Found | None:
        if not name or "\x00" in name or name.startswith(".") or "/." in name:
            return None
        asset = self._asset(folder, folder / name)
        return Found(asset, cache, kind) if asset else None

    def _page(self, file: Path, kind: PageKind, languages: str | None) -> Found:
        asset = self._asset(file.parent, file)
        if asset is not None:
            return Found(asset, ASK, kind)
        locale = i18n.negotiate(languages)
        title, text = i18n.t(locale, "pages.not_built_title"), i18n.t(locale, "pages.not_built_text")
        head = f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><title>{title}</title>'
        body = f"{head}<h1>{title}</h1><p>{text}</p>"
        return Found(_make(body.encode(), "text/html"), b"no-store", kind, 503)

    def _asset(self, folder: Path, file: Path) -> Asset | None:
        file = file.resolve()
        if not file.is_relative_to(folder.resolve()):  # `../` (FAULTS 27)
            return None
        try:
            changed = file.stat().st_mtime_ns
            if not file.is_file():
                return None
            kept = self._kept.get(file)
            if kept is None or kept[0] != changed:
                type = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                kept = self._kept[file] = (changed, _make(file.read_bytes(), type))
        except OSError:
            return None
        return kept[1]


def _make(body: bytes, type: str) -> Asset:
    text = type.startswith(_TEXT)
    packed = gzip.compress(body, 6, mtime=0) if text and len(body) > 1024 else None
    etag = '"' + hashlib.sha256(body).hexdigest()[:20] + '"'
    return Asset(body, packed, f"{type}; charset=utf-8" if text else type, etag)


async def serve(found: Found, scope: Scope, send: Send) -> None:
    """Answer a GET or HEAD with what was found."""
    asset = found.asset
    if header(scope, b"if-none-match") == asset.etag:
        await _answer(send, 304, [(b"etag", asset.etag.encode()), (b"cache-control", found.cache)], b"")
        return
    packed = asset.packed is not None and "gzip" in (header(scope, b"accept-encoding") or "")
    body = asset.packed if packed and asset.packed is not None else asset.body
    headers = [
        (b"content-type", asset.type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", found.cache),
        (b"etag", asset.etag.encode()),
        (b"vary", b"accept-encoding, accept-language"),
    ]
    if packed:
        headers.append((b"content-encoding", b"gzip"))
    await _answer(send, found.status, headers, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
