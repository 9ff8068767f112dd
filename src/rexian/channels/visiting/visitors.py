"""Who a visitor is: a signed token that the widget keeps. It names a person nobody has identified, at one tenant.

The token proves only that it was we who gave it to this browser. It is no secret of ours and opens nothing but this
visitor's own contacts. Form: `v1.<payload>.<mac>`, both base64url.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid

from msgspec import Struct

_PREFIX = "v1"


class Visitor(Struct, frozen=True):
    id: str
    tenant_id: str


class Signer:
    """Makes and checks the chat channel's signatures with a key derived from the installation's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"rexian chat visitors", hashlib.sha256).digest()

    def visitor_token(self, visitor: Visitor) -> str:
        payload = uuid.UUID(visitor.id).bytes + uuid.UUID(visitor.tenant_id).bytes
        return f"{_PREFIX}.{_text(payload)}.{_text(self._mac(b'visitor', payload))}"

    def read_visitor(self, token: str | None) -> Visitor | None:
        """The visitor whose token this is; None for a missing, foreign or altered one."""
        if token is None or len(token) > 600:
            return None
        prefix, _, rest = token.partition(".")
        payload, _, mac = rest.partition(".")
        try:
            raw, given = _bytes(payload), _bytes(mac)
        except (binascii.Error, ValueError):
            return None
        if prefix != _PREFIX or len(raw) != 32 or not hmac.compare_digest(given, self._mac(b"visitor", raw)):
            return None
        return Visitor(str(uuid.UUID(bytes=raw[:16])), str(uuid.UUID(bytes=raw[16:])))

    def file_pass(self, file_id: str, until_ms: int) -> str:
        """What the address of a file carries so that it opens, until the instant `until_ms`."""
        return f"{until_ms}.{_text(self._mac(b'file', f'{file_id}.{until_ms}'.encode()))}"

    def opens(self, file_id: str, given: str, now_ms: int) -> bool:
        """Whether `given` opens this file now."""
        until, _, mac = given.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) <= 15):
            return False
        try:
            raw = _bytes(mac)
        except (binascii.Error, ValueError):
            return False
        expected = self._mac(b"file", f"{file_id}.{until}".encode())
        return hmac.compare_digest(raw, expected) and now_ms <= int(until)

    def _mac(self, purpose: bytes, message: bytes) -> bytes:
        return hmac.new(self._key, purpose + b"\0" + message, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
