"""Where a page may go: its own server, and the console also the exchange that its calls go through."""

from __future__ import annotations

import pytest

from rexian.web.headers import PageKind, origin_of, security_headers


def connects(kind: PageKind, exchange: str) -> list[str]:
    headers = dict(security_headers(kind, "desk.example.com", https=True, exchange=exchange))
    parts = headers[b"content-security-policy"].decode().split("; ")
    return next((part.split()[1:] for part in parts if part.startswith("connect-src")), [])


def test_only_the_console_may_reach_the_exchange() -> None:
    own = ["'self'", "ws://desk.example.com", "wss://desk.example.com"]
    assert connects("console", "wss://phones.example.com:8089") == [*own, "wss://phones.example.com:8089"]
    assert connects("console", "") == own
    kinds: tuple[PageKind, ...] = ("hosted", "call", "shop", "widget", "api")
    for kind in kinds:
        assert "wss://phones.example.com:8089" not in connects(kind, "wss://phones.example.com:8089")


@pytest.mark.parametrize(
    ("socket", "origin"),
    [
        ("wss://phones.example.com/ws", "wss://phones.example.com"), ("ws://127.0.0.1:8088/ws", "ws://127.0.0.1:8088"),
        ("", ""), ("https://phones.example.com", ""), ("wss://a b; script-src */ws", ""), ("wss://*/ws", ""),
    ],
)  # fmt: skip
def test_nothing_but_an_address_gets_into_the_policy(socket: str, origin: str) -> None:
    assert origin_of(socket) == origin
