"""Security headers. Nothing inline, nothing from elsewhere: what a page needs comes from this server."""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import urlsplit

PageKind = Literal["api", "console", "widget", "hosted", "call", "shop"]

_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

_COMMON: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), payment=(), usb=(), microphone=(self)"),
]
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")

_POLICIES: Final[dict[PageKind, str]] = {
    "api": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "widget": "default-src 'none'",
    "console": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:;"
        " media-src 'self' blob:; worker-src 'self'; connect-src 'self'{sockets}{exchange}; manifest-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "hosted": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
        " connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "call": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:"
        " mediastream:; connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "shop": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
        " connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def origin_of(socket: str) -> str:
    """Origin of a ws:// or wss:// address, for a policy; '' for anything else."""
    parts = urlsplit(socket)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("ws", "wss") and _HOST.fullmatch(parts.netloc) else ""


def security_headers(kind: PageKind, host: str, *, https: bool, exchange: str = "") -> list[tuple[bytes, bytes]]:
    """The headers of a response. `host` is the request's own: its sockets are named for browsers whose 'self' isn't.

    `exchange`: origin of the telephone exchange's socket, which the console alone may open.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    policy = _POLICIES[kind].format(sockets=sockets, exchange=f" {exchange}" if exchange else "")
    shared = b"cross-origin" if kind == "widget" else b"same-origin"
    headers = [
        *_COMMON,
        (b"content-security-policy", policy.encode()),
        (b"cross-origin-resource-policy", shared),
    ]
    if kind == "widget":  # module scripts on other hosts' pages are fetched with CORS
        headers.append((b"access-control-allow-origin", b"*"))
    return [*headers, _HSTS] if https else headers
